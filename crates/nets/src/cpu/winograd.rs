//! Convolution with about half of the multiplications: Winograd's minimal filtering F(4, 3), four outputs of three taps
//! from six products (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv 1509.09308).
//!
//! A kernel is cut into strands of up to three taps that lie `stride` apart, so that each strand is a convolution of
//! stride 1 on its own. Inputs and strands are taken as polynomials at six points; there the products are summed over
//! channels and strands, and the sums go back to four outputs at once. Three taps need 6 of 12 products, five 11 of 20,
//! eight 17 of 32. With the points 0, 3/4, -3/4, 3/2, -3/2 and infinity all factors but the taps' own are exact in
//! binary, and a sum is off by less than twice what it is off by the direct way (of eleven sets of points, the best with
//! exact factors).

use super::map::Map;
use super::tile::{Finish, products};
use crate::lanes::{LANES, Lanes, Row};

/// Outputs of a tile.
const OUTPUTS: usize = 4;
/// Taps of a strand, at most.
const TAPS: usize = 3;
/// Points, the last of them infinity; as many as inputs of a tile.
const POINTS: usize = OUTPUTS + TAPS - 1;
/// The points but 0 and infinity are A, -A, B, -B.
const A: f32 = 0.75;
const B: f32 = 1.5;
/// Tiles that are transformed at once: their numbers fit into the second cache.
const GROUP: usize = 32;

/// Taps `first`, `first + stride`, ...
#[derive(Debug, Clone, Copy)]
struct Strand {
    first: usize,
    taps: usize,
}

/// A convolution's weights at the six points.
#[derive(Debug, Clone)]
pub(super) struct Winograd {
    from: usize,
    stride: usize,
    before: usize,
    /// Those of three taps first: only they have a product at infinity.
    strands: Vec<Strand>,
    /// How many have three taps.
    whole_strands: usize,
    /// An input beyond the ends.
    nothing: Vec<Row>,
    /// At each point `[to / 8][strand from + channel][8]`.
    weights: [Vec<Row>; POINTS],
}

fn strands(kernel: usize, stride: usize) -> Vec<Strand> {
    let mut strands: Vec<Strand> = (0..stride.min(kernel))
        .flat_map(|phase| {
            let taps = (kernel - phase).div_ceil(stride);
            (0..taps).step_by(TAPS).map(move |tap| Strand { first: phase + tap * stride, taps: TAPS.min(taps - tap) })
        })
        .collect();
    strands.sort_by_key(|strand| std::cmp::Reverse(strand.taps));
    strands
}

/// A strand's taps at each point.
fn at_points(taps: [f32; TAPS]) -> [f32; POINTS] {
    let [t0, t1, t2] = taps.map(f64::from);
    let (a, b) = (f64::from(A), f64::from(B));
    let at = |x: f64, other: f64| ((t0 + x * t1 + x * x * t2) / (2.0 * x * x * (x * x - other * other))) as f32;
    [(t0 / (a * a * b * b)) as f32, at(a, b), at(-a, b), at(b, a), at(-b, a), t2 as f32]
}

/// Six inputs of a strand at each point.
#[inline(always)]
fn inputs_at_points([d0, d1, d2, d3, d4, d5]: [Lanes; POINTS]) -> [Lanes; POINTS] {
    const AA: f32 = A * A;
    const BB: f32 = B * B;
    let (even, odd) = (d4 - d2 * BB, (d3 - d1 * BB) * A);
    let (even2, odd2) = (d4 - d2 * AA, (d3 - d1 * AA) * B);
    [
        d0 * (AA * BB) - d2 * (AA + BB) + d4,
        even + odd,
        even - odd,
        even2 + odd2,
        even2 - odd2,
        d1 * (AA * BB) - d3 * (AA + BB) + d5,
    ]
}

/// Sums at the six points to four outputs.
#[inline(always)]
fn outputs([m0, m1, m2, m3, m4, m5]: [Lanes; POINTS]) -> [Lanes; OUTPUTS] {
    let (sum, difference) = (m1 + m2, m1 - m2);
    let (sum2, difference2) = (m3 + m4, m3 - m4);
    [
        m0 + sum + sum2,
        difference * A + difference2 * B,
        sum * (A * A) + sum2 * (B * B),
        difference * (A * A * A) + difference2 * (B * B * B) + m5,
    ]
}

impl Winograd {
    /// True where this way is the faster one.
    pub fn fits(from: usize, kernel: usize, stride: usize) -> bool {
        from.is_multiple_of(LANES) && kernel.div_ceil(stride) >= TAPS
    }

