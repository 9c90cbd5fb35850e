//! InceptionFormer, its variants, and the networks it was set beside.
//!
//! LongWei, "ECG papers and experiments" (posts of 2024-04-19 to 2024-07-31, repository hhhey-lw/LongWeiBlog), called
//! the notes here; and the same author's later public networks (repository hhhey-lw/db_ecgnet). The notes print counts
//! but no code: the base network, [2, 4, 8, 2], front-3, Tiny and the sparse tokens are reconstructed so that they meet
//! every printed count; what no figure of the notes fixes is marked "ours". All networks take 10 s of 12 leads at
//! 100 Hz, standardised by one mean and one deviation of the training set.

pub(super) mod attention;
mod baselines;
pub(super) mod blocks;
mod db_ecgnet;
mod later;
mod meta_ecgnet;
mod sparse;
mod streams;

use serde::{Deserialize, Serialize};

pub(super) use baselines::resnet34_on;
pub use baselines::{mobilenetv2, resnet18, resnet34};
pub use db_ecgnet::{Depthwise, LOOK, db_ecgnet, fuse};
pub use later::{
    bi_lstm, ecg_transform, inception_time, mobile_vit, mobilenet_v3, resnet1d_wang, vision_transformer, xresnet1d101,
};
pub use meta_ecgnet::meta_ecgnet;
pub use streams::{BINS, FRAMES, FREQUENCY_FEATURES, SPECTROGRAM, frequency_stream, two_streams};

use self::attention::Manner;
use crate::graph::{Axis, Builder, Conv, Graph, GraphError, Place, Pool, PoolKind, Shape, Start};

/// Leads.
pub const LEADS: usize = 12;
/// Samples: 10 s at 100 Hz.
pub const SAMPLES: usize = 1000;

/// The output that holds the last map before pooling: a position a token (behind the class token where there is one).
pub const FEATURES: &str = "features";
/// The output that holds the weights of the last attention: a row a head (of a window, where attention stays in
/// windows), queries, keys. Where heads look at several scales, those of the finest; of high and low heads, the low
/// ones.
pub const ATTENTION: &str = "attention";
/// The output that holds how each semantic token is made of the tokens before it: a row a head, queries the 25 semantic
/// tokens, keys those tokens' first form and then all 125 tokens.
pub const GATHERING: &str = "gathering";
/// The output that holds the stem's map.
pub const STEM: &str = "stem";
/// The outputs that hold each stage's map.
pub const STAGES: [&str; 4] = ["stage 0", "stage 1", "stage 2", "stage 3"];
/// The outputs that hold what lies between the stages: half as many positions, twice the channels.
pub const DOWNS: [&str; 3] = ["down 0", "down 1", "down 2"];

/// What mixes positions in a convolution block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mixer {
    /// Depthwise kernels of 3, 7, 11 and 19 on a quarter of the channels each ("MS-DWConv").
    MultiScale,
    /// The same, then channels weighed by squeeze and excitation, reduced by 16.
    SqueezeExcitation,
    /// The same, then channels and positions weighed together: coordinate attention along one axis (reconstructed).
    CoordinateAttention,
    /// Widened twice before and narrowed after the depthwise kernels; no MLP follows.
    InvertedResidual,
    /// The same with the MLP kept.
    InvertedResidualWithMlp,
}

/// Which tokens a token attends to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Attention {
    /// All.
    Full,
    /// All, their keys and values shortened by a convolution of stride 2 ("SR-MHSA").
    Reduced {
        /// Its kernel: 2, or 3 with padding.
        kernel: usize,
    },
    /// Those in the ten of 25 windows whose mean key agrees best with the mean query of the token's window; a depthwise
    /// convolution of the values is added. Reconstructed: the notes give 25 and 10 only. All products are computed, and
    /// those that were not chosen left out of the softmax.
    BiRouting,
    /// Those of its window, of 25 (the number is that of bi-routing; the notes give none here).
    Window,
    /// The same, every second block moved on by half a window.
    ShiftedWindow,
    /// Heads at several scales. The notes' unexplained "S-MHSA" is probably this.
    Shunted(Scales),
    /// Half of the heads inside windows of 5, half on keys and values averaged over 5 ("HiLo").
    HighLow,
}

/// How shunted attention shares out its heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scales {
    /// Half on all tokens, a quarter on tokens shortened by 2, a quarter by 4.
    Three,
    /// Half on all tokens, half on tokens shortened by 2 (the factor is ours): the notes' last network, "Cross-Stack".
    Halves,
}

