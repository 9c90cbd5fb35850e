//! Reading files: MB/s a format beside the reader that Python's users would take, and memory beside the file's bytes.

use crate::{paths, python, run};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Measures and prints; Python's side only where an environment with its readers can be made. `site` is the built page.
pub fn compare(python: Option<&Path>, site: &Path) -> Result<()> {
    run::succeed(run::cargo()?.args(["build", "--release", "--package", "formats", "--example", "speed"]))?;
    let program =
        paths::native_target()?.join("release/examples").join(format!("speed{}", std::env::consts::EXE_SUFFIX));
    let long = tempfile::tempdir()?;
    run::succeed(Command::new(&program).arg("make").arg(long.path()))?;
    let mut folders = vec![long.path().to_owned()];
    let collection = paths::root().join("../shared/data/formats");
    if collection.is_dir() {
        // Not the golden values, which are texts of numbers too.
        let kinds = std::fs::read_dir(&collection)?.flatten().map(|entry| entry.path());
        folders.extend(kinds.filter(|path| path.is_dir() && !path.ends_with("golden")));
        folders.sort();
    }
    let text = run::output(Command::new(&program).arg("read").args(&folders)).context("reading failed")?;
    let ours: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let python = python.map_or_else(|| python::with_readers(python::TIMED), |python| Ok(python.to_owned()));
    let theirs = match python {
        Ok(python) => others(&python, &text, ours.len())?,
        Err(reason) => {
            println!("Python's readers were not measured: {reason:#}");
            vec![Value::Null; ours.len()]
        }
    };
    println!(
        "\nReading files. MB/s of the file from memory and from the disk's cache; the most memory held, in bytes a byte of"
    );
    println!("the file; how many times Python's reader takes from the same path (least of several; median)");
    println!(
        "{:<40} {:>10} {:>8} {:>8} {:>8} {:>8} {:>8}  beside",
        "file", "kB", "memory", "disk", "held", "least", "median"
    );
    let mut refused = 0;
    for (own, other) in ours.iter().zip(&theirs) {
        match line(own, other) {
            Some(line) => println!("{line}"),
            None => refused += 1,
        }
    }
    println!("{refused} files are not read (damaged on purpose, or parts of others)");
    super::holter::measure(site, long.path())
}

fn line(own: &Value, other: &Value) -> Option<String> {
    let number = |value: &Value, name: &str| value[name].as_f64();
    let bytes = number(own, "bytes")?;
    let (least, median) = (number(own, "least_seconds")?, number(own, "median_seconds")?);
    let name = Path::new(own["files"][0].as_str()?).file_name()?.to_string_lossy().into_owned();
    let ratio =
        |name: &str, own: f64| number(other, name).map_or("-".to_owned(), |other| format!("{:.1}", other / own));
    let beside = match (other["reader"].as_str(), other["failure"].as_str()) {
        (Some(reader), Some(failure)) => format!("{reader} fails: {failure}"),
        (Some(reader), None) => reader.to_owned(),
        (None, _) => "no reader known".to_owned(),
    };
    Some(format!(
        "{name:<40} {:>10.0} {:>8.0} {:>8.0} {:>8.2} {:>8} {:>8}  {beside}",
        bytes / 1e3,
        bytes / 1e6 / number(own, "parsing_seconds")?,
        bytes / 1e6 / least,
        number(own, "peak_bytes")? / bytes,
        ratio("least_seconds", least),
        ratio("median_seconds", median),
    ))
}

/// What Python's readers take over the same files, a value for each line.
fn others(python: &Path, lines: &str, count: usize) -> Result<Vec<Value>> {
    let script: PathBuf = paths::root().join("tests/reference/formats/speed.py");
    let mut child = run::command(python)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut stdin = child.stdin.take().context("no standard input")?;
    let lines = lines.to_owned() + "\n";
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output()?;
    writer.join().ok().context("the writing thread panicked")??;
    let answers: Vec<Value> =
        String::from_utf8_lossy(&output.stdout).lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    ensure!(answers.len() == count, "Python's readers answered for {} of {count} files", answers.len());
    Ok(answers)
}
