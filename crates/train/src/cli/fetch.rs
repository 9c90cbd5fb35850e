//! `train-native fetch`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::Context as _;
use indicatif::{HumanBytes, ProgressBar};
use train::fetch::{PTB_XL, Scope, Watch, fetch};
use train::progress::counted;

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The data set
    #[arg(value_enum)]
    set: Set,
    /// Folder to put it in
    #[arg(long, value_name = "DIR", default_value = "data/ptb-xl")]
    out: PathBuf,
    /// The 500 Hz signals too (2.5 GB more)
    #[arg(long)]
    everything: bool,
    /// Where the release lies
    #[arg(long, value_name = "URL", default_value = PTB_XL)]
    base: String,
    /// Files at once
    #[arg(long, default_value_t = 8)]
    connections: usize,
}

/// A data set that can be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Set {
    /// PTB-XL 1.0.3 from PhysioNet, CC BY 4.0
    PtbXl,
}

struct Shown {
    bar: ProgressBar,
    fetched: AtomicUsize,
    bytes: AtomicUsize,
}

impl Watch for Shown {
    fn start(&self, files: usize) {
        self.bar.set_length(files as u64);
        self.bar.reset_eta();
    }

    fn done(&self, _file: &str, fetched: bool) {
        self.fetched.fetch_add(usize::from(fetched), Ordering::Relaxed);
        self.bar.inc(1);
        let bytes = self.bytes.load(Ordering::Relaxed) as u64;
        self.bar.set_message(format!("files of PTB-XL, {} fetched", HumanBytes(bytes)));
    }

    fn bytes(&self, count: u64) {
        self.bytes.fetch_add(count as usize, Ordering::Relaxed);
    }
}

/// Runs `train-native fetch`.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let Set::PtbXl = options.set;
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed)).context("setting up Ctrl-C")?;
    let scope = if options.everything { Scope::Everything } else { Scope::Hertz100 };
    let shown = Shown {
        bar: counted("asking for the list of files", 0),
        fetched: AtomicUsize::new(0),
        bytes: AtomicUsize::new(0),
    };
    let files = fetch(&options.base, &options.out, scope, options.connections, &stop, &shown)?;
    shown.bar.finish_and_clear();
    println!(
        "{files} files in {}, every SHA-256 right; {} of them fetched now ({})",
        options.out.display(),
        shown.fetched.load(Ordering::Relaxed),
        HumanBytes(shown.bytes.load(Ordering::Relaxed) as u64)
    );
    println!("PTB-XL: Wagner P. et al., Sci Data 7:154 (2020), doi 10.13026/kfzx-aw45, CC BY 4.0");
    Ok(ExitCode::SUCCESS)
}
