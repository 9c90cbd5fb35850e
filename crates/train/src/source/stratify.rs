//! Ten folds for data sets that came without.
//!
//! Iterative stratification (Sechidis, Tsoumakas, Vlahavas, ECML PKDD 2011), as PTB-XL's own folds were made: the rarest category
//! first, each of its records into the fold that lacks most of it. Where every record has one category this is the usual
//! stratified split.

use crate::seeds::{Generator, Purpose};

/// Number of folds.
const FOLDS: usize = 10;

/// The fold of each record, 1 to 10. `categories` lists the numbers of each record's categories (labels, sex, age band);
/// the result depends on nothing but them, their order and the seed.
pub fn ten_folds(categories: &[Vec<usize>], seed: u64) -> Vec<u8> {
    let mut generator = Generator::new(seed, Purpose::Folds, 0);
    let kinds = categories.iter().flatten().max().map_or(0, |last| last + 1);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); kinds];
    let mut order: Vec<usize> = (0..categories.len()).collect();
    generator.shuffle(&mut order);
    for &record in &order {
        for &category in &categories[record] {
            members[category].push(record);
        }
    }
    // What each fold still lacks: of all records, and of each category.
    let mut room = [categories.len() as f64 / FOLDS as f64; FOLDS];
    let mut lacks: Vec<[f64; FOLDS]> =
        members.iter().map(|records| [records.len() as f64 / FOLDS as f64; FOLDS]).collect();
    let mut left: Vec<usize> = members.iter().map(Vec::len).collect();
    let mut folds = vec![0_u8; categories.len()];
    let mut assign = |record: usize, wish: &[f64; FOLDS], lacks: &mut [[f64; FOLDS]], left: &mut [usize]| {
        let better = |one: usize, other: usize| (wish[one], room[one]) > (wish[other], room[other]);
        let first = generator.below(FOLDS);
        // Of folds that lack the same, the one that a draw comes to first.
        let fold = (1..FOLDS)
            .map(|step| (first + step) % FOLDS)
            .fold(first, |best, fold| if better(fold, best) { fold } else { best });
        folds[record] = fold as u8 + 1;
        room[fold] -= 1.0;
        for &category in &categories[record] {
            lacks[category][fold] -= 1.0;
            left[category] -= 1;
        }
        fold
    };
    let mut done = vec![false; categories.len()];
    while let Some(category) = (0..kinds).filter(|&kind| left[kind] > 0).min_by_key(|&kind| left[kind]) {
        for &record in &members[category] {
            if !std::mem::replace(&mut done[record], true) {
                let wish = lacks[category];
                assign(record, &wish, &mut lacks, &mut left);
            }
        }
    }
    for record in order {
        if !done[record] {
            assign(record, &[0.0; FOLDS], &mut lacks, &mut left);
        }
    }
    folds
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1,000 records: a common label, one of 100 records, one of 20, one of 7; sex beside them.
    fn categories() -> Vec<Vec<usize>> {
        let mut draw = Generator::new(5, Purpose::Folds, 1);
        (0..1000)
            .map(|record| {
                let label =
                    [(7, 3), (27, 2), (127, 1)].iter().find(|(end, _)| record < *end).map_or(0, |(_, kind)| *kind);
                let mut own = vec![label, 4 + draw.below(2)];
                if record % 50 == 0 {
                    own.push(6);
                }
                own
            })
            .collect()
    }

    #[test]
    fn folds_depend_on_the_seed_alone() {
        let categories = categories();
        assert_eq!(ten_folds(&categories, 1), ten_folds(&categories, 1));
        assert_ne!(ten_folds(&categories, 1), ten_folds(&categories, 2));
    }

    #[test]
    fn every_category_is_spread_evenly_and_every_record_has_a_fold() {
        let categories = categories();
        let folds = ten_folds(&categories, 3);
        let count = |fold: u8, kind: Option<usize>| {
            let own = |record: &usize| folds[*record] == fold && kind.is_none_or(|k| categories[*record].contains(&k));
            (0..categories.len()).filter(own).count()
        };
        for fold in 1..=10 {
            assert!((98..=102).contains(&count(fold, None)), "fold {fold}: {}", count(fold, None));
            for kind in 0..7 {
                let all = categories.iter().filter(|own| own.contains(&kind)).count() as f64;
                let own = count(fold, Some(kind)) as f64;
                assert!((own - all / 10.0).abs() <= 2.0, "fold {fold}, category {kind}: {own} of {all}");
            }
        }
        assert_eq!((1..=10).map(|fold| count(fold, None)).sum::<usize>(), 1000);
    }

    #[test]
    fn nothing_and_records_without_a_category_have_folds_too() {
        assert!(ten_folds(&[], 1).is_empty());
        let folds = ten_folds(&vec![Vec::new(); 20], 1);
        let mut counts = [0; FOLDS];
        for fold in folds {
            counts[usize::from(fold) - 1] += 1;
        }
        assert_eq!(counts, [2; FOLDS]);
    }
}
