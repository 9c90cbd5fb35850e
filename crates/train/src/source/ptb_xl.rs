//! PTB-XL: packs, or its WFDB files as published.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ecg::Patient;
use formats::{Hints, InputFile, Limits};

use super::{SourceError, Wanted};
use crate::cache;
use crate::dataset::{Dataset, Example, Meaning, Part, Samples};
use crate::ecgpack::{self, LEADS};
use crate::ptbxl::{self, Metadata};
use crate::tasks::Task;

/// One of the two rates at which PTB-XL is published.
#[derive(Clone, Copy, Debug)]
struct Rate {
    hertz: u16,
    /// What the names of its headers end in.
    ending: &'static str,
    /// What the names of its packs begin with.
    pack: &'static str,
    /// What a recording is.
    expected: &'static str,
    /// What packs hold.
    of_packs: &'static str,
    /// What WFDB files hold.
    of_files: &'static str,
}

/// What networks of 100 Hz and less are trained on.
const LOW: Rate = Rate {
    hertz: 100,
    ending: "_lr.hea",
    pack: "ptbxl100",
    expected: "12 leads of 1000 samples at 100 Hz",
    of_packs: "PTB-XL, 100 Hz, true signals",
    of_files: "PTB-XL, 100 Hz, WFDB files as published",
};
/// What all others are trained on, as far as it is there; the rest is resampled from 100 Hz.
const HIGH: Rate = Rate {
    hertz: 500,
    ending: "_hr.hea",
    pack: "ptbxl500",
    expected: "12 leads of 5000 samples at 500 Hz",
    of_packs: "PTB-XL, 500 Hz, true signals",
    of_files: "PTB-XL, 500 Hz, WFDB files as published",
};
/// What the packs of standardised records hold.
const STANDARDISED: &str =
    "PTB-XL, 100 Hz, 0.5-40 Hz band-pass, each lead standardised by itself (amplitudes are lost)";

impl Rate {
    /// Samples of a lead: ten seconds.
    fn length(self) -> usize {
        usize::from(self.hertz) * 10
    }
}

/// Counts per millivolt of PTB-XL's files.
const COUNTS_PER_MILLIVOLT: f32 = 1000.0;

/// Signals of many records.
struct Signals {
    ids: Vec<u32>,
    part: Part,
    origin: &'static str,
}

/// Loads every record of PTB-XL below `folder` that has a signal and a label of the task.
///
/// For networks of more than 100 Hz a record's 500 Hz signal is taken where it is there. z-scored records (band-passed,
/// each lead divided by its own deviation) are taken where they are wanted and no true signal of the same record is there. `tell` gets a line for each step.
///
/// # Errors
/// Metadata or signals are absent or damaged.
pub(super) fn load(
    folder: &Path,
    task: Task,
    wanted: Wanted,
    tell: &mut dyn FnMut(&str),
) -> Result<Dataset, SourceError> {
    let metadata = ptbxl::read(folder)?;
    tell(&format!("PTB-XL {}: {} records in the metadata", metadata.version, metadata.records.len()));
    let mut sources = Vec::new();
    if wanted.rate > f64::from(LOW.hertz) {
        sources.extend(true_signals(folder, HIGH, tell)?);
    }
    sources.extend(true_signals(folder, LOW, tell)?);
    if wanted.include_zscored {
        let standardised = from_packs(folder, "ptbxl_z100", LOW, (Meaning::StandardDeviations, STANDARDISED), tell)?;
        if standardised.is_empty() {
            // No error: beside the whole of PTB-XL nothing is missing without them.
            tell(&format!(
                "{}: no pack of standardised recordings (ptbxl_z100*.ecgpack) in it or below: true signals alone are taken",
                folder.display()
            ));
        }
        sources.extend(standardised);
    }
    if sources.iter().all(|source| source.ids.is_empty()) {
        return Err(SourceError::NoSignals { folder: folder.to_owned() });
    }
    Ok(assemble(sources, &metadata, task))
}

/// The true signals of a rate: from packs, or where there is none from WFDB files.
fn true_signals(folder: &Path, rate: Rate, tell: &mut dyn FnMut(&str)) -> Result<Vec<Signals>, SourceError> {
    let packs = from_packs(folder, rate.pack, rate, (Meaning::Millivolts, rate.of_packs), tell)?;
    if packs.is_empty() { Ok(vec![wfdb(folder, rate, tell)?]) } else { Ok(packs) }
}

