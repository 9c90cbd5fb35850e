//! A graph with weights on a Burn device: training, and inference on a GPU.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use burn::module::{Module, Param, RunningState};
use burn::tensor::{Device, Tensor, TensorData};

use super::ops::Step;
use super::value::Value;
use super::{Draws, Graph, LOGITS, Op, Place, Role, Shape, Weight};
use crate::{Error, Tensors};

/// A network with its weights. Weights lie flat; their extents are the graph's.
#[derive(Module, Debug)]
pub struct Running {
    #[module(skip)]
    graph: Arc<Graph>,
    /// What follows from each node's fixed weights. Found when they are given by [`Running::load`] or drawn; a record
    /// that brings other fixed weights has to come in by `load` too.
    #[module(skip)]
    derived: Arc<Vec<Vec<Tensor<1>>>>,
    /// Trained and fixed weights, in the graph's order.
    weights: Vec<Param<Tensor<1>>>,
    /// Running statistics, in the graph's order.
    statistics: Vec<RunningState<Tensor<1>>>,
}

impl Running {
    /// With first values drawn from a seed: the same on every device.
    pub fn drawn(graph: Arc<Graph>, seed: u64, device: &Device) -> Self {
        let mut draws = Draws::new(seed);
        let values = graph.weights().iter().map(|weight| weight.start.values(weight.size(), &mut draws)).collect();
        Self::new(graph, values, device)
    }

    /// With the tensors given.
    ///
    /// # Errors
    /// A tensor is missing, unknown, or of another shape.
    pub fn load(graph: Arc<Graph>, tensors: &Tensors, device: &Device) -> Result<Self, Error> {
        graph.check(tensors)?;
        let of = |weight: &Weight| tensors.get(&weight.name).map(|(_, values)| values.clone()).unwrap_or_default();
        let values = graph.weights().iter().map(of).collect();
        Ok(Self::new(graph, values, device))
    }

    fn new(graph: Arc<Graph>, values: Vec<Vec<f32>>, device: &Device) -> Self {
        // Constants: no gradient flows into them, whatever the device.
        let plain = device.clone().inner();
        let derived = graph
            .nodes()
            .iter()
            .map(|node| {
                let inputs: Vec<Shape> = node.inputs.iter().map(|&input| graph.node(input).shape).collect();
                let found = node.op.operation().derived(&inputs, &values[node.weights.clone()]);
                found
                    .into_iter()
                    .map(|numbers| {
                        let count = numbers.len();
                        Tensor::<1>::from_data(TensorData::new(numbers, [count]), &plain)
                    })
                    .collect()
            })
            .collect();
        let (mut weights, mut statistics) = (Vec::new(), Vec::new());
        for (weight, values) in graph.weights().iter().zip(values) {
            let tensor = Tensor::<1>::from_data(TensorData::new(values, [weight.size()]), device);
            match weight.role {
                Role::Trained => weights.push(Param::from_tensor(tensor)),
                Role::Fixed => weights.push(Param::from_tensor(tensor).no_grad()),
                Role::Running => statistics.push(RunningState::new(tensor)),
            }
        }
        Self { graph, derived: Arc::new(derived), weights, statistics }
    }

    /// What it computes.
    pub fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    /// All weights by name. Reads back from the device: on the web only a CPU device can do that.
    pub fn tensors(&self) -> Tensors {
        let (mut weights, mut statistics) = (self.weights.iter(), self.statistics.iter());
        let mut tensors = Tensors::new();
        for weight in self.graph.weights() {
            let tensor = match weight.role {
                Role::Running => statistics.next().map(RunningState::value_sync),
                Role::Trained | Role::Fixed => weights.next().map(Param::val),
            };
            let numbers = tensor.and_then(|tensor| tensor.into_data_as::<f32>().try_into_vec_as::<f32>().ok());
            tensors.insert(weight.name.clone(), (weight.shape.clone(), numbers.unwrap_or_default()));
        }
        tensors
    }

