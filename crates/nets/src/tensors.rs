//! Weights as plain numbers by name.

use std::collections::BTreeMap;

/// Shape and row-major numbers of each tensor, by its path in the network (`stages.0.conv1.weight`). Running
/// statistics of batch norms are among them; the name of the network is not part of a path.
pub type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;