    /// As [`super::product::Product::new`]; `to` is filled up to a multiple of eight.
    pub fn new(
        (from, to): (usize, usize),
        kernel: usize,
        stride: usize,
        before: usize,
        weight: impl Fn(usize, usize, usize) -> f32,
    ) -> Self {
        let strands = strands(kernel, stride);
        let mut weights: [Vec<Row>; POINTS] = Default::default();
        for block in (0..to).step_by(LANES) {
            for strand in &strands {
                for channel in 0..from {
                    let mut rows = [[0.0; LANES]; POINTS];
                    for lane in 0..LANES {
                        let mut taps = [0.0; TAPS];
                        for (number, tap) in taps.iter_mut().enumerate().take(strand.taps) {
                            *tap = weight(block + lane, channel, strand.first + number * stride);
                        }
                        for (row, value) in rows.iter_mut().zip(at_points(taps)) {
                            row[lane] = value;
                        }
                    }
                    for (point, (weights, row)) in weights.iter_mut().zip(rows).enumerate() {
                        if strand.taps == TAPS || point + 1 < POINTS {
                            weights.push(row);
                        }
                    }
                }
            }
        }
        let whole_strands = strands.iter().filter(|strand| strand.taps == TAPS).count();
        Self { from, stride, before, strands, whole_strands, nothing: vec![[0.0; LANES]; from / LANES], weights }
    }

    /// All rows of `x` into `out`, whose positions and channels are the output's.
    pub fn run(&self, x: &Map, finish: &Finish, residual: Option<&Map>, out: &mut Map) {
        let (length, to) = (out.shape.length, out.shape.channels);
        let blocks = to.div_ceil(LANES);
        let each = length.div_ceil(OUTPUTS);
        let tiles = x.shape.rows * each;
        // A tile's numbers lie together: six streams a power of two apart would push one another out of the first cache.
        let points = (POINTS - 1) * self.strands.len() + self.whole_strands;
        let rows = points * self.from / LANES;
        let mut inputs = vec![[0.0; LANES]; GROUP.min(tiles) * rows];
        let mut sums = vec![[0.0; LANES]; GROUP.min(tiles) * POINTS * blocks];
        for group in (0..tiles).step_by(GROUP) {
            let here = group..tiles.min(group + GROUP);
            for (tile, inputs) in here.clone().zip(inputs.chunks_exact_mut(rows)) {
                self.transform(x.row(tile / each), tile % each * OUTPUTS, inputs);
            }
            for (point, weights) in self.weights.iter().enumerate() {
                let taps = weights.len() / blocks;
                let first = point * self.strands.len() * self.from;
                let tile = |number: usize| &inputs.as_flattened()[number * rows * LANES + first..][..taps];
                for (block, weights) in weights.chunks_exact(taps).enumerate() {
                    let place = point * blocks + block;
                    sum_up(here.len(), tile, weights, |number, sum| sums[number * POINTS * blocks + place] = sum);
                }
            }
            for (tile, sums) in here.zip(sums.chunks_exact(POINTS * blocks)) {
                let (item, place) = (tile / each, tile % each * OUTPUTS);
                let range = place * to..length.min(place + OUTPUTS) * to;
                let past = residual.map(|map| &map.row(item)[range.clone()]);
                put(sums, to, finish, past, &mut out.row_mut(item)[range]);
            }
        }
    }

    /// The inputs of the outputs from `place` on, at each point: `[point][strand][from]`.
    fn transform(&self, x: &[f32], place: usize, points: &mut [Row]) {
        let eights = self.from / LANES;
        let rows = x.as_chunks::<LANES>().0;
        for (number, strand) in self.strands.iter().enumerate() {
            let input = |input: usize| {
                let position = (self.stride * (place + input) + strand.first).checked_sub(self.before);
                let row = position.and_then(|position| rows.get(position * eights..(position + 1) * eights));
                row.unwrap_or(&self.nothing)
            };
            let inputs = [input(0), input(1), input(2), input(3), input(4), input(5)];
            to_points(inputs, &mut points[number * eights..], self.strands.len() * eights);
        }
    }
}

