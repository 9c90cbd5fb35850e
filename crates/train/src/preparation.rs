//! What each network's authors do with a recording before the network sees it (protocols.md, section 3).

use classify::{Filter, Input, RecordFeatures, Scaling, Shorter};
use ecg::Lead;
use nets::Architecture;

use crate::dataset::Scaler;

/// The input of a network in a model's card. `scaler` is the data set's; `lead` is the lead of networks of one lead.
pub fn input(architecture: Architecture, scaler: Scaler, lead: &Lead) -> Input {
    let takes = architecture.input();
    let leads = match takes.leads {
        1 => vec![lead.clone()],
        8 => vec![Lead::I, Lead::II, Lead::V1, Lead::V2, Lead::V3, Lead::V4, Lead::V5, Lead::V6],
        _ => Lead::TWELVE.to_vec(),
    };
    let standard = Input {
        rate: takes.rate,
        samples: takes.samples,
        leads,
        mean: scaler.mean,
        std: scaler.deviation,
        shorter: Shorter::Pad,
        ..Input::default()
    };
    let millivolts = Input { mean: 0.0, std: 1.0, ..standard.clone() };
    match architecture.family() {
        // Its attention has a bias for each position.
        "imle-net" if architecture == Architecture::IMLE_NET => Input { shorter: Shorter::Refuse, ..standard },
        "eknet" | "state-space" | "ecg-cpc" => millivolts,
        "dsail" => Input {
            filters: vec![Filter::above(2, 3.0), Filter::below(2, 45.0)],
            scaling: Scaling::Range,
            record_features: RecordFeatures::AgeAndSex,
            ..millivolts
        },
        "inceptionformer" => Input { filters: vec![Filter::above(5, 0.5)], ..standard },
        // Order 1, from rest: the signal itself, the wander of the base line, the ECG's band, the noise above it.
        "mina" => Input {
            scaling: Scaling::Recording,
            bands: vec![
                Filter { order: 1, high_pass: None, low_pass: None },
                Filter::between(1, 0.001, 0.5),
                Filter::between(1, 0.5, 50.0),
                Filter::above(1, 50.0),
            ],
            ..millivolts
        },
        // The order is ours.
        "st-mem" => Input {
            filters: vec![Filter::above(2, 0.67), Filter::below(2, 40.0)],
            scaling: Scaling::Recording,
            ..millivolts
        },
        _ => standard,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_networks_input_has_the_channels_that_it_takes() {
        for architecture in Architecture::all() {
            let input = input(architecture, Scaler { mean: 0.0, deviation: 0.23 }, &Lead::II);
            assert_eq!(input.channels(), architecture.input().channels(), "{architecture}");
            assert_eq!(input.leads.len(), architecture.input().leads, "{architecture}");
        }
    }
}
