//! Columns to leads: names, units, the time column.

use ecg::{Lead, Severity, Signal, Unit, Warning};

use super::preamble::Preamble;
use super::table::Table;
use super::{time, warning};
use crate::error::shown;
use crate::limits::reserve;
use crate::memory::Memory;
use crate::{Error, Hints, InputFile, Limits, Needs, Place};

/// What a header's cell says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heading {
    /// The name as it stands, without its unit.
    pub(super) name: String,
    /// The text of its unit; empty where it has none.
    pub(super) unit: String,
}

impl Heading {
    /// `I (mV)`, `I [mV]`, `I_mV`, `I/mV`, `I mV`, `I`. Only a known unit counts without brackets.
    fn read(cell: &str) -> Heading {
        // No name of a lead is longer; what is would fill warnings and the page.
        let cell = cell.char_indices().nth(200).and_then(|(at, _)| cell.get(..at)).unwrap_or(cell).trim();
        for (open, close) in [('(', ')'), ('[', ']')] {
            if let Some((name, unit)) = cell.strip_suffix(close).and_then(|cell| cell.rsplit_once(open))
                && (is_unit(unit) || !name.trim().is_empty() && Lead::from_label(cell) == Lead::Other(cell.to_owned()))
            {
                return Heading { name: name.trim().to_owned(), unit: unit.trim().to_owned() };
            }
        }
        if let Some((name, unit)) = cell.rsplit_once(['_', '/', ' '])
            && is_unit(unit)
            && !name.trim().is_empty()
        {
            return Heading { name: name.trim().to_owned(), unit: unit.to_owned() };
        }
        Heading { name: cell.to_owned(), unit: String::new() }
    }

    /// True for the heading of a time column.
    fn is_time(&self) -> bool {
        const NAMES: [&str; 15] = [
            "time",
            "t",
            "zeit",
            "temps",
            "tiempo",
            "tempo",
            "elapsed time",
            "seconds",
            "sec",
            "s",
            "milliseconds",
            "ms",
            "timestamp",
            "time stamp",
            "时间",
        ];
        NAMES.contains(&self.name.to_lowercase().as_str())
    }

    /// True for the heading of a column that only counts rows.
    fn is_number(&self) -> bool {
        let names =
            ["", "index", "sample", "samples", "sample #", "sample number", "n", "nr", "no", "row", "unnamed: 0"];
        names.contains(&self.name.to_lowercase().as_str())
    }
}

pub(super) fn is_voltage(label: &str) -> bool {
    Unit::from_label(label).in_millivolts().is_some()
}

fn is_unit(label: &str) -> bool {
    let label = label.trim();
    // A single V or v after a blank would take `I V` apart, which is no unit but a pair of names.
    is_voltage(label) && label.len() > 1 || seconds_of(label).is_some() && label.len() > 1 || matches!(label, "s" | "V")
}

/// Seconds of a unit of time.
fn seconds_of(label: &str) -> Option<f64> {
    match label.trim().to_lowercase().as_str() {
        "s" | "sec" | "second" | "seconds" => Some(1.0),
        "ms" | "msec" | "millisecond" | "milliseconds" => Some(1e-3),
        "us" | "µs" | "μs" | "usec" | "microseconds" => Some(1e-6),
        "ns" => Some(1e-9),
        "min" => Some(60.0),
        _ => None,
    }
}

