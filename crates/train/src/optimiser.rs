//! Adam with decoupled weight decay, as fastai 1.0.61 and Keras apply it.
//!
//! Burn's own AdamW fixes beta1 when it is built; the one-cycle schedule changes it at every step.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// Constants of the optimiser.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdamConfig {
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the root of the second moment.
    pub epsilon: f64,
    /// Every parameter, normalisations and biases too, is multiplied by 1 - rate x this before each step.
    pub weight_decay: f64,
    /// Keras adds epsilon before the second moment is corrected for its start, PyTorch after.
    pub epsilon_before_correction: bool,
}

/// First and second moments of one parameter, flat.
#[derive(Clone, Debug)]
struct Moments {
    first: Tensor<1>,
    second: Tensor<1>,
}

/// The optimiser with its moments.
#[derive(Clone, Debug)]
pub struct Adam {
    config: AdamConfig,
    steps: usize,
    moments: HashMap<ParamId, Moments>,
}

/// Moments as plain numbers in the network's order, for a checkpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AdamState {
    /// Steps made.
    pub steps: usize,
    /// First moments, one list a trained parameter.
    pub first: Vec<Vec<f32>>,
    /// Second moments.
    pub second: Vec<Vec<f32>>,
}

impl Adam {
    /// A fresh optimiser.
    pub fn new(config: AdamConfig) -> Adam {
        Adam { config, steps: 0, moments: HashMap::new() }
    }

    /// One step over every parameter that has a gradient, in Burn's `gradients` or among `others` (by identity, in the
    /// parameter's own order).
    pub fn step<M: Module>(
        &mut self,
        module: M,
        mut gradients: Gradients,
        others: Vec<(ParamId, Vec<f32>)>,
        rate: f64,
        beta1: f64,
    ) -> M {
        self.steps += 1;
        let power = self.steps as i32;
        let mut mapper = Step {
            config: self.config,
            rate,
            beta1,
            correction1: 1.0 - beta1.powi(power),
            correction2: 1.0 - self.config.beta2.powi(power),
            gradients: &mut gradients,
            others: others.into_iter().collect(),
            moments: &mut self.moments,
        };
        module.map(&mut mapper)
    }

    /// The moments in the order of the network's parameters.
    pub fn state<M: Module>(&self, module: &M) -> AdamState {
        let mut reader = Reader { moments: &self.moments, state: AdamState { steps: self.steps, ..AdamState::default() } };
        module.visit(&mut reader);
        reader.state
    }

    /// An optimiser as it was when `state` was taken, for a network whose trained parameters stand in the same order.
    pub fn restore<M: Module>(config: AdamConfig, state: AdamState, module: &M, device: &Device) -> Adam {
        let mut writer = Writer {
            pairs: state.first.into_iter().zip(state.second),
            moments: HashMap::new(),
            device: device.clone().inner(),
        };
        module.visit(&mut writer);
        Adam { config, steps: state.steps, moments: writer.moments }
    }
}

struct Step<'a> {
    config: AdamConfig,
    rate: f64,
    beta1: f64,
    correction1: f64,
    correction2: f64,
    gradients: &'a mut Gradients,
    others: HashMap<ParamId, Vec<f32>>,
    moments: &'a mut HashMap<ParamId, Moments>,
}

impl ModuleMapper for Step<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = param.consume();
        let other = self.others.remove(&id).map(|values| {
            let length = values.len();
            Tensor::<1>::from_data(TensorData::new(values, [length]), &tensor.device().inner())
        });
        let burns = || Some(tensor.grad_remove(self.gradients)?.flatten::<1>(0, D - 1));
        let Some(gradient) = other.or_else(burns) else {
            return Param::from_mapped_value(id, tensor, mapper);
        };
        let value = tensor.inner();
        let shape = value.shape();
        let value = value.flatten::<1>(0, D - 1);
        let config = &self.config;
        let fresh_first = gradient.clone().mul_scalar(1.0 - self.beta1);
        let fresh_second = gradient.square().mul_scalar(1.0 - config.beta2);
        let (first, second) = match self.moments.remove(&id) {
            Some(old) => (
                old.first.mul_scalar(self.beta1).add(fresh_first),
                old.second.mul_scalar(config.beta2).add(fresh_second),
            ),
            None => (fresh_first, fresh_second),
        };
        let root = second.clone().sqrt();
        let change = if config.epsilon_before_correction {
            let scale = self.rate * self.correction2.sqrt() / self.correction1;
            first.clone().div(root.add_scalar(config.epsilon)).mul_scalar(scale)
        } else {
            let root = root.div_scalar(self.correction2.sqrt()).add_scalar(config.epsilon);
            first.clone().div(root).mul_scalar(self.rate / self.correction1)
        };
        let decayed = match config.weight_decay {
            0.0 => value,
            decay => value.mul_scalar(1.0 - self.rate * decay),
        };
        self.moments.insert(id, Moments { first, second });
        let updated = Tensor::from_inner(decayed.sub(change).reshape(shape)).require_grad();
        Param::from_mapped_value(id, updated, mapper)
    }
}

struct Reader<'a> {
    moments: &'a HashMap<ParamId, Moments>,
    state: AdamState,
}

impl ModuleVisitor for Reader<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if param.val().is_require_grad() {
            // A parameter that no gradient has reached yet keeps its place with empty lists.
            let (first, second) = self.moments.get(&param.id).map_or_else(Default::default, |moments| {
                (numbers(moments.first.clone()), numbers(moments.second.clone()))
            });
            self.state.first.push(first);
            self.state.second.push(second);
        }
    }
}

struct Writer<I> {
    pairs: I,
    moments: HashMap<ParamId, Moments>,
    device: Device,
}

impl<I: Iterator<Item = (Vec<f32>, Vec<f32>)>> ModuleVisitor for Writer<I> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if param.val().is_require_grad()
            && let Some((first, second)) = self.pairs.next()
            && !first.is_empty()
        {
            let tensor = |values: Vec<f32>| {
                let length = values.len();
                Tensor::<1>::from_data(TensorData::new(values, [length]), &self.device)
            };
            self.moments.insert(param.id, Moments { first: tensor(first), second: tensor(second) });
        }
    }
}

/// A tensor's numbers on the host, row by row.
pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec_as::<f32>().unwrap_or_default()
}
