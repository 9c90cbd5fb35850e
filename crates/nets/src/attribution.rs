//! Gradients of a label's logit through a whole network, by hand on a processor: at the recording itself, and at the
//! last map over time.
//!
//! Gradient times input (Shrikumar et al. 2016, arXiv 1605.01713) is the first-order share of each sample in the logit.
//! Grad-CAM (Selvaraju et al. 2017, arXiv 1610.02391) weighs the channels of the last map by their mean gradient and
//! keeps what is above 0. Both hold for inference: batch norms by their running statistics, no dropout.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::graph::{FEATURES, Graph, LOGITS, Op, Shape};
use crate::tape::{Machine, Mode, Pass};
use crate::{Error, Tensors};

/// A network with its weights as the tape takes them: four bytes a number.
#[derive(Debug, Clone)]
pub struct Attribution {
    graph: Arc<Graph>,
    weights: Vec<Vec<f32>>,
    logits: usize,
    map: Option<usize>,
}

impl Attribution {
    /// For a network and its weights, which are taken without a copy.
    ///
    /// # Errors
    /// The tensors are not the network's.
    pub fn new(graph: Arc<Graph>, mut tensors: Tensors) -> Result<Self, Error> {
        graph.check(&tensors)?;
        let take = |name: &String| tensors.remove(name).map(|(_, values)| values).unwrap_or_default();
        let names: Vec<String> = graph.weights().iter().map(|weight| weight.name.clone()).collect();
        let weights = names.iter().map(take).collect();
        let logits = graph.outputs().get(LOGITS).map_or(0, |place| place.number());
        let map = map_before(&graph, logits);
        Ok(Self { graph, weights, logits, map })
    }

    /// Shape of the map that Grad-CAM weighs; None where the network has none whose positions are moments in time.
    pub fn map(&self) -> Option<Shape> {
        self.map.map(|number| self.graph.nodes()[number].shape)
    }

    /// Gradient of a label's logit by each number of the input, times that number: `[recording, channel, sample]` as `x`.
    /// Empty for a label that is not there.
    pub fn gradient_times_input(&self, x: &[f32], class: usize, machine: &dyn Machine) -> Vec<f32> {
        let Some((_, gradient)) = self.gradient(x, class, 0, machine) else { return Vec::new() };
        let Shape { length, channels, .. } = self.graph.input();
        let size = length * channels;
        x.iter()
            .enumerate()
            .map(|(place, value)| {
                let (recording, inside) = (place / size, place % size);
                let (channel, sample) = (inside / length, inside % length);
                value * gradient[recording * size + sample * channels + channel]
            })
            .collect()
    }

    /// Grad-CAM `[recording, row, position]` of the shape that [`Attribution::map`] tells, 0 and above. None where there
    /// is no such map or no such label.
    pub fn grad_cam(&self, x: &[f32], class: usize, machine: &dyn Machine) -> Option<Vec<f32>> {
        let shape = self.map()?;
        let (maps, gradients) = self.gradient(x, class, self.map?, machine)?;
        let positions = (shape.rows * shape.length).max(1) as f32;
        let mut all = Vec::with_capacity(maps.len() / shape.channels.max(1));
        for (map, gradient) in maps.chunks_exact(shape.size()).zip(gradients.chunks_exact(shape.size())) {
            let mut weights = vec![0.0; shape.channels];
            for slopes in gradient.chunks_exact(shape.channels) {
                weights.iter_mut().zip(slopes).for_each(|(weight, slope)| *weight += slope / positions);
            }
            let value = |here: &[f32]| here.iter().zip(&weights).map(|(value, weight)| value * weight).sum::<f32>();
            all.extend(map.chunks_exact(shape.channels).map(|here| value(here).max(0.0)));
        }
        Some(all)
    }

    /// A node's value and the logit's gradient with respect to it.
    fn gradient(&self, x: &[f32], class: usize, node: usize, machine: &dyn Machine) -> Option<(Vec<f32>, Vec<f32>)> {
        let classes = self.graph.classes();
        let count = x.len() / self.graph.input().size().max(1);
        if class >= classes || count == 0 {
            return None;
        }
        let pass = Pass::forward(&self.graph, &self.weights, x, Mode::Inference, machine);
        let wanted = (0..count * classes).map(|place| if place % classes == class { 1.0 } else { 0.0 }).collect();
        let from = BTreeMap::from([(self.logits, wanted)]);
        let gradient = pass.backward_to(&self.weights, from, &[node]).remove(&node)?;
        Some((pass.value(node).to_vec(), gradient))
    }
}

/// Shape of the map that Grad-CAM weighs; None where the network has none whose positions are moments in time.
pub fn last_map(graph: &Graph) -> Option<Shape> {
    let logits = graph.outputs().get(LOGITS)?.number();
    map_before(graph, logits).map(|number| graph.nodes()[number].shape)
}

