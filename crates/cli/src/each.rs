//! The way that every command goes: read one group of files after the other, do the command's work with each recording
//! in it, note what failed, show how far it is.

use anyhow::Result;
use ecg::Recording;
use formats::Limits;

use crate::report::{Summary, print};
use crate::{Stated, files};

/// Does `work` with every recording of `inputs` and adds what was done and what failed to `summary`.
///
/// `work` gives the text to print at once, if any. Its error is a failure of that recording alone, as an unreadable file
/// is one of that file alone; the others are still done.
///
/// # Errors
/// Nothing can be printed any more.
pub(crate) fn recording(
    inputs: &files::Inputs,
    stated: &Stated,
    summary: &mut Summary,
    mut work: impl FnMut(Recording) -> Result<Option<String>>,
) -> Result<()> {
    let (hints, limits) = (stated.into(), Limits::default());
    let bar = files::progress(inputs);
    for group in &inputs.groups {
        bar.set_message(group.name());
        match group.read(&hints, &limits) {
            Ok(files::Read { outcome, passed_over }) => {
                summary.passed_over.extend(passed_over);
                summary.unread(outcome.failures);
                let many = outcome.recordings.len() > 1;
                for recording in outcome.recordings {
                    let whose = if many { format!("{}, {}", group.name(), recording.name) } else { group.name() };
                    match work(recording) {
                        Ok(text) => {
                            summary.done += 1;
                            if let Some(text) = text {
                                bar.suspend(|| print(&text))?;
                            }
                        }
                        Err(error) => summary.fail(&group.name(), &error.context(whose)),
                    }
                }
            }
            Err(error) => summary.fail(&group.name(), &error),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}
