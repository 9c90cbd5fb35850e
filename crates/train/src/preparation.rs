//! What each network's authors do with a recording before the network sees it (protocols.md, section 3).

use classify::{Filter, Input, LeadScale, RecordFeatures, Scaling, Shorter};
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
        "cpc" => Input {
            leads: CPC_LEADS.iter().map(|(lead, _)| lead.clone()).collect(),
            scaling: Scaling::Leads,
            lead_scales: CPC_LEADS.iter().map(|(_, scale)| *scale).collect(),
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

const fn scaled(lead: Lead, mean: f64, std: f64) -> (Lead, LeadScale) {
    (lead, LeadScale { mean, std })
}

/// CPC's leads in the order of its code, with the means and deviations that it has for PTB-XL (protocols.md, section 3).
const CPC_LEADS: [(Lead, LeadScale); 12] = [
    scaled(Lead::I, -0.001_845_86, 0.164_010_04),
    scaled(Lead::II, -0.001_302_77, 0.164_716_8),
    scaled(Lead::V1, 0.000_170_31, 0.233_741_24),
    scaled(Lead::V2, -0.000_913_13, 0.337_672_31),
    scaled(Lead::V3, -0.001_488_35, 0.333_628_07),
    scaled(Lead::V4, -0.001_746_87, 0.305_830_13),
    scaled(Lead::V5, -0.000_770_71, 0.273_117_1),
    scaled(Lead::V6, -0.002_074_07, 0.275_543_79),
    scaled(Lead::III, 0.000_543_29, 0.171_289_62),
    scaled(Lead::AVR, 0.001_555_46, 0.140_308_28),
    scaled(Lead::AVL, -0.001_143_79, 0.146_069_56),
    scaled(Lead::AVF, -0.000_356_49, 0.146_561_08),
];

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
