//! Gradients on a processor without Burn: every operation forward and backward by hand.
//!
//! Values lie as `[recording, row, position, channel]`. A batch is cut into a fixed number of groups of recordings that are
//! computed side by side and summed in their order, so that the result does not depend on the number of threads. Matrix
//! products and threads are a [`Machine`]'s, which the caller brings.

mod attention;
mod conv;
mod diagonal;
mod each;
mod norm;
mod order;
mod plain;
mod pooling;
mod recurrent;
mod settle;
mod state_space;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

pub use plain::Plain;
pub use settle::settled;

use crate::graph::{Draws, Graph, Node, Op, Role, Shape};

/// Steps between neighbours of a matrix: from row to row, from column to column.
pub type Steps = (usize, usize);

/// What computes.
pub trait Machine: Sync {
    /// `to = to (or 0) + left x right`, `[m, n] = [m, k] x [k, n]`; each slice starts at its view's first element.
    fn product(
        &self,
        extents: (usize, usize, usize),
        to: (&mut [f32], Steps, bool),
        left: (&[f32], Steps),
        right: (&[f32], Steps),
    );

    /// Runs all jobs, in any order or side by side.
    fn run<'a>(&self, jobs: Vec<Box<dyn FnOnce() + Send + 'a>>);
}

/// How a pass goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Batch norms by the batch's statistics; dropout drawn from this seed.
    Training(u64),
    /// Batch norms by their running statistics; nothing is dropped.
    Inference,
}

/// Groups that a batch is cut into: more than most processors have cores, so that all of them work.
const GROUPS: usize = 16;

/// What an operation sees of some recordings' pass.
struct Step<'a> {
    machine: &'a dyn Machine,
    mode: Mode,
    /// The node's number: part of what dropout is drawn from.
    node: usize,
    /// The recordings, by their place in the batch.
    records: Range<usize>,
    inputs: &'a [Shape],
    output: Shape,
    /// Weights as the graph has them.
    weights: &'a [&'a [f32]],
    /// Weights as [`Tapes::pack`] made them.
    packed: &'a [Vec<f32>],
}

impl Step<'_> {
    /// Draws for one recording of this node.
    fn draws(&self, seed: u64, record: usize) -> Draws {
        let mut mixed = Draws::new(seed ^ (self.node as u64).wrapping_mul(0xD1B5_4A32_D192_ED03));
        let first = mixed.next();
        Draws::new(first ^ (record as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

/// What the way back of some recordings reads and writes.
struct Back<'a> {
    inputs: &'a [&'a [f32]],
    output: &'a [f32],
    /// What the way forth kept.
    kept: &'a [f32],
    d_output: &'a [f32],
    /// Gradients are added here; empty where nobody asks.
    d_inputs: Vec<&'a mut [f32]>,
    /// Gradients of the weights, packed where they are; added here.
    d_weights: &'a mut [Vec<f32>],
}

/// An operation with its way back.
trait Tapes: Sync {
    /// Weights in the order that its loops like; also the room for their gradients.
    fn pack(&self, weights: &[&[f32]], _inputs: &[Shape]) -> Vec<Vec<f32>> {
        weights.iter().map(|weight| weight.to_vec()).collect()
    }

    /// Gradients of packed weights in the weights' own order.
    fn unpack(&self, gradients: Vec<Vec<f32>>, _inputs: &[Shape]) -> Vec<Vec<f32>> {
        gradients
    }

    /// Some recordings' result; gives what the way back wants to keep.
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32>;

    /// Adds gradients.
    fn backward(&self, step: &Step<'_>, back: Back<'_>);
}

fn tapes(op: &Op) -> &dyn Tapes {
    match op {
        Op::Table(op) => op,
        Op::Constant(op) => op,
        Op::Conv(op) => op,
        Op::Linear(op) => op,
        Op::RowLinear(op) => op,
        Op::LayerNorm(op) => op,
        Op::Activation(op) => op,
        Op::Softmax(op) => op,
        Op::Hardmax(op) => op,
        Op::Affine(op) => op,
        Op::Dropout(op) => op,
        Op::Pool(op) => op,
        Op::Reduce(op) => op,
        Op::Sum(op) => op,
        Op::Product(op) => op,
        Op::Concat(op) => op,
        Op::Pick(op) => op,
        Op::Upsample(op) => op,
        Op::Rearrange(op) => op,
        Op::Scores(op) => op,
        Op::Mix(op) => op,
        Op::Recurrent(op) => op,
        Op::StateSpace(op) => op,
        Op::DiagonalStateSpace(op) => op,
        Op::Subset(op) => op,
        Op::Input(_) | Op::BatchNorm(_) => unreachable!("handled by the pass itself"),
    }
}

/// A graph's pass over a batch, with all that its way back needs.
pub struct Pass<'a> {
    graph: Arc<Graph>,
    machine: &'a dyn Machine,
    mode: Mode,
    records: usize,
    /// Values of the nodes, `[recording, row, position, channel]`.
    values: Vec<Vec<f32>>,
    /// What each node kept, a list a group.
    kept: Vec<Vec<Vec<f32>>>,
    packed: Vec<Vec<Vec<f32>>>,
    /// New running statistics, by the weight's number.
    statistics: Vec<(usize, Vec<f32>)>,
}

