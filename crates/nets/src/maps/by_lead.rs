//! Maps with a row a lead.

use super::{Lookup, Map, Parts, mean_line};
use crate::Explanation;
use crate::families::{mvms, st_mem};

/// MVMS-Net: how far each view, and so each of its leads, may speak.
pub fn mvms(outputs: &Lookup<'_>) -> Option<Map> {
    let views = outputs(mvms::VIEW_WEIGHTS)?;
    let mut leads = vec![0.0; mvms::LEADS];
    for (view, weight) in mvms::VIEWS.iter().zip(views) {
        view.iter().for_each(|&lead| leads[lead] = *weight);
    }
    Some(Map {
        kind: Explanation::Attention,
        title: "Weight of each view",
        meaning: "How far the network lets each group of leads speak (0 to 1): aVR; I and aVL; V1, V2; V3, V4; V5, V6; II, III \
                  and aVF. It does not depend on time or on a label.",
        rows: mvms::LEADS,
        values: leads,
        uniform: None,
        parts: Parts::None,
    })
}

/// ST-MEM: how much the patches of all leads look at each patch.
pub fn st_mem(outputs: &Lookup<'_>) -> Option<Map> {
    let length = st_mem::PATCHES + 2;
    let tokens = st_mem::LEADS * length;
    let attention = outputs(st_mem::ATTENTION)?;
    let is_patch = |token: usize| (1..=st_mem::PATCHES).contains(&(token % length));
    // Labels are read from the patches alone, so what the separating tokens look at does not count.
    let rows: Vec<f32> = attention
        .chunks_exact(tokens)
        .enumerate()
        .filter(|(row, _)| is_patch(row % tokens))
        .flat_map(|(_, row)| row.iter().copied())
        .collect();
    let looks = mean_line(&rows, tokens)?;
    Some(Map {
        kind: Explanation::Attention,
        title: "Attention: patches",
        meaning: "How much the patches of all leads look at each patch of 0.3 s in the last layer, over its heads. It does not \
                  depend on a label.",
        rows: st_mem::LEADS,
        values: looks.iter().enumerate().filter(|(token, _)| is_patch(*token)).map(|(_, look)| *look).collect(),
        uniform: Some(1.0 / tokens as f32),
        parts: Parts::None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_patches_look_and_are_shown() {
        let tokens = st_mem::LEADS * 32;
        // Every patch looks at the fifth patch of the second lead alone, every separating token at the first lead's.
        let mut attention = vec![0.0; tokens * tokens];
        for (token, row) in attention.chunks_exact_mut(tokens).enumerate() {
            row[if (1..=30).contains(&(token % 32)) { 32 + 5 } else { 5 }] = 1.0;
        }
        let map = st_mem(&|_| Some(attention.as_slice())).unwrap();
        assert_eq!(map.values.len(), 12 * 30);
        let seen: Vec<usize> = (0..map.values.len()).filter(|place| map.values[*place] > 0.0).collect();
        assert_eq!(seen, [30 + 4]);
        assert!((map.values[34] - 1.0).abs() < 1e-5);
    }
}
