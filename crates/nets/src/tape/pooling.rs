//! Maxima and means.

use super::{Back, Step, Tapes};
use crate::graph::{Pool, PoolKind, Reduce, ReduceKind};

impl Pool {
    /// The positions under a window, and the number that a mean divides by.
    fn window(&self, position: usize, length: usize) -> (std::ops::Range<usize>, usize) {
        let begin = position * self.stride;
        let first = begin.saturating_sub(self.padding.0).min(length - 1);
        let end = (begin + self.kernel).saturating_sub(self.padding.0).clamp(first + 1, length);
        let counted = match self.kind {
            PoolKind::MeanWithPadding => self.kernel.min(length + self.padding.0 + self.padding.1 - begin),
            PoolKind::Mean | PoolKind::Max => end - first,
        };
        (first..end, counted)
    }

    /// Calls `work` with the place of each output and of the first position under its window, and the window.
    fn windows(&self, step: &Step<'_>, mut work: impl FnMut(usize, usize, usize, usize)) {
        let (x, y) = (step.inputs[0], step.output);
        for row in 0..step.records.len() * x.rows {
            for position in 0..y.length {
                let (window, counted) = self.window(position, x.length);
                let to = (row * y.length + position) * y.channels;
                work(to, (row * x.length + window.start) * x.channels, window.len(), counted);
            }
        }
    }
}

impl Tapes for Pool {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let channels = step.output.channels;
        let x = inputs[0];
        self.windows(step, |to, from, count, counted| {
            let out = &mut output[to..to + channels];
            let window = x[from..from + count * channels].chunks_exact(channels);
            if self.kind == PoolKind::Max {
                out.fill(f32::NEG_INFINITY);
                window.for_each(|x| out.iter_mut().zip(x).for_each(|(out, x)| *out = out.max(*x)));
            } else {
                out.fill(0.0);
                window.for_each(|x| out.iter_mut().zip(x).for_each(|(out, x)| *out += x));
                for out in out {
                    *out /= counted as f32;
                }
            }
        });
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let channels = step.output.channels;
        let dx = &mut *back.d_inputs[0];
        self.windows(step, |to, from, count, counted| {
            let d = &back.d_output[to..to + channels];
            if self.kind == PoolKind::Max {
                // The first of equals, as the frameworks have it.
                for (channel, d) in d.iter().enumerate() {
                    let places = (0..count).map(|place| from + place * channels + channel);
                    let best = places.fold(from + channel, |best, place| {
                        if back.inputs[0][place] > back.inputs[0][best] { place } else { best }
                    });
                    dx[best] += d;
                }
            } else {
                for dx in dx[from..from + count * channels].chunks_exact_mut(channels) {
                    dx.iter_mut().zip(d).for_each(|(dx, d)| *dx += d / counted as f32);
                }
            }
        });
    }
}

impl Tapes for Reduce {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let (extent, apart, starts) = step.inputs[0].lines(self.axis);
        let records = inputs[0].chunks_exact(step.inputs[0].size());
        for (x, out) in records.zip(output.chunks_exact_mut(step.output.size())) {
            for (out, &start) in out.iter_mut().zip(&starts) {
                let line = (0..extent).map(|place| x[start + place * apart]);
                *out = match self.kind {
                    ReduceKind::Max => line.fold(f32::NEG_INFINITY, f32::max),
                    ReduceKind::Sum => line.sum(),
                    ReduceKind::Mean => line.sum::<f32>() / extent as f32,
                };
            }
        }
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let (extent, apart, starts) = step.inputs[0].lines(self.axis);
        let size = step.inputs[0].size();
        let records = back.inputs[0].chunks_exact(size).zip(back.d_output.chunks_exact(step.output.size()));
        for (dx, (x, d)) in back.d_inputs[0].chunks_exact_mut(size).zip(records) {
            for (d, &start) in d.iter().zip(&starts) {
                let places = (0..extent).map(|place| start + place * apart);
                match self.kind {
                    ReduceKind::Max => {
                        let best = places.fold(start, |best, place| if x[place] > x[best] { place } else { best });
                        dx[best] += d;
                    }
                    ReduceKind::Sum => places.for_each(|place| dx[place] += d),
                    ReduceKind::Mean => places.for_each(|place| dx[place] += d / extent as f32),
                }
            }
        }
    }
}
