//! A visitor's browser and the server that it visits.

use super::Suite;
use crate::server::Site;
use crate::{Chromium, Gpu, Page};
use anyhow::Result;

/// Serves the built folder to a browser of its own; both end together.
pub(super) struct Visit {
    /// Remembers what was asked for.
    pub site: Site,
    browser: Chromium,
}

impl Visit {
    /// Starts both.
    pub(super) fn begin(suite: &Suite, gpu: Gpu) -> Result<Self> {
        Ok(Self { site: Site::serve(&suite.site, 0)?, browser: Chromium::start(gpu)? })
    }

    /// The page as a new visitor sees it, and the server beside it.
    pub(super) fn open(&mut self) -> Result<(Page<'_>, &Site)> {
        Ok((self.browser.page(&self.site.address())?, &self.site))
    }
}
