//! Batch norms in inference, put into the weights of what stands before them.

use std::collections::BTreeMap;

use super::{Graph, Op, Place, Role, Start, Weight};
use crate::{Error, Tensors};

impl Graph {
    /// The network and its weights for inference: each batch norm that alone reads a convolution or a linear layer is put
    /// into that one's weights, by its running statistics. What comes out is the same but for rounding.
    ///
    /// # Errors
    /// The tensors are not the network's.
    pub fn folded(&self, tensors: &Tensors) -> Result<(Graph, Tensors), Error> {
        self.check(tensors)?;
        let mut graph = self.clone();
        let mut tensors = tensors.clone();
        let mut biases = BTreeMap::new();
        for norm in 0..self.nodes.len() {
            if let Some(bias) = graph.fold(norm, &mut tensors) {
                biases.insert(self.nodes[norm].inputs[0].0, bias);
            }
        }
        graph.renumber(&biases);
        tensors.retain(|name, _| graph.weights.iter().any(|weight| weight.name == *name));
        Ok((graph, tensors))
    }

    /// Puts one norm into what it reads, where that can be. Gives the name of the bias that this now has.
    fn fold(&mut self, number: usize, tensors: &mut Tensors) -> Option<String> {
        let Op::BatchNorm(norm) = &self.nodes[number].op else { return None };
        let epsilon = norm.rule.epsilon();
        let Place(source) = *self.nodes[number].inputs.first()?;
        let alone = |node: usize| {
            let own = &self.nodes[node].weights;
            self.nodes.iter().filter(|other| other.weights.start < own.end && own.start < other.weights.end).count()
                == 1
        };
        let reads = self.nodes.iter().flat_map(|node| &node.inputs).chain(self.outputs.values());
        if reads.filter(|place| place.0 == source).count() != 1 || !alone(number) || !alone(source) {
            return None;
        }
        let numbers = |weight: usize| tensors[&self.weights[weight].name].1.clone();
        let [gamma, beta, mean, variance] =
            std::array::from_fn(|part| numbers(self.nodes[number].weights.start + part));
        let scales: Vec<f64> = gamma
            .iter()
            .zip(&variance)
            .map(|(gamma, variance)| f64::from(*gamma) / (f64::from(*variance) + epsilon).sqrt())
            .collect();
        let (to, rows_are_outputs, had_bias) = match &mut self.nodes[source].op {
            Op::Conv(conv) => (conv.to, true, std::mem::replace(&mut conv.bias, true)),
            Op::Linear(linear) => (linear.to, false, std::mem::replace(&mut linear.bias, true)),
            _ => return None,
        };
        let first = self.nodes[source].weights.start;
        let weight = &mut tensors.get_mut(&self.weights[first].name)?.1;
        let each = weight.len() / to;
        for (place, value) in weight.iter_mut().enumerate() {
            let output = if rows_are_outputs { place / each } else { place % to };
            *value = (f64::from(*value) * scales[output]) as f32;
        }
        let name =
            if had_bias { self.weights[first + 1].name.clone() } else { format!("{}.bias", self.nodes[source].name) };
        let bias = tensors.entry(name.clone()).or_insert_with(|| (vec![to], vec![0.0; to]));
        for (output, value) in bias.1.iter_mut().enumerate() {
            let centred = f64::from(*value) - f64::from(mean[output]);
            *value = (centred * scales[output] + f64::from(beta[output])) as f32;
        }
        let moved = |place: &mut Place| {
            if place.0 == number {
                *place = Place(source);
            }
        };
        self.nodes.iter_mut().flat_map(|node| &mut node.inputs).for_each(moved);
        self.outputs.values_mut().for_each(moved);
        // Nothing reads it any more, so it is not computed.
        self.nodes[number].weights = 0..0;
        Some(name)
    }

