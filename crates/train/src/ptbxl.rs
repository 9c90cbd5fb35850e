//! PTB-XL's metadata: statements of each record, folds, and the corrections of version 1.0.3.
//!
//! Wagner P. et al., PTB-XL, a large publicly available electrocardiography dataset, Sci Data 7:154 (2020).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use ecg::Sex;

use crate::table::{Table, TableError};

/// One row of `scp_statements.csv`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatementKind {
    /// Code, such as `1AVB`.
    pub code: String,
    /// Description, such as `first degree AV block`.
    pub description: String,
    /// One of the 44 diagnostic statements.
    pub diagnostic: bool,
    /// One of the 19 form statements.
    pub form: bool,
    /// One of the 12 rhythm statements.
    pub rhythm: bool,
    /// Superclass of a diagnostic statement.
    pub class: Option<String>,
    /// Subclass of a diagnostic statement.
    pub subclass: Option<String>,
}

/// One record's row of `ptbxl_database.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// `ecg_id`.
    pub id: u32,
    /// `strat_fold`, 1 to 10; the folds keep patients apart.
    pub fold: u8,
    /// Codes of its statements, whatever their likelihood (0 means that none was stated).
    pub statements: BTreeSet<String>,
    /// Likelihood of each statement, in percent.
    pub likelihoods: BTreeMap<String, f32>,
    /// Number of the person (`patient_id`), or the record's own where the table has none.
    pub person: u32,
    /// Age in years; the publishers write 300 for more than 89, which is taken as 90.
    pub age: Option<u16>,
    /// Sex: 0 in the table is male, 1 female.
    pub sex: Option<Sex>,
    /// Its superclasses where version 1.0.3 corrected them and the statements above are not right any more.
    pub corrected_superclasses: Option<BTreeSet<String>>,
    /// `filename_lr`: the 100 Hz files, without extension.
    pub file_100_hertz: String,
}

/// The metadata of a data set.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// Rows by record number.
    pub records: BTreeMap<u32, Record>,
    /// Statements by code.
    pub statements: BTreeMap<String, StatementKind>,
    /// The folder of the table, that file names in it are relative to.
    pub folder: PathBuf,
    /// What was read: names the version as far as it can be told.
    pub version: String,
}

/// Why metadata could not be read.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// A table is at fault.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A table is absent.
    #[error("{folder}: found no {name} (nor {name}.xz) in it or below; give the folder of PTB-XL with --data")]
    Absent {
        /// The folder that was searched.
        folder: PathBuf,
        /// The table.
        name: &'static str,
    },
}

/// Finds a file by name, plain or with `.xz`, in a folder or below; the shallowest and first by name.
pub fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let packed = format!("{name}.xz");
    walkdir::WalkDir::new(folder)
        .max_depth(3)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name() == name || entry.file_name() == packed.as_str())
        .min_by_key(walkdir::DirEntry::depth)
        .map(walkdir::DirEntry::into_path)
}

/// Reads `ptbxl_database.csv` and `scp_statements.csv` below a folder, and the list of version 1.0.3's superclasses
/// (`ptbxl_v103_superclass.csv`) where one lies there: records that 1.0.3 dropped are dropped then.
///
/// # Errors
/// A table is absent or cannot be understood.
pub fn read(folder: &Path) -> Result<Metadata, MetadataError> {
    let absent = |name| MetadataError::Absent { folder: folder.to_owned(), name };
    let database = find(folder, "ptbxl_database.csv").ok_or_else(|| absent("ptbxl_database.csv"))?;
    let kinds = find(folder, "scp_statements.csv").ok_or_else(|| absent("scp_statements.csv"))?;
    let statements = read_statements(&kinds)?;
    let mut records = read_database(&database)?;
    let mut version = match records.len() {
        21_837 => "1.0.1".to_owned(),
        21_801 => "1.0.2".to_owned(),
        21_799 => "1.0.3".to_owned(),
        other => format!("unknown, {other} records"),
    };
    if let Some(path) = find(folder, "ptbxl_v103_superclass.csv") {
        correct(&mut records, &statements, &path)?;
        version = format!("1.0.3 (statements of {version} where 1.0.3 did not change them)");
    }
    let folder = database.parent().unwrap_or(folder).to_owned();
    Ok(Metadata { records, statements, folder, version })
}

fn read_statements(path: &Path) -> Result<BTreeMap<String, StatementKind>, TableError> {
    let table = Table::read(path)?;
    // The published file leaves the name of its first column empty.
    let code = table.column("").or_else(|_| table.column("code"))?;
    let description = table.column("description")?;
    let [diagnostic, form, rhythm] = ["diagnostic", "form", "rhythm"].map(|name| table.column(name));
    let (diagnostic, form, rhythm) = (diagnostic?, form?, rhythm?);
    let (class, subclass) = (table.column("diagnostic_class")?, table.column("diagnostic_subclass")?);
    Ok(table
        .rows()
        .iter()
        .map(|row| {
            let set = |column: usize| row.get(column).is_some_and(|text| text.starts_with('1'));
            let text = |column: usize| row.get(column).filter(|text| !text.is_empty()).map(str::to_owned);
            let kind = StatementKind {
                code: text(code).unwrap_or_default(),
                description: text(description).unwrap_or_default(),
                diagnostic: set(diagnostic),
                form: set(form),
                rhythm: set(rhythm),
                class: text(class),
                subclass: text(subclass),
            };
            (kind.code.clone(), kind)
        })
        .collect())
}

