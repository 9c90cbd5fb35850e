//! Philips Sierra ECG XML, as PageWriter and HeartStart devices and TraceMaster write it: versions 1.03, 1.04, 1.04.01,
//! 1.04.02.
//!
//! There is no public specification; what follows was seen in five files of the versions 1.03, 1.04 and 1.04.01 and
//! agrees with the values that an independent reader gives for them (sierraecg). No file of 1.04.02 was seen; it is
//! read as 1.04.01.
//!
//! **Document.** The outermost element is `restingecgdata` in any name space, in UTF-8 or UTF-16. `documentinfo` must
//! say `SierraECG` or `PhilipsECG`; another `documenttype` is refused. Another version is read with a warning.
//!
//! **Samples.** `waveforms/parsedwaveforms` holds base64 of all leads. `leadlabels` names them (1.04); 1.03 has no such
//! attribute and stores the twelve standard leads in their usual order. `durationperchannel` is in milliseconds. The
//! rate is the attribute `samplespersecond` or `samplingrate` of `signalcharacteristics`; the value of one count is the
//! attribute `resolution`, or `resolution` (1.04) or `signalresolution` (1.03) of `signalcharacteristics`, in
//! microvolts: the schema's unit, which files do not repeat.
//!
//! **Uncompressed** (no `compression`, no `compressmethod`): leads one after another, 16 bits, little-endian.
//!
//! **Plain text** (`dataencoding="Plain"`): whole numbers between blanks, all of one lead after all of another. The schema that
//! public readers carry has it, and those readers (`SierraEcgFile.cs`, `jsierraecg` of sierra-ecg-tools) write packed files again so; no
//! file of a device was seen. What they write are whole limb leads. Whether III is one, or what is left of its rule, its sum
//! tells: what is left is less than the lead.
//!
//! **XLI** (`compression` or `compressmethod`): one chunk a lead. A chunk has a header of eight bytes (its size without
//! the header, 32 bits; two bytes of unknown meaning; a start value, 16 bits) and LZW codes of ten bits, the most
//! significant bit first: 0 to 255 are bytes, each code after the first enters a string from 256 up to 1022. The first
//! half of the bytes are the upper bytes of second differences, the second half the lower ones. The duration bounds
//! what a chunk may expand to, and so does the size of the file: what asks for more is broken and ends the reading of
//! leads. All files seen store 16 chunks for twelve leads; the last four hold the pulse of calibration alone. One that
//! holds more than that without a label is a warning.
//!
//! **Limb leads.** In base64, with and without compression, III, aVR, aVL and aVF are stored as what is left of their rule: III =
//! II - I - III', aVR = -floor((I + II) / 2) - aVR', aVL = floor((I - III) / 2) - aVL', aVF = floor((II + III) / 2) -
//! aVF'. They are put together again in 16 bits; they are stored leads and not derived ones. Where a lead that the rule
//! needs is missing, the lead is left out with a warning.
//!
//! **Calibration.** Devices append a pulse of 1 mV to every lead (in all files seen 50 samples of 0, 100 of 200, 50 of
//! 0 at 500 Hz and 5 µV). Samples at the end that are the same in every lead and are zeros, 1 mV by the resolution,
//! zeros are no ECG: they are cut off with a note that says how many.
//!
//! **Representative beats.** `waveforms/repbeats`, uncompressed, true limb leads, with a rate (`samplespersec`) and a
//! resolution of their own (500 Hz and 2.5 µV, 1000 Hz and 1 µV); the base64 is the text of `repbeat` (1.03) or of its
//! `waveform` (1.04).
//!
//! **Measurements and statements.** Numbers of the interpretation (`globalmeasurements`, `interpretationmeasurements`),
//! then those of `crossleadmeasurements` or `measurements/globalmeasurements` that it does not repeat, then those of
//! each `leadmeasurement`, by the file's names. The file writes no units; they are the schema's milliseconds, microvolts,
//! degrees and beats a minute by the end of the name, and none for areas, slopes, counts and places on the record. Each `statement` and the `severity` are statements of the system `Philips` with their code
//! (`SB`); without a code, of the system `text`. The line of the signature is not read, since it names a physician.
//!
//! **Person and start.** `generalpatientdata`; `age/years`, but not the attribute `defaultage`, which is no age. The
//! start is date and time of `dataacquisition`, or else of `reportinfo`.
//!
//! **Refused.** Other document types; encodings than base64 and plain text (`Hex` of the schema, whose order of bytes nothing tells);
//! compressions than XLI, and XLI as plain text; widths than 16 bits; `unparsedwaveforms` and `leadwaveforms` of the schema.

