//! GE MUSE XML, as MUSE 7 to 9 export resting recordings.
//!
//! There is no public specification; what follows was seen in exports of MUSE 9.0.7 and 9.0.9 and in a synthetic one of
//! 9.0.10.
//!
//! **Document.** The outermost element is `RestingECG`, usually after `<!DOCTYPE RestingECG SYSTEM "restecg.dtd">`
//! (passed over: nothing is fetched and no entity is expanded) and in ISO-8859-1 or UTF-8. Other dialects of the maker
//! (`sapphire`, `dcarRecord`) are other formats; CardioSoft's is read by [`crate::cardiosoft`]. What is no UTF-8 is
//! read as ISO-8859-1 whatever the document declares, so that statements and names of other code pages come out wrong;
//! samples do not.
//!
//! **Waveforms.** Each `Waveform` has a `WaveformType`, by which it is chosen, since the order differs from exporter to
//! exporter and old ones have no median: `Rhythm` gives the signals, `Median` the representative beats. Another type is
//! passed over with a warning unless there is no rhythm. The rate is `SampleBase` * 10^`SampleExponent` hertz, or else
//! that of `ECGSampleBase` among the measurements.
//!
//! **Leads.** Each `LeadData` holds `LeadID`, `WaveFormData` (base64 with line breaks, 16 bits, little-endian, whatever
//! the case of its name), `LeadAmplitudeUnitsPerBit` (4.88) of `LeadAmplitudeUnits` (`MICROVOLTS`), `LeadSampleSize`
//! (2), `LeadSampleCountTotal`: the bytes decide, and what lies beyond the stated count is left out. A lead marked
//! `LeadOff` is kept with a warning. Usually eight leads are stored (I, II, V1 to V6); the other four limb leads are
//! derived, as everywhere in this crate, for the median too. `LeadOffsetFirstSample`, `FirstSampleBaseline` and
//! `LeadTimeOffset` are no amplitudes and are not added; one that is not 0 is noted.
//!
//! **Check.** `LeadDataCRC32` is the CRC-32 of zlib and Ethernet over the decoded bytes: so it is in all 32 leads of
//! two real exports. 0 stands for none. Another value is a warning.
//!
//! **Statements.** Each `DiagnosisStatement` is a piece of a line that the `StmtFlag` `ENDSLINE` ends. Those of
//! `Diagnosis` have the system `text`; those of `OriginalDiagnosis` (the device's, before somebody read them over) have
//! `text, before overreading`.
//!
//! **Measurements and marks.** The numbers of `RestingECGMeasurements`, or where they are missing of
//! `OriginalRestingECGMeasurements`, by the file's names. The file writes no units: rates are beats a minute, intervals
//! milliseconds, axes degrees (in two exports durations are twice the offset less the onset, so that those count samples
//! of 2 ms; they are shown without a unit). Each `QRS` of `QRSTimesTypes` is a mark whose code is `QRS` and whose text is
//! its type; its `Time` is in milliseconds (eight of eight lie within 20 ms of an R wave).
//!
//! **Person and start.** `PatientDemographics` (`PatientAge` in `AgeUnits`) and `AcquisitionDate` with
//! `AcquisitionTime`; dates are `MM-DD-YYYY`.
//!
//! **Refused.** Samples of another size than 16 bits; a document without one whole lead.

use ecg::{Recording, Source};

use crate::vendor::{Reading, stem};
use crate::xml::{self, Document};
use crate::{Error, Hints, InputFile, Limits, Place, encoding};

mod report;
mod waveform;

/// How clearly the content is MUSE's, 0 to 100.
pub(crate) fn score(bytes: &[u8]) -> u8 {
    if xml::root_name(bytes).is_some_and(|name| name.eq_ignore_ascii_case("RestingECG")) { 95 } else { 0 }
}

/// Reads one file: signals of the rhythm, representative beats of the median, all in counts with the file's scale.
///
/// # Errors
/// No XML, no whole lead of 16 bits, more than `limits` allow, or no rate ([`Error::wants_rate`]).
pub fn read(file: &InputFile, hints: &Hints, limits: &Limits) -> Result<Recording, Error> {
    limits.file(file.name, file.bytes)?;
    let text = encoding::decode(file.bytes);
    let document = Document::read(file.name, &text, limits)?;
    let root = document.root();
    if !root.name().eq_ignore_ascii_case("RestingECG") {
        let found = crate::error::shown(root.name());
        return Err(Error::invalid(file.name, Place::Whole, found, "a RestingECG document"));
    }
    let mut recording = Recording {
        name: stem(file.name).to_owned(),
        source: Source { format: "GE MUSE".to_owned(), files: vec![file.name.to_owned()] },
        ..Recording::default()
    };
    let mut reading = Reading::new(file.name, hints, limits);
    reading.question_end(&document);
    waveform::read(root, &mut reading, &mut recording)?;
    if recording.signals.is_empty() {
        let place = document.cut_place().unwrap_or_default();
        let (found, expected) = ("no whole lead of a rhythm", "WaveFormData of at least one lead");
        return Err(match document.cut {
            Some(_) => Error::truncated(file.name, place, found, expected),
            None => Error::invalid(file.name, place, found, expected),
        });
    }
    report::read(root, &mut recording, &mut reading);
    recording.warnings = reading.warnings;
    Ok(recording)
}

#[cfg(test)]
mod tests;
