//! Inference on the CPU without Burn: the same weights, a few small loops.
//!
//! Activations lie as `[position][channel]` with rows of zeros as padding, weights are packed once, batch norms are
//! folded into them (IMLE-Net's stand after the ReLU and become a scale and shift in the store), bias, residual and
//! ReLU happen in the store of the one inner loop. Wide kernels go by Winograd's minimal filtering, which halves the
//! multiplications. Serial and deterministic; safe Rust, four lanes at a time on x86-64 and on wasm with simd128.
//!
//! ```
//! use burn::tensor::Device;
//! use nets::{Architecture, plan::Plan};
//!
//! let network = Architecture::Resnet1dWang.init(5, &Device::flex());
//! let plan = Plan::new(Architecture::Resnet1dWang, 5, &network.tensors())?;
//! let output = plan.run(&[0.0; 2 * 12 * 250], 2)?;
//! assert_eq!(output.logits.len(), 2 * 5);
//! # Ok::<(), nets::Error>(())
//! ```

mod conv;
mod head;
mod imle_net;
mod map;
mod resnet1d_wang;
mod tile;
mod weights;
mod winograd;

use crate::{Architecture, Error, Tensors};
use head::{Branches, Head};
use imle_net::ImleNet;
use resnet1d_wang::Backbone;
use weights::Weights;

/// A network's weights, folded and packed for inference.
#[derive(Debug, Clone)]
pub struct Plan {
    architecture: Architecture,
    classes: usize,
    network: Planned,
}

#[derive(Debug, Clone)]
enum Planned {
    ImleNet(Box<ImleNet>),
    Resnet1dWang { backbone: Box<Backbone>, head: Box<Head>, branches: Option<Branches> },
}

/// What a network says of a batch, as plain numbers (row-major); see [`crate::Output`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlanOutput {
    /// `[batch, label]`.
    pub logits: Vec<f32>,
    /// `[batch, label, 8]`.
    pub embeddings: Option<Vec<f32>>,
    /// IMLE-Net's scores.
    pub attention: Option<PlanAttention>,
    /// `[batch, feature, position]`.
    pub features: Option<Vec<f32>>,
}

/// IMLE-Net's attention scores; see [`crate::Attention`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlanAttention {
    /// `[batch, 12, 20, 13]`.
    pub beat: Vec<f32>,
    /// `[batch, 12, 20]`.
    pub rhythm: Vec<f32>,
    /// `[batch, 12]`.
    pub lead: Vec<f32>,
}

impl Plan {
    /// Folds and packs the tensors of a network (names as [`crate::Network::tensors`] gives them).
    ///
    /// # Errors
    /// A tensor is missing, unknown or of another shape.
    pub fn new(architecture: Architecture, classes: usize, tensors: &Tensors) -> Result<Self, Error> {
        let mut weights = Weights::new(tensors, architecture, classes);
        let network = match architecture {
            Architecture::ImleNet => Planned::ImleNet(Box::new(ImleNet::new(&mut weights, classes)?)),
            Architecture::Resnet1dWang | Architecture::Resnet1dWangLdm => Planned::Resnet1dWang {
                backbone: Box::new(Backbone::new(&mut weights)?),
                head: Box::new(Head::new(&mut weights, classes)?),
                branches: match architecture {
                    Architecture::Resnet1dWangLdm => Some(Branches::new(&mut weights, classes)?),
                    _ => None,
                },
            },
        };
        weights.all_used()?;
        Ok(Self { architecture, classes, network })
    }

    /// Runs the network on standardised leads, `[batch, lead, sample]` row-major, of [`Architecture::input`]'s size.
    ///
    /// # Errors
    /// `x` has another length than the batch needs.
    pub fn run(&self, x: &[f32], batch: usize) -> Result<PlanOutput, Error> {
        let input = self.architecture.input();
        let one = input.leads * input.samples;
        if x.len() != batch * one {
            return Err(Error::InputLength {
                found: x.len(),
                expected: batch * one,
                batch,
                leads: input.leads,
                samples: input.samples,
            });
        }
        let mut output = PlanOutput::default();
        for record in x.chunks_exact(one) {
            match &self.network {
                Planned::ImleNet(network) => network.run(record, &mut output),
                Planned::Resnet1dWang { backbone, head, branches } => {
                    let features = backbone.run(record);
                    let pooled = head::concat_pool(&features, backbone.positions());
                    let shared = head.run(&pooled);
                    match branches {
                        Some(branches) => {
                            let (logits, embeddings) = branches.run(&pooled, &shared);
                            output.logits.extend(logits);
                            output.embeddings.get_or_insert_default().extend(embeddings);
                        }
                        None => output.logits.extend(shared),
                    }
                    output.features.get_or_insert_default().extend(features);
                }
            }
        }
        Ok(output)
    }

    /// Shares of each position in the logit of label number `class`, `[batch, position]`; None as
    /// [`crate::Network::class_activation`] says.
    pub fn class_activation(&self, output: &PlanOutput, class: usize) -> Option<Vec<f32>> {
        let features = output.features.as_ref()?;
        let Planned::Resnet1dWang { backbone, head, branches } = &self.network else {
            return None;
        };
        if class >= self.classes {
            return None;
        }
        let positions = backbone.positions();
        let mut shares = Vec::new();
        for features in features.chunks_exact(crate::resnet1d_wang::CHANNELS * positions) {
            let pooled = head::concat_pool(features, positions);
            let mut gradient = head.gradient(&pooled, class);
            if let Some(branches) = branches {
                branches.merge_gradient(&mut gradient, class);
            }
            shares.extend(head::spread(features, positions, &gradient));
        }
        Some(shares)
    }

    /// How far each label trusts the shared branch, `[label]`; see [`crate::Network::mergence`].
    pub fn mergence(&self) -> Option<&[f32]> {
        match &self.network {
            Planned::Resnet1dWang { branches: Some(branches), .. } => Some(branches.mergence()),
            _ => None,
        }
    }

    /// Which network this is.
    pub fn architecture(&self) -> Architecture {
        self.architecture
    }

    /// Labels.
    pub fn classes(&self) -> usize {
        self.classes
    }
}
