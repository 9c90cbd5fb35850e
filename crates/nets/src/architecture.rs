//! The list of networks: names, sources, inputs, explanations, sizes.

use std::fmt;
use std::str::FromStr;

use burn::module::Module;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::imle_net::ImleNet;
use crate::label_decoupling::LabelDecoupling;
use crate::resnet1d_wang::Resnet1dWang;
use crate::{Error, Network, Tensors, cost};

/// A published network, without its weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Architecture {
    /// IMLE-Net: attention over windows, rhythm and leads (arXiv 2204.05116).
    #[serde(rename = "imle-net")]
    ImleNet,
    /// The residual network of Wang et al. as the PTB-XL benchmark trains it (arXiv 2004.13701).
    #[serde(rename = "resnet1d_wang")]
    Resnet1dWang,
    /// The same under the label decoupling module (Knowledge-Based Systems 263, 110298).
    #[serde(rename = "resnet1d_wang+ldm")]
    Resnet1dWangLdm,
}

/// What a network takes: `[batch, leads, samples]`, standardised.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Leads, in the order I, II, III, aVR, aVL, aVF, V1 to V6.
    pub leads: usize,
    /// Samples a lead.
    pub samples: usize,
    /// Samples a second, in hertz.
    pub rate: f64,
}

/// A way in which a network tells why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Explanation {
    /// Attention scores of half-second windows, of the rhythm and of leads: [`crate::Attention`].
    MultiLevelAttention,
    /// What each position adds to a label's logit: [`Network::class_activation`].
    ClassActivation,
    /// Each label's own space of eight numbers, and how far the label trusts it: [`crate::Output::embeddings`].
    LabelSpaces,
}

impl Architecture {
    /// All of them.
    pub const ALL: &[Self] = &[Self::ImleNet, Self::Resnet1dWang, Self::Resnet1dWangLdm];

    /// The name in cards, files and commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::ImleNet => "imle-net",
            Self::Resnet1dWang => "resnet1d_wang",
            Self::Resnet1dWangLdm => "resnet1d_wang+ldm",
        }
    }

    /// What it takes.
    pub fn input(self) -> Input {
        let samples = match self {
            Self::ImleNet => 1000,
            Self::Resnet1dWang | Self::Resnet1dWangLdm => 250,
        };
        Input { leads: 12, samples, rate: 100.0 }
    }

    /// How it can explain itself.
    pub fn explanations(self) -> &'static [Explanation] {
        match self {
            Self::ImleNet => &[Explanation::MultiLevelAttention],
            Self::Resnet1dWang => &[Explanation::ClassActivation],
            Self::Resnet1dWangLdm => &[Explanation::ClassActivation, Explanation::LabelSpaces],
        }
    }

    /// Trainable numbers with `classes` labels; running statistics of batch norms are not counted.
    pub fn parameters(self, classes: usize) -> usize {
        cost::parameters(self, classes)
    }

    /// Multiply-adds for one input (`[1, leads, samples]`) with `classes` labels.
    pub fn multiply_adds(self, classes: usize) -> u64 {
        cost::multiply_adds(self, classes)
    }

    /// Where it was published.
    pub fn source(self) -> &'static str {
        match self {
            Self::ImleNet => {
                "IMLE-Net: An Interpretable Multi-level Multi-channel Model for ECG Classification, IEEE SMC 2021, arXiv:2204.05116"
            }
            Self::Resnet1dWang => {
                "Deep Learning for ECG Analysis: Benchmarks and Insights from PTB-XL, IEEE JBHI 2021, arXiv:2004.13701; after Wang, Yan, Oates, IJCNN 2017, arXiv:1611.06455"
            }
            Self::Resnet1dWangLdm => {
                "Label decoupling strategy for 12-lead ECG classification, Knowledge-Based Systems 263, 2023, 110298"
            }
        }
    }

    /// A network with freshly drawn weights, by the rules of its source. All draws are made here, in a fixed order:
    /// seed the device before (`device.seed(..)`) to get the same network again.
    pub fn init(self, classes: usize, device: &Device) -> Network {
        self.undrawn(classes, device).materialize()
    }

    /// A network with the tensors given. Nothing is drawn before: on a GPU that takes far longer than loading.
    ///
    /// # Errors
    /// As [`Network::with_tensors`].
    pub fn load(self, classes: usize, device: &Device, tensors: &Tensors) -> Result<Network, Error> {
        self.undrawn(classes, device).with_tensors(tensors)
    }

    /// A network whose weights are drawn when they are first asked for.
    fn undrawn(self, classes: usize, device: &Device) -> Network {
        match self {
            Self::ImleNet => Network::ImleNet(ImleNet::init(classes, device)),
            Self::Resnet1dWang => Network::Resnet1dWang(Resnet1dWang::init(classes, device)),
            Self::Resnet1dWangLdm => Network::Resnet1dWangLdm(LabelDecoupling::init(classes, device)),
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Architecture {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL
            .iter()
            .copied()
            .find(|architecture| architecture.name() == name)
            .ok_or_else(|| Error::UnknownArchitecture(name.to_owned()))
    }
}
