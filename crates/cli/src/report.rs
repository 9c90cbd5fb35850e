//! What was done, what failed and why; and printing that minds a closed pipe.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use formats::{Error, Failure};
use serde::Serialize;

/// Names that are printed of the files that failed for one reason.
const SHOWN: usize = 4;

/// One thing that failed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Failed {
    /// The files.
    pub(crate) files: Vec<String>,
    /// Why.
    pub(crate) reason: String,
    /// Where: the leading file, with line or byte.
    #[serde(skip)]
    place: String,
    /// The reason without the file's name and place: what failures have in common.
    #[serde(skip)]
    kind: String,
}

impl Failed {
    /// `place` is what the reason begins with; names in the reason that follow from the file's are no difference.
    fn new(files: Vec<String>, reason: String, place: &str) -> Failed {
        let kind = reason.strip_prefix(place).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&reason);
        let name = files.first().map_or("", |file| file.rsplit('/').next().unwrap_or(file));
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let kind = kind.replace(&format!("\"{stem}."), "\"*.");
        Failed { files, place: place.to_owned(), kind, reason }
    }
}

/// A file that no recording came of and that is no failure.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PassedOver {
    /// The file.
    pub(crate) file: String,
    /// `companion` where it belongs to recordings (a list, a licence, a description), else `no recording`.
    pub(crate) what: &'static str,
}

impl PassedOver {
    /// The file of a name.
    pub(crate) fn of(file: &str, is_companion: bool) -> PassedOver {
        PassedOver { file: file.to_owned(), what: if is_companion { "companion" } else { "no recording" } }
    }
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
    /// What was no recording.
    pub(crate) passed_over: Vec<PassedOver>,
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
            let (Error::Truncated { file, place, .. }
            | Error::Invalid { file, place, .. }
            | Error::Unsupported { file, place, .. }
            | Error::Limit { file, place, .. }
            | Error::Missing { file, place, .. }) = &failure.error;
            let place = format!("{file}{place}");
            Failed::new(failure.files, reason, &place)
        }));
    }

    /// Adds any other failure.
    pub(crate) fn fail(&mut self, file: &str, error: &anyhow::Error) {
        self.failed.push(Failed::new(vec![file.to_owned()], format!("{error:#}"), file));
    }

    /// Prints the failures on standard error, those of one reason together, and gives the exit code.
    pub(crate) fn finish(self) -> ExitCode {
        let code = if self.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        if !self.printed {
            eprint!("{}", told(&self.failed));
        }
        let many = self.done + self.failed.len() > 1 || !self.passed_over.is_empty();
        if many && !self.printed {
            eprint!("{} {}, {} failed", self.done, self.verb, self.failed.len());
            let companions = self.passed_over.iter().filter(|one| one.what == "companion").count();
            let others = self.passed_over.len() - companions;
            if companions > 0 {
                eprint!(", {} of recordings passed over", number(companions, "companion"));
            }
            if others > 0 {
                let of = if others == 1 { "file of another kind" } else { "files of other kinds" };
                eprint!(", {others} {of} passed over");
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

fn number(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The text with a mark in place of each run of digits.
fn without_numbers(text: &str) -> String {
    let mut short = String::new();
    for letter in text.chars() {
        match letter {
            '0'..='9' if short.ends_with('…') => {}
            '0'..='9' => short.push('…'),
            letter => short.push(letter),
        }
    }
    short
}

/// The failures, those of one reason as one, in the order of the first of each. Numbers in a reason make no other one of it.
fn told(failed: &[Failed]) -> String {
    let mut kinds: Vec<(String, Vec<&Failed>)> = Vec::new();
    for one in failed {
        let kind = without_numbers(&one.kind);
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, alike)) => alike.push(one),
            None => kinds.push((kind, vec![one])),
        }
    }
    let mut text = String::new();
    for (kind, alike) in kinds {
        let _ = match alike.as_slice() {
            [one] => writeln!(text, "failed: {}", one.reason),
            all => {
                let same = all.windows(2).all(|two| two[0].kind == two[1].kind);
                let kind = if same { &all[0].kind } else { &kind };
                let places: Vec<&str> = all.iter().take(SHOWN).map(|one| one.place.as_str()).collect();
                let more = all.len().saturating_sub(SHOWN);
                let more =
                    if more > 0 { format!("; and {more} more (inspect --json names all)") } else { String::new() };
                writeln!(text, "failed: {} times {kind}\n  {}{more}", all.len(), places.join("; "))
            }
        };
    }
    text
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

#[cfg(test)]
mod tests {
    use formats::{Needs, Place};

    use super::*;

    #[test]
    fn equal_reasons_are_told_once_with_the_first_names() {
        let mut summary = Summary::new("read", false);
        let failure = |file: &str, error| Failure { files: vec![file.to_owned()], error };
        for number in 0..6 {
            let file = format!("x/{number}.dat");
            let header = format!("the WFDB header \"{number}.hea\" too");
            summary.unread(vec![failure(&file, Error::missing(Needs::File, &file, "no header", header))]);
        }
        for (file, line) in [("a.hea", 2), ("b.hea", 7)] {
            summary.unread(vec![failure(file, Error::invalid(file, Place::Line(line), "\"x\"", "a number"))]);
        }
        for (file, leads) in [("d.npy", 12), ("e.npy", 8)] {
            summary
                .unread(vec![failure(file, Error::missing(Needs::Rate, file, format!("{leads} leads"), "the rate"))]);
        }
        summary.fail("c.hea", &anyhow::anyhow!("missing leads: V1").context("c.hea, segment 1"));
        let told = told(&summary.failed);
        let expected = "\
failed: 6 times found no header; please give the WFDB header \"*.hea\" too
  x/0.dat; x/1.dat; x/2.dat; x/3.dat; and 2 more (inspect --json names all)
failed: 2 times found \"x\", expected a number
  a.hea, line 2; b.hea, line 7
failed: 2 times found … leads; please give the rate (--rate HERTZ)
  d.npy; e.npy
failed: c.hea, segment 1: missing leads: V1
";
        assert_eq!(told, expected);
        assert_eq!(summary.failed[5].reason, "x/5.dat: found no header; please give the WFDB header \"5.hea\" too");
    }
}
