//! How many recordings of an array fit the limits and the memory, limb leads that are derived from theirs included.

use ecg::Lead;

use super::axes::{Axes, axes};
use super::facts::Facts;
use super::{Array, Content, Entry, Kind};
use crate::Limits;
use crate::memory::Memory;

/// What a recording and a signal take beside their samples, at most.
const RECORDING_BYTES: u64 = 2048;
const SIGNAL_BYTES: u64 = 512;

/// What a recording of so many leads takes beside its samples.
pub(super) fn overhead(leads: u64) -> u64 {
    leads.saturating_mul(SIGNAL_BYTES).saturating_add(RECORDING_BYTES)
}

/// How many recordings the array of an entry holds, and how many of them fit the limits and the memory together with their numbers
/// as the file stores them, which are still to be read.
pub(crate) fn recordings_of(entries: &[Entry], entry: usize, limits: &Limits, memory: &Memory) -> (u64, u64) {
    let Some((entry, Content::Numbers(array))) = entries.get(entry).map(|entry| (entry, &entry.content)) else {
        return (0, 0);
    };
    let (Some(axes), names) = named(&Facts::new(entries, entry), array) else { return (0, 0) };
    let derived = derived(&names.unwrap_or_default(), &axes, array.kind, false);
    let stored = axes.leads.saturating_mul(axes.samples).saturating_mul(array.kind.size());
    let fitting = fitting(&axes, array, stored.max(derived), limits, memory);
    (axes.recordings, fitting)
}

/// The axes of an array and the names of its leads, where they are stated.
pub(super) fn named(facts: &Facts, array: &Array) -> (Option<Axes>, Option<Vec<String>>) {
    let names = facts.leads(|count| axes(array, Some(count)).is_some_and(|axes| axes.leads == count));
    (axes(array, names.as_ref().map(|names| names.len() as u64)), names)
}

/// Bytes that the limb leads take which are derived from those of a recording; `uneven` says that leads differ in their scales.
pub(super) fn derived(labels: &[String], axes: &Axes, kind: Kind, uneven: bool) -> u64 {
    let leads: Vec<Lead> = labels.iter().map(|label| Lead::from_label(label)).collect();
    let count = crate::limbs::derived(&leads).saturating_mul(axes.samples);
    let values = uneven || kind.is_real() || matches!(kind, Kind::U32 | Kind::I64 | Kind::U64);
    // Counts may need twice the bits of those that they are the sum of.
    count.saturating_mul(if values { 8 } else { 4 })
}

/// How many recordings fit the limits and the memory, with so many bytes beside the samples of each.
pub(super) fn fitting(axes: &Axes, array: &Array, beside: u64, limits: &Limits, memory: &Memory) -> u64 {
    let samples = axes.leads.saturating_mul(axes.samples);
    let size = if array.kind.is_real() { 8 } else { array.kind.size().clamp(2, 8) };
    let each = samples.saturating_mul(size).saturating_add(beside).saturating_add(overhead(axes.leads));
    // Room for what stands beside the samples: ranges of missing ones.
    let room = memory.left().saturating_sub(1 << 20);
    let most = [
        room.checked_div(each).unwrap_or(0),
        limits.samples.checked_div(samples).unwrap_or(0),
        limits.archive_entries,
        axes.recordings,
    ];
    most.into_iter().min().unwrap_or(0)
}
