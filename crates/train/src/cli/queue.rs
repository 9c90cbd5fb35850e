//! `train-native queue`: several trainings one after the other.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Parser as _;
use nets::Purpose;

use super::sources::PRE_TRAINED;
use super::train::{self, Outcome};

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// List of trainings: the arguments of `train-native train`, one training a line; `#` begins a remark
    #[arg(value_name = "FILE")]
    list: PathBuf,
    /// Folder of the tasks' data set, for lines that name none
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Stop after so many minutes; the same command goes on later
    #[arg(long, value_name = "MINUTES")]
    minutes: Option<f64>,
    /// Tell what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// A line of the list, as `train` takes it.
#[derive(Debug, clap::Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct Line {
    #[command(flatten)]
    options: train::Options,
}

/// Where a training stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Its model (or pre-trained weights) is there, made by this very command.
    Done,
    /// Its checkpoint is there.
    Begun,
    /// Nothing is there.
    New,
}

/// Runs the list in order. A training that is done is passed over, one that was begun goes on.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(&options.list).with_context(|| format!("reading {}", options.list.display()))?;
    let mut runs = parse(&text, &options.list)?;
    for run in &mut runs {
        run.resume = true;
        if run.data.is_none() && run.task != ::train::tasks::Task::Simulated {
            run.data.clone_from(&options.data);
        }
    }
    if options.dry_run {
        for run in &runs {
            println!("{:8} {}", format!("{:?}", standing(run)).to_lowercase(), run.command());
        }
        return Ok(ExitCode::SUCCESS);
    }
    let stop = train::stop_at_interrupt()?;
    stop_later(&stop, options.minutes);
    for (number, run) in runs.iter().enumerate() {
        eprintln!("{} of {}: {}", number + 1, runs.len(), run.command());
        if standing(run) == Standing::Done {
            eprintln!("done before");
            continue;
        }
        if stop.load(Ordering::Relaxed) || train::train_one(run, &stop)? == Outcome::Stopped {
            eprintln!("stopped; the same command goes on from here");
            return Ok(ExitCode::from(train::STOPPED));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The list's trainings.
fn parse(text: &str, path: &Path) -> anyhow::Result<Vec<train::Options>> {
    let mut runs = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let words = line.split('#').next().unwrap_or_default().split_whitespace();
        let words: Vec<&str> = words.collect();
        if words.is_empty() {
            continue;
        }
        match Line::try_parse_from(words) {
            Ok(line) => runs.push(line.options),
            Err(error) => bail!("{}, line {}: {}", path.display(), number + 1, error.to_string().trim()),
        }
    }
    Ok(runs)
}

fn standing(run: &train::Options) -> Standing {
    let done = if run.model.purpose() == Purpose::PreTraining {
        run.run_folder().join(PRE_TRAINED).exists()
    } else {
        ::train::folder::card(&run.model_folder()).is_ok_and(|card| card.command == run.command())
    };
    if done {
        Standing::Done
    } else if ::train::training::checkpoint_path(&run.run_folder()).exists() {
        Standing::Begun
    } else {
        Standing::New
    }
}

/// Sets the flag after some minutes.
fn stop_later(stop: &Arc<AtomicBool>, minutes: Option<f64>) {
    let Some(minutes) = minutes.filter(|minutes| minutes.is_finite() && *minutes >= 0.0) else { return };
    let (stop, began) = (Arc::clone(stop), Instant::now());
    std::thread::spawn(move || {
        let limit = Duration::from_secs_f64(minutes.min(1e6) * 60.0);
        while began.elapsed() < limit {
            std::thread::sleep(Duration::from_millis(200).min(limit.saturating_sub(began.elapsed())));
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_line_by_line_and_a_wrong_line_is_named() {
        let path = Path::new("list");
        let text = "# all\n--model s4-64 --task all --seed 2 # small\n\n--model mina --lead II --task rhythm\n";
        let runs = parse(text, path).unwrap();
        assert_eq!(runs.len(), 2);
        assert_eq!((runs[0].model.name(), runs[0].seed, runs[1].lead.name()), ("s4-64", 2, "II"));
        let message = parse("--model s4\n--model nothing", path).unwrap_err().to_string();
        assert!(message.starts_with("list, line 2: "), "{message}");
    }

    #[test]
    fn a_student_of_a_teacher_does_not_take_the_name_of_the_one_without() {
        let text =
            "--model dsail-student --lead I --task tiers\n--model dsail-student --lead I --task tiers --teacher t";
        let names: Vec<String> = parse(text, Path::new("list")).unwrap().iter().map(train::Options::name).collect();
        assert_eq!(names, ["dsail-student-i-tiers", "dsail-student-i-tiers-distilled"]);
    }

    #[test]
    fn a_training_without_a_trace_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().to_str().unwrap();
        let runs = parse(&format!("--model s4-64 --run {run}/a --out {run}/b"), Path::new("list")).unwrap();
        assert_eq!(standing(&runs[0]), Standing::New);
    }
}
