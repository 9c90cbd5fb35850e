//! IMLE-Net.

use super::conv::Conv;
use super::map::Map;
use super::weights::Weights;
use super::{PlanAttention, PlanOutput};
use crate::Error;
use crate::blocks::BatchNormRule::Keras;
use crate::blocks::keras_same;
use crate::imle_net::{ATTENTION, BLOCKS, FEATURES, KERNEL, LEADS, LSTM, POSITIONS, STEM, WINDOW, WINDOWS};

/// The whole network; its batch norms follow ReLUs and are scales and shifts in the convolutions' stores.
#[derive(Debug, Clone)]
pub(super) struct ImleNet {
    stem: Conv,
    blocks: Vec<Block>,
    beat: Attention,
    forward: Lstm,
    backward: Lstm,
    rhythm: Attention,
    lead: Attention,
    dense: Conv,
    classes: usize,
}

#[derive(Debug, Clone)]
struct Block {
    conv1: Conv,
    conv2: Conv,
    shortcut: Option<Conv>,
}

impl ImleNet {
    pub fn new(weights: &mut Weights, classes: usize) -> Result<Self, Error> {
        let stem = conv(weights, "stem", (1, STEM), KERNEL, 1, WINDOW)?.with_relu();
        let mut blocks = Vec::new();
        for (block, (from, to, length, stride)) in BLOCKS.into_iter().enumerate() {
            let name = |part: &str| format!("blocks.{block}.{part}");
            let norm1 = weights.norm(&name("norm1"), &[to], Keras)?;
            let norm2 = weights.norm(&name("norm2"), &[to], Keras)?;
            blocks.push(Block {
                conv1: conv(weights, &name("conv1"), (from, to), KERNEL, stride, length)?
                    .with_relu()
                    .with_norm_after(&norm1),
                conv2: conv(weights, &name("conv2"), (to, to), KERNEL, 1, length.div_ceil(stride))?
                    .with_relu()
                    .with_norm_after(&norm2),
                shortcut: match stride {
                    1 => None,
                    _ => Some(conv(weights, &name("shortcut"), (from, to), 1, stride, length)?),
                },
            });
        }
        let dense = weights.take("dense.weight", &[FEATURES, classes])?;
        let dense = Conv::linear(FEATURES, classes, dense, weights.take("dense.bias", &[classes])?);
        Ok(Self {
            stem,
            blocks,
            beat: Attention::new(weights, "beat", POSITIONS)?,
            forward: Lstm::new(weights, "lstm.forward")?,
            backward: Lstm::new(weights, "lstm.backward")?,
            rhythm: Attention::new(weights, "rhythm", WINDOWS)?,
            lead: Attention::new(weights, "lead", LEADS)?,
            dense,
            classes,
        })
    }

    /// One record `[12, 1000]`, added to the output.
    pub fn run(&self, record: &[f32], output: &mut PlanOutput) {
        let attention = output.attention.get_or_insert_with(PlanAttention::default);
        // The LSTM takes a step for all leads at once: its map is [window][lead][feature].
        let mut beats = Map::zeros(WINDOWS, LEADS, FEATURES);
        for (lead, samples) in record.chunks_exact(WINDOWS * WINDOW).enumerate() {
            let map = self.windows(samples);
            let vectors = self.beat.run(&map, &mut attention.beat);
            for (window, vector) in vectors.chunks_exact(FEATURES).enumerate() {
                beats.inner_mut(window)[lead * FEATURES..][..FEATURES].copy_from_slice(vector);
            }
        }
        let mut sequence = Map::zeros(LEADS, WINDOWS, FEATURES);
        self.forward.run(&beats, &mut sequence, false);
        self.backward.run(&beats, &mut sequence, true);
        let rhythms = self.rhythm.run(&sequence, &mut attention.rhythm);
        let mut leads = Map::zeros(1, LEADS, FEATURES);
        leads.inner_mut(0).copy_from_slice(&rhythms);
        let whole = self.lead.run(&leads, &mut attention.lead);
        let mut map = Map::zeros(1, 1, FEATURES);
        map.inner_mut(0).copy_from_slice(&whole);
        output.logits.extend(&self.dense.run(&map, None).inner(0)[..self.classes]);
    }

    /// The 20 windows of a lead through the residual network.
    fn windows(&self, samples: &[f32]) -> Map {
        let mut map = self.stem.run(&Map::from_rows(samples, WINDOWS, WINDOW, 1), None);
        for block in &self.blocks {
            let inner = block.conv1.run(&map, None);
            let past = block.shortcut.as_ref().map(|shortcut| shortcut.run(&map, None));
            map = block.conv2.run(&inner, Some(past.as_ref().unwrap_or(&map)));
        }
        map
    }
}

