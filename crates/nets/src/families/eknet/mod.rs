//! EKnet: complete classification of the clinical page of three rows and four columns.
//!
//! "A knowledge-based network for complete ECG classification in the clinical 3 x 4 format", with the released
//! repository `caoqing-ruijing/ECG_EKnet`. Takes 12 leads of 10 s at 500 Hz in mV (not normalised), and itself cuts out
//! the page: 2.5 s of every lead and 10 s of lead II, 15 rows of 1250 samples ([`ROWS`]), which become 750 tokens of 50
//! ms.
//!
//! Two networks go by the name, as [`Form`]s of one:
//! - the released one ([`Form::RELEASED_FIRST`], [`Form::RELEASED_SECOND`]): a fixed sine code tells where a token
//!   stands;
//! - the paper's ([`Form::PAPER_FIRST`], [`Form::PAPER_SECOND`]), whose code was not released: **reconstructed** from
//!   figures. Learned vectors of a token's lead and slot stand beside its patch, and two linear layers merge the three.
//!   Ours are: those layers' widths (768 to 256, GELU, 256 to 256), the two heads that tell a token's lead and slot,
//!   the groups of rows of the second stage, the order of leads, and that the module of classes also looks at the
//!   signal before the classes look at one another.
//!
//! Each is learned in two stages: [`reconstruction`] of all leads from a few tokens, then [`classifier`], which begins
//! with the first stage's weights of the same names and shapes. The released code holds one more layer norm (512
//! numbers) that nothing calls; it is left out here, so that counts are 512 below the published ones.
//!
//! The paper sets nine networks beside it: [`compared()`].

mod branches;
mod compared;
mod layers;
mod non_local;
mod page;

pub use branches::{BRANCHES, POOLING};
pub use compared::{Compared, compared};
pub use non_local::{CHANNELS, POSITIONS, TIME};
pub use page::{LEADS, PATCH, PATCHES, ROWS, SAMPLES, SLOTS, TOKENS, groups, places, tokens};

use crate::graph::{Activation, Axis, Builder, Drawing, Graph, GraphError, Place, ReduceKind, Shape, Start};

/// Numbers of a token and of a knowledge vector.
pub const WIDTH: usize = 256;

/// The output that holds, for each of three rounds, how much each class looks at each token: 8 rows (heads), a position
/// a class, a channel a token in the order of [`tokens`].
pub const CLASS_ATTENTION: [&str; 3] = ["class_attention_1", "class_attention_2", "class_attention_3"];
/// The output that holds, for each of three rounds, how much each class looks at each class: 8 rows (heads), a position
/// a class that looks, a channel a class looked at.
pub const CLASS_CLASS_ATTENTION: [&str; 3] =
    ["class_class_attention_1", "class_class_attention_2", "class_class_attention_3"];
/// The output that holds each class' two logits, absent and present: a row a class, two channels.
pub const PAIRS: &str = "pairs";
/// The output that holds the page, mV: 15 rows of 1250 samples. What the first stage reconstructs.
pub const PAGE: &str = "page";
/// The output that holds the logits of each visible token's lead: a position a token, 12 channels (the paper's first
/// stage).
pub const TOKEN_LEADS: &str = "token_leads";
/// The output that holds the logits of each visible token's slot: 200 channels (the paper's first stage).
pub const TOKEN_SLOTS: &str = "token_slots";
/// The output that holds each visible token's true lead and slot: two channels (the paper's first stage).
pub const TOKEN_PLACES: &str = "token_places";

/// How the network knows where a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Merging {
    /// A fixed sine code is added (released).
    FixedCode,
    /// Learned vectors of lead and slot are merged with the patch (paper, reconstructed).
    Learned,
}

/// Which tokens the encoder sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tokens {
    /// All.
    All,
    /// A random part of each group of rows.
    Dropped {
        /// Percent that are left out; what is kept is rounded down.
        percent: usize,
        /// Whether also in inference.
        always: bool,
    },
}

/// A variant of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// How it knows where a token stands.
    pub merging: Merging,
    /// Whether limb leads, chest leads and the rest of the strip are encoded apart.
    pub lead_split: bool,
    /// Which tokens the encoder sees.
    pub tokens: Tokens,
}

impl Form {
    /// The released first stage: 112 of 750 tokens are visible, in training and in validation.
    pub const RELEASED_FIRST: Self =
        Self { merging: Merging::FixedCode, lead_split: false, tokens: Tokens::Dropped { percent: 85, always: true } };
    /// The released second stage: three groups, in training 105, 105 and 52 of their tokens.
    pub const RELEASED_SECOND: Self =
        Self { merging: Merging::FixedCode, lead_split: true, tokens: Tokens::Dropped { percent: 65, always: false } };
    /// The paper's first stage, reconstructed.
    pub const PAPER_FIRST: Self = Self { merging: Merging::Learned, ..Self::RELEASED_FIRST };
    /// The paper's second stage, reconstructed.
    pub const PAPER_SECOND: Self = Self { merging: Merging::Learned, ..Self::RELEASED_SECOND };
}

