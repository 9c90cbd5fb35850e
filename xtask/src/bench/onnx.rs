//! Writes resnet1d_wang, plain or with the label decoupling head, as an ONNX file (opset 17, IR version 8).
//!
//! Batch norms are folded into the layers before or after them, as every runtime would do by itself. The file is
//! Protocol Buffers, written by hand after onnx.proto3: a field is its number and wire type, then its value.

use super::weights::Tensor;
use anyhow::{Context, Result};
use std::collections::BTreeMap;

type Tensors = BTreeMap<String, Tensor>;

/// Small number in a batch norm's denominator (PyTorch's default, the benchmark's).
const EPSILON: f32 = 1e-5;
/// Numbers of a label's own space (label decoupling).
const SPACE: usize = 8;

/// The network's file: input `x` `[batch, 12, samples]`, output `logits` `[batch, label]`.
pub fn resnet1d_wang(tensors: &Tensors, samples: usize) -> Result<Vec<u8>> {
    let mut graph = Graph::default();
    let mut x = graph.conv(tensors, "x", ("backbone.stem", "backbone.stem_norm"), 1)?;
    x = graph.node("Relu", &[&x], &[]);
    for stage in 0.. {
        let name = |part: &str| format!("backbone.stages.{stage}.{part}");
        if !tensors.contains_key(&name("conv1.weight")) {
            break;
        }
        let stride = if tensors.contains_key(&name("shortcut.conv.weight")) { 2 } else { 1 };
        let past = match stride {
            1 => x.clone(),
            _ => graph.conv(tensors, &x, (&name("shortcut.conv"), &name("shortcut.norm")), stride)?,
        };
        let y = graph.conv(tensors, &x, (&name("conv1"), &name("norm1")), stride)?;
        let y = graph.node("Relu", &[&y], &[]);
        let y = graph.conv(tensors, &y, (&name("conv2"), &name("norm2")), 1)?;
        let y = graph.node("Add", &[&y, &past], &[]);
        x = graph.node("Relu", &[&y], &[]);
    }
    let highest =
        graph.node("ReduceMax", &[&x], &[("axes", Attribute::Numbers(vec![2])), ("keepdims", Attribute::Number(0))]);
    let mean =
        graph.node("ReduceMean", &[&x], &[("axes", Attribute::Numbers(vec![2])), ("keepdims", Attribute::Number(0))]);
    let pooled = graph.node("Concat", &[&highest, &mean], &[("axis", Attribute::Number(1))]);
    let hidden = graph.linear_after_norm(tensors, &pooled, "head.norm1", "head.linear1")?;
    let hidden = graph.node("Relu", &[&hidden], &[]);
    let mut logits = graph.linear_after_norm(tensors, &hidden, "head.norm2", "head.linear2")?;
    if tensors.contains_key("branches.space") {
        logits = graph.branches(tensors, &pooled, &logits)?;
    }
    let classes = get(tensors, "head.linear2.bias")?.numbers.len();
    Ok(graph.finish(samples, classes, &logits))
}

fn get<'a>(tensors: &'a Tensors, name: &str) -> Result<&'a Tensor> {
    tensors.get(name).with_context(|| format!("the weights lack {name}: not a resnet1d_wang"))
}

/// A batch norm at inference as scale and shift.
fn norm(tensors: &Tensors, name: &str) -> Result<(Vec<f32>, Vec<f32>)> {
    let part = |part: &str| get(tensors, &format!("{name}.{part}")).map(|tensor| tensor.numbers.as_slice());
    let (gamma, beta, mean, variance) = (part("gamma")?, part("beta")?, part("running_mean")?, part("running_var")?);
    let mut scales: Vec<f32> = gamma
        .iter()
        .zip(variance.iter().cycle())
        .map(|(gamma, variance)| gamma / (variance + EPSILON).sqrt())
        .collect();
    // A norm whose statistics many labels share has one scale for each of them.
    scales.truncate(gamma.len());
    let shifts =
        beta.iter().zip(&scales).zip(mean.iter().cycle()).map(|((beta, scale), mean)| beta - mean * scale).collect();
    Ok((scales, shifts))
}

enum Attribute {
    Number(u64),
    Numbers(Vec<u64>),
}

/// A graph in the making; names of values are numbers.
#[derive(Default)]
struct Graph {
    nodes: Vec<u8>,
    constants: Vec<u8>,
    count: usize,
}

