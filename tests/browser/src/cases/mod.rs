//! What the page has to do, as sentences that can be false.

mod cancel;
mod engines;
mod families;
mod fixtures;
mod formats;
mod hostile;
mod intake;
mod long;
mod offline;
mod open;
mod privacy;
mod takeaway;
mod visit;

use crate::native::Native;
use anyhow::Result;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What the tests run on.
pub struct Suite {
    /// The built folder.
    pub site: PathBuf,
    /// The workspace's root, for fixtures.
    pub root: PathBuf,
    /// The command line.
    pub native: Native,
    /// One network of each family.
    pub families: Families,
}

/// How a built folder with a network of each family is made; that takes a while, so only when it is asked for.
pub struct Families {
    /// The built folder with the shipped models.
    pub folder: PathBuf,
    /// Makes such a folder and one of models from the built folder.
    pub make: fn(&Path, Span) -> Result<(PathBuf, PathBuf)>,
}

/// How much of a recording a network of each family looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Ten seconds, in as many windows as that takes.
    Whole,
    /// One window.
    OneWindow,
}

/// A test; the GPU engine has to be in the built folder for those that need it.
struct Case {
    name: &'static str,
    needs_gpu: bool,
    run: fn(&Suite) -> Result<()>,
}

const CASES: &[Case] = &[
    Case {
        name: "a WFDB pair, an EDF and a CSV are drawn and classified by the CPU engine",
        needs_gpu: false,
        run: open::on_the_cpu,
    },
    Case {
        name: "a file of each format, dropped alone and all zipped, is read as the command line reads it",
        needs_gpu: false,
        run: formats::one_of_each,
    },
    Case {
        name: "a week of paper is reached to its end by pulling the bar, by steps and enlarged",
        needs_gpu: false,
        run: long::week,
    },
    Case {
        name: "the trace of the file and a map over it are seen in the pixels",
        needs_gpu: false,
        run: open::pixels,
    },
    Case {
        name: "a label is explained in each way that the model offers, with what its test found",
        needs_gpu: false,
        run: open::each_way,
    },
    Case {
        name: "a recording of one lead is offered the models that take it, and they answer",
        needs_gpu: false,
        run: open::one_lead,
    },
    Case {
        name: "files can be picked as well as dropped, and samples are at hand",
        needs_gpu: false,
        run: open::picked_and_samples,
    },
    Case {
        name: "a dropped folder is searched to its depth and what is no recording shares one card",
        needs_gpu: false,
        run: intake::dropped_folder,
    },
    Case { name: "a picked folder gives its recordings", needs_gpu: false, run: intake::picked_folder },
    Case { name: "pasted files and a pasted table are read", needs_gpu: false, run: intake::pasted },
    Case {
        name: "a cancel in the middle of a file of 240 MB is heard at once",
        needs_gpu: false,
        run: cancel::while_reading,
    },
    Case { name: "an engine that traps is replaced and the file is read", needs_gpu: false, run: engines::trapped },
    Case { name: "an engine that hangs is replaced by a cancel", needs_gpu: false, run: engines::hung },
    Case {
        name: "keys do what buttons do, and a closed recording comes back",
        needs_gpu: false,
        run: takeaway::keys_and_undo,
    },
    Case { name: "findings are copied and saved in plain words", needs_gpu: false, run: takeaway::findings },
    Case {
        name: "the printed page is one sheet of A4 with the trace at 25 mm/s",
        needs_gpu: false,
        run: takeaway::printed,
    },
    Case {
        name: "without an adapter the CPU answers and the page says why",
        needs_gpu: false,
        run: engines::no_adapter,
    },
    Case {
        name: "the page's CPU engine agrees with the command line for every model",
        needs_gpu: false,
        run: engines::cpu_agrees,
    },
    Case {
        name: "a network of each family answers as the command line does and draws its explanation",
        needs_gpu: false,
        run: families::each_on_the_cpu,
    },
    Case { name: "an engine that dies is replaced and the recording stays", needs_gpu: false, run: engines::replaced },
    Case {
        name: "hostile files give an error card and the page lives on",
        needs_gpu: false,
        run: hostile::error_cards,
    },
    Case {
        name: "the policy forbids inline scripts and other servers, and the page breaks no rule of it",
        needs_gpu: false,
        run: privacy::policy,
    },
    Case {
        name: "no request leaves page, workers or service worker after a drop",
        needs_gpu: false,
        run: privacy::no_request_after_a_drop,
    },
    Case { name: "after one visit the page works without a network", needs_gpu: false, run: offline::after_one_visit },
    Case { name: "an update is taken as a whole or not at all", needs_gpu: false, run: offline::whole_or_nothing },
    Case { name: "nothing sticks out at 360 pixels", needs_gpu: false, run: open::narrow },
    Case {
        name: "a WFDB pair, an EDF and a CSV are drawn and classified by the GPU engine",
        needs_gpu: true,
        run: open::on_the_gpu,
    },
    Case {
        name: "the page's GPU engine agrees with the command line for every model",
        needs_gpu: true,
        run: engines::gpu_agrees,
    },
    Case {
        name: "a network of each family is answered by the GPU engine as by the command line, its map too",
        needs_gpu: true,
        run: families::each_on_the_gpu,
    },
    Case { name: "a GPU that is lost comes back and the recording stays", needs_gpu: true, run: engines::gpu_lost },
    Case {
        name: "after one visit the GPU engine works without a network",
        needs_gpu: true,
        run: offline::gpu_after_one_visit,
    },
];

/// Runs the tests whose name holds `filter`, one after the other; how many passed, and those that failed with the reason.
pub fn run(suite: &Suite, filter: &str, gpu: bool) -> Result<(usize, Vec<String>)> {
    let (mut passed, mut failed) = (0, Vec::new());
    for case in CASES.iter().filter(|case| case.name.contains(filter)) {
        if case.needs_gpu && !gpu {
            println!("test {} ... left out (--no-gpu)", case.name);
            continue;
        }
        let start = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| (case.run)(suite)))
            .unwrap_or_else(|_| Err(anyhow::anyhow!("the test itself panicked")));
        let seconds = start.elapsed().as_secs_f64();
        match result {
            Ok(()) => {
                passed += 1;
                println!("test {} ... ok ({seconds:.1} s)", case.name);
            }
            Err(reason) => {
                let reason = format!("{reason:#}").replace('\n', "\n    ");
                println!("test {} ... FAILED ({seconds:.1} s)\n    {reason}", case.name);
                failed.push(format!("{}\n    {reason}", case.name));
            }
        }
    }
    Ok((passed, failed))
}
