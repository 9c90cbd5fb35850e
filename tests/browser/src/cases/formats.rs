//! A file of each format comes in, and the page says of it what the command line says.

use super::Suite;
use super::visit::Visit;
use crate::Gpu;
use crate::page::Page;
use crate::visitor::{self, Answering, by};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Files of the collection beside the workspace, one a format: those that are dropped together stand together.
const EACH: [&[&str]; 21] = [
    &["wfdb/100_3chan.hea", "wfdb/100_3chan.dat"],
    &["wfdb/E07500.hea", "wfdb/E07500.mat"],
    &["edf/test_subsecond.edf"],
    &["edf/bdf_test.bdf"],
    &["scp/Example.scp"],
    &["dicom/ecgtoolkit_Example.dcm"],
    &["aecg/hl7_Example_aECG.xml"],
    &["muse/synthetic_muse.xml"],
    &["cardiosoft/ecgprocess_example-XML1.xml"],
    &["philips/1_03_129DYPRG.XML"],
    &["philips/1_04_01_2020-5-18.xml"],
    &["mortara/synth_eli_11.xml"],
    &["schiller/synth_schiller_11.xml"],
    &["fhir/synth_R4_EUL_11.json"],
    &["ishne/ECG_P28_first20000.ecg", "ishne/ECG_P28.01.ann"],
    &["mfer/sample.mwf"],
    &["contec/0000050.ECG"],
    &["atc/6_lead.atc"],
    &["csv/apple_watch_de_decimal_comma_11.csv"],
    &["csv/decimal_comma_semicolon_bom_11.csv"],
    &["archive/wfdb_in_zip_11.zip"],
];

/// Files that do not state a rate or a unit: the page asks, and 500 Hz and mV are what it offers.
const ASKED: [&str; 7] = [
    "archive/mv_csv_11.csv.gz",
    "matlab/v4_11.mat",
    "matlab/v7_compressed_11.mat",
    "matlab/v73_11.mat",
    "hdf5/code_style_tracings_11.hdf5",
    "npy/i2_c_11.npy",
    "npy/stored_11.npz",
];

/// What lies with the small files and is no recording.
const NOT_RECORDINGS: [&str; 4] = ["README.md", "known.json", "make.py", "simulated.json"];

pub(super) fn one_of_each(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    visitor::hear_engines(page)?;
    page.reload()?;
    visitor::engine_ready(page, Answering::Cpu)?;
    in_several_pieces(suite, page)?;
    // The first of a visit, and of many pages: the fit to the view is no reason to leave its beginning.
    let left = page.evaluate(&format!("document.querySelector({:?}).scrollLeft", by("paper")))?;
    ensure!(left == 0, "a recording of many pages is shown from pixel {left} on");
    let folder = suite.root.join("crates/formats/tests/fixtures/each");
    let mut small: Vec<PathBuf> = std::fs::read_dir(&folder)?.flatten().map(|entry| entry.path()).collect();
    small.retain(|file| !NOT_RECORDINGS.iter().any(|name| file.ends_with(name)));
    small.sort();
    ensure!(small.len() >= 20, "{} small files lie in {}", small.len(), folder.display());
    for file in &small {
        same_as_native(suite, page, &[file]).with_context(|| file.display().to_string())?;
        amounts_in_a_line(page).with_context(|| file.display().to_string())?;
    }
    let collection = suite.root.join("../shared/data/formats");
    if collection.is_dir() {
        // A browser opens no path with a step up in it.
        of_the_collection(suite, page, &collection.canonicalize()?)?;
    } else {
        println!("    left out: the collection of sample files is not beside the workspace");
    }
    ensure!(page.errors().is_empty(), "errors on the page: {:?}", page.errors());
    Ok(())
}

/// A record whose signal file comes from the disk in three pieces, the last of them no whole frame: nothing is lost between them.
fn in_several_pieces(suite: &Suite, page: &mut Page) -> Result<()> {
    const FRAMES: usize = 1_500_000;
    let folder = tempfile::tempdir()?;
    let (header, signal) = (folder.path().join("long.hea"), folder.path().join("long.dat"));
    let lines = ["V1", "V3", "V5"].map(|lead| format!("long.dat 16 200/mV 16 0 0 0 0 {lead}\n"));
    std::fs::write(&header, format!("long 3 250 {FRAMES}\n{}", lines.concat()))?;
    // Numbers without a pattern that two pieces could share.
    let mut state = 1_u32;
    let counts = (0..FRAMES * 3).flat_map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // Above the count that stands for a missing sample.
        ((state >> 16) as i16).max(-32_000).to_le_bytes()
    });
    std::fs::write(&signal, counts.collect::<Vec<u8>>())?;
    same_as_native(suite, page, &[&header, &signal]).context("a record of three pieces")
}

