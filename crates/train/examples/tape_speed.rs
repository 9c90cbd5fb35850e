//! How many recordings a second go forth and back by hand: `cargo run -p train --example tape_speed -- NAME [RECORDS]`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use nets::families::benchmark::{Backbone, plain};
use nets::graph::LOGITS;
use nets::tape::{Mode, Pass};
use train::machine::Processor;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "resnet1d_wang".to_owned());
    let records: usize = arguments.next().map_or(Ok(128), |count| count.parse())?;
    let backbone = Backbone::ALL.into_iter().find(|backbone| backbone.name() == name);
    let graph = Arc::new(plain(backbone.ok_or_else(|| anyhow::anyhow!("no backbone {name}"))?, 71)?);
    let tensors = graph.drawn(1);
    let weights: Vec<Vec<f32>> = graph.weights().iter().map(|weight| tensors[&weight.name].1.clone()).collect();
    let x: Vec<f32> = (0..records * graph.input().size()).map(|place| (place as f32 * 0.37).sin()).collect();
    let logits = graph.outputs()[LOGITS].number();
    for _ in 0..5 {
        let began = Instant::now();
        let pass = Pass::forward(&graph, &weights, &x, Mode::Training(1), &Processor);
        let forth = began.elapsed();
        let gradient = vec![1e-3; pass.value(logits).len()];
        let gradients = pass.backward(&weights, BTreeMap::from([(logits, gradient)]), &[]);
        let all = began.elapsed();
        let known = gradients.weights.iter().flatten().count();
        let rate = records as f64 / all.as_secs_f64();
        println!(
            "{name}: forth {forth:.1?}, back {:.1?}, {rate:.0} records/s ({known} gradients)",
            all.checked_sub(forth).unwrap()
        );
    }
    Ok(())
}
