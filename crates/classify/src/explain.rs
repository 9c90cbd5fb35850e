//! Maps of what a network attended to, laid over the trace (imle-net.md, section 6).

use ecg::{Explanation, ExplanationKind, Lead, Part};
use nets::heat::{HeatRule, heat, normalise};
use nets::maps::{Map, Parts};

use crate::Card;

/// Where the windows of a recording lie.
pub(crate) struct Place<'a> {
    /// First sample of each window.
    pub starts: &'a [usize],
    /// Samples from the first window's first to the last window's last.
    pub length: usize,
    /// Seconds from the recording's start to the first sample.
    pub start: f64,
}

/// IMLE-Net's attention scores of all windows, one window after the other.
pub(crate) struct Attention {
    /// `[lead, half-second window, position]` a window.
    pub beat: Vec<f32>,
    /// `[lead, half-second window]` a window.
    pub rhythm: Vec<f32>,
    /// `[lead]` a window.
    pub lead: Vec<f32>,
}

/// Labels that a share is named for, the largest shares first.
const NAMED_LABELS: usize = 5;

/// Half-second windows of IMLE-Net in one second.
const WINDOWS_A_SECOND: f64 = 2.0;

/// IMLE-Net's maps: the three levels together first, then as released, the rhythm's band, the leads' bars.
pub(crate) fn attention(card: &Card, attention: &Attention, place: &Place) -> Vec<Explanation> {
    let leads = &card.input.leads;
    let windows = place.starts.len();
    let per_window = |values: &[f32]| -> Vec<Vec<f32>> {
        if windows == 0 {
            return Vec::new();
        }
        values.chunks_exact((values.len() / windows).max(1)).map(<[f32]>::to_vec).collect()
    };
    let (beat, rhythm, lead) =
        (per_window(&attention.beat), per_window(&attention.rhythm), per_window(&attention.lead));
    let heats = |rule| -> Vec<Vec<f32>> {
        beat.iter()
            .zip(&rhythm)
            .zip(&lead)
            .filter_map(|((beat, rhythm), lead)| heat(beat, rhythm, lead, rule))
            .collect()
    };
    let lead_scores = mean(&lead);
    let cell = (card.input.rate / WINDOWS_A_SECOND) as usize;
    let cells: Vec<usize> = place.starts.iter().map(|start| start / cell.max(1)).collect();
    let map = |kind, title: &str, meaning: &str, values: Vec<f32>, rate: f64, uniform: f32| {
        let range = extent(&values);
        let mut values = values;
        normalise(&mut values);
        Explanation {
            kind,
            label: None,
            title: title.to_owned(),
            meaning: meaning.to_owned(),
            checked: None,
            leads: leads.clone(),
            rate,
            start: place.start,
            values,
            range,
            uniform: Some(uniform),
            lead_scores: lead_scores.clone(),
            parts: Vec::new(),
        }
    };
    let seconds = place.length as f64 / card.input.rate;
    vec![
        map(
            ExplanationKind::MultiLevelAttention,
            "Attention: beat × rhythm × lead",
            "The product of the network's three attention scores at each sample: within its half-second window, of \
             that window in its lead, and of the lead. It does not depend on a label.",
            combine(&heats(HeatRule::MultiLevel), leads.len(), place.starts, place.length),
            card.input.rate,
            1.0 / (13.0 * 20.0 * 12.0),
        ),
        map(
            ExplanationKind::BeatAttention,
            "Attention: beat × lead (as published)",
            "The score within each half-second window times the score of the lead, as the authors' program draws it. \
             Windows are fixed cuts; no heartbeat is looked for.",
            combine(&heats(HeatRule::Released), leads.len(), place.starts, place.length),
            card.input.rate,
            1.0 / (13.0 * 12.0),
        ),
        map(
            ExplanationKind::RhythmAttention,
            "Attention: rhythm",
            "The score of each half-second window among the windows of its lead.",
            combine(&rhythm, leads.len(), &cells, place.length / cell.max(1)),
            WINDOWS_A_SECOND,
            1.0 / 20.0,
        ),
        map(
            ExplanationKind::LeadAttention,
            "Attention: leads",
            "The score of each lead; the twelve sum to 1.",
            lead_scores.clone(),
            1.0 / seconds,
            1.0 / 12.0,
        ),
    ]
}

