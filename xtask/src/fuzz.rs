//! `cargo xtask fuzz`: libFuzzer over every reader, for so many minutes each; with `--until` in rounds that later calls go on with.
//!
//! Only the stable compiler and a C++ compiler are needed: the coverage that libFuzzer follows is a pass of LLVM. Every target begins
//! with the collection's files and what earlier runs kept; what makes one fail is written beside them, and its bytes belong into
//! `crates/formats/tests/crashes/TARGET/`, which a test reads for ever after.

use crate::{paths, run};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  cargo xtask fuzz --minutes 1\n  cargo xtask fuzz --minutes 60 --target dicom --target scp --jobs 2\n  cargo xtask fuzz --minutes 5 --until 60 --jobs 2\n  cargo xtask fuzz --minutes 10 --until 60 --merge"
)]
pub struct Options {
    /// Minutes for each target, or for each of its rounds.
    #[arg(long)]
    minutes: u64,
    /// Only these targets, by name; else all.
    #[arg(long)]
    target: Vec<String>,
    /// Rounds until each target has had so many minutes of processor time, those of earlier calls counted; the least first.
    #[arg(long)]
    until: Option<u64>,
    /// Count the time of `--until` from nothing.
    #[arg(long)]
    anew: bool,
    /// Before the first round, throw away kept inputs that reach nothing which smaller ones do not: every round begins with running all
    /// of them. Its time is not counted.
    #[arg(long)]
    merge: bool,
    /// Targets that run at once.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
}

/// The coverage that libFuzzer follows: counters, compared values, the table of places.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Coverflow-checks -Ccodegen-units=1 --cfg fuzzing";

/// Runs the targets and says what each found.
pub fn fuzz(options: &Options) -> Result<()> {
    let package = paths::root().join("crates/formats/fuzz");
    let known = names(&package)?;
    if let Some(wrong) = options.target.iter().find(|name| !known.contains(name)) {
        bail!("no target {wrong}; there are {}", known.join(", "));
    }
    let chosen = known.into_iter().filter(|name| options.target.is_empty() || options.target.contains(name));
    let programs = build(&package)?;
    let home = paths::cache()?.join("fuzz");
    let until = options.until.map(Duration::from_mins);
    let is_wanted = |name: &str| until.is_none_or(|until| spent(&home.join(name)) < until);
    let mut waiting: Vec<String> = chosen.collect();
    if options.anew {
        for name in &waiting {
            // It may not be there.
            let _ = fs::remove_file(home.join(name).join(SPENT));
        }
    }
    waiting.retain(|name| is_wanted(name));
    waiting.sort_by_key(|name| until.map(|_| spent(&home.join(name))));
    if options.merge {
        for name in &waiting {
            merge(&programs.join(name), &home.join(name))?;
        }
    }
    let mut waiting: VecDeque<String> = waiting.into();
    let mut running: Vec<Running> = Vec::new();
    let mut failed = Vec::new();
    println!("{:<20} {:>12} {:>10} {:>9} {:>9}  found", "target", "runs", "coverage", "inputs", "minutes");
    while !waiting.is_empty() || !running.is_empty() {
        while running.len() < options.jobs.max(1)
            && let Some(name) = waiting.pop_front()
        {
            running.push(Running::start(&name, &programs, &home, Duration::from_mins(options.minutes))?);
        }
        std::thread::sleep(Duration::from_millis(200));
        for one in &mut running {
            one.look()?;
        }
        let (done, going): (Vec<Running>, Vec<Running>) = running.into_iter().partition(|one| one.ended);
        running = going;
        for one in done {
            let (line, crashed) = one.told()?;
            println!("{line}");
            // A target that fails at once would do nothing else from then on.
            if until.is_some() && crashed.is_empty() && is_wanted(&one.name) {
                waiting.push_back(one.name);
            }
            failed.extend(crashed);
        }
    }
    if !failed.is_empty() {
        let list: Vec<String> = failed.iter().map(|path| path.display().to_string()).collect();
        bail!("inputs that make a reader fail:\n  {}", list.join("\n  "));
    }
    Ok(())
}

