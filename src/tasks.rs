//! Pieces of work that the visitor waits for: how far they are, and how they are cancelled.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use engine::protocol::{EngineKind, Job};
use leptos::prelude::*;
use web_sys::{AbortController, AbortSignal};

/// One piece of work.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its number.
    pub job: Job,
    /// What it is for, in words for the visitor.
    pub title: String,
    /// What is being done now.
    pub stage: String,
    /// Units done.
    pub done: f64,
    /// Units in all; 0 when not known.
    pub total: f64,
    /// True when it can be cancelled.
    pub cancellable: bool,
}

impl Task {
    /// The done part, 0 to 1, where it is known. Before the first part is done nothing is known: a single file is read in
    /// one piece, and "0 %" for seconds would say that nothing happens.
    pub fn part(&self) -> Option<f64> {
        (self.total > 0.0 && self.done > 0.0).then(|| (self.done / self.total).clamp(0.0, 1.0))
    }
}

/// All pieces of work that go on.
#[derive(Clone, Copy)]
pub struct Tasks {
    /// In the order in which they began.
    pub list: RwSignal<Vec<Task>>,
    last: StoredValue<Job>,
}

thread_local! {
    static DOWNLOADS: RefCell<HashMap<Job, AbortController>> = RefCell::default();
    static CANCELLED: RefCell<HashSet<Job>> = RefCell::default();
}

/// The starting engines have numbers of their own, far from those of work.
fn boot_job(kind: EngineKind) -> Job {
    match kind {
        EngineKind::Cpu => Job::MAX,
        EngineKind::Gpu => Job::MAX - 1,
    }
}

impl Tasks {
    /// None yet.
    pub fn new() -> Tasks {
        Tasks { list: RwSignal::new(Vec::new()), last: StoredValue::new(0) }
    }

    fn number(self) -> Job {
        self.last.update_value(|last| *last += 1);
        self.last.get_value()
    }

    /// Begins a piece of work.
    pub fn begin(self, title: String) -> Job {
        let job = self.number();
        let task = Task { job, title, stage: String::new(), done: 0.0, total: 0.0, cancellable: true };
        self.list.update(|list| list.push(task));
        job
    }

    /// How far it is.
    pub fn progress(self, job: Job, stage: &str, done: f64, total: f64) {
        self.list.update(|list| {
            if let Some(task) = list.iter_mut().find(|task| task.job == job) {
                stage.clone_into(&mut task.stage);
                (task.done, task.total) = (done, total);
            }
        });
    }

    /// It is over.
    pub fn end(self, job: Job) {
        DOWNLOADS.with_borrow_mut(|downloads| downloads.remove(&job));
        CANCELLED.with_borrow_mut(|cancelled| cancelled.remove(&job));
        self.list.update(|list| list.retain(|task| task.job != job));
    }

    /// How far an engine's start is; none when it is over.
    pub fn boot(self, kind: EngineKind, progress: Option<(String, f64, f64)>) {
        let job = boot_job(kind);
        self.list.update(|list| {
            list.retain(|task| task.job != job);
            if let Some((stage, done, total)) = progress {
                let title = match kind {
                    EngineKind::Cpu => "CPU engine",
                    EngineKind::Gpu => "GPU engine",
                };
                list.push(Task { job, title: title.to_owned(), stage, done, total, cancellable: false });
            }
        });
    }

    /// The signal that stops this job's downloads.
    pub fn abort_signal(self, job: Job) -> Option<AbortSignal> {
        let controller = AbortController::new().ok()?;
        let signal = controller.signal();
        DOWNLOADS.with_borrow_mut(|downloads| downloads.insert(job, controller));
        Some(signal)
    }

    /// True from the visitor's cancel until the work is over: between its steps the work asks.
    pub fn is_cancelled(self, job: Job) -> bool {
        CANCELLED.with_borrow(|cancelled| cancelled.contains(&job))
    }

    /// Stops this job's downloads, and its next step.
    pub fn cancel(self, job: Job) {
        let runs = self.list.with_untracked(|list| list.iter().any(|task| task.job == job));
        if runs {
            CANCELLED.with_borrow_mut(|cancelled| cancelled.insert(job));
        }
        if let Some(controller) = DOWNLOADS.with_borrow_mut(|downloads| downloads.remove(&job)) {
            controller.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_in_one_piece_is_not_shown_as_work_that_stands_still() {
        let task =
            Task { job: 1, title: String::new(), stage: String::new(), done: 0.0, total: 1.0, cancellable: true };
        assert_eq!(task.part(), None);
        assert_eq!(Task { done: 1.0, total: 4.0, ..task }.part(), Some(0.25));
    }
}
