//! From a graph and its tensors to a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::diagonal::Diagonal;
use super::each::{Activate, Hardmax, LayerNorm, Pairwise, Scale, Softmax};
use super::grouped::{Depthwise, General, RowWise};
use super::map::Map;
use super::order::Reorder;
use super::product::{Extents, Product};
use super::recurrent::Layer;
use super::tile::Affine;
use super::{Kernel, Plan, Step};
use crate::graph::{Activation, Conv, Graph, Node, Op, Place, Shape};
use crate::space::Space;
use crate::{Error, Tensors};

/// Folds and packs; see [`Plan::new`].
pub(super) fn compile(graph: Arc<Graph>, tensors: &Tensors) -> Result<Plan, Error> {
    graph.check(tensors)?;
    let mut compiler = Compiler::new(&graph, tensors);
    for node in 0..graph.nodes().len() {
        compiler.node(node);
    }
    let Compiler { mut steps, aliases, .. } = compiler;
    // A step stands where its result does: by then all that it takes is there.
    steps.sort_by_key(|step| step.node);
    let outputs: BTreeMap<&'static str, usize> =
        graph.outputs().iter().map(|(&name, place)| (name, resolve(&aliases, place.number()))).collect();
    let pads = pads(&graph, &steps);
    for step in &mut steps {
        step.pad = pads[step.node];
    }
    let (known, mut steps) = known(&graph, steps);
    set_last_uses(&mut steps, &outputs);
    Ok(Plan { input_pad: pads[0], steps: steps.into(), known: Arc::new(known), outputs, graph })
}

struct Compiler<'a> {
    graph: &'a Graph,
    tensors: &'a Tensors,
    /// Who takes each node's value.
    readers: Vec<Vec<usize>>,
    given_out: BTreeSet<usize>,
    /// Nodes that are part of an earlier step.
    taken: BTreeSet<usize>,
    /// Nodes whose value is another's.
    aliases: BTreeMap<usize, usize>,
    steps: Vec<Step>,
}

fn resolve(aliases: &BTreeMap<usize, usize>, mut node: usize) -> usize {
    while let Some(&other) = aliases.get(&node) {
        node = other;
    }
    node
}

/// A convolution or linear layer and what follows it, as far as one store can do it.
struct Chain {
    /// The node whose value comes out.
    end: usize,
    /// Into the weights.
    folded: Option<Affine>,
    residual: Option<usize>,
    relu: bool,
    after: Option<Affine>,
}

impl<'a> Compiler<'a> {
    fn new(graph: &'a Graph, tensors: &'a Tensors) -> Self {
        let mut readers = vec![Vec::new(); graph.nodes().len()];
        for (number, node) in graph.nodes().iter().enumerate() {
            for input in &node.inputs {
                readers[input.number()].push(number);
            }
        }
        let given_out = graph.outputs().values().map(|place| place.number()).collect();
        let (taken, aliases) = (BTreeSet::new(), BTreeMap::new());
        Self { graph, tensors, readers, given_out, taken, aliases, steps: Vec::new() }
    }

    fn node(&mut self, number: usize) {
        let node = &self.graph.nodes()[number];
        if self.taken.contains(&number) || matches!(node.op, Op::Input(_)) {
            return;
        }
        // Nothing happens there but in training.
        let same = match &node.op {
            Op::Dropout(_) => true,
            Op::Subset(subset) => !subset.always,
            _ => false,
        };
        if same {
            self.aliases.insert(number, node.inputs[0].number());
            return;
        }
        if let Some((extents, weights)) = self.plain_product(node) {
            let chain = self.chain(number, node);
            let product = self.product(node, extents, weights, &chain);
            let inputs = std::iter::once(node.inputs[0].number()).chain(chain.residual).collect();
            self.push(chain.end, Box::new(product), inputs);
            return;
        }
        let kernel = self.kernel(node);
        self.push(number, kernel, node.inputs.iter().map(|input| input.number()).collect());
    }

    /// A step that gives the value of `node`.
    fn push(&mut self, node: usize, kernel: Box<dyn Kernel>, inputs: Vec<usize>) {
        let inputs = inputs.into_iter().map(|input| resolve(&self.aliases, input)).collect();
        let shape = self.graph.nodes()[node].shape;
        self.steps.push(Step { kernel, inputs, node, shape, pad: 0, last_use_of: Vec::new() });
    }