impl Graph {
    fn name(&mut self) -> String {
        self.count += 1;
        format!("v{}", self.count)
    }

    fn node(&mut self, kind: &str, inputs: &[&str], attributes: &[(&str, Attribute)]) -> String {
        let output = self.name();
        let mut node = Vec::new();
        for input in inputs {
            text(&mut node, 1, input);
        }
        text(&mut node, 2, &output);
        text(&mut node, 4, kind);
        for (name, value) in attributes {
            let mut attribute = Vec::new();
            text(&mut attribute, 1, name);
            match value {
                Attribute::Number(value) => {
                    number(&mut attribute, 3, *value);
                    number(&mut attribute, 20, 2);
                }
                Attribute::Numbers(values) => {
                    for value in values {
                        number(&mut attribute, 8, *value);
                    }
                    number(&mut attribute, 20, 7);
                }
            }
            bytes(&mut node, 5, &attribute);
        }
        bytes(&mut self.nodes, 1, &node);
        output
    }

    fn constant(&mut self, shape: &[usize], numbers: &[f32]) -> String {
        let name = self.name();
        let raw: Vec<u8> = numbers.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.tensor(&name, shape, 1, &raw);
        name
    }

    fn shape(&mut self, shape: &[i64]) -> String {
        let name = self.name();
        let raw: Vec<u8> = shape.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.tensor(&name, &[shape.len()], 7, &raw);
        name
    }

    fn tensor(&mut self, name: &str, shape: &[usize], kind: u64, raw: &[u8]) {
        let mut tensor = Vec::new();
        for &size in shape {
            number(&mut tensor, 1, size as u64);
        }
        number(&mut tensor, 2, kind);
        text(&mut tensor, 8, name);
        bytes(&mut tensor, 9, raw);
        bytes(&mut self.constants, 5, &tensor);
    }

    /// A convolution with the batch norm after it; as many zeros on both sides as keep the length at stride 1.
    fn conv(&mut self, tensors: &Tensors, x: &str, (conv, after): (&str, &str), stride: u64) -> Result<String> {
        let weight = get(tensors, &format!("{conv}.weight"))?;
        let (scale, shift) = norm(tensors, after)?;
        let row = weight.numbers.len() / scale.len().max(1);
        let folded: Vec<f32> = weight
            .numbers
            .chunks(row)
            .zip(&scale)
            .flat_map(|(row, scale)| row.iter().map(move |w| w * scale))
            .collect();
        let kernel = *weight.shape.get(2).context("a convolution without a kernel")? as u64;
        let (weights, bias) = (self.constant(&weight.shape, &folded), self.constant(&[shift.len()], &shift));
        let pads = vec![kernel / 2; 2];
        Ok(self.node(
            "Conv",
            &[x, &weights, &bias],
            &[
                ("kernel_shape", Attribute::Numbers(vec![kernel])),
                ("pads", Attribute::Numbers(pads)),
                ("strides", Attribute::Numbers(vec![stride])),
            ],
        ))
    }

    fn linear_after_norm(&mut self, tensors: &Tensors, x: &str, before: &str, linear: &str) -> Result<String> {
        let (scale, shift) = norm(tensors, before)?;
        let weight = get(tensors, &format!("{linear}.weight"))?;
        let mut bias = get(tensors, &format!("{linear}.bias"))?.numbers.clone();
        let mut folded = Vec::with_capacity(weight.numbers.len());
        for ((row, scale), shift) in weight.numbers.chunks(bias.len().max(1)).zip(&scale).zip(&shift) {
            folded.extend(row.iter().map(|w| w * scale));
            bias.iter_mut().zip(row).for_each(|(bias, w)| *bias += w * shift);
        }
        let (weights, bias) = (self.constant(&weight.shape, &folded), self.constant(&[bias.len()], &bias));
        Ok(self.node("Gemm", &[x, &weights, &bias], &[]))
    }