use ecg::{Recording, Source};

use crate::error::shown;
use crate::vendor::{Reading, stem};
use crate::xml::{self, Document, Element};
use crate::{Error, Hints, InputFile, Limits, Place, encoding};

mod beats;
mod limbs;
mod plain_text;
mod pulse;
mod report;
mod waveforms;
mod xli;

/// Versions whose layout is known.
const VERSIONS: [&str; 4] = ["1.03", "1.04", "1.04.01", "1.04.02"];

/// How clearly the content is Philips's, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    if xml::root_name(bytes).is_some_and(|name| name.eq_ignore_ascii_case("restingecgdata")) { 95 } else { 0 }
}

/// Reads one file: the leads without the pulse of calibration, the representative beats, statements and measurements.
///
/// # Errors
/// No XML, another document type, another encoding or compression, no whole lead, more than `limits` allow, or no rate
/// ([`Error::wants_rate`]).
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Recording, Error> {
    limits.file(file.name, file.bytes)?;
    let text = encoding::decode(file.bytes);
    let document = Document::read(file.name, &text, limits)?;
    let root = document.root();
    if !root.name().eq_ignore_ascii_case("restingecgdata") {
        return Err(Error::invalid(file.name, Place::Whole, shown(root.name()), "a restingecgdata document"));
    }
    let mut reading = Reading::new(file.name, hints, limits);
    check_type(root, &mut reading)?;
    let mut recording = Recording {
        name: stem(file.name).to_owned(),
        source: Source { format: "Philips Sierra".to_owned(), files: vec![file.name.to_owned()] },
        ..Recording::default()
    };
    reading.question_end(&document);
    recording.signals = waveforms::read(root, file.bytes.len(), &mut reading)?;
    if recording.signals.is_empty() {
        let place = document.cut_place().unwrap_or_default();
        let (found, expected) = ("no whole lead", "parsedwaveforms with at least one lead");
        return Err(match document.cut {
            Some(_) => Error::truncated(file.name, place, found, expected),
            None => Error::invalid(file.name, place, found, expected),
        });
    }
    recording.representative_beats = beats::read(root, &mut reading)?;
    report::read(root, &mut recording);
    recording.warnings = reading.warnings;
    Ok(recording)
}

/// Refuses other types of document and questions other versions.
fn check_type(root: Element, reading: &mut Reading) -> Result<(), Error> {
    let text =
        |name: &str| root.path(&["documentinfo", name]).map(|element| element.text()).filter(|text| !text.is_empty());
    match text("documenttype") {
        Some(kind) if kind.eq_ignore_ascii_case("SierraECG") || kind.eq_ignore_ascii_case("PhilipsECG") => {}
        Some(other) => {
            let found = format!("a document of the type {}", shown(other));
            return Err(Error::unsupported(
                reading.file,
                Place::Whole,
                found,
                "SierraECG or PhilipsECG 1.03 to 1.04.02",
            ));
        }
        None => reading.note("documentinfo", "no type of the document is stated; it was read as PhilipsECG"),
    }
    if !text("documentversion").is_some_and(|version| VERSIONS.contains(&version)) {
        reading.data("documentinfo", "no version that is known; it was read as 1.03 or 1.04, by what is in it");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