    fn values(&self, node: &Node, part: usize) -> &'a [f32] {
        let weight = &self.graph.weights()[node.weights.start + part];
        self.tensors.get(&weight.name).map_or(&[], |(_, values)| values)
    }

    fn input_shape(&self, node: &Node) -> Shape {
        self.graph.node(node.inputs[0]).shape
    }

    /// Extents and weights of a convolution along a row or a linear layer, where nothing else is special about it.
    fn plain_product(&self, node: &Node) -> Option<(Extents, &'a [f32])> {
        match &node.op {
            Op::Linear(linear) => {
                Some((Extents::linear(self.input_shape(node).channels, linear.to), self.values(node, 0)))
            }
            Op::Conv(conv) if along_a_row(conv) && conv.groups == 1 => {
                let extents = Extents {
                    from: self.input_shape(node).channels,
                    to: conv.to,
                    kernel: conv.kernel.1,
                    stride: conv.stride.1,
                    dilation: conv.dilation,
                    before: conv.padding[1].0,
                };
                Some((extents, self.values(node, 0)))
            }
            _ => None,
        }
    }

    /// The only reader of a node's value, if there is but one and the value is not given out.
    fn next(&self, number: usize) -> Option<usize> {
        let next = match self.readers[number][..] {
            [next] if !self.given_out.contains(&number) && !self.taken.contains(&next) => next,
            _ => return None,
        };
        Some(next)
    }

    /// How far the store of a product reaches.
    fn chain(&mut self, number: usize, node: &Node) -> Chain {
        let mut chain = Chain { end: number, folded: None, residual: None, relu: false, after: None };
        while let Some(next) = self.next(chain.end) {
            let following = &self.graph.nodes()[next];
            let fresh = chain.residual.is_none() && !chain.relu && chain.after.is_none();
            match &following.op {
                // Nothing happens there.
                Op::Dropout(_) => {}
                Op::BatchNorm(_) if fresh => chain.folded = Some(joined(chain.folded, self.norm(following))),
                Op::Affine(affine) if fresh => {
                    let channels = following.shape.channels;
                    let affine = Affine {
                        scale: vec![affine.scale as f32; channels],
                        shift: vec![affine.shift as f32; channels],
                    };
                    chain.folded = Some(joined(chain.folded, affine));
                }
                Op::Sum(_) if fresh => {
                    let own = |input: &&Place| resolve(&self.aliases, input.number()) != chain.end;
                    let others: Vec<usize> = following.inputs.iter().filter(own).map(|input| input.number()).collect();
                    let [other] = others[..] else { break };
                    if self.graph.nodes()[other].shape != node.shape {
                        break;
                    }
                    chain.residual = Some(other);
                }
                Op::Activation(Activation::Relu) if !chain.relu && chain.after.is_none() => chain.relu = true,
                Op::BatchNorm(_) if chain.after.is_none() => chain.after = Some(self.norm(following)),
                _ => break,
            }
            self.taken.insert(next);
            chain.end = next;
        }
        chain
    }

    fn norm(&self, node: &Node) -> Affine {
        let Op::BatchNorm(norm) = &node.op else { unreachable!("asked for batch norms only") };
        let [gamma, beta, mean, variance] = [0, 1, 2, 3].map(|part| self.values(node, part));
        Affine::of_norm(gamma, beta, mean, variance, norm.rule.epsilon())
    }

    fn product(&self, node: &Node, extents: Extents, weights: &[f32], chain: &Chain) -> Product {
        let Extents { from, to, kernel, .. } = extents;
        let bias = self.bias(node, to);
        let scale = |o: usize| chain.folded.as_ref().map_or(1.0, |affine| affine.scale[o]);
        let bias: Vec<f32> = match &chain.folded {
            Some(affine) => bias.iter().zip(&affine.scale).zip(&affine.shift).map(|((b, s), t)| b * s + t).collect(),
            None => bias,
        };
        let linear = matches!(node.op, Op::Linear(_));
        let weight = |o: usize, i: usize, tap: usize| {
            scale(o) * if linear { weights[i * to + o] } else { weights[(o * from + i) * kernel + tap] }
        };
        let mut product = Product::new(extents, weight, &bias);
        if chain.relu {
            product.set_relu();
        }
        if let Some(after) = &chain.after {
            product.set_after(after);
        }
        product
    }

    fn bias(&self, node: &Node, to: usize) -> Vec<f32> {
        if node.weights.len() > 1 { self.values(node, 1).to_vec() } else { vec![0.0; to] }
    }

    fn kernel(&self, node: &Node) -> Box<dyn Kernel> {
        match &node.op {
            Op::Table(_) => Box::new(Known(self.values(node, 0).to_vec())),
            Op::Constant(constant) => Box::new(Known(constant.values.clone())),
            Op::Conv(conv) => {
                let from = self.input_shape(node).channels;
                let (weights, bias) = (self.values(node, 0), self.bias(node, conv.to));
                if Depthwise::fits(conv, from) {
                    Box::new(Depthwise::new(conv, weights, bias))
                } else {
                    Box::new(General::new(conv, from, weights, &bias))
                }
            }
            Op::RowLinear(_) => {
                Box::new(RowWise { weights: self.values(node, 0).to_vec(), bias: self.values(node, 1).to_vec() })
            }
            Op::BatchNorm(_) => Box::new(self.norm(node)),
            Op::LayerNorm(norm) => Box::new(LayerNorm {
                affine: Affine { scale: self.values(node, 0).to_vec(), shift: self.values(node, 1).to_vec() },
                epsilon: norm.epsilon,
            }),
            Op::Activation(activation) => Box::new(Activate(*activation)),
            Op::Softmax(softmax) => Box::new(Softmax(softmax.axis)),
            Op::Hardmax(hardmax) => Box::new(Hardmax(hardmax.axis)),
            Op::Affine(affine) => Box::new(Scale { scale: affine.scale as f32, shift: affine.shift as f32 }),
            Op::Pool(pool) => Box::new(pool.clone()),
            Op::Reduce(reduce) => Box::new(reduce.clone()),
            Op::Sum(_) => Box::new(Pairwise::Sum),
            Op::Product(_) => Box::new(Pairwise::Product),
            Op::Concat(concat) => Box::new(concat.clone()),
            Op::Pick(pick) => Box::new(pick.clone()),
            Op::Upsample(upsample) => Box::new(upsample.clone()),
            Op::Rearrange(rearrange) => Box::new(Reorder::new(rearrange)),
            Op::Scores(scores) => Box::new(scores.clone()),
            Op::Mix(mix) => Box::new(mix.clone()),
            Op::Recurrent(layer) => {
                let weights: Vec<&[f32]> = (0..node.weights.len()).map(|part| self.values(node, part)).collect();
                Box::new(Layer::new(layer, self.input_shape(node).channels, &weights))
            }
            Op::StateSpace(space) => {
                let parts = [0, 1, 2].map(|part| self.values(node, part));
                Box::new(Space::new(*space, parts[0], parts[1], parts[2]))
            }
            Op::DiagonalStateSpace(space) => {
                Box::new(Diagonal::new(*space, [0, 1, 2, 3, 4].map(|part| self.values(node, part))))
            }
            Op::Subset(subset) => Box::new(subset.clone()),
            Op::Input(_) | Op::Linear(_) | Op::Dropout(_) => unreachable!("handled before"),
        }
    }
}

