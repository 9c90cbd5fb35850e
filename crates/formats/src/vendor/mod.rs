//! What the XML dialects of vendors share: samples in base64 and as numbers between commas, dates, persons, warnings
//! and limits.
//!
//! None of the dialects has a public specification. Their readers take what stands in known places by local names and
//! say where something is not as known.

pub(crate) mod base64;
pub(crate) mod fields;
pub(crate) mod integers;
mod reading;
pub(crate) mod waveform;

pub(crate) use reading::{Reading, in_lead};

/// The file's name without folder and extension.
pub(crate) fn stem(name: &str) -> &str {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

/// What the tests of these readers share.
#[cfg(test)]
pub(crate) mod testing {
    use ::base64::Engine as _;
    use ecg::{Recording, Samples, Severity};

    use crate::{Error, Hints, InputFile, Limits};

    /// Counts as base64 with a line break in every 20 characters.
    pub(crate) fn encoded(counts: &[i16]) -> String {
        let bytes: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()).collect();
        lines(&bytes)
    }

    /// Bytes as base64 with a line break in every 20 characters.
    pub(crate) fn lines(bytes: &[u8]) -> String {
        let text = ::base64::engine::general_purpose::STANDARD.encode(bytes);
        let pieces = text.as_bytes().chunks(20).map(|line| format!("{}\r\n", std::str::from_utf8(line).unwrap()));
        pieces.collect()
    }

    /// The counts of one signal.
    pub(crate) fn counts(signal: &ecg::Signal) -> Vec<i32> {
        match &signal.samples {
            Samples::Digital { counts, .. } => counts.to_vec(),
            Samples::Physical { .. } => panic!("these formats hold counts"),
        }
    }

    /// True where a warning has these words.
    pub(crate) fn warned(recording: &Recording, words: &str) -> bool {
        recording.warnings.iter().any(|warning| warning.to_string().contains(words))
    }

    /// Reads a document cut at every byte: each is an error, or what is whole with a warning; and no warning and no
    /// error says what `person` is.
    pub(crate) fn cut_everywhere(
        document: &str,
        person: &[&str],
        read: impl Fn(&InputFile, &Hints, &Limits) -> Result<Vec<Recording>, Error>,
    ) {
        let read = |bytes: &[u8]| read(&InputFile { name: "a.xml", bytes }, &Hints::default(), &Limits::default());
        let whole = read(document.as_bytes()).unwrap();
        let mut said = whole.iter().flat_map(|one| &one.warnings).map(ToString::to_string).collect::<String>();
        let mut kept = 0;
        for length in 0..document.len() {
            match read(&document.as_bytes()[..length]) {
                Ok(recordings) => {
                    for (cut, whole) in recordings.iter().zip(&whole) {
                        let warnings = &cut.warnings;
                        assert!(warnings.iter().any(|warning| warning.severity == Severity::Data), "{length}");
                        assert!(!cut.signals.is_empty(), "{length}");
                        for signal in &cut.signals {
                            assert!(whole.signals.iter().any(|other| other == signal), "{length}: {signal:?}");
                        }
                        kept = kept.max(cut.signals.len());
                        said.extend(warnings.iter().map(ToString::to_string));
                    }
                }
                Err(error) => said.push_str(&error.to_string()),
            }
        }
        assert_eq!(kept, whole[0].signals.len(), "the last lead is kept once it is whole");
        for word in person {
            assert!(document.contains(word) && !said.contains(word), "{word} in {said}");
        }
    }
}
