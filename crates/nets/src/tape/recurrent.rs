//! Recurrent layers, and their way back through time.

use super::{Back, Step, Tapes};
use crate::elementary::{hyperbolic_tangent, sigmoid};
use crate::graph::{Cell, Recurrent};

/// One direction of a layer over all rows of some recordings.
struct Direction<'a> {
    layer: &'a Recurrent,
    step: &'a Step<'a>,
    /// Number of the direction: 1 runs against time.
    number: usize,
}

impl Direction<'_> {
    fn width(&self) -> usize {
        self.layer.cell.gates() * self.layer.hidden
    }

    fn rows(&self) -> usize {
        self.step.records.len() * self.step.inputs[0].rows
    }

    fn time(&self, step: usize) -> usize {
        let length = self.step.inputs[0].length;
        if self.number == 1 { length - 1 - step } else { step }
    }

    fn weight(&self, part: usize) -> Option<&[f32]> {
        (part < self.layer.parts()).then(|| self.step.weights[self.number * self.layer.parts() + part])
    }

    /// Numbers kept a step and row: gates after their functions, and the cell (LSTM) or the recurrent candidate (GRU).
    fn kept_size(&self) -> usize {
        self.width() + self.layer.hidden
    }

    /// The input's share of all gates, `[row, position, gate]`, biases included (a GRU's recurrent ones not).
    fn projected(&self, x: &[f32]) -> Vec<f32> {
        let (from, width) = (self.step.inputs[0].channels, self.width());
        let mut bias = self.weight(2).unwrap_or_default().to_vec();
        if let (Cell::Lstm, Some(second)) = (self.layer.cell, self.weight(3)) {
            bias.iter_mut().zip(second).for_each(|(bias, own)| *bias += own);
        }
        let rows = x.len() / from;
        let mut projected = Vec::with_capacity(rows * width);
        (0..rows).for_each(|_| projected.extend_from_slice(&bias));
        self.step.machine.product(
            (rows, width, from),
            (&mut projected, (width, 1), true),
            (x, (from, 1)),
            (self.weight(0).unwrap_or_default(), (width, 1)),
        );
        projected
    }

    /// Fills its channels of the output; what is kept is `[step, row, ...]`.
    fn forward(&self, x: &[f32], output: &mut [f32]) -> Vec<f32> {
        let (hidden, width, rows) = (self.layer.hidden, self.width(), self.rows());
        let (length, channels) = (self.step.inputs[0].length, self.step.output.channels);
        let projected = self.projected(x);
        let recurrent = self.weight(1).unwrap_or_default();
        let none = vec![0.0; width];
        let own_bias = if self.layer.cell == Cell::Gru { self.weight(3).unwrap_or(&none) } else { &none };
        let (mut state, mut cell) = (vec![0.0; rows * hidden], vec![0.0; rows * hidden]);
        let mut own = vec![0.0; rows * width];
        let mut kept = vec![0.0; length * rows * self.kept_size()];
        for (step, kept) in kept.chunks_exact_mut((rows * self.kept_size()).max(1)).enumerate() {
            let time = self.time(step);
            own.chunks_exact_mut(width).for_each(|own| own.copy_from_slice(own_bias));
            self.step.machine.product(
                (rows, width, hidden),
                (&mut own, (width, 1), true),
                (&state, (hidden, 1)),
                (recurrent, (width, 1)),
            );
            for row in 0..rows {
                let given = &projected[(row * length + time) * width..][..width];
                let own = &own[row * width..][..width];
                let kept = &mut kept[row * self.kept_size()..][..self.kept_size()];
                let place = (row * length + time) * channels + self.number * hidden;
                for unit in 0..hidden {
                    let at = |gate: usize| gate * hidden + unit;
                    let sum = |gate: usize| given[at(gate)] + own[at(gate)];
                    let state = &mut state[row * hidden + unit];
                    match self.layer.cell {
                        Cell::Lstm => {
                            let [i, f, o] = [0, 1, 3].map(|gate| sigmoid(sum(gate)));
                            let g = hyperbolic_tangent(sum(2));
                            let cell = &mut cell[row * hidden + unit];
                            *cell = f * *cell + i * g;
                            *state = o * hyperbolic_tangent(*cell);
                            (kept[at(0)], kept[at(1)], kept[at(2)], kept[at(3)], kept[at(4)]) = (i, f, g, o, *cell);
                        }
                        Cell::Gru => {
                            let [r, z] = [0, 1].map(|gate| sigmoid(sum(gate)));
                            let n = hyperbolic_tangent(given[at(2)] + r * own[at(2)]);
                            *state = n + z * (*state - n);
                            (kept[at(0)], kept[at(1)], kept[at(2)], kept[at(3)]) = (r, z, n, own[at(2)]);
                        }
                    }
                    output[place + unit] = *state;
                }
            }
        }
        kept
    }

    fn backward(&self, back: &mut Back<'_>, kept: &[f32]) {
        let (hidden, width, rows) = (self.layer.hidden, self.width(), self.rows());
        let (length, channels) = (self.step.inputs[0].length, self.step.output.channels);
        let from = self.step.inputs[0].channels;
        let recurrent = self.weight(1).unwrap_or_default();
        let size = self.kept_size();
        // Gradients of the gates' sums: of the input's share at all positions, of the recurrent share at this step.
        let mut d_given = vec![0.0; rows * length * width];
        let mut d_own = vec![0.0; rows * width];
        let (mut d_state, mut d_cell) = (vec![0.0; rows * hidden], vec![0.0; rows * hidden]);
        let mut before = vec![0.0; rows * hidden];
        let first = self.number * self.layer.parts();
        let none = vec![0.0; rows * size];
        for step in (0..length).rev() {
            let time = self.time(step);
            let now = &kept[step * rows * size..(step + 1) * rows * size];
            let earlier = if step == 0 { &none[..] } else { &kept[(step - 1) * rows * size..step * rows * size] };
            for row in 0..rows {
                for unit in 0..hidden {
                    before[row * hidden + unit] = if step == 0 {
                        0.0
                    } else {
                        back.output[(row * length + self.time(step - 1)) * channels + self.number * hidden + unit]
                    };
                }
            }
            for row in 0..rows {
                let place = (row * length + time) * channels + self.number * hidden;
                let (now, earlier) = (&now[row * size..][..size], &earlier[row * size..][..size]);
                let d_given = &mut d_given[(row * length + time) * width..][..width];
                let d_own = &mut d_own[row * width..][..width];
                for unit in 0..hidden {
                    let at = |gate: usize| gate * hidden + unit;
                    let number = row * hidden + unit;
                    let d = d_state[number] + back.d_output[place + unit];
                    match self.layer.cell {
                        Cell::Lstm => {
                            let [i, f, g, o, cell] = [0, 1, 2, 3, 4].map(|part| now[at(part)]);
                            let bent = hyperbolic_tangent(cell);
                            let dc = d_cell[number] + d * o * (1.0 - bent * bent);
                            d_given[at(0)] = dc * g * i * (1.0 - i);
                            d_given[at(1)] = dc * earlier[at(4)] * f * (1.0 - f);
                            d_given[at(2)] = dc * i * (1.0 - g * g);
                            d_given[at(3)] = d * bent * o * (1.0 - o);
                            (0..4).for_each(|gate| d_own[at(gate)] = d_given[at(gate)]);
                            d_cell[number] = dc * f;
                            d_state[number] = 0.0;
                        }
                        Cell::Gru => {
                            let [r, z, n, own] = [0, 1, 2, 3].map(|part| now[at(part)]);
                            let dn = d * (1.0 - z) * (1.0 - n * n);
                            let dr = dn * own * r * (1.0 - r);
                            let dz = d * (before[number] - n) * z * (1.0 - z);
                            (d_given[at(0)], d_given[at(1)], d_given[at(2)]) = (dr, dz, dn);
                            (d_own[at(0)], d_own[at(1)], d_own[at(2)]) = (dr, dz, dn * r);
                            d_state[number] = d * z;
                        }
                    }
                }
            }
            self.step.machine.product(
                (hidden, width, rows),
                (&mut back.d_weights[first + 1], (width, 1), true),
                (&before, (1, hidden)),
                (&d_own, (width, 1)),
            );
            if self.layer.two_biases {
                for d in d_own.chunks_exact(width) {
                    back.d_weights[first + 3].iter_mut().zip(d).for_each(|(sum, d)| *sum += d);
                }
            }
            self.step.machine.product(
                (rows, hidden, width),
                (&mut d_state, (hidden, 1), true),
                (&d_own, (width, 1)),
                (recurrent, (1, width)),
            );
        }
        for d in d_given.chunks_exact(width) {
            back.d_weights[first + 2].iter_mut().zip(d).for_each(|(sum, d)| *sum += d);
        }
        self.step.machine.product(
            (from, width, rows * length),
            (&mut back.d_weights[first], (width, 1), true),
            (back.inputs[0], (1, from)),
            (&d_given, (width, 1)),
        );
        if !back.d_inputs[0].is_empty() {
            self.step.machine.product(
                (rows * length, from, width),
                (back.d_inputs[0], (from, 1), true),
                (&d_given, (width, 1)),
                (self.weight(0).unwrap_or_default(), (1, width)),
            );
        }
    }
}

impl Tapes for Recurrent {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let directions = if self.both_ways { 2 } else { 1 };
        (0..directions).flat_map(|number| Direction { layer: self, step, number }.forward(inputs[0], output)).collect()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let directions = if self.both_ways { 2 } else { 1 };
        let kept = back.kept;
        for (number, kept) in kept.chunks_exact((kept.len() / directions).max(1)).enumerate() {
            Direction { layer: self, step, number }.backward(&mut back, kept);
        }
    }
}
