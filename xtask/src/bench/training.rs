//! Training beside PyTorch: seconds of a step of resnet1d_wang, on one thread and on all.

use crate::{paths, run};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Steps that count of each program in each round.
const STEPS: usize = 8;
/// Rounds in which the programs take turns.
const ROUNDS: usize = 2;

/// Records a second, by the fastest step and by the median of the rounds' medians.
struct Speed {
    fastest: f64,
    median: f64,
    threads: u64,
}

/// Measures and prints; PyTorch's side only where a Python with it is found.
pub fn compare(python: Option<&Path>) -> Result<()> {
    run::succeed(run::cargo()?.args(["build", "--package", "train", "--bin", "train-native"]))?;
    let program = paths::native_target()?.join("debug").join(format!("train-native{}", std::env::consts::EXE_SUFFIX));
    let script = paths::root().join("tests/reference/speed_resnet1d_wang.py");
    let torch = find(python)?;
    println!("\nTraining records a second, resnet1d_wang, batches of 128 (fastest step; median)");
    for one in [true, false] {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let mut command = run::command(&program);
            command.args(["bench", "--json", "--steps"]).arg(STEPS.to_string());
            if one {
                command.env("RAYON_NUM_THREADS", "1");
            }
            let own = answer(&mut command)?;
            if let Some(torch) = &torch {
                let mut command = run::command(torch);
                command.env("PYTHONDONTWRITEBYTECODE", "1").arg(&script);
                command.arg("--steps").arg(STEPS.to_string()).arg("--classes").arg(own["labels"].to_string());
                if one {
                    command.args(["--threads", "1"]);
                }
                theirs.push(answer(&mut command)?);
            }
            ours.push(own);
        }
        let own = row("train-native", &ours)?;
        if !theirs.is_empty() {
            let other = row(theirs[0]["program"].as_str().unwrap_or("PyTorch"), &theirs)?;
            println!(
                "{:>10.2} {:>10.2}  ours : PyTorch, more is faster",
                own.fastest / other.fastest,
                own.median / other.median
            );
        }
    }
    if torch.is_none() {
        println!("PyTorch was not measured: no Python with torch here; name one with --python");
    }
    Ok(())
}

/// The named Python, which must have PyTorch, or else `python3` if it has it.
fn find(python: Option<&Path>) -> Result<Option<PathBuf>> {
    let has = |python: &Path| {
        run::output(run::command(python).args(["-c", "import torch, numpy, zstandard; print(torch.__version__)"]))
            .is_some()
    };
    match python {
        Some(python) => {
            ensure!(has(python), "{}: cannot import torch, numpy and zstandard", python.display());
            Ok(Some(python.to_owned()))
        }
        None => Ok(Some(PathBuf::from("python3")).filter(|python| has(python))),
    }
}

fn answer(command: &mut Command) -> Result<Value> {
    let shown = run::show(command);
    let text = run::output(command).with_context(|| format!("`{shown}` failed"))?;
    serde_json::from_str(text.trim()).with_context(|| format!("`{shown}` printed no JSON: {text}"))
}

fn row(what: &str, rounds: &[Value]) -> Result<Speed> {
    let number = |round: &Value, name: &str| round[name].as_f64().with_context(|| format!("{what} tells no {name}"));
    let batch = number(&rounds[0], "batch")?;
    let least = rounds.iter().map(|round| number(round, "least_seconds")).collect::<Result<Vec<_>>>()?;
    let medians = rounds.iter().map(|round| number(round, "median_seconds")).collect::<Result<Vec<_>>>()?;
    let speed = Speed {
        fastest: batch / super::least(&least),
        median: batch / super::median(&medians),
        threads: rounds[0]["threads"].as_u64().unwrap_or(0),
    };
    let threads = if speed.threads == 1 { "1 thread".to_owned() } else { format!("{} threads", speed.threads) };
    println!("{:>10.0} {:>10.0}  {what}, {threads}", speed.fastest, speed.median);
    Ok(speed)
}
