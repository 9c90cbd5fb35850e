//! Convolutions as products over unfolded rows, and linear layers.

use super::{Back, Step, Tapes};
use crate::graph::{Conv, Linear, RowLinear, Shape};

/// Positions that are handled at once: unfolded they fill a part of the second cache, and the products stay large.
const AT_ONCE: usize = 160;

/// A convolution over one recording, group by group.
struct Unfolding<'a> {
    conv: &'a Conv,
    input: Shape,
    output: Shape,
}

impl Unfolding<'_> {
    /// Channels of a group that come in.
    fn group(&self) -> usize {
        self.input.channels / self.conv.groups
    }

    /// Numbers of an unfolded row: kernel rows, taps, channels of the group.
    fn width(&self) -> usize {
        self.conv.kernel.0 * self.conv.kernel.1 * self.group()
    }

    /// Calls `work` with each place that an output reads: offset in its unfolded row, and in the recording.
    fn places(&self, output: usize, group: usize, mut work: impl FnMut(usize, usize)) {
        let (row, position) = (output / self.output.length, output % self.output.length);
        let channels = self.group();
        let mut offset = 0;
        for kernel_row in 0..self.conv.kernel.0 {
            let from_row = (row * self.conv.stride.0 + kernel_row).checked_sub(self.conv.padding[0].0);
            for tap in 0..self.conv.kernel.1 {
                let from =
                    (position * self.conv.stride.1 + tap * self.conv.dilation).checked_sub(self.conv.padding[1].0);
                if let (Some(from_row), Some(from)) = (from_row, from)
                    && from_row < self.input.rows
                    && from < self.input.length
                {
                    let place = (from_row * self.input.length + from) * self.input.channels + group * channels;
                    work(offset, place);
                }
                offset += channels;
            }
        }
    }

    /// Rows of the outputs from `first` on, counted through all recordings.
    fn unfold(&self, x: &[f32], first: usize, count: usize, group: usize, rows: &mut Vec<f32>) {
        let (width, channels) = (self.width(), self.group());
        let outputs = self.output.rows * self.output.length;
        rows.clear();
        rows.resize(count * width, 0.0);
        for (number, line) in rows.chunks_exact_mut(width).enumerate() {
            let (record, output) = ((first + number) / outputs, (first + number) % outputs);
            let x = &x[record * self.input.size()..(record + 1) * self.input.size()];
            if let Some(place) = self.one_stretch(output) {
                line.copy_from_slice(&x[place..place + width]);
                continue;
            }
            self.places(output, group, |offset, place| {
                line[offset..offset + channels].copy_from_slice(&x[place..place + channels]);
            });
        }
    }

    /// Where an unfolded row is one stretch of the recording: all channels, taps side by side, nothing outside.
    fn one_stretch(&self, output: usize) -> Option<usize> {
        if self.conv.groups > 1 || self.conv.dilation > 1 || self.conv.kernel.0 > 1 {
            return None;
        }
        let (row, position) = (output / self.output.length, output % self.output.length);
        let row = (row * self.conv.stride.0).checked_sub(self.conv.padding[0].0)?;
        let from = (position * self.conv.stride.1).checked_sub(self.conv.padding[1].0)?;
        (row < self.input.rows && from + self.conv.kernel.1 <= self.input.length)
            .then(|| (row * self.input.length + from) * self.input.channels)
    }

    /// Adds rows back to where they came from.
    fn fold(&self, rows: &[f32], first: usize, group: usize, dx: &mut [f32]) {
        let (width, channels) = (self.width(), self.group());
        let outputs = self.output.rows * self.output.length;
        for (number, line) in rows.chunks_exact(width).enumerate() {
            let (record, output) = ((first + number) / outputs, (first + number) % outputs);
            let dx = &mut dx[record * self.input.size()..(record + 1) * self.input.size()];
            if let Some(place) = self.one_stretch(output) {
                dx[place..place + width].iter_mut().zip(line).for_each(|(sum, value)| *sum += value);
                continue;
            }
            self.places(output, group, |offset, place| {
                let to = &mut dx[place..place + channels];
                to.iter_mut().zip(&line[offset..offset + channels]).for_each(|(sum, value)| *sum += value);
            });
        }
    }
}

impl Conv {
    fn is_depthwise(&self, input: Shape) -> bool {
        self.groups > 1 && self.groups == input.channels && self.to == input.channels && self.kernel.0 == 1
    }

