//! Recording to table.

use std::io::Write as _;

use ecg::{Recording, Signal, Unit};

use crate::WriteError;
use crate::encoding::printable;

pub(super) fn write(recording: &Recording) -> Result<Vec<u8>, WriteError> {
    let first = recording.signals.first().ok_or(WriteError::Empty)?;
    for signal in &recording.signals {
        let same = signal.rate == first.rate && signal.start == first.start && signal.len() == first.len();
        if !same {
            return Err(WriteError::Unfit {
                what: format!("lead {}", signal.lead),
                found: format!("{} samples at {} Hz from {} s on", signal.len(), signal.rate, signal.start),
                expected: format!(
                    "leads alike: {} samples at {} Hz from {} s on",
                    first.len(),
                    first.rate,
                    first.start
                ),
            });
        }
    }
    let columns: Vec<Vec<f64>> = recording.signals.iter().map(values).collect();
    let mut out = b"time (s)".to_vec();
    // Writing to memory does not fail.
    for signal in &recording.signals {
        let _ = write!(out, ",{}", quoted(&heading(signal)));
    }
    out.push(b'\n');
    for row in 0..first.len() {
        let _ = write!(out, "{}", first.start + row as f64 / first.rate);
        for column in &columns {
            match column.get(row).filter(|value| value.is_finite()) {
                Some(value) => {
                    let _ = write!(out, ",{value}");
                }
                None => out.push(b','),
            }
        }
        out.push(b'\n');
    }
    Ok(out)
}

/// `I (mV)`; a unit that is no voltage stays, one that is not known is left out.
fn heading(signal: &Signal) -> String {
    // A spreadsheet runs a cell that begins so as a formula; a lead's name from a file is not to be run.
    let name = signal.lead.name().trim().trim_start_matches(['=', '+', '@']);
    let name = if name.contains(['|', '!']) { name.trim_start_matches('-') } else { name };
    let name = if name.is_empty() { "lead" } else { name };
    match signal.unit() {
        Unit::Unknown => name.to_owned(),
        unit if unit.in_millivolts().is_some() => format!("{name} (mV)"),
        unit => format!("{name} ({})", unit.symbol()),
    }
}

/// A cell of one line, in quotation marks where it holds a separator.
fn quoted(cell: &str) -> String {
    let line = printable(cell);
    if line.contains([',', '"', ';']) { format!("\"{}\"", line.replace('"', "'")) } else { line.into_owned() }
}

/// Millivolts where that is a voltage, else the file's own values.
fn values(signal: &Signal) -> Vec<f64> {
    let factor = signal.unit().in_millivolts().unwrap_or(1.0);
    signal.values().into_iter().map(|value| value * factor).collect()
}
