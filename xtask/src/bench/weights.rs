//! A safetensors file as plain numbers, so that the same weights can be given to another runtime.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// A tensor: shape and row-major numbers.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub numbers: Vec<f32>,
}

/// Reads all tensors of a file (f16 or f32).
pub fn read(file: &Path) -> Result<BTreeMap<String, Tensor>> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (length, rest) = bytes.split_first_chunk::<8>().context("the weights are cut")?;
    let (header, data) =
        rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length))?).context("the weights are cut")?;
    let header: BTreeMap<String, Value> = serde_json::from_slice(header)?;
    let mut tensors = BTreeMap::new();
    for (name, entry) in header.into_iter().filter(|(name, _)| name != "__metadata__") {
        let list = |key: &str| -> Vec<usize> {
            let values = entry[key].as_array().into_iter().flatten();
            values.filter_map(|value| usize::try_from(value.as_u64()?).ok()).collect()
        };
        let (shape, offsets) = (list("shape"), list("data_offsets"));
        let [from, to] = offsets.as_slice() else { bail!("{name}: no place in the file") };
        let part = data.get(*from..*to).with_context(|| format!("{name} lies beyond the end"))?;
        let numbers = match entry["dtype"].as_str() {
            Some("F16") => part.as_chunks::<2>().0.iter().map(|pair| half(u16::from_le_bytes(*pair))).collect(),
            Some("F32") => part.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect(),
            other => bail!("{name} has numbers of type {other:?}, expected F16 or F32"),
        };
        tensors.insert(name, Tensor { shape, numbers });
    }
    Ok(tensors)
}

/// IEEE 754 binary16 to binary32.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f32::from(bits & 0x3ff);
    sign * match exponent {
        0 => fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn halves_are_read_as_the_standard_says() {
        for (bits, value) in
            [(0x3c00, 1.0), (0xc000, -2.0), (0x0001, 5.960_464_5e-8), (0x7bff, 65504.0), (0x3555, 0.333_251_95)]
        {
            assert_eq!(half(bits), value);
        }
    }
}
