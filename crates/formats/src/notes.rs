//! A file's warnings while it is read, bounded in number, so that a hostile file gives no more of them than a person reads.

use ecg::{Severity, Warning};

use crate::Place;

/// Warnings that are kept in words; those beyond are counted.
const MOST: usize = 64;
/// Bytes of a text of the file that is repeated in several places (a code, a label).
const LABEL: usize = 128;

/// Warnings of one file.
pub(crate) struct Notes<'f> {
    file: &'f str,
    warnings: Vec<Warning>,
    given: usize,
}

impl<'f> Notes<'f> {
    /// None yet, of `file`.
    pub(crate) fn new(file: &'f str) -> Notes<'f> {
        Notes { file, warnings: Vec::new(), given: 0 }
    }

    /// Something was assumed or is odd; the samples are as stored.
    pub(crate) fn note(&mut self, place: &str, message: impl Into<String>) {
        self.add(Severity::Note, place, message.into());
    }

    /// Samples are missing, cut or may be wrong.
    pub(crate) fn data(&mut self, place: &str, message: impl Into<String>) {
        self.add(Severity::Data, place, message.into());
    }

    fn add(&mut self, severity: Severity, place: &str, message: String) {
        self.given = self.given.saturating_add(1);
        if self.given <= MOST {
            let file = self.file.to_owned();
            self.warnings.push(Warning { severity, file, place: place.to_owned(), message });
        } else if self.given == MOST.saturating_add(1) {
            let message = format!("more than {MOST} things to warn of; the others are left out");
            self.warnings.push(Warning { severity, file: self.file.to_owned(), place: String::new(), message });
        }
    }

    /// Takes what was collected.
    pub(crate) fn take(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }
}

/// A place as a warning names it: `line 3`.
pub(crate) fn place(place: Place) -> String {
    place.to_string().trim_start_matches(", ").to_owned()
}

/// A code or a label of the file, cut where it is longer than any real one.
pub(crate) fn label(text: &str) -> String {
    let text = text.trim();
    text.get(..text.floor_char_boundary(LABEL)).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_bounded_and_the_bound_is_told() {
        let mut notes = Notes::new("a");
        (0..1000).for_each(|_| notes.data("lead I", "odd"));
        let warnings = notes.take();
        assert_eq!(warnings.len(), MOST + 1);
        assert!(warnings[MOST].message.contains("left out"));
    }

    #[test]
    fn a_long_label_is_cut_between_letters() {
        assert_eq!(label(&"é".repeat(100)).len(), LABEL);
        assert_eq!(label(&format!("a{}", "é".repeat(100))).len(), LABEL - 1);
        assert_eq!(place(Place::Line(3)), "line 3");
    }
}
