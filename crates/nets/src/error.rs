//! What can be wrong with weights that come from elsewhere.

/// Why a network could not be built from given tensors or given input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A tensor of the network is not among those given.
    #[error("tensor {name} is missing; are these the weights of {architecture} with {classes} labels?")]
    Missing {
        /// Path of the tensor in the network.
        name: String,
        /// The network's name.
        architecture: &'static str,
        /// Labels that the network was to tell apart.
        classes: usize,
    },
    /// A tensor has another shape than the network's.
    #[error(
        "tensor {name} has shape {found:?}, expected {expected:?}; are these the weights of another network or label set?"
    )]
    Shape {
        /// Path of the tensor in the network.
        name: String,
        /// Shape as given.
        found: Vec<usize>,
        /// Shape that the network needs.
        expected: Vec<usize>,
    },
    /// A tensor's numbers do not fill its shape.
    #[error("tensor {name} holds {found} numbers, its shape {shape:?} says otherwise")]
    Length {
        /// Path of the tensor in the network.
        name: String,
        /// Shape as given.
        shape: Vec<usize>,
        /// Numbers as given.
        found: usize,
    },
    /// A tensor that the network does not have.
    #[error("tensor {name} is not one of {architecture}'s")]
    Unknown {
        /// Path of the tensor as given.
        name: String,
        /// The network's name.
        architecture: &'static str,
    },
    /// The input is not `[batch, lead, sample]` of this network's size.
    #[error("input holds {found} numbers, expected {expected} = {batch} x {leads} leads x {samples} samples")]
    InputLength {
        /// Numbers as given.
        found: usize,
        /// Numbers that the batch needs.
        expected: usize,
        /// Windows in the batch.
        batch: usize,
        /// Leads of the network.
        leads: usize,
        /// Samples a lead.
        samples: usize,
    },
    /// No architecture bears this name.
    #[error("no network is called {name:?}; the nearest are {near} (`train-native models` lists all)")]
    UnknownArchitecture {
        /// The name as given.
        name: String,
        /// Names that are like it.
        near: String,
    },
}