/// The packs of a rate whose names begin so, in the order of their paths.
fn from_packs(
    folder: &Path,
    begin: &str,
    rate: Rate,
    (meaning, origin): (Meaning, &'static str),
    tell: &mut dyn FnMut(&str),
) -> Result<Vec<Signals>, SourceError> {
    let mut all = Vec::new();
    let files = walkdir::WalkDir::new(folder).max_depth(3).sort_by_file_name().into_iter().filter_map(Result::ok);
    for entry in files {
        let named = |name: &str| name.starts_with(begin) && name.ends_with(".ecgpack");
        if !entry.file_name().to_str().is_some_and(named) {
            continue;
        }
        let pack = ecgpack::read(entry.path())?;
        if pack.rate != u32::from(rate.hertz) || pack.length != rate.length() {
            continue;
        }
        tell(&format!("{}: {} records, every checksum right", entry.path().display(), pack.ids.len()));
        let part = Part {
            length: pack.length,
            rate: f64::from(pack.rate),
            counts_per_unit: pack.counts_per_unit,
            meaning,
            samples: Samples::Counts(pack.samples),
        };
        all.push(Signals { ids: pack.ids, part, origin });
    }
    Ok(all)
}

/// Reads the headers of a rate with their `.dat` below a folder, from the prepared cache if it is of these very files.
fn wfdb(folder: &Path, rate: Rate, tell: &mut dyn FnMut(&str)) -> Result<Signals, SourceError> {
    let mut headers = BTreeMap::new();
    let mut stamp = cache::Stamp::default();
    for entry in walkdir::WalkDir::new(folder).max_depth(5).sort_by_file_name().into_iter().filter_map(Result::ok) {
        let id = entry.file_name().to_str().and_then(|name| name.strip_suffix(rate.ending)?.parse::<u32>().ok());
        if let Some(id) = id {
            stamp.add(entry.path());
            headers.insert(id, entry.into_path());
        }
    }
    let origin = rate.of_files;
    let part = |samples| Part {
        length: rate.length(),
        rate: f64::from(rate.hertz),
        counts_per_unit: COUNTS_PER_MILLIVOLT,
        meaning: Meaning::Millivolts,
        samples: Samples::Counts(samples),
    };
    let place = cache::place(folder, rate.hertz);
    if let Some((ids, samples)) = cache::read(&place, stamp) {
        tell(&format!("{}: {} prepared records", place.display(), ids.len()));
        return Ok(Signals { ids, part: part(samples), origin });
    }
    let mut ids = Vec::with_capacity(headers.len());
    let mut samples = Vec::with_capacity(headers.len() * LEADS * rate.length());
    for (number, (id, header)) in headers.iter().enumerate() {
        read_record(header, rate, &mut samples)?;
        ids.push(*id);
        if (number + 1).is_multiple_of(2000) {
            tell(&format!("{} of {} records read", number + 1, headers.len()));
        }
    }
    if !ids.is_empty() {
        match cache::write(&place, stamp, &ids, &samples) {
            Ok(()) => tell(&format!("{} records read and kept in {}", ids.len(), place.display())),
            Err(error) => tell(&format!("{} records read; not kept: {}: {error}", ids.len(), place.display())),
        }
    }
    Ok(Signals { ids, part: part(samples), origin })
}

/// Appends one record's counts `[lead, sample]`, at 1000 a millivolt.
fn read_record(header: &Path, rate: Rate, samples: &mut Vec<i16>) -> Result<(), SourceError> {
    let data = header.with_extension("dat");
    let read = |path: &Path| std::fs::read(path).map_err(|source| SourceError::File { path: path.to_owned(), source });
    let (header_bytes, data_bytes) = (read(header)?, read(&data)?);
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (header_name, data_name) = (name(header), name(&data));
    let files =
        [InputFile { name: &header_name, bytes: &header_bytes }, InputFile { name: &data_name, bytes: &data_bytes }];
    let wrong = |found: String| SourceError::Recording { path: header.to_owned(), found, expected: rate.expected };
    let outcome = formats::read(&files, &Hints::default(), &Limits::default());
    if let Some(failure) = outcome.failures.first() {
        return Err(wrong(failure.error.to_string()));
    }
    let recording = outcome.recordings.first().ok_or_else(|| wrong("no recording".into()))?;
    for lead in &ecg::Lead::TWELVE {
        let signal = recording.lead(lead).ok_or_else(|| wrong(format!("no lead {}", lead.name())))?;
        if signal.len() != rate.length() || (signal.rate - f64::from(rate.hertz)).abs() > 1e-9 {
            return Err(wrong(format!("lead {} of {} samples at {} Hz", lead.name(), signal.len(), signal.rate)));
        }
        let values = signal.millivolts().map_err(|error| wrong(error.to_string()))?;
        samples.extend(values.iter().map(|value| (value * COUNTS_PER_MILLIVOLT).round() as i16));
    }
    Ok(())
}

/// Puts signals and labels together.
fn assemble(sources: Vec<Signals>, metadata: &Metadata, task: Task) -> Dataset {
    let labels = task.labels(&metadata.statements);
    let mut seen = BTreeSet::new();
    let mut examples = Vec::new();
    let mut parts = Vec::new();
    let mut origin = Vec::new();
    for (number, source) in sources.into_iter().enumerate() {
        for (row, id) in source.ids.iter().enumerate() {
            let Some(record) = metadata.records.get(id) else { continue };
            let Some(set) = task.labels_of(record, metadata) else { continue };
            if (set.is_empty() && !task.keeps_unlabelled()) || !seen.insert(*id) {
                continue;
            }
            let labels = labels.iter().map(|label| f32::from(u8::from(set.contains(&label.code)))).collect();
            let patient = Patient { age: record.age, sex: record.sex, ..Patient::default() };
            examples.push(Example {
                part: number,
                row,
                id: *id,
                fold: record.fold,
                labels,
                patient,
                person: record.person,
            });
        }
        origin.push(source.origin.to_owned());
        parts.push(source.part);
    }
    task.trim(&mut examples, &labels);
    let training: Vec<&Example> = examples.iter().filter(|example| example.fold <= 8).collect();
    let scaler = Dataset::fit_scaler(&parts, &training);
    let name = format!("PTB-XL {}", metadata.version);
    let exclusive = task.wants_softmax();
    Dataset { labels, parts, examples, scaler, name, origin, exclusive, records: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::shared;

    #[test]
    fn the_packs_give_the_counted_records_of_each_fold() {
        let Some(folder) = shared("ptb-xl") else {
            eprintln!("skipped: PTB-XL's packs are not here");
            return;
        };
        let data = load(&folder, Task::Superclass, Wanted::at(100.0), &mut |_| ()).unwrap();
        let count = |folds: &[u8]| data.examples_of(folds, true).len();
        // 1,490, 242 and 125 records in version 1.0.3, 21 of them without a superclass.
        assert_eq!(count(&[1, 2, 3, 4, 5, 6, 7, 8]) + count(&[9]) + count(&[10]), 1857 - 21);
        assert!((data.scaler.deviation - 0.232).abs() < 0.03, "{:?}", data.scaler);
        let positives: Vec<f32> = (0..5).map(|label| data.examples.iter().map(|e| e.labels[label]).sum()).collect();
        assert_eq!(positives, [386.0, 199.0, 341.0, 987.0, 438.0]);
    }

    #[test]
    fn a_network_of_500_hz_gets_true_500_hz_signals_where_they_are() {
        let Some(folder) = shared("ptb-xl") else {
            eprintln!("skipped: PTB-XL's packs are not here");
            return;
        };
        let data = load(folder.parent().unwrap(), Task::Superclass, Wanted::at(500.0), &mut |_| ()).unwrap();
        let of = |rate: f64| {
            data.examples.iter().filter(|example| (data.parts[example.part].rate - rate).abs() < 1e-9).count()
        };
        // 455 of the 500 Hz pack are in version 1.0.3, 11 of them without a superclass; all are in the 100 Hz pack too.
        assert_eq!((of(500.0), of(100.0)), (455 - 11, 1857 - 21 - (455 - 11)));
        assert!(data.examples.iter().all(|example| data.parts[example.part].meaning == Meaning::Millivolts));
    }

    #[test]
    fn wfdb_files_as_published_give_the_packs_samples() {
        let (Some(files), Some(pack)) =
            (shared("ptb-xl/wfdb100_sample"), shared("ptb-xl/ptbxl100_00001-01999.ecgpack"))
        else {
            eprintln!("skipped: PTB-XL's sample files are not here");
            return;
        };
        let pack = ecgpack::read(&pack).unwrap();
        let mut compared = 0;
        for (row, id) in pack.ids.iter().enumerate() {
            let header = files.join(format!("{id:05}_lr.hea"));
            if header.exists() {
                let mut samples = Vec::new();
                read_record(&header, LOW, &mut samples).unwrap();
                assert_eq!(
                    samples,
                    pack.samples[row * LEADS * LOW.length()..(row + 1) * LEADS * LOW.length()],
                    "record {id}"
                );
                compared += 1;
            }
        }
        assert!(compared > 0);
    }
}
