//! resnet1d_wang's backbone.

use super::conv::Conv;
use super::map::Map;
use super::weights::Weights;
use crate::blocks::BatchNormRule::Torch;
use crate::resnet1d_wang::{CHANNELS, STRIDES};
use crate::{Architecture, Error};

/// Stem and three blocks, batch norms folded.
#[derive(Debug, Clone)]
pub(super) struct Backbone {
    stem: Conv,
    blocks: Vec<Block>,
}

#[derive(Debug, Clone)]
struct Block {
    conv1: Conv,
    conv2: Conv,
    shortcut: Option<Conv>,
}

impl Backbone {
    pub fn new(weights: &mut Weights) -> Result<Self, Error> {
        let stem = folded(weights, "backbone.stem.weight", "backbone.stem_norm", (12, 7), 1, 3)?.with_relu();
        let mut blocks = Vec::new();
        for (stage, stride) in STRIDES.into_iter().enumerate() {
            let name = |part: &str| format!("backbone.stages.{stage}.{part}");
            let mut conv = |weight: &str, norm: &str, kernel, stride, before| {
                folded(weights, &name(weight), &name(norm), (CHANNELS, kernel), stride, before)
            };
            blocks.push(Block {
                conv1: conv("conv1.weight", "norm1", 5, stride, 2)?.with_relu(),
                conv2: conv("conv2.weight", "norm2", 3, 1, 1)?.with_relu(),
                shortcut: match stride {
                    1 => None,
                    _ => Some(conv("shortcut.conv.weight", "shortcut.norm", 1, stride, 0)?),
                },
            });
        }
        Ok(Self { stem, blocks })
    }

    /// Positions of the last map.
    pub fn positions(&self) -> usize {
        STRIDES.iter().fold(Architecture::Resnet1dWang.input().samples, |length, stride| length.div_ceil(*stride))
    }

    /// One record `[12, sample]` to the last map `[128, position]`.
    pub fn run(&self, record: &[f32]) -> Vec<f32> {
        let input = Architecture::Resnet1dWang.input();
        let mut map = self.stem.run(&Map::from_rows(record, 1, input.samples, input.leads), None);
        for block in &self.blocks {
            let inner = block.conv1.run(&map, None);
            let past = block.shortcut.as_ref().map(|shortcut| shortcut.run(&map, None));
            map = block.conv2.run(&inner, Some(past.as_ref().unwrap_or(&map)));
        }
        let rows = map.inner(0);
        (0..CHANNELS).flat_map(|channel| rows.iter().skip(channel).step_by(CHANNELS).copied()).collect()
    }
}

fn folded(
    weights: &mut Weights,
    weight: &str,
    norm: &str,
    (from, kernel): (usize, usize),
    stride: usize,
    before: usize,
) -> Result<Conv, Error> {
    let values = weights.take(weight, &[CHANNELS, from, kernel])?;
    let norm = weights.norm(norm, &[CHANNELS], Torch)?;
    Ok(Conv::folded((from, CHANNELS), kernel, stride, before, values, &norm))
}
