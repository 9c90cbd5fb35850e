//! What was done, what failed and why; and printing that minds a closed pipe.

use std::io::{self, Write};
use std::process::ExitCode;

use formats::Failure;
use serde::Serialize;

/// One thing that failed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Failed {
    /// The files.
    pub(crate) files: Vec<String>,
    /// Why.
    pub(crate) reason: String,
}

/// The outcome of a whole run.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    /// What the done things are called, such as `read`.
    pub(crate) verb: &'static str,
    /// Recordings that went well.
    pub(crate) done: usize,
    /// What did not.
    pub(crate) failed: Vec<Failed>,
    /// Files of searched folders that are no recordings.
    pub(crate) passed_over: usize,
    /// True where the failures already stand in what was printed (JSON).
    pub(crate) printed: bool,
}

impl Summary {
    /// An empty summary.
    pub(crate) fn new(verb: &'static str, printed: bool) -> Summary {
        Summary { verb, printed, ..Summary::default() }
    }

    /// Adds a failure of the reader.
    pub(crate) fn unread(&mut self, failures: Vec<Failure>) {
        self.failed.extend(failures.into_iter().map(|failure| {
            let mut reason = failure.error.to_string();
            if failure.error.wants_rate() {
                reason.push_str(" (--rate HERTZ)");
            } else if failure.error.wants_unit() {
                reason.push_str(" (--unit mV)");
            }
            Failed { files: failure.files, reason }
        }));
    }

    /// Adds any other failure.
    pub(crate) fn fail(&mut self, file: &str, error: &anyhow::Error) {
        self.failed.push(Failed { files: vec![file.to_owned()], reason: format!("{error:#}") });
    }

    /// Prints the failures on standard error and gives the exit code.
    pub(crate) fn finish(self) -> ExitCode {
        let code = if self.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        for failed in self.failed.iter().filter(|_| !self.printed) {
            eprintln!("failed: {}", failed.reason);
        }
        let many = self.done + self.failed.len() > 1 || self.passed_over > 0;
        if many && !self.printed {
            eprint!("{} {}, {} failed", self.done, self.verb, self.failed.len());
            if self.passed_over > 0 {
                let files = if self.passed_over == 1 { "file" } else { "files" };
                eprint!(", {} {files} of other kinds passed over", self.passed_over);
            }
            eprintln!();
        }
        if self.done == 0 && self.failed.is_empty() {
            eprintln!("nothing to do: no recording was found");
            return ExitCode::FAILURE;
        }
        code
    }
}

/// Prints one text on standard output.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Prints JSON on standard output, one document for the whole run.
pub(crate) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(value)?))
}

/// True when whoever read the output has stopped, as `head` does.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
