//! Recurrent layers, step by step.

use super::Kernel;
use super::map::Map;
use super::product::{Extents, Product};
use crate::elementary::{hyperbolic_tangent, sigmoid};
use crate::graph::{Cell, Recurrent, Shape};

/// A recurrent layer along each row.
#[derive(Debug)]
pub(super) struct Layer {
    cell: Cell,
    hidden: usize,
    /// Forward, and backward where it runs both ways.
    directions: Vec<Direction>,
}

#[derive(Debug)]
struct Direction {
    input: Product,
    recurrent: Product,
    /// What is added to the recurrent product of a GRU.
    own_bias: Vec<f32>,
}

impl Layer {
    /// From the layer and its weights in their order.
    pub fn new(layer: &Recurrent, from: usize, weights: &[&[f32]]) -> Self {
        let hidden = layer.hidden;
        let width = layer.cell.gates() * hidden;
        let directions = weights
            .chunks_exact(layer.parts())
            .map(|parts| {
                let (kernel, recurrent) = (parts[0], parts[1]);
                let mut bias = parts[2].to_vec();
                let mut own_bias = vec![0.0; width];
                match (layer.cell, parts.get(3)) {
                    (Cell::Lstm, Some(second)) => bias.iter_mut().zip(*second).for_each(|(bias, own)| *bias += own),
                    (Cell::Gru, Some(second)) => own_bias.copy_from_slice(second),
                    (_, None) => {}
                }
                let matrix = |values: &[f32], rows: usize, bias: &[f32]| {
                    Product::new(Extents::linear(rows, width), |to, from, _| values[from * width + to], bias)
                };
                let none = vec![0.0; width];
                Direction { input: matrix(kernel, from, &bias), recurrent: matrix(recurrent, hidden, &none), own_bias }
            })
            .collect();
        Self { cell: layer.cell, hidden, directions }
    }
}

impl Kernel for Layer {
    fn run(&self, inputs: &[&Map], out: &mut Map) {
        let x = inputs[0];
        let (hidden, steps) = (self.hidden, x.shape.length);
        let width = self.cell.gates() * hidden;
        let channels = out.shape.channels;
        for (number, direction) in self.directions.iter().enumerate() {
            let mut projected = Map::zeros(Shape { channels: width, ..x.shape }, 0);
            direction.input.run(x, None, &mut projected);
            let mut gates = vec![0.0; width];
            for row in 0..x.shape.rows {
                let mut state = vec![0.0; hidden];
                let mut cell = vec![0.0; hidden];
                for step in 0..steps {
                    let time = if number == 1 { steps - 1 - step } else { step };
                    let given = &projected.row(row)[time * width..(time + 1) * width];
                    match self.cell {
                        Cell::Lstm => {
                            direction.recurrent.run_step(&state, given, &mut gates);
                            for unit in 0..hidden {
                                let gate = |gate: usize| gates[gate * hidden + unit];
                                cell[unit] =
                                    sigmoid(gate(1)) * cell[unit] + sigmoid(gate(0)) * hyperbolic_tangent(gate(2));
                                state[unit] = sigmoid(gate(3)) * hyperbolic_tangent(cell[unit]);
                            }
                        }
                        Cell::Gru => {
                            direction.recurrent.run_step(&state, &direction.own_bias, &mut gates);
                            for unit in 0..hidden {
                                let (given, own) = (
                                    |gate: usize| given[gate * hidden + unit],
                                    |gate: usize| gates[gate * hidden + unit],
                                );
                                let reset = sigmoid(given(0) + own(0));
                                let stays = sigmoid(given(1) + own(1));
                                let new = hyperbolic_tangent(given(2) + reset * own(2));
                                state[unit] = new + stays * (state[unit] - new);
                            }
                        }
                    }
                    let place = time * channels + number * hidden;
                    out.row_mut(row)[place..place + hidden].copy_from_slice(&state);
                }
            }
        }
    }
}
