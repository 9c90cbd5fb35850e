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
        let mut reader =
            Reader { moments: &self.moments, state: AdamState { steps: self.steps, ..AdamState::default() } };
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

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::{Linear, LinearConfig};

    fn weight(linear: &Linear) -> f32 {
        numbers(linear.weight.val().inner())[0]
    }

    /// A network of one number, 1, without a bias.
    fn one() -> (Linear, Device) {
        let device = Device::flex().autodiff();
        let config = LinearConfig::new(1, 1).with_bias(false);
        let linear = config.with_initializer(burn::nn::Initializer::Ones).init(&device);
        (linear, device)
    }

    /// Gradient `slope` of the one number.
    fn gradients(linear: &Linear, device: &Device, slope: f32) -> Gradients {
        linear.forward(Tensor::<2>::from_floats([[slope]], device)).sum().backward()
    }

    const CONFIG: AdamConfig =
        AdamConfig { beta2: 0.99, epsilon: 0.5, weight_decay: 0.01, epsilon_before_correction: false };

    #[test]
    fn two_steps_are_those_of_the_formula_with_a_momentum_that_changes() {
        // By hand. Step 1: m = 0.05 x 2, v = 0.01 x 4, both corrected to 2 and 4: 2 / (2 + 0.5).
        let first = 1.0 * (1.0 - 0.1 * 0.01) - 0.1 * 2.0 / 2.5;
        // Step 2, gradient -1, beta1 0.9: m = 0.9 x 0.1 - 0.1, v = 0.99 x 0.04 + 0.01; corrections 0.19 and 0.0199.
        let (m, v): (f64, f64) = (0.09 - 0.1, 0.0396 + 0.01);
        let second = first * (1.0 - 0.2 * 0.01) - 0.2 * (m / 0.19) / ((v / 0.0199).sqrt() + 0.5);
        let (linear, device) = one();
        let mut adam = Adam::new(CONFIG);
        let slope = gradients(&linear, &device, 2.0);
        let linear = adam.step(linear, slope, Vec::new(), 0.1, 0.95);
        assert!((f64::from(weight(&linear)) - first).abs() < 1e-6, "{}", weight(&linear));
        // The optimiser's state goes to a checkpoint and back in between; the gradient comes from elsewhere.
        let state = adam.state(&linear);
        let mut adam = Adam::restore(CONFIG, state, &linear, &device);
        let none = Tensor::<1>::from_floats([0.0], &device).require_grad().sum().backward();
        let id = linear.weight.id;
        let linear = adam.step(linear, none, vec![(id, vec![-1.0])], 0.2, 0.9);
        assert!((f64::from(weight(&linear)) - second).abs() < 1e-6, "{}", weight(&linear));
    }

    #[test]
    fn keras_adds_epsilon_before_the_second_moment_is_corrected() {
        let (linear, device) = one();
        let config = AdamConfig { weight_decay: 0.0, epsilon_before_correction: true, ..CONFIG };
        let slope = gradients(&linear, &device, 2.0);
        let linear = Adam::new(config).step(linear, slope, Vec::new(), 0.1, 0.9);
        // sqrt(v) = 0.2, m = 0.2, scale = 0.1 x sqrt(0.01) / 0.1.
        let expected = 1.0 - 0.1 * 0.2 / (0.2 + 0.5);
        assert!((f64::from(weight(&linear)) - expected).abs() < 1e-6, "{}", weight(&linear));
    }
}
