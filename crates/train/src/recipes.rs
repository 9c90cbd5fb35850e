//! Published ways to train: what each fixes, and where it is from.

use serde::{Deserialize, Serialize};

use crate::loss::{LabelLoss, Objective, Triplet};
use crate::optimiser::AdamConfig;
use crate::schedule::Schedule;

/// Name of a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum RecipeName {
    /// PTB-XL's benchmark (Strodthoff 2021) and the label decoupling module (Zhang 2023): one cycle over 50 epochs of
    /// random 2.5 s crops.
    Benchmark,
    /// IMLE-Net (Reddy 2021): Adam at 0.001, whole 10 s records, choice on fold 9.
    ImleNet,
    /// A short one-cycle run for the demo network.
    Demo,
}

/// Which epoch's weights are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// The last epoch's.
    Last,
    /// Those with the best macro AUC on the validation fold, from this epoch (counted from 0) on.
    Best {
        /// First epoch that may be chosen.
        from: usize,
    },
}

/// How windows' probabilities become a record's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Aggregate {
    /// Mean over windows.
    Mean,
    /// Largest over windows, as the benchmark does.
    Max,
}

impl From<Aggregate> for classify::Aggregate {
    fn from(aggregate: Aggregate) -> classify::Aggregate {
        match aggregate {
            Aggregate::Mean => classify::Aggregate::Mean,
            Aggregate::Max => classify::Aggregate::Max,
        }
    }
}

/// Everything that a run needs beside network and data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Its name.
    pub name: RecipeName,
    /// Passes over the training records.
    pub epochs: usize,
    /// Records a step.
    pub batch: usize,
    /// Rate and momentum.
    pub schedule: Schedule,
    /// Constants of the optimiser.
    pub adam: AdamConfig,
    /// What is minimised.
    pub objective: Objective,
    /// Whether batches are made anew every epoch, or made once and only their order drawn (as Keras' cached data sets do).
    pub fixed_batches: bool,
    /// Which weights are kept.
    pub choice: Choice,
    /// Stop after so many epochs without a better validation AUC.
    pub patience: Option<usize>,
    /// Epochs between validations (the last epoch is always validated).
    pub validate_every: usize,
    /// How windows are put together in validation and in the shipped model.
    pub aggregate: Aggregate,
}

impl RecipeName {
    /// The recipe as published.
    pub fn recipe(self) -> Recipe {
        let one_cycle = Recipe {
            name: self,
            epochs: 50,
            batch: 128,
            schedule: Schedule::OneCycle { top: 0.01 },
            adam: AdamConfig { beta2: 0.99, epsilon: 1e-8, weight_decay: 0.01, epsilon_before_correction: false },
            objective: Objective {
                labels: LabelLoss::BinaryCrossEntropy,
                triplet: Triplet { weight: 0.1, margin: 2.0 },
            },
            fixed_batches: false,
            choice: Choice::Last,
            patience: None,
            validate_every: 5,
            aggregate: Aggregate::Mean,
        };
        match self {
            RecipeName::Benchmark => one_cycle,
            RecipeName::Demo => Recipe { epochs: 12, batch: 32, validate_every: 1, ..one_cycle },
            RecipeName::ImleNet => Recipe {
                epochs: 60,
                batch: 32,
                schedule: Schedule::Constant { rate: 0.001, beta1: 0.9 },
                adam: AdamConfig { beta2: 0.999, epsilon: 1e-7, weight_decay: 0.0, epsilon_before_correction: true },
                fixed_batches: true,
                choice: Choice::Best { from: 6 },
                patience: Some(20),
                validate_every: 1,
                ..one_cycle
            },
        }
    }

    /// The name that the command line takes.
    pub fn name(self) -> &'static str {
        match self {
            RecipeName::Benchmark => "benchmark",
            RecipeName::ImleNet => "imle-net",
            RecipeName::Demo => "demo",
        }
    }
}