fn read_database(path: &Path) -> Result<BTreeMap<u32, Record>, TableError> {
    let table = Table::read(path)?;
    let (id, fold, codes) = (table.column("ecg_id")?, table.column("strat_fold")?, table.column("scp_codes")?);
    let file = table.column("filename_lr")?;
    // Absent from tables that were cut down.
    let (age, sex) = (table.column("age").ok(), table.column("sex").ok());
    let persons = table.column("patient_id").ok();
    let number = |row: &csv::StringRecord, column: Option<usize>| row.get(column?)?.parse::<f64>().ok();
    let mut records = BTreeMap::new();
    for row in table.rows() {
        let person = number(row, persons);
        let years = number(row, age).map(|years| if years > 200.0 { 90 } else { years as u16 });
        let sex = number(row, sex).map(|sex| if sex > 0.5 { Sex::Female } else { Sex::Male });
        let number = table.number(row, id)?;
        let statements = parse_codes(row.get(codes).unwrap_or_default())
            .ok_or_else(|| table.wrong_cell(row, codes, "statements as {'CODE': likelihood, ...}"))?;
        let fold = u8::try_from(table.number(row, fold)?)
            .ok()
            .filter(|fold| (1..=10).contains(fold))
            .ok_or_else(|| table.wrong_cell(row, fold, "a fold from 1 to 10"))?;
        records.insert(
            number,
            Record {
                id: number,
                fold,
                statements: statements.iter().map(|(code, _)| code.clone()).collect(),
                likelihoods: statements.into_iter().collect(),
                person: person.map_or(number, |person| person as u32),
                age: years,
                sex,
                corrected_superclasses: None,
                file_100_hertz: row.get(file).unwrap_or_default().to_owned(),
            },
        );
    }
    Ok(records)
}

/// Parses `{'NORM': 100.0, 'SR': 0.0}`: codes with their likelihoods, in the text's order. `None` if it is anything else.
pub fn parse_codes(text: &str) -> Option<Vec<(String, f32)>> {
    let inside = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
    if inside.is_empty() {
        return Some(Vec::new());
    }
    inside
        .split(',')
        .map(|entry| {
            let (code, likelihood) = entry.rsplit_once(':')?;
            let code = code.trim().strip_prefix(['\'', '"'])?.strip_suffix(['\'', '"'])?;
            Some((code.to_owned(), likelihood.trim().parse().ok()?))
        })
        .collect()
}

/// The superclasses of a set of statements; likelihood is ignored, as in the benchmark (Strodthoff 2021).
pub fn superclasses(codes: &BTreeSet<String>, statements: &BTreeMap<String, StatementKind>) -> BTreeSet<String> {
    codes.iter().filter_map(|code| statements.get(code)?.class.clone()).collect()
}

/// Drops the records that 1.0.3 dropped and marks those whose superclasses it changed.
fn correct(
    records: &mut BTreeMap<u32, Record>,
    statements: &BTreeMap<String, StatementKind>,
    path: &Path,
) -> Result<(), TableError> {
    const CLASSES: [&str; 5] = ["CD", "HYP", "MI", "NORM", "STTC"];
    let table = Table::read(path)?;
    let (id, fold) = (table.column("ecg_id")?, table.column("strat_fold")?);
    let columns = CLASSES.iter().map(|class| table.column(class)).collect::<Result<Vec<_>, _>>()?;
    let mut listed = HashMap::new();
    for row in table.rows() {
        let classes: BTreeSet<String> = CLASSES
            .iter()
            .zip(&columns)
            .filter(|(_, column)| row.get(**column) == Some("1"))
            .map(|(class, _)| (*class).to_owned())
            .collect();
        listed.insert(table.number(row, id)?, (table.number(row, fold)?, classes));
    }
    records.retain(|id, _| listed.contains_key(id));
    for record in records.values_mut() {
        let (fold, classes) = &listed[&record.id];
        record.fold = *fold as u8;
        if superclasses(&record.statements, statements) != *classes {
            record.corrected_superclasses = Some(classes.clone());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_with_their_likelihood_and_nonsense_is_not() {
        let codes = parse_codes("{'NORM': 100.0, 'LAO/LAE': 0.0, 'PRC(S)': 15}").unwrap();
        assert_eq!(codes, [("NORM".into(), 100.0), ("LAO/LAE".into(), 0.0), ("PRC(S)".into(), 15.0)]);
        assert_eq!(parse_codes("{}"), Some(Vec::new()));
        assert_eq!(parse_codes("NORM"), None);
        assert_eq!(parse_codes("{NORM: 1}"), None);
    }

    #[test]
    fn the_published_counts_of_version_1_0_3_come_out() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/ptb-xl");
        if !folder.exists() {
            eprintln!("skipped: PTB-XL's metadata is not here");
            return;
        }
        let metadata = read(&folder).unwrap();
        assert_eq!(metadata.records.len(), 21_799);
        assert_eq!(metadata.statements.len(), 71);
        let mut folds = [0; 10];
        let mut classes: BTreeMap<String, usize> = BTreeMap::new();
        let mut none = 0;
        for record in metadata.records.values() {
            folds[usize::from(record.fold) - 1] += 1;
            let set = record
                .corrected_superclasses
                .clone()
                .unwrap_or_else(|| superclasses(&record.statements, &metadata.statements));
            none += usize::from(set.is_empty());
            for class in set {
                *classes.entry(class).or_default() += 1;
            }
        }
        assert_eq!(folds, [2175, 2181, 2192, 2174, 2174, 2173, 2176, 2173, 2183, 2198]);
        let counts: Vec<_> = classes.into_values().collect();
        assert_eq!(counts, [4898, 2649, 5469, 9514, 5235], "CD, HYP, MI, NORM, STTC");
        assert_eq!(none, 411);
    }
}
