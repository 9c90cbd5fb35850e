//! Describes a network, node after node.

use std::collections::BTreeMap;

use super::ops::{
    Activation, Affine, BatchNorm, BatchNormRule, Concat, Constant, Conv, DiagonalStateSpace, Dropout, Hardmax, Input,
    LayerNorm, Linear, Mix, Op, Pick, Pool, Product, Recurrent, Reduce, ReduceKind, RowLinear, Scores, Softmax,
    StateSpace, Subset, Sum, Table, Upsample,
};
use super::{Axis, Drawing, Graph, GraphError, LOGITS, Node, Place, Rearrange, Shape, Start, Weight};

/// Describes a network. What does not fit is remembered and told by [`Builder::finish`], so that a description stays
/// readable; until then a node that does not fit passes its first input's shape on.
#[derive(Clone, Debug)]
pub struct Builder {
    name: &'static str,
    nodes: Vec<Node>,
    weights: Vec<Weight>,
    outputs: BTreeMap<&'static str, Place>,
    scope: Vec<String>,
    /// How weights of convolutions and linear layers are drawn from here on.
    pub drawing: Drawing,
    /// The rule of batch norms from here on.
    pub norm: BatchNormRule,
    /// Set while a part is described once more, with weights that are there already.
    again: bool,
    error: Option<GraphError>,
}

impl Builder {
    /// A network of a name, for recordings of a shape: `Shape::new(1, samples, leads)`.
    pub fn new(name: &'static str, input: Shape) -> Self {
        let mut builder = Self {
            name,
            nodes: Vec::new(),
            weights: Vec::new(),
            outputs: BTreeMap::new(),
            scope: Vec::new(),
            drawing: Drawing::Torch,
            norm: BatchNormRule::Torch,
            again: false,
            error: None,
        };
        builder.add("input", Input { shape: input }, &[]);
        builder
    }

    /// The recording.
    pub fn input(&self) -> Place {
        Place(0)
    }

    /// A value's shape.
    pub fn shape(&self, place: Place) -> Shape {
        self.nodes[place.0].shape
    }

    /// Describes a part whose weights' paths begin with `name`.
    pub fn within<T>(&mut self, name: impl Into<String>, part: impl FnOnce(&mut Self) -> T) -> T {
        self.scope.push(name.into());
        let result = part(self);
        self.scope.pop();
        result
    }

    /// Describes a part once more, for other values and with the weights that it has already: nodes of a name that is
    /// there take that one's weights, which count once.
    pub fn again<T>(&mut self, part: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.again, true);
        let result = part(self);
        self.again = before;
        result
    }

    /// Any operation.
    pub fn add(&mut self, name: &str, op: impl Into<Op>, inputs: &[Place]) -> Place {
        let op = op.into();
        let shapes: Vec<Shape> = inputs.iter().map(|&input| self.shape(input)).collect();
        let path = self.path(name);
        let fits = op.operation().shape(&shapes).and_then(|shape| match shape.size() {
            0 => Err(format!("expected at least one number, found {shape}")),
            _ => Ok(shape),
        });
        let (shape, parts) = match fits {
            Ok(shape) => (shape, op.operation().weights(&shapes, self.drawing)),
            Err(problem) => {
                let node = format!("{path} ({})", op.kind());
                self.error.get_or_insert(GraphError { node, problem });
                (shapes.first().copied().unwrap_or(Shape::new(1, 1, 1)), Vec::new())
            }
        };
        let known = self.nodes.iter().find(|node| self.again && !node.weights.is_empty() && node.name == path);
        if let Some(range) = known.map(|node| node.weights.clone()) {
            let same = range.len() == parts.len()
                && self.weights[range.clone()].iter().zip(&parts).all(|(weight, part)| weight.shape == part.shape);
            if !same {
                let problem = format!("its weights do not fit {shape}");
                self.error.get_or_insert(GraphError { node: path.clone(), problem });
            }
            self.nodes.push(Node { name: path, op, inputs: inputs.to_vec(), shape, weights: range });
            return Place(self.nodes.len() - 1);
        }
        let first = self.weights.len();
        for part in parts {
            let name = if path.is_empty() { part.name.to_owned() } else { format!("{path}.{}", part.name) };
            if self.weights.iter().any(|weight| weight.name == name) {
                let problem = "a weight of this name is there already".to_owned();
                self.error.get_or_insert(GraphError { node: name.clone(), problem });
            }
            self.weights.push(Weight { name, shape: part.shape, start: part.start, role: part.role });
        }
        let weights = first..self.weights.len();
        self.nodes.push(Node { name: path, op, inputs: inputs.to_vec(), shape, weights });
        Place(self.nodes.len() - 1)
    }

    fn path(&self, name: &str) -> String {
        let parts = self.scope.iter().map(String::as_str).chain([name]).filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(".")
    }

    /// Gives a value out under a name besides the logits.
    pub fn output(&mut self, name: &'static str, place: Place) {
        self.outputs.insert(name, place);
    }

    /// The whole network, whose logits are `logits`' channels.
    ///
    /// # Errors
    /// The first node that did not fit.
    pub fn finish(mut self, logits: Place) -> Result<Graph, GraphError> {
        self.outputs.insert(LOGITS, logits);
        match self.error {
            Some(error) => Err(error),
            None => Ok(Graph { name: self.name, nodes: self.nodes, weights: self.weights, outputs: self.outputs }),
        }
    }
}