/// One last map's evidence: its rows, and `[row, position]` for each window.
pub(crate) type Branch = (usize, Vec<Vec<f32>>);

/// The map of one label's evidence by position, summed over branches. Where every branch has a row a lead each lead has
/// its own line, else one line stands for all.
pub(crate) fn class_activation(card: &Card, label: usize, branches: &[Branch], place: &Place) -> Explanation {
    let leads: &[Lead] = &card.input.leads;
    let by_lead = branches.iter().all(|(rows, _)| *rows == leads.len());
    let lines = if by_lead { leads.len() } else { 1 };
    let mut stretched = vec![vec![0.0; lines * card.input.samples]; place.starts.len()];
    for (rows, maps) in branches {
        for (sum, map) in stretched.iter_mut().zip(maps) {
            for (number, row) in map.chunks_exact((map.len() / rows).max(1)).enumerate() {
                // A position's share spread over more samples stays as high: what counts is where it is high.
                let line = if by_lead { number } else { 0 };
                let line = &mut sum[line * card.input.samples..(line + 1) * card.input.samples];
                line.iter_mut().zip(stretch(row, card.input.samples)).for_each(|(sum, value)| *sum += value);
            }
        }
    }
    let meaning = if by_lead && lines > 1 {
        "What each moment of each lead adds to this label's score (logit): low takes away, high adds."
    } else if leads.len() == 1 {
        "What each moment adds to this label's score (logit): low takes away, high adds."
    } else {
        "What each moment adds to this label's score (logit): low takes away, high adds. The network sees all leads at \
         once, so the map is the same for every lead."
    };
    laid_over(card, ExplanationKind::ClassActivation, "Evidence for", meaning, label, (&stretched, lines), place)
}

/// The map of a label from windows' maps `[row, sample]` with so many rows: a row a lead, or one that stands for all.
/// The title is the label's name after `title`.
pub(crate) fn laid_over(
    card: &Card,
    kind: ExplanationKind,
    title: &str,
    meaning: &str,
    label: usize,
    (maps, rows): (&[Vec<f32>], usize),
    place: &Place,
) -> Explanation {
    let leads = card.input.leads.clone();
    let (values, range) = scaled(maps, rows, leads.len(), place);
    let label = card.labels.get(label);
    Explanation {
        kind,
        label: label.map(|label| label.code.clone()),
        title: label.map_or_else(String::new, |label| format!("{title} {}", label.name)),
        meaning: meaning.to_owned(),
        checked: None,
        leads,
        rate: card.input.rate,
        start: place.start,
        values,
        range,
        uniform: None,
        lead_scores: Vec::new(),
        parts: Vec::new(),
    }
}

/// A map that a network gives by itself; `maps` are its windows', of one kind. `label` is the label's number, for maps
/// that differ by label. None without windows, or for a kind that is no map.
pub(crate) fn map(card: &Card, label: usize, maps: &[&Map], place: &Place) -> Option<Explanation> {
    let first = maps.first()?;
    let (kind, label) = match first.kind {
        nets::Explanation::Attention => (ExplanationKind::Attention, None),
        nets::Explanation::Gate => (ExplanationKind::Gate, None),
        nets::Explanation::ClassAttention => (ExplanationKind::ClassAttention, card.labels.get(label)),
        _ => return None,
    };
    let stretched: Vec<Vec<f32>> = maps
        .iter()
        .map(|map| {
            let rows = map.values.chunks_exact((map.values.len() / map.rows).max(1));
            rows.flat_map(|row| stretch(row, card.input.samples)).collect()
        })
        .collect();
    let leads = card.input.leads.clone();
    let (values, range) = scaled(&stretched, first.rows, leads.len(), place);
    Some(Explanation {
        kind,
        label: label.map(|label| label.code.clone()),
        title: label.map_or_else(|| first.title.to_owned(), |label| format!("{}: {}", first.title, label.name)),
        meaning: first.meaning.to_owned(),
        checked: None,
        leads,
        rate: card.input.rate,
        start: place.start,
        values,
        range,
        uniform: first.uniform,
        lead_scores: Vec::new(),
        parts: parts(card, maps),
    })
}

