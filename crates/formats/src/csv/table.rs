//! Lines to columns of numbers.

use ecg::{Severity, Warning};

use super::dialect::{self, Dialect};
use super::{number, plain, warning};
use crate::error::shown;
use crate::limits::reserve;
use crate::memory::Memory;
use crate::{Error, InputFile, Limits, Place};

/// Cells of a row at most; a row of ten thousand cells is a recording that lies on its side.
const MOST_COLUMNS: u64 = 256;
/// Bytes of a line at most.
const LONGEST_LINE: usize = 1 << 20;

/// The numbers of a file and the lines before them.
#[derive(Clone, Debug)]
pub(super) struct Table<'a> {
    /// Lines before the first row, as cells without quotation marks.
    pub(super) before: Vec<Vec<&'a str>>,
    /// Columns of numbers; not a number where a cell is blank.
    pub(super) columns: Vec<Vec<f64>>,
    /// True where the first column is a clock (`0:00.004`), which is seconds then.
    pub(super) clock: bool,
}

impl<'a> Table<'a> {
    pub(super) fn read(
        file: &InputFile,
        text: &'a str,
        limits: &Limits,
        memory: &mut Memory,
        warnings: &mut Vec<Warning>,
    ) -> Result<Table<'a>, Error> {
        let Some(dialect) = dialect::detect(text) else {
            let expected = "a table of numbers with a row for each sample";
            return Err(Error::invalid(file.name, Place::Whole, "no row of numbers", expected));
        };
        let place = Place::Line((dialect.first_row as u64).saturating_add(1));
        if dialect.columns as u64 > MOST_COLUMNS.min(limits.leads.saturating_add(1)) {
            let found = format!("{} columns", dialect.columns);
            return Err(Error::limit(file.name, place, found, MOST_COLUMNS.min(limits.leads)));
        }
        let rows = lines(text.as_bytes());
        memory.take_values::<f64>(file.name, rows.saturating_mul(dialect.columns as u64))?;
        let mut columns = Vec::new();
        for _ in 0..dialect.columns {
            columns.push(reserve(file.name, rows.min(limits.samples_per_lead))?);
        }
        let mut table = Table { before: Vec::new(), columns, clock: false };
        let plain = plain::Plain::of(dialect);
        let mut row = Vec::new();
        let mut faults = Faults::default();
        let mut samples = 0_u64;
        let most = limits.samples.checked_div(dialect.columns as u64).unwrap_or(0).min(limits.samples_per_lead);
        let (mut rest, mut index) = (text, 0_usize);
        while !rest.is_empty() {
            let place = Place::Line((index as u64).saturating_add(1));
            let in_table = index >= dialect.first_row;
            index = index.saturating_add(1);
            let plain = plain.filter(|_| in_table);
            let after = plain.and_then(|plain| plain.row(rest.as_bytes(), dialect.columns, &mut row, &mut table.clock));
            if let Some(after) = after {
                table.columns.iter_mut().zip(&row).for_each(|(column, value)| column.push(*value));
                // A plain row ends at a line's end or the text's, so that the rest is text.
                rest = rest.get(rest.len().saturating_sub(after.len())..).unwrap_or_default();
            } else {
                let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
                rest = after;
                let line = line.strip_suffix('\r').unwrap_or(line);
                if line.len() > LONGEST_LINE {
                    let found = format!("a line of {} bytes", line.len());
                    return Err(Error::limit(file.name, place, found, LONGEST_LINE));
                }
                if !in_table {
                    if !line.trim().is_empty() {
                        let line = line.trim_start_matches(['#', '%']);
                        let cells = dialect::cells(line, dialect.separator.or(Some(',')));
                        table.before.push(cells.map(number::bare).collect());
                    }
                    continue;
                }
                if line.trim().is_empty() || line.starts_with('#') {
                    continue;
                }
                table.row(line, dialect, place, &mut faults);
            }
            samples = samples.saturating_add(1);
            if samples > most {
                limits.size(file.name, place, dialect.columns as u64, samples)?;
            }
        }
        faults.report(file, samples, warnings)?;
        Ok(table)
    }

    fn row(&mut self, line: &str, dialect: Dialect, place: Place, faults: &mut Faults) {
        let mut cells = dialect::cells(line, dialect.separator).map(number::bare);
        let mut first = true;
        for column in &mut self.columns {
            let cell = cells.next();
            if cell.is_none() {
                faults.short = faults.short.saturating_add(1);
                faults.first.get_or_insert_with(|| (place, "a row with fewer cells".to_owned()));
            }
            let cell = cell.unwrap_or_default();
            let mut value = number::parse(cell, dialect.decimal);
            if value.is_none() && first {
                value = number::parse_clock(cell);
                self.clock |= value.is_some();
            }
            if value.is_none() && !number::is_blank(cell) {
                faults.unread = faults.unread.saturating_add(1);
                faults.first.get_or_insert_with(|| (place, shown(cell)));
            }
            column.push(value.unwrap_or(f64::NAN));
            first = false;
        }
        // A separator at the line's end is common and harmless.
        if cells.any(|cell| !cell.is_empty()) {
            faults.long = faults.long.saturating_add(1);
            faults.first.get_or_insert_with(|| (place, "a row with more cells".to_owned()));
        }
    }
}

/// Lines that are not empty, at most.
fn lines(text: &[u8]) -> u64 {
    let ends = text.iter().zip(text.iter().skip(1)).filter(|(before, byte)| **byte == b'\n' && **before != b'\n');
    (ends.count() as u64).saturating_add(2)
}

/// What was wrong with rows, and the first of it.
#[derive(Clone, Debug, Default)]
struct Faults {
    short: u64,
    long: u64,
    unread: u64,
    first: Option<(Place, String)>,
}

impl Faults {
    /// A few faults are a warning, many mean that the table is none.
    fn report(self, file: &InputFile, rows: u64, warnings: &mut Vec<Warning>) -> Result<(), Error> {
        let Some((place, found)) = self.first else { return Ok(()) };
        let all = self.short.saturating_add(self.long).saturating_add(self.unread);
        if all.saturating_mul(20) > rows.max(20) {
            return Err(Error::invalid(file.name, place, found, "a number in each cell, as many cells in each row"));
        }
        let place = place.to_string();
        let message = format!("{all} cells or rows are no numbers or of another length; they were taken as missing");
        warnings.push(warning(file, Severity::Data, place.trim_start_matches([',', ' ']), message));
        Ok(())
    }
}