/// The operations by name.
impl Builder {
    /// A convolution.
    pub fn conv(&mut self, name: &str, x: Place, conv: Conv) -> Place {
        self.add(name, conv, &[x])
    }

    /// A product over channels, with bias.
    pub fn linear(&mut self, name: &str, x: Place, to: usize) -> Place {
        self.add(name, Linear::new(to), &[x])
    }

    /// A product over channels, without bias.
    pub fn linear_no_bias(&mut self, name: &str, x: Place, to: usize) -> Place {
        self.add(name, Linear::new(to).no_bias(), &[x])
    }

    /// A product over channels, by other weights in every row.
    pub fn row_linear(&mut self, name: &str, x: Place, to: usize) -> Place {
        self.add(name, RowLinear { to }, &[x])
    }

    /// A batch norm by the rule of the time.
    pub fn batch_norm(&mut self, name: &str, x: Place) -> Place {
        let rule = self.norm;
        self.add(name, BatchNorm { rule }, &[x])
    }

    /// A batch norm and max(x, 0).
    pub fn norm_relu(&mut self, name: &str, x: Place) -> Place {
        let x = self.batch_norm(name, x);
        self.relu(x)
    }

    /// A layer norm over channels, epsilon 1e-5.
    pub fn layer_norm(&mut self, name: &str, x: Place) -> Place {
        self.add(name, LayerNorm { epsilon: 1e-5 }, &[x])
    }

    /// A function of each number.
    pub fn activation(&mut self, activation: Activation, x: Place) -> Place {
        self.add("", activation, &[x])
    }

    /// max(x, 0).
    pub fn relu(&mut self, x: Place) -> Place {
        self.activation(Activation::Relu, x)
    }

    /// 1 / (1 + e^-x).
    pub fn sigmoid(&mut self, x: Place) -> Place {
        self.activation(Activation::Sigmoid, x)
    }

    /// Positive numbers that sum to 1 along an axis.
    pub fn softmax(&mut self, axis: Axis, x: Place) -> Place {
        self.add("", Softmax { axis }, &[x])
    }

    /// 1 at the largest along an axis, 0 elsewhere.
    pub fn hardmax(&mut self, axis: Axis, x: Place) -> Place {
        self.add("", Hardmax { axis }, &[x])
    }

    /// A moving window along each row.
    pub fn pool(&mut self, x: Place, pool: Pool) -> Place {
        self.add("", pool, &[x])
    }

    /// All numbers along an axis as one.
    pub fn reduce(&mut self, kind: ReduceKind, axis: Axis, x: Place) -> Place {
        self.add("", Reduce { kind, axis }, &[x])
    }

    /// The mean of each row's positions.
    pub fn mean(&mut self, x: Place) -> Place {
        self.reduce(ReduceKind::Mean, Axis::Length, x)
    }

    /// The largest of each row's positions.
    pub fn max(&mut self, x: Place) -> Place {
        self.reduce(ReduceKind::Max, Axis::Length, x)
    }

    /// `a + b`.
    pub fn sum(&mut self, a: Place, b: Place) -> Place {
        self.add("", Sum, &[a, b])
    }

    /// `a b`, number by number.
    pub fn product(&mut self, a: Place, b: Place) -> Place {
        self.add("", Product, &[a, b])
    }

    /// `scale x + shift`.
    pub fn affine(&mut self, x: Place, scale: f64, shift: f64) -> Place {
        self.add("", Affine { scale, shift }, &[x])
    }

    /// Values side by side along an axis.
    pub fn concat(&mut self, axis: Axis, values: &[Place]) -> Place {
        self.add("", Concat { axis }, values)
    }

    /// So many channels, zeros after those that are there.
    pub fn widen(&mut self, x: Place, to: usize) -> Place {
        let shape = self.shape(x);
        if shape.channels == to {
            return x;
        }
        let missing = Shape { channels: to.saturating_sub(shape.channels), ..shape };
        let zeros = self.constant(missing, vec![0.0; missing.size()]);
        self.concat(Axis::Channels, &[x, zeros])
    }

