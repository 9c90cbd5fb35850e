//! Isotonic regression: the rising line that fits shares of recordings best.

/// Recordings of neighbouring scores that share one probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    /// Their mean score.
    pub score: f64,
    /// Share of them that carry the label.
    pub share: f64,
    /// How many they are.
    pub count: usize,
}

/// Sums over a block's recordings.
#[derive(Clone, Copy)]
struct Sums {
    score: f64,
    positives: usize,
    count: usize,
}

impl Sums {
    fn add(&mut self, other: Sums) {
        self.score += other.score;
        self.positives += other.positives;
        self.count += other.count;
    }

    /// Whether a lower block's share reaches a higher one's: then the two are one. In whole numbers, so that equal is equal.
    fn reaches(self, higher: Sums) -> bool {
        self.positives * higher.count >= higher.positives * self.count
    }
}

/// The shares that rise with the score and are nearest to the truth by squares (pool adjacent violators: Ayer et al.,
/// Ann. Math. Stat. 26:641, 1955): blocks by rising score. Recordings of equal score are always in one block.
pub fn pool_adjacent_violators(scores: &[f64], truth: &[bool]) -> Vec<Block> {
    let mut order: Vec<usize> = (0..scores.len().min(truth.len())).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let mut blocks: Vec<Sums> = Vec::new();
    for tied in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let positives = tied.iter().filter(|&&record| truth[record]).count();
        let score = tied.iter().map(|&record| scores[record]).sum();
        let mut block = Sums { score, positives, count: tied.len() };
        while let Some(lower) = blocks.pop_if(|lower| lower.reaches(block)) {
            block.add(lower);
        }
        blocks.push(block);
    }
    let mean = |sums: &Sums| Block {
        score: sums.score / sums.count as f64,
        share: sums.positives as f64 / sums.count as f64,
        count: sums.count,
    };
    blocks.iter().map(mean).collect()
}

/// How much faster than the network's probability a line may rise. Neighbours that a steeper one would part differ by
/// chance, and engines that agree to 1e-5 must still agree to 1e-3 after it.
pub const STEEPEST: f64 = 10.0;

/// The line that one label's probabilities are read off: points `[probability, share]` for a model's card.
///
/// The blocks' means are joined by straight lines, and those to (0, 0) and (1, 1) (centred isotonic regression, Oron and
/// Flournoy, Stat. Biopharm. Res. 9:258, 2017), so that recordings of different probability keep their order; blocks that
/// would be joined by a line steeper than [`STEEPEST`] are one. One recording with the label at the lowest score and one
/// without it at the highest are added beforehand: no block is all or nothing merely because the fold is small.
pub fn line(scores: &[f64], truth: &[bool]) -> Vec<[f32; 2]> {
    let mut scores = scores.to_vec();
    let mut truth = truth.to_vec();
    let (lowest, highest) = (scores.iter().copied().reduce(f64::min), scores.iter().copied().reduce(f64::max));
    scores.extend(lowest.into_iter().chain(highest));
    truth.extend(lowest.map(|_| true).into_iter().chain(highest.map(|_| false)));
    let mut blocks: Vec<Block> = Vec::new();
    for mut block in pool_adjacent_violators(&scores, &truth) {
        let steep =
            |lower: &Block, higher: &Block| higher.share - lower.share > STEEPEST * (higher.score - lower.score);
        while let Some(lower) = blocks.pop_if(|lower| steep(lower, &block)) {
            block = together(&lower, &block);
        }
        blocks.push(block);
    }
    let (first, last) = (blocks.first().copied(), blocks.last().copied());
    let start = first.map_or(0.0, |first| (first.share - STEEPEST * first.score).max(0.0));
    let end = last.map_or(1.0, |last| (last.share + STEEPEST * (1.0 - last.score)).min(1.0));
    let mut points = vec![[0.0, start as f32]];
    // What f32 cannot tell apart is one point.
    for block in &blocks {
        let point = [block.score as f32, block.share as f32];
        if points.last().is_some_and(|last| last[0] < point[0]) && point[0] < 1.0 {
            points.push(point);
        }
    }
    points.push([1.0, end as f32]);
    points
}

