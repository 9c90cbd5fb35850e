//! How a map of scores lies over the traces; no drawing.

use ecg::{Explanation, Lead};

/// Steps of colour that a map is drawn in.
pub const LEVELS: usize = 24;
/// Maps with fewer columns a second than this are drawn as cells under the lead, not along the trace.
const CELLS_BELOW_HERTZ: f64 = 10.0;

/// A stretch of one lead with one colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Start (s).
    pub from: f64,
    /// End (s).
    pub to: f64,
    /// Step of colour, 1 to [`LEVELS`]; what would be step 0 is left out.
    pub level: usize,
}

/// The row of scores that belongs to a lead; one row for all leads when the map has only one.
fn row<'a>(map: &'a Explanation, lead: &Lead) -> Option<&'a [f32]> {
    let columns = map.columns();
    let index = match map.leads.iter().position(|other| other == lead) {
        Some(index) => index,
        None if map.leads.len() == 1 => 0,
        None => return None,
    };
    map.values.get(index * columns..(index + 1) * columns).filter(|row| !row.is_empty())
}

/// True when the map is drawn as cells under each lead.
pub fn as_cells(map: &Explanation) -> bool {
    map.rate < CELLS_BELOW_HERTZ
}

/// The score (0 to 1) of a lead at a time.
pub fn value_at(map: &Explanation, lead: &Lead, time: f64) -> Option<f32> {
    let place = ((time - map.start) * map.rate).floor();
    if place < 0.0 {
        return None;
    }
    row(map, lead)?.get(place as usize).copied()
}

/// The score before scaling, for the legend and the pointer.
pub fn raw(map: &Explanation, value: f32) -> f32 {
    map.range.0 + value * (map.range.1 - map.range.0)
}

/// True when scores lie on both sides of zero: for and against.
pub fn signed(map: &Explanation) -> bool {
    map.range.0 < 0.0 && map.range.1 > 0.0
}

/// The score as it is coloured (0 to 1). Of a map with both signs only what speaks for the label is coloured: the
/// colours run one way, and in the middle of them nothing at all would look like much.
pub fn shown(map: &Explanation, value: f32) -> f32 {
    if signed(map) { (raw(map, value) / map.range.1).clamp(0.0, 1.0) } else { value.clamp(0.0, 1.0) }
}

/// The coloured stretches of a lead between two times, neighbours of one colour joined.
pub fn stretches(map: &Explanation, lead: &Lead, from: f64, to: f64) -> Vec<Stretch> {
    let Some(row) = row(map, lead) else { return Vec::new() };
    let column = |time: f64| ((time - map.start) * map.rate).max(0.0);
    let (begin, end) = (column(from).floor() as usize, (column(to).ceil() as usize).min(row.len()));
    let mut found: Vec<Stretch> = Vec::new();
    for (index, &value) in row.iter().enumerate().take(end).skip(begin) {
        let level = (shown(map, value) * LEVELS as f32).round() as usize;
        if level == 0 {
            continue;
        }
        let start = (map.start + index as f64 / map.rate).max(from);
        let stop = (map.start + (index + 1) as f64 / map.rate).min(to);
        match found.last_mut() {
            Some(last) if last.level == level && (last.to - start).abs() < 1e-9 => last.to = stop,
            _ if stop > start => found.push(Stretch { from: start, to: stop, level }),
            _ => {}
        }
    }
    found
}

/// Each lead's own score, where the network gives one.
pub fn lead_parts(map: &Explanation) -> Vec<(Lead, f32)> {
    map.leads.iter().cloned().zip(map.lead_scores.iter().copied()).collect()
}

/// The highest score of each lead with its time (s), for the table that says what the picture shows.
pub fn peaks(map: &Explanation) -> Vec<(Lead, f64, f32)> {
    map.leads
        .iter()
        .filter_map(|lead| {
            let (column, &value) = row(map, lead)?.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
            Some((lead.clone(), map.start + (column as f64 + 0.5) / map.rate, raw(map, value)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ecg::ExplanationKind;

    fn map(rate: f64, leads: Vec<Lead>, values: Vec<f32>) -> Explanation {
        Explanation {
            kind: ExplanationKind::MultiLevelAttention,
            label: None,
            title: String::new(),
            meaning: String::new(),
            checked: None,
            leads,
            rate,
            start: 0.0,
            values,
            range: (0.1, 0.3),
            uniform: None,
            lead_scores: Vec::new(),
            parts: Vec::new(),
        }
    }

    #[test]
    fn neighbours_of_one_colour_are_one_stretch_and_nothing_is_drawn_at_zero() {
        let map = map(100.0, vec![Lead::I], vec![0.0, 0.5, 0.5, 1.0, 0.0]);
        let found = stretches(&map, &Lead::I, 0.0, 1.0);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].level, found[1].level), (LEVELS / 2, LEVELS));
        assert!((found[0].from - 0.01).abs() < 1e-9 && (found[0].to - 0.03).abs() < 1e-9);
    }

    #[test]
    fn a_stretch_is_cut_to_the_time_that_is_shown() {
        let map = map(1.0, vec![Lead::I], vec![1.0, 1.0, 1.0]);
        assert_eq!(stretches(&map, &Lead::I, 0.5, 2.25), vec![Stretch { from: 0.5, to: 2.25, level: LEVELS }]);
    }

    #[test]
    fn a_lead_that_the_map_does_not_know_gets_nothing_unless_the_map_has_one_row_for_all() {
        let two = map(1.0, vec![Lead::I, Lead::II], vec![1.0, 0.5]);
        assert!(stretches(&two, &Lead::V1, 0.0, 1.0).is_empty());
        let one = map(1.0, vec![Lead::I], vec![1.0]);
        assert_eq!(stretches(&one, &Lead::V1, 0.0, 1.0).len(), 1);
    }

    #[test]
    fn of_evidence_with_both_signs_only_what_speaks_for_the_label_is_coloured() {
        let mut map = map(1.0, vec![Lead::I], vec![0.0, 0.5, 1.0]);
        map.range = (-2.0, 2.0);
        let found = stretches(&map, &Lead::I, 0.0, 3.0);
        assert_eq!(found, vec![Stretch { from: 2.0, to: 3.0, level: LEVELS }]);
    }

    #[test]
    fn the_raw_score_undoes_the_scaling() {
        let map = map(1.0, vec![Lead::I], vec![0.0, 1.0]);
        assert!((raw(&map, 0.5) - 0.2).abs() < 1e-6);
        assert_eq!(value_at(&map, &Lead::I, 1.5), Some(1.0));
        assert_eq!(value_at(&map, &Lead::I, -0.5), None);
        assert_eq!(peaks(&map)[0].1, 1.5);
    }
}