    /// Runs on standardised leads `[batch, lead, sample]`. On an autodiff device it trains: batch norms use the batch's
    /// statistics and renew their running ones, dropout drops. Gives the outputs by name, each `[batch, row, position,
    /// channel]`.
    pub fn forward(&self, x: Tensor<3>) -> BTreeMap<&'static str, Tensor<4>> {
        let [batch, leads, samples] = x.dims();
        let device = x.device();
        let trains = device.is_autodiff();
        let mut flat = self.flat(&device);
        let renewed = RefCell::new(Vec::new());
        let graph = &self.graph;
        let mut left = uses(graph);
        let mut values: Vec<Option<Value>> = vec![None; graph.nodes().len()];
        let mut input = Some(Value::ChannelsFirst(x.reshape([batch, 1, leads, samples])));
        for (number, node) in graph.nodes().iter().enumerate() {
            if left[number] == 0 {
                continue;
            }
            if matches!(node.op, Op::Input(_)) {
                values[number] = input.take();
                continue;
            }
            let given = node.inputs.iter().filter_map(|&Place(from)| {
                left[from] -= 1;
                if left[from] == 0 { values[from].take() } else { values[from].clone() }
            });
            let given: Vec<Value> = given.collect();
            let shapes: Vec<Shape> = node.inputs.iter().map(|&input| graph.node(input).shape).collect();
            let renew = |part: usize, value: Tensor<1>| renewed.borrow_mut().push((node.weights.start + part, value));
            let mut own = flat[node.weights.clone()].to_vec();
            own.extend(self.derived[number].iter().map(|numbers| numbers.clone().to_device(&device)));
            let step = Step {
                device: &device,
                batch,
                inputs: &shapes,
                output: node.shape,
                weights: &own,
                renew: if trains { Some(&renew) } else { None },
            };
            values[number] = Some(node.op.operation().run(given, &step));
            for (number, value) in renewed.borrow_mut().drain(..) {
                if let Some(state) = self.statistic(number) {
                    state.update(value.clone());
                }
                // A norm that is used again goes on from here.
                flat[number] = value;
            }
        }
        graph
            .outputs()
            .iter()
            .filter_map(|(&name, &Place(place))| Some((name, values[place].clone()?.last())))
            .collect()
    }

    /// The labels' logits, `[batch, label]`.
    pub fn logits(&self, x: Tensor<3>) -> Tensor<2> {
        let batch = x.dims()[0];
        let mut outputs = self.forward(x);
        let logits = outputs.remove(LOGITS).map(|logits| {
            let [_, rows, length, channels] = logits.dims();
            logits.reshape([batch, rows * length * channels])
        });
        logits.unwrap_or_else(|| Tensor::zeros([batch, 0], &Device::default()))
    }

    /// The trained weights' values, flat, with their numbers in the graph.
    pub fn trained(&self) -> Vec<(usize, Tensor<1>)> {
        let mut weights = self.weights.iter();
        let mut trained = Vec::new();
        for (number, weight) in self.graph.weights().iter().enumerate() {
            match weight.role {
                Role::Trained => trained.extend(weights.next().map(|weight| (number, weight.val()))),
                Role::Fixed => drop(weights.next()),
                Role::Running => {}
            }
        }
        trained
    }

    /// All weights' values in the graph's order.
    fn flat(&self, device: &Device) -> Vec<Tensor<1>> {
        let (mut weights, mut statistics) = (self.weights.iter(), self.statistics.iter());
        let value = |role| match role {
            Role::Running => statistics.next().map(|state| state.value_sync().to_device(device)),
            Role::Trained | Role::Fixed => weights.next().map(Param::val),
        };
        self.graph.weights().iter().map(|weight| weight.role).filter_map(value).collect()
    }

    /// The running statistic that is weight `number` of the graph.
    fn statistic(&self, number: usize) -> Option<&RunningState<Tensor<1>>> {
        let before = self.graph.weights()[..number].iter().filter(|weight| weight.role == Role::Running).count();
        self.statistics.get(before)
    }
}

/// How often each node's value is needed; outputs once more than their readers.
fn uses(graph: &Graph) -> Vec<usize> {
    let mut uses = vec![0; graph.nodes().len()];
    for &Place(place) in graph.outputs().values() {
        uses[place] += 1;
    }
    for (number, node) in graph.nodes().iter().enumerate().rev() {
        if uses[number] > 0 {
            node.inputs.iter().for_each(|&Place(from)| uses[from] += 1);
        }
    }
    uses
}