    /// Weights `[to, from / groups, kernel rows, kernel]` to `[group][kernel row, tap, from][to]`, or back.
    fn turn(&self, weights: &[f32], from: usize, back: bool) -> Vec<f32> {
        let (group_from, group_to) = (from / self.groups, self.to / self.groups);
        let taps = self.kernel.0 * self.kernel.1;
        let mut turned = vec![0.0; weights.len()];
        for to in 0..self.to {
            let (group, column) = (to / group_to, to % group_to);
            for channel in 0..group_from {
                for tap in 0..taps {
                    let own = (to * group_from + channel) * taps + tap;
                    let other = ((group * taps + tap) * group_from + channel) * group_to + column;
                    if back {
                        turned[own] = weights[other];
                    } else {
                        turned[other] = weights[own];
                    }
                }
            }
        }
        turned
    }

    /// Each channel by itself: calls `work` with the places of output, input and weights for every tap that is inside.
    fn depthwise(&self, step: &Step<'_>, mut work: impl FnMut(usize, usize, usize)) {
        let (input, output) = (step.inputs[0], step.output);
        for record in 0..step.records.len() {
            for row in 0..output.rows {
                for position in 0..output.length {
                    let to = ((record * output.rows + row) * output.length + position) * output.channels;
                    for tap in 0..self.kernel.1 {
                        let from = (position * self.stride.1 + tap * self.dilation).checked_sub(self.padding[1].0);
                        if let Some(from) = from.filter(|&from| from < input.length) {
                            let from = ((record * input.rows + row) * input.length + from) * input.channels;
                            work(to, from, tap * self.to);
                        }
                    }
                }
            }
        }
    }
}

impl Tapes for Conv {
    fn pack(&self, weights: &[&[f32]], inputs: &[Shape]) -> Vec<Vec<f32>> {
        let turned = self.turn(weights[0], inputs[0].channels, false);
        let mut packed = vec![if self.is_depthwise(inputs[0]) { by_tap(&turned, self.kernel.1) } else { turned }];
        packed.extend(weights.get(1).map(|bias| bias.to_vec()));
        packed
    }

    fn unpack(&self, mut gradients: Vec<Vec<f32>>, inputs: &[Shape]) -> Vec<Vec<f32>> {
        let turned = if self.is_depthwise(inputs[0]) { by_tap(&gradients[0], self.to) } else { gradients[0].clone() };
        gradients[0] = self.turn(&turned, inputs[0].channels, true);
        gradients
    }

    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let x = inputs[0];
        let weights = &step.packed[0];
        if let Some(bias) = step.packed.get(1) {
            output.chunks_exact_mut(self.to).for_each(|position| position.copy_from_slice(bias));
        }
        if self.is_depthwise(step.inputs[0]) {
            self.depthwise(step, |to, from, tap| {
                let sums = output[to..to + self.to].iter_mut();
                for ((sum, x), weight) in sums.zip(&x[from..from + self.to]).zip(&weights[tap..tap + self.to]) {
                    *sum += x * weight;
                }
            });
            return Vec::new();
        }
        let unfolding = Unfolding { conv: self, input: step.inputs[0], output: step.output };
        let (width, group_to) = (unfolding.width(), self.to / self.groups);
        let all = output.len() / self.to;
        let mut rows = Vec::new();
        for first in (0..all).step_by(AT_ONCE) {
            let count = AT_ONCE.min(all - first);
            for group in 0..self.groups {
                unfolding.unfold(x, first, count, group, &mut rows);
                step.machine.product(
                    (count, group_to, width),
                    (&mut output[first * self.to + group * group_to..], (self.to, 1), self.bias),
                    (&rows, (width, 1)),
                    (&weights[group * width * group_to..], (group_to, 1)),
                );
            }
        }
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let x = back.inputs[0];
        let weights = &step.packed[0];
        let (d_weights, d_bias) = back.d_weights.split_at_mut(1);
        if let Some(d_bias) = d_bias.first_mut() {
            for position in back.d_output.chunks_exact(self.to) {
                d_bias.iter_mut().zip(position).for_each(|(sum, value)| *sum += value);
            }
        }
        let d_weights = &mut d_weights[0];
        let dx = &mut *back.d_inputs[0];
        if self.is_depthwise(step.inputs[0]) {
            let wanted = !dx.is_empty();
            self.depthwise(step, |to, from, tap| {
                let d_output = &back.d_output[to..to + self.to];
                let sums = d_weights[tap..tap + self.to].iter_mut();
                for ((sum, x), d) in sums.zip(&x[from..from + self.to]).zip(d_output) {
                    *sum += x * d;
                }
                if wanted {
                    let sums = dx[from..from + self.to].iter_mut();
                    for ((sum, weight), d) in sums.zip(&weights[tap..tap + self.to]).zip(d_output) {
                        *sum += weight * d;
                    }
                }
            });
            return;
        }
        let unfolding = Unfolding { conv: self, input: step.inputs[0], output: step.output };
        let (width, group_to) = (unfolding.width(), self.to / self.groups);
        let all = back.d_output.len() / self.to;
        let (mut rows, mut d_rows) = (Vec::new(), Vec::new());
        for first in (0..all).step_by(AT_ONCE) {
            let count = AT_ONCE.min(all - first);
            for group in 0..self.groups {
                let d_output = &back.d_output[first * self.to + group * group_to..];
                let place = group * width * group_to;
                unfolding.unfold(x, first, count, group, &mut rows);
                step.machine.product(
                    (width, group_to, count),
                    (&mut d_weights[place..], (group_to, 1), true),
                    (&rows, (1, width)),
                    (d_output, (self.to, 1)),
                );
                if !dx.is_empty() {
                    d_rows.resize(count * width, 0.0);
                    step.machine.product(
                        (count, width, group_to),
                        (&mut d_rows, (width, 1), false),
                        (d_output, (self.to, 1)),
                        (&weights[place..], (1, group_to)),
                    );
                    unfolding.fold(&d_rows, first, group, dx);
                }
            }
        }
    }
}

