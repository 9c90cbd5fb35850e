//! Networks of structured state spaces: supervised S4, and ECG-CPC, which is pre-trained by contrast.
//!
//! - Mehari and Strodthoff, "Advancing the State-of-the-Art for ECG Analysis through Structured State Space Models",
//!   2022 (arXiv 2211.07579): [`supervised`], on 2.5 s of 12 leads at 100 Hz in mV.
//! - Al-Masud, Lopez Alcaraz and Strodthoff, ICLR 2026 (arXiv 2509.25095), with the code that goes with it:
//!   [`ecg_cpc`] and its pre-training [`ecg_cpc_contrast`], on 12 leads at 240 Hz in mV.
//!
//! - Gu, Gupta, Goel and Re, "On the Parameterization and Initialization of Diagonal State Space Models", NeurIPS 2022
//!   (arXiv 2206.11893), in supervised S4's place: [`diagonal`], whose eigenvalues and steps are trained too. That the
//!   state stays as small as in S4's layers here is ours.
//!
//! In the first two, what a state space remembers and how fast is drawn once and stays fixed, as in the authors' code;
//! only the mixture of its eight functions is trained (see [`StateSpace`]). Dropout leaves out whole channels.

use crate::graph::{
    Activation, Axis, Builder, Conv, DiagonalStateSpace, Eigenvalues, Graph, GraphError, Op, Place, Shape, Start,
    StateSpace,
};

/// Leads.
pub const LEADS: usize = 12;
/// Samples that supervised S4 takes: 2.5 s at 100 Hz.
pub const SAMPLES: usize = 250;
/// Samples that ECG-CPC takes after its pre-training: 2.5 s at 240 Hz.
pub const CPC_SAMPLES: usize = 600;
/// Samples that ECG-CPC takes in pre-training: 10 s at 240 Hz.
pub const CPC_CONTRAST_SAMPLES: usize = 2400;
/// Tokens that ECG-CPC predicts ahead in pre-training: 117 ms.
pub const CPC_STEPS: usize = 14;
/// Channels of the published networks.
pub const WIDTH: usize = 512;
/// Heads of the attention that pools the frozen network.
pub const HEADS: usize = 16;

/// The output that holds the last map before pooling: 1 row of tokens.
pub const FEATURES: &str = "features";
/// The output that holds the encoder's tokens, which pre-training predicts (ECG-CPC).
pub const ENCODED: &str = "encoded";
/// The output that holds how much each head looks at each token: 16 rows, 1 position, a channel a token
/// ([`Head::Attention`]).
pub const ATTENTION: &str = "attention";

/// Layers of state spaces.
const LAYERS: usize = 4;
const DROPOUT: f64 = 0.2;

/// A variant of the supervised network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// Channels between the layers.
    pub width: usize,
    /// Samples that it takes. Its weights fit every length.
    pub samples: usize,
    /// Whether a layer sees later samples too.
    pub both_ways: bool,
}

impl Form {
    /// The published one.
    pub const PUBLISHED: Self = Self { width: WIDTH, samples: SAMPLES, both_ways: true };
}

/// What makes labels of ECG-CPC's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Head {
    /// Mean over tokens and a linear layer: for fine-tuning.
    Linear,
    /// A learned query that attends to the tokens: for a network that stays frozen.
    Attention,
}

/// What ECG-CPC's pre-training makes its expectation of a token by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Projection {
    /// One product.
    Linear,
    /// Two with a ReLU between, the last without bias (its inner width, that of a token, is ours).
    TwoLayers,
}

/// Supervised S4: leads to channels, four layers of state spaces, mean over time, linear.
///
/// # Errors
/// `classes` or a number of the form is 0.
pub fn supervised(form: Form, classes: usize) -> Result<Graph, GraphError> {
    of_layers("s4", form, StateSpace { both_ways: form.both_ways }, classes)
}

/// The same network with diagonal state spaces, S4D: eigenvalues and steps are trained too, at a smaller rate and
/// without decay.
///
/// # Errors
/// `classes` or a number of the form is 0.
pub fn diagonal(form: Form, eigenvalues: Eigenvalues, classes: usize) -> Result<Graph, GraphError> {
    of_layers("s4d", form, DiagonalStateSpace { both_ways: form.both_ways, eigenvalues }, classes)
}

