//! What stands beside the samples: Sections 7 to 11, and the names of later ones.

use ecg::{Recording, Severity, Statement};

use super::person::Device;
use super::sections::{Section, Sections};
use super::{early, maker, measurements, statements, warning};
use crate::{Error, InputFile, Limits};

/// What statements of Section 9 are called: its codes and words are the maker's.
pub(super) const OF_MAKER: &str = "SCP-ECG Section 9";

/// Sections 7 to 11; what they hold before they end early stays. Sections 13 to 18 are named.
pub(super) fn read(
    file: &InputFile,
    sections: &Sections,
    protocol: u8,
    device: Device,
    limits: &Limits,
    recording: &mut Recording,
) {
    let cursor = |number: usize| {
        let section = sections.get(number).filter(|section| !section.body.is_empty());
        section.and_then(|section| section.cursor(file).ok())
    };
    let mut results: Vec<(usize, Result<(), Error>)> = Vec::new();
    if let Some(cursor) = cursor(7) {
        let beats = recording.annotations.len();
        results.push((7, measurements::global(cursor, beats, protocol, recording)));
        recording.annotations.sort_by(|one, other| one.time.total_cmp(&other.time));
    }
    for (number, coded) in [(8, false), (11, true)] {
        if let Some(cursor) = cursor(number) {
            results.push((number, statements::read(cursor, coded, device.texts, &mut recording.statements)));
        }
    }
    if let Some(cursor) = cursor(10) {
        results.push((10, measurements::of_leads(cursor, recording)));
    }
    for (number, result) in results {
        if let Err(error) = result {
            recording.warnings.push(early(file, number, &error));
        }
    }
    if let Some(section) = sections.get(9).filter(|section| !section.body.is_empty()) {
        of_maker(file, section, device, limits, recording);
    }
    let later: Vec<usize> = (13..=18).filter(|number| sections.get(*number).is_some()).collect();
    if !later.is_empty() {
        let message = format!(
            "sections {later:?} of version 3 (stress test, selected sequences, measurements and annotations of beats and spikes) are there; \
             their layout is not public and they were not read"
        );
        recording.warnings.push(warning(file, Severity::Note, "Section 0", message));
    }
}

/// Section 9: its texts, and a warning that says what was kept and what was not.
fn of_maker(file: &InputFile, section: &Section, device: Device, limits: &Limits, recording: &mut Recording) {
    let most = usize::try_from(limits.text_bytes).unwrap_or(usize::MAX);
    let bytes = section.body.len();
    let (texts, other) = maker::texts(section.body.get(..most).unwrap_or(section.body), device.texts);
    let beyond = match bytes.checked_sub(most) {
        Some(beyond) if beyond > 0 => format!("; {beyond} bytes beyond the limit of a text were not looked at"),
        _ => String::new(),
    };
    let message = format!(
        "Section 9 is the maker's own interpretation, in the maker's layout: of its {bytes} bytes {} texts were kept as statements, {other} \
         bytes are neither text nor zero and were not read{beyond}",
        texts.len()
    );
    recording.warnings.push(warning(file, Severity::Note, "Section 9", message));
    recording.statements.extend(texts.into_iter().map(|text| Statement {
        system: OF_MAKER.to_owned(),
        code: String::new(),
        text,
    }));
}
