//! Maps of networks that also share their attention among parts without a place in time.

use super::{Lookup, Map, Parts, mean_line};
use crate::Explanation;
use crate::families::{eknet, mina};

/// The bands of MINA in words, in their order.
const BANDS: [&str; 4] = ["as recorded", "below 0.5 Hz", "0.5 to 50 Hz", "above 50 Hz"];

/// MINA: position in its segment, times segment, times band, summed over bands.
pub fn mina(outputs: &Lookup<'_>) -> Option<Map> {
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
    let shares = BANDS.into_iter().zip(band.iter().copied()).collect();
    Some(Map {
        kind: Explanation::Attention,
        title: "Attention: wave × rhythm × frequency",
        meaning: "The product of the network's three attentions: to a place in its segment of a sixth of a second (guided by \
                  slopes), to that segment (guided by its spread), and to the frequency band, summed over bands. It does not \
                  depend on a label.",
        rows: 1,
        values,
        uniform,
        parts: Parts::Named(shares),
    })
}

/// EKnet: where one class looks on the page, over heads, laid back onto leads and their time, and at which classes.
pub fn eknet(outputs: &Lookup<'_>, label: usize, classes: usize) -> Option<Map> {
    let looks = outputs(eknet::CLASS_ATTENTION[2])?;
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
    let at_classes: Vec<f32> = outputs(eknet::CLASS_CLASS_ATTENTION[2])?
        .chunks_exact(classes)
        .skip(label)
        .step_by(classes)
        .flatten()
        .copied()
        .collect();
    Some(Map {
        kind: Explanation::ClassAttention,
        title: "Attention of the class",
        meaning: "How much this label looks at each 50 ms of the page in the last of three rounds, over heads. The network sees \
                  2.5 s of each lead and 10 s of lead II; what it does not see is 0.",
        rows: eknet::LEADS,
        values,
        uniform: Some(1.0 / eknet::TOKENS as f32),
        parts: mean_line(&at_classes, classes).map_or(Parts::None, Parts::Labels),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_named_in_their_order() {
        let edges = mina::BANDS.map(|(_, low, high)| (low, high));
        assert_eq!(edges[1].1, Some(0.5), "{} {}", BANDS[1], mina::BANDS[1].0);
        assert_eq!(edges[2], (Some(0.5), Some(50.0)), "{}", BANDS[2]);
        assert_eq!(edges[3], (Some(50.0), None), "{}", BANDS[3]);
    }

    #[test]
    fn a_class_shares_its_look_among_classes_over_heads() {
        let tokens = vec![0.1; 2 * 2 * eknet::TOKENS];
        // Two heads, two classes.
        let classes = [0.9, 0.1, 0.2, 0.8, 0.5, 0.5, 0.4, 0.6];
        let outputs =
            |name: &str| Some(if name == eknet::CLASS_ATTENTION[2] { tokens.as_slice() } else { classes.as_slice() });
        let Parts::Labels(shares) = eknet(&outputs, 1, 2).unwrap().parts else { panic!("no shares") };
        assert!(shares.iter().zip([0.3, 0.7]).all(|(found, expected)| (found - expected).abs() < 1e-6), "{shares:?}");
    }
}