/// `[a, b]` as `[b, a]`, where a list holds `b`s one after the other.
fn by_tap(values: &[f32], inner: usize) -> Vec<f32> {
    let outer = values.len() / inner;
    (0..inner).flat_map(|place| (0..outer).map(move |line| values[line * inner + place])).collect()
}

impl Tapes for Linear {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let from = step.inputs[0].channels;
        if let Some(bias) = step.weights.get(1) {
            output.chunks_exact_mut(self.to).for_each(|position| position.copy_from_slice(bias));
        }
        step.machine.product(
            (output.len() / self.to, self.to, from),
            (output, (self.to, 1), self.bias),
            (inputs[0], (from, 1)),
            (step.weights[0], (self.to, 1)),
        );
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let from = step.inputs[0].channels;
        let rows = back.d_output.len() / self.to;
        if let Some(d_bias) = back.d_weights.get_mut(1) {
            for position in back.d_output.chunks_exact(self.to) {
                d_bias.iter_mut().zip(position).for_each(|(sum, value)| *sum += value);
            }
        }
        step.machine.product(
            (from, self.to, rows),
            (&mut back.d_weights[0], (self.to, 1), true),
            (back.inputs[0], (1, from)),
            (back.d_output, (self.to, 1)),
        );
        if !back.d_inputs[0].is_empty() {
            step.machine.product(
                (rows, from, self.to),
                (back.d_inputs[0], (from, 1), true),
                (back.d_output, (self.to, 1)),
                (step.weights[0], (1, self.to)),
            );
        }
    }
}

impl Tapes for RowLinear {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let Shape { rows, length, channels: from } = step.inputs[0];
        for record in 0..step.records.len() {
            for row in 0..rows {
                let number = record * rows + row;
                let out = &mut output[number * length * self.to..(number + 1) * length * self.to];
                let bias = &step.weights[1][row * self.to..(row + 1) * self.to];
                out.chunks_exact_mut(self.to).for_each(|position| position.copy_from_slice(bias));
                step.machine.product(
                    (length, self.to, from),
                    (out, (self.to, 1), true),
                    (&inputs[0][number * length * from..], (from, 1)),
                    (&step.weights[0][row * from * self.to..], (self.to, 1)),
                );
            }
        }
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let Shape { rows, length, channels: from } = step.inputs[0];
        for record in 0..step.records.len() {
            for row in 0..rows {
                let number = record * rows + row;
                let d_output = &back.d_output[number * length * self.to..(number + 1) * length * self.to];
                for position in d_output.chunks_exact(self.to) {
                    let sums = &mut back.d_weights[1][row * self.to..(row + 1) * self.to];
                    sums.iter_mut().zip(position).for_each(|(sum, value)| *sum += value);
                }
                step.machine.product(
                    (from, self.to, length),
                    (&mut back.d_weights[0][row * from * self.to..], (self.to, 1), true),
                    (&back.inputs[0][number * length * from..], (1, from)),
                    (d_output, (self.to, 1)),
                );
                if !back.d_inputs[0].is_empty() {
                    step.machine.product(
                        (length, from, self.to),
                        (&mut back.d_inputs[0][number * length * from..], (from, 1), true),
                        (d_output, (self.to, 1)),
                        (&step.weights[0][row * from * self.to..], (1, self.to)),
                    );
                }
            }
        }
    }
}
