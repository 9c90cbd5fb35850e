//! Which format a file is in, by its content.

use crate::{archive, csv, edf, wfdb};

/// The formats that are told apart by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A WFDB header; the signal files that it names cannot be told by content.
    WfdbHeader,
    /// A MATLAB version 4 file, as the PhysioNet challenges ship their samples.
    MatlabV4,
    /// EDF, EDF+, BDF or BDF+.
    Edf,
    /// Comma, semicolon or tab separated text.
    Csv,
    /// A ZIP archive.
    Zip,
    /// A file packed with gzip.
    Gzip,
}

impl Format {
    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Format::WfdbHeader => "WFDB",
            Format::MatlabV4 => "MATLAB 4",
            Format::Edf => "EDF",
            Format::Csv => "CSV",
            Format::Zip => "ZIP",
            Format::Gzip => "gzip",
        }
    }
}

/// The format whose marks the content bears most clearly, or none.
///
/// The name only breaks a tie between text formats, since extensions are shared (`.dat`, `.mat`, `.ecg`) and lost.
pub fn probe(name: &str, bytes: &[u8]) -> Option<Format> {
    let named = |extensions: &[&str]| {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        u8::from(extensions.iter().any(|known| extension.eq_ignore_ascii_case(known)))
    };
    let with_name =
        |score: u8, extensions: &[&str]| if score == 0 { 0 } else { score.saturating_add(named(extensions)) };
    let scores = [
        (archive::score_zip(bytes), Format::Zip),
        (archive::score_gzip(bytes), Format::Gzip),
        (edf::score(bytes), Format::Edf),
        (with_name(wfdb::score_header(bytes), &["hea"]), Format::WfdbHeader),
        (wfdb::score_matlab(bytes), Format::MatlabV4),
        (with_name(csv::score(bytes), &["csv", "tsv", "txt", "tab"]), Format::Csv),
    ];
    scores.into_iter().filter(|(score, _)| *score > 0).max_by_key(|(score, _)| *score).map(|(_, format)| format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_and_not_the_name() {
        assert_eq!(probe("a.txt", b"a 1 100 3\na.dat 16 1000/mV\n"), Some(Format::WfdbHeader));
        assert_eq!(probe("a.hea", b"PK\x03\x04rest"), Some(Format::Zip));
        assert_eq!(probe("a.hea", &[0xff; 64]), None);
        assert_eq!(probe("a.edf", b""), None);
    }
}