/// Shares without a place in time, the mean over windows. Of labels the largest are named, the others told together.
fn parts(card: &Card, maps: &[&Map]) -> Vec<Part> {
    let shares = |map: &&Map| match &map.parts {
        Parts::None => Vec::new(),
        Parts::Named(shares) => shares.iter().map(|(_, share)| *share).collect(),
        Parts::Labels(shares) => shares.clone(),
    };
    let shares = mean(&maps.iter().map(shares).collect::<Vec<_>>());
    let part = |name: &str, share: f32| Part { name: name.to_owned(), share };
    match maps.first().map(|map| &map.parts) {
        Some(Parts::Named(names)) => names.iter().zip(shares).map(|((name, _), share)| part(name, share)).collect(),
        Some(Parts::Labels(_)) => {
            let mut parts: Vec<Part> =
                card.labels.iter().zip(shares).map(|(label, share)| part(&label.code, share)).collect();
            parts.sort_by(|a, b| b.share.total_cmp(&a.share));
            if parts.len() > NAMED_LABELS + 1 {
                let others: f32 = parts.drain(NAMED_LABELS..).map(|part| part.share).sum();
                parts.push(part("all others", others));
            }
            parts
        }
        Some(Parts::None) | None => Vec::new(),
    }
}

/// Windows' maps laid over the whole and scaled to 0..1, a row for each of so many leads, and their range before.
fn scaled(maps: &[Vec<f32>], rows: usize, leads: usize, place: &Place) -> (Vec<f32>, (f32, f32)) {
    let mut values = combine(maps, rows, place.starts, place.length);
    let range = extent(&values);
    normalise(&mut values);
    if rows == 1 {
        values = values.repeat(leads);
    }
    (values, range)
}

/// Lays windows' maps `[row, column]` over the whole: the mean where windows overlap. `starts` and `length` count
/// columns.
fn combine(maps: &[Vec<f32>], rows: usize, starts: &[usize], length: usize) -> Vec<f32> {
    let mut sum = vec![0.0f64; rows * length];
    let mut count = vec![0u32; length];
    for (map, &start) in maps.iter().zip(starts) {
        let columns = map.len() / rows.max(1);
        for column in 0..columns.min(length.saturating_sub(start)) {
            count[start + column] += 1;
            for row in 0..rows {
                sum[row * length + start + column] += f64::from(map[row * columns + column]);
            }
        }
    }
    sum.iter().zip(count.iter().cycle()).map(|(sum, &count)| (sum / f64::from(count.max(1))) as f32).collect()
}

/// Linear interpolation of a map to `samples` values; both ends are kept.
pub(crate) fn stretch(map: &[f32], samples: usize) -> Vec<f32> {
    let (Some(&first), true) = (map.first(), samples > 1) else { return vec![0.0; samples] };
    if map.len() == 1 {
        return vec![first; samples];
    }
    let step = (map.len() - 1) as f64 / (samples - 1) as f64;
    (0..samples)
        .map(|sample| {
            let place = sample as f64 * step;
            let left = (place as usize).min(map.len() - 2);
            let part = (place - left as f64) as f32;
            map[left] * (1.0 - part) + map[left + 1] * part
        })
        .collect()
}

fn mean(rows: &[Vec<f32>]) -> Vec<f32> {
    let width = rows.first().map_or(0, Vec::len);
    (0..width).map(|column| rows.iter().map(|row| row[column]).sum::<f32>() / rows.len() as f32).collect()
}

fn extent(values: &[f32]) -> (f32, f32) {
    if values.is_empty() {
        return (0.0, 0.0);
    }
    values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_windows_are_averaged_where_they_overlap() {
        let maps = [vec![1.0, 1.0, 10.0, 10.0], vec![3.0, 3.0, 30.0, 30.0]];
        assert_eq!(combine(&maps, 2, &[0, 1], 3), [1.0, 2.0, 3.0, 10.0, 20.0, 30.0]);
    }

    #[test]
    fn stretching_keeps_both_ends_and_lines_between() {
        assert_eq!(stretch(&[0.0, 2.0, 1.0], 5), [0.0, 1.0, 2.0, 1.5, 1.0]);
        assert_eq!(stretch(&[4.0], 3), [4.0; 3]);
        assert_eq!(stretch(&[], 2), [0.0; 2]);
    }
}