/// The first stage: the page from the tokens that are visible, by a knowledge vector a lead. Its "logits" are 15 rows
/// of 1250 samples in mV; the loss is their mean squared distance from [`PAGE`] (in the paper with 0.1 times the cross
/// entropies of [`TOKEN_LEADS`] and [`TOKEN_SLOTS`]; weights ours).
///
/// # Errors
/// The form leaves no token.
pub fn reconstruction(form: Form) -> Result<Graph, GraphError> {
    let (mut build, patches) = start();
    let page = build.rearrange(patches, "1 (row patch) sample -> row (patch sample) 1", &[("row", ROWS.len())]);
    build.output(PAGE, page);
    let (mut tokens, learned) = merged(&mut build, form, patches);
    if learned.is_some() {
        // Chance decides which tokens are left: their places go with them.
        let values = places().flat_map(|(lead, slot)| [lead as f32, slot as f32]).collect();
        let true_places = build.constant(Shape::new(1, TOKENS, 2), values);
        tokens = build.concat(Axis::Channels, &[tokens, true_places]);
    }
    let (encoded, visible) = layers::encoder(&mut build, form, tokens);
    if let Some(visible) = visible {
        build.output(TOKEN_PLACES, visible);
        let leads = build.linear("token_leads", encoded, LEADS);
        build.output(TOKEN_LEADS, leads);
        let slots = build.linear("token_slots", encoded, SLOTS);
        build.output(TOKEN_SLOTS, slots);
    }
    // The released code takes vector 0 as lead II and 1 as I; the paper's form keeps the usual order, and its vectors
    // are those that were merged with the patches.
    let (leads, strip_lead) = match learned {
        Some(leads) => (leads, 1),
        None => (build.table("leads", Shape::new(1, LEADS, WIDTH), Start::Normal(1.0)), 0),
    };
    let leads = layers::knowledge(&mut build, form, leads, encoded, false);
    let signals = build.within("signals", |build| signals(build, leads, strip_lead));
    build.finish(signals)
}

/// The second stage: logits of classes, each from its own knowledge vector.
///
/// Published are two logits a class ([`PAIRS`]) and their cross entropy. The logit given here is their difference,
/// whose sigmoid is the published softmax' second number and whose binary cross entropy is that cross entropy.
///
/// # Errors
/// `classes` is 0, or the form leaves no token.
pub fn classifier(form: Form, classes: usize) -> Result<Graph, GraphError> {
    let (mut build, patches) = start();
    let (tokens, _) = merged(&mut build, form, patches);
    let (encoded, _) = layers::encoder(&mut build, form, tokens);
    let vectors = build.table("classes", Shape::new(1, classes, WIDTH), Start::Normal(1.0));
    let vectors = layers::knowledge(&mut build, form, vectors, encoded, true);
    let vectors = build.rearrange(vectors, "1 class channel -> class 1 channel", &[]);
    let pairs = build.row_linear("heads", vectors, 2);
    build.output(PAIRS, pairs);
    let signs = build.constant(Shape::new(1, 1, 2), vec![-1.0, 1.0]);
    let signed = build.product(pairs, signs);
    let differences = build.reduce(ReduceKind::Sum, Axis::Channels, signed);
    let logits = build.rearrange(differences, "class 1 1 -> 1 1 class", &[]);
    build.finish(logits)
}

/// A network that has the page's patches.
fn start() -> (Builder, Place) {
    let mut build = Builder::new("eknet", Shape::new(1, SAMPLES, LEADS));
    build.drawing = Drawing::GlorotUniform;
    let patches = page::patches(&mut build);
    (build, patches)
}

/// Tokens that know where they stand, and the learned vectors of leads, where there are such.
fn merged(build: &mut Builder, form: Form, patches: Place) -> (Place, Option<Place>) {
    let tokens = build.linear_no_bias("patch", patches, WIDTH);
    // A convolution's bias, which the released code leaves as PyTorch draws it.
    let bias = build.table("patch_bias", Shape::new(1, 1, WIDTH), Start::Uniform((1.0 / PATCH as f64).sqrt()));
    let tokens = build.sum(tokens, bias);
    match form.merging {
        Merging::FixedCode => {
            let codes = page::codes(build);
            (build.sum(tokens, codes), None)
        }
        Merging::Learned => {
            let leads = build.table("leads", Shape::new(1, LEADS, WIDTH), Start::Normal(1.0));
            let slots = build.table("slots", Shape::new(1, SLOTS, WIDTH), Start::Normal(1.0));
            let lead = build.pick(Axis::Length, leads, places().map(|(lead, _)| lead));
            let slot = build.pick(Axis::Length, slots, places().map(|(_, slot)| slot));
            let tokens = build.concat(Axis::Channels, &[tokens, lead, slot]);
            let tokens = build.within("merge", |build| {
                let tokens = build.linear("linear1", tokens, WIDTH);
                let tokens = build.activation(Activation::Gelu, tokens);
                build.linear("linear2", tokens, WIDTH)
            });
            (tokens, Some(leads))
        }
    }
}

/// Each lead's signal from its vector: 10 s of lead II by three linear layers, 2.5 s of the others by one that they
/// share.
fn signals(build: &mut Builder, leads: Place, strip_lead: usize) -> Place {
    let row = PATCHES * PATCH;
    let mut strip = build.pick(Axis::Length, leads, [strip_lead]);
    for (number, width) in [row, 2 * row, 4 * row].into_iter().enumerate() {
        if number > 0 {
            strip = build.activation(Activation::Gelu, strip);
        }
        strip = build.linear(&format!("strip.{number}"), strip, width);
    }
    let strip = build.rearrange(strip, "1 1 (row sample) -> row sample 1", &[("row", 4)]);
    let others = build.pick(Axis::Length, leads, (0..LEADS).filter(|&lead| lead != strip_lead));
    let others = build.linear("others", others, row);
    let others = build.rearrange(others, "1 lead sample -> lead sample 1", &[]);
    let (first, rest) = (build.pick(Axis::Rows, others, [0]), build.pick(Axis::Rows, others, 1..LEADS - 1));
    build.concat(Axis::Rows, &[first, strip, rest])
}
