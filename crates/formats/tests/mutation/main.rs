//! Damaged files: at least 200,000 mutations of sample files of every format, from one seed.
//!
//! For each: no panic, memory that stays within a small multiple of the limits (counted by the allocator), an end in
//! finite time, and, where something was read, a recording that keeps its own rules (sorted missing ranges within the
//! samples, finite rates and scales, no more samples than the limits allow) and can be written.
#![allow(clippy::unwrap_used)]

mod collection;
#[path = "../common/mod.rs"]
mod common;
mod corpus;
#[path = "../common/counting.rs"]
mod counting;
mod damage;
mod devices;
mod documents;
mod small;

use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use common::written::written;
use ecg::{Samples, Unit};
use formats::{Hints, InputFile, Limits, Outcome};

/// Cases of each kind of input.
const CASES: u64 = 9_500;
/// Cases of all kinds together.
const FEWEST: u64 = 200_000;
/// `MUTATION_SEED=7 cargo test -p formats --test mutation` looks elsewhere.
const SEED: u64 = 20_261_121;
/// What one case may hold at once. The limits below allow 2^18 samples: 1 MB of counts, 2 MB of values, and copies.
const MOST_MEMORY: usize = 64 << 20;
/// One case takes about a millisecond; a machine that does much else at once is given its due.
const LONGEST_CASE: Duration = Duration::from_secs(20);

fn limits() -> Limits {
    Limits {
        file_bytes: 1 << 20,
        leads: 64,
        samples_per_lead: 1 << 17,
        samples: 1 << 18,
        annotations: 1 << 14,
        segments: 1_000,
        archive_entries: 100,
        archive_bytes: 4 << 20,
        ..Limits::default()
    }
}

/// What must hold of anything that a reader gives.
fn check(outcome: &Outcome, limits: &Limits) {
    for recording in &outcome.recordings {
        let mut samples = 0;
        for signal in &recording.signals {
            samples += signal.len() as u64;
            assert!(signal.len() as u64 <= limits.samples_per_lead, "{} samples", signal.len());
            assert!(signal.rate.is_finite() && signal.rate > 0.0 && signal.start.is_finite(), "rate {}", signal.rate);
            if let Samples::Digital { scale, .. } = &signal.samples {
                assert!(scale.gain.is_finite() && scale.gain != 0.0 && scale.baseline.is_finite(), "{scale:?}");
            }
            let mut end = 0;
            for &(from, to) in &signal.missing {
                assert!(end <= from && from < to && to <= signal.len(), "{:?} of {}", signal.missing, signal.len());
                end = to;
            }
        }
        assert!(samples <= limits.samples, "{samples} samples");
        assert!(recording.annotations.len() as u64 <= limits.annotations);
        assert!(recording.annotations.iter().all(|annotation| annotation.time.is_finite()));
    }
    for failure in &outcome.failures {
        assert!(failure.error.to_string().len() < 2_000, "{}", failure.error);
    }
}

#[derive(Default)]
struct Tally {
    cases: u64,
    read: u64,
    warned: u64,
    refused: u64,
    slowest: Duration,
    most_memory: usize,
}

#[test]
fn damaged_files_neither_panic_nor_take_more_than_they_may() {
    let corpus = corpus::corpus();
    let limits = limits();
    let hints = [Hints::default(), Hints { rate: Some(100.0), unit: Some(Unit::Millivolt) }];
    let seed = std::env::var("MUTATION_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    let mut report = String::new();
    let mut all = 0;
    for (kind, groups) in &corpus {
        let mut tally = Tally::default();
        let mut random = damage::Random(seed);
        let whole = groups.iter().filter(|group| {
            let files: Vec<InputFile> = group.files.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
            !formats::read(&files, &hints[1], &limits).recordings.is_empty()
        });
        let whole = whole.count();
        assert!(whole > 0, "{kind}: no sample file is read while it is whole");
        for case in 0..CASES {
            let mut group = groups[case as usize % groups.len()].clone();
            let mut how = Vec::new();
            for _ in 0..=random.below(3) {
                let target = *random.pick(&group.targets);
                how.push((target, damage::mutate(&mut group.files[target].1, &mut random)));
            }
            if group.packed {
                group.files = vec![("a.zip".to_owned(), corpus::zip(&group.files))];
            }
            let what = format!(
                "{kind} case {case} of {:?}, {how:?}",
                group.files.iter().map(|(name, _)| name).collect::<Vec<_>>()
            );
            let files: Vec<InputFile> = group.files.iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
            let hints = &hints[usize::from(case % 4 != 0)];

            let start = Instant::now();
            let (outcome, memory) = counting::peak_of(|| {
                catch_unwind(AssertUnwindSafe(|| {
                    let outcome = formats::read(&files, hints, &limits);
                    check(&outcome, &limits);
                    if case % 8 == 0 {
                        // Every writer takes what a damaged file gave, or says why not.
                        outcome.recordings.iter().for_each(|recording| drop(written(recording)));
                    }
                    outcome
                }))
            });
            let time = start.elapsed();
            let outcome = outcome.unwrap_or_else(|_| panic!("{what}: panicked"));
            assert!(memory < MOST_MEMORY, "{what}: held {memory} bytes");
            assert!(time < LONGEST_CASE, "{what}: took {time:?}");

            tally.cases += 1;
            tally.read += u64::from(!outcome.recordings.is_empty());
            tally.warned += u64::from(outcome.recordings.iter().any(|recording| !recording.warnings.is_empty()));
            tally.refused += u64::from(!outcome.failures.is_empty());
            tally.slowest = tally.slowest.max(time);
            tally.most_memory = tally.most_memory.max(memory);
        }
        all += tally.cases;
        writeln!(
            report,
            "{kind:10} {:3} sample sets ({whole} are read whole) {:6} cases: {:6} read, {:6} of them with warnings, {:6} refused; slowest {:?}, most memory {} kB",
            groups.len(), tally.cases, tally.read, tally.warned, tally.refused, tally.slowest, tally.most_memory >> 10,
        )
        .unwrap();
    }
    // Beside the test's own output, which nobody sees where it passes.
    writeln!(std::io::stderr(), "{report}{all} cases").unwrap();
    assert!(all >= FEWEST, "{all}");
}