/// Gradients of a loss.
#[derive(Debug, Clone)]
pub struct Gradients {
    /// Of each weight, by its number in the graph; None where the loss does not depend on it.
    pub weights: Vec<Option<Vec<f32>>>,
    /// Of the values that were asked for, by node.
    pub values: BTreeMap<usize, Vec<f32>>,
}

impl<'a> Pass<'a> {
    /// Runs a batch forth. `weights` are the graph's, in its order; `x` is `[recording, lead, sample]`.
    pub fn forward(graph: &Arc<Graph>, weights: &[Vec<f32>], x: &[f32], mode: Mode, machine: &'a dyn Machine) -> Self {
        Self::forward_from(graph, weights, channels_last(x, graph.input()), mode, machine)
    }

    /// The same from values that lie as values do, `[recording, row, position, channel]`.
    pub fn forward_from(
        graph: &Arc<Graph>,
        weights: &[Vec<f32>],
        x: Vec<f32>,
        mode: Mode,
        machine: &'a dyn Machine,
    ) -> Self {
        let records = x.len() / graph.input().size().max(1);
        let mut x = Some(x);
        let nodes = graph.nodes().len();
        let mut pass = Self {
            graph: graph.clone(),
            machine,
            mode,
            records,
            values: vec![Vec::new(); nodes],
            kept: vec![Vec::new(); nodes],
            packed: vec![Vec::new(); nodes],
            statistics: Vec::new(),
        };
        for number in 0..nodes {
            let node = &graph.nodes()[number];
            pass.values[number] = match &node.op {
                Op::Input(_) => x.take().unwrap_or_default(),
                Op::BatchNorm(norm) => pass.batch_norm(number, node, norm, weights),
                op => pass.groups_forward(number, node, tapes(op), weights),
            };
        }
        pass
    }

    /// A value, `[recording, row, position, channel]`.
    pub fn value(&self, node: usize) -> &[f32] {
        &self.values[node]
    }

    /// New running statistics, by the weight's number (training only).
    pub fn statistics(&self) -> &[(usize, Vec<f32>)] {
        &self.statistics
    }

    fn shapes(&self, node: &Node) -> Vec<Shape> {
        node.inputs.iter().map(|&input| self.graph.node(input).shape).collect()
    }

    fn groups(&self) -> Vec<Range<usize>> {
        let size = self.records.div_ceil(GROUPS).max(1);
        (0..self.records).step_by(size).map(|start| start..(start + size).min(self.records)).collect()
    }

