//! A data set of some folds only.

use crate::dataset::{Dataset, Example, Part, Samples};
use crate::ecgpack::LEADS;

/// The recordings of some folds, with their signals alone: what is prepared for a model is then a tenth for one fold, and
/// may be copied for each of many. To be called before the signals are prepared; prepared ones are kept whole.
pub fn only(data: &Dataset, folds: &[u8]) -> Dataset {
    let wanted: Vec<&Example> = data.examples.iter().filter(|example| folds.contains(&example.fold)).collect();
    let mut examples: Vec<Example> = Vec::with_capacity(wanted.len());
    let mut parts = Vec::with_capacity(data.parts.len());
    for (number, part) in data.parts.iter().enumerate() {
        let own = wanted.iter().filter(|example| example.part == number);
        let samples = match &part.samples {
            Samples::Counts(counts) => {
                let size = LEADS * part.length;
                let rows = own.clone().flat_map(|example| &counts[example.row * size..][..size]);
                let rows = Samples::Counts(rows.copied().collect());
                examples.extend(own.enumerate().map(|(row, example)| Example { row, ..(*example).clone() }));
                rows
            }
            Samples::Prepared { .. } => {
                examples.extend(own.map(|example| (*example).clone()));
                part.samples.clone()
            }
        };
        let &Part { length, rate, counts_per_unit, meaning, .. } = part;
        parts.push(Part { length, rate, counts_per_unit, meaning, samples });
    }
    Dataset {
        labels: data.labels.clone(),
        parts,
        examples,
        scaler: data.scaler,
        name: data.name.clone(),
        origin: data.origin.clone(),
        exclusive: data.exclusive,
        records: data.records.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulated::simulated;

    #[test]
    fn a_fold_by_itself_holds_the_same_windows() {
        let all = simulated(3, 5, |_| ()).unwrap();
        let fold = only(&all, &[2, 3]);
        assert_eq!(fold.parts[0].length, 1000);
        let (before, after) = (all.examples_of(&[2, 3], true), fold.examples_of(&[2, 3], true));
        assert_eq!(after.len(), 2 * all.labels.len());
        assert_eq!(fold.examples.len(), after.len(), "nothing of fold 1");
        assert!(before[0].row > 0 && after[0].row == 0, "rows are counted anew");
        for (before, after) in before.iter().zip(after) {
            assert_eq!((before.id, &before.labels), (after.id, &after.labels));
            let (mut one, mut other) = (Vec::new(), Vec::new());
            all.window(before, 100, 250, &mut one);
            fold.window(after, 100, 250, &mut other);
            assert_eq!(one, other);
        }
    }
}
