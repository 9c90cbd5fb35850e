//! What a network said of a recording's windows.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use nets::cpu::Values;
use nets::families::imle_net::{BEAT, LEAD, RHYTHM};

use crate::Error;
use crate::explain::Attention;

/// What the network said of all windows of one recording, by name: as numbers, or still on the device.
pub(crate) enum Outputs {
    Plan(Vec<BTreeMap<&'static str, Values>>),
    Burn(Vec<BTreeMap<&'static str, Tensor<4>>>),
}

impl Outputs {
    /// One output of all windows, one after the other; empty where the network has none of this name.
    pub(crate) async fn numbers(&self, name: &str) -> Result<Vec<f32>, Error> {
        let mut all = Vec::new();
        match self {
            Outputs::Plan(outputs) => {
                all.extend(outputs.iter().filter_map(|output| output.get(name)).flat_map(|output| &output.values));
            }
            Outputs::Burn(outputs) => {
                for tensor in outputs.iter().filter_map(|output| output.get(name)) {
                    all.extend(numbers(tensor.clone()).await?);
                }
            }
        }
        Ok(all)
    }

    /// IMLE-Net's attention scores of all windows.
    pub(crate) async fn attention(&self) -> Result<Attention, Error> {
        let attention = Attention {
            beat: self.numbers(BEAT).await?,
            rhythm: self.numbers(RHYTHM).await?,
            lead: self.numbers(LEAD).await?,
        };
        if [&attention.beat, &attention.rhythm, &attention.lead].into_iter().flatten().any(|score| !score.is_finite()) {
            return Err(Error::Device("the attention scores are not finite".into()));
        }
        Ok(attention)
    }
}

/// A tensor's numbers. Asynchronous, since a browser's GPU cannot be waited for.
async fn numbers<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, Error> {
    let data = tensor.into_data_async().await.map_err(|error| Error::Device(error.to_string()))?;
    data.try_into_vec_as::<f32>().map_err(|error| Error::Device(error.to_string()))
}
