//! What can go wrong, where, and what to do about it.

use core::fmt;

/// Where in a file something was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The file as a whole.
    #[default]
    Whole,
    /// A byte, counted from 0.
    Byte(u64),
    /// A line of a text file, counted from 1.
    Line(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Whole => Ok(()),
            Place::Byte(byte) => write!(f, ", byte {byte}"),
            Place::Line(line) => write!(f, ", line {line}"),
        }
    }
}

/// What a file does not state and the user can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Samples a second: [`crate::Hints::rate`].
    Rate,
    /// The unit of the values: [`crate::Hints::unit`].
    Unit,
    /// Another file that belongs to this one.
    File,
}

/// Why a file, or a group of files, could not be read.
///
/// `found` and `expected` never hold what a file says of a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file ends before what it promises.
    #[error("{file}{place}: the file ends too early: found {found}, expected {expected}; it may be an unfinished copy")]
    Truncated {
        /// The file.
        file: String,
        /// Where in it.
        place: Place,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// The file breaks its format's rules.
    #[error("{file}{place}: found {found}, expected {expected}")]
    Invalid {
        /// The file.
        file: String,
        /// Where in it.
        place: Place,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// The file may be right, but this is not read here.
    #[error("{file}{place}: found {found}, which is not read here; expected {expected}")]
    Unsupported {
        /// The file.
        file: String,
        /// Where in it.
        place: Place,
        /// What is there.
        found: String,
        /// What can be read instead.
        expected: String,
    },
    /// The file asks for more than [`crate::Limits`] allow.
    #[error("{file}{place}: found {found}, more than the limit of {expected}")]
    Limit {
        /// The file.
        file: String,
        /// Where in it.
        place: Place,
        /// What it asks for.
        found: String,
        /// The limit.
        expected: String,
    },
    /// The file lacks what cannot be assumed; the user can give it.
    #[error("{file}{place}: found {found}; please give {expected}")]
    Missing {
        /// What is needed.
        needs: Needs,
        /// The file.
        file: String,
        /// Where in it.
        place: Place,
        /// What is there.
        found: String,
        /// What to give.
        expected: String,
    },
}

impl Error {
    /// [`Error::Truncated`].
    pub fn truncated(file: &str, place: Place, found: impl Into<String>, expected: impl Into<String>) -> Error {
        Error::Truncated { file: file.to_owned(), place, found: found.into(), expected: expected.into() }
    }

    /// [`Error::Invalid`].
    pub fn invalid(file: &str, place: Place, found: impl Into<String>, expected: impl Into<String>) -> Error {
        Error::Invalid { file: file.to_owned(), place, found: found.into(), expected: expected.into() }
    }

    /// [`Error::Unsupported`].
    pub fn unsupported(file: &str, place: Place, found: impl Into<String>, expected: impl Into<String>) -> Error {
        Error::Unsupported { file: file.to_owned(), place, found: found.into(), expected: expected.into() }
    }

    /// [`Error::Limit`].
    pub fn limit(file: &str, place: Place, found: impl Into<String>, limit: impl fmt::Display) -> Error {
        Error::Limit { file: file.to_owned(), place, found: found.into(), expected: limit.to_string() }
    }

    /// [`Error::Missing`].
    pub fn missing(needs: Needs, file: &str, found: impl Into<String>, expected: impl Into<String>) -> Error {
        Error::Missing {
            needs,
            file: file.to_owned(),
            place: Place::Whole,
            found: found.into(),
            expected: expected.into(),
        }
    }

    /// True when reading can succeed once the user gives the sampling rate.
    pub fn wants_rate(&self) -> bool {
        matches!(self, Error::Missing { needs: Needs::Rate, .. })
    }

    /// True when reading can succeed once the user gives the unit.
    pub fn wants_unit(&self) -> bool {
        matches!(self, Error::Missing { needs: Needs::Unit, .. })
    }

    /// True when another file is needed.
    pub fn wants_file(&self) -> bool {
        matches!(self, Error::Missing { needs: Needs::File, .. })
    }
}

/// Text of a file as an error may show it: at most 40 characters, control characters replaced.
pub(crate) fn shown(text: &str) -> String {
    let mut short: String =
        text.chars().take(40).map(|letter| if letter.is_control() { '\u{FFFD}' } else { letter }).collect();
    if text.chars().nth(40).is_some() {
        short.push('…');
    }
    format!("\"{short}\"")
}

/// Why a recording cannot be written in a format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// There is no signal.
    #[error("the recording has no signal to write")]
    Empty,
    /// The format cannot hold this recording as it is.
    #[error("{what}: found {found}, the format holds {expected}")]
    Unfit {
        /// The part of the recording, such as `lead V1`.
        what: String,
        /// What it is.
        found: String,
        /// What the format can hold.
        expected: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_file_place_found_and_expected() {
        let error = Error::invalid("a.hea", Place::Line(3), "\"x\"", "a number of samples");
        assert_eq!(error.to_string(), "a.hea, line 3: found \"x\", expected a number of samples");
        let error = Error::missing(Needs::Rate, "a.csv", "no sampling rate", "the sampling rate in hertz");
        assert!(error.wants_rate() && !error.wants_unit());
    }

    #[test]
    fn long_text_of_a_file_is_cut_in_an_error() {
        assert_eq!(shown("ab\u{7}c"), "\"ab\u{FFFD}c\"");
        assert_eq!(shown(&"x".repeat(50)).chars().count(), 43);
    }
}
