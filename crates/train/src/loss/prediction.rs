//! Contrastive predictive coding: the token some steps ahead told from others of the same recording.

use rayon::prelude::*;

use crate::seeds::{Generator, Purpose};

/// What is predicted from what.
#[derive(Clone, Copy, Debug)]
pub struct Prediction {
    /// Steps ahead.
    pub steps: usize,
    /// Others that are drawn for each token.
    pub negatives: usize,
    /// Records in the batch.
    pub records: usize,
    /// Numbers of a token.
    pub width: usize,
    /// What they are drawn from.
    pub seed: u64,
}

/// InfoNCE of `expected` and `encoded`, both `[record, token, number]`: for each token the cross entropy of its product with
/// the token `steps` later among its products with that and with so many others of the record. Mean over tokens (the
/// published sum over time differs by a factor). Gives the slopes with respect to both.
pub fn prediction_loss(expected: &[f32], encoded: &[f32], how: Prediction) -> (f64, [Vec<f32>; 2]) {
    let width = how.width.max(1);
    let size = (expected.len() / how.records.max(1)).max(1);
    let tokens = size / width;
    let told = tokens.saturating_sub(how.steps);
    let share = 1.0 / (how.records * told).max(1) as f64;
    let (mut d_expected, mut d_encoded) = (vec![0.0; expected.len()], vec![0.0; encoded.len()]);
    let sums: Vec<f64> = expected
        .par_chunks_exact(size)
        .zip(encoded.par_chunks_exact(size))
        .zip(d_expected.par_chunks_exact_mut(size).zip(d_encoded.par_chunks_exact_mut(size)))
        .enumerate()
        .map(|(record, ((expected, encoded), (d_expected, d_encoded)))| {
            let mut draws = Generator::new(how.seed, Purpose::Negatives, record as u64);
            let mut sum = 0.0;
            let mut among = vec![0; how.negatives + 1];
            for token in 0..told {
                among[0] = token + how.steps;
                among[1..].iter_mut().for_each(|other| *other = draws.below(tokens));
                let own = &expected[token * width..][..width];
                let product = |other: &usize| {
                    let other = &encoded[other * width..][..width];
                    own.iter().zip(other).map(|(a, b)| a * b).sum::<f32>()
                };
                let products: Vec<f32> = among.iter().map(product).collect();
                let largest = products.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let powers: Vec<f64> = products.iter().map(|product| f64::from(product - largest).exp()).collect();
                let all: f64 = powers.iter().sum();
                sum += all.ln() - f64::from(products[0] - largest);
                for (number, (other, power)) in among.iter().zip(&powers).enumerate() {
                    let slope = (share * (power / all - if number == 0 { 1.0 } else { 0.0 })) as f32;
                    let from = other * width;
                    for channel in 0..width {
                        d_expected[token * width + channel] += slope * encoded[from + channel];
                        d_encoded[from + channel] += slope * own[channel];
                    }
                }
            }
            sum
        })
        .collect();
    (sums.iter().sum::<f64>() * share, [d_expected, d_encoded])
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 512;
    const HOW: Prediction = Prediction { steps: 2, negatives: 5, records: 2, width: WIDTH, seed: 7 };

    fn drawn(place: u64) -> Vec<f32> {
        let mut generator = Generator::new(3, Purpose::Weights, place);
        (0..2 * 6 * WIDTH).map(|_| (generator.below(2001) as f32 / 1000.0 - 1.0) * 0.1).collect()
    }

    #[test]
    fn slopes_are_those_of_the_loss() {
        let (expected, encoded) = (drawn(0), drawn(1));
        let (_, slopes) = prediction_loss(&expected, &encoded, HOW);
        for place in [0, 700, 3 * WIDTH + 9, 9 * WIDTH + 1] {
            for side in 0..2 {
                let at = |change: f32| {
                    let (mut expected, mut encoded) = (expected.clone(), encoded.clone());
                    [&mut expected, &mut encoded][side][place] += change;
                    prediction_loss(&expected, &encoded, HOW).0
                };
                let slope = (at(0.05) - at(-0.05)) / 0.1;
                let found = f64::from(slopes[side][place]);
                assert!((slope - found).abs() < 1e-4, "{side} {place}: {slope}, {found}");
            }
        }
    }

    #[test]
    fn a_network_that_knows_nothing_pays_the_logarithm_of_the_choices() {
        let (value, _) = prediction_loss(&vec![0.0; 2 * 6 * WIDTH], &drawn(1), HOW);
        assert!((value - 6.0_f64.ln()).abs() < 1e-6, "{value}");
    }
}
