//! A convolution over a whole batch, forth and back, with what rides on its loading and storing.

use std::ops::Range;

use super::conv::{Conv, Scratch};
use super::groups::{Map, add_rows, each_group, narrow_total, of_piece, pieces, total};
use super::norm::{BackSums, Line, Moments, Norm};

/// What a convolution reads: a map as it is, or through a norm, or rectified after it.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    Plain(&'a Map),
    Normed(&'a Map, &'a Line),
    Rectified(&'a Map, &'a Line),
}

impl Source<'_> {
    /// The numbers of some records; `place` is used if they have to be made.
    pub(super) fn load<'b>(&'b self, records: &Range<usize>, place: &'b mut Vec<f32>) -> &'b [f32] {
        match self {
            Source::Plain(map) => map.part(records),
            Source::Normed(map, line) => {
                place.resize(map.part(records).len(), 0.0);
                line.apply(map.part(records), place);
                place
            }
            Source::Rectified(map, line) => {
                place.resize(map.part(records).len(), 0.0);
                line.apply_rectified(map.part(records), place);
                place
            }
        }
    }

    pub(super) fn records(&self) -> usize {
        match self {
            Source::Plain(map) | Source::Normed(map, _) | Source::Rectified(map, _) => map.records,
        }
    }
}

/// The convolution's output after `then` (called with the records, their output and a place), and its moments by group.
pub(super) fn convolve(
    source: Source<'_>,
    conv: &Conv,
    then: impl Fn(&Range<usize>, &mut [f32], &mut Vec<f32>, &mut Scratch) + Sync,
) -> (Map, Vec<Moments>) {
    let mut y = Map::zeros(source.records(), conv.after, conv.to);
    let record = y.record();
    let moments = each_group(source.records(), [&mut y], |group, [y]| {
        let (mut scratch, mut place) = (Scratch::default(), Vec::new());
        let mut moments = Moments::new(conv.to);
        for piece in pieces(group.clone(), conv.after) {
            let y = of_piece(y, &group, &piece, record);
            conv.forward(source.load(&piece, &mut place), y, &mut scratch);
            then(&piece, y, &mut place, &mut scratch);
            moments.add(y);
        }
        moments
    });
    (y, moments)
}

/// What comes out of a convolution's way back, beside the gradient of its input.
pub(super) struct Back {
    /// `[tap, from, to]`.
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
    /// For each norm that was asked for, its sums by group.
    pub sums: Vec<Vec<BackSums>>,
}

/// A convolution's way back. `turn` makes the gradient of its output in place of what `dy` holds. The gradient of its
/// input is added to `dx`, unless that is empty; then `finish` has it, then the sums of `norms`, whose inputs are given.
pub(super) fn convolve_back(
    conv: &Conv,
    source: Source<'_>,
    dy: &mut Map,
    turn: impl Fn(&Range<usize>, &mut [f32]) + Sync,
    dx: &mut Map,
    finish: impl Fn(&Range<usize>, &mut [f32]) + Sync,
    norms: &[(&Norm, &Map)],
) -> Back {
    let (dy_record, dx_record) = (dy.record(), dx.record());
    let groups = each_group(source.records(), [dy, dx], |group, [dy, dx]| {
        let (mut scratch, mut place) = (Scratch::default(), Vec::new());
        let (mut weights, mut bias) = (conv.empty_gradient(), vec![0.0_f64; conv.to]);
        let mut sums: Vec<BackSums> = norms.iter().map(|(norm, _)| norm.empty_sums()).collect();
        for piece in pieces(group.clone(), conv.after) {
            let dy = of_piece(dy, &group, &piece, dy_record);
            turn(&piece, dy);
            if conv.bias.is_some() {
                add_rows(&mut bias, dy);
            }
            conv.add_weight_gradient(source.load(&piece, &mut place), dy, &mut weights, &mut scratch);
            if dx_record > 0 {
                let dx = of_piece(dx, &group, &piece, dx_record);
                conv.add_input_gradient(dy, dx, &mut scratch);
                finish(&piece, dx);
                for ((norm, y), sums) in norms.iter().zip(&mut sums) {
                    norm.add_to(sums, dx, y.part(&piece));
                }
            }
        }
        (weights, bias, sums)
    });
    let mut parts = (Vec::new(), Vec::new());
    let mut sums: Vec<Vec<BackSums>> = norms.iter().map(|_| Vec::new()).collect();
    for (weights, bias, own) in groups {
        parts.0.push(weights);
        parts.1.push(bias);
        for (sums, own) in sums.iter_mut().zip(own) {
            sums.push(own);
        }
    }
    Back { weights: total(parts.0), bias: narrow_total(parts.1), sums }
}