/// In which order convolution and attention follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Stacking {
    /// In stage 2 convolution and attention take turns; before it only convolution, after it only attention.
    Alternating,
    /// Stage 2 has its convolutions first, then its attentions ("InceptionMHSALinear").
    Linear,
    /// Convolutional modulation stands between the two: convolution, modulation, ... in stage 1, modulation, attention,
    /// ... in stage 2.
    Modulation,
    /// From stage 2 on every block is an attention between two convolution blocks ("SandwichNet"; reconstructed).
    Sandwich,
}

/// How attention knows where a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Position {
    /// By the convolutions around it only.
    None,
    /// A learned vector a token, added where stage 2 begins (the place is ours).
    Learned,
    /// A learned number a head and distance, added to the scores.
    Relative,
    /// A depthwise convolution (kernel 5, ours) past each attention block, added to its result.
    Outside,
    /// A depthwise convolution (kernel 5, ours) of the values, added to them.
    Inside,
}

/// What the head reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reading {
    /// The mean over tokens.
    Mean,
    /// A learned token put in front of stage 3's (the place is ours).
    ClassToken,
}

/// The norm before a convolution block's mixer. Counts are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FirstNorm {
    /// Over the channels of a position.
    Layer,
    /// Over the batch: the author's later habit.
    Batch,
}

/// One of the family's networks. [`Configuration::default`] is the base network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Configuration {
    /// Channels of stage 0; each stage has twice as many as the one before.
    pub width: usize,
    /// Blocks of each stage. A stage without blocks is left out with all that follow.
    pub depths: [usize; 4],
    /// Heads of every attention.
    pub heads: usize,
    /// What mixes positions in convolution blocks.
    pub mixer: Mixer,
    /// Which tokens a token attends to.
    pub attention: Attention,
    /// Order of convolution and attention.
    pub stacking: Stacking,
    /// How attention knows places.
    pub position: Position,
    /// What the head reads.
    pub reading: Reading,
    /// Whether stage 3 runs on 25 semantic tokens in place of 125.
    pub semantic_tokens: bool,
    /// Norm before the mixer of a convolution block.
    pub first_norm: FirstNorm,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            width: 64,
            depths: [2, 4, 8, 4],
            heads: 8,
            mixer: Mixer::MultiScale,
            attention: Attention::Full,
            stacking: Stacking::Alternating,
            position: Position::None,
            reading: Reading::Mean,
            semantic_tokens: false,
            first_norm: FirstNorm::Layer,
        }
    }
}

impl Configuration {
    /// The last stage halved.
    pub fn shallow() -> Self {
        Self { depths: [2, 4, 8, 2], ..Self::default() }
    }

    /// Without the last stage.
    pub fn front_three() -> Self {
        Self { depths: [2, 4, 8, 0], ..Self::default() }
    }

    /// All widths halved.
    pub fn tiny() -> Self {
        Self { width: 32, ..Self::default() }
    }

    /// With semantic tokens in stage 3.
    pub fn sparse() -> Self {
        Self { semantic_tokens: true, ..Self::default() }
    }

    /// The notes' last and best network: convolutions and half fine, half coarse attention take turns ("InceptionNeXt +
    /// Shunted Self-Attention (Cross-Stack)").
    pub fn cross_stack() -> Self {
        Self { attention: Attention::Shunted(Scales::Halves), ..Self::default() }
    }

    /// Attention between convolutions from stage 2 on; the number of blocks is ours.
    pub fn sandwich() -> Self {
        Self { stacking: Stacking::Sandwich, depths: [2, 4, 4, 2], ..Self::default() }
    }

    fn block(&self, stage: usize, number: usize) -> Block {
        let turn = number % 2 == 1;
        match (stage, self.stacking) {
            (2 | 3, Stacking::Sandwich) => Block::Sandwich,
            (3, _) => Block::Attention,
            (1, Stacking::Modulation) if turn => Block::Modulation,
            (0 | 1, _) => Block::Convolution,
            (_, Stacking::Linear) if number < self.depths[2] / 2 => Block::Convolution,
            (_, Stacking::Linear) => Block::Attention,
            _ if turn => Block::Attention,
            (_, Stacking::Modulation) => Block::Modulation,
            _ => Block::Convolution,
        }
    }

    /// How block `number` of a stage attends.
    fn manner(&self, stage: usize, number: usize) -> Manner {
        // Every second of the blocks that attend has its windows moved; where turns are taken, every second block
        // attends.
        let takes_turns = stage == 2 && matches!(self.stacking, Stacking::Alternating | Stacking::Modulation);
        let attends = if takes_turns { number / 2 } else { number };
        let moved = attends % 2 == 1;
        Manner { attention: self.attention, heads: self.heads, position: self.position, moved }
    }

