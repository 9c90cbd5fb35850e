//! Writes the page's three real sample recordings from PTB-XL's packs and tables:
//! `cargo run -p train --example real_samples -- DIR`, where DIR holds `ptb-xl` and `ptb-xl-500hz`.
//!
//! They are of fold 9, which no network was trained on, and chosen by their statements alone, whatever a network makes
//! of them: of the records of release 1.0.3 whose signals are in the packs, the one with the lowest number
//!
//! 1. whose statements are NORM (100 %) and SR and no other;
//! 2. whose statements are infarctions at 100 % and SR and no other;
//! 3. whose one statement is CLBBB (100 %).
//!
//! Each is taken at 500 Hz where the pack of that rate has it, else at 100 Hz.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use ecg::{Lead, Patient, Recording, Scale, Sex, Signal, Statement, Unit};
use formats::wfdb::{self, StorageFormat};
use train::ecgpack::{self, LEADS, Pack};
use train::ptbxl::{self, Metadata};
use train::table::Table;

/// A record of fold 9 as the tables describe it.
struct Row {
    id: u32,
    /// Codes of its statements with their likelihoods in percent; 0 where none was stated, as for rhythms.
    stated: Vec<(String, f32)>,
    age: Option<u16>,
    sex: Option<Sex>,
}

impl Row {
    /// True when the statements are exactly these, in any order.
    fn states(&self, all: &[(&str, f32)]) -> bool {
        let has = |(code, likelihood): &(&str, f32)| self.stated.contains(&((*code).to_owned(), *likelihood));
        self.stated.len() == all.len() && all.iter().all(has)
    }

    /// True when the statements are infarctions, sure ones, beside a sinus rhythm.
    fn states_infarctions(&self, metadata: &Metadata) -> bool {
        let is_infarction = |(code, likelihood): &(String, f32)| {
            let class = metadata.statements.get(code).and_then(|kind| kind.class.as_deref());
            class == Some("MI") && *likelihood >= 100.0
        };
        let (rhythm, rest): (Vec<_>, Vec<_>) = self.stated.iter().cloned().partition(|(code, _)| code == "SR");
        !rhythm.is_empty() && !rest.is_empty() && rest.iter().all(is_infarction)
    }
}

fn main() -> Result<()> {
    let data = PathBuf::from(std::env::args().nth(1).context("say which folder holds ptb-xl and ptb-xl-500hz")?);
    let metadata = ptbxl::read(&data.join("ptb-xl"))?;
    let coarse = pack(&data.join("ptb-xl"), "ptbxl100")?;
    let fine = pack(&data.join("ptb-xl-500hz"), "ptbxl500")?;
    let rows = fold_nine(&data.join("ptb-xl"), &metadata)?;
    let first = |rule: &dyn Fn(&Row) -> bool| {
        let mut here = rows.values().filter(|row| coarse.ids.contains(&row.id));
        here.find(|row| rule(row)).context("no record of fold 9 fits a rule")
    };
    let chosen = [
        first(&|row| row.states(&[("NORM", 100.0), ("SR", 0.0)]))?,
        first(&|row| row.states_infarctions(&metadata))?,
        first(&|row| row.states(&[("CLBBB", 100.0)]))?,
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/samples");
    for row in chosen {
        let pack = if fine.ids.contains(&row.id) { &fine } else { &coarse };
        let name = format!("ptbxl_{:05}_{}hz", row.id, pack.rate);
        for (file, bytes) in wfdb::write(&recording(row, pack, &metadata)?, &name, StorageFormat::F16)? {
            println!("{file}: {} bytes, {:?}", bytes.len(), row.stated);
            std::fs::write(folder.join(file), bytes)?;
        }
    }
    Ok(())
}

/// The one pack of a folder whose name begins so.
fn pack(folder: &Path, name: &str) -> Result<Pack> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        if file.starts_with(name) && path.extension().is_some_and(|extension| extension == "ecgpack") {
            return Ok(ecgpack::read(&path)?);
        }
    }
    bail!("{}: found no pack {name}*.ecgpack", folder.display())
}

/// The records of fold 9 in release 1.0.3 whose superclasses that release did not change, by number.
fn fold_nine(folder: &Path, metadata: &Metadata) -> Result<BTreeMap<u32, Row>> {
    let path = ptbxl::find(folder, "ptbxl_database.csv").context("found no ptbxl_database.csv")?;
    let table = Table::read(&path)?;
    let (id, codes) = (table.column("ecg_id")?, table.column("scp_codes")?);
    let (age, sex) = (table.column("age")?, table.column("sex")?);
    let mut rows = BTreeMap::new();
    for row in table.rows() {
        let number = table.number(row, id)?;
        let of_nine = |record: &ptbxl::Record| record.fold == 9 && record.corrected_superclasses.is_none();
        if !metadata.records.get(&number).is_some_and(of_nine) {
            continue;
        }
        let stated = ptbxl::parse_codes(row.get(codes).unwrap_or_default())
            .with_context(|| format!("record {number}: statements are not of the form {{'CODE': likelihood, ...}}"))?;
        let age = row.get(age).and_then(|text| text.strip_suffix(".0").unwrap_or(text).parse().ok());
        let sex = match row.get(sex) {
            Some("0") => Some(Sex::Male),
            Some("1") => Some(Sex::Female),
            _ => None,
        };
        rows.insert(number, Row { id: number, stated, age, sex });
    }
    Ok(rows)
}

/// A record of a pack with what the tables state of it.
fn recording(row: &Row, pack: &Pack, metadata: &Metadata) -> Result<Recording> {
    let at = pack.ids.iter().position(|id| *id == row.id).context("the pack lacks the record")?;
    let leads = pack.samples.chunks_exact(pack.length).skip(at * LEADS).take(LEADS);
    let signals = Lead::TWELVE.iter().zip(leads).map(|(name, counts)| {
        let scale = Scale { gain: f64::from(pack.counts_per_unit), baseline: 0.0, unit: Unit::Millivolt };
        Signal::digital(
            name.clone(),
            f64::from(pack.rate),
            counts.iter().map(|&count| i32::from(count)).collect::<Vec<_>>(),
            scale,
        )
    });
    let statement = |(code, likelihood): &(String, f32)| {
        let name = metadata.statements.get(code).map_or("", |kind| kind.description.as_str());
        let sure = if *likelihood > 0.0 { format!("; likelihood {likelihood} %") } else { String::new() };
        Statement { system: "text".to_owned(), code: String::new(), text: format!("{name} ({code}{sure})") }
    };
    Ok(Recording {
        name: format!("PTB-XL {}", row.id),
        patient: Patient { age: row.age, sex: row.sex, ..Patient::default() },
        signals: signals.collect(),
        statements: row.stated.iter().map(statement).collect(),
        comments: vec![format!(
            "PTB-XL 1.0.3 record {} (fold 9); doi 10.13026/kfzx-aw45; CC BY 4.0; samples unchanged",
            row.id
        )],
        ..Recording::default()
    })
}
