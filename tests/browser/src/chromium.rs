//! Chromium: found, started without a window, ended with all its children.

use crate::connection::Connection;
use crate::page::Page;
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::env;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Where a browser of this family may be; the first that is there is taken.
const NAMES: [&str; 7] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/// The browser to test in: `$CHROMIUM`, else the first of the known names that is installed.
pub fn find() -> Option<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM") {
        return Some(PathBuf::from(named));
    }
    let folders: Vec<PathBuf> = env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    NAMES.iter().find_map(|name| {
        let absolute = PathBuf::from(name);
        if absolute.is_absolute() {
            return absolute.exists().then_some(absolute);
        }
        folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file())
    })
}

/// How it is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gpu {
    /// WebGPU on; without a GPU that is SwiftShader, a software adapter.
    On,
    /// No adapter is given out.
    Off,
}

/// A running browser with a profile of its own; it ends when dropped.
pub struct Chromium {
    child: Child,
    /// Gone with its folder, and so with caches and settings.
    _profile: TempDir,
    connection: Option<Connection>,
}

impl Chromium {
    /// Starts a browser.
    pub fn start(gpu: Gpu) -> Result<Self> {
        let program =
            find().context("neither Chromium nor Chrome is installed: install one, or name it in CHROMIUM")?;
        let profile = tempfile::tempdir()?;
        let mut command = Command::new(&program);
        command
            .args([
                "--headless=new",
                "--no-sandbox",
                "--remote-debugging-port=0",
                "--no-first-run",
                "--disable-background-networking",
            ])
            .args([
                "--disable-dev-shm-usage",
                "--disable-extensions",
                "--hide-scrollbars",
                "--window-size=1280,900",
                "--force-color-profile=srgb",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            // What it puts aside goes with the profile; killed, it would leave it behind.
            .env("TMPDIR", profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        if gpu == Gpu::On {
            command.arg("--enable-unsafe-webgpu");
        }
        let mut child =
            command.arg("about:blank").spawn().with_context(|| format!("cannot start {}", program.display()))?;
        let lines = child.stderr.take().map(BufReader::new).context("Chromium has no standard error")?;
        let (sender, receiver) = std::sync::mpsc::channel();
        // Read to the end, or Chromium would one day wait for somebody to read.
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                if let Some(address) = line.strip_prefix("DevTools listening on ") {
                    let _ = sender.send(address.trim().to_owned());
                }
            }
        });
        let start = Instant::now();
        let Ok(address) = receiver.recv_timeout(Duration::from_mins(1)) else {
            let _ = child.kill();
            let _ = child.wait();
            bail!("{} did not say within {} s where it listens", program.display(), start.elapsed().as_secs());
        };
        let connection = Some(Connection::open(&address)?);
        Ok(Self { child, _profile: profile, connection })
    }

    /// Opens an address in a new page; the browser is the page's until it is closed.
    pub fn page(&mut self, address: &str) -> Result<Page<'_>> {
        let connection = self.connection.as_mut().context("the browser was closed")?;
        connection.events.clear();
        let target = connection.call("", "Target.createTarget", &json!({ "url": "about:blank" }))?;
        let id = target["targetId"].as_str().unwrap_or_default().to_owned();
        let start = Instant::now();
        let session = loop {
            if let Some((session, _)) = connection.targets.iter().find(|(_, target)| target.id == id) {
                break session.clone();
            }
            if start.elapsed() > Duration::from_secs(20) {
                bail!("Chromium opened no page");
            }
            connection.listen(Duration::from_millis(20))?;
        };
        let mut page = Page::new(connection, session);
        page.go(address)?;
        Ok(page)
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            // Asked first: killed alone, it would leave its children behind.
            let _ = connection.call("", "Browser.close", &json!({}));
        }
        for _ in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
