//! What networks attend to, as maps over leads and time.
//!
//! Each network gives its attention in its own shape (see its family's page). Here it becomes rows of leads, or one row
//! for all of them, and columns that share the input's time evenly.

use crate::Architecture;
use crate::families::{eknet, mamil, mina, mrtnet, mvms};

/// A map of one window.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// What it is.
    pub title: &'static str,
    /// What its numbers mean and do not mean.
    pub meaning: &'static str,
    /// Rows: 1 for all leads together, else one a lead.
    pub rows: usize,
    /// `[row, column]`.
    pub values: Vec<f32>,
    /// The number that every place would have if none were preferred.
    pub uniform: Option<f32>,
}

/// One window's outputs by name, each `[row, position, channel]`.
pub type Lookup<'a> = dyn Fn(&str) -> Option<&'a [f32]> + 'a;

/// Names of the outputs that a network's maps are made of.
pub fn reads(architecture: Architecture) -> Vec<&'static str> {
    match architecture.family() {
        "mina" => vec![mina::BEAT_ATTENTION, mina::RHYTHM_ATTENTION, mina::BAND_ATTENTION],
        "mamil" => vec![mamil::ATTENTION[0]],
        "mrtnet" => vec![mrtnet::ATTENTION[0]],
        "mvms" => vec![mvms::VIEW_WEIGHTS],
        "eknet" => vec![eknet::CLASS_ATTENTION[2]],
        _ => Vec::new(),
    }
}

/// The map of a window; `label` is the number of the label for networks that attend label by label. None where the
/// network gives none.
pub fn attention(architecture: Architecture, outputs: &Lookup<'_>, label: usize, classes: usize) -> Option<Map> {
    match architecture.family() {
        "mina" => mina_map(outputs),
        "mamil" => Some(Map {
            title: "Attention: instances",
            meaning: "How much each window of 1.28 s counts for the recording, beside its most telling one. The network \
                      sees all leads of a window at once; the map does not depend on a label.",
            rows: 1,
            values: spread(outputs(mamil::ATTENTION[0])?, mamil::WINDOW, mamil::STEP, mamil::SAMPLES),
            uniform: None,
        }),
        "mrtnet" => {
            let looks = outputs(mrtnet::ATTENTION[0])?;
            // Over heads and queries.
            let lines = (looks.len() / mrtnet::WINDOWS).max(1) as f32;
            let mut means = vec![0.0; mrtnet::WINDOWS];
            for line in looks.chunks_exact(mrtnet::WINDOWS) {
                means.iter_mut().zip(line).for_each(|(mean, look)| *mean += look / lines);
            }
            Some(Map {
                title: "Attention: windows of one second",
                meaning: "How much all windows look at each in the encoder's last layer, over its heads. The network sees \
                          all leads of a window at once; the map does not depend on a label.",
                rows: 1,
                values: spread(&means, mrtnet::WINDOW, mrtnet::STEP, mrtnet::SAMPLES),
                uniform: Some(1.0 / mrtnet::WINDOWS as f32),
            })
        }
        "mvms" => {
            let views = outputs(mvms::VIEW_WEIGHTS)?;
            let mut leads = vec![0.0; mvms::LEADS];
            for (view, weight) in mvms::VIEWS.iter().zip(views) {
                view.iter().for_each(|&lead| leads[lead] = *weight);
            }
            Some(Map {
                title: "Weight of each view",
                meaning: "How far the network lets each group of leads speak (0 to 1): aVR; I and aVL; V1, V2; V3, V4; V5, V6; \
                          II, III and aVF. It does not depend on time or on a label.",
                rows: mvms::LEADS,
                values: leads,
                uniform: None,
            })
        }
        "eknet" => class_map(outputs(eknet::CLASS_ATTENTION[2])?, label, classes),
        _ => None,
    }
}

