//! A network that learns: forth, loss, back, step; by hand on a processor, by Burn on any other device.

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::module::Module as _;
use burn::tensor::{Device, Tensor, TensorData};
use nets::graph::{Graph, GraphError, Role, Running, Weight};
use nets::tape::{Mode, Pass};
use nets::{Error, Tensors};

use crate::loss::{Loss, Objective, Outputs, Targets};
use crate::machine::Processor;
use crate::optimiser::{Adam, AdamConfig, AdamState, DeviceAdam, Manner, Pace, numbers};
use crate::recipes::Recipe;

/// A network with its optimiser.
pub struct Learner {
    graph: Arc<Graph>,
    place: Place,
    care: Care,
}

/// What a step heeds beside its pace.
#[derive(Clone, Debug, Default)]
struct Care {
    /// How each trained weight is stepped; empty where all are stepped in the usual way.
    manners: Vec<Manner>,
    /// Largest norm of all gradients together; above it they are scaled down.
    clip: Option<f64>,
}

enum Place {
    Processor(Box<ByHand>),
    Device(Box<ByBurn>),
}

struct ByHand {
    /// The network as training sees it.
    graph: Arc<Graph>,
    weights: Vec<Vec<f32>>,
    adam: Adam,
}

struct ByBurn {
    network: Running,
    adam: DeviceAdam,
    device: Device,
}

/// Why a network cannot learn.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// The weights are not the network's.
    #[error(transparent)]
    Weights(#[from] Error),
    /// The network cannot be trained as it is described.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

/// Windows of a batch, `[record, lead, sample]`, and what is known of them.
#[derive(Clone, Copy, Debug)]
pub struct Lesson<'a> {
    /// The windows.
    pub inputs: &'a [f32],
    /// What is known of them.
    pub targets: Targets<'a>,
    /// What dropout and masks are drawn from.
    pub seed: u64,
}

impl Learner {
    /// A network with the weights given and a fresh optimiser, or one as a checkpoint holds it.
    ///
    /// # Errors
    /// The weights are not the network's, or it cannot be trained as it is described.
    pub fn new(
        graph: Arc<Graph>,
        tensors: &Tensors,
        config: AdamConfig,
        state: Option<AdamState>,
        device: &Device,
    ) -> Result<Learner, LearnError> {
        if !is_processor(device) {
            return Self::by_burn(graph, tensors, config, state, device);
        }
        graph.check(tensors)?;
        let weights: Vec<Vec<f32>> = graph.weights().iter().map(|weight| tensors[&weight.name].1.clone()).collect();
        let trained = graph.weights().iter().filter(|weight| weight.role == Role::Trained).count();
        let adam = match state {
            Some(state) => Adam::restore(config, state, trained),
            None => Adam::new(config, trained),
        };
        let place = Place::Processor(Box::new(ByHand { graph: Arc::new(graph.as_trained()?), weights, adam }));
        Ok(Learner { graph, place, care: Care::default() })
    }

    /// The same by Burn, on whatever device.
    ///
    /// # Errors
    /// As [`Learner::new`].
    pub fn by_burn(
        graph: Arc<Graph>,
        tensors: &Tensors,
        config: AdamConfig,
        state: Option<AdamState>,
        device: &Device,
    ) -> Result<Learner, LearnError> {
        let device = device.clone().autodiff();
        let network = Running::load(graph.clone(), tensors, &device)?;
        let adam = match state {
            Some(state) => DeviceAdam::restore(config, state, &network, &device),
            None => DeviceAdam::new(config),
        };
        let place = Place::Device(Box::new(ByBurn { network, adam, device }));
        Ok(Learner { graph, place, care: Care::default() })
    }

    /// The network.
    pub fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    /// Heeds what a recipe says of single weights and of large gradients.
    pub fn heed(&mut self, recipe: &Recipe) {
        let trained = self.graph.weights().iter().filter(|weight| weight.role == Role::Trained);
        let factor = |name: &str| {
            let first = recipe.slower.iter().find(|(start, _)| name.starts_with(start.as_str()));
            first.map_or(1.0, |(_, factor)| *factor)
        };
        let decays = |weight: &Weight| !recipe.adam.spares_vectors || weight.shape.len() > 1;
        let manner = |weight: &Weight| Manner { factor: factor(&weight.name), decays: decays(weight) };
        self.care = Care { manners: trained.map(manner).collect(), clip: recipe.clip };
    }

    /// The loss of a batch as the network is in inference; by Burn it is not known (0).
    pub fn loss(&self, lesson: &Lesson<'_>, objective: &Objective) -> f64 {
        let Place::Processor(own) = &self.place else { return 0.0 };
        let pass = Pass::forward(&self.graph, &own.weights, lesson.inputs, Mode::Inference, &Processor);
        objective.loss(&outputs(&self.graph, &pass, objective), lesson.targets).value
    }

    /// One step. Gives the loss of the batch before it; where that is not finite no step is made.
    pub fn step(&mut self, lesson: &Lesson<'_>, objective: &Objective, pace: Pace) -> f64 {
        match &mut self.place {
            Place::Processor(own) => own.step(lesson, objective, pace, &self.care),
            Place::Device(own) => own.step(lesson, objective, pace, &self.care),
        }
    }

