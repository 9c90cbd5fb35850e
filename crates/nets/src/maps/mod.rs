//! What networks attend to, as maps over leads and time.
//!
//! Each network gives its attention in its own shape (see its family's page). Here it becomes rows of leads, or one row
//! for all of them, and columns that share the input's time evenly.

mod by_lead;
mod over_time;
mod with_parts;

use crate::families::{dual_path, eknet, mamil, mina, mpgt, mrtnet, mvms, st_mem, token_selection};
use crate::{Architecture, Explanation};

/// A map of one window.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// [`Explanation::Attention`], [`Explanation::Gate`] or [`Explanation::ClassAttention`].
    pub kind: Explanation,
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
    /// What else it shared its attention among.
    pub parts: Parts,
}

/// Shares of one attention that has no place in time; they sum to 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Parts {
    /// There are none.
    #[default]
    None,
    /// Of parts with names of their own.
    Named(Vec<(&'static str, f32)>),
    /// Of the labels, in their order.
    Labels(Vec<f32>),
}

impl Map {
    /// Whether all its numbers are.
    pub fn is_finite(&self) -> bool {
        let parts = match &self.parts {
            Parts::None => true,
            Parts::Named(shares) => shares.iter().all(|(_, share)| share.is_finite()),
            Parts::Labels(shares) => shares.iter().all(|share| share.is_finite()),
        };
        parts && self.values.iter().all(|value| value.is_finite())
    }
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
        "eknet" => vec![eknet::CLASS_ATTENTION[2], eknet::CLASS_CLASS_ATTENTION[2]],
        "token-selection" => [token_selection::LOOKS, token_selection::KEPT].concat(),
        "st-mem" => vec![st_mem::ATTENTION],
        "dual-path" => vec![dual_path::ATTENTION],
        "mpgt" => vec![mpgt::ATTENTION, mpgt::GATE],
        _ => Vec::new(),
    }
}

/// The maps of a window, the most telling first; `label` is the number of the label for networks that attend label by
/// label. Empty where the network gives none.
pub fn attention(architecture: Architecture, outputs: &Lookup<'_>, label: usize, classes: usize) -> Vec<Map> {
    let map = match architecture.family() {
        "mina" => with_parts::mina(outputs),
        "mamil" => over_time::mamil(outputs),
        "mrtnet" => over_time::mrtnet(outputs),
        "mvms" => by_lead::mvms(outputs),
        "eknet" => with_parts::eknet(outputs, label, classes),
        "token-selection" => over_time::token_selection(outputs),
        "st-mem" => by_lead::st_mem(outputs),
        "dual-path" => over_time::dual_path(outputs),
        "mpgt" => return over_time::mpgt(outputs).unwrap_or_default(),
        _ => None,
    };
    map.into_iter().collect()
}

/// The mean of lines of so many numbers, one after the other; none where there is no whole line.
fn mean_line(values: &[f32], length: usize) -> Option<Vec<f32>> {
    let count = values.len().checked_div(length).filter(|count| *count > 0)?;
    let mut means = vec![0.0; length];
    for line in values.chunks_exact(length) {
        means.iter_mut().zip(line).for_each(|(mean, value)| *mean += value / count as f32);
    }
    Some(means)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::Plan;
    use crate::{Explanation, Purpose};

    /// What [`attention`] gives.
    const OWN: [Explanation; 3] = [Explanation::Attention, Explanation::Gate, Explanation::ClassAttention];

    #[test]
    fn lines_are_averaged_place_by_place() {
        assert_eq!(mean_line(&[1.0, 2.0, 3.0, 6.0], 2), Some(vec![2.0, 4.0]));
        assert_eq!(mean_line(&[1.0], 2), None);
        assert_eq!(mean_line(&[1.0], 0), None);
    }

    #[test]
    fn every_network_that_promises_attention_gives_a_map_that_is_not_flat() {
        let promised = |architecture: &Architecture| {
            architecture.purpose() == Purpose::Labels && OWN.iter().any(|way| architecture.explains_by(*way))
        };
        let mut seen = 0;
        for architecture in Architecture::all().filter(promised) {
            let graph = architecture.graph(3).unwrap();
            let plan = Plan::new(graph.clone(), &graph.drawn(2)).unwrap();
            let x: Vec<f32> = (0..graph.input().size()).map(|place| (place as f32 * 0.13).sin()).collect();
            let outputs = plan.run(&x, 1).unwrap();
            let lookup = |name: &str| outputs.get(name).map(|output| output.values.as_slice());
            assert!(reads(architecture).iter().all(|name| outputs.contains_key(name)), "{architecture}");
            let maps = attention(architecture, &lookup, 1, 3);
            for map in &maps {
                assert!(architecture.explains_by(map.kind), "{architecture}");
                assert!(map.is_finite(), "{architecture}");
                assert!(map.rows == 1 || map.rows == architecture.input().leads, "{architecture}");
                assert_eq!(map.values.len() % map.rows, 0, "{architecture}");
                assert!(map.values.iter().any(|value| *value != map.values[0]), "{architecture} is flat");
                let sum = match &map.parts {
                    Parts::None => 1.0,
                    Parts::Named(shares) => shares.iter().map(|(_, share)| share).sum(),
                    Parts::Labels(shares) => shares.iter().sum::<f32>(),
                };
                assert!((sum - 1.0).abs() < 1e-4, "{architecture}: shares of {sum} in all");
            }
            let promises = architecture.explanations().iter().filter(|way| OWN.contains(way)).count();
            assert_eq!(maps.len(), promises, "{architecture}");
            seen += 1;
        }
        assert!(seen >= 13, "{seen}");
    }
}