/// The signals of a table.
pub(super) fn signals(
    file: &InputFile,
    table: Table,
    preamble: &Preamble,
    hints: &Hints,
    limits: &Limits,
    memory: &mut Memory,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Signal>, Error> {
    let (role, headings) = layout(&table);
    let mut columns = table.columns;
    let times = (role != Role::Lead).then(|| columns.remove(0));
    let names = headings.map(|headings| headings.into_iter().skip(usize::from(times.is_some())).collect::<Vec<_>>());

    let clock = match (role, &times) {
        (Role::Time(unit), Some(times)) if times.len() > 1 => Some(time::clock(file, times, unit, memory, warnings)?),
        _ => None,
    };
    if let Role::Time(unit) = role
        && unit < 1.0
        && heading_of_no_unit(names.is_some(), &table.before)
    {
        let message = format!("the time column states no unit; it was taken as counting {unit:e} s");
        warnings.push(warning(file, Severity::Note, "time column", message));
    }
    let rate = match (&clock, preamble.rate.or(hints.rate)) {
        // Seconds that a table states may be of what lies beside an ECG, as in every other format.
        (Some(clock), _) => limits.rate_beside(file.name, Place::Whole, clock.rate)?,
        (None, Some(rate)) => limits.rate(file.name, Place::Whole, rate)?,
        (None, None) => {
            let found = "a table without a time column or a stated sampling rate";
            return Err(Error::missing(Needs::Rate, file.name, found, "the sampling rate in hertz"));
        }
    };

    let places = clock.as_ref().and_then(|clock| clock.places.as_ref());
    let rows = columns.first().map_or(0, |column| column.len() as u64);
    let length = places.and_then(|places| places.last()).map_or(rows, |&last| (last as u64).saturating_add(1));
    limits.size(file.name, Place::Whole, columns.len() as u64, length)?;

    let labels = labels(file, names, columns.len(), preamble, warnings);
    let units = units(file, &labels, preamble, hints, warnings)?;
    let mut signals = Vec::new();
    for ((values, heading), unit) in columns.into_iter().zip(labels).zip(units) {
        let values = match places {
            Some(places) => {
                memory.take_values::<f64>(file.name, length)?;
                let placed = placed(&values, places);
                memory.give_back((values.capacity() as u64).saturating_mul(8));
                placed
            }
            None => values,
        };
        let missing = missing(file, &values, memory)?;
        let mut signal = Signal::physical(Lead::from_label(&heading.name), rate, values, unit);
        signal.label = heading.name;
        signal.missing = missing;
        signals.push(signal);
    }
    Ok(signals)
}

/// What the first column is, and the headings of all columns where there is a header.
pub(super) fn layout(table: &Table) -> (Role, Option<Vec<Heading>>) {
    let headings = headings(table);
    let first = table.columns.first().map_or(&[][..], Vec::as_slice);
    let heading = headings.as_ref().and_then(|headings| headings.first());
    (role(first, heading, table.clock, table.columns.len()), headings)
}

/// The header: the last line before the table with as many cells as columns (one may lack for the row numbers), or
/// the line before it where the last holds units alone.
fn headings(table: &Table) -> Option<Vec<Heading>> {
    let columns = table.columns.len();
    let mut lines = table.before.iter().rev().filter(|line| line.len() == columns && (columns > 1 || line.len() == 1));
    let last = lines.next()?;
    let only_units = last.iter().all(|cell| is_unit(cell) || cell.contains(":ss") || cell.is_empty() || *cell == "NU");
    if only_units && let Some(names) = lines.next() {
        let heading = |(name, unit): (&&str, &&str)| Heading { name: (*name).to_owned(), unit: (*unit).to_owned() };
        return Some(names.iter().zip(last).map(heading).collect());
    }
    Some(last.iter().map(|cell| Heading::read(cell)).collect())
}

/// What the first column is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Role {
    Lead,
    /// Row numbers.
    Number,
    /// Times in units of so many seconds.
    Time(f64),
}

fn role(first: &[f64], heading: Option<&Heading>, clock: bool, columns: usize) -> Role {
    if columns < 2 {
        return Role::Lead;
    }
    let stated = heading.and_then(|heading| seconds_of(&heading.unit).or_else(|| seconds_of(&heading.name)));
    // Steps of one or more without a unit: an ECG has no rate below 1 Hz, so that they are no seconds.
    let step = first.get(1).zip(first.first()).map_or(0.0, |(second, first)| second - first);
    match heading {
        _ if clock => Role::Time(1.0),
        Some(heading) if heading.is_time() => match stated {
            Some(unit) => Role::Time(unit),
            None if time::counts_up(first) => Role::Number,
            None if step >= 1.0 => Role::Time(unit_of_steps(step)),
            None => Role::Time(1.0),
        },
        Some(heading) if heading.is_number() && time::is_even(first) => {
            if time::counts_up(first) {
                Role::Number
            } else {
                Role::Time(1.0)
            }
        }
        // Without a header only what goes up evenly from 0 or 1 on is a time or a number; a lead never does.
        None if time::counts_up(first) => Role::Number,
        None if time::is_even(first) && step < 1.0 => Role::Time(1.0),
        _ => Role::Lead,
    }
}

/// Milliseconds, microseconds or nanoseconds: the longest in which a step is shorter than a second.
fn unit_of_steps(step: f64) -> f64 {
    [1e-3, 1e-6, 1e-9].into_iter().find(|unit| step * unit < 1.0).unwrap_or(1e-9)
}

fn heading_of_no_unit(has_header: bool, before: &[Vec<&str>]) -> bool {
    let cell = before.last().and_then(|line| line.first()).copied().unwrap_or_default();
    let heading = Heading::read(cell);
    has_header && heading.unit.is_empty() && seconds_of(&heading.name).is_none()
}

