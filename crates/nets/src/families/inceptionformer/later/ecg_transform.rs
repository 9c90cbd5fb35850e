//! ECGTransForm: convolutions of three kernels, weighed channels, and a transformer that is run twice.

use super::{conv_norm, mean_head, self_attention, start};
use crate::graph::{Axis, Builder, Conv, Graph, GraphError, Place, Pool, PoolKind};

const WIDTH: usize = 128;
const HEADS: usize = 4;
const HIDDEN: usize = 2048;

/// "ECGTransForm: Empowering adaptive ECG arrhythmia classification framework with bidirectional transformer"
/// (repository emadeldeen24/ECGTransForm), as the author adapted it: tokens are positions. What is run a second time
/// sees the tokens' channels in reverse. The original holds one more layer that nothing calls, of 593,024 numbers,
/// which is left out here.
///
/// # Errors
/// `classes` is 0.
pub fn ecg_transform(classes: usize) -> Result<Graph, GraphError> {
    let mut build = start("ecg_transform");
    let leads = build.input();
    let parts = [5, 9, 11].map(|kernel| {
        let conv = Conv::new(32, kernel).no_bias();
        build.conv(&format!("scales.{kernel}"), leads, conv)
    });
    let sum = parts[1..].iter().fold(parts[0], |sum, &part| build.sum(sum, part));
    let mean = build.affine(sum, 1.0 / 3.0, 0.0);
    let x = build.norm_relu("norm", mean);
    let x = build.pool(x, Pool::new(PoolKind::Max, 2));
    let mut x = build.dropout(x, 0.2);
    for (number, to) in [64, WIDTH].into_iter().enumerate() {
        x = conv_norm(&mut build, &format!("convs.{number}"), x, Conv::new(to, 8));
        x = build.relu(x);
        x = build.pool(x, Pool::new(PoolKind::Max, 2));
    }
    for number in 0..3 {
        x = build.within(format!("weighed.{number}"), |build| weighed(build, x));
    }
    let reversed = build.pick(Axis::Channels, x, (0..WIDTH).rev());
    let [x, reversed] = [x, reversed].map(|x| build.again(|build| transformer(build, x)));
    let map = build.sum(x, reversed);
    let logits = mean_head(&mut build, map, classes);
    build.finish(logits)
}

/// Two products at each position with channels weighed behind them, and what goes past.
fn weighed(build: &mut Builder, x: Place) -> Place {
    let y = build.conv("conv1", x, Conv::new(WIDTH, 1));
    let y = build.norm_relu("norm1", y);
    let y = build.conv("conv2", y, Conv::new(WIDTH, 1));
    let y = build.batch_norm("norm2", y);
    let weight = build.mean(y);
    let weight = build.linear_no_bias("linear1", weight, WIDTH / 4);
    let weight = build.relu(weight);
    let weight = build.linear_no_bias("linear2", weight, WIDTH);
    let weight = build.sigmoid(weight);
    let y = build.product(y, weight);
    let sum = build.sum(y, x);
    build.relu(sum)
}

/// Three layers with the norm behind each sum.
fn transformer(build: &mut Builder, mut x: Place) -> Place {
    for number in 0..3 {
        x = build.within(format!("layers.{number}"), |build| {
            let y = self_attention(build, x, HEADS);
            let y = build.dropout(y, 0.1);
            let sum = build.sum(x, y);
            let x = build.layer_norm("norm1", sum);
            let y = build.linear("linear1", x, HIDDEN);
            let y = build.relu(y);
            let y = build.dropout(y, 0.1);
            let y = build.linear("linear2", y, WIDTH);
            let y = build.dropout(y, 0.1);
            let sum = build.sum(x, y);
            build.layer_norm("norm2", sum)
        });
    }
    x
}
