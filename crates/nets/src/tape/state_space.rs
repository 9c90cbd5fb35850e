//! Linear state spaces: states along the row, and gradients against it.

use super::{Back, Step, Tapes};
use crate::graph::{STATE, StateSpace};
use crate::lanes::Lanes;
use crate::space::{Space, States, dot, nothing};

impl Tapes for StateSpace {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let space = Space::new(*self, step.weights[0], step.weights[1], step.weights[2]);
        let row = step.output.length * step.output.channels;
        inputs[0].chunks_exact(row).zip(output.chunks_exact_mut(row)).for_each(|(x, out)| space.run(x, out));
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let [d_kernel, d_direct, ..] = back.d_weights else { return };
        let space = Space::new(*self, step.weights[0], step.weights[1], step.weights[2]);
        let length = step.output.length;
        let row = length * space.channels;
        for block in &space.blocks {
            for (direction, mixture) in block.mixtures.iter().enumerate() {
                let against = direction == 1;
                let (mut d_mixture, mut d_through) = (nothing(), Lanes::splat(0.0));
                let rows = back.inputs[0].chunks_exact(row).zip(back.d_output.chunks_exact(row));
                for (number, (x, d)) in rows.enumerate() {
                    // Forth again for the states that each output was mixed from.
                    let mut states = nothing();
                    for place in block.places(length, against) {
                        let (x, d) = (block.take(x, place), block.take(d, place));
                        if !against {
                            block.advance(&mut states, x);
                            d_through = d_through + d * x;
                        }
                        for (sum, &state) in d_mixture.iter_mut().zip(&states) {
                            *sum = *sum + d * state;
                        }
                        if against {
                            block.advance(&mut states, x);
                        }
                    }
                    if back.d_inputs[0].is_empty() {
                        continue;
                    }
                    // Back: what the loss asks of the states behind each sample.
                    let dx = &mut back.d_inputs[0][number * row..][..row];
                    let ask = |asked: &mut States, d: Lanes| {
                        for (asked, mixture) in asked.iter_mut().zip(mixture) {
                            *asked = *asked + Lanes::load(mixture) * d;
                        }
                    };
                    let mut asked = nothing();
                    for place in block.places(length, against).rev() {
                        let d = block.take(d, place);
                        if !against {
                            ask(&mut asked, d);
                            block.add(dx, place, Lanes::load(&block.direct) * d);
                        }
                        block.add(dx, place, dot(&block.input, &asked));
                        block.carry(&mut asked);
                        if against {
                            ask(&mut asked, d);
                        }
                    }
                }
                for lane in 0..block.width {
                    let channel = block.first + lane;
                    let to = &mut d_kernel[(direction * space.channels + channel) * STATE..][..STATE];
                    to.iter_mut().zip(&d_mixture).for_each(|(to, sum)| *to += sum.store()[lane]);
                    d_direct[channel] += d_through.store()[lane];
                }
            }
        }
    }
}