fn of_layers(name: &'static str, form: Form, space: impl Into<Op>, classes: usize) -> Result<Graph, GraphError> {
    let mut build = Builder::new(name, Shape::new(1, form.samples, LEADS));
    let x = build.input();
    let x = build.linear("encoder", x, form.width);
    let x = layers(&mut build, x, &space.into());
    build.output(FEATURES, x);
    let x = build.mean(x);
    let logits = build.linear("decoder", x, classes);
    build.finish(logits)
}

/// ECG-CPC of so many channels (published [`WIDTH`]) with a head for labels, on so many samples at 240 Hz.
///
/// # Errors
/// `width`, `classes` or `samples` is 0, or `width` is no multiple of [`HEADS`] where the head attends.
pub fn ecg_cpc(width: usize, samples: usize, head: Head, classes: usize) -> Result<Graph, GraphError> {
    let (mut build, _, x) = cpc(width, samples);
    build.output(FEATURES, x);
    let logits = build.within("head", |build| match head {
        Head::Linear => {
            let x = build.mean(x);
            build.linear("linear", x, classes)
        }
        Head::Attention => {
            let query = build.table("query", Shape::new(1, 1, width), Start::Normal(0.02));
            let query = build.linear_no_bias("to_query", query, width);
            let key = build.linear_no_bias("to_key", x, width);
            let value = build.linear_no_bias("to_value", x, width);
            let scores = build.scores(query, key, HEADS, ((width / HEADS) as f64).sqrt().recip());
            let attention = build.softmax(Axis::Channels, scores);
            build.output(ATTENTION, attention);
            let pooled = build.mix(attention, value, HEADS);
            build.linear_no_bias("linear", pooled, classes)
        }
    });
    build.finish(logits)
}

/// ECG-CPC in pre-training: for each token the one that it expects [`CPC_STEPS`] later, to be told by its product from
/// [`ENCODED`] tokens of the same recording that are drawn by chance (128 of them).
///
/// # Errors
/// `width` or `samples` is 0.
pub fn ecg_cpc_contrast(width: usize, samples: usize, projection: Projection) -> Result<Graph, GraphError> {
    let (mut build, encoded, x) = cpc(width, samples);
    build.output(ENCODED, encoded);
    let expected = match projection {
        Projection::Linear => build.linear_no_bias("projection", x, width),
        Projection::TwoLayers => build.within("projection", |build| {
            let x = build.linear("linear1", x, width);
            let x = build.relu(x);
            build.linear_no_bias("linear2", x, width)
        }),
    };
    build.finish(expected)
}

/// The encoder's tokens (120 a second), and what the predictor makes of each and those before it.
fn cpc(width: usize, samples: usize) -> (Builder, Place, Place) {
    let mut build = Builder::new("ecg_cpc", Shape::new(1, samples, LEADS));
    let mut x = build.input();
    for number in 0..4 {
        x = build.within(format!("encoder.{number}"), |build| {
            let conv = if number == 0 { Conv::new(width, 3).stride(2) } else { Conv::new(width, 1) };
            let x = build.conv("conv", x, conv.no_bias());
            let x = build.batch_norm("norm", x);
            build.relu(x)
        });
    }
    let predicted = build.within("predictor", |build| layers(build, x, &StateSpace { both_ways: false }.into()));
    (build, x, predicted)
}

/// Layers of a state space, GELU, and a gated linear layer, each added to what it was given and normed after.
fn layers(build: &mut Builder, mut x: Place, space: &Op) -> Place {
    let width = build.shape(x).channels;
    for number in 0..LAYERS {
        x = build.within(format!("layers.{number}"), |build| {
            let y = build.add("space", space.clone(), &[x]);
            let y = build.activation(Activation::Gelu, y);
            let y = build.channel_dropout(y, DROPOUT);
            let y = build.linear("output", y, 2 * width);
            let value = build.pick(Axis::Channels, y, 0..width);
            let gate = build.pick(Axis::Channels, y, width..2 * width);
            let gate = build.sigmoid(gate);
            let y = build.product(value, gate);
            let y = build.channel_dropout(y, DROPOUT);
            let sum = build.sum(x, y);
            build.layer_norm("norm", sum)
        });
    }
    x
}
