//! Maxima and means.

use super::Kernel;
use super::map::Map;
use crate::graph::{Axis, Pool, PoolKind, Reduce, ReduceKind};

impl Kernel for Pool {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let x = inputs[0];
        let (length, channels) = (x.shape.length, x.shape.channels);
        for row in 0..out.shape.rows {
            let inner = x.row(row);
            for (position, out) in out.row_mut(row).chunks_exact_mut(channels).enumerate() {
                let begin = position * self.stride;
                let first = begin.saturating_sub(self.padding.0).min(length - 1);
                let end = (begin + self.kernel).saturating_sub(self.padding.0).clamp(first + 1, length);
                let window = inner[first * channels..end * channels].chunks_exact(channels);
                if self.kind == PoolKind::Max {
                    out.fill(f32::NEG_INFINITY);
                    window.for_each(|x| out.iter_mut().zip(x).for_each(|(out, x)| *out = out.max(*x)));
                } else {
                    let counted = if self.kind == PoolKind::Mean {
                        end - first
                    } else {
                        // Padding counts, but not what a window hangs beyond it.
                        self.kernel.min(length + self.padding.0 + self.padding.1 - begin)
                    };
                    out.fill(0.0);
                    window.for_each(|x| out.iter_mut().zip(x).for_each(|(out, x)| *out += x));
                    for out in out {
                        *out /= counted as f32;
                    }
                }
            }
        }
    }
}

impl Kernel for Reduce {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let x = inputs[0];
        if self.axis == Axis::Length {
            let (length, channels) = (x.shape.length, x.shape.channels);
            for row in 0..out.shape.rows {
                let out = out.row_mut(row);
                out.fill(if self.kind == ReduceKind::Max { f32::NEG_INFINITY } else { 0.0 });
                for position in x.row(row).chunks_exact(channels) {
                    for (out, x) in out.iter_mut().zip(position) {
                        *out = if self.kind == ReduceKind::Max { out.max(*x) } else { *out + x };
                    }
                }
                if self.kind == ReduceKind::Mean {
                    for out in out {
                        *out /= length as f32;
                    }
                }
            }
            return;
        }
        let values = x.values();
        let (extent, step, starts) = x.shape.lines(self.axis);
        let reduced: Vec<f32> = starts
            .into_iter()
            .map(|start| {
                let line = (0..extent).map(|place| values[start + place * step]);
                match self.kind {
                    ReduceKind::Max => line.fold(f32::NEG_INFINITY, f32::max),
                    ReduceKind::Sum => line.sum(),
                    ReduceKind::Mean => line.sum::<f32>() / extent as f32,
                }
            })
            .collect();
        out.fill(reduced);
    }
}
