//! What reading takes in memory: never more than 64 MiB and four times the files, however few bytes ask for much. Counted by the
//! allocator on the worst files of each kind.
#![allow(clippy::unwrap_used)]

#[path = "../common/counting.rs"]
mod counting;
mod hdf5;
mod records;
mod tables;
mod texts;

/// The rule.
fn most(input: usize) -> usize {
    (64 << 20) + 4 * input
}
