//! Which extent of an array is leads, which samples, which recordings.

use super::Array;

/// An array's extents by meaning, each with how far apart its neighbours lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Axes {
    pub(crate) recordings: u64,
    pub(crate) recording_step: u64,
    pub(crate) leads: u64,
    pub(crate) lead_step: u64,
    pub(crate) samples: u64,
    pub(crate) sample_step: u64,
}

/// Numbers of leads that recorders have, the likeliest first.
const USUAL: [u64; 3] = [12, 8, 3];

/// The axes of an array of one to three extents (those of 1 aside), where there are at least two samples. `named` is how many
/// names of leads are stated.
pub(crate) fn axes(array: &Array, named: Option<u64>) -> Option<Axes> {
    array.count().filter(|count| *count > 1)?;
    let mut axes: Vec<(u64, u64)> = array.extents.iter().copied().zip(array.steps()).collect();
    if array.last_is_outer {
        axes.reverse();
    }
    // Outer extents of 1 say nothing; inner ones can be one lead of many recordings.
    while axes.len() > 1 && axes.first().is_some_and(|(extent, _)| *extent == 1) {
        axes.remove(0);
    }
    if axes.len() > 3 {
        axes.retain(|(extent, _)| *extent != 1);
    }
    let outer = match axes.len() {
        3 => Some(axes.remove(0)),
        _ => None,
    };
    let one = (1, 0);
    let (leads, samples) = match *axes.as_slice() {
        [samples] => (one, samples),
        [first, second] if is_leads(second, first, named) => (second, first),
        [first, second] if is_leads(first, second, named) => (first, second),
        [first, second] if second.0 <= first.0 => (second, first),
        [first, second] => (first, second),
        _ => return None,
    };
    let (recordings, recording_step) = outer.unwrap_or(one);
    Some(Axes {
        recordings,
        recording_step,
        leads: leads.0,
        lead_step: leads.1,
        samples: samples.0,
        sample_step: samples.1,
    })
    .filter(|axes| axes.samples > 1)
}

/// True where one extent is as many leads as are named or as the best of the usual numbers, and the other is not that likely.
fn is_leads(leads: (u64, u64), other: (u64, u64), named: Option<u64>) -> bool {
    if named == Some(leads.0) && leads.0 != other.0 {
        return true;
    }
    if named == Some(other.0) {
        return false;
    }
    let rank = |extent: u64| USUAL.iter().position(|usual| *usual == extent).unwrap_or(USUAL.len());
    leads.0 == 1 || (leads.0 < other.0 && rank(leads.0) < rank(other.0))
}
