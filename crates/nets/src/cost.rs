//! What a network costs: trainable numbers and multiply-adds, by arithmetic.

use crate::Architecture;
use crate::blocks::pooling_head::HIDDEN;
use crate::imle_net as imle;
use crate::label_decoupling::SPACE;
use crate::resnet1d_wang as wang;

/// Trainable numbers.
pub(crate) fn parameters(architecture: Architecture, classes: usize) -> usize {
    match architecture {
        Architecture::ImleNet => imle_net(classes).0,
        Architecture::Resnet1dWang => resnet1d_wang(classes).0,
        Architecture::Resnet1dWangLdm => {
            resnet1d_wang(classes).0
                + classes * (2 * wang::POOLED + wang::POOLED * SPACE + 4 * SPACE + 1)
                + classes * classes
                + classes
        }
    }
}

/// Multiply-adds for one input; additions, activations and pooling are not counted.
pub(crate) fn multiply_adds(architecture: Architecture, classes: usize) -> u64 {
    let count = match architecture {
        Architecture::ImleNet => imle_net(classes).1,
        Architecture::Resnet1dWang => resnet1d_wang(classes).1,
        Architecture::Resnet1dWangLdm => resnet1d_wang(classes).1 + classes * (wang::POOLED * SPACE + SPACE),
    };
    count as u64
}

/// Sums of (trainable numbers, multiply-adds).
#[derive(Default)]
struct Tally(usize, usize);

impl Tally {
    /// A product with `weights` used `times`, and `rest` numbers that are only added or scaled with.
    fn add(&mut self, weights: usize, times: usize, rest: usize) {
        self.0 += weights + rest;
        self.1 += weights * times;
    }
}

fn imle_net(classes: usize) -> (usize, usize) {
    let mut tally = Tally::default();
    let windows = imle::LEADS * imle::WINDOWS;
    tally.add(imle::KERNEL * imle::STEM, windows * imle::WINDOW, imle::STEM);
    for (from, to, length, stride) in imle::BLOCKS {
        let times = windows * length.div_ceil(stride);
        tally.add(imle::KERNEL * from * to, times, to + 2 * to);
        tally.add(imle::KERNEL * to * to, times, to + 2 * to);
        if stride > 1 {
            tally.add(from * to, times, to);
        }
    }
    let (features, width) = (imle::FEATURES, imle::ATTENTION);
    for (positions, batch) in [(imle::POSITIONS, windows), (imle::WINDOWS, imle::LEADS), (imle::LEADS, 1)] {
        tally.add(features * width + width, batch * positions, positions * width);
        tally.1 += batch * positions * features;
    }
    tally.add(2 * 4 * imle::LSTM * (features + imle::LSTM), windows, 2 * 4 * imle::LSTM);
    tally.add(features * classes, 1, classes);
    (tally.0, tally.1)
}

fn resnet1d_wang(classes: usize) -> (usize, usize) {
    let mut tally = Tally::default();
    let input = Architecture::Resnet1dWang.input();
    let channels = wang::CHANNELS;
    let mut length = input.samples;
    tally.add(input.leads * channels * 7, length, 2 * channels);
    for stride in wang::STRIDES {
        length = length.div_ceil(stride);
        tally.add(channels * channels * 5, length, 2 * channels);
        tally.add(channels * channels * 3, length, 2 * channels);
        if stride > 1 {
            tally.add(channels * channels, length, 2 * channels);
        }
    }
    tally.add(wang::POOLED * HIDDEN, 1, 2 * wang::POOLED + HIDDEN + 2 * HIDDEN);
    tally.add(HIDDEN * classes, 1, classes);
    (tally.0, tally.1)
}