/// The map that is named as the network's last ([`FEATURES`]); where none is, what the last convolution over several
/// positions has become when the operations that only change values are done with it.
fn map_before(graph: &Graph, logits: usize) -> Option<usize> {
    let nodes = graph.nodes();
    let mut from_input = vec![false; nodes.len()];
    for (number, node) in nodes.iter().enumerate() {
        from_input[number] =
            matches!(node.op, Op::Input(_)) || node.inputs.iter().any(|place| from_input[place.number()]);
    }
    let mut to_logits = vec![false; nodes.len()];
    to_logits[logits] = true;
    for number in (0..nodes.len()).rev().filter(|&number| number <= logits) {
        if to_logits[number] {
            nodes[number].inputs.iter().for_each(|place| to_logits[place.number()] = true);
        }
    }
    let on_the_way = |number: usize| from_input[number] && to_logits[number] && nodes[number].shape.length > 1;
    if let Some(named) = graph.outputs().get(FEATURES).filter(|place| on_the_way(place.number())) {
        return Some(named.number());
    }
    let conv = (0..nodes.len()).rev().find(|&number| matches!(nodes[number].op, Op::Conv(_)) && on_the_way(number))?;
    let mut last = conv;
    for (number, node) in nodes.iter().enumerate().skip(conv + 1) {
        let only_values = matches!(
            node.op,
            Op::Sum(_) | Op::Activation(_) | Op::BatchNorm(_) | Op::LayerNorm(_) | Op::Affine(_) | Op::Dropout(_)
        );
        let follows = node.inputs.iter().any(|place| place.number() == last);
        if only_values && follows && node.shape == nodes[last].shape && on_the_way(number) {
            last = number;
        }
    }
    Some(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Architecture;
    use crate::graph::{Axis, Builder, Conv, LOGITS};
    use crate::tape::Plain;

    /// A network whose only logit is twice the mean of lead 1 over samples 20 to 29.
    fn span_network() -> Attribution {
        let mut build = Builder::new("span", Shape::new(1, 50, 3));
        let input = build.input();
        let lead = build.conv("lead", input, Conv::new(1, 1).no_bias());
        let span = build.pick(Axis::Length, lead, 20..30);
        let mean = build.mean(span);
        let logits = build.linear("head", mean, 1);
        let graph = Arc::new(build.finish(logits).unwrap());
        let mut tensors = graph.drawn(1);
        tensors.get_mut("lead.weight").unwrap().1 = vec![0.0, 1.0, 0.0];
        tensors.get_mut("head.weight").unwrap().1 = vec![2.0];
        Attribution::new(graph, tensors).unwrap()
    }

    #[test]
    fn gradient_times_input_is_the_share_of_each_sample_of_a_linear_network() {
        let network = span_network();
        let x: Vec<f32> = (0..300).map(|place| 1.0 + (place as f32 * 0.37).sin()).collect();
        let shares = network.gradient_times_input(&x, 0, &Plain);
        for (place, (share, value)) in shares.iter().zip(&x).enumerate() {
            let (lead, sample) = (place % 150 / 50, place % 50);
            let expected = if lead == 1 && (20..30).contains(&sample) { 2.0 * value / 10.0 } else { 0.0 };
            assert!((share - expected).abs() < 1e-6, "{place}: {share}, {expected}");
        }
        assert!(network.gradient_times_input(&x, 1, &Plain).is_empty());
    }

    #[test]
    fn a_sample_made_a_little_stronger_raises_the_logit_by_its_gradient() {
        for architecture in [Architecture::RESNET1D_WANG_LDM, Architecture::RESNET1D_WANG] {
            let graph = architecture.graph(3).unwrap();
            let network = Attribution::new(graph.clone(), graph.drawn(5)).unwrap();
            let x: Vec<f32> = (0..graph.input().size()).map(|place| (place as f32 * 0.13).sin()).collect();
            let logit = |x: &[f32]| {
                let pass = Pass::forward(&graph, &network.weights, x, Mode::Inference, &Plain);
                f64::from(pass.value(graph.outputs()[LOGITS].number())[2])
            };
            let shares = network.gradient_times_input(&x, 2, &Plain);
            // Along the whole recording, where rounding is small beside the change.
            let at = |factor: f32| logit(&x.iter().map(|value| value * factor).collect::<Vec<_>>());
            let slope = (at(1.002) - at(0.998)) / 0.004;
            let sum: f64 = shares.iter().map(|&share| f64::from(share)).sum();
            assert!((slope - sum).abs() < 0.03 * slope.abs().max(0.1), "{architecture}: {slope}, {sum}");
        }
    }

    #[test]
    fn grad_cam_is_not_negative_and_weighs_channels_by_their_mean_gradient() {
        // Two channels, lead 0 and lead 1 as they are; the logit is the mean of the first less that of the second.
        let mut build = Builder::new("two", Shape::new(1, 8, 2));
        let input = build.input();
        let maps = build.conv("maps", input, Conv::new(2, 1).no_bias());
        let mean = build.mean(maps);
        let logits = build.linear("head", mean, 1);
        let graph = Arc::new(build.finish(logits).unwrap());
        let mut tensors = graph.drawn(1);
        tensors.get_mut("maps.weight").unwrap().1 = vec![1.0, 0.0, 0.0, 1.0];
        tensors.get_mut("head.weight").unwrap().1 = vec![1.0, -1.0];
        let network = Attribution::new(graph, tensors).unwrap();
        let first = [0.0, 1.0, 3.0, 2.0, 0.0, 0.0, 1.0, 0.0];
        let second = [1.0, 0.0, 1.0, 2.0, 4.0, 0.0, 0.0, 0.0];
        let cam = network.grad_cam(&[first, second].concat(), 0, &Plain).unwrap();
        let expected: Vec<f32> = first.iter().zip(second).map(|(a, b)| (a - b).max(0.0) / 8.0).collect();
        assert!(cam.iter().zip(&expected).all(|(found, expected)| (found - expected).abs() < 1e-6), "{cam:?}");
    }

    #[test]
    fn imle_nets_last_map_has_a_row_a_half_second_of_a_lead() {
        let graph = Architecture::IMLE_NET.graph(2).unwrap();
        let network = Attribution::new(graph.clone(), graph.drawn(1)).unwrap();
        assert_eq!(network.map(), Some(Shape::new(240, 13, 128)));
        assert_eq!(graph.nodes()[network.map.unwrap()].name, "blocks.5.norm2");
    }
}
