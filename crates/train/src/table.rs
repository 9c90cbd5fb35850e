//! Tables of a data set: CSV, plain or compressed as `.csv.xz`.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// A table in memory with its column names.
#[derive(Clone, Debug)]
pub struct Table {
    path: PathBuf,
    columns: HashMap<String, usize>,
    rows: Vec<csv::StringRecord>,
}

/// Why a table could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file could not be opened or decompressed.
    #[error("{path}: {source}")]
    File {
        /// The table.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The text is no CSV.
    #[error("{path}: {source}")]
    Csv {
        /// The table.
        path: PathBuf,
        /// What the parser says, with its line.
        source: csv::Error,
    },
    /// A column is absent.
    #[error("{path}: expected a column named {column:?}; is it another version of the data set?")]
    Column {
        /// The table.
        path: PathBuf,
        /// The column.
        column: String,
    },
    /// A cell cannot be understood.
    #[error("{path}, line {line}, column {column}: expected {expected}, found {found:?}")]
    Cell {
        /// The table.
        path: PathBuf,
        /// Line in the file.
        line: u64,
        /// The column.
        column: String,
        /// What should stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
}

impl Table {
    /// Reads a table; a name that ends in `.xz` is decompressed first.
    ///
    /// # Errors
    /// The file cannot be read or is no CSV with a line of names.
    pub fn read(path: &Path) -> Result<Table, TableError> {
        let wrong_file = |source| TableError::File { path: path.to_owned(), source };
        let mut bytes = std::fs::read(path).map_err(wrong_file)?;
        if path.extension().is_some_and(|extension| extension == "xz") {
            let mut plain = Vec::new();
            lzma_rust2::XzReader::new(bytes.as_slice(), true).read_to_end(&mut plain).map_err(wrong_file)?;
            bytes = plain;
        }
        let wrong = |source| TableError::Csv { path: path.to_owned(), source };
        let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(bytes.as_slice());
        let columns =
            reader.headers().map_err(wrong)?.iter().enumerate().map(|(i, name)| (name.to_owned(), i)).collect();
        let rows = reader.records().collect::<Result<_, _>>().map_err(wrong)?;
        Ok(Table { path: path.to_owned(), columns, rows })
    }

    /// Number of a column.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn column(&self, name: &str) -> Result<usize, TableError> {
        self.columns
            .get(name)
            .copied()
            .ok_or_else(|| TableError::Column { path: self.path.clone(), column: name.to_owned() })
    }

    /// The rows, without the line of names.
    pub fn rows(&self) -> &[csv::StringRecord] {
        &self.rows
    }

    /// A cell as a number; `7` and `7.0` are the same.
    ///
    /// # Errors
    /// The cell holds no whole number that is not negative.
    pub fn number(&self, row: &csv::StringRecord, column: usize) -> Result<u32, TableError> {
        let text = row.get(column).unwrap_or_default();
        text.parse().or_else(|_| match text.parse::<f64>() {
            Ok(value) if value >= 0.0 && value.fract() == 0.0 && value < f64::from(u32::MAX) => Ok(value as u32),
            _ => Err(self.wrong_cell(row, column, "a whole number")),
        })
    }

    /// The error for a cell that cannot be understood.
    pub fn wrong_cell(&self, row: &csv::StringRecord, column: usize, expected: &'static str) -> TableError {
        TableError::Cell {
            path: self.path.clone(),
            line: row.position().map_or(0, csv::Position::line),
            column: self.columns.iter().find(|(_, at)| **at == column).map_or(String::new(), |(name, _)| name.clone()),
            expected,
            found: row.get(column).unwrap_or_default().to_owned(),
        }
    }
}