/// Names of the columns, assumed where there is no header.
fn labels(
    file: &InputFile,
    names: Option<Vec<Heading>>,
    columns: usize,
    preamble: &Preamble,
    warnings: &mut Vec<Warning>,
) -> Vec<Heading> {
    let plain = |name: String| Heading { name, unit: String::new() };
    if let (1, Some(lead)) = (columns, &preamble.lead) {
        return vec![plain(lead.name().to_owned())];
    }
    if let Some(names) = names {
        return names;
    }
    if columns == Lead::TWELVE.len() {
        let message = "the table has no header; its twelve columns were taken as I, II, III, aVR, aVL, aVF, V1 to V6";
        warnings.push(warning(file, Severity::Note, "line 1", message));
        return Lead::TWELVE.iter().map(|lead| plain(lead.name().to_owned())).collect();
    }
    warnings.push(warning(file, Severity::Note, "line 1", "the table has no header, so that its leads are not known"));
    (1..=columns).map(|column| plain(format!("column {column}"))).collect()
}

/// The unit of each column: its own, else the preamble's, else the user's. Where no column's own is a voltage (`adu`, `a.u.`), the user's
/// is asked for and holds for all.
fn units(
    file: &InputFile,
    labels: &[Heading],
    preamble: &Preamble,
    hints: &Hints,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Unit>, Error> {
    let general = preamble.unit.clone().or_else(|| hints.unit.clone()).filter(|unit| *unit != Unit::Unknown);
    let unit = |heading: &Heading| match Unit::from_label(&heading.unit) {
        Unit::Unknown => general.clone().unwrap_or(Unit::Unknown),
        unit => unit,
    };
    let mut units: Vec<Unit> = labels.iter().map(unit).collect();
    if units.iter().all(|unit| unit.in_millivolts().is_none()) {
        let stated = units.iter().find(|unit| **unit != Unit::Unknown);
        let Some(given) = hints.unit.as_ref().filter(|unit| unit.in_millivolts().is_some()) else {
            let found = match stated {
                Some(unit) => format!("columns in {}, which is no voltage", shown(unit.symbol())),
                None => "columns without a unit (a header such as \"I (mV)\" states it)".to_owned(),
            };
            return Err(Error::missing(Needs::Unit, file.name, found, "the unit of the values"));
        };
        if let Some(unit) = stated {
            let (unit, given) = (shown(unit.symbol()), given.symbol());
            let message = format!("the unit {unit} is no voltage; the values were taken as {given}, as given");
            warnings.push(warning(file, Severity::Data, "header", message));
        }
        units.fill(given.clone());
    }
    for (heading, _) in labels.iter().zip(&units).filter(|(_, unit)| **unit == Unit::Unknown) {
        let message = "states no unit, so that its values cannot be given in millivolts";
        warnings.push(warning(file, Severity::Data, format!("column {}", heading.name), message));
    }
    Ok(units)
}

/// Values at their samples, not a number between.
fn placed(values: &[f64], places: &[usize]) -> Vec<f64> {
    let length = places.last().map_or(0, |last| last.saturating_add(1));
    let mut placed = vec![f64::NAN; length];
    for (value, &place) in values.iter().zip(places) {
        if let Some(slot) = placed.get_mut(place) {
            *slot = *value;
        }
    }
    placed
}

/// Half-open ranges of values that are not a number.
fn missing(file: &InputFile, values: &[f64], memory: &mut Memory) -> Result<Vec<(usize, usize)>, Error> {
    let first = usize::from(values.first().is_some_and(|value| value.is_nan()));
    let starts = values.iter().zip(values.iter().skip(1)).filter(|(before, value)| !before.is_nan() && value.is_nan());
    let count = first.saturating_add(starts.count()) as u64;
    memory.take_values::<(usize, usize)>(file.name, count)?;
    let mut ranges: Vec<(usize, usize)> = reserve(file.name, count)?;
    if count == 0 {
        return Ok(ranges);
    }
    for (index, _) in values.iter().enumerate().filter(|(_, value)| value.is_nan()) {
        match ranges.last_mut() {
            Some((_, end)) if *end == index => *end = index.saturating_add(1),
            _ => ranges.push((index, index.saturating_add(1))),
        }
    }
    Ok(ranges)
}

#[cfg(test)]
mod heading_tests {
    use super::*;

    #[test]
    fn a_heading_gives_name_and_unit() {
        for (cell, name, unit) in [
            ("I (mV)", "I", "mV"),
            ("aVR [uV]", "aVR", "uV"),
            ("V1_mV", "V1", "mV"),
            ("II/µV", "II", "µV"),
            ("V6 mV", "V6", "mV"),
            ("time (s)", "time", "s"),
            ("Resp (%)", "Resp", "%"),
            ("V1", "V1", ""),
            ("Lead I (Einthoven)", "Lead I (Einthoven)", ""),
        ] {
            let heading = Heading::read(cell);
            assert_eq!((heading.name.as_str(), heading.unit.as_str()), (name, unit), "{cell}");
        }
    }
}
