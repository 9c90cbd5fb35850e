//! The part of a network behind one of its outputs.

use std::collections::BTreeMap;

use super::{Constant, Graph, Input, LOGITS, Node, Op, Place};

impl Graph {
    /// What follows one of the outputs on the way to the logits, as a network of its own that takes that output's
    /// value; its logits' gradients with respect to that value are the whole network's.
    ///
    /// What the logits take from the recording by other ways is held at zero. That changes no gradient where it is added
    /// or put beside and only affine operations follow. None where something else follows, and if there is no such
    /// output.
    pub fn tail(&self, output: &str) -> Option<Self> {
        let from = *self.outputs.get(output)?;
        let logits = *self.outputs.get(LOGITS)?;
        let (behind, beside) = self.ways(from);
        if !behind[logits.0] {
            return None;
        }
        let needed = self.needed_for(logits, from, &behind, &beside);
        let mut affine_until_logits = vec![false; self.nodes.len()];
        affine_until_logits[logits.0] = true;
        for (number, node) in self.nodes.iter().enumerate().rev() {
            let followers = || self.nodes.iter().enumerate().filter(|(_, other)| other.inputs.contains(&Place(number)));
            let all = followers().filter(|&(follower, _)| needed[follower]);
            affine_until_logits[number] |=
                all.clone().count() > 0 && all.clone().all(|(follower, _)| affine_until_logits[follower]);
            affine_until_logits[number] &= is_affine(&node.op) || number == from.0;
        }

        let mut tail = Self { name: self.name, nodes: Vec::new(), weights: Vec::new(), outputs: BTreeMap::new() };
        let shape = self.node(from).shape;
        let input = Op::Input(Input { shape });
        tail.nodes.push(Node { name: output.to_owned(), op: input, inputs: Vec::new(), shape, weights: 0..0 });
        let mut places = vec![Place(0); self.nodes.len()];
        let mut weights: BTreeMap<usize, usize> = BTreeMap::new();
        for (number, node) in self.nodes.iter().enumerate().filter(|&(number, _)| needed[number] && number != from.0) {
            let mut inputs = Vec::with_capacity(node.inputs.len());
            for input in &node.inputs {
                if behind[number] && !behind[input.0] && beside[input.0] {
                    if !affine_until_logits[number] || !matches!(node.op, Op::Sum(_) | Op::Concat(_)) {
                        return None;
                    }
                    let shape = self.node(*input).shape;
                    let op = Op::Constant(Constant { shape, values: vec![0.0; shape.size()] });
                    tail.nodes.push(Node { name: String::new(), op, inputs: Vec::new(), shape, weights: 0..0 });
                    inputs.push(Place(tail.nodes.len() - 1));
                } else {
                    inputs.push(places[input.0]);
                }
            }
            // Weights that several nodes share come once.
            let count = node.weights.len();
            let known = weights.get(&node.weights.start).copied().filter(|_| count > 0);
            let first = known.unwrap_or(tail.weights.len());
            if known.is_none() && count > 0 {
                weights.insert(node.weights.start, first);
                tail.weights.extend_from_slice(&self.weights[node.weights.clone()]);
            }
            tail.nodes.push(Node { inputs, weights: first..first + count, ..node.clone() });
            places[number] = Place(tail.nodes.len() - 1);
        }
        tail.outputs.insert(LOGITS, places[logits.0]);
        Some(tail)
    }

    /// Which values depend on one place's, and which on the recording by ways that do not pass it.
    fn ways(&self, from: Place) -> (Vec<bool>, Vec<bool>) {
        let (mut behind, mut beside) = (vec![false; self.nodes.len()], vec![false; self.nodes.len()]);
        for (number, node) in self.nodes.iter().enumerate() {
            behind[number] = number == from.0 || node.inputs.iter().any(|input| behind[input.0]);
            beside[number] = number != from.0
                && (matches!(node.op, Op::Input(_)) || node.inputs.iter().any(|input| beside[input.0]));
        }
        (behind, beside)
    }

    /// Which values the logits are computed from, if one place's is given and other ways from the recording are cut.
    fn needed_for(&self, logits: Place, from: Place, behind: &[bool], beside: &[bool]) -> Vec<bool> {
        let mut needed = vec![false; self.nodes.len()];
        needed[logits.0] = true;
        for number in (0..self.nodes.len()).rev() {
            if needed[number] && number != from.0 {
                for input in &self.nodes[number].inputs {
                    needed[input.0] |= !(behind[number] && !behind[input.0] && beside[input.0]);
                }
            }
        }
        needed
    }
}

/// Whether an operation's result changes in proportion to its inputs' changes, in inference.
fn is_affine(op: &Op) -> bool {
    matches!(
        op,
        Op::Linear(_)
            | Op::Conv(_)
            | Op::RowLinear(_)
            | Op::BatchNorm(_)
            | Op::Affine(_)
            | Op::Dropout(_)
            | Op::Sum(_)
            | Op::Concat(_)
            | Op::Pick(_)
            | Op::Rearrange(_)
            | Op::Upsample(_)
    )
}
