//! The Lobachevsky University database: recordings whose P, QRS and T waves were delineated by hand, lead by lead.
//!
//! Kalyakulina et al., IEEE Access 8:186181 (2020); PhysioNet ludb 1.0.1, ODC-By 1.0. One annotation file a lead: `(`
//! onset, `p`, `N` or `t` at the peak, `)` end. The first and last cycle are not delineated.

use std::path::{Path, PathBuf};

use ecg::{Annotation, Lead, Recording};
use formats::{Hints, InputFile, Limits};

/// A kind of wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wave {
    /// Atrial depolarisation.
    P,
    /// Ventricular depolarisation.
    Qrs,
    /// Ventricular repolarisation.
    T,
}

impl Wave {
    /// All of them, in the order of a beat.
    pub const ALL: [Wave; 3] = [Wave::P, Wave::Qrs, Wave::T];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Wave::P => "P",
            Wave::Qrs => "QRS",
            Wave::T => "T",
        }
    }
}

/// One wave in one lead, in seconds from the recording's start.
#[derive(Clone, Debug, PartialEq)]
pub struct Delineated {
    /// Its lead.
    pub lead: Lead,
    /// Its kind.
    pub wave: Wave,
    /// Where it begins.
    pub onset: f64,
    /// Where it ends.
    pub end: f64,
}

/// Why LUDB could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LudbError {
    /// A file could not be read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A record is none.
    #[error("{path}: {message}")]
    Record {
        /// Its header.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// There is no record.
    #[error("{folder}: found no header (*.hea) with annotations of waves in it or below, expected LUDB's data folder")]
    Empty {
        /// The folder.
        folder: PathBuf,
    },
}

/// Reads the records below a folder, in the order of their numbers, with their waves.
///
/// # Errors
/// A file cannot be read, or no record has waves.
pub fn read(folder: &Path) -> Result<Vec<(Recording, Vec<Delineated>)>, LudbError> {
    let headers = walkdir::WalkDir::new(folder).max_depth(4).into_iter().filter_map(Result::ok);
    let mut headers: Vec<PathBuf> = headers
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|end| end == "hea"))
        .collect();
    let number = |path: &PathBuf| path.file_stem().and_then(|stem| stem.to_str()?.parse::<u32>().ok());
    headers.sort_by_key(|path| (number(path), path.clone()));
    let mut all = Vec::with_capacity(headers.len());
    for header in &headers {
        let recording = record(header)?;
        let found = waves(&recording.annotations);
        if !found.is_empty() {
            all.push((recording, found));
        }
    }
    if all.is_empty() { Err(LudbError::Empty { folder: folder.to_owned() }) } else { Ok(all) }
}

fn record(header: &Path) -> Result<Recording, LudbError> {
    let wrong = |path: &Path, source| LudbError::File { path: path.to_owned(), source };
    let folder = header.parent().unwrap_or(Path::new("."));
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|source| wrong(folder, source))?.filter_map(Result::ok) {
        let path = entry.path();
        if path.file_stem() == header.file_stem() {
            let bytes = std::fs::read(&path).map_err(|source| wrong(&path, source))?;
            files.push((entry.file_name().to_string_lossy().into_owned(), bytes));
        }
    }
    let files: Vec<InputFile> = files.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
    let outcome = formats::read(&files, &Hints::default(), &Limits::default());
    let failed = |message: String| LudbError::Record { path: header.to_owned(), message };
    if let Some(failure) = outcome.failures.first() {
        return Err(failed(failure.error.to_string()));
    }
    outcome.recordings.into_iter().next().ok_or_else(|| failed("no recording in it".into()))
}

/// Waves from onsets, peaks and ends; a mark without its partners is passed over.
fn waves(annotations: &[Annotation]) -> Vec<Delineated> {
    let mut found = Vec::new();
    for lead in &Lead::TWELVE {
        let (mut onset, mut peak) = (None, None);
        for mark in annotations.iter().filter(|mark| mark.lead.as_ref() == Some(lead)) {
            match mark.code.as_str() {
                "(" => (onset, peak) = (Some(mark.time), None),
                "p" => peak = Some(Wave::P),
                "N" => peak = Some(Wave::Qrs),
                "t" => peak = Some(Wave::T),
                ")" => {
                    if let (Some(onset), Some(wave)) = (onset.take(), peak.take()) {
                        found.push(Delineated { lead: lead.clone(), wave, onset, end: mark.time });
                    }
                }
                _ => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_has_an_onset_a_peak_and_an_end_in_its_lead() {
        let mark =
            |time, code: &str, lead| Annotation { time, code: code.into(), lead: Some(lead), ..Default::default() };
        let marks = [
            mark(0.1, "(", Lead::I),
            mark(0.15, "p", Lead::I),
            mark(0.16, "(", Lead::V1),
            mark(0.2, ")", Lead::I),
            mark(0.3, "N", Lead::I),
            mark(0.35, ")", Lead::I),
            mark(0.4, "t", Lead::V1),
            mark(0.5, ")", Lead::V1),
        ];
        let expected = [
            Delineated { lead: Lead::I, wave: Wave::P, onset: 0.1, end: 0.2 },
            Delineated { lead: Lead::V1, wave: Wave::T, onset: 0.16, end: 0.5 },
        ];
        assert_eq!(waves(&marks), expected, "the QRS complex of lead I has no onset");
    }

    #[test]
    fn a_record_is_read_with_the_waves_of_each_leads_file() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        write("1.hea", b"1 2 500 500\n1.dat 16 1000/mV 0 0 0 0 0 i\n1.dat 16 1000/mV 0 0 0 0 0 v6\n");
        write("1.dat", &[0; 2000]);
        // Words of a code and the samples since the mark before: onset at 100, peak, end at 150.
        let words = |codes: [(u16, u16); 3]| -> Vec<u8> {
            let marks = codes.iter().flat_map(|(code, step)| (code << 10 | step).to_le_bytes());
            marks.chain([0, 0]).collect()
        };
        write("1.i", &words([(39, 100), (1, 20), (40, 30)]));
        write("1.v6", &words([(39, 200), (27, 20), (40, 30)]));
        let records = read(folder.path()).unwrap();
        assert_eq!(records.len(), 1);
        let expected = [
            Delineated { lead: Lead::I, wave: Wave::Qrs, onset: 0.2, end: 0.3 },
            Delineated { lead: Lead::V6, wave: Wave::T, onset: 0.4, end: 0.5 },
        ];
        assert_eq!(records[0].1, expected);
        let empty = tempfile::tempdir().unwrap();
        assert!(matches!(read(empty.path()), Err(LudbError::Empty { .. })));
    }
}
