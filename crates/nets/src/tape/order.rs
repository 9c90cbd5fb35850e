//! Values side by side, picked, repeated, in another order.

use std::ops::Range;

use super::{Back, Mode, Step, Tapes};
use crate::graph::{Axis, Concat, Pick, Rearrange, Shape, Subset, Upsample};

/// A value as so many blocks, each of so many lines along an axis, each of so many numbers.
fn blocks(shape: Shape, axis: Axis) -> (usize, usize, usize) {
    let Shape { rows, length, channels } = shape;
    match axis {
        Axis::Rows => (1, rows, length * channels),
        Axis::Length => (rows, length, channels),
        Axis::Channels => (rows * length, channels, 1),
    }
}

impl Tapes for Concat {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let (count, all, line) = blocks(step.output, self.axis);
        let mut first = 0;
        for (x, &shape) in inputs.iter().zip(step.inputs) {
            let own = shape.along(self.axis);
            let stretch = own * line;
            for (block, x) in (0..step.records.len() * count).zip(x.chunks_exact(stretch)) {
                let to = (block * all + first) * line;
                output[to..to + stretch].copy_from_slice(x);
            }
            first += own;
        }
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, back: Back<'_>) {
        let (_, all, line) = blocks(step.output, self.axis);
        let mut first = 0;
        for (dx, &shape) in back.d_inputs.into_iter().zip(step.inputs) {
            let own = shape.along(self.axis);
            let stretch = own * line;
            for (block, dx) in dx.chunks_exact_mut(stretch).enumerate() {
                let from = (block * all + first) * line;
                dx.iter_mut().zip(&back.d_output[from..from + stretch]).for_each(|(dx, d)| *dx += d);
            }
            first += own;
        }
    }
}

/// Neighbouring places that follow one another, as ranges: most picks are of a whole stretch.
fn stretches(places: &[usize]) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    for &place in places {
        match stretches.last_mut() {
            Some(last) if last.end == place => last.end += 1,
            _ => stretches.push(place..place + 1),
        }
    }
    stretches
}

impl Tapes for Pick {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let (_, all, line) = blocks(step.inputs[0], self.axis);
        let stretches = stretches(&self.places);
        for (x, out) in inputs[0].chunks_exact(all * line).zip(output.chunks_exact_mut(self.places.len() * line)) {
            let mut to = 0;
            for stretch in &stretches {
                let x = &x[stretch.start * line..stretch.end * line];
                out[to..to + x.len()].copy_from_slice(x);
                to += x.len();
            }
        }
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let (_, all, line) = blocks(step.inputs[0], self.axis);
        let stretches = stretches(&self.places);
        let blocks = back.d_inputs[0].chunks_exact_mut(all * line);
        for (dx, d) in blocks.zip(back.d_output.chunks_exact(self.places.len() * line)) {
            let mut from = 0;
            for stretch in &stretches {
                let dx = &mut dx[stretch.start * line..stretch.end * line];
                dx.iter_mut().zip(&d[from..]).for_each(|(dx, d)| *dx += d);
                from += dx.len();
            }
        }
    }
}

impl Tapes for Upsample {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let channels = step.output.channels;
        let positions = inputs[0].chunks_exact(channels);
        for (out, x) in output.chunks_exact_mut(channels * self.times).zip(positions) {
            out.chunks_exact_mut(channels).for_each(|out| out.copy_from_slice(x));
        }
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let channels = step.output.channels;
        let positions = back.d_inputs[0].chunks_exact_mut(channels);
        for (dx, d) in positions.zip(back.d_output.chunks_exact(channels * self.times)) {
            for d in d.chunks_exact(channels) {
                dx.iter_mut().zip(d).for_each(|(dx, d)| *dx += d);
            }
        }
    }
}

impl Tapes for Rearrange {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let size = step.output.size();
        let sources = self.sources();
        for (out, x) in output.chunks_exact_mut(size).zip(inputs[0].chunks_exact(size)) {
            out.iter_mut().zip(&sources).for_each(|(out, &source)| *out = x[source]);
        }
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let size = step.output.size();
        let sources = self.sources();
        for (dx, d) in back.d_inputs[0].chunks_exact_mut(size).zip(back.d_output.chunks_exact(size)) {
            d.iter().zip(&sources).for_each(|(d, &source)| dx[source] += d);
        }
    }
}

impl Tapes for Subset {
    /// Keeps the positions that stay, row after row.
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let Shape { rows, length, channels } = step.inputs[0];
        let seed = match step.mode {
            Mode::Training(seed) => seed,
            Mode::Inference => 0,
        };
        if !self.always {
            output.copy_from_slice(inputs[0]);
            return Vec::new();
        }
        let mut kept = Vec::with_capacity(step.records.len() * rows * self.kept);
        for record in step.records.clone() {
            let mut draws = step.draws(seed, record);
            (0..rows).for_each(|_| kept.extend(self.places(length, &mut draws).into_iter().map(|place| place as f32)));
        }
        for (number, (out, place)) in output.chunks_exact_mut(channels).zip(&kept).enumerate() {
            let from = (number / self.kept * length + *place as usize) * channels;
            out.copy_from_slice(&inputs[0][from..from + channels]);
        }
        kept
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let Shape { length, channels, .. } = step.inputs[0];
        let dx = &mut *back.d_inputs[0];
        if back.kept.is_empty() {
            dx.iter_mut().zip(back.d_output).for_each(|(dx, d)| *dx += d);
            return;
        }
        for (number, (d, place)) in back.d_output.chunks_exact(channels).zip(back.kept).enumerate() {
            let from = (number / self.kept * length + *place as usize) * channels;
            dx[from..from + channels].iter_mut().zip(d).for_each(|(dx, d)| *dx += d);
        }
    }
}
