//! `train-native fetch`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::Context as _;
use indicatif::{HumanBytes, ProgressBar};
use train::fetch::{CINC2021, PTB_XL, Scope, Watch, fetch};
use train::progress::counted;
use train::tasks::DataSet;

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = OTHERS)]
pub struct Options {
    /// The data set
    #[arg(value_enum)]
    set: Set,
    /// Folder to put it in [default: data/ and the data set's name]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The 500 Hz signals of PTB-XL too (2.5 GB more)
    #[arg(long)]
    everything: bool,
    /// Where the release lies [default: PhysioNet]
    #[arg(long, value_name = "URL")]
    base: Option<String>,
    /// Files at once
    #[arg(long, default_value_t = 8)]
    connections: usize,
}

const OTHERS: &str = "By hand, since PhysioNet does not hold them in the layout that is read here:
  Chapman-Shaoxing (--task chapman): figshare 4560497; unpack ECGDataDenoised.zip or ECGData.zip and save the sheet
  Diagnostics.xlsx as Diagnostics.csv beside the folder
  CPSC2018 in its organisers' own layout (MATLAB files and REFERENCE.csv): the challenge's page; `fetch cpsc2018` gets the
  same recordings as PhysioNet holds them, which --task cpsc2018 takes as well";

/// A data set that can be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Set {
    /// PTB-XL 1.0.3 from PhysioNet, CC BY 4.0
    PtbXl,
    /// The training sets of the PhysioNet/CinC Challenge 2021, CC BY 4.0: 88,253 recordings
    Cinc2021,
    /// CPSC2018 in that challenge's form: 6,877 of its recordings
    Cpsc2018,
}

impl Set {
    fn folder(self) -> PathBuf {
        PathBuf::from("data").join(match self {
            Set::PtbXl => "ptb-xl",
            Set::Cinc2021 => "cinc2021",
            Set::Cpsc2018 => "cpsc2018",
        })
    }

    fn base(self) -> &'static str {
        match self {
            Set::PtbXl => PTB_XL,
            Set::Cinc2021 | Set::Cpsc2018 => CINC2021,
        }
    }

    fn scope(self, everything: bool) -> Scope {
        match self {
            Set::PtbXl if everything => Scope::Everything,
            Set::PtbXl => Scope::Hertz100,
            Set::Cinc2021 => Scope::Below("training/"),
            Set::Cpsc2018 => Scope::Below("training/cpsc_2018/"),
        }
    }

    fn data_set(self) -> DataSet {
        match self {
            Set::PtbXl => DataSet::PtbXl,
            Set::Cinc2021 => DataSet::Cinc2021,
            Set::Cpsc2018 => DataSet::Cpsc2018,
        }
    }
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
        self.bar.set_message(format!("files, {} fetched", HumanBytes(bytes)));
    }

    fn bytes(&self, count: u64) {
        self.bytes.fetch_add(count as usize, Ordering::Relaxed);
    }
}

/// Runs `train-native fetch`.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let set = options.set;
    let out = options.out.clone().unwrap_or_else(|| set.folder());
    let base = options.base.as_deref().unwrap_or(set.base());
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed)).context("setting up Ctrl-C")?;
    let scope = set.scope(options.everything);
    let shown = Shown {
        bar: counted("asking for the list of files", 0),
        fetched: AtomicUsize::new(0),
        bytes: AtomicUsize::new(0),
    };
    let files = fetch(base, &out, scope, options.connections, &stop, &shown)?;
    shown.bar.finish_and_clear();
    println!(
        "{files} files in {}, every SHA-256 right; {} of them fetched now ({})",
        out.display(),
        shown.fetched.load(Ordering::Relaxed),
        HumanBytes(shown.bytes.load(Ordering::Relaxed) as u64)
    );
    println!("Please name it wherever you use it: {}", set.data_set().credit());
    Ok(ExitCode::SUCCESS)
}
