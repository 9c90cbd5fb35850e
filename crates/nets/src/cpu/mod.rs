//! Inference on a processor without Burn: a graph and its weights, folded and packed once, then a few small loops.
//!
//! Values lie as `[row][position][channel]`. Batch norms and constant factors go into the weights of the convolution or
//! linear layer before them; residual sums, ReLUs and the batch norm after a ReLU happen in the store of its inner loop.
//! Wide kernels go by Winograd's minimal filtering. What does not depend on the recording is computed once. Serial and
//! deterministic; safe Rust, eight lanes at a time.
//!
//! ```
//! use std::sync::Arc;
//! use nets::{cpu::Plan, families::benchmark::{Backbone, plain}};
//!
//! let graph = Arc::new(plain(Backbone::Resnet1dWang, 5)?);
//! let plan = Plan::new(graph.clone(), &graph.drawn(7))?;
//! let outputs = plan.run(&[0.0; 2 * 12 * 250], 2)?;
//! assert_eq!(outputs["logits"].values.len(), 2 * 5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attention;
mod compile;
mod diagonal;
mod each;
mod grouped;
mod map;
mod order;
mod pooling;
mod product;
mod recurrent;
mod state_space;
mod tile;
mod winograd;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::graph::{Graph, Shape};
use crate::{Error, Tensors};
use map::Map;
use product::Product;
pub(crate) use tile::products;

/// What one step of a plan does.
trait Kernel: fmt::Debug + Send + Sync {
    /// Computes `out`, whose shape is known, from the inputs.
    fn run(&self, inputs: &[&Map], out: &mut Map);

    /// Positions of zeros that it needs around the rows of its first input, `length` long, to give `outputs`.
    fn pad(&self, _length: usize, _outputs: usize) -> usize {
        0
    }
}

/// A convolution or linear layer; a second input is added on its way out.
impl Kernel for Product {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        Product::run(self, inputs[0], inputs.get(1).copied(), out);
    }

    fn pad(&self, length: usize, outputs: usize) -> usize {
        Product::pad(self, length, outputs)
    }
}

/// A network ready for inference.
#[derive(Debug, Clone)]
pub struct Plan {
    graph: Arc<Graph>,
    steps: Arc<[Step]>,
    /// Values that do not depend on the recording, by node.
    known: Arc<BTreeMap<usize, Map>>,
    /// Where each output's value comes from.
    outputs: BTreeMap<&'static str, usize>,
    /// Positions of zeros around the recording.
    input_pad: usize,
}

/// One step: its kernel, the nodes whose values it takes, and the one whose value it gives.
#[derive(Debug)]
struct Step {
    kernel: Box<dyn Kernel>,
    inputs: Vec<usize>,
    node: usize,
    shape: Shape,
    pad: usize,
    /// Values that nobody needs afterwards.
    last_use_of: Vec<usize>,
}

/// One output of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// Of one recording.
    pub shape: Shape,
    /// `[recording, row, position, channel]`.
    pub values: Vec<f32>,
}

impl Plan {
    /// Folds and packs the tensors of a network.
    ///
    /// # Errors
    /// A tensor is missing, unknown or of another shape.
    pub fn new(graph: Arc<Graph>, tensors: &Tensors) -> Result<Self, Error> {
        compile::compile(graph, tensors)
    }

    /// What it computes.
    pub fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    /// Runs the network on standardised leads, `[batch, lead, sample]` row-major; gives the outputs by name.
    ///
    /// # Errors
    /// `x` has another length than the batch needs.
    pub fn run(&self, x: &[f32], batch: usize) -> Result<BTreeMap<&'static str, Values>, Error> {
        let input = self.graph.input();
        if x.len() != batch * input.size() {
            return Err(Error::InputLength {
                found: x.len(),
                expected: batch * input.size(),
                batch,
                leads: input.channels,
                samples: input.length,
            });
        }
        let mut outputs: BTreeMap<&'static str, Values> = self
            .graph
            .outputs()
            .iter()
            .map(|(&name, &place)| (name, Values { shape: self.graph.node(place).shape, values: Vec::new() }))
            .collect();
        for recording in x.chunks_exact(input.size().max(1)) {
            self.run_one(recording, &mut outputs);
        }
        Ok(outputs)
    }

    fn run_one(&self, recording: &[f32], outputs: &mut BTreeMap<&'static str, Values>) {
        let mut values: Vec<Option<Map>> = vec![None; self.graph.nodes().len()];
        values[0] = Some(Map::from_leads(recording, self.graph.input(), self.input_pad));
        for step in &*self.steps {
            let mut out = Map::zeros(step.shape, step.pad);
            let find = |node: &usize| values[*node].as_ref().or_else(|| self.known.get(node));
            let inputs: Vec<&Map> = step.inputs.iter().filter_map(find).collect();
            step.kernel.run(&inputs, &mut out);
            values[step.node] = Some(out);
            for &node in &step.last_use_of {
                values[node] = None;
            }
        }
        for (name, output) in outputs {
            let node = self.outputs[name];
            if let Some(map) = values[node].as_ref().or_else(|| self.known.get(&node)) {
                output.values.extend(map.values());
            }
        }
    }
}
