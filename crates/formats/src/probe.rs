//! Which format a file is in, by its content.

use crate::reader::READERS;
use crate::{archive, csv, wfdb};

/// The formats that are told apart by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A WFDB header; the signal files that it names cannot be told by content.
    WfdbHeader,
    /// A MATLAB version 4 file, as the PhysioNet challenges ship their samples.
    MatlabV4,
    /// A MATLAB version 5 to 7.2 file.
    MatlabV5,
    /// HDF5, and with it MATLAB 7.3.
    Hdf5,
    /// A NumPy array.
    Npy,
    /// EDF, EDF+, BDF or BDF+.
    Edf,
    /// SCP-ECG (EN 1064).
    Scp,
    /// A DICOM waveform.
    Dicom,
    /// HL7 annotated ECG.
    Aecg,
    /// GE MUSE XML.
    Muse,
    /// GE CardioSoft XML.
    CardioSoft,
    /// Philips Sierra ECG XML.
    Philips,
    /// Mortara ELI XML.
    Mortara,
    /// Schiller XML.
    Schiller,
    /// FHIR Observations in JSON or XML.
    Fhir,
    /// ISHNE Holter.
    Ishne,
    /// Annotations of an ISHNE Holter.
    IshneAnnotations,
    /// MFER (ISO 22077).
    Mfer,
    /// Contec ECG90A.
    Contec,
    /// AliveCor ATC.
    Atc,
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
            Format::MatlabV5 => "MATLAB 5",
            Format::Hdf5 => "HDF5",
            Format::Npy => "NumPy",
            Format::Edf => "EDF",
            Format::Scp => "SCP-ECG",
            Format::Dicom => "DICOM",
            Format::Aecg => "HL7 aECG",
            Format::Muse => "GE MUSE",
            Format::CardioSoft => "GE CardioSoft",
            Format::Philips => "Philips Sierra",
            Format::Mortara => "Mortara ELI",
            Format::Schiller => "Schiller",
            Format::Fhir => "FHIR",
            Format::Ishne => "ISHNE",
            Format::IshneAnnotations => "ISHNE annotations",
            Format::Mfer => "MFER",
            Format::Contec => "Contec",
            Format::Atc => "AliveCor ATC",
            Format::Csv => "CSV",
            Format::Zip => "ZIP",
            Format::Gzip => "gzip",
        }
    }
}

/// True for a name that ends in one of these after a dot, in letters of either case.
pub(crate) fn has_extension(name: &str, extensions: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| extensions.iter().any(|known| end.eq_ignore_ascii_case(known)))
}

/// The format whose marks the content bears most clearly, or none.
///
/// The name only breaks a tie between text formats, since extensions are shared (`.dat`, `.mat`, `.ecg`) and lost.
pub fn probe(name: &str, bytes: &[u8]) -> Option<Format> {
    let with_name = |score: u8, extensions: &[&str]| {
        let named = has_extension(name, extensions);
        if score == 0 { 0 } else { score.saturating_add(u8::from(named)) }
    };
    let whole = [
        (archive::score_zip(bytes), Format::Zip),
        (archive::score_gzip(bytes), Format::Gzip),
        (with_name(wfdb::score_header(bytes), &["hea"]), Format::WfdbHeader),
    ];
    let mut clearest = whole.into_iter().max_by_key(|(score, _)| *score)?;
    for reader in READERS {
        // Whether a text holds a table takes longer to see than all the marks of the others, so that it is not looked at where it
        // cannot matter: its name is worth one more. It is the last of the list.
        if reader.format == Format::Csv && clearest.0 > csv::MOST.saturating_add(1) {
            continue;
        }
        let score = with_name((reader.score)(bytes), reader.extensions);
        if score >= clearest.0 {
            clearest = (score, reader.format);
        }
    }
    (clearest.0 > 0).then_some(clearest.1)
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
