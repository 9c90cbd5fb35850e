//! Live progress of a run on a terminal, and one line an epoch where there is none.

use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::checkpoint::Epoch;
use crate::training::Watch;

/// Where a log is no terminal, a line is written at most this often within an epoch.
const QUIET: Duration = Duration::from_mins(1);

/// Steps of a bar for one piece of work.
const PARTS: u64 = 1000;

/// Shows a run.
#[derive(Debug)]
pub struct Terminal {
    bar: ProgressBar,
    epochs: usize,
    steps: usize,
    loss: f64,
    records: usize,
    began: Instant,
    said: Instant,
}

impl Terminal {
    /// A view on the error stream.
    pub fn new() -> Terminal {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        Terminal { bar, epochs: 0, steps: 0, loss: f64::NAN, records: 0, began: Instant::now(), said: Instant::now() }
    }

    fn line(&self, text: &str) {
        if std::io::stderr().is_terminal() {
            self.bar.println(text);
        } else {
            eprintln!("{text}");
        }
    }

    fn per_second(&self) -> f64 {
        self.records as f64 / self.began.elapsed().as_secs_f64().max(1e-3)
    }
}

impl Default for Terminal {
    fn default() -> Terminal {
        Terminal::new()
    }
}

/// A bar for work that is counted: `what`, then how many of how many, and the time left.
pub fn counted(what: &str, all: u64) -> ProgressBar {
    let bar = ProgressBar::new(all).with_message(what.to_owned());
    bar.set_style(style("{msg} {bar:30} {human_pos} of {human_len}  {eta} left"));
    bar
}

/// A bar for long pieces of work, of which parts are seen too; where there is no terminal, a line a minute.
#[derive(Debug)]
pub struct InParts {
    bar: ProgressBar,
    what: &'static str,
    all: usize,
    said: Mutex<Instant>,
}

impl InParts {
    /// A view on the error stream: `what`, and how many of `all`.
    pub fn new(what: &'static str, all: usize) -> InParts {
        let bar = ProgressBar::new(all as u64 * PARTS).with_message(format!("{what} 0 of {all}"));
        bar.set_style(style("{msg} {bar:30} {percent} %  {eta} left"));
        InParts { bar, what, all, said: Mutex::new(Instant::now()) }
    }

    /// So many are done, the last perhaps in part.
    pub fn set(&self, done: f64) {
        // A sum of parts may lie a hair below the whole.
        let parts = ((done * PARTS as f64).round() as u64).min(self.all as u64 * PARTS);
        let text = format!("{} {} of {}", self.what, parts / PARTS, self.all);
        self.bar.set_position(parts);
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::io::stderr().is_terminal() && said.elapsed() > QUIET {
            *said = Instant::now();
            eprintln!("{text} ({} %)", parts * 100 / (self.all as u64 * PARTS).max(1));
        }
        self.bar.set_message(text);
    }

    /// All is done: the bar goes.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("█▉▊▋▌▍▎▏ ")
}

impl Watch for Terminal {
    fn start(&mut self, done: usize, epochs: usize, steps: usize) {
        (self.epochs, self.steps) = (epochs, steps);
        self.bar.set_length((epochs * steps) as u64);
        self.bar.set_position((done * steps) as u64);
        self.bar.reset_eta();
        self.bar.set_style(style("{prefix} {bar:24} {msg}  {elapsed} gone, {eta} left"));
        if done > 0 {
            self.line(&format!("going on after epoch {done}"));
        }
        self.began = Instant::now();
    }

    fn step(&mut self, epoch: usize, step: usize, loss: f64, records: usize) {
        if step == 0 {
            (self.records, self.began, self.loss) = (0, Instant::now(), loss);
        }
        // Smoothed, so that the eye can follow it.
        self.loss = 0.9 * self.loss + 0.1 * loss;
        self.records += records;
        self.bar.set_position((epoch * self.steps + step + 1) as u64);
        self.bar.set_prefix(format!("epoch {}/{} batch {}/{}", epoch + 1, self.epochs, step + 1, self.steps));
        self.bar.set_message(format!("loss {:.4}  {:.0} records/s", self.loss, self.per_second()));
        if !std::io::stderr().is_terminal() && self.said.elapsed() > QUIET {
            self.said = Instant::now();
            eprintln!(
                "epoch {}/{} batch {}/{}  loss {:.4}  {:.1} records/s",
                epoch + 1,
                self.epochs,
                step + 1,
                self.steps,
                self.loss,
                self.per_second()
            );
        }
    }

    fn validating(&mut self, done: usize, all: usize) {
        self.bar.set_message(format!("validating {done}/{all}"));
    }

    fn epoch(&mut self, epoch: &Epoch) {
        let validation = match (epoch.validation_loss, epoch.validation_auc) {
            (Some(loss), Some(auc)) => format!("  fold 9: loss {loss:.4}, macro AUC {auc:.4}"),
            _ => String::new(),
        };
        self.line(&format!(
            "epoch {:3}/{}  loss {:.4}{validation}  {:.0} records/s",
            epoch.epoch, self.epochs, epoch.loss, epoch.records_per_second
        ));
        self.said = Instant::now();
        if epoch.epoch == self.epochs {
            self.bar.finish_and_clear();
        }
    }
}
