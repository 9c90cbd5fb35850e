//! Scores of queries against keys, and values mixed by them.

use super::{Back, Step, Tapes};
use crate::graph::{Mix, Scores, Shape};

/// Where a head's queries, keys or values begin.
fn place(shape: Shape, record: usize, row: usize, head: usize, heads: usize) -> usize {
    (record * shape.rows + row) * shape.length * shape.channels + head * (shape.channels / heads)
}

impl Tapes for Scores {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let [query, key] = [step.inputs[0], step.inputs[1]];
        let width = query.channels / self.heads;
        let (queries, keys, channels) = (query.length, key.length, query.channels);
        let each = each(step.records.len(), query.rows, self.heads);
        for ((record, row, head), out) in each.zip(output.chunks_exact_mut(queries * keys)) {
            step.machine.product(
                (queries, keys, width),
                (&mut *out, (keys, 1), false),
                (&inputs[0][place(query, record, row, head, self.heads)..], (channels, 1)),
                (&inputs[1][place(key, record, row, head, self.heads)..], (1, channels)),
            );
            for score in out {
                *score *= self.scale as f32;
            }
        }
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let [query, key] = [step.inputs[0], step.inputs[1]];
        let width = query.channels / self.heads;
        let (queries, keys, channels) = (query.length, key.length, query.channels);
        let each = each(step.records.len(), query.rows, self.heads);
        for ((record, row, head), d) in each.zip(back.d_output.chunks_exact(queries * keys)) {
            let d: Vec<f32> = d.iter().map(|d| d * self.scale as f32).collect();
            let (at_query, at_key) =
                (place(query, record, row, head, self.heads), place(key, record, row, head, self.heads));
            if !back.d_inputs[0].is_empty() {
                step.machine.product(
                    (queries, width, keys),
                    (&mut back.d_inputs[0][at_query..], (channels, 1), true),
                    (&d, (keys, 1)),
                    (&back.inputs[1][at_key..], (channels, 1)),
                );
            }
            if !back.d_inputs[1].is_empty() {
                step.machine.product(
                    (keys, width, queries),
                    (&mut back.d_inputs[1][at_key..], (channels, 1), true),
                    (&d, (1, keys)),
                    (&back.inputs[0][at_query..], (channels, 1)),
                );
            }
        }
    }
}

/// Recordings, rows and heads in the order of their scores.
fn each(records: usize, rows: usize, heads: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..records * rows * heads).map(move |number| (number / heads / rows, number / heads % rows, number % heads))
}

impl Tapes for Mix {
    fn forward(&self, step: &Step<'_>, inputs: &[&[f32]], output: &mut [f32]) -> Vec<f32> {
        let (value, out) = (step.inputs[1], step.output);
        let width = value.channels / self.heads;
        let (queries, keys, channels) = (out.length, value.length, value.channels);
        let each = each(step.records.len(), value.rows, self.heads);
        for ((record, row, head), scores) in each.zip(inputs[0].chunks_exact(queries * keys)) {
            step.machine.product(
                (queries, width, keys),
                (&mut output[place(out, record, row, head, self.heads)..], (channels, 1), false),
                (scores, (keys, 1)),
                (&inputs[1][place(value, record, row, head, self.heads)..], (channels, 1)),
            );
        }
        Vec::new()
    }

    fn backward(&self, step: &Step<'_>, mut back: Back<'_>) {
        let (value, out) = (step.inputs[1], step.output);
        let width = value.channels / self.heads;
        let (queries, keys, channels) = (out.length, value.length, value.channels);
        for (number, (record, row, head)) in each(step.records.len(), value.rows, self.heads).enumerate() {
            let scores = number * queries * keys;
            let (at_out, at_value) =
                (place(out, record, row, head, self.heads), place(value, record, row, head, self.heads));
            if !back.d_inputs[0].is_empty() {
                step.machine.product(
                    (queries, keys, width),
                    (&mut back.d_inputs[0][scores..], (keys, 1), true),
                    (&back.d_output[at_out..], (channels, 1)),
                    (&back.inputs[1][at_value..], (1, channels)),
                );
            }
            if !back.d_inputs[1].is_empty() {
                step.machine.product(
                    (keys, width, queries),
                    (&mut back.d_inputs[1][at_value..], (channels, 1), true),
                    (&back.inputs[0][scores..], (1, keys)),
                    (&back.d_output[at_out..], (channels, 1)),
                );
            }
        }
    }
}