    /// Numbers the weights anew: those of folded norms go, new biases come behind what they belong to.
    fn renumber(&mut self, biases: &BTreeMap<usize, String>) {
        let before = std::mem::take(&mut self.weights);
        let mut places = BTreeMap::new();
        for (number, node) in self.nodes.iter_mut().enumerate() {
            let old = node.weights.clone();
            if old.is_empty() {
                node.weights = 0..0;
                continue;
            }
            if let Some(range) = places.get(&(old.start, old.end)) {
                node.weights = std::ops::Range::clone(range);
                continue;
            }
            let start = self.weights.len();
            self.weights.extend_from_slice(&before[old.clone()]);
            if let Some(name) =
                biases.get(&number).filter(|name| before[old.clone()].iter().all(|weight| weight.name != **name))
            {
                let shape = vec![node.shape.channels];
                let start = Start::Constant(0.0);
                self.weights.push(Weight { name: name.clone(), shape, start, role: Role::Trained });
            }
            node.weights = start..self.weights.len();
            places.insert((old.start, old.end), node.weights.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Builder, Conv, LOGITS, Running, Shape};
    use super::*;
    use burn::tensor::{Device, Tensor, TensorData};
    use std::sync::Arc;

    fn answer(graph: Graph, tensors: &Tensors, x: &[f32]) -> Vec<f32> {
        let device = Device::flex();
        let Shape { length, channels, .. } = graph.input();
        let network = Running::load(Arc::new(graph), tensors, &device).unwrap();
        let x = Tensor::<3>::from_data(TensorData::new(x.to_vec(), [1, channels, length]), &device);
        let outputs = network.forward(x);
        outputs[LOGITS].clone().into_data_as::<f32>().try_into_vec_as::<f32>().unwrap()
    }

    /// A network whose first norm can be folded, whose second is read beside its convolution, and whose last is behind a
    /// linear layer.
    fn network() -> Graph {
        let mut build = Builder::new("folds", Shape::new(1, 30, 3));
        let x = build.input();
        let x = build.conv("conv1", x, Conv::new(4, 5).no_bias());
        let x = build.batch_norm("norm1", x);
        let x = build.relu(x);
        let y = build.conv("conv2", x, Conv::new(4, 3));
        let z = build.batch_norm("norm2", y);
        let x = build.sum(y, z);
        let x = build.mean(x);
        let x = build.linear("linear", x, 5);
        let x = build.batch_norm("norm3", x);
        build.finish(x).unwrap()
    }

    #[test]
    fn norms_behind_what_they_alone_read_go_and_the_answer_stays() {
        let graph = network();
        let mut tensors = graph.drawn(3);
        for (number, (_, (_, values))) in tensors.iter_mut().enumerate() {
            for (place, value) in values.iter_mut().enumerate() {
                *value = value.abs() * 0.5 + 0.1 + ((number * 7 + place * 3) % 10) as f32 / 20.0;
            }
        }
        let (folded, weights) = graph.folded(&tensors).unwrap();
        folded.check(&weights).unwrap();
        let names: Vec<&str> = folded.weights().iter().map(|weight| weight.name.as_str()).collect();
        assert!(names.contains(&"conv1.bias") && names.contains(&"norm2.gamma"), "{names:?}");
        assert!(!names.iter().any(|name| name.starts_with("norm1") || name.starts_with("norm3")), "{names:?}");
        let x: Vec<f32> = (0..90).map(|place| ((place * 37 % 23) as f32 - 11.0) / 10.0).collect();
        let (before, after) = (answer(graph, &tensors, &x), answer(folded, &weights, &x));
        for (before, after) in before.iter().zip(&after) {
            assert!((before - after).abs() < 1e-4 * before.abs().max(1.0), "{before} {after}");
        }
    }

    #[test]
    fn every_listed_network_can_be_folded() {
        for architecture in
            crate::Architecture::all().filter(|one| one.graph(3).is_ok_and(|graph| graph.parameters() < 3_000_000))
        {
            let graph = architecture.graph(3).unwrap();
            let (folded, tensors) = graph.folded(&graph.drawn(1)).unwrap();
            folded.check(&tensors).unwrap_or_else(|error| panic!("{architecture}: {error}"));
        }
    }
}