/// One strand's inputs, all channels, at all points, which are `step` apart in `points`; at infinity only where there
/// is still room for it.
#[inline(never)]
fn to_points(inputs: [&[Row]; POINTS], points: &mut [Row], step: usize) {
    let [i0, i1, i2, i3, i4, i5] = inputs;
    let (p0, rest) = points.split_at_mut(step);
    let (p1, rest) = rest.split_at_mut(step);
    let (p2, rest) = rest.split_at_mut(step);
    let (p3, rest) = rest.split_at_mut(step);
    let (p4, infinity) = rest.split_at_mut(step.min(rest.len()));
    let inputs = i0.iter().zip(i1).zip(i2).zip(i3).zip(i4).zip(i5);
    let places = p0.iter_mut().zip(p1).zip(p2).zip(p3).zip(p4);
    for ((((((i0, i1), i2), i3), i4), i5), ((((p0, p1), p2), p3), p4)) in inputs.zip(places) {
        let [v0, v1, v2, v3, v4, _] = inputs_at_points([
            Lanes::load(i0),
            Lanes::load(i1),
            Lanes::load(i2),
            Lanes::load(i3),
            Lanes::load(i4),
            Lanes::load(i5),
        ]);
        *p0 = v0.store();
        *p1 = v1.store();
        *p2 = v2.store();
        *p3 = v3.store();
        *p4 = v4.store();
    }
    let nothing = Lanes::splat(0.0);
    for (((i1, i3), i5), place) in i1.iter().zip(i3).zip(i5).zip(infinity) {
        let odd = [nothing, Lanes::load(i1), nothing, Lanes::load(i3), nothing, Lanes::load(i5)];
        let [.., value] = inputs_at_points(odd);
        *place = value.store();
    }
}

/// Sums of all tiles at one point, for eight output channels.
fn sum_up<'a>(tiles: usize, tile: impl Fn(usize) -> &'a [f32], weights: &[Row], mut put: impl FnMut(usize, Row)) {
    let mut first = 0;
    while first < tiles {
        let at = |number: usize| tile(first + number);
        let mut put = |number: usize, sum: Lanes| put(first + number, sum.store());
        first += match tiles - first {
            1 => each(products([at(0)], weights), &mut put),
            2 => each(products([at(0), at(1)], weights), &mut put),
            3 => each(products([at(0), at(1), at(2)], weights), &mut put),
            _ => each(products([at(0), at(1), at(2), at(3)], weights), &mut put),
        };
    }
}

/// Puts each sum in its place; how many there are.
#[inline(always)]
fn each<const TILE: usize>(sums: [Lanes; TILE], put: &mut impl FnMut(usize, Lanes)) -> usize {
    for (number, sum) in sums.into_iter().enumerate() {
        put(number, sum);
    }
    TILE
}

/// Outputs of one tile from its sums `[point][to]`.
#[inline(never)]
fn put(sums: &[Row], to: usize, finish: &Finish, residual: Option<&[f32]>, out: &mut [f32]) {
    let blocks = sums.len() / POINTS;
    for block in 0..blocks {
        let sum = |point: usize| Lanes::load(&sums[point * blocks + block]);
        let outputs = outputs([sum(0), sum(1), sum(2), sum(3), sum(4), sum(5)]);
        for (number, output) in outputs.into_iter().enumerate().take(out.len() / to) {
            let place = number * to + block * LANES;
            finish.store(block, output, residual.map(|past| &past[place..]), &mut out[place..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strands_of_a_kernel_hold_each_of_its_taps_once() {
        for (kernel, stride, count) in [(3, 1, 1), (5, 1, 2), (5, 2, 2), (7, 1, 3), (8, 1, 3), (8, 2, 4)] {
            let strands = strands(kernel, stride);
            let mut taps: Vec<usize> =
                strands.iter().flat_map(|s| (0..s.taps).map(|tap| s.first + tap * stride)).collect();
            taps.sort_unstable();
            assert_eq!(taps, (0..kernel).collect::<Vec<_>>(), "{kernel} taps, stride {stride}");
            assert_eq!(strands.len(), count, "{kernel} taps, stride {stride}");
            assert!(strands.is_sorted_by_key(|strand| TAPS - strand.taps));
        }
    }

    #[test]
    fn six_products_give_the_four_outputs_of_three_taps() {
        let inputs = [0.3, -1.2, 0.7, 2.1, -0.4, 0.9];
        let taps = [0.5, -0.25, 1.5];
        let points = inputs_at_points(inputs.map(Lanes::splat)).map(Lanes::store);
        let mut products = [[0.0; LANES]; POINTS];
        for ((product, input), tap) in products.iter_mut().zip(points).zip(at_points(taps)) {
            *product = input.map(|input| input * tap);
        }
        for (place, output) in outputs(products.each_ref().map(Lanes::load)).into_iter().enumerate() {
            let expected: f32 = (0..TAPS).map(|tap| inputs[place + tap] * taps[tap]).sum();
            assert!(output.store().iter().all(|found| (found - expected).abs() < 1e-5), "output {place}");
        }
    }
}
