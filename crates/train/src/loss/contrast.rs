//! A student's vector of each recording held against its teacher's of all.

use super::Targets;
use crate::seeds::{Generator, Purpose};

/// Each record's vector brought to so many numbers by a map that is drawn once and always the same, and to length 1.
/// Such maps keep angles nearly as they are (Johnson and Lindenstrauss 1984).
pub fn projected(vectors: &[f32], records: usize, numbers: usize) -> Vec<f32> {
    let size = vectors.len() / records.max(1);
    let mut draws = Generator::new(0, Purpose::Weights, 1);
    let map: Vec<f32> = (0..numbers * size).map(|_| if draws.below(2) == 0 { 1.0 } else { -1.0 }).collect();
    let mut all = Vec::with_capacity(records * numbers);
    for vector in vectors.chunks_exact(size.max(1)) {
        let line = |row: &[f32]| row.iter().zip(vector).map(|(sign, value)| f64::from(sign * value)).sum::<f64>();
        let values: Vec<f64> = map.chunks_exact(size.max(1)).map(line).collect();
        let length = values.iter().map(|value| value * value).sum::<f64>().sqrt().max(1e-12);
        all.extend(values.into_iter().map(|value| (value / length) as f32));
    }
    all
}

/// InfoNCE (van den Oord et al. 2018) of a student's and a teacher's vectors `[record, number]` of length 1: from each of
/// the student's the right one among the teacher's, and from each of the teacher's the right one among the student's;
/// mean over records, sum of both ways. Records that carry the very same labels are not told from one another. Gives the
/// slope with respect to the student's.
pub fn recording_contrast(own: &[f32], teachers: &[f32], targets: Targets<'_>, temperature: f64) -> (f64, Vec<f32>) {
    let records = targets.records.max(1);
    let size = own.len() / records;
    let classes = targets.labels.len() / records;
    let labels = |record: usize| &targets.labels[record * classes..][..classes];
    let vector = |all: &[f32], record: usize| all[record * size..][..size].to_vec();
    let counts = |a: usize, b: usize| a == b || classes == 0 || labels(a) != labels(b);
    let mut similar = vec![f64::NEG_INFINITY; records * records];
    for student in 0..records {
        for teacher in (0..records).filter(|&teacher| counts(student, teacher)) {
            let (a, b) = (vector(own, student), vector(teachers, teacher));
            let product: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(a * b)).sum();
            similar[student * records + teacher] = product / temperature;
        }
    }
    let share = 1.0 / records as f64;
    let mut value = 0.0;
    // Slope of the loss with respect to each pair's product.
    let mut pairs = vec![0.0; records * records];
    for right in 0..records {
        for line in [0, 1] {
            let place = |other: usize| if line == 0 { right * records + other } else { other * records + right };
            let largest = (0..records).map(|other| similar[place(other)]).fold(f64::NEG_INFINITY, f64::max);
            let all: f64 = (0..records).map(|other| (similar[place(other)] - largest).exp()).sum();
            value += share * (all.ln() + largest - similar[place(right)]);
            for other in 0..records {
                let part = (similar[place(other)] - largest).exp() / all - f64::from(other == right);
                pairs[place(other)] += share * part / temperature;
            }
        }
    }
    let mut slopes = vec![0.0_f32; own.len()];
    for student in 0..records {
        for teacher in 0..records {
            let slope = pairs[student * records + teacher] as f32;
            let teachers = &teachers[teacher * size..][..size];
            for (own, other) in slopes[student * size..][..size].iter_mut().zip(teachers) {
                *own += slope * other;
            }
        }
    }
    (value, slopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDS: usize = 4;

    fn drawn(place: u64) -> Vec<f32> {
        let mut generator = Generator::new(9, Purpose::Weights, place);
        (0..RECORDS * 64).map(|_| generator.below(2001) as f32 / 1000.0 - 1.0).collect()
    }

    #[test]
    fn slopes_are_those_of_the_loss() {
        let (own, teachers) = (projected(&drawn(0), RECORDS, 8), projected(&drawn(1), RECORDS, 8));
        let labels = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
        let (_, slopes) = recording_contrast(&own, &teachers, Targets::of(RECORDS, &labels), 0.5);
        for place in [0, 9, 17, 31] {
            let at = |change: f32| {
                let mut own = own.clone();
                own[place] += change;
                recording_contrast(&own, &teachers, Targets::of(RECORDS, &labels), 0.5).0
            };
            let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
            assert!((slope - f64::from(slopes[place])).abs() < 1e-4, "{place}: {slope}, {}", slopes[place]);
        }
    }

    #[test]
    fn a_student_that_sees_what_its_teacher_sees_pays_least_and_equal_labels_are_not_told_apart() {
        let teachers = projected(&drawn(1), RECORDS, 8);
        let other = projected(&drawn(0), RECORDS, 8);
        let apart = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0];
        let of = |own: &[f32], labels: &[f32]| recording_contrast(own, &teachers, Targets::of(RECORDS, labels), 0.1).0;
        assert!(of(&teachers, &apart) < of(&other, &apart));
        assert!(of(&other, &[1.0, 0.0].repeat(RECORDS)).abs() < 1e-9, "all the same: nothing is asked");
    }

    #[test]
    fn a_drawn_map_keeps_what_is_alike_alike() {
        let vectors = drawn(2);
        let doubled: Vec<f32> = vectors.iter().map(|value| 2.0 * value).collect();
        let (a, b) = (projected(&vectors, RECORDS, 8), projected(&doubled, RECORDS, 8));
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-6));
        assert!(a.chunks(8).all(|vector| (vector.iter().map(|value| value * value).sum::<f32>() - 1.0).abs() < 1e-5));
    }
}
