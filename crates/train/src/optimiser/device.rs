//! Adam on a Burn device. Burn's own fixes beta1 when it is built; the one-cycle schedule changes it at every step.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Device, Gradients, Tensor, TensorData};

use super::{AdamConfig, AdamState, Manner, Pace};

/// First and second moments of one parameter, flat.
#[derive(Clone, Debug)]
struct Moments {
    first: Tensor<1>,
    second: Tensor<1>,
}

/// The optimiser with its moments.
#[derive(Clone, Debug)]
pub struct DeviceAdam {
    config: AdamConfig,
    steps: usize,
    moments: HashMap<ParamId, Moments>,
}

impl DeviceAdam {
    /// A fresh optimiser.
    pub fn new(config: AdamConfig) -> DeviceAdam {
        DeviceAdam { config, steps: 0, moments: HashMap::new() }
    }

    /// One step of every parameter that has a gradient, each in its manner (none: the usual one).
    pub fn step<M: Module>(&mut self, module: M, mut gradients: Gradients, manners: &[Manner], pace: Pace) -> M {
        self.steps += 1;
        let mut mapper = Mapper {
            config: self.config,
            steps: self.steps,
            pace,
            manners,
            number: 0,
            gradients: &mut gradients,
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
    pub fn restore<M: Module>(config: AdamConfig, state: AdamState, module: &M, device: &Device) -> DeviceAdam {
        let mut writer = Writer {
            pairs: state.first.into_iter().zip(state.second),
            moments: HashMap::new(),
            device: device.clone().inner(),
        };
        module.visit(&mut writer);
        DeviceAdam { config, steps: state.steps, moments: writer.moments }
    }
}

struct Mapper<'a> {
    config: AdamConfig,
    steps: usize,
    pace: Pace,
    manners: &'a [Manner],
    /// Trained parameters seen before.
    number: usize,
    gradients: &'a mut Gradients,
    moments: &'a mut HashMap<ParamId, Moments>,
}

impl ModuleMapper for Mapper<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = param.consume();
        let mut manner = Manner::default();
        if tensor.is_require_grad() {
            manner = self.manners.get(self.number).copied().unwrap_or_default();
            self.number += 1;
        }
        let Some(gradient) = tensor.grad_remove(self.gradients).filter(|_| manner.factor > 0.0) else {
            return Param::from_mapped_value(id, tensor, mapper);
        };
        let gradient = gradient.flatten::<1>(0, D - 1);
        let value = tensor.inner();
        let shape = value.shape();
        let value = value.flatten::<1>(0, D - 1);
        let (config, beta1) = (&self.config, self.pace.beta1);
        let step = config.step(self.steps, self.pace, manner);
        let gradient = if step.pull > 0.0 { gradient.add(value.clone().mul_scalar(step.pull)) } else { gradient };
        let fresh_first = gradient.clone().mul_scalar(1.0 - beta1);
        let fresh_second = gradient.square().mul_scalar(1.0 - config.beta2);
        let (first, second) = match self.moments.remove(&id) {
            Some(old) => {
                (old.first.mul_scalar(beta1).add(fresh_first), old.second.mul_scalar(config.beta2).add(fresh_second))
            }
            None => (fresh_first, fresh_second),
        };
        let root = second.clone().sqrt().mul_scalar(step.shrink).add_scalar(config.epsilon);
        let change = first.clone().div(root).mul_scalar(step.scale);
        self.moments.insert(id, Moments { first, second });
        let updated = value.mul_scalar(step.keep).sub(change);
        Param::from_mapped_value(id, Tensor::from_inner(updated.reshape(shape)).require_grad(), mapper)
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

/// Scales all gradients of a network down so that their norm, of all together, is no larger than `most`.
pub fn clip<M: Module>(module: &M, gradients: &mut Gradients, most: f64) {
    let mut squares = Squares { gradients, sum: 0.0 };
    module.visit(&mut squares);
    let norm = squares.sum.sqrt();
    if norm > most {
        module.visit(&mut Scale { gradients, factor: most / (norm + 1e-6) });
    }
}

struct Squares<'a> {
    gradients: &'a Gradients,
    sum: f64,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = param.val().grad(self.gradients) {
            self.sum += f64::from(gradient.square().sum().into_scalar::<f32>());
        }
    }
}

struct Scale<'a> {
    gradients: &'a mut Gradients,
    factor: f64,
}

impl ModuleVisitor for Scale<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        if let Some(gradient) = tensor.grad_remove(self.gradients) {
            tensor.grad_replace(self.gradients, gradient.mul_scalar(self.factor));
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
    use crate::optimiser::Adam;
    use burn::nn::{Linear, LinearConfig};

    #[test]
    fn steps_on_a_device_are_those_on_plain_numbers() {
        let device = Device::flex().autodiff();
        for epsilon_before_correction in [false, true] {
            let coupled = epsilon_before_correction;
            let (beta2, epsilon, weight_decay, spares_vectors) = (0.99, 0.5, 0.01, false);
            let config =
                AdamConfig { beta2, epsilon, weight_decay, epsilon_before_correction, coupled, spares_vectors };
            let linear = LinearConfig::new(1, 1).with_bias(false);
            let mut linear: Linear = linear.with_initializer(burn::nn::Initializer::Ones).init(&device);
            let mut plain = vec![1.0];
            let (mut adam, mut by_hand) = (DeviceAdam::new(config), Adam::new(config, 1));
            for (slope, rate, beta1, factor) in [(2.0, 0.1, 0.95, 1.0), (-1.0, 0.2, 0.9, 0.5), (0.3, 0.1, 0.9, 1.0)] {
                let gradients = linear.forward(Tensor::<2>::from_floats([[slope]], &device)).sum().backward();
                let pace = Pace { rate, beta1 };
                let manner = [Manner { factor, decays: true }];
                linear = adam.step(linear, gradients, &manner, pace);
                by_hand.step(vec![&mut plain], vec![Some(vec![slope])], &manner, pace);
                let found = numbers(linear.weight.val().inner())[0];
                assert!((found - plain[0]).abs() < 1e-6, "{found}, {}", plain[0]);
                adam = DeviceAdam::restore(config, adam.state(&linear), &linear, &device);
            }
        }
    }
}