    /// The labels' own branches and the mergence.
    fn branches(&mut self, tensors: &Tensors, pooled: &str, shared: &str) -> Result<String> {
        let space = get(tensors, "branches.space")?;
        let [classes, features, _] = space.shape.as_slice() else { anyhow::bail!("branches.space has another shape") };
        let (classes, features) = (*classes, *features);
        let (scale, shift) = norm(tensors, "branches.norm1")?;
        let mut weights = vec![0.0; features * classes * SPACE];
        let mut bias = get(tensors, "branches.space_bias")?.numbers.clone();
        for (row, values) in space.numbers.chunks(SPACE).enumerate() {
            let (class, feature) = (row / features, row % features);
            for (place, value) in values.iter().enumerate() {
                weights[(feature * classes + class) * SPACE + place] = value * scale[row];
                bias[class * SPACE + place] += value * shift[row];
            }
        }
        let (scale, shift) = norm(tensors, "branches.norm2")?;
        let score = &get(tensors, "branches.score")?.numbers;
        let mut own_bias = get(tensors, "branches.score_bias")?.numbers.clone();
        score.iter().zip(&shift).enumerate().for_each(|(place, (w, shift))| own_bias[place / SPACE] += w * shift);
        let score: Vec<f32> = score.iter().zip(&scale).map(|(w, scale)| w * scale).collect();
        let merge_bias = &get(tensors, "mergence.bias")?.numbers;
        let mergence: Vec<f32> = get(tensors, "mergence.weight")?
            .numbers
            .chunks(classes)
            .zip(merge_bias)
            .map(|(row, bias)| 1.0 / (1.0 + (-(row.iter().sum::<f32>() + bias)).exp()))
            .collect();

        let (weights, bias) =
            (self.constant(&[features, classes * SPACE], &weights), self.constant(&[classes * SPACE], &bias));
        let (score, own_bias) = (self.constant(&[classes * SPACE], &score), self.constant(&[classes], &own_bias));
        let (mergence, shape) = (self.constant(&[classes], &mergence), self.shape(&[-1, classes as i64, SPACE as i64]));
        let axis = self.shape(&[2]);
        let embeddings = self.node("Gemm", &[pooled, &weights, &bias], &[]);
        let scored = self.node("Mul", &[&embeddings, &score], &[]);
        let scored = self.node("Reshape", &[&scored, &shape], &[]);
        let own = self.node("ReduceSum", &[&scored, &axis], &[("keepdims", Attribute::Number(0))]);
        let own = self.node("Add", &[&own, &own_bias], &[]);
        let apart = self.node("Sub", &[shared, &own], &[]);
        let apart = self.node("Mul", &[&apart, &mergence], &[]);
        Ok(self.node("Add", &[&own, &apart], &[]))
    }

    fn finish(mut self, samples: usize, classes: usize, logits: &str) -> Vec<u8> {
        let mut node = Vec::new();
        text(&mut node, 1, logits);
        text(&mut node, 2, "logits");
        text(&mut node, 4, "Identity");
        bytes(&mut self.nodes, 1, &node);
        let mut graph = self.nodes;
        text(&mut graph, 2, "resnet1d_wang");
        graph.extend(self.constants);
        bytes(&mut graph, 11, &value("x", &[12, samples]));
        bytes(&mut graph, 12, &value("logits", &[classes]));
        let mut opset = Vec::new();
        text(&mut opset, 1, "");
        number(&mut opset, 2, 17);
        let mut model = Vec::new();
        number(&mut model, 1, 8);
        bytes(&mut model, 7, &graph);
        bytes(&mut model, 8, &opset);
        model
    }
}

/// A `ValueInfoProto` of floats: the batch, then the dimensions given.
fn value(name: &str, dimensions: &[usize]) -> Vec<u8> {
    let mut shape = Vec::new();
    let mut batch = Vec::new();
    text(&mut batch, 2, "batch");
    bytes(&mut shape, 1, &batch);
    for &size in dimensions {
        let mut dimension = Vec::new();
        number(&mut dimension, 1, size as u64);
        bytes(&mut shape, 1, &dimension);
    }
    let mut tensor = Vec::new();
    number(&mut tensor, 1, 1);
    bytes(&mut tensor, 2, &shape);
    let mut kind = Vec::new();
    bytes(&mut kind, 1, &tensor);
    let mut info = Vec::new();
    text(&mut info, 1, name);
    bytes(&mut info, 2, &kind);
    info
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

fn text(out: &mut Vec<u8>, field: u64, value: &str) {
    bytes(out, field, value.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_written_as_protocol_buffers_say() {
        let mut out = Vec::new();
        number(&mut out, 1, 150);
        text(&mut out, 2, "testing");
        assert_eq!(out, b"\x08\x96\x01\x12\x07testing");
    }
}