/// Position in its segment, times segment, times band, summed over bands.
fn mina_map(outputs: &Lookup<'_>) -> Option<Map> {
    let (beat, rhythm) = (outputs(mina::BEAT_ATTENTION)?, outputs(mina::RHYTHM_ATTENTION)?);
    let band = outputs(mina::BAND_ATTENTION)?;
    let (bands, segments) = (band.len(), rhythm.len() / band.len().max(1));
    let positions = beat.len() / (segments * bands).max(1);
    let mut values = Vec::with_capacity(segments * positions);
    for segment in 0..segments {
        for position in 0..positions {
            let of = |number: usize| {
                let place = (segment * positions + position) * bands + number;
                beat[place] * rhythm[segment * bands + number] * band[number]
            };
            values.push((0..bands).map(of).sum());
        }
    }
    let uniform = Some(1.0 / values.len().max(1) as f32);
    Some(Map {
        title: "Attention: wave x rhythm x frequency",
        meaning: "The product of the network's three attentions: to a place in its segment of a sixth of a second (guided by \
                  slopes), to that segment (guided by its spread), and to the frequency band, summed over bands. It does not \
                  depend on a label.",
        rows: 1,
        values,
        uniform,
    })
}

/// Where one class looks on the page, over heads, laid back onto leads and their time.
fn class_map(looks: &[f32], label: usize, classes: usize) -> Option<Map> {
    let heads = looks.len() / (classes * eknet::TOKENS).max(1);
    if heads == 0 || label >= classes {
        return None;
    }
    let places: Vec<(usize, usize)> = eknet::places().collect();
    // In inference all tokens are there; limb leads, chest leads and the rest of the strip stand one after the other.
    let order = eknet::tokens(true);
    let mut values = vec![0.0; eknet::LEADS * eknet::SLOTS];
    for head in 0..heads {
        let line = &looks[(head * classes + label) * eknet::TOKENS..][..eknet::TOKENS];
        for (look, &token) in line.iter().zip(&order) {
            let (lead, slot) = places[token];
            values[lead * eknet::SLOTS + slot] += look / heads as f32;
        }
    }
    Some(Map {
        title: "Attention of the class",
        meaning: "How much this label looks at each 50 ms of the page in the last of three rounds, over heads. The network sees \
                  2.5 s of each lead and 10 s of lead II; what it does not see is 0.",
        rows: eknet::LEADS,
        values,
        uniform: Some(1.0 / eknet::TOKENS as f32),
    })
}

/// Overlapping windows' numbers as the mean at each of `samples`.
fn spread(windows: &[f32], length: usize, step: usize, samples: usize) -> Vec<f32> {
    let mut sums = vec![(0.0_f32, 0_u32); samples];
    for (number, value) in windows.iter().enumerate() {
        for (sum, count) in sums.iter_mut().skip(number * step).take(length) {
            *sum += value;
            *count += 1;
        }
    }
    sums.into_iter().map(|(sum, count)| sum / count.max(1) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::Plan;
    use crate::{Explanation, Purpose};

    #[test]
    fn windows_that_overlap_are_averaged() {
        assert_eq!(spread(&[1.0, 3.0], 4, 2, 7), [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 0.0]);
    }

    #[test]
    fn every_network_that_promises_attention_gives_a_map_that_is_not_flat() {
        let promised = |architecture: &Architecture| {
            architecture.purpose() == Purpose::Labels
                && (architecture.explains_by(Explanation::Attention)
                    || architecture.explains_by(Explanation::ClassAttention))
        };
        let mut seen = 0;
        for architecture in Architecture::all().filter(promised) {
            let graph = architecture.graph(3).unwrap();
            let plan = Plan::new(graph.clone(), &graph.drawn(2)).unwrap();
            let x: Vec<f32> = (0..graph.input().size()).map(|place| (place as f32 * 0.13).sin()).collect();
            let outputs = plan.run(&x, 1).unwrap();
            let lookup = |name: &str| outputs.get(name).map(|output| output.values.as_slice());
            assert!(reads(architecture).iter().all(|name| outputs.contains_key(name)), "{architecture}");
            let map = attention(architecture, &lookup, 1, 3).unwrap();
            assert!(map.rows == 1 || map.rows == architecture.input().leads, "{architecture}");
            assert_eq!(map.values.len() % map.rows, 0, "{architecture}");
            assert!(map.values.iter().any(|value| *value != map.values[0]), "{architecture} is flat");
            seen += 1;
        }
        assert!(seen >= 6, "{seen}");
    }
}
