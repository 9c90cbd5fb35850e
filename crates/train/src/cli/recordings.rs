//! The recordings that a model is measured on.

use std::path::Path;

use anyhow::Context as _;
use classify::Card;
use train::dataset::Dataset;
use train::progress::counted;
use train::source::Wanted;
use train::tasks::Task;
use train::{folds, simulated, source};

/// Simulated recordings of each condition to measure a model of them on; another seed than any training's.
const SIMULATED: (usize, u64) = (100, 0xe1a1);

/// The task that a card names.
pub fn task_of(card: &Card) -> anyhow::Result<Task> {
    <Task as clap::ValueEnum>::from_str(&card.task, false)
        .map_err(|_| anyhow::anyhow!("model {}: task {:?} is not one of this program's", card.name, card.task))
}

/// Recordings of some folds with a task's labels for a network of this rate: of the task's data set in a folder, or newly
/// simulated ones.
pub fn load(folder: Option<&Path>, task: Task, rate: f64, wanted: &[u8]) -> anyhow::Result<Dataset> {
    if let Some(folder) = folder {
        let all = source::load(folder, task, Wanted::at(rate), &mut |line| eprintln!("{line}"))
            .with_context(|| format!("loading {}", folder.display()))?;
        return Ok(folds::only(&all, wanted));
    }
    let all = SIMULATED.0 * signal::simulate::Condition::ALL.len() * wanted.len() / 10;
    let bar = counted("simulating", all as u64);
    let data = simulated::simulated_folds(SIMULATED.0, SIMULATED.1, wanted, |done| bar.set_position(done as u64))?;
    bar.finish_and_clear();
    Ok(data)
}
