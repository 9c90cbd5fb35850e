//! Learning rate and momentum over a run.

use core::f64::consts::PI;

use serde::{Deserialize, Serialize};

use crate::optimiser::Pace;

/// How rate and momentum change over the steps of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// The same as PyTorch does it: the top comes one step earlier, and the last step has the lowest rate.
    OneCycleTorch {
        /// Highest learning rate.
        top: f64,
    },
    /// The rate multiplied by a factor after some epochs.
    Milestones {
        /// First learning rate.
        rate: f64,
        /// Epochs after which it is multiplied, rising.
        after: Vec<usize>,
        /// By what.
        factor: f64,
    },
    /// Linear over the first epochs, then a cosine to the lowest rate; changed once an epoch.
    WarmUpCosine {
        /// Highest learning rate.
        top: f64,
        /// Last learning rate.
        low: f64,
        /// Epochs until the highest.
        warm: usize,
        /// Epochs in all.
        epochs: usize,
        /// Adam's beta1.
        beta1: f64,
    },
}

impl Schedule {
    /// Learning rate and beta1 of a step (from 0) out of `steps`, of which `per_epoch` make an epoch.
    pub fn at(&self, step: usize, steps: usize, per_epoch: usize) -> Pace {
        let epoch = step / per_epoch.max(1);
        let cycle = |top: f64, rise: f64, last: f64| {
            let step = step as f64;
            if step < rise {
                let part = step / rise;
                Pace { rate: cosine(top / 25.0, top, part), beta1: cosine(0.95, 0.85, part) }
            } else {
                let part = (step - rise) / (last - rise).max(1.0);
                Pace { rate: cosine(top, top / 250_000.0, part), beta1: cosine(0.85, 0.95, part) }
            }
        };
        match *self {
            Schedule::Constant { rate, beta1 } => Pace { rate, beta1 },
            Schedule::OneCycle { top } => cycle(top, (steps as f64 * 0.3).floor(), steps as f64),
            Schedule::OneCycleTorch { top } => cycle(top, (0.3 * steps as f64 - 1.0).max(0.0), steps as f64 - 1.0),
            Schedule::Milestones { rate, ref after, factor } => {
                let passed = after.iter().filter(|&&milestone| epoch >= milestone).count();
                Pace { rate: rate * factor.powi(passed as i32), beta1: 0.9 }
            }
            Schedule::WarmUpCosine { top, low, warm, epochs, beta1 } => {
                let rate = if epoch < warm {
                    top * (epoch + 1) as f64 / warm as f64
                } else {
                    cosine(top, low, (epoch - warm) as f64 / epochs.saturating_sub(warm).max(1) as f64)
                };
                Pace { rate, beta1 }
            }
        }
    }

    /// Whether the rate of a step does not depend on how long the run is.
    pub fn is_open_ended(&self) -> bool {
        matches!(self, Schedule::Constant { .. } | Schedule::Milestones { .. })
    }

    /// The same for a run of other length, where the schedule states it.
    #[must_use]
    pub fn over(self, epochs: usize) -> Schedule {
        match self {
            Schedule::WarmUpCosine { top, low, warm, epochs: own, beta1 } => {
                let warm = (warm * epochs).div_ceil(own.max(1)).max(1);
                Schedule::WarmUpCosine { top, low, warm, epochs, beta1 }
            }
            other => other,
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
            let found = Schedule::OneCycle { top: 0.01 }.at(step, 6800, 136);
            assert!((found.rate / rate - 1.0).abs() < 1e-9, "step {step}: {}", found.rate);
            assert!((found.beta1 - beta1).abs() < 1e-12, "step {step}: {}", found.beta1);
        }
    }

    #[test]
    fn pytorchs_one_cycle_gives_the_published_logs_rates() {
        // dsail-kd.md, section 9, number 2: 2,800 steps, top 0.002.
        let rate = |step| Schedule::OneCycleTorch { top: 0.002 }.at(step, 2800, 14).rate;
        for (step, expected) in [
            (0, 8e-5),
            (1, 8.000_673e-5),
            (14, 8.131_878e-5),
            (500, 1.325_008_8e-3),
            (839, 0.002),
            (2000, 7.139_413e-4),
            (2799, 8e-9),
        ] {
            assert!((rate(step) / expected - 1.0).abs() < 1e-6, "step {step}: {}", rate(step));
        }
        let mean = (1..=14).map(rate).sum::<f64>() / 14.0;
        assert!((mean / 8.048_785_553_014_242e-5 - 1.0).abs() < 1e-9, "{mean}");
    }

    #[test]
    fn milestones_and_warm_up_go_by_epochs() {
        let steps = Schedule::Milestones { rate: 1e-3, after: vec![20, 40], factor: 0.1 };
        let rate = |epoch: usize| steps.at(epoch * 10, 600, 10).rate;
        assert_eq!((rate(0), rate(19)), (1e-3, 1e-3));
        assert!((rate(20) - 1e-4).abs() < 1e-12 && (rate(59) - 1e-5).abs() < 1e-12);
        // EKnet's second stage printed 1.0e-4 and 1.5e-4 for its second and third epoch.
        let warm = Schedule::WarmUpCosine { top: 2.5e-4, low: 1e-6, warm: 5, epochs: 50, beta1: 0.9 };
        let rate = |epoch: usize| warm.at(epoch * 7, 350, 7).rate;
        assert!(
            (rate(1) - 1.0e-4).abs() < 1e-12 && (rate(2) - 1.5e-4).abs() < 1e-12 && (rate(4) - 2.5e-4).abs() < 1e-12
        );
        assert!(rate(49) < 3e-6);
    }
}