    /// Some places of an axis.
    pub fn pick(&mut self, axis: Axis, x: Place, places: impl IntoIterator<Item = usize>) -> Place {
        self.add("", Pick { axis, places: places.into_iter().collect() }, &[x])
    }

    /// Each position repeated.
    pub fn upsample(&mut self, x: Place, times: usize) -> Place {
        self.add("", Upsample { times }, &[x])
    }

    /// Another order, by a pattern: see [`Rearrange::parse`].
    pub fn rearrange(&mut self, x: Place, pattern: &str, sizes: &[(&str, usize)]) -> Place {
        match Rearrange::parse(pattern, self.shape(x), sizes) {
            Ok(rearrange) if rearrange.extents.len() <= 6 => self.add("", rearrange, &[x]),
            Ok(_) => self.fails(x, format!("more than six factors in {pattern:?}")),
            Err(problem) => self.fails(x, problem),
        }
    }

    fn fails(&mut self, x: Place, problem: String) -> Place {
        let node = self.path("rearrange");
        self.error.get_or_insert(GraphError { node, problem });
        x
    }

    /// Single numbers left out in training.
    pub fn dropout(&mut self, x: Place, probability: f64) -> Place {
        self.add("", Dropout { probability, together: Vec::new() }, &[x])
    }

    /// Whole channels left out in training.
    pub fn channel_dropout(&mut self, x: Place, probability: f64) -> Place {
        self.add("", Dropout { probability, together: vec![Axis::Length] }, &[x])
    }

    /// The whole value left out in training (stochastic depth).
    pub fn path_dropout(&mut self, x: Place, probability: f64) -> Place {
        self.add("", Dropout { probability, together: vec![Axis::Rows, Axis::Length, Axis::Channels] }, &[x])
    }

    /// A recurrent layer.
    pub fn recurrent(&mut self, name: &str, x: Place, layer: Recurrent) -> Place {
        self.add(name, layer, &[x])
    }

    /// A linear state space in every channel.
    pub fn state_space(&mut self, name: &str, x: Place, space: StateSpace) -> Place {
        self.add(name, space, &[x])
    }

    /// A linear state space in every channel, whose eigenvalues are trained.
    pub fn diagonal_state_space(&mut self, name: &str, x: Place, space: DiagonalStateSpace) -> Place {
        self.add(name, space, &[x])
    }

    /// So many of a row's positions by chance: in training only, or always.
    pub fn subset(&mut self, x: Place, kept: usize, always: bool) -> Place {
        self.add("", Subset { kept, always }, &[x])
    }

    /// A learned value.
    pub fn table(&mut self, name: &str, shape: Shape, start: Start) -> Place {
        self.add(name, Table { shape, start }, &[])
    }

    /// A known value: row, position, channel.
    pub fn constant(&mut self, shape: Shape, values: Vec<f32>) -> Place {
        self.add("", Constant { shape, values }, &[])
    }

    /// Scaled products of queries and keys, a row a head.
    pub fn scores(&mut self, query: Place, key: Place, heads: usize, scale: f64) -> Place {
        self.add("", Scores { heads, scale }, &[query, key])
    }

    /// Values mixed by scores.
    pub fn mix(&mut self, scores: Place, value: Place, heads: usize) -> Place {
        self.add("", Mix { heads }, &[scores, value])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_described_again_has_its_weights_once() {
        let mut build = Builder::new("twice", Shape::new(1, 10, 4));
        let x = build.input();
        let (a, b) = (build.pick(Axis::Length, x, 0..3), build.pick(Axis::Length, x, 3..10));
        let a = build.again(|build| build.linear("part", a, 6));
        let b = build.again(|build| build.linear("part", b, 6));
        let both = build.concat(Axis::Length, &[a, b]);
        let graph = build.finish(both).unwrap();
        assert_eq!(graph.parameters(), 4 * 6 + 6);
        assert_eq!(graph.multiply_adds(), 10 * 4 * 6);
        assert_eq!(graph.node(a).weights, graph.node(b).weights);
    }

    #[test]
    fn weights_are_not_shared_unasked_or_by_values_that_they_do_not_fit() {
        let twice = |again: bool, channels: usize| {
            let mut build = Builder::new("twice", Shape::new(1, 10, 4));
            let x = build.input();
            build.linear("part", x, 6);
            let y = build.pick(Axis::Channels, x, 0..channels);
            let y = if again { build.again(|build| build.linear("part", y, 6)) } else { build.linear("part", y, 6) };
            build.finish(y)
        };
        assert!(twice(true, 4).is_ok());
        assert!(twice(false, 4).unwrap_err().problem.contains("there already"));
        assert!(twice(true, 3).unwrap_err().problem.contains("do not fit"));
    }
}
