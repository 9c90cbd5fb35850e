//! Every record of every pack beside the workspace reads with its checksums right; the files that the packs were made
//! from give the same samples, where some of them lie there too. What is absent is skipped by name.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ecg::{Recording, Unit};
use formats::{Hints, InputFile, Limits};
use train::ecgpack::{self, LEADS, Pack};
use train::source::{Wanted, load};
use train::table::Table;
use train::tasks::Task;

fn shared(path: &str) -> Option<PathBuf> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if full.exists() {
        return Some(full);
    }
    eprintln!("skipped: {path} is not here");
    None
}

/// A record's counts, `[lead, sample]`.
fn samples(pack: &Pack, id: u32) -> &[i16] {
    let row =
        pack.ids.iter().position(|other| *other == id).unwrap_or_else(|| panic!("record {id} is not in the pack"));
    let size = LEADS * pack.length;
    &pack.samples[row * size..(row + 1) * size]
}

#[test]
fn every_pack_reads_with_the_checksum_of_each_lead_right() {
    for (name, records, rate, counts_per_unit) in [
        ("ptb-xl/ptbxl100_00001-01999.ecgpack", 1869, 100, 1000.0),
        ("ptb-xl-500hz/ptbxl500_00001-00500.ecgpack", 467, 500, 1000.0),
        ("ptb-xl-zscored/ptbxl_z100_1819.ecgpack", 1809, 100, 250.0),
        ("quality/cinc2011_set-a.ecgpack", 925, 500, 200.0),
        ("more/more100.ecgpack", 131, 100, 1000.0),
        ("more/more500.ecgpack", 131, 500, 1000.0),
    ] {
        let Some(path) = shared(name) else { continue };
        let pack = ecgpack::read(&path).unwrap();
        assert_eq!((pack.ids.len(), pack.rate, pack.counts_per_unit), (records, rate, counts_per_unit), "{name}");
        assert_eq!(pack.samples.len(), records * LEADS * pack.length, "{name}");
    }
}

#[test]
fn standardised_records_that_are_asked_for_are_taken_or_their_absence_is_told() {
    let Some(folder) = shared("ptb-xl") else { return };
    let wanted = Wanted { include_zscored: true, rate: 100.0 };
    let mut told = Vec::new();
    let data = load(&folder, Task::Superclass, wanted, &mut |line| told.push(line.to_owned())).unwrap();
    assert_eq!(data.parts.len(), 1);
    assert!(
        told.iter().any(|line| line.contains("ptb-xl: no pack of standardised recordings (ptbxl_z100")),
        "{told:?}"
    );
    let Some(both) = shared("ptb-xl-zscored").and_then(|folder| Some(folder.parent()?.to_owned())) else { return };
    assert_eq!(load(&both, Task::Superclass, wanted, &mut |_| ()).unwrap().parts.len(), 2);
}

#[test]
fn a_changed_sample_of_a_pack_is_noticed() {
    let Some(path) = shared("quality/cinc2011_set-a.ecgpack") else { return };
    let mut bytes = std::fs::read(path).unwrap();
    // The sum of the first record's first lead: head of 40 bytes, then 925 numbers.
    bytes[40 + 4 * 925] ^= 1;
    let folder = tempfile::tempdir().unwrap();
    let changed = folder.path().join("changed.ecgpack");
    std::fs::write(&changed, bytes).unwrap();
    let message = ecgpack::read(&changed).unwrap_err().to_string();
    assert!(message.contains("checksum") || message.contains("sum"), "{message}");
}

#[test]
fn every_record_of_the_quality_challenge_has_its_verdict() {
    let (Some(path), Some(verdicts)) = (shared("quality/cinc2011_set-a.ecgpack"), shared("quality/verdicts.csv"))
    else {
        return;
    };
    let pack = ecgpack::read(&path).unwrap();
    assert_eq!(pack.length, 5000);
    let table = Table::read(&verdicts).unwrap();
    let (record, verdict) = (table.column("record").unwrap(), table.column("verdict").unwrap());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut ids = Vec::new();
    for row in table.rows() {
        ids.push(table.number(row, record).unwrap());
        *counts.entry(row.get(verdict).unwrap().to_owned()).or_default() += 1;
    }
    ids.sort_unstable();
    let mut packed = pack.ids.clone();
    packed.sort_unstable();
    assert_eq!(packed, ids);
    let count = |verdict: &str| counts[verdict];
    assert_eq!((count("acceptable"), count("unacceptable"), count("indeterminate")), (723, 200, 2));
}

#[test]
fn the_quality_challenges_own_texts_give_the_packs_samples() {
    let (Some(path), Some(folder)) = (shared("quality/cinc2011_set-a.ecgpack"), shared("quality/original_txt")) else {
        return;
    };
    let pack = ecgpack::read(&path).unwrap();
    for id in [1_002_603, 1_005_639] {
        let name = format!("{id}.txt");
        let bytes = std::fs::read(folder.join(&name)).unwrap();
        // The texts hold counts and state neither rate nor unit; any unit leaves the numbers as they are.
        let hints = Hints { rate: Some(500.0), unit: Some(Unit::Millivolt) };
        let outcome = formats::read(&[InputFile { name: &name, bytes: &bytes }], &hints, &Limits::default());
        assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
        let recording = &outcome.recordings[0];
        assert_eq!(recording.signals.len(), LEADS, "{name}");
        let counts: Vec<f64> = recording.signals.iter().flat_map(ecg::Signal::values).collect();
        let packed: Vec<f64> = samples(&pack, id).iter().map(|count| f64::from(*count)).collect();
        assert_eq!(counts, packed, "{name}");
    }
}

#[test]
fn ptb_xl_files_as_published_give_the_packs_samples_with_right_sums() {
    let (Some(path), Some(folder)) = (shared("ptb-xl/ptbxl100_00001-01999.ecgpack"), shared("ptb-xl/wfdb100_sample"))
    else {
        return;
    };
    let pack = ecgpack::read(&path).unwrap();
    let mut compared = 0;
    for id in &pack.ids {
        let names = [format!("{id:05}_lr.hea"), format!("{id:05}_lr.dat")];
        if !folder.join(&names[0]).exists() {
            continue;
        }
        let bytes = names.each_ref().map(|name| std::fs::read(folder.join(name)).unwrap());
        let files = [0, 1].map(|at| InputFile { name: &names[at], bytes: &bytes[at] });
        let outcome = formats::read(&files, &Hints::default(), &Limits::default());
        let recording: &Recording = &outcome.recordings[0];
        let sums = recording.warnings.iter().filter(|warning| warning.message.starts_with("the sum"));
        assert_eq!(sums.count(), 0, "{id}: {:?}", recording.warnings);
        let counts: Vec<i32> = recording.signals.iter().flat_map(counts).collect();
        let packed: Vec<i32> = samples(&pack, *id).iter().map(|count| i32::from(*count)).collect();
        assert_eq!(counts, packed, "record {id}");
        compared += 1;
    }
    assert!(compared > 0, "none of the sample files is of a record of the pack");
}

fn counts(signal: &ecg::Signal) -> Vec<i32> {
    match &signal.samples {
        ecg::Samples::Digital { counts, .. } => counts.to_vec(),
        ecg::Samples::Physical { .. } => panic!("{} should be counts", signal.label),
    }
}
