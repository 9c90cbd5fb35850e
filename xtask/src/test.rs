//! `cargo xtask test`: native tests, then the page in a real browser; at the end what failed, and on the last line the sum of all.

use crate::assemble::{self, Mode};
use crate::build::{self, Profile};
use crate::failures::Failures;
use crate::{paths, python, run};
use anyhow::{Context, Result, bail};
use browser::cases::{self, Families, Span, Suite};
use browser::native::Native;
use clap::{Args, ValueEnum};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

#[derive(Args)]
pub struct Options {
    /// Only one part.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Only browser tests whose name holds this.
    #[arg(long, default_value = "")]
    filter: String,
    /// Leave out what needs the GPU engine, whose build is by far the longest.
    #[arg(long)]
    no_gpu: bool,
    /// Test a folder that `cargo xtask build` made, instead of building one.
    #[arg(long)]
    site: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Native,
    Browser,
}

/// Tests that ran, and how they ended.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    /// Those that failed, with what they said.
    failures: Vec<String>,
    /// What did not even start.
    broken: Vec<String>,
}

impl Tally {
    fn attempt<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|reason| self.broken.push(format!("{reason:#}"))).ok()
    }
}

/// One build of Burn serves all of these (see `crates/one-build`).
const NATIVE: [&str; 8] = ["ecg", "formats", "signal", "nets", "classify", "engine", "train", "einthoven"];

/// Runs everything; an error when anything failed.
pub fn test(options: &Options) -> Result<()> {
    let start = Instant::now();
    let mut tally = Tally::default();
    if options.only != Some(Part::Browser) {
        eprintln!("Native tests (cold: about 10 minutes on 2 cores, most of it compiling Burn)");
        let mut command = run::cargo()?;
        command.args(["test", "--no-fail-fast"]).args(NATIVE.iter().flat_map(|name| ["--package", name]));
        // Where CI runs, a test that is left out for want of Python is a failure; elsewhere it says so by name.
        match python::with_readers(python::TESTED) {
            Ok(python) => drop(command.env("EINTHOVEN_PYTHON", python)),
            Err(reason) if std::env::var_os("CI").is_some() => tally.broken.push(format!("{reason:#}")),
            Err(reason) => eprintln!("Nothing is compared with Python's readers: {reason:#}"),
        }
        let result = suite(&mut command, &mut tally);
        tally.attempt(result);
        eprintln!("The page's own tests");
        let result = suite(run::cargo()?.args(["test", "--no-fail-fast", "--package", "einthoven-page"]), &mut tally);
        tally.attempt(result);
        eprintln!("The commands' own tests");
        // In the folder that this program was built in: nothing has to be compiled twice.
        let result = suite(
            run::command("cargo").args(["test", "--no-fail-fast", "--package", "xtask", "--package", "browser"]),
            &mut tally,
        );
        tally.attempt(result);
    }
    if options.only != Some(Part::Native) {
        let result = in_browser(options, &mut tally);
        tally.attempt(result);
    }
    for reason in tally.failures.iter().chain(&tally.broken) {
        eprintln!("FAILED: {reason}");
    }
    let failed = tally.failed + tally.broken.len();
    eprintln!("after {:.0} s", start.elapsed().as_secs_f64());
    println!("{} passed, {failed} failed", tally.passed);
    if failed > 0 {
        // The line above is the last one: no error message follows it.
        std::process::exit(1);
    }
    Ok(())
}

/// Runs `cargo test`, shows what it prints, and adds up the lines that sum up each program.
fn suite(command: &mut Command, tally: &mut Tally) -> Result<()> {
    let shown = run::show(command);
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start `{shown}`"))?;
    let (mut failed, mut failures) = (0, Failures::default());
    for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines).map_while(Result::ok) {
        println!("{line}");
        failures.line(&line);
        if let Some((passed, not)) = counts(&line) {
            tally.passed += passed;
            failed += not;
        }
    }
    tally.failed += failed;
    tally.failures.extend(failures.told());
    let status = child.wait()?;
    if !status.success() && failed == 0 {
        bail!("`{shown}` ended with {status} before its tests could be counted");
    }
    Ok(())
}

/// Numbers of `test result: ok. 12 passed; 0 failed; ...`.
fn counts(line: &str) -> Option<(usize, usize)> {
    let rest = line.trim().strip_prefix("test result: ")?;
    let number =
        |word: &str| rest.split(['.', ';']).find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok());
    Some((number(" passed")?, number(" failed")?))
}

fn in_browser(options: &Options, tally: &mut Tally) -> Result<()> {
    eprintln!("The page in a browser (cold: about 15 minutes on 2 cores, most of it compiling the GPU engine)");
    install_browser()?;
    let folder = match &options.site {
        Some(site) => site.clone(),
        None => build::site(Profile::Web, !options.no_gpu, &paths::cache()?.join("tested-page"), Mode::Release)?,
    };
    let native = Native::new(program, paths::models());
    let families = Families { folder: folder.clone(), make: one_of_each_family };
    let suite = Suite { site: folder, root: paths::root(), native, families };
    let (passed, failures) = cases::run(&suite, &options.filter, !options.no_gpu)?;
    tally.passed += passed;
    tally.failed += failures.len();
    tally.failures.extend(failures);
    Ok(())
}

/// A site like the given one whose models are one network of each family with drawn weights, and their folder.
fn one_of_each_family(site: &Path, span: Span) -> Result<(PathBuf, PathBuf)> {
    let models = paths::cache()?.join("family-models");
    let _ = std::fs::remove_dir_all(&models);
    // With all native packages, as for their tests: another choice of them would build other features.
    run::succeed(run::cargo()?.arg("build").args(NATIVE.iter().flat_map(|name| ["--package", name])))?;
    let program = paths::native_target()?.join("debug").join(format!("train-native{}", std::env::consts::EXE_SUFFIX));
    let windows: &[&str] = if span == Span::OneWindow { &["--one-window"] } else { &[] };
    run::succeed(Command::new(program).arg("untrained").args(windows).arg("--out").arg(&models))?;
    let out = paths::cache()?.join("family-page");
    assemble::with_models(site, &models, &out, Mode::Release)?;
    Ok((out, models))
}

/// Builds the command line, whose answers the page's are held against.
pub fn program() -> Result<PathBuf> {
    run::succeed(run::cargo()?.args(["build", "--package", "einthoven"]))?;
    Ok(paths::native_target()?.join("debug").join(format!("einthoven{}", std::env::consts::EXE_SUFFIX)))
}

/// Finds Chromium or Chrome; where apt is there and we may, installs Debian's.
pub fn install_browser() -> Result<()> {
    if browser::chromium::find().is_some() {
        return Ok(());
    }
    let root = run::output(run::command("id").arg("-u")).as_deref() == Some("0");
    if root && run::exists("apt-get") {
        eprintln!("Installing Chromium");
        run::succeed(run::command("apt-get").arg("update").stdout(Stdio::null()))?;
        run::succeed(
            run::command("apt-get")
                .env("DEBIAN_FRONTEND", "noninteractive")
                .args(["install", "-y", "--no-install-recommends", "chromium"])
                .stdout(Stdio::null()),
        )?;
    }
    if browser::chromium::find().is_none() {
        bail!(
            "the browser tests need Chromium or Chrome: install one (Debian: apt-get install chromium), or name it in CHROMIUM"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::counts;

    #[test]
    fn the_counts_of_a_test_program_are_read_from_its_last_line() {
        let line = "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(counts(line), Some((12, 3)));
        assert_eq!(counts("test formats::wfdb ... ok"), None);
    }
}