    /// All weights by name.
    pub fn tensors(&self) -> Tensors {
        match &self.place {
            Place::Processor(own) => {
                let pairs = self.graph.weights().iter().zip(&own.weights);
                pairs.map(|(weight, values)| (weight.name.clone(), (weight.shape.clone(), values.clone()))).collect()
            }
            // Without gradients; this also brings the running statistics up to date.
            Place::Device(own) => own.network.valid().tensors(),
        }
    }

    /// The optimiser's moments, in the order of the trained weights.
    pub fn state(&self) -> AdamState {
        match &self.place {
            Place::Processor(own) => own.adam.state().clone(),
            Place::Device(own) => own.adam.state(&own.network),
        }
    }
}

/// True for the device that this program computes on by hand.
pub fn is_processor(device: &Device) -> bool {
    device.clone().inner() == Device::flex()
}

/// The loss and slopes of a batch by hand, with new running statistics: what a step is made of.
#[derive(Clone, Debug)]
pub struct Slopes {
    /// The loss.
    pub loss: Loss,
    /// Of each weight by its number in the graph; None where the loss does not depend on it, or is not finite.
    pub weights: Vec<Option<Vec<f32>>>,
    /// New running statistics, by the weight's number.
    pub statistics: Vec<(usize, Vec<f32>)>,
}

/// Forth and back by hand. `graph` is as training sees it ([`Graph::as_trained`]).
pub fn slopes(graph: &Arc<Graph>, weights: &[Vec<f32>], lesson: &Lesson<'_>, objective: &Objective) -> Slopes {
    let pass = Pass::forward(graph, weights, lesson.inputs, Mode::Training(lesson.seed), &Processor);
    let loss = objective.loss(&outputs(graph, &pass, objective), lesson.targets);
    let mut found = vec![None; weights.len()];
    if loss.value.is_finite() {
        let from: BTreeMap<usize, Vec<f32>> =
            loss.gradients.iter().map(|(name, slope)| (graph.outputs()[name].number(), slope.clone())).collect();
        found = pass.backward(weights, from, &[]).weights;
    }
    Slopes { loss, weights: found, statistics: pass.statistics().to_vec() }
}

/// The outputs of a pass that an objective reads.
fn outputs(graph: &Graph, pass: &Pass<'_>, objective: &Objective) -> Outputs {
    let value = |name| Some((name, pass.value(graph.outputs().get(name)?.number()).to_vec()));
    objective.reads(graph).into_iter().filter_map(value).collect()
}

impl ByHand {
    fn step(&mut self, lesson: &Lesson<'_>, objective: &Objective, pace: Pace, care: &Care) -> f64 {
        let slopes = slopes(&self.graph, &self.weights, lesson, objective);
        if !slopes.loss.value.is_finite() {
            return slopes.loss.value;
        }
        for (number, values) in slopes.statistics {
            self.weights[number] = values;
        }
        let graph = self.graph.clone();
        let trained = |number: usize| graph.weights()[number].role == Role::Trained;
        let found = slopes.weights.into_iter().enumerate();
        let mut gradients: Vec<Option<Vec<f32>>> =
            found.filter(|(number, _)| trained(*number)).map(|(_, gradient)| gradient).collect();
        if let Some(most) = care.clip {
            let squares = gradients.iter().flatten().flatten().map(|slope| f64::from(*slope).powi(2));
            let norm = squares.sum::<f64>().sqrt();
            if norm > most {
                let factor = (most / (norm + 1e-6)) as f32;
                gradients.iter_mut().flatten().flatten().for_each(|slope| *slope *= factor);
            }
        }
        let parameters = self.weights.iter_mut().enumerate();
        let parameters = parameters.filter(|(number, _)| trained(*number)).map(|(_, values)| values).collect();
        self.adam.step(parameters, gradients, &care.manners, pace);
        slopes.loss.value
    }
}

impl ByBurn {
    fn step(&mut self, lesson: &Lesson<'_>, objective: &Objective, pace: Pace, care: &Care) -> f64 {
        self.device.seed(lesson.seed);
        let names = objective.reads(self.network.graph());
        let input = self.network.graph().input();
        let data = TensorData::new(lesson.inputs.to_vec(), [lesson.targets.records, input.channels, input.length]);
        let mut tensors = self.network.forward(Tensor::<3>::from_data(data, &self.device));
        let tensors: Vec<(&'static str, Tensor<4>)> =
            names.into_iter().filter_map(|name| Some((name, tensors.remove(name)?))).collect();
        let host = tensors.iter().map(|(name, tensor)| (*name, numbers(tensor.clone().inner()))).collect();
        let mut loss = objective.loss(&host, lesson.targets);
        if !loss.value.is_finite() {
            return loss.value;
        }
        // A sum whose slopes with respect to the outputs are the loss's: its gradients are those of the loss.
        let parts = tensors.into_iter().filter_map(|(name, tensor)| {
            let slope = TensorData::new(loss.gradients.remove(name)?, tensor.dims());
            Some(tensor.mul(Tensor::<4>::from_data(slope, &self.device)).sum())
        });
        let Some(sum) = parts.reduce(Tensor::add) else { return loss.value };
        let mut gradients = sum.backward();
        if let Some(most) = care.clip {
            crate::optimiser::clip(&self.network, &mut gradients, most);
        }
        let network = self.network.clone();
        self.network = self.adam.step(network, gradients, &care.manners, pace);
        loss.value
    }
}
