//! A prepared recording in one piece, and a map on its samples.

use classify::{Card, Prepared, windows};
use ecg::Explanation;

/// What a network sees of a recording before it is cut into windows.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// `[channel, sample]` in the network's units.
    pub values: Vec<f32>,
    /// Samples of a channel.
    pub length: usize,
}

impl Whole {
    /// From `[channel, sample]` numbers that hold at least one window.
    pub fn new(values: Vec<f32>, channels: usize) -> Whole {
        let length = values.len() / channels.max(1);
        Whole { values, length }
    }

    /// As windows with their places, as [`classify::prepare`] gives them.
    pub fn prepared(&self, card: &Card) -> Prepared {
        let samples = card.input.samples;
        let starts = windows::starts(self.length, samples, card.window.stride);
        let mut values = Vec::with_capacity(starts.len() * card.input.channels() * samples);
        for &start in &starts {
            for channel in self.values.chunks_exact(self.length.max(1)) {
                values.extend_from_slice(&channel[start..start + samples]);
            }
        }
        let length = starts.last().map_or(0, |start| start + samples);
        Prepared { values, starts, start: 0.0, length, warnings: Vec::new() }
    }
}

/// A map on the samples of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// `[row, sample]`.
    pub values: Vec<f32>,
    /// 1 where it is the same for every lead, else one a lead.
    pub rows: usize,
    /// Samples of a row.
    pub length: usize,
}

impl Map {
    /// An explanation's scores held over the samples of its columns, `length` samples at `rate` hertz.
    pub fn new(explanation: &Explanation, rate: f64, length: usize) -> Map {
        let columns = explanation.columns();
        let lines: Vec<&[f32]> = explanation.values.chunks_exact(columns.max(1)).collect();
        let rows = if lines.iter().all(|line| *line == lines[0]) { 1 } else { lines.len() };
        // A hair is added so that a sample on a column's edge falls into it whatever the division rounds to.
        let column = |sample: usize| ((sample as f64 * explanation.rate / rate + 1e-6) as usize).min(columns - 1);
        let held = |line: &&[f32]| (0..length).map(|sample| line[column(sample)]).collect::<Vec<f32>>();
        Map { values: lines.iter().take(rows).flat_map(held).collect(), rows, length }
    }

    /// The rows.
    pub fn lines(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.length.max(1))
    }

    /// True where no row changes with time.
    pub fn is_timeless(&self) -> bool {
        self.lines().all(|line| line.iter().all(|value| *value == line[0]))
    }
}