/// Every target's name, from the files of their folder.
fn names(package: &Path) -> Result<Vec<String>> {
    let folder = package.join("fuzz_targets");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .flatten()
        .filter_map(|entry| Some(entry.path().file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// Builds all targets; the folder of their programs.
fn build(package: &Path) -> Result<PathBuf> {
    let version = run::output(run::command("rustc").arg("-vV")).context("rustc does not answer")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?.to_owned();
    let target = paths::cache()?.join("fuzz-target");
    run::succeed(
        run::command("cargo")
            .args(["build", "--release", "--bins", "--target", &host, "--manifest-path"])
            .arg(package.join("Cargo.toml"))
            .env("CARGO_TARGET_DIR", &target)
            // With a target named, build scripts and macros are spared these.
            .env("RUSTFLAGS", COVERAGE),
    )?;
    Ok(target.join(host).join("release"))
}

/// Where a target's inputs are while merged ones take their place.
const REPLACED: &str = "replaced";

/// The folder of a target's inputs; those that a merge was stopped at replacing come back.
fn corpus(folder: &Path) -> Result<PathBuf> {
    let (corpus, replaced) = (folder.join("corpus"), folder.join(REPLACED));
    if !corpus.is_dir() && replaced.is_dir() {
        fs::rename(&replaced, &corpus)?;
    }
    fs::create_dir_all(&corpus)?;
    Ok(corpus)
}

/// Keeps of a target's inputs those that libFuzzer needs to reach all that they reach together.
fn merge(program: &Path, folder: &Path) -> Result<()> {
    let (corpus, merged, replaced) = (corpus(folder)?, folder.join("merged"), folder.join(REPLACED));
    // What an earlier merge that was stopped has left: the corpus is there.
    let _ = fs::remove_dir_all(&merged);
    let _ = fs::remove_dir_all(&replaced);
    let before = fs::read_dir(&corpus)?.count();
    if before == 0 {
        return Ok(());
    }
    fs::create_dir_all(&merged)?;
    let log = File::create(folder.join("merge-log"))?;
    let longest = LONGEST.iter().max().copied().unwrap_or_default();
    run::succeed(
        Command::new(program)
            .args(["-merge=1", "-timeout=20", "-rss_limit_mb=2048"])
            .arg(format!("-max_len={longest}"))
            .args([&merged, &corpus])
            .stdin(std::process::Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log),
    )?;
    let after = fs::read_dir(&merged)?.count();
    fs::rename(&corpus, &replaced)?;
    fs::rename(&merged, &corpus)?;
    fs::remove_dir_all(&replaced)?;
    println!("{:<20} {before} inputs merged into {after}", program.file_name().unwrap_or_default().display());
    Ok(())
}

/// The file of a target's folder that holds its processor time of all calls, in seconds.
const SPENT: &str = "seconds";

/// The processor time that a target has had.
fn spent(folder: &Path) -> Duration {
    let text = fs::read_to_string(folder.join(SPENT)).unwrap_or_default();
    text.trim().parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or_default()
}

/// The processor time of a running program: Linux tells it in hundredths of a second (proc(5), `stat`, fields 14 and 15).
fn processor_time(process: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after) = stat.rsplit_once(')')?;
    let mut fields = after.split_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

/// The longest inputs, in bytes, in turn: short ones are run many times a second, long ones reach what lies behind a header.
const LONGEST: [u32; 3] = [2 << 10, 8 << 10, 64 << 10];

struct Running {
    name: String,
    child: Child,
    folder: PathBuf,
    log: PathBuf,
    start: Instant,
    limit: Duration,
    /// The processor time of earlier rounds, and of this one as last seen.
    before: Duration,
    taken: Duration,
    ended: bool,
}

impl Running {
    fn start(name: &str, programs: &Path, home: &Path, limit: Duration) -> Result<Running> {
        let folder = home.join(name);
        let (corpus, found) = (corpus(&folder)?, folder.join("found"));
        fs::create_dir_all(&found)?;
        let log = folder.join("log");
        let before = spent(&folder);
        let round = before.as_secs() / limit.as_secs().max(1);
        let longest = LONGEST[usize::try_from(round).unwrap_or(0) % LONGEST.len()];
        let mut command = Command::new(programs.join(name));
        command
            .arg(&corpus)
            .args(seeds())
            .arg(format!("-max_total_time={}", limit.as_secs()))
            .arg(format!("-artifact_prefix={}/", found.display()))
            .args(["-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1", "-reload=0"])
            .arg(format!("-max_len={longest}"))
            .stdin(std::process::Stdio::null())
            .stdout(File::create(&log)?)
            .stderr(File::options().append(true).open(&log)?);
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        Ok(Running {
            name: name.to_owned(),
            child,
            folder,
            log,
            start: Instant::now(),
            limit,
            before,
            taken: Duration::ZERO,
            ended: false,
        })
    }

    fn look(&mut self) -> Result<()> {
        let over = self.start.elapsed() > self.limit + Duration::from_mins(2);
        if over {
            let _ = self.child.kill();
        }
        // Elsewhere the time on the clock has to do.
        self.taken = processor_time(self.child.id())
            .filter(|taken| !taken.is_zero())
            .unwrap_or_else(|| if cfg!(target_os = "linux") { self.taken } else { self.start.elapsed() });
        if self.child.try_wait()?.is_some() {
            self.ended = true;
            fs::write(self.folder.join(SPENT), format!("{:.1}\n", (self.before + self.taken).as_secs_f64()))?;
        }
        Ok(())
    }

    /// A line of what it did, and the inputs that it failed on.
    fn told(&self) -> Result<(String, Vec<PathBuf>)> {
        let mut runs = String::from("?");
        let mut coverage = String::from("?");
        for line in BufReader::new(File::open(&self.log)?).lines().map_while(Result::ok) {
            if let Some(number) = line.strip_prefix("stat::number_of_executed_units:") {
                number.trim().clone_into(&mut runs);
            }
            if let Some((_, after)) = line.split_once(" cov: ") {
                after.split_whitespace().next().unwrap_or("?").clone_into(&mut coverage);
            }
        }
        let inputs = fs::read_dir(self.folder.join("corpus"))?.count();
        let found: Vec<PathBuf> = fs::read_dir(self.folder.join("found"))?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| is_new(path, self.start))
            .collect();
        let what = if found.is_empty() {
            "nothing".to_owned()
        } else {
            format!("{} inputs: see {}", found.len(), self.log.display())
        };
        let minutes = (self.before + self.taken).as_secs_f64() / 60.0;
        Ok((format!("{:<20} {runs:>12} {coverage:>10} {inputs:>9} {minutes:>9.1}  {what}", self.name), found))
    }
}

/// True for a file that was written since.
fn is_new(path: &Path, start: Instant) -> bool {
    let age = path.metadata().and_then(|data| data.modified()).ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age <= start.elapsed() + Duration::from_secs(1))
}

/// Folders with files to begin with: fixtures, kept crashes, the collection beside the workspace where it is there.
fn seeds() -> Vec<PathBuf> {
    let root = paths::root();
    let fixed = [
        "tests/fixtures/one-recording",
        "tests/fixtures/two-rates",
        "crates/formats/tests/fixtures",
        "crates/formats/tests/crashes",
    ];
    let fixed = fixed.iter().map(|place| root.join(place));
    let collection = root.join("../shared/data/formats");
    fixed.chain([collection]).filter(|folder| folder.is_dir()).collect()
}
