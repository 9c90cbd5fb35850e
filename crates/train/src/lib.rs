//! `train-native`: data sets, tasks, recipes, the training loop, and the models that the page loads.
//!
//! Data flows one way: a data set as it was published ([`source`]: PTB-XL, CPSC2018, Chapman-Shaoxing, the challenge of 2021)
//! becomes a [`dataset::Dataset`] for one [`tasks::Task`]; [`training::train`] draws batches from it and keeps a checkpoint an epoch; the result is measured and
//! exported to a model folder.
//!
//! ```
//! use train::schedule::Schedule;
//!
//! let cycle = Schedule::OneCycle { top: 0.01 };
//! let pace = cycle.at(2040, 6800, 136);
//! assert_eq!((pace.rate, pace.beta1), (0.01, 0.85));
//! ```
// Unsafe code is denied by the workspace; `product` alone allows it, for one call into a library of matrix products.

pub mod augmentation;
pub mod batches;
pub mod cache;
pub mod calibrate;
pub mod chart;
pub mod checkpoint;
pub mod dataset;
pub mod ecgpack;
pub mod evaluate;
pub mod explain_check;
pub mod export;
pub mod fetch;
pub mod folder;
pub mod folds;
pub mod leaderboard;
pub mod learner;
pub mod loss;
pub mod machine;
pub mod metrics;
pub mod operating;
pub mod optimiser;
pub mod predict;
pub mod preparation;
mod product;
pub mod progress;
pub mod protocol;
pub mod ptbxl;
pub mod published;
pub mod recipes;
pub mod report;
pub mod schedule;
pub mod seeds;
pub mod simulated;
pub mod source;
pub mod table;
pub mod tasks;
#[cfg(test)]
mod testing;
pub mod training;
pub mod unseen;
