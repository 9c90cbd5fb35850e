//! The warnings of one file, gathered from places that share it.

use core::cell::{Cell, RefCell};

use ecg::{Severity, Warning};

/// So that a file of a million oddities does not become a million warnings.
const MOST: usize = 100;

/// Collects warnings; at most [`MOST`] are kept, and what is over is counted.
pub(super) struct Notes<'a> {
    file: &'a str,
    warnings: RefCell<Vec<Warning>>,
    more: Cell<u64>,
}

impl<'a> Notes<'a> {
    pub(super) fn new(file: &'a str) -> Notes<'a> {
        Notes { file, warnings: RefCell::default(), more: Cell::default() }
    }

    /// Something odd; the samples are as stored.
    pub(super) fn odd(&self, place: String, message: String) {
        self.add(Severity::Note, place, message);
    }

    /// Whether something was said that touches samples.
    pub(super) fn is_broken(&self) -> bool {
        self.warnings.borrow().iter().any(|warning| warning.severity == Severity::Data)
    }

    /// Something that touches samples.
    pub(super) fn data(&self, place: String, message: String) {
        self.add(Severity::Data, place, message);
    }

    fn add(&self, severity: Severity, place: String, message: String) {
        let mut warnings = self.warnings.borrow_mut();
        if warnings.len() < MOST {
            let warning = Warning { severity, file: self.file.to_owned(), place, message };
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        } else {
            self.more.set(self.more.get().saturating_add(1));
        }
    }

    /// Everything that was said.
    pub(super) fn into_warnings(self) -> Vec<Warning> {
        let mut warnings = self.warnings.into_inner();
        let more = self.more.get();
        if more > 0 {
            let message = format!("{more} further oddities of this file are not listed");
            warnings.push(Warning {
                severity: Severity::Data,
                file: self.file.to_owned(),
                place: String::new(),
                message,
            });
        }
        warnings
    }
}

/// A byte as the place of a warning.
pub(super) fn byte(offset: usize) -> String {
    format!("byte {offset}")
}