fn along_a_row(conv: &Conv) -> bool {
    conv.kernel.0 == 1 && conv.stride.0 == 1 && conv.padding[0] == (0, 0)
}

/// One scale and shift after another.
fn joined(first: Option<Affine>, second: Affine) -> Affine {
    match first {
        None => second,
        Some(first) => Affine {
            scale: first.scale.iter().zip(&second.scale).map(|(a, b)| a * b).collect(),
            shift: first.shift.iter().zip(&second.scale).zip(&second.shift).map(|((a, b), c)| a * b + c).collect(),
        },
    }
}

/// Positions of zeros that each node's value needs around its rows, for those who take it.
fn pads(graph: &Graph, steps: &[Step]) -> Vec<usize> {
    let mut pads = vec![0; graph.nodes().len()];
    for step in steps {
        if let Some(&input) = step.inputs.first() {
            let pad = step.kernel.pad(graph.nodes()[input].shape.length, step.shape.length);
            pads[input] = pads[input].max(pad);
        }
    }
    pads
}

/// Computes what does not depend on the recording; gives those values, and the steps that are left.
fn known(graph: &Graph, steps: Vec<Step>) -> (BTreeMap<usize, Map>, Vec<Step>) {
    let mut known: BTreeMap<usize, Map> = BTreeMap::new();
    let mut left = Vec::new();
    for step in steps {
        let inputs: Vec<&Map> = step.inputs.iter().filter_map(|input| known.get(input)).collect();
        if inputs.len() == step.inputs.len() {
            let mut out = Map::zeros(step.shape, step.pad);
            step.kernel.run(&inputs, &mut out);
            known.insert(step.node, out);
        } else {
            left.push(step);
        }
    }
    // Those that only other known values needed are let go.
    let needed: BTreeSet<usize> = left.iter().flat_map(|step| step.inputs.iter().copied()).collect();
    let given_out: BTreeSet<usize> = graph.outputs().values().map(|place| place.number()).collect();
    known.retain(|node, _| needed.contains(node) || given_out.contains(node));
    (known, left)
}

fn set_last_uses(steps: &mut [Step], outputs: &BTreeMap<&'static str, usize>) {
    let mut seen: BTreeSet<usize> = outputs.values().copied().collect();
    for step in steps.iter_mut().rev() {
        for &input in &step.inputs {
            if seen.insert(input) {
                step.last_use_of.push(input);
            }
        }
    }
}

/// A value that is there from the start.
#[derive(Debug)]
struct Known(Vec<f32>);

impl Kernel for Known {
    fn run(&self, _inputs: &[&Map], out: &mut Map) {
        out.fill(self.0.iter().copied());
    }
}
