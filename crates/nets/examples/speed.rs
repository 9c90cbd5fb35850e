//! Prints how long the plan and Burn's flex backend take for a record, and how fast a step of training is.
//!
//! `RAYON_NUM_THREADS=1 cargo run -p nets --example speed` for inference on one thread; `-- train` for training.
#![allow(missing_docs)]

use std::time::Instant;

use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Distribution, Tensor};
use nets::Architecture;
use nets::plan::Plan;

fn best(times: usize, mut work: impl FnMut()) -> f64 {
    (0..times)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

fn inference(device: &Device) {
    for (architecture, batch) in
        [(Architecture::Resnet1dWang, 7), (Architecture::Resnet1dWangLdm, 7), (Architecture::ImleNet, 1)]
    {
        let network = architecture.init(71, device);
        let plan = Plan::new(architecture, 71, &network.tensors()).expect("its own tensors");
        let input = architecture.input();
        let x: Tensor<3> = Tensor::random([batch, input.leads, input.samples], Distribution::Default, device);
        let plain = x.clone().into_data().try_into_vec_as::<f32>().expect("numbers");
        let by_plan = best(20, || drop(plan.run(&plain, batch)));
        let by_burn = best(20, || drop(network.forward(x.clone()).logits.into_data()));
        let gflops = 2.0 * architecture.multiply_adds(71) as f64 * batch as f64 / by_plan / 1e9;
        println!(
            "{architecture} {batch} x {} x {}: plan {:.1} ms ({gflops:.1} GFLOP/s), Burn flex {:.1} ms",
            input.leads,
            input.samples,
            by_plan * 1e3,
            by_burn * 1e3
        );
    }
}

fn training(device: &Device) {
    let device = device.clone().autodiff();
    for (architecture, batch) in
        [(Architecture::Resnet1dWang, 128), (Architecture::Resnet1dWangLdm, 128), (Architecture::ImleNet, 8)]
    {
        let mut network = architecture.init(5, &device);
        let mut optimizer = AdamWConfig::new().init();
        let input = architecture.input();
        let x: Tensor<3> = Tensor::random([batch, input.leads, input.samples], Distribution::Default, &device);
        let (mut forward, mut backward) = (f64::INFINITY, f64::INFINITY);
        let whole = best(4, || {
            let start = Instant::now();
            let logits = network.forward(x.clone()).logits;
            let loss = (relu(logits.clone()) + (-logits.abs()).exp().log1p()).mean();
            let middle = Instant::now();
            let gradients = GradientsParams::from_grads(loss.backward(), &network);
            forward = forward.min((middle - start).as_secs_f64());
            backward = backward.min(middle.elapsed().as_secs_f64());
            network = optimizer.step(1e-3, network.clone(), gradients);
        });
        println!(
            "{architecture} batch {batch}: {:.0} records/s (forward {:.0} ms, backward {:.0} ms, step {:.0} ms)",
            batch as f64 / whole,
            forward * 1e3,
            backward * 1e3,
            whole * 1e3
        );
    }
}

fn main() {
    let device = Device::flex();
    if std::env::args().any(|argument| argument == "train") {
        training(&device);
    } else {
        inference(&device);
    }
}
