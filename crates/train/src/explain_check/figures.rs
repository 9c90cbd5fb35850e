//! From figures of single recordings to the card's, and to a table.

use classify::{Area, CheckedMap, Pointed};
use ecg::ExplanationKind;

use super::curves::Areas;
use super::pointing::{Tally, pointed};
use super::randomisation::{LARGEST, STEPS};
use super::statistics::{mean, mean_interval};

/// One kind of map on one recording.
pub(super) struct Figures {
    pub kind: ExplanationKind,
    pub similarity: [f64; STEPS],
    pub own: Areas,
    pub random: Areas,
}

/// The card's entry of one kind of map from its figures on all recordings.
pub(super) fn summed(
    kind: ExplanationKind,
    all: &[&Figures],
    tallies: &[[Tally; 3]],
    data: &str,
    seed: u64,
) -> CheckedMap {
    let like = |step: usize| mean(&all.iter().map(|figures| figures.similarity[step]).collect::<Vec<_>>());
    let area = |of: fn(&Areas) -> f64, sign: f64| {
        let each = |side: fn(&Figures) -> &Areas| all.iter().map(|figures| of(side(figures))).collect::<Vec<_>>();
        let (own, random) = (each(|figures| &figures.own), each(|figures| &figures.random));
        let better: Vec<f64> = own.iter().zip(&random).map(|(own, random)| sign * (own - random)).collect();
        let (better, low, high) = mean_interval(&better, seed);
        Area { map: mean(&own), random: mean(&random), better, low, high }
    };
    let randomisation: Vec<f64> = (0..STEPS).map(like).collect();
    let deletion = area(|areas| areas.deletion, -1.0);
    let insertion = area(|areas| areas.insertion, 1.0);
    let mut faults = Vec::new();
    let last = randomisation.last().copied().unwrap_or(1.0);
    if last >= LARGEST {
        faults.push(format!("it hardly changes when all weights are drawn anew (rank correlation {last:.2})"));
    }
    if deletion.low <= 0.0 {
        faults.push(
            "taking away what it shows first was not seen to lower the probability faster than by random maps"
                .to_owned(),
        );
    }
    if insertion.low <= 0.0 {
        faults.push(
            "putting back what it shows first was not seen to raise the probability faster than by random maps"
                .to_owned(),
        );
    }
    CheckedMap {
        kind,
        randomisation: randomisation.into_iter().map(rounded).collect(),
        deletion: rounded_area(deletion),
        insertion: rounded_area(insertion),
        pointing: pointed(tallies),
        passes: faults.is_empty(),
        note: faults.join("; "),
        data: data.to_owned(),
    }
}

/// To four places: more would be noise in the card.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

fn rounded_area(area: Area) -> Area {
    let Area { map, random, better, low, high } = area;
    let [map, random, better, low, high] = [map, random, better, low, high].map(rounded);
    Area { map, random, better, low, high }
}

/// The figures as a table, a line a kind of map, and a sentence for each that failed.
pub fn as_text(checked: &[CheckedMap]) -> String {
    use core::fmt::Write as _;
    let mut text = format!(
        "{:20} {:>20}  {:>34}  {:>34}  {}\n",
        "map", "drawn 1/3, 2/3, all", "deletion: map, random, better", "insertion: map, random, better", "passes"
    );
    for map in checked {
        let like: Vec<String> = map.randomisation.iter().map(|value| format!("{value:.2}")).collect();
        let area = |area: &Area| {
            format!("{:.3} {:.3} {:+.3} ({:+.3} to {:+.3})", area.map, area.random, area.better, area.low, area.high)
        };
        let kind = format!("{:?}", map.kind);
        let passes = if map.passes { "yes" } else { "no" };
        let (deletion, insertion) = (area(&map.deletion), area(&map.insertion));
        let _ = writeln!(text, "{kind:20} {:>20}  {deletion:>34}  {insertion:>34}  {passes}", like.join(" "));
    }
    for map in checked {
        for pointed in &map.pointing {
            let Pointed { wave, hits, of, rate, low, high, chance } = pointed;
            let share = format!("{rate:.3} ({low:.3} to {high:.3})");
            let _ = writeln!(text, "{:?}: maximum in {wave}: {hits} of {of}, {share}, by chance {chance:.3}", map.kind);
        }
    }
    for map in checked.iter().filter(|map| !map.passes) {
        let _ = writeln!(text, "{:?} fails: {}", map.kind, map.note);
    }
    text
}
