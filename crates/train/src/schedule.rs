//! Learning rate and momentum over a run.

use core::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// How rate and momentum change over the steps of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// The same rate and momentum throughout.
    Constant {
        /// Learning rate.
        rate: f64,
        /// Adam's beta1.
        beta1: f64,
    },
    /// One cycle (Smith 2018) as fastai 1.0.61 does it: cosine from `top / 25` up to `top` over 30 % of the steps, then
    /// cosine down to `top / 250000`; beta1 from 0.95 to 0.85 and back over the same two phases.
    OneCycle {
        /// Highest learning rate.
        top: f64,
    },
}

impl Schedule {
    /// Learning rate and beta1 of a step (from 0) out of `steps`.
    pub fn at(&self, step: usize, steps: usize) -> (f64, f64) {
        match *self {
            Schedule::Constant { rate, beta1 } => (rate, beta1),
            Schedule::OneCycle { top } => {
                let rise = (steps as f64 * 0.3) as usize;
                if step < rise {
                    let part = step as f64 / rise as f64;
                    (cosine(top / 25.0, top, part), cosine(0.95, 0.85, part))
                } else {
                    let part = (step - rise) as f64 / (steps - rise).max(1) as f64;
                    (cosine(top, top / 250_000.0, part), cosine(0.85, 0.95, part))
                }
            }
        }
    }
}

fn cosine(from: f64, to: f64, part: f64) -> f64 {
    to + (from - to) / 2.0 * ((PI * part).cos() + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cycle_gives_fastais_rates_and_momenta() {
        // Printed by fastai 1.0.61 for 6,800 steps and a top rate of 0.01.
        for (step, rate, beta1) in [
            (0, 0.0004, 0.95),
            (1, 0.00040000569181225347, 0.9499999407102889),
            (100, 0.0004568057340099546, 0.9494082736040629),
            (1020, 0.0052, 0.9),
            (2040, 0.01, 0.85),
            (2041, 0.009999998911009488, 0.8500000108899487),
            (4420, 0.00500002, 0.9),
            (6799, 4.108899051163569e-8, 0.9499999891100512),
        ] {
            let (found_rate, found_beta1) = Schedule::OneCycle { top: 0.01 }.at(step, 6800);
            assert!((found_rate / rate - 1.0).abs() < 1e-9, "step {step}: {found_rate}");
            assert!((found_beta1 - beta1).abs() < 1e-12, "step {step}: {found_beta1}");
        }
    }
}
