//! `cargo xtask screenshots`: the pictures in docs/screenshots, made of the built page so that they can be made again.

use crate::assemble::Mode;
use crate::build::{self, Profile};
use crate::{paths, test};
use anyhow::{Context, Result};
use browser::server::Site;
use browser::visitor::{self, Answering};
use browser::{Chromium, Gpu};
use std::time::Duration;

/// Width, height and pixel density of a phone, a laptop and a 4K screen.
const SIZES: [(u32, u32, f64); 3] = [(360, 780, 2.0), (1280, 800, 1.0), (3840, 2160, 1.0)];

/// Opens the first sample, waits for its labels, and takes each size in light and dark.
pub fn screenshots() -> Result<()> {
    test::install_browser()?;
    let folder = paths::cache()?.join("pictured-page");
    build::site(Profile::Web, false, &folder, Mode::Release)?;
    let site = Site::serve(&folder, 0)?;
    let out = paths::root().join("docs/screenshots");
    std::fs::create_dir_all(&out)?;
    for (width, height, density) in SIZES {
        for (name, dark) in [("light", false), ("dark", true)] {
            let mut browser = Chromium::start(Gpu::Off)?;
            let mut page = browser.page(&site.address())?;
            page.look(width, height, density, dark)?;
            page.reload()?;
            visitor::engine_ready(&mut page, Answering::Cpu)?;
            page.wait("the samples", "document.querySelector('[data-testid=sample-button]') !== null", 30)?;
            page.click("[data-testid=sample-button]")?;
            visitor::answer(&mut page, Answering::Cpu)?;
            page.wait(
                "the overlay",
                "document.querySelector('[data-testid=paper-canvas]').dataset.overlayKind !== 'none'",
                60,
            )?;
            page.listen(Duration::from_secs(1))?;
            let file = out.join(format!("{width}-{name}.png"));
            std::fs::write(&file, page.screenshot()?).with_context(|| format!("cannot write {}", file.display()))?;
            eprintln!("{}", file.display());
        }
    }
    Ok(())
}
