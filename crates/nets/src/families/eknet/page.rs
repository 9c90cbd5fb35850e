//! The clinical page of three rows and four columns with a rhythm strip, as rows of patches.

use super::WIDTH;
use crate::graph::{Axis, Builder, Place, Shape};

/// Leads.
pub const LEADS: usize = 12;
/// Samples: 10 s at 500 Hz.
pub const SAMPLES: usize = 5000;
/// Samples of a patch: 50 ms.
pub const PATCH: usize = 25;
/// Patches of a row: 2.5 s.
pub const PATCHES: usize = 50;
/// Slots of 50 ms in a recording.
pub const SLOTS: usize = SAMPLES / PATCH;
/// Rows of the page: the lead (in the order I, II, III, aVR, aVL, aVF, V1..V6) and the slot at which each begins. Lead
/// II comes four times, being the rhythm strip of 10 s; its short piece on the page is the strip's first and not
/// repeated.
pub const ROWS: [(usize, usize); 15] = [
    (0, 0),
    (1, 0),
    (1, 50),
    (1, 100),
    (1, 150),
    (2, 0),
    (3, 50),
    (4, 50),
    (5, 50),
    (6, 100),
    (7, 100),
    (8, 100),
    (9, 150),
    (10, 150),
    (11, 150),
];
/// Tokens: patches of all rows.
pub const TOKENS: usize = ROWS.len() * PATCHES;

/// Rows that see one another: limb leads, chest leads, the rest of the strip; or all in one.
pub fn groups(split: bool) -> Vec<Vec<usize>> {
    if split { vec![vec![0, 1, 5, 6, 7, 8], (9..15).collect(), vec![2, 3, 4]] } else { vec![(0..15).collect()] }
}

/// For each position that the classes look at in inference, its token: 50 times the row plus the patch. Attention maps
/// are folded back onto the page by this.
pub fn tokens(split: bool) -> Vec<usize> {
    groups(split).iter().flatten().flat_map(|row| row * PATCHES..(row + 1) * PATCHES).collect()
}

/// Each token's lead and slot.
pub fn places() -> impl Iterator<Item = (usize, usize)> {
    ROWS.iter().flat_map(|&(lead, first)| (first..first + PATCHES).map(move |slot| (lead, slot)))
}

/// Samples of the page's patches: 750 positions of 25.
pub(super) fn patches(build: &mut Builder) -> Place {
    let x = build.input();
    let x = build.rearrange(x, "1 (slot sample) lead -> 1 (lead slot) sample", &[("sample", PATCH)]);
    build.pick(Axis::Length, x, places().map(|(lead, slot)| lead * SLOTS + slot))
}

/// The page as networks for recordings take it: 1250 positions, a channel a row.
pub(super) fn rows(build: &mut Builder) -> Place {
    let patches = patches(build);
    build.rearrange(patches, "1 (row patch) sample -> 1 (patch sample) row", &[("row", ROWS.len())])
}

/// The fixed code of where a token stands: 128 numbers of its slot, 128 of its lead, each 64 sines and 64 cosines of
/// falling frequencies.
pub(super) fn codes(build: &mut Builder) -> Place {
    let code = |place: usize| {
        let angle = move |step: usize| place as f64 * 10_000_f64.powf(-(step as f64) / 64.0);
        (0..64).map(move |step| angle(step).sin()).chain((0..64).map(move |step| angle(step).cos()))
    };
    let values = places().flat_map(|(lead, slot)| code(slot).chain(code(lead))).map(|value| value as f32).collect();
    build.constant(Shape::new(1, TOKENS, WIDTH), values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_of_the_published_sizes_and_places() {
        let table = |rows: &[usize]| -> Vec<usize> {
            let all: Vec<usize> = places().map(|(lead, slot)| lead * SLOTS + slot).collect();
            rows.iter().flat_map(|row| all[row * PATCHES..(row + 1) * PATCHES].to_vec()).collect()
        };
        let ranges: Vec<(usize, usize, usize)> = groups(true)
            .iter()
            .map(|rows| table(rows))
            .map(|table| (table.len(), *table.iter().min().unwrap(), *table.iter().max().unwrap()))
            .collect();
        assert_eq!(ranges, [(300, 0, 1099), (300, 1300, 2399), (150, 250, 399)]);
        let mut sorted = tokens(true);
        sorted.sort_unstable();
        assert_eq!(sorted, tokens(false));
    }

    #[test]
    fn the_code_of_lead_1_at_slot_50_is_the_published_one() {
        let mut build = Builder::new("codes", Shape::new(1, SAMPLES, LEADS));
        let codes = codes(&mut build);
        let graph = build.finish(codes).unwrap();
        let crate::graph::Op::Constant(table) = &graph.node(codes).op else { panic!("not a constant") };
        let row = |token: usize| &table.values[token * WIDTH..(token + 1) * WIDTH];
        assert!(row(0).iter().enumerate().all(|(place, &value)| value == ((place / 64) % 2) as f32));
        // Lead II's second quarter begins at slot 50.
        for (place, &value) in row(2 * PATCHES).iter().enumerate() {
            let frequency = 10_000_f64.powf(-((place % 64) as f64) / 64.0);
            let angle = if place < 128 { 50.0 * frequency } else { frequency };
            let expected = if place / 64 % 2 == 0 { angle.sin() } else { angle.cos() };
            assert!((f64::from(value) - expected).abs() < 1e-7);
        }
    }
}
