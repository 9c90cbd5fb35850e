//! `einthoven convert`: recordings in another format.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use ecg::Recording;
use formats::wfdb::{self, StorageFormat};

use crate::report::Summary;
use crate::{Stated, each, files};

pub(crate) const EXAMPLES: &str = "Examples:
  einthoven convert recording.edf recording.csv
  einthoven convert study.dcm study.edf
  einthoven convert --rate 500 --unit uV table.csv record.hea
  einthoven convert 'holters/*.ecg' flac/ --to wfdb --storage 516
  einthoven convert records/ converted/ --to wfdb";

/// Arguments of the command.
#[derive(Args)]
pub(crate) struct Convert {
    /// Files, folders or patterns, then the file or folder to write
    #[arg(required = true, num_args = 2.., value_names = ["IN", "OUT"])]
    paths: Vec<String>,
    /// What to write; without it the ending of OUT says: .csv, .hea, .edf or .bdf, .dcm, .xml (aECG), .json (FHIR)
    #[arg(long, value_name = "FORMAT")]
    to: Option<Target>,
    /// Storage format of WFDB: 16, 24, 32, 61, 80, 160, 212 or 516 (FLAC); without it the smallest of 16, 24 and 32 that holds the counts
    #[arg(long, value_name = "NUMBER", value_parser = storage)]
    storage: Option<StorageFormat>,
    /// Write over files that are there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    stated: Stated,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// A table of times and leads
    Csv,
    /// PhysioNet's header with samples and annotations
    Wfdb,
    /// EDF+, or BDF+ where counts need 24 bits
    Edf,
    /// 12-lead or general ECG waveform
    Dicom,
    /// HL7 annotated ECG
    Aecg,
    /// An Observation with SampledData
    Fhir,
}

impl Target {
    /// What the ending of a file's name says.
    fn of_ending(path: &Path) -> Option<Target> {
        let ending = path.extension()?.to_string_lossy().to_ascii_lowercase();
        Some(match ending.as_str() {
            "csv" => Target::Csv,
            "hea" | "dat" => Target::Wfdb,
            "edf" | "bdf" => Target::Edf,
            "dcm" => Target::Dicom,
            "xml" => Target::Aecg,
            "json" => Target::Fhir,
            _ => return None,
        })
    }
}

fn storage(text: &str) -> Result<StorageFormat, String> {
    let code: u64 = text.parse().map_err(|_| "expected a number such as 16".to_owned())?;
    StorageFormat::from_code(code).ok_or_else(|| "expected 16, 24, 32, 61, 80, 160, 212 or 516".to_owned())
}

/// Where things go: one file, or a folder for many.
struct Output<'a> {
    path: &'a Path,
    is_folder: bool,
    target: Target,
    storage: Option<StorageFormat>,
    force: bool,
    /// Names that were given out, so that no recording covers another.
    taken: BTreeSet<String>,
}

/// Reads everything and writes it in the other format.
pub(crate) fn run(arguments: &Convert) -> Result<Summary> {
    let Some((out, inputs)) = arguments.paths.split_last() else { bail!("nothing to convert") };
    let inputs = files::collect(inputs)?;
    let path = Path::new(out);
    let of_ending = Target::of_ending(path);
    let is_folder = path.is_dir() || out.ends_with('/') || of_ending.is_none();
    let Some(target) = arguments.to.or(of_ending) else {
        bail!(
            "{out}: the ending says no format; write to .csv, .hea, .edf, .dcm, .xml or .json, or say --to wfdb or another for a folder"
        );
    };
    let mut output =
        Output { path, is_folder, target, storage: arguments.storage, force: arguments.force, taken: BTreeSet::new() };
    if is_folder {
        fs::create_dir_all(path).with_context(|| format!("cannot make the folder {out}"))?;
    }
    let mut summary = Summary::new("converted", false);
    each::recording(&inputs, &arguments.stated, &mut summary, |recording| {
        let written = output.write(&recording)?;
        Ok(Some(told(&recording, &written)))
    })?;
    Ok(summary)
}

fn told(recording: &Recording, written: &[PathBuf]) -> String {
    let paths: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
    let mut text = format!("{} -> {}\n", recording.name, paths.join(", "));
    for warning in &recording.warnings {
        let _ = writeln!(text, "  warning: {warning}");
    }
    text
}

impl Output<'_> {
    fn write(&mut self, recording: &Recording) -> Result<Vec<PathBuf>> {
        let (folder, name) = self.place(recording)?;
        let one = |ending: &str, bytes| vec![(format!("{name}.{ending}"), bytes)];
        let files = match self.target {
            Target::Csv => one("csv", formats::csv::write(recording)?),
            Target::Wfdb => self.wfdb(recording, &name)?,
            Target::Edf => {
                let bytes = formats::edf::write(recording)?;
                // The first byte parts the two formats; programs that go by the name want it right.
                one(if bytes.first() == Some(&0xFF) { "bdf" } else { "edf" }, bytes)
            }
            Target::Dicom => one("dcm", formats::dicom::write(recording)?),
            Target::Aecg => one("xml", formats::aecg::write(recording)?),
            Target::Fhir => one("json", formats::fhir::write(recording)?),
        };
        let files: Vec<(PathBuf, Vec<u8>)> =
            files.into_iter().map(|(name, bytes)| (folder.join(name), bytes)).collect();
        if !self.force
            && let Some((path, _)) = files.iter().find(|(path, _)| path.exists())
        {
            bail!("{} is there already; --force writes over it", path.display());
        }
        for (path, bytes) in &files {
            fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(files.into_iter().map(|(path, _)| path).collect())
    }

    /// The folder and the name without ending.
    fn place(&mut self, recording: &Recording) -> Result<(PathBuf, String)> {
        if !self.is_folder {
            if !self.taken.is_empty() {
                bail!("more than one recording for one file; name a folder and say --to wfdb or another format");
            }
            let name = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            self.taken.insert(name.clone());
            return Ok((self.path.parent().unwrap_or(Path::new("")).to_owned(), name));
        }
        let source = recording.source.files.first().map_or(recording.name.as_str(), String::as_str);
        let stem = Path::new(source).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
        let stem: String = stem.chars().map(plain).collect();
        let stem = if stem.is_empty() { "recording".to_owned() } else { stem };
        let name = (1..).map(|number| if number == 1 { stem.clone() } else { format!("{stem}_{number}") });
        let name = name.into_iter().find(|name| !self.taken.contains(name)).unwrap_or(stem);
        self.taken.insert(name.clone());
        Ok((self.path.to_owned(), name))
    }

    fn wfdb(&self, recording: &Recording, name: &str) -> Result<Vec<(String, Vec<u8>)>> {
        if let Some(storage) = self.storage {
            return Ok(wfdb::write(recording, name, storage)?);
        }
        let mut tried = wfdb::write(recording, name, StorageFormat::F16);
        for wider in [StorageFormat::F24, StorageFormat::F32] {
            if tried.is_err() {
                tried = wfdb::write(recording, name, wider).or(tried);
            }
        }
        Ok(tried?)
    }
}
