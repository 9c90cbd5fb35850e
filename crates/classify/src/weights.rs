//! Weights as safetensors: names are the paths of the network's tensors, numbers are f16 or f32.

use half::f16;
use nets::Tensors;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use sha2::{Digest, Sha256};

use crate::{Error, WeightsFile};

/// How numbers are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// Two bytes a number: what is shipped.
    #[default]
    Half,
    /// Four bytes a number: no loss.
    Single,
}

impl Precision {
    /// The name in a card.
    pub fn name(self) -> &'static str {
        match self {
            Precision::Half => "f16",
            Precision::Single => "f32",
        }
    }
}

pub(crate) fn of_network(error: &nets::Error) -> Error {
    Error::Weights {
        tensor: String::new(),
        found: error.to_string(),
        expected: "the tensors of the card's network".to_owned(),
    }
}

/// Tensors as a safetensors file.
///
/// # Errors
/// A number is not finite, or too large for the precision.
pub fn encode(tensors: &Tensors, precision: Precision) -> Result<Vec<u8>, Error> {
    let mut stored = Vec::with_capacity(tensors.len());
    for (name, (shape, numbers)) in tensors {
        let mut bytes = Vec::with_capacity(numbers.len() * 4);
        for &number in numbers {
            let kept = match precision {
                Precision::Half => {
                    let half = f16::from_f32(number);
                    bytes.extend_from_slice(&half.to_le_bytes());
                    half.is_finite()
                }
                Precision::Single => {
                    bytes.extend_from_slice(&number.to_le_bytes());
                    number.is_finite()
                }
            };
            if !kept {
                return Err(Error::Weights {
                    tensor: name.clone(),
                    found: number.to_string(),
                    expected: format!(
                        "a finite number within {}'s range; training may have diverged",
                        precision.name()
                    ),
                });
            }
        }
        stored.push((name, shape, bytes));
    }
    let dtype = match precision {
        Precision::Half => Dtype::F16,
        Precision::Single => Dtype::F32,
    };
    let views = stored
        .iter()
        .map(|(name, shape, bytes)| Ok((name.as_str(), TensorView::new(dtype, (*shape).clone(), bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(|error| unreadable(&error))?;
    safetensors::serialize(views, None).map_err(|error| unreadable(&error))
}

/// The tensors of a safetensors file (f16, bf16 or f32), as f32.
///
/// # Errors
/// The file is damaged or cut, a tensor has another type of numbers, or a number is not finite.
pub fn decode(bytes: &[u8]) -> Result<Tensors, Error> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| unreadable(&error))?;
    let mut tensors = Tensors::new();
    for (name, view) in file.iter() {
        let data = view.data();
        let two = |convert: fn([u8; 2]) -> f32| -> Vec<f32> {
            data.as_chunks::<2>().0.iter().map(|&bytes| convert(bytes)).collect()
        };
        let numbers: Vec<f32> = match view.dtype() {
            Dtype::F16 => two(|bytes| f16::from_le_bytes(bytes).to_f32()),
            Dtype::BF16 => two(|bytes| half::bf16::from_le_bytes(bytes).to_f32()),
            Dtype::F32 => data.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect(),
            other => {
                return Err(Error::Weights {
                    tensor: name.to_owned(),
                    found: format!("numbers of type {other:?}"),
                    expected: "F16, BF16 or F32".to_owned(),
                });
            }
        };
        if let Some(bad) = numbers.iter().position(|number| !number.is_finite()) {
            return Err(Error::Weights {
                tensor: name.to_owned(),
                found: format!("{} at number {bad}", numbers[bad]),
                expected: "finite numbers".to_owned(),
            });
        }
        tensors.insert(name.to_owned(), (view.shape().to_vec(), numbers));
    }
    Ok(tensors)
}

fn unreadable(error: &safetensors::SafeTensorError) -> Error {
    Error::Weights {
        tensor: String::new(),
        found: error.to_string(),
        expected: "a whole safetensors file; it may be cut or another file".to_owned(),
    }
}

/// SHA-256 of bytes, in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The card's entry for a weights file.
pub fn describe(file: &str, bytes: &[u8], precision: Precision) -> WeightsFile {
    WeightsFile {
        file: file.to_owned(),
        sha256: sha256(bytes),
        bytes: bytes.len() as u64,
        dtype: precision.name().to_owned(),
    }
}

/// Checks that bytes are the file that the card names.
///
/// # Errors
/// Length or SHA-256 differ.
pub fn check(expected: &WeightsFile, bytes: &[u8]) -> Result<(), Error> {
    let differs = |found: String, expected: String| Error::Weights { tensor: String::new(), found, expected };
    if expected.bytes != 0 && expected.bytes != bytes.len() as u64 {
        return Err(differs(format!("{} bytes", bytes.len()), format!("{} bytes, as the card says", expected.bytes)));
    }
    if !expected.sha256.is_empty() {
        let found = sha256(bytes);
        if !found.eq_ignore_ascii_case(&expected.sha256) {
            return Err(differs(format!("SHA-256 {found}"), format!("{}, as the card says", expected.sha256)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensors() -> Tensors {
        Tensors::from([
            ("a.weight".into(), (vec![2, 2], vec![1.0, -0.5, 0.25, 3.0])),
            ("b".into(), (vec![1], vec![7.5])),
        ])
    }

    #[test]
    fn tensors_survive_the_file_in_both_precisions() {
        for precision in [Precision::Half, Precision::Single] {
            assert_eq!(decode(&encode(&tensors(), precision).unwrap()).unwrap(), tensors());
        }
    }

    #[test]
    fn a_number_that_a_half_cannot_hold_is_an_error_that_names_its_tensor() {
        let large = Tensors::from([("running_var".into(), (vec![1], vec![1e6]))]);
        let message = encode(&large, Precision::Half).unwrap_err().to_string();
        assert!(message.starts_with("weights, tensor running_var: found 1000000"), "{message}");
        assert!(encode(&large, Precision::Single).is_ok());
    }

    #[test]
    fn a_number_that_is_not_finite_is_refused_at_reading_too() {
        let mut bytes = encode(&tensors(), Precision::Single).unwrap();
        let end = bytes.len();
        bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
        assert!(decode(&bytes).unwrap_err().to_string().contains("expected finite numbers"));
    }

    #[test]
    fn a_file_that_is_cut_anywhere_is_an_error() {
        let bytes = encode(&tensors(), Precision::Half).unwrap();
        for end in 0..bytes.len() {
            assert!(decode(&bytes[..end]).is_err(), "{end} of {} bytes", bytes.len());
        }
    }

    #[test]
    fn a_changed_byte_is_noticed_by_its_sha_256() {
        let mut bytes = encode(&tensors(), Precision::Half).unwrap();
        let entry = describe("weights.safetensors", &bytes, Precision::Half);
        assert!(check(&entry, &bytes).is_ok());
        *bytes.last_mut().unwrap() ^= 1;
        assert!(check(&entry, &bytes).unwrap_err().to_string().contains("SHA-256"));
        assert!(check(&entry, &bytes[1..]).unwrap_err().to_string().contains("bytes, as the card says"));
    }

    #[test]
    fn sha_256_gives_the_standards_example() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
