//! The list of readers whose files stand alone: how each knows its own, and who reads it.
//!
//! A format is added by its module, a row here, a row in the table of the crate's page and its golden values in `tests/`.

use ecg::Recording;

use crate::{
    Error, Format, Hints, InputFile, Limits, aecg, atc, cardiosoft, contec, csv, dicom, edf, fhir, hdf5, ishne,
    matlab4, matlab5, mfer, mortara, muse, npy, philips, schiller, scp,
};

/// One format whose files stand alone.
pub(crate) struct Reader {
    pub(crate) format: Format,
    /// How clearly the content is of this format, 0 to 100. Looks at the beginning or at a few places, never at everything.
    pub(crate) score: fn(&[u8]) -> u8,
    /// Endings that break a tie between formats of equal score.
    pub(crate) extensions: &'static [&'static str],
    /// Reads one file; some hold several recordings.
    pub(crate) read: fn(&InputFile, &Hints, &Limits) -> Result<Vec<Recording>, Error>,
}

/// Every one of them.
pub(crate) const READERS: &[Reader] = &[
    Reader {
        format: Format::Edf,
        score: edf::score,
        extensions: &[],
        read: |file, hints, limits| one(edf::read(file, hints, limits)),
    },
    Reader { format: Format::Dicom, score: dicom::score, extensions: &["dcm"], read: dicom::read },
    Reader { format: Format::Scp, score: scp::score, extensions: &["scp"], read: scp::read },
    Reader {
        format: Format::Ishne,
        score: ishne::score,
        extensions: &[],
        read: |file, hints, limits| one(ishne::read(file, hints, limits)),
    },
    Reader {
        format: Format::IshneAnnotations,
        score: ishne::score_annotations,
        extensions: &[],
        // Those whose Holter is there go to it, in `read`.
        read: |file, _, _| Err(ishne::refuse_annotations(file)),
    },
    Reader { format: Format::Mfer, score: mfer::score, extensions: &[], read: mfer::read },
    Reader {
        format: Format::Contec,
        score: contec::score,
        extensions: &[],
        read: |file, hints, limits| one(contec::read(file, hints, limits)),
    },
    Reader {
        format: Format::Atc,
        score: atc::score,
        extensions: &[],
        read: |file, hints, limits| one(atc::read(file, hints, limits)),
    },
    Reader { format: Format::Aecg, score: aecg::score, extensions: &["xml", "ecg"], read: aecg::read },
    Reader { format: Format::Fhir, score: fhir::score, extensions: &["json", "ndjson", "xml"], read: fhir::read },
    Reader {
        format: Format::Muse,
        score: muse::score,
        extensions: &["xml"],
        read: |file, hints, limits| one(muse::read(file, hints, limits)),
    },
    Reader { format: Format::CardioSoft, score: cardiosoft::score, extensions: &["xml"], read: cardiosoft::read },
    Reader {
        format: Format::Philips,
        score: philips::score,
        extensions: &["xml"],
        read: |file, hints, limits| one(philips::read(file, hints, limits)),
    },
    Reader {
        format: Format::Mortara,
        score: mortara::score,
        extensions: &["xml"],
        read: |file, hints, limits| one(mortara::read(file, hints, limits)),
    },
    Reader {
        format: Format::Schiller,
        score: schiller::score,
        extensions: &["xml"],
        read: |file, hints, limits| one(schiller::read(file, hints, limits)),
    },
    Reader { format: Format::MatlabV4, score: matlab4::score, extensions: &["mat"], read: matlab4::read },
    Reader { format: Format::MatlabV5, score: matlab5::score, extensions: &["mat"], read: matlab5::read },
    Reader { format: Format::Hdf5, score: hdf5::score, extensions: &["h5", "hdf5", "mat"], read: hdf5::read },
    Reader { format: Format::Npy, score: npy::score, extensions: &["npy"], read: npy::read },
    Reader {
        format: Format::Csv,
        score: csv::score,
        extensions: &["csv", "tsv", "txt", "tab"],
        read: |file, hints, limits| one(csv::read(file, hints, limits)),
    },
];

/// The reader of a format, where its files stand alone.
pub(crate) fn of(format: Format) -> Option<&'static Reader> {
    READERS.iter().find(|reader| reader.format == format)
}

fn one(read: Result<Recording, Error>) -> Result<Vec<Recording>, Error> {
    read.map(|recording| vec![recording])
}