/// Two blocks as one.
fn together(one: &Block, other: &Block) -> Block {
    let count = one.count + other.count;
    let mean = |a: f64, b: f64| (a * one.count as f64 + b * other.count as f64) / count as f64;
    Block { score: mean(one.score, other.score), share: mean(one.share, other.share), count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violators_are_pooled_as_by_hand() {
        // By score: 0 1 | 0 0 1 | 1. The 1 at 0.2 is above the zeros at 0.3 and 0.4: 1/3 of the three; then 0.6 alone.
        let scores = [0.1, 0.2, 0.3, 0.4, 0.6, 0.7];
        let truth = [false, true, false, false, true, true];
        let blocks = pool_adjacent_violators(&scores, &truth);
        let expected = [(0.1, 0.0, 1), (0.3, 1.0 / 3.0, 3), (0.65, 1.0, 2)];
        assert_eq!(blocks.len(), expected.len(), "{blocks:?}");
        for (block, (score, share, count)) in blocks.iter().zip(expected) {
            assert!((block.score - score).abs() < 1e-12 && (block.share - share).abs() < 1e-12, "{blocks:?}");
            assert_eq!(block.count, count);
        }
    }

    #[test]
    fn order_of_recordings_does_not_matter_and_equal_scores_stay_together() {
        let one = pool_adjacent_violators(&[0.5, 0.5, 0.2], &[true, false, false]);
        let other = pool_adjacent_violators(&[0.2, 0.5, 0.5], &[false, false, true]);
        assert_eq!(one, other);
        assert_eq!(one[1], Block { score: 0.5, share: 0.5, count: 2 });
    }

    #[test]
    fn truth_that_falls_with_the_score_is_one_block() {
        let blocks = pool_adjacent_violators(&[0.1, 0.2, 0.8, 0.9], &[true, true, false, false]);
        assert_eq!(blocks, [Block { score: 0.5, share: 0.5, count: 4 }]);
        assert!(pool_adjacent_violators(&[], &[]).is_empty());
    }

    #[test]
    fn a_line_is_never_sure_within_the_scores_and_rises() {
        let scores = [0.1, 0.2, 0.3, 0.7, 0.8, 0.9];
        let points = line(&scores, &[false, false, false, true, true, true]);
        // Three negatives and the added positive, three positives and the added negative.
        let expected = [[0.0, 0.0], [0.175, 0.25], [0.825, 0.75], [1.0, 1.0]];
        assert_eq!(points.len(), expected.len(), "{points:?}");
        for (point, expected) in points.iter().zip(expected) {
            assert!((point[0] - expected[0]).abs() < 1e-6 && (point[1] - expected[1]).abs() < 1e-6, "{points:?}");
        }
        assert_eq!(line(&[], &[]), [[0.0, 0.0], [1.0, 1.0]]);
        // Scores at the ends and nearer to each other than f32 tells.
        let points = line(&[0.0, 0.5, 0.5 + 1e-12, 1.0], &[false, false, true, true]);
        assert!(points.windows(2).all(|pair| pair[0][0] < pair[1][0] && pair[0][1] <= pair[1][1]), "{points:?}");
    }

    #[test]
    fn a_line_is_nowhere_steeper_than_engines_can_agree_on() {
        // All scores within a thousandth, told apart without an error; and all scores next to 0.
        let near: Vec<f64> = (0..100).map(|k| 0.5 + f64::from(k) * 1e-5).collect();
        let low: Vec<f64> = (0..100).map(|k| f64::from(k) * 1e-4).collect();
        let truth: Vec<bool> = (0..100).map(|k| k >= 50).collect();
        for scores in [near, low] {
            let points = line(&scores, &truth);
            for pair in points.windows(2) {
                let rise = f64::from(pair[1][1] - pair[0][1]) / f64::from(pair[1][0] - pair[0][0]);
                assert!((0.0..=STEEPEST * 1.001).contains(&rise), "{points:?}");
            }
        }
    }
}
