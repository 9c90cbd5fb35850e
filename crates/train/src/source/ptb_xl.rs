//! PTB-XL: packs, or its WFDB files as published.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ecg::Patient;
use formats::{Hints, InputFile, Limits};

use super::SourceError;
use crate::cache;
use crate::dataset::{Dataset, Example, Meaning, Part, Samples};
use crate::ecgpack::{self, LEADS};
use crate::ptbxl::{self, Metadata};
use crate::tasks::Task;

/// Samples of a lead in PTB-XL's 100 Hz files.
const LENGTH: usize = 1000;
/// What a recording of PTB-XL is.
const EXPECTED: &str = "12 leads of 1000 samples at 100 Hz";
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
/// z-scored records (band-passed, each lead divided by its own deviation) are taken where `include_zscored` is set and
/// no true signal of the same record is there. `tell` gets a line for each step.
///
/// # Errors
/// Metadata or signals are absent or damaged.
pub(super) fn load(
    folder: &Path,
    task: Task,
    include_zscored: bool,
    tell: &mut dyn FnMut(&str),
) -> Result<Dataset, SourceError> {
    let metadata = ptbxl::read(folder)?;
    tell(&format!("PTB-XL {}: {} records in the metadata", metadata.version, metadata.records.len()));
    let mut sources = Vec::new();
    for (path, meaning) in packs(folder) {
        if meaning == Meaning::Millivolts || include_zscored {
            let pack = ecgpack::read(&path)?;
            if pack.rate != 100 || pack.length != LENGTH {
                continue;
            }
            tell(&format!("{}: {} records, every checksum right", path.display(), pack.ids.len()));
            sources.push(from_pack(pack, meaning));
        }
    }
    if !sources.iter().any(|source| source.part.meaning == Meaning::Millivolts) {
        sources.insert(0, wfdb(folder, tell)?);
    }
    if sources.iter().all(|source| source.ids.is_empty()) {
        return Err(SourceError::NoSignals { folder: folder.to_owned() });
    }
    Ok(assemble(sources, &metadata, task))
}

fn from_pack(pack: ecgpack::Pack, meaning: Meaning) -> Signals {
    let origin = match meaning {
        Meaning::Millivolts => "PTB-XL, 100 Hz, true signals",
        Meaning::StandardDeviations => {
            "PTB-XL, 100 Hz, 0.5-40 Hz band-pass, each lead standardised by itself (amplitudes are lost)"
        }
    };
    let part = Part {
        length: pack.length,
        rate: f64::from(pack.rate),
        counts_per_unit: pack.counts_per_unit,
        meaning,
        samples: Samples::Counts(pack.samples),
    };
    Signals { ids: pack.ids, part, origin }
}

/// The packs below a folder with what their names say of their content, in the order of their paths.
fn packs(folder: &Path) -> Vec<(PathBuf, Meaning)> {
    walkdir::WalkDir::new(folder)
        .max_depth(3)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().to_str()?;
            if !name.ends_with(".ecgpack") {
                return None;
            }
            let meaning = match name {
                _ if name.starts_with("ptbxl100") => Meaning::Millivolts,
                _ if name.starts_with("ptbxl_z100") => Meaning::StandardDeviations,
                _ => return None,
            };
            Some((entry.into_path(), meaning))
        })
        .collect()
}

/// Reads `*_lr.hea` with their `.dat` below a folder, from the prepared cache if it is of these very files.
fn wfdb(folder: &Path, tell: &mut dyn FnMut(&str)) -> Result<Signals, SourceError> {
    let mut headers = BTreeMap::new();
    let mut stamp = cache::Stamp::default();
    for entry in walkdir::WalkDir::new(folder).max_depth(5).sort_by_file_name().into_iter().filter_map(Result::ok) {
        let id = entry.file_name().to_str().and_then(|name| name.strip_suffix("_lr.hea")?.parse::<u32>().ok());
        if let Some(id) = id {
            stamp.add(entry.path());
            headers.insert(id, entry.into_path());
        }
    }
    let origin = "PTB-XL, 100 Hz, WFDB files as published";
    let part = |samples| Part {
        length: LENGTH,
        rate: 100.0,
        counts_per_unit: COUNTS_PER_MILLIVOLT,
        meaning: Meaning::Millivolts,
        samples: Samples::Counts(samples),
    };
    let place = cache::place(folder);
    if let Some((ids, samples)) = cache::read(&place, stamp) {
        tell(&format!("{}: {} prepared records", place.display(), ids.len()));
        return Ok(Signals { ids, part: part(samples), origin });
    }
    let mut ids = Vec::with_capacity(headers.len());
    let mut samples = Vec::with_capacity(headers.len() * LEADS * LENGTH);
    for (number, (id, header)) in headers.iter().enumerate() {
        read_record(header, &mut samples)?;
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
fn read_record(header: &Path, samples: &mut Vec<i16>) -> Result<(), SourceError> {
    let data = header.with_extension("dat");
    let read = |path: &Path| std::fs::read(path).map_err(|source| SourceError::File { path: path.to_owned(), source });
    let (header_bytes, data_bytes) = (read(header)?, read(&data)?);
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (header_name, data_name) = (name(header), name(&data));
    let files =
        [InputFile { name: &header_name, bytes: &header_bytes }, InputFile { name: &data_name, bytes: &data_bytes }];
    let wrong = |found: String| SourceError::Recording { path: header.to_owned(), found, expected: EXPECTED };
    let outcome = formats::read(&files, &Hints::default(), &Limits::default());
    if let Some(failure) = outcome.failures.first() {
        return Err(wrong(failure.error.to_string()));
    }
    let recording = outcome.recordings.first().ok_or_else(|| wrong("no recording".into()))?;
    for lead in &ecg::Lead::TWELVE {
        let signal = recording.lead(lead).ok_or_else(|| wrong(format!("no lead {}", lead.name())))?;
        if signal.len() != LENGTH || (signal.rate - 100.0).abs() > 1e-9 {
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

    fn shared(path: &str) -> Option<PathBuf> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
        path.exists().then_some(path)
    }

    #[test]
    fn the_packs_give_the_counted_records_of_each_fold() {
        let Some(folder) = shared("ptb-xl") else {
            eprintln!("skipped: PTB-XL's packs are not here");
            return;
        };
        let data = load(&folder, Task::Superclass, false, &mut |_| ()).unwrap();
        let count = |folds: &[u8]| data.examples_of(folds, true).len();
        // 1,490, 242 and 125 records in version 1.0.3, 21 of them without a superclass.
        assert_eq!(count(&[1, 2, 3, 4, 5, 6, 7, 8]) + count(&[9]) + count(&[10]), 1857 - 21);
        assert!((data.scaler.deviation - 0.232).abs() < 0.03, "{:?}", data.scaler);
        let positives: Vec<f32> = (0..5).map(|label| data.examples.iter().map(|e| e.labels[label]).sum()).collect();
        assert_eq!(positives, [386.0, 199.0, 341.0, 987.0, 438.0]);
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
                read_record(&header, &mut samples).unwrap();
                assert_eq!(samples, pack.samples[row * LEADS * LENGTH..(row + 1) * LEADS * LENGTH], "record {id}");
                compared += 1;
            }
        }
        assert!(compared > 0);
    }
}
