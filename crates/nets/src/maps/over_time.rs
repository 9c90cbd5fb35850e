//! Maps with one row: the network sees all its leads at once.

use super::{Lookup, Map, Parts, mean_line};
use crate::Explanation;
use crate::families::{dual_path, mamil, mpgt, mrtnet, token_selection};

/// MAMIL: how much each instance counts.
pub fn mamil(outputs: &Lookup<'_>) -> Option<Map> {
    let instances = outputs(mamil::ATTENTION[0])?;
    Some(Map {
        kind: Explanation::Attention,
        title: "Attention: instances",
        meaning: "How much each window of 1.28 s counts for the recording, beside its most telling one. The network sees all \
                  leads of a window at once; the map does not depend on a label.",
        rows: 1,
        values: spread(instances, mamil::WINDOW, mamil::STEP, mamil::SAMPLES),
        uniform: None,
        parts: Parts::None,
    })
}

/// MRTNet: how much each window is looked at, over heads and queries.
pub fn mrtnet(outputs: &Lookup<'_>) -> Option<Map> {
    let means = mean_line(outputs(mrtnet::ATTENTION[0])?, mrtnet::WINDOWS)?;
    Some(Map {
        kind: Explanation::Attention,
        title: "Attention: windows of one second",
        meaning: "How much all windows look at each in the encoder's last layer, over its heads. The network sees all leads \
                  of a window at once; the map does not depend on a label.",
        rows: 1,
        values: spread(&means, mrtnet::WINDOW, mrtnet::STEP, mrtnet::SAMPLES),
        uniform: Some(1.0 / mrtnet::WINDOWS as f32),
        parts: Parts::None,
    })
}

/// Token selection: what both branches' class tokens looked at, as far as it was kept.
pub fn token_selection(outputs: &Lookup<'_>) -> Option<Map> {
    let mut columns = Vec::new();
    for (look, kept) in token_selection::LOOKS.into_iter().zip(token_selection::KEPT) {
        let (looks, kept) = (outputs(look)?, outputs(kept)?);
        let mean = looks.iter().sum::<f32>() / looks.len().max(1) as f32;
        // What the class token gathered sums to no round number; beside its mean it can be told.
        let own: Vec<f32> =
            looks.iter().zip(kept).map(|(look, kept)| look * kept / mean.max(f32::MIN_POSITIVE)).collect();
        columns.push(own);
    }
    let fine = columns.iter().map(Vec::len).max().filter(|fine| *fine > 0)?;
    let at = |line: &Vec<f32>, column: usize| line[column * line.len() / fine];
    let values = (0..fine).map(|column| columns.iter().map(|line| at(line, column)).sum::<f32>() / 2.0).collect();
    Some(Map {
        kind: Explanation::Attention,
        title: "Attention: selected tokens",
        meaning: "How much the class tokens of both branches looked at each 0.2 s and each 0.05 s, beside looking at all alike. \
                  The half that was looked at least was left out of the second reading, and counts 0. The network sees \
                  all leads at once; the map does not depend on a label.",
        rows: 1,
        values,
        uniform: Some(1.0),
        parts: Parts::None,
    })
}

/// Dual-path network: how much each position counts.
pub fn dual_path(outputs: &Lookup<'_>) -> Option<Map> {
    let positions = outputs(dual_path::ATTENTION)?;
    Some(Map {
        kind: Explanation::Attention,
        title: "Attention: positions",
        meaning: "How much each position, one every 8 samples, counts in the mean that the labels are read from. It does not \
                  depend on a label.",
        rows: 1,
        values: positions.to_vec(),
        uniform: Some(1.0 / positions.len().max(1) as f32),
        parts: Parts::None,
    })
}

/// MPGT: what the coarse view attends to, and how far the fine one is let into it.
pub fn mpgt(outputs: &Lookup<'_>) -> Option<Vec<Map>> {
    let (attention, gate) = (outputs(mpgt::ATTENTION)?, outputs(mpgt::GATE)?);
    let gate: Vec<f32> =
        gate.chunks_exact(mpgt::WIDTH).map(|channels| channels.iter().sum::<f32>() / mpgt::WIDTH as f32).collect();
    let looks = mean_line(attention, gate.len())?;
    let uniform = Some(1.0 / looks.len() as f32);
    Some(vec![
        Map {
            kind: Explanation::Attention,
            title: "Attention: coarse view",
            meaning: "How much all tokens of 16 samples look at each in the coarse view's last layer, over its heads. It does \
                      not depend on a label.",
            rows: 1,
            values: looks,
            uniform,
            parts: Parts::None,
        },
        Map {
            kind: Explanation::Gate,
            title: "Gate: fine into coarse",
            meaning: "How far the last gate lets what the fine view sees into the coarse one, over its 128 channels: 0.27 is \
                      shut, 0.73 is open. It does not depend on a label.",
            rows: 1,
            values: gate,
            uniform: None,
            parts: Parts::None,
        },
    ])
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

    #[test]
    fn windows_that_overlap_are_averaged() {
        assert_eq!(spread(&[1.0, 3.0], 4, 2, 7), [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 0.0]);
    }

    #[test]
    fn a_token_that_was_left_out_counts_nothing_and_two_scales_are_averaged() {
        let outputs = |name: &str| -> Option<&[f32]> {
            Some(match name {
                "upper look" => &[1.0, 3.0],
                "upper kept" => &[0.0, 1.0],
                "lower look" => &[2.0, 2.0, 0.0, 4.0],
                "lower kept" => &[1.0, 0.0, 0.0, 1.0],
                _ => return None,
            })
        };
        // Beside their mean of 2: 0, 1.5 of the upper branch; 1, 0, 0, 2 of the lower.
        assert_eq!(token_selection(&outputs).unwrap().values, [0.5, 0.0, 0.75, 1.75]);
    }

    #[test]
    fn a_gate_is_the_mean_of_its_channels() {
        let gate: Vec<f32> = [0.3; 128].into_iter().chain([0.7; 128]).collect();
        let outputs = |name: &str| Some(if name == mpgt::GATE { gate.as_slice() } else { &[0.2, 0.8, 0.6, 0.4] });
        let maps = mpgt(&outputs).unwrap();
        assert!(maps[0].values.iter().zip([0.4, 0.6]).all(|(found, expected)| (found - expected).abs() < 1e-6));
        assert!(maps[1].values.iter().zip([0.3, 0.7]).all(|(found, expected)| (found - expected).abs() < 1e-6));
        assert_eq!([maps[0].kind, maps[1].kind], [Explanation::Attention, Explanation::Gate]);
    }
}
