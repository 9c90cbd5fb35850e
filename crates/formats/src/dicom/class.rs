//! What kind of object a file holds (PS3.4 Annex B, PS3.6 Annex A), so that what has no waveform is refused by its name.

use super::element::{Element, Fields, Tag, shown};
use crate::{Error, Place};

const MODALITY: Tag = 0x0008_0060;
const DIRECTORY: Tag = 0x0004_1220;
const PIXELS: Tag = 0x7FE0_0010;
const DOCUMENT: Tag = 0x0042_0011;
const CONTENT: Tag = 0x0040_A730;
const WAVEFORMS: Tag = 0x5400_0100;

/// Elements by which [`refusal`] names an object.
pub(super) const WANTED: [Tag; 5] = [MODALITY, DIRECTORY, PIXELS, DOCUMENT, CONTENT];

pub(super) const TWELVE_LEAD: &str = "1.2.840.10008.5.1.4.1.1.9.1.1";
pub(super) const GENERAL: &str = "1.2.840.10008.5.1.4.1.1.9.1.2";
pub(super) const AMBULATORY: &str = "1.2.840.10008.5.1.4.1.1.9.1.3";
pub(super) const GENERAL_32_BIT: &str = "1.2.840.10008.5.1.4.1.1.9.1.4";

/// Classes of electrocardiograms, with the other curves that are recorded beside one.
const WAVEFORM_CLASSES: [(&str, &str); 12] = [
    (TWELVE_LEAD, "12-lead ECG"),
    (GENERAL, "general ECG"),
    (AMBULATORY, "ambulatory ECG"),
    (GENERAL_32_BIT, "general 32-bit ECG"),
    ("1.2.840.10008.5.1.4.1.1.9.2.1", "hemodynamic waveform"),
    ("1.2.840.10008.5.1.4.1.1.9.3.1", "cardiac electrophysiology waveform"),
    ("1.2.840.10008.5.1.4.1.1.9.5.1", "arterial pulse waveform"),
    ("1.2.840.10008.5.1.4.1.1.9.6.1", "respiratory waveform"),
    ("1.2.840.10008.5.1.4.1.1.9.6.2", "respiratory waveform of several channels"),
    ("1.2.840.10008.5.1.4.1.1.9.7.1", "electroencephalogram"),
    ("1.2.840.10008.5.1.4.1.1.9.7.2", "electromyogram"),
    ("1.2.840.10008.5.1.4.1.1.9.7.4", "sleep electroencephalogram"),
];

/// The name of a waveform class, where it is one that is read.
pub(super) fn waveform(class: &str) -> Option<&'static str> {
    WAVEFORM_CLASSES.iter().find(|(known, _)| *known == class).map(|(_, name)| *name)
}

/// Of the classes above, those of electrocardiograms.
pub(super) fn is_electrocardiogram(class: &str) -> bool {
    WAVEFORM_CLASSES.iter().take(5).any(|(known, _)| *known == class)
}

/// True for recorded speech and other sound.
pub(super) fn is_sound(class: &str) -> bool {
    class.starts_with("1.2.840.10008.5.1.4.1.1.9.4.")
}

/// True for what has pixels.
pub(super) fn is_image(fields: &Fields) -> bool {
    fields.get(PIXELS).is_some()
}

/// Why an object without waveforms is not read: what it is.
pub(super) fn refusal(file: &str, class: &str, fields: &Fields, offset: usize) -> Error {
    let place = Place::Byte(offset as u64);
    let modality = fields.get(MODALITY).map(Element::first).unwrap_or_default();
    if class == "1.2.840.10008.1.3.10" || fields.get(DIRECTORY).is_some() {
        let found = "a DICOMDIR, the index of a set of files";
        return Error::unsupported(file, Place::Whole, found, "the files that it lists");
    }
    let kind = if is_sound(class) {
        "a sound recording"
    } else if fields.get(DOCUMENT).is_some() {
        "a document within DICOM (often a PDF)"
    } else if is_image(fields) || class.starts_with("1.2.840.10008.5.1.4.1.1.7") {
        "an image"
    } else if fields.get(CONTENT).is_some() || class.starts_with("1.2.840.10008.5.1.4.1.1.88.") {
        "a structured report"
    } else if waveform(class).is_some() {
        let expected = format!("a waveform sequence {}", shown(WAVEFORMS));
        return Error::truncated(file, place, "a waveform object without its waveforms", expected);
    } else {
        "an object without waveforms"
    };
    let known =
        ["CT", "MR", "US", "XA", "CR", "DX", "NM", "PT", "RF", "MG", "OT", "SC", "SR", "PR", "ECG", "DOC", "AU"];
    let known = known.contains(&modality.as_str());
    let of = if known { format!("{kind} of modality {modality}") } else { kind.to_owned() };
    Error::unsupported(file, place, format!("DICOM, but {of}"), "an ECG or another waveform")
}