    fn groups_forward(&mut self, number: usize, node: &Node, op: &dyn Tapes, weights: &[Vec<f32>]) -> Vec<f32> {
        let shapes = self.shapes(node);
        let own: Vec<&[f32]> = weights[node.weights.clone()].iter().map(Vec::as_slice).collect();
        let packed = op.pack(&own, &shapes);
        let size = node.shape.size();
        let mut output = vec![0.0; self.records * size];
        let groups = self.groups();
        let mut kept = vec![Vec::new(); groups.len()];
        {
            let mut rest = &mut output[..];
            let mut jobs: Vec<Box<dyn FnOnce() + Send + '_>> = Vec::with_capacity(groups.len());
            for (range, kept) in groups.iter().zip(&mut kept) {
                let (here, after) = rest.split_at_mut(range.len() * size);
                rest = after;
                let step = Step {
                    machine: self.machine,
                    mode: self.mode,
                    node: number,
                    records: range.clone(),
                    inputs: &shapes,
                    output: node.shape,
                    weights: &own,
                    packed: &packed,
                };
                let inputs: Vec<&[f32]> = node
                    .inputs
                    .iter()
                    .zip(&shapes)
                    .map(|(input, shape)| part(&self.values[input.number()], range, shape.size()))
                    .collect();
                jobs.push(Box::new(move || *kept = op.forward(&step, &inputs, here)));
            }
            self.machine.run(jobs);
        }
        self.kept[number] = kept;
        self.packed[number] = packed;
        output
    }

    /// Runs back from the gradients of some nodes' values. Gradients of the values of `asked` are given too.
    pub fn backward(&self, weights: &[Vec<f32>], from: BTreeMap<usize, Vec<f32>>, asked: &[usize]) -> Gradients {
        self.back(weights, from, asked, &self.needed(asked, true))
    }

    /// Gradients of the values of `asked` alone: runs back no further than they stand. Weights' gradients are not whole.
    pub fn backward_to(
        &self,
        weights: &[Vec<f32>],
        from: BTreeMap<usize, Vec<f32>>,
        asked: &[usize],
    ) -> BTreeMap<usize, Vec<f32>> {
        self.back(weights, from, asked, &self.needed(asked, false)).values
    }

    fn back(
        &self,
        weights: &[Vec<f32>],
        from: BTreeMap<usize, Vec<f32>>,
        asked: &[usize],
        needed: &[bool],
    ) -> Gradients {
        let nodes = self.graph.nodes();
        let mut d_values: Vec<Vec<f32>> = vec![Vec::new(); nodes.len()];
        for (node, gradient) in from {
            d_values[node] = gradient;
        }
        let mut gradients = Gradients { weights: vec![None; self.graph.weights().len()], values: BTreeMap::new() };
        for (number, node) in nodes.iter().enumerate().rev() {
            let d_output = std::mem::take(&mut d_values[number]);
            if d_output.is_empty() {
                continue;
            }
            if asked.contains(&number) {
                gradients.values.insert(number, d_output.clone());
            }
            if !needed[number] || matches!(node.op, Op::Input(_)) {
                continue;
            }
            // Room for the gradients of what it was computed from; twice the same input has one room.
            for input in &node.inputs {
                let input = input.number();
                if needed[input] && d_values[input].is_empty() {
                    d_values[input] = vec![0.0; self.values[input].len()];
                }
            }
            let own = match &node.op {
                Op::BatchNorm(norm) => self.batch_norm_back(number, node, norm, weights, &d_output, &mut d_values),
                op => self.groups_backward(number, node, tapes(op), weights, &d_output, &mut d_values),
            };
            for (weight, gradient) in node.weights.clone().zip(own) {
                if self.graph.weights()[weight].role == Role::Trained {
                    // Weights that several nodes share get the sum.
                    match &mut gradients.weights[weight] {
                        Some(sum) => sum.iter_mut().zip(gradient).for_each(|(sum, value)| *sum += value),
                        none => *none = Some(gradient),
                    }
                }
            }
        }
        gradients
    }

    /// Nodes whose gradient leads to a value that is asked for or, where weights are wanted, to a trained weight.
    fn needed(&self, asked: &[usize], weights: bool) -> Vec<bool> {
        let mut needed = vec![false; self.graph.nodes().len()];
        for (number, node) in self.graph.nodes().iter().enumerate() {
            let trains = self.graph.weights()[node.weights.clone()].iter().any(|weight| weight.role == Role::Trained);
            let below = node.inputs.iter().any(|input| needed[input.number()]);
            needed[number] = weights && trains || below || asked.contains(&number);
        }
        needed
    }

