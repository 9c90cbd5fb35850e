//! Takes tensors by name, checks their shapes, folds batch norms.

use std::collections::BTreeSet;

use crate::blocks::BatchNormRule;
use crate::{Architecture, Error, Tensors};

/// The tensors of one network and which of them were asked for.
pub(super) struct Weights<'a> {
    tensors: &'a Tensors,
    used: BTreeSet<String>,
    architecture: Architecture,
    classes: usize,
}

/// A batch norm by its running statistics: `x scale + shift`.
#[derive(Debug, Clone)]
pub(super) struct Affine {
    pub scale: Vec<f32>,
    pub shift: Vec<f32>,
}

impl<'a> Weights<'a> {
    pub fn new(tensors: &'a Tensors, architecture: Architecture, classes: usize) -> Self {
        Self { tensors, used: BTreeSet::new(), architecture, classes }
    }

    /// The numbers of the tensor called `name`, which must have `shape`.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<&'a [f32], Error> {
        let (found, numbers) = self.tensors.get(name).ok_or_else(|| Error::Missing {
            name: name.to_owned(),
            architecture: self.architecture.name(),
            classes: self.classes,
        })?;
        if found != shape {
            return Err(Error::Shape { name: name.to_owned(), found: found.clone(), expected: shape.to_vec() });
        }
        if numbers.len() != shape.iter().product::<usize>() {
            return Err(Error::Length { name: name.to_owned(), shape: found.clone(), found: numbers.len() });
        }
        self.used.insert(name.to_owned());
        Ok(numbers)
    }

    /// The batch norm called `name` over tensors of `shape`.
    pub fn norm(&mut self, name: &str, shape: &[usize], rule: BatchNormRule) -> Result<Affine, Error> {
        let gamma = self.take(&format!("{name}.gamma"), shape)?;
        let beta = self.take(&format!("{name}.beta"), shape)?;
        let mean = self.take(&format!("{name}.running_mean"), shape)?;
        let variance = self.take(&format!("{name}.running_var"), shape)?;
        let epsilon = rule.epsilon() as f32;
        let scale: Vec<f32> = gamma.iter().zip(variance).map(|(g, v)| g / (v + epsilon).sqrt()).collect();
        let shift = beta.iter().zip(mean).zip(&scale).map(|((b, m), s)| b - m * s).collect();
        Ok(Affine { scale, shift })
    }

    /// An error when a tensor was given that nobody asked for.
    pub fn all_used(&self) -> Result<(), Error> {
        match self.tensors.keys().find(|name| !self.used.contains(*name)) {
            Some(name) => Err(Error::Unknown { name: name.clone(), architecture: self.architecture.name() }),
            None => Ok(()),
        }
    }
}
