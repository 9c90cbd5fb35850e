//! Team DSAIL_SNU's network for the Challenge of 2021, teacher of 12 leads and student of one.
//!
//! Han, Park, Min et al., "Towards High Generalization Performance on Electrocardiogram Classification", Computing in
//! Cardiology 2021, paper 080, in the code that distils it (qionghuang6/kd_ecg_urop). Pre-activation residual network
//! of width factor 1 with squeeze-and-excite blocks over 15 s at 500 Hz. Teacher and student are the same but for the
//! number of leads.
//!
//! The recording's own features (age, sex) go past all convolutions into the last layer. A graph takes one input, so
//! they stand in it as [`RECORD_FEATURES`] further channels after the leads, each the same in all samples; only the
//! first sample's are read. Whoever pads a recording with zeros leaves them as they are.

use crate::graph::{
    Activation, Axis, Builder, Conv, Drawing, Graph, GraphError, Place, Pool, PoolKind, ReduceKind, Shape,
};

/// Samples of a block of a recording: 15 s at 500 Hz.
pub const BLOCK: usize = 7500;
/// Samples from one block of a longer recording to the next.
pub const BLOCK_STEP: usize = 5000;
/// Features of a recording beside its leads: age / 100, female, male, age missing, sex missing.
pub const RECORD_FEATURES: usize = 5;

/// The outputs that hold the four stages' maps, before any norm: what a student imitates. Channels 16, 32, 64, 128;
/// each stage after the first has a fourth of the positions; a row a block.
pub const STAGES: [&str; 4] = ["stage1", "stage2", "stage3", "stage4"];
/// The output that holds the last map, normed, of which the maxima are taken; a row a block.
pub const FEATURES: &str = "features";

/// Kernel of every convolution.
const KERNEL: usize = 15;
/// Channels of the first stage.
const WIDTH: usize = 16;
/// Residual blocks of a stage.
const STAGE: usize = 3;
/// Step of a stage's first convolution, after the first stage.
const STRIDE: usize = 4;
/// What a squeeze divides the channels by.
const SQUEEZE: usize = 16;

/// What a network is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Recording {
    /// Leads: 12 for the teacher, 1 for the student.
    pub leads: usize,
    /// Samples at 500 Hz. Up to [`BLOCK`] they are one block; beyond, blocks of that size are cut out.
    pub samples: usize,
    /// Samples from one block to the next; the last one ends with the recording.
    pub step: usize,
}

impl Recording {
    /// One block of 15 s.
    pub const fn block(leads: usize) -> Self {
        Self { leads, samples: BLOCK, step: BLOCK_STEP }
    }

    /// First samples of the blocks.
    fn starts(self) -> Vec<usize> {
        let room = self.samples.saturating_sub(BLOCK);
        (0..=room.div_ceil(self.step.max(1))).map(|number| (number * self.step).min(room)).collect()
    }
}

/// Channels of a stage, from 0.
pub const fn channels(stage: usize) -> usize {
    WIDTH << stage
}

/// The network. Of a recording of several blocks the largest number of each channel counts, over all of them. Gives
/// [`STAGES`] and [`FEATURES`].
///
/// # Errors
/// There are no leads, or `classes` is 0.
pub fn dsail(recording: Recording, classes: usize) -> Result<Graph, GraphError> {
    let Recording { leads, samples, .. } = recording;
    let mut build = Builder::new("dsail", Shape::new(1, samples, leads + RECORD_FEATURES));
    build.drawing = Drawing::KaimingNormal;
    let input = build.input();
    let x = build.pick(Axis::Channels, input, 0..leads);
    let x = blocks(&mut build, x, recording);
    let mut x = build.conv("stem", x, Conv::new(WIDTH, KERNEL).no_bias());
    for (stage, name) in STAGES.into_iter().enumerate() {
        for number in 0..STAGE {
            x = build.within(format!("stages.{stage}.{number}"), |build| {
                let stride = if stage > 0 && number == 0 { STRIDE } else { 1 };
                residual(build, x, channels(stage), stride, stage == 0 && number == 0)
            });
        }
        build.output(name, x);
    }
    let map = build.norm_relu("norm", x);
    build.output(FEATURES, map);
    let map = build.dropout(map, 0.2);
    let largest = build.max(map);
    let largest = build.reduce(ReduceKind::Max, Axis::Rows, largest);
    let features = build.pick(Axis::Length, input, [0]);
    let features = build.pick(Axis::Channels, features, leads..leads + RECORD_FEATURES);
    let whole = build.concat(Axis::Channels, &[largest, features]);
    let logits = build.linear("linear", whole, classes);
    build.finish(logits)
}

/// A row a block.
fn blocks(build: &mut Builder, x: Place, recording: Recording) -> Place {
    let starts = recording.starts();
    if starts.len() == 1 {
        return x;
    }
    let count = starts.len();
    let x = build.pick(Axis::Length, x, starts.into_iter().flat_map(|start| start..start + BLOCK));
    build.rearrange(x, "1 (block sample) lead -> block sample lead", &[("block", count)])
}

/// batch norm, ReLU, conv, batch norm, ReLU, dropout, conv, squeeze-and-excite; plus what goes past. No activation
/// after the sum. The network's very first block takes the activated input past, all others the input.
fn residual(build: &mut Builder, x: Place, to: usize, stride: usize, first: bool) -> Place {
    let activated = build.norm_relu("norm1", x);
    // As many zeros as the kernel is longer than the step.
    let zeros = KERNEL - stride;
    let wide = Conv::new(to, KERNEL).stride(stride).pads(zeros / 2, zeros - zeros / 2).no_bias();
    let y = build.conv("conv1", activated, wide);
    let y = build.norm_relu("norm2", y);
    let y = build.dropout(y, 0.2);
    let y = build.conv("conv2", y, Conv::new(to, KERNEL).no_bias());
    let gate = build.mean(y);
    let gate = build.conv("squeeze", gate, Conv::new(to / SQUEEZE, 1).no_bias());
    let gate = build.relu(gate);
    let gate = build.conv("excite", gate, Conv::new(to, 1).no_bias());
    let gate = build.activation(Activation::Sigmoid, gate);
    let y = build.product(y, gate);
    let mut past = if first { activated } else { x };
    if stride > 1 {
        past = build.pool(past, Pool::new(PoolKind::Max, stride));
    }
    let past = build.widen(past, to);
    build.sum(y, past)
}