    fn groups_backward(
        &self,
        number: usize,
        node: &Node,
        op: &dyn Tapes,
        weights: &[Vec<f32>],
        d_output: &[f32],
        d_values: &mut [Vec<f32>],
    ) -> Vec<Vec<f32>> {
        let shapes = self.shapes(node);
        let own: Vec<&[f32]> = weights[node.weights.clone()].iter().map(Vec::as_slice).collect();
        let packed = &self.packed[number];
        let groups = self.groups();
        // Inputs' gradients are taken out while they are written; the same input twice is written one after the other.
        let mut rooms: Vec<Vec<f32>> = Vec::new();
        let mut seen: Vec<usize> = Vec::new();
        for input in &node.inputs {
            let input = input.number();
            if seen.contains(&input) {
                rooms.push(vec![0.0; d_values[input].len().max(self.room_of(&seen, &rooms, input))]);
            } else {
                rooms.push(std::mem::take(&mut d_values[input]));
            }
            seen.push(input);
        }
        let mut sums: Vec<Vec<Vec<f32>>> =
            groups.iter().map(|_| packed.iter().map(|weight| vec![0.0; weight.len()]).collect()).collect();
        {
            let mut rests: Vec<&mut [f32]> = rooms.iter_mut().map(Vec::as_mut_slice).collect();
            let mut jobs: Vec<Box<dyn FnOnce() + Send + '_>> = Vec::with_capacity(groups.len());
            for ((range, kept), d_weights) in groups.iter().zip(&self.kept[number]).zip(&mut sums) {
                let mut d_inputs = Vec::with_capacity(rests.len());
                for (rest, shape) in rests.iter_mut().zip(&shapes) {
                    let whole = std::mem::take(rest);
                    let (here, after) = whole.split_at_mut(whole.len().min(range.len() * shape.size()));
                    *rest = after;
                    d_inputs.push(here);
                }
                let step = Step {
                    machine: self.machine,
                    mode: self.mode,
                    node: number,
                    records: range.clone(),
                    inputs: &shapes,
                    output: node.shape,
                    weights: &own,
                    packed,
                };
                let inputs: Vec<&[f32]> = node
                    .inputs
                    .iter()
                    .zip(&shapes)
                    .map(|(input, shape)| part(&self.values[input.number()], range, shape.size()))
                    .collect();
                let output = part(&self.values[number], range, node.shape.size());
                let d_output = part(d_output, range, node.shape.size());
                jobs.push(Box::new(move || {
                    op.backward(&step, Back { inputs: &inputs, output, kept, d_output, d_inputs, d_weights });
                }));
            }
            self.machine.run(jobs);
        }
        for (input, room) in node.inputs.iter().zip(rooms) {
            let place = &mut d_values[input.number()];
            if place.is_empty() {
                *place = room;
            } else {
                place.iter_mut().zip(room).for_each(|(sum, value)| *sum += value);
            }
        }
        let mut total: Vec<Vec<f32>> = Vec::new();
        for group in sums {
            if total.is_empty() {
                total = group;
                continue;
            }
            for (total, own) in total.iter_mut().zip(group) {
                total.iter_mut().zip(own).for_each(|(sum, value)| *sum += value);
            }
        }
        op.unpack(total, &shapes)
    }

    fn room_of(&self, seen: &[usize], rooms: &[Vec<f32>], input: usize) -> usize {
        seen.iter().position(|&other| other == input).map_or(0, |place| rooms[place].len())
    }
}

/// Some recordings' numbers.
fn part<'a>(values: &'a [f32], records: &Range<usize>, size: usize) -> &'a [f32] {
    &values[records.start * size..records.end * size]
}

/// `[recording, lead, sample]` as `[recording, sample, lead]`.
fn channels_last(x: &[f32], input: Shape) -> Vec<f32> {
    let (length, channels) = (input.length, input.channels);
    let mut out = vec![0.0; x.len()];
    for (x, out) in x.chunks_exact(input.size().max(1)).zip(out.chunks_exact_mut(input.size().max(1))) {
        for (channel, lead) in x.chunks_exact(length).enumerate() {
            for (position, value) in lead.iter().enumerate() {
                out[position * channels + channel] = *value;
            }
        }
    }
    out
}
