//! Adam on plain numbers.

use rayon::prelude::*;

use super::{AdamConfig, AdamState, Manner, Pace};

/// The optimiser with its moments.
#[derive(Clone, Debug)]
pub struct Adam {
    config: AdamConfig,
    state: AdamState,
}

impl Adam {
    /// A fresh optimiser of so many parameters.
    pub fn new(config: AdamConfig, parameters: usize) -> Adam {
        let none = vec![Vec::new(); parameters];
        Adam { config, state: AdamState { steps: 0, first: none.clone(), second: none } }
    }

    /// An optimiser as it was when `state` was taken.
    pub fn restore(config: AdamConfig, mut state: AdamState, parameters: usize) -> Adam {
        state.first.resize(parameters, Vec::new());
        state.second.resize(parameters, Vec::new());
        Adam { config, state }
    }

    /// Its moments.
    pub fn state(&self) -> &AdamState {
        &self.state
    }

    /// One step of every parameter that has a gradient, each in its manner (none: the usual one).
    pub fn step(
        &mut self,
        parameters: Vec<&mut Vec<f32>>,
        gradients: Vec<Option<Vec<f32>>>,
        manners: &[Manner],
        pace: Pace,
    ) {
        self.state.steps += 1;
        let (config, steps) = (self.config, self.state.steps);
        let moments = self.state.first.par_iter_mut().zip(self.state.second.par_iter_mut());
        let pairs = parameters.into_par_iter().zip(gradients).zip(moments).enumerate();
        pairs.for_each(|(number, ((parameter, gradient), (first, second)))| {
            let manner = manners.get(number).copied().unwrap_or_default();
            let Some(gradient) = gradient.filter(|_| manner.factor > 0.0) else { return };
            first.resize(parameter.len(), 0.0);
            second.resize(parameter.len(), 0.0);
            let step = config.step(steps, pace, manner);
            let pull = step.pull as f32;
            let (keep, scale, shrink) = (step.keep as f32, step.scale as f32, step.shrink as f32);
            let (beta1, beta2, epsilon) = (pace.beta1 as f32, config.beta2 as f32, config.epsilon as f32);
            let (fresh1, fresh2) = ((1.0 - pace.beta1) as f32, (1.0 - config.beta2) as f32);
            for (((value, slope), first), second) in parameter.iter_mut().zip(&gradient).zip(first).zip(second) {
                let slope = slope + pull * *value;
                *first = beta1 * *first + fresh1 * slope;
                *second = beta2 * *second + fresh2 * slope * slope;
                *value = keep * *value - scale * *first / (second.sqrt() * shrink + epsilon);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: AdamConfig = AdamConfig {
        beta2: 0.99,
        epsilon: 0.5,
        weight_decay: 0.01,
        epsilon_before_correction: false,
        coupled: false,
        spares_vectors: false,
    };

    fn step(adam: &mut Adam, value: f32, slope: f32, rate: f64, beta1: f64) -> f32 {
        let mut parameter = vec![value];
        adam.step(vec![&mut parameter], vec![Some(vec![slope])], &[], Pace { rate, beta1 });
        parameter[0]
    }

    #[test]
    fn two_steps_are_those_of_the_formula_with_a_momentum_that_changes() {
        // By hand. Step 1: m = 0.05 x 2, v = 0.01 x 4, both corrected to 2 and 4: 2 / (2 + 0.5).
        let first = 1.0 * (1.0 - 0.1 * 0.01) - 0.1 * 2.0 / 2.5;
        // Step 2, gradient -1, beta1 0.9: m = 0.9 x 0.1 - 0.1, v = 0.99 x 0.04 + 0.01; corrections 0.19 and 0.0199.
        let (m, v): (f64, f64) = (0.09 - 0.1, 0.0396 + 0.01);
        let second = first * (1.0 - 0.2 * 0.01) - 0.2 * (m / 0.19) / ((v / 0.0199).sqrt() + 0.5);
        let mut adam = Adam::new(CONFIG, 1);
        let found = step(&mut adam, 1.0, 2.0, 0.1, 0.95);
        assert!((f64::from(found) - first).abs() < 1e-6, "{found}");
        // The optimiser's state goes to a checkpoint and back in between.
        let mut adam = Adam::restore(CONFIG, adam.state().clone(), 1);
        let found = step(&mut adam, found, -1.0, 0.2, 0.9);
        assert!((f64::from(found) - second).abs() < 1e-6, "{found}");
    }

    #[test]
    fn keras_adds_epsilon_before_the_second_moment_is_corrected() {
        let config = AdamConfig { weight_decay: 0.0, epsilon_before_correction: true, ..CONFIG };
        let found = step(&mut Adam::new(config, 1), 1.0, 2.0, 0.1, 0.9);
        // sqrt(v) = 0.2, m = 0.2, scale = 0.1 x sqrt(0.01) / 0.1.
        let expected = 1.0 - 0.1 * 0.2 / (0.2 + 0.5);
        assert!((f64::from(found) - expected).abs() < 1e-6, "{found}");
    }

    #[test]
    fn a_parameter_whose_factor_is_zero_or_that_has_no_gradient_stays() {
        let mut adam = Adam::new(CONFIG, 2);
        let (mut frozen, mut free) = (vec![1.0], vec![2.0]);
        let gradients = vec![Some(vec![1.0]), None];
        let manners = [Manner { factor: 0.0, decays: true }, Manner::default()];
        adam.step(vec![&mut frozen, &mut free], gradients, &manners, Pace { rate: 0.1, beta1: 0.9 });
        assert_eq!((frozen[0], free[0]), (1.0, 2.0));
    }

    #[test]
    fn coupled_decay_is_part_of_the_gradient_and_vectors_may_be_spared() {
        let config = AdamConfig { weight_decay: 0.5, coupled: true, ..CONFIG };
        let found = step(&mut Adam::new(config, 1), 2.0, 1.0, 0.1, 0.9);
        // The slope is 1 + 0.5 x 2: corrected moments 2 and 4.
        let expected = 2.0 - 0.1 * 2.0 / (2.0 + 0.5);
        assert!((f64::from(found) - expected).abs() < 1e-6, "{found}");
        let mut spared = vec![2.0];
        let manner = [Manner { factor: 1.0, decays: false }];
        let pace = Pace { rate: 0.1, beta1: 0.9 };
        Adam::new(config, 1).step(vec![&mut spared], vec![Some(vec![1.0])], &manner, pace);
        assert!((f64::from(spared[0]) - (2.0 - 0.1 * 1.0 / 1.5)).abs() < 1e-6, "{spared:?}");
    }
}