fn of_the_collection(suite: &Suite, page: &mut Page, collection: &Path) -> Result<()> {
    let mut all = Vec::new();
    for names in EACH {
        let files: Vec<PathBuf> = names.iter().map(|name| collection.join(name)).collect();
        same_as_native(suite, page, &files.iter().map(PathBuf::as_path).collect::<Vec<_>>())
            .with_context(|| names.join(", "))?;
        all.extend(files);
    }
    for name in ASKED {
        same_as_native(suite, page, &[&collection.join(name)]).context(name)?;
    }
    let folder = tempfile::tempdir()?;
    let archive = folder.path().join("all.zip");
    zip(&archive, collection, &all)?;
    page.reload()?;
    visitor::engine_ready(page, Answering::Cpu)?;
    same_as_native(suite, page, &[&archive]).context("all of them in one archive")
}

/// Drops files and holds what was opened against the command line's word.
/// However long a measurement's name is, its value stands in one line.
fn amounts_in_a_line(page: &mut Page) -> Result<()> {
    let broken = "[...document.querySelectorAll('.amounts dd')].filter((amount) => {
        const text = document.createRange();
        text.selectNodeContents(amount);
        return new Set([...text.getClientRects()].map((line) => line.top)).size > 1;
    }).map((amount) => amount.textContent)";
    let broken = page.evaluate(broken)?;
    ensure!(broken.as_array().is_some_and(Vec::is_empty), "values are broken into lines: {broken}");
    Ok(())
}

fn same_as_native(suite: &Suite, page: &mut Page, files: &[&Path]) -> Result<()> {
    let expected = suite.native.inspect(files)?;
    ensure!(expected["failures"].as_array().is_some_and(Vec::is_empty), "natively: {}", expected["failures"]);
    let expected = expected["recordings"].as_array().context("the command line lists no recordings")?;
    page.evaluate("window.opened.length = 0, 0")?;
    page.drop_files(&by("drop-zone"), files)?;
    let count = expected.len();
    let wait = format!(
        "window.opened.length >= {count} || document.querySelector({:?})?.innerText || (document.querySelector({:?}) && 'asked')",
        by("error-card"),
        by("question")
    );
    let mut said = page.wait("the recordings", &wait, 60)?;
    // What lacks a rate and a unit is asked for one after the other.
    for _ in 0..2 {
        if said == "asked" {
            page.click(&by("hint-submit"))?;
            page.wait(
                "the answer taken",
                &format!("document.querySelector({:?}) === null || window.opened.length >= {count}", by("question")),
                20,
            )?;
            said = page.wait("the recordings", &wait, 60)?;
        }
    }
    ensure!(said == true, "the page says: {said}");
    let found = page.evaluate("window.opened")?;
    let found = found.as_array().context("the page opened nothing")?;
    ensure!(found.len() == count, "the page opened {} recordings, the command line {count}", found.len());
    for (page, native) in found.iter().zip(expected) {
        ensure!(page["format"] == native["format"], "{} and {}", page["format"], native["format"]);
        // The page draws voltages alone.
        let factor = |lead: &Value| match lead["unit"].as_str() {
            Some("mV") => Some(1.0),
            Some("µV") => Some(1e-3),
            Some("nV") => Some(1e-6),
            Some("V") => Some(1e3),
            _ => None,
        };
        let drawn = native["leads"].as_array().into_iter().flatten().filter_map(|lead| Some((lead, factor(lead)?)));
        let drawn: Vec<(&Value, f64)> = drawn.collect();
        let leads = page["leads"].as_array().context("no leads")?;
        ensure!(leads.len() == drawn.len() && !drawn.is_empty(), "{} leads, natively {}", leads.len(), drawn.len());
        for (lead, (expected, factor)) in leads.iter().zip(drawn) {
            for name in ["lead", "derived", "samples", "missing", "hertz"] {
                let same = match (lead[name].as_f64(), expected[name].as_f64()) {
                    (Some(one), Some(other)) => one == other,
                    _ => lead[name] == expected[name],
                };
                ensure!(same, "{name}: {} and {}", lead[name], expected[name]);
            }
            for name in ["least", "greatest", "mean"] {
                let (one, other) = (lead[name].as_f64(), expected[name].as_f64().map(|value| value * factor));
                let near = one.zip(other).is_some_and(|(one, other)| (one - other).abs() <= 1e-6 + 1e-6 * other.abs());
                ensure!(
                    near || (one.is_none() && other.is_none()),
                    "{name} of {}: {one:?} and {other:?}",
                    lead["lead"]
                );
            }
        }
    }
    Ok(())
}

/// Packs files under their folders in the collection.
fn zip(archive: &Path, collection: &Path, files: &[PathBuf]) -> Result<()> {
    let mut writer = zip::ZipWriter::new(std::fs::File::create(archive)?);
    for file in files {
        let name = file.strip_prefix(collection)?.to_string_lossy().into_owned();
        writer.start_file(name, zip::write::SimpleFileOptions::default())?;
        writer.write_all(&std::fs::read(file)?)?;
    }
    writer.finish()?;
    Ok(())
}
