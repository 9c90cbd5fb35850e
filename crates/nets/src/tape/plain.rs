//! A machine without threads or other crates.

use super::{Machine, Steps};
use crate::cpu::products;
use crate::lanes::{LANES, Row};

/// Rows that are computed at once.
const TILE: usize = 4;

/// A machine of one thread: for single recordings, and in a browser.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain;

impl Machine for Plain {
    fn product(
        &self,
        (m, n, k): (usize, usize, usize),
        (to, to_steps, add): (&mut [f32], Steps, bool),
        left: (&[f32], Steps),
        (right, right_steps): (&[f32], Steps),
    ) {
        let rows = in_rows(left, m, k);
        let mut panel: Vec<Row> = vec![[0.0; LANES]; k];
        for first in (0..n).step_by(LANES) {
            let lanes = LANES.min(n - first);
            for (inner, row) in panel.iter_mut().enumerate() {
                let from = inner * right_steps.0 + first * right_steps.1;
                for (lane, value) in row.iter_mut().enumerate() {
                    *value = if lane < lanes { right[from + lane * right_steps.1] } else { 0.0 };
                }
            }
            let mut put = |row: usize, sums: Row| {
                for (lane, sum) in sums.into_iter().take(lanes).enumerate() {
                    let place = &mut to[row * to_steps.0 + (first + lane) * to_steps.1];
                    *place = if add { *place + sum } else { sum };
                }
            };
            let tiled = m - m % TILE;
            for row in (0..tiled).step_by(TILE) {
                let inputs: [&[f32]; TILE] = std::array::from_fn(|tile| rows.of(row + tile));
                let sums = products(inputs, &panel);
                (0..TILE).for_each(|tile| put(row + tile, sums[tile].store()));
            }
            for row in tiled..m {
                let [sums] = products([rows.of(row)], &panel);
                put(row, sums.store());
            }
        }
    }

    fn run<'a>(&self, jobs: Vec<Box<dyn FnOnce() + Send + 'a>>) {
        for job in jobs {
            job();
        }
    }
}

/// A matrix whose rows are whole slices.
struct Rows<'a> {
    values: std::borrow::Cow<'a, [f32]>,
    step: usize,
    width: usize,
}

impl Rows<'_> {
    fn of(&self, row: usize) -> &[f32] {
        &self.values[row * self.step..][..self.width]
    }
}

/// The matrix as it lies where its columns follow one another, else a copy in which they do.
fn in_rows((values, steps): (&[f32], Steps), rows: usize, width: usize) -> Rows<'_> {
    if steps.1 == 1 {
        return Rows { values: values.into(), step: steps.0, width };
    }
    let mut copy = Vec::with_capacity(rows * width);
    for row in 0..rows {
        copy.extend((0..width).map(|column| values[row * steps.0 + column * steps.1]));
    }
    Rows { values: copy.into(), step: width, width }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_of_any_steps_are_multiplied_as_by_the_definition() {
        let values: Vec<f32> = (0..4000).map(|place| ((place * 37 % 101) as f32 - 50.0) / 10.0).collect();
        for (m, n, k) in [(1, 1, 1), (5, 9, 7), (8, 8, 3), (4, 17, 30), (3, 2, 0)] {
            for (left_steps, right_steps, to_steps) in [((k, 1), (n, 1), (n, 1)), ((1, m), (1, k), (1, m))] {
                for add in [false, true] {
                    let mut found = values[..m * n].to_vec();
                    Plain.product(
                        (m, n, k),
                        (&mut found, to_steps, add),
                        (&values, left_steps),
                        (&values[7..], right_steps),
                    );
                    for row in 0..m {
                        for column in 0..n {
                            let place = row * to_steps.0 + column * to_steps.1;
                            let mut sum = if add { f64::from(values[place]) } else { 0.0 };
                            for inner in 0..k {
                                let left = values[row * left_steps.0 + inner * left_steps.1];
                                let right = values[7 + inner * right_steps.0 + column * right_steps.1];
                                sum += f64::from(left) * f64::from(right);
                            }
                            let apart = (f64::from(found[place]) - sum).abs();
                            assert!(apart < 1e-3, "{m} {n} {k}, {row} {column}: {apart}");
                        }
                    }
                }
            }
        }
    }
}