fn conv(
    weights: &mut Weights,
    name: &str,
    (from, to): (usize, usize),
    kernel: usize,
    stride: usize,
    length: usize,
) -> Result<Conv, Error> {
    let values = weights.take(&format!("{name}.weight"), &[to, from, kernel])?;
    let bias = weights.take(&format!("{name}.bias"), &[to])?;
    let (before, _) = keras_same(length, kernel, stride);
    let weight = |o: usize, i: usize, tap: usize| values[(o * from + i) * kernel + tap];
    Ok(Conv::new((from, to), kernel, stride, before, weight, bias))
}

/// Additive attention with a bias for every position.
#[derive(Debug, Clone)]
struct Attention {
    weight: Conv,
    /// `[position, width]`.
    bias: Vec<f32>,
    context: Vec<f32>,
}

impl Attention {
    fn new(weights: &mut Weights, name: &str, positions: usize) -> Result<Self, Error> {
        let weight = weights.take(&format!("{name}.weight"), &[FEATURES, ATTENTION])?;
        Ok(Self {
            weight: Conv::linear(FEATURES, ATTENTION, weight, &[0.0; ATTENTION]),
            bias: weights.take(&format!("{name}.bias"), &[positions, ATTENTION])?.to_vec(),
            context: weights.take(&format!("{name}.context"), &[ATTENTION, 1])?.to_vec(),
        })
    }

    /// The weighted sums `[item, feature]`; the scores `[item, position]` are added to `all_scores`.
    fn run(&self, x: &Map, all_scores: &mut Vec<f32>) -> Vec<f32> {
        let hidden = self.weight.run(x, None);
        let mut sums = vec![0.0; x.items * FEATURES];
        for (item, sum) in sums.chunks_exact_mut(FEATURES).enumerate() {
            let energies: Vec<f32> = hidden
                .inner(item)
                .chunks_exact(ATTENTION)
                .zip(self.bias.chunks_exact(ATTENTION))
                .map(|(hidden, bias)| {
                    hidden.iter().zip(bias).zip(&self.context).map(|((h, b), c)| (h + b).tanh() * c).sum()
                })
                .collect();
            let highest = energies.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let powers: Vec<f32> = energies.iter().map(|energy| (energy - highest).exp()).collect();
            let total: f32 = powers.iter().sum();
            for (power, row) in powers.iter().zip(x.inner(item).chunks_exact(FEATURES)) {
                let score = power / total;
                all_scores.push(score);
                sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += score * value);
            }
        }
        sums
    }
}

/// One direction; gates in the order input, forget, cell, output.
#[derive(Debug, Clone)]
struct Lstm {
    kernel: Conv,
    recurrent: Conv,
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

impl Lstm {
    fn new(weights: &mut Weights, name: &str) -> Result<Self, Error> {
        let kernel = weights.take(&format!("{name}.kernel"), &[FEATURES, 4 * LSTM])?;
        let bias = weights.take(&format!("{name}.bias"), &[4 * LSTM])?;
        let recurrent = weights.take(&format!("{name}.recurrent"), &[LSTM, 4 * LSTM])?;
        Ok(Self {
            kernel: Conv::linear(FEATURES, 4 * LSTM, kernel, bias),
            recurrent: Conv::linear(LSTM, 4 * LSTM, recurrent, &[0.0; 4 * LSTM]),
        })
    }

    /// `[window][lead][feature]` to the direction's half of `[lead][window][128]`.
    fn run(&self, x: &Map, out: &mut Map, backward: bool) {
        let projected = self.kernel.run(x, None);
        let mut state = Map::zeros(1, LEADS, LSTM);
        let mut cells = vec![0.0_f32; LEADS * LSTM];
        let mut gates = Map::zeros(1, LEADS, 4 * LSTM);
        let half = if backward { LSTM } else { 0 };
        for step in 0..WINDOWS {
            let window = if backward { WINDOWS - 1 - step } else { step };
            self.recurrent.run_step(&state, projected.inner(window), &mut gates);
            let states = state.inner_mut(0).chunks_exact_mut(LSTM);
            for (lead, ((gates, cells), state)) in
                gates.inner(0).chunks_exact(4 * LSTM).zip(cells.chunks_exact_mut(LSTM)).zip(states).enumerate()
            {
                for unit in 0..LSTM {
                    let candidate = gates[2 * LSTM + unit].tanh();
                    cells[unit] = sigmoid(gates[LSTM + unit]) * cells[unit] + sigmoid(gates[unit]) * candidate;
                    state[unit] = sigmoid(gates[3 * LSTM + unit]) * cells[unit].tanh();
                }
                out.inner_mut(lead)[window * FEATURES + half..][..LSTM].copy_from_slice(state);
            }
        }
    }
}
