//! What is done to a batch's windows before the network sees them.

use crate::batches::Batch;
use crate::recipes::Augmentation;
use crate::seeds::Generator;

/// Mixes windows and labels, adds noise, silences leads. A teacher's windows are mixed alike and otherwise left alone.
pub fn augment(batch: &mut Batch, augmentation: Augmentation, window: usize, draws: &mut Generator) {
    if let Some(alpha) = augmentation.mixup {
        let share = beta(alpha, draws) as f32;
        let mut others: Vec<usize> = (0..batch.records).collect();
        draws.shuffle(&mut others);
        for values in [&mut batch.inputs, &mut batch.teachers, &mut batch.labels] {
            mix(values, &others, share);
        }
    }
    if augmentation.noise > 0.0 {
        let deviation = augmentation.noise as f32;
        batch.inputs.iter_mut().for_each(|value| *value += deviation * normal(draws) as f32);
    }
    if augmentation.silenced_leads > 0.0 {
        for lead in batch.inputs.chunks_exact_mut(window.max(1)) {
            if uniform(draws) < augmentation.silenced_leads {
                lead.fill(0.0);
            }
        }
    }
}

/// Each record's numbers with a share of another's.
fn mix(values: &mut [f32], others: &[usize], share: f32) {
    let size = values.len() / others.len().max(1);
    if size == 0 {
        return;
    }
    let before = values.to_vec();
    for (own, &other) in values.chunks_exact_mut(size).zip(others) {
        let other = &before[other * size..(other + 1) * size];
        own.iter_mut().zip(other).for_each(|(own, other)| *own = share * *own + (1.0 - share) * other);
    }
}

/// Uniform in (0, 1).
fn uniform(draws: &mut Generator) -> f64 {
    ((draws.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
}

/// Standard normal, by Box and Muller's transform.
fn normal(draws: &mut Generator) -> f64 {
    (-2.0 * uniform(draws).ln()).sqrt() * (core::f64::consts::TAU * uniform(draws)).cos()
}

/// Beta(a, a) by Jöhnk's method, which suits shapes below 1; above, by the ratio of sums of exponentials for whole shapes.
fn beta(alpha: f64, draws: &mut Generator) -> f64 {
    if alpha > 1.0 {
        let sum = |draws: &mut Generator| -> f64 { (0..alpha.round() as usize).map(|_| -uniform(draws).ln()).sum() };
        let (a, b) = (sum(draws), sum(draws));
        return a / (a + b);
    }
    loop {
        let (x, y) = (uniform(draws).powf(1.0 / alpha), uniform(draws).powf(1.0 / alpha));
        if x + y <= 1.0 && x + y > 0.0 {
            return x / (x + y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeds::Purpose;

    fn draws() -> Generator {
        Generator::new(1, Purpose::Augmentation, 0)
    }

    #[test]
    fn shares_of_beta_one_fifth_lie_near_the_ends_and_are_even() {
        let mut draws = draws();
        let shares: Vec<f64> = (0..4000).map(|_| beta(0.2, &mut draws)).collect();
        let mean = shares.iter().sum::<f64>() / 4000.0;
        // Variance of Beta(a, a): 1 / (4 (2 a + 1)).
        let variance = shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / 4000.0;
        assert!((mean - 0.5).abs() < 0.02 && (variance - 1.0 / 5.6).abs() < 0.01, "{mean} {variance}");
    }

    #[test]
    fn mixing_keeps_sums_and_treats_signal_teacher_and_labels_alike() {
        let numbers: Vec<f32> = (0..8).map(|value| value as f32).collect();
        let mut batch = Batch {
            records: 4,
            inputs: numbers.clone(),
            teachers: numbers,
            labels: vec![1.0, 0.0, 0.0, 1.0],
            persons: vec![],
        };
        augment(&mut batch, Augmentation { mixup: Some(0.2), ..Augmentation::default() }, 2, &mut draws());
        assert!((batch.inputs.iter().sum::<f32>() - 28.0).abs() < 1e-4);
        assert_eq!(batch.inputs, batch.teachers);
        assert!((batch.labels.iter().sum::<f32>() - 2.0).abs() < 1e-6);
    }

    #[test]
    fn noise_has_its_deviation_and_silenced_leads_are_zero() {
        let mut batch = Batch { records: 1, inputs: vec![0.0; 20_000], ..Batch::default() };
        augment(&mut batch, Augmentation { noise: 0.1, ..Augmentation::default() }, 100, &mut draws());
        let variance = batch.inputs.iter().map(|value| value * value).sum::<f32>() / 20_000.0;
        assert!((variance.sqrt() - 0.1).abs() < 0.003, "{variance}");
        augment(&mut batch, Augmentation { silenced_leads: 0.5, ..Augmentation::default() }, 100, &mut draws());
        let silent = batch.inputs.chunks_exact(100).filter(|lead| lead.iter().all(|value| *value == 0.0)).count();
        assert!((70..130).contains(&silent), "{silent} of 200");
    }
}
