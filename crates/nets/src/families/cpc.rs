//! Contrastive predictive coding of 2022: a context of the past that tells what comes.
//!
//! Mehari and Strodthoff, "Self-supervised representation learning from 12-lead ECG data", Computers in Biology and
//! Medicine 141 (2022) 105114 (arXiv 2103.12676), with the code that it names: 12 leads at 100 Hz, each sample a token.
//! Networks of fewer numbers than [`WIDTH`] are ours. [`contrast`] is the pre-training, [`classifier`] what is fine-tuned. Its successor is
//! [`super::state_space::ecg_cpc`].

use crate::graph::{Axis, Builder, Conv, Graph, GraphError, Place, Recurrent, Shape};

/// Leads.
pub const LEADS: usize = 12;
/// Samples of pre-training: 10 s at 100 Hz.
pub const CONTRAST_SAMPLES: usize = 1000;
/// Samples of fine-tuning: 2.5 s at 100 Hz.
pub const SAMPLES: usize = 250;
/// Samples that pre-training predicts ahead: 120 ms.
pub const STEPS: usize = 12;
/// Numbers of a token and of a context in the published network.
pub const WIDTH: usize = 512;

/// The output that holds the encoder's tokens, which pre-training predicts.
pub const ENCODED: &str = "encoded";

/// For each sample's context the token that it expects [`STEPS`] later, by one linear map; the loss tells it by
/// products from 128 [`ENCODED`] tokens of the same recording that are drawn by chance.
///
/// # Errors
/// `width` or `samples` is 0.
pub fn contrast(width: usize, samples: usize) -> Result<Graph, GraphError> {
    let (mut build, encoded, context) = contexts(width, samples);
    build.output(ENCODED, encoded);
    let expected = build.linear_no_bias("projection", context, width);
    build.finish(expected)
}

/// The network with a head for labels: mean, maximum and last of the contexts, then two linear layers.
///
/// # Errors
/// `width`, `classes` or `samples` is 0.
pub fn classifier(width: usize, samples: usize, classes: usize) -> Result<Graph, GraphError> {
    let (mut build, _, context) = contexts(width, samples);
    let (mean, largest) = (build.mean(context), build.max(context));
    let last = build.pick(Axis::Length, context, [samples.saturating_sub(1)]);
    let x = build.concat(Axis::Channels, &[mean, largest, last]);
    let logits = build.within("head", |build| {
        let x = build.batch_norm("norm1", x);
        let x = build.dropout(x, 0.25);
        let x = build.linear("linear1", x, width);
        let x = build.relu(x);
        let x = build.batch_norm("norm2", x);
        let x = build.dropout(x, 0.5);
        build.linear("linear2", x, classes)
    });
    build.finish(logits)
}

/// Tokens of four layers that see one sample each, and what two LSTM layers make of each and those before it. That the
/// encoder's convolutions have no bias beside their batch norms is reconstructed: both fit the published 0.80 million.
fn contexts(width: usize, samples: usize) -> (Builder, Place, Place) {
    let mut build = Builder::new("cpc", Shape::new(1, samples, LEADS));
    let mut encoded = build.input();
    for number in 0..4 {
        encoded = build.within(format!("encoder.{number}"), |build| {
            let x = build.conv("conv", encoded, Conv::new(width, 1).no_bias());
            let x = build.batch_norm("norm", x);
            build.relu(x)
        });
    }
    let mut context = encoded;
    for number in 0..2 {
        context = build.recurrent(&format!("context.{number}"), context, Recurrent::lstm(width));
    }
    (build, encoded, context)
}
