//! A network as data: what is computed from what, by which weights.
//!
//! A family's module describes its network once, by a [`Builder`]; everything else follows from the [`Graph`]: counts of
//! weights and multiply-adds, training and WebGPU by Burn ([`Running`]), inference on a processor, training by hand.
//!
//! ```
//! use nets::graph::{Builder, Conv, Shape};
//!
//! let mut build = Builder::new("small", Shape::new(1, 250, 12));
//! let x = build.input();
//! let x = build.conv("stem", x, Conv::new(32, 7).no_bias());
//! let x = build.mean(x);
//! let x = build.linear("head", x, 5);
//! let graph = build.finish(x)?;
//! assert_eq!(graph.parameters(), 32 * 12 * 7 + 32 * 5 + 5);
//! assert_eq!(graph.multiply_adds(), 250 * 32 * 12 * 7 + 32 * 5);
//! # Ok::<(), nets::graph::GraphError>(())
//! ```

mod builder;
mod folding;
mod ops;
mod rearrange;
mod running;
mod shape;
mod tail;
mod value;
mod weight;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::{Error, Tensors};

pub use builder::Builder;
pub use ops::{
    Activation, Affine, BatchNorm, BatchNormRule, Cell, Concat, Constant, Conv, DiagonalStateSpace, Dropout,
    Eigenvalues, Hardmax, Input, LayerNorm, Linear, Mix, Op, Pick, Pool, PoolKind, Product, Recurrent, Reduce,
    ReduceKind, RowLinear, Scores, Softmax, StateSpace, Subset, Sum, Table, Upsample,
};
pub(crate) use ops::{PAIRS, STATE, discrete, for_one_function, step_of};
pub use rearrange::Rearrange;
pub use running::Running;
pub use shape::{Axis, Shape};
pub use weight::{Drawing, Draws, Role, Start, Weight};

/// A value of a graph: the result of one of its nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place(usize);

impl Place {
    /// The node's number among the graph's.
    pub fn number(self) -> usize {
        self.0
    }
}

/// One computation.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its path in the network, where it has weights; else its kind.
    pub name: String,
    /// What is computed.
    pub op: Op,
    /// From what.
    pub inputs: Vec<Place>,
    /// What comes out, for one recording.
    pub shape: Shape,
    /// Its weights' numbers among the graph's.
    pub weights: Range<usize>,
}

/// A network without the values of its weights. Nodes stand in an order in which they can be computed.
#[derive(Clone, Debug)]
pub struct Graph {
    name: &'static str,
    nodes: Vec<Node>,
    weights: Vec<Weight>,
    outputs: BTreeMap<&'static str, Place>,
}

/// Why a description is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{node}: {problem}")]
pub struct GraphError {
    /// The node that does not fit.
    pub node: String,
    /// What was found and expected.
    pub problem: String,
}

/// Name of the output that is the labels' logits (or what a network in pre-training gives instead).
pub const LOGITS: &str = "logits";
/// Name of the output that is the last map before it is pooled, of the networks that have one.
pub const FEATURES: &str = "features";

impl Graph {
    /// The network's name, for messages.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Numbers that the logits are: labels, for a classifier.
    pub fn classes(&self) -> usize {
        self.outputs.get(LOGITS).map_or(0, |&logits| self.node(logits).shape.size())
    }

    /// What is computed, in order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// One of them.
    pub fn node(&self, place: Place) -> &Node {
        &self.nodes[place.0]
    }

    /// All weights, in the order in which they are drawn.
    pub fn weights(&self) -> &[Weight] {
        &self.weights
    }

    /// What comes out: [`LOGITS`], and what else the network shows.
    pub fn outputs(&self) -> &BTreeMap<&'static str, Place> {
        &self.outputs
    }

    /// Shape of the recording that it takes.
    pub fn input(&self) -> Shape {
        self.nodes.first().map_or(Shape::new(0, 0, 0), |node| node.shape)
    }

    /// Trained numbers.
    pub fn parameters(&self) -> usize {
        self.weights.iter().filter(|weight| weight.role == Role::Trained).map(Weight::size).sum()
    }

    /// The same network with all dropout switched off, for training that must not depend on chance.
    #[must_use]
    pub fn without_dropout(mut self) -> Self {
        for node in &mut self.nodes {
            if let Op::Dropout(dropout) = &mut node.op {
                dropout.probability = 0.0;
            }
        }
        self
    }

    /// The network as training sees it: subsets that inference leaves whole are taken, and shapes follow.
    ///
    /// # Errors
    /// An operation behind a subset that takes no other number of positions.
    pub fn as_trained(&self) -> Result<Self, GraphError> {
        let mut graph = self.clone();
        for number in 0..graph.nodes.len() {
            if let Op::Subset(subset) = &mut graph.nodes[number].op {
                subset.always = true;
            }
            let node = &graph.nodes[number];
            let inputs: Vec<Shape> = node.inputs.iter().map(|&input| graph.node(input).shape).collect();
            let shape = node.op.operation().shape(&inputs);
            let node = format!("{} ({})", node.name, node.op.kind());
            graph.nodes[number].shape = shape.map_err(|problem| GraphError { node, problem })?;
        }
        Ok(graph)
    }

    /// First values of all weights, drawn from a seed: the same everywhere.
    pub fn drawn(&self, seed: u64) -> Tensors {
        let mut draws = Draws::new(seed);
        let draw = |weight: &Weight| {
            let values = weight.start.values(weight.size(), &mut draws);
            (weight.name.clone(), (weight.shape.clone(), values))
        };
        self.weights.iter().map(draw).collect()
    }

    /// Whether tensors are this network's.
    ///
    /// # Errors
    /// A tensor is missing, unknown, or of another shape.
    pub fn check(&self, tensors: &Tensors) -> Result<(), Error> {
        for weight in &self.weights {
            let name = || weight.name.clone();
            let missing = || Error::Missing { name: name(), architecture: self.name, classes: self.classes() };
            let (shape, numbers) = tensors.get(&weight.name).ok_or_else(missing)?;
            if *shape != weight.shape {
                return Err(Error::Shape { name: name(), found: shape.clone(), expected: weight.shape.clone() });
            }
            if numbers.len() != weight.size() {
                return Err(Error::Length { name: name(), shape: shape.clone(), found: numbers.len() });
            }
        }
        match tensors.keys().find(|&name| !self.weights.iter().any(|weight| weight.name == *name)) {
            Some(name) => Err(Error::Unknown { name: name.clone(), architecture: self.name }),
            None => Ok(()),
        }
    }

    /// Multiply-adds of convolutions and products for one recording.
    pub fn multiply_adds(&self) -> u64 {
        self.nodes
            .iter()
            .map(|node| {
                let inputs: Vec<Shape> = node.inputs.iter().map(|input| self.node(*input).shape).collect();
                node.op.operation().multiply_adds(&inputs, node.shape)
            })
            .sum()
    }
}
