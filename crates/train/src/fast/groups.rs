//! Activations, and their handling in groups of records.

use std::ops::{AddAssign, Range};

use rayon::prelude::*;

/// Activations `[record, position, channel]`.
#[derive(Clone, Debug, Default)]
pub(super) struct Map {
    pub records: usize,
    pub length: usize,
    pub channels: usize,
    pub values: Vec<f32>,
}

impl Map {
    pub(super) fn zeros(records: usize, length: usize, channels: usize) -> Map {
        Map { records, length, channels, values: vec![0.0; records * length * channels] }
    }

    /// Numbers of a record.
    pub(super) fn record(&self) -> usize {
        self.length * self.channels
    }

    /// The numbers of some records.
    pub(super) fn part(&self, records: &Range<usize>) -> &[f32] {
        &self.values[records.start * self.record()..records.end * self.record()]
    }
}

/// Groups that a batch is summed in. Fixed, so that sums do not depend on the number of threads; more than most
/// processors have cores, so that all of them work.
const GROUPS: usize = 16;

/// Positions that are handled at once: unfolded they fill a part of the second cache, and the products stay large.
const POSITIONS_AT_ONCE: usize = 160;

/// Runs `work` for every group of records, with that group's part of each map; results in the order of the groups.
pub(super) fn each_group<R: Send, const N: usize>(
    records: usize,
    maps: [&mut Map; N],
    work: impl Fn(Range<usize>, [&mut [f32]; N]) -> R + Sync,
) -> Vec<R> {
    let size = records.div_ceil(GROUPS).max(1);
    let mut parts = maps.map(|map| {
        let record = map.record();
        map.values.chunks_mut((size * record).max(1))
    });
    let mut jobs = Vec::with_capacity(GROUPS);
    for start in (0..records).step_by(size) {
        let own = std::array::from_fn(|map| parts[map].next().unwrap_or_default());
        jobs.push((start..(start + size).min(records), own));
    }
    jobs.into_par_iter().map(|(range, own)| work(range, own)).collect()
}

/// Cuts a group into pieces of about [`POSITIONS_AT_ONCE`] positions.
pub(super) fn pieces(records: Range<usize>, length: usize) -> impl Iterator<Item = Range<usize>> {
    let size = (POSITIONS_AT_ONCE / length.max(1)).max(1);
    let end = records.end;
    records.step_by(size).map(move |start| start..(start + size).min(end))
}

/// The part of a group's slice that belongs to a piece of it.
pub(super) fn of_piece<'a>(
    slice: &'a mut [f32],
    group: &Range<usize>,
    piece: &Range<usize>,
    record: usize,
) -> &'a mut [f32] {
    &mut slice[(piece.start - group.start) * record..(piece.end - group.start) * record]
}

/// Adds every row of `rows` to `sums`, a number a channel.
pub(super) fn add_rows(sums: &mut [f64], rows: &[f32]) {
    let mut own = vec![0.0_f32; sums.len()];
    for row in rows.chunks_exact(sums.len()) {
        for (sum, value) in own.iter_mut().zip(row) {
            *sum += value;
        }
    }
    for (sum, own) in sums.iter_mut().zip(own) {
        *sum += f64::from(own);
    }
}

/// The sum of the groups' lists, in their order.
pub(super) fn total<T: AddAssign>(lists: impl IntoIterator<Item = Vec<T>>) -> Vec<T> {
    let mut lists = lists.into_iter();
    let mut sum = lists.next().unwrap_or_default();
    for list in lists {
        for (sum, value) in sum.iter_mut().zip(list) {
            *sum += value;
        }
    }
    sum
}

/// As [`total`], of sums that were kept wide.
pub(super) fn narrow_total(lists: impl IntoIterator<Item = Vec<f64>>) -> Vec<f32> {
    total(lists).into_iter().map(|value| value as f32).collect()
}
