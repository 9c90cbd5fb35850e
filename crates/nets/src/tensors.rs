//! Weights as plain numbers by name, in and out of a network.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};

use crate::{Error, Network};

/// Shape and row-major numbers of each tensor, by its path in the network (`stages.0.conv1.weight`). Running
/// statistics of batch norms are among them; the name of the network is not part of a path.
pub type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

impl Network {
    /// All tensors of the network. Reads back from the device: on the web only a CPU device can do that.
    pub fn tensors(&self) -> Tensors {
        let mut collector = Collector::default();
        self.visit(&mut collector);
        collector.tensors
    }

    /// The same network with the tensors given.
    ///
    /// # Errors
    /// A tensor is missing, unknown, or of another shape: nothing is loaded then.
    pub fn with_tensors(self, tensors: &Tensors) -> Result<Self, Error> {
        let (architecture, classes) = (self.architecture().name(), self.classes());
        let mut loader = Loader { path: Path::default(), tensors, used: 0, problem: None, architecture, classes };
        let loaded = self.map(&mut loader);
        if let Some(problem) = loader.problem {
            return Err(problem);
        }
        if loader.used != tensors.len() {
            let own = loaded.shapes();
            let unknown = tensors.keys().find(|name| !own.contains_key(*name)).cloned().unwrap_or_default();
            return Err(Error::Unknown { name: unknown, architecture });
        }
        Ok(loaded)
    }

    /// Shape of each tensor by its path.
    pub fn shapes(&self) -> BTreeMap<String, Vec<usize>> {
        let mut shapes = Shapes::default();
        self.visit(&mut shapes);
        shapes.shapes
    }
}

/// Where the walk through the network stands.
#[derive(Default)]
struct Path(Vec<String>);

impl Path {
    fn enter(&mut self, name: &str, container: &str) {
        if !container.starts_with("Enum:") {
            self.0.push(name.to_owned());
        }
    }

    fn leave(&mut self, container: &str) {
        if !container.starts_with("Enum:") {
            self.0.pop();
        }
    }

    fn name(&self) -> String {
        self.0.join(".")
    }
}

#[derive(Default)]
struct Collector {
    path: Path,
    tensors: Tensors,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, container: &str) {
        self.path.leave(container);
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        let shape = tensor.dims().to_vec();
        let numbers = tensor.into_data_as::<f32>().try_into_vec_as::<f32>().unwrap_or_default();
        self.tensors.insert(self.path.name(), (shape, numbers));
    }
}

#[derive(Default)]
struct Shapes {
    path: Path,
    shapes: BTreeMap<String, Vec<usize>>,
}

impl ModuleVisitor for Shapes {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, container: &str) {
        self.path.leave(container);
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.shapes.insert(self.path.name(), param.lazy_shape().to_vec());
    }
}

struct Loader<'a> {
    path: Path,
    tensors: &'a Tensors,
    used: usize,
    problem: Option<Error>,
    architecture: &'static str,
    classes: usize,
}

impl Loader<'_> {
    fn numbers<const D: usize>(&mut self, name: &str, expected: [usize; D]) -> Result<Vec<f32>, Error> {
        let (found, numbers) = self.tensors.get(name).ok_or_else(|| Error::Missing {
            name: name.to_owned(),
            architecture: self.architecture,
            classes: self.classes,
        })?;
        if found[..] != expected {
            return Err(Error::Shape { name: name.to_owned(), found: found.clone(), expected: expected.to_vec() });
        }
        if numbers.len() != expected.iter().product::<usize>() {
            return Err(Error::Length { name: name.to_owned(), shape: found.clone(), found: numbers.len() });
        }
        self.used += 1;
        Ok(numbers.clone())
    }
}

impl ModuleMapper for Loader<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, container: &str) {
        self.path.leave(container);
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.problem.is_some() {
            return param;
        }
        let name = self.path.name();
        if !param.is_initialized() {
            let shape: [usize; D] = param.lazy_shape().dims();
            return match self.numbers(&name, shape) {
                Ok(numbers) => {
                    let device = param.lazy_device();
                    let tensor = Tensor::from_data(TensorData::new(numbers, shape), &device);
                    Param::initialized(param.id, if device.is_autodiff() { tensor.require_grad() } else { tensor })
                }
                Err(problem) => {
                    self.problem = Some(problem);
                    param
                }
            };
        }
        param.map(|tensor| {
            let shape = tensor.dims();
            match self.numbers(&name, shape) {
                Ok(numbers) => {
                    let trained = tensor.is_require_grad();
                    Tensor::from_data(TensorData::new(numbers, shape), &tensor.device()).set_require_grad(trained)
                }
                Err(problem) => {
                    self.problem = Some(problem);
                    tensor
                }
            }
        })
    }
}