    fn check(&self) -> Result<(), GraphError> {
        let error = |node: &str, problem: &str| Err(GraphError { node: node.to_owned(), problem: problem.to_owned() });
        let own_scores = matches!(
            self.attention,
            Attention::Full | Attention::BiRouting | Attention::Window | Attention::ShiftedWindow
        );
        if matches!(self.position, Position::Relative | Position::Inside) && !own_scores {
            return error("position", "expected attention with a key for every token");
        }
        let last = self.depths[3] > 0;
        if self.reading == Reading::ClassToken && !last {
            return error("class_token", "expected a stage 3 to put it in front of");
        }
        if self.semantic_tokens && !last {
            return error("semantic", "expected a stage 3 to run on semantic tokens");
        }
        Ok(())
    }
}

/// One block of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    Convolution,
    Modulation,
    Attention,
    Sandwich,
}

/// InceptionFormer: a stem of several kernels, stages of convolution and attention blocks, each stage of half the
/// positions and twice the channels of the one before (64 x 1000, 128 x 500, 256 x 250, 512 x 125), mean, linear.
///
/// # Errors
/// `classes` is 0, or the configuration's parts do not fit together: it says which.
pub fn inceptionformer(configuration: Configuration, classes: usize) -> Result<Graph, GraphError> {
    configuration.check()?;
    let mut build = Builder::new("inceptionformer", Shape::new(1, SAMPLES, LEADS));
    let input = build.input();
    let mut x = build.within("stem", |build| stem(build, input, configuration.width));
    build.output(STEM, x);
    for (stage, &blocks) in configuration.depths.iter().enumerate().take_while(|(_, blocks)| **blocks > 0) {
        if stage > 0 {
            let down = Conv::new(configuration.width << stage, 3).stride(2);
            x = build.conv(&format!("downs.{}", stage - 1), x, down);
            build.output(DOWNS[stage - 1], x);
        }
        let shape = build.shape(x);
        if stage == 2 && configuration.position == Position::Learned {
            let places = build.table("position", shape, Start::CutNormal(0.02));
            x = build.sum(x, places);
        }
        if stage == 3 && configuration.semantic_tokens {
            x = build.within("semantic", |build| sparse::semantic_tokens(build, x, configuration.heads));
        }
        if stage == 3 && configuration.reading == Reading::ClassToken {
            let token = build.table("class_token", shape.with(Axis::Length, 1), Start::CutNormal(0.02));
            x = build.concat(Axis::Length, &[token, x]);
        }
        for number in 0..blocks {
            let block = configuration.block(stage, number);
            let (mixer, norm) = (configuration.mixer, configuration.first_norm);
            let manner = configuration.manner(stage, number);
            x = build.within(format!("stages.{stage}.{number}"), |build| match block {
                Block::Convolution => blocks::convolution(build, x, mixer, norm),
                Block::Modulation => blocks::modulation(build, x, norm),
                Block::Attention => blocks::attention(build, x, manner),
                Block::Sandwich => blocks::sandwich(build, x, mixer, norm, manner),
            });
        }
        build.output(STAGES[stage], x);
    }
    build.output(FEATURES, x);
    let pooled = match configuration.reading {
        Reading::Mean => build.mean(x),
        Reading::ClassToken => build.pick(Axis::Length, x, [0]),
    };
    let logits = build.linear("head", pooled, classes);
    build.finish(logits)
}

/// Leads as `width` channels: three kernels behind a narrow convolution, and the leads' moving maxima past it.
/// Reconstructed: the one of many forms that meets the counts of base and Tiny, but only the sum of the three kernels
/// (45) is fixed by them.
fn stem(build: &mut Builder, leads: Place, width: usize) -> Place {
    let quarter = width / 4;
    let narrow = build.conv("bottleneck", leads, Conv::new(3 * quarter, 3));
    let mut branches =
        [9, 15, 21].map(|kernel| build.conv(&format!("conv{kernel}"), narrow, Conv::new(quarter, kernel))).to_vec();
    let largest = build.pool(leads, Pool::new(PoolKind::Max, 3).stride(1).pad(1));
    branches.push(build.conv("pooled", largest, Conv::new(quarter, 1)));
    let x = build.concat(Axis::Channels, &branches);
    let x = build.batch_norm("norm", x);
    build.relu(x)
}

/// The mean over positions, and a linear layer on it.
fn mean_head(build: &mut Builder, map: Place, classes: usize) -> Place {
    build.output(FEATURES, map);
    let pooled = build.mean(map);
    build.linear("head", pooled, classes)
}

/// A convolution without bias, and its batch norm.
fn conv_norm(build: &mut Builder, name: &str, x: Place, conv: Conv) -> Place {
    build.within(name, |build| {
        let x = build.conv("conv", x, conv.no_bias());
        build.batch_norm("norm", x)
    })
}
