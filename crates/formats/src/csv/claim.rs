//! Is a table an electrocardiogram? Databases ship lists, weights and measurements beside their records, and these are
//! tables of numbers too. A recording shows itself by what it states: names of leads, a unit of voltage, a sampling rate, times
//! that step as samples do. Without any of these only its shape is left: many rows of few columns, all numbers.

use ecg::Lead;

use super::columns::{self, Role};
use super::preamble::Preamble;
use super::table::Table;

/// Rows of a recording at least: a tenth of a second at 100 Hz. A row of one number a lead is no recording.
const FEWEST_ROWS: usize = 10;
/// Rows of a table that states nothing, at least: a second at 100 Hz.
const FEWEST_BARE_ROWS: usize = 100;
/// Columns of a table that states nothing, at most: 15 leads and a time.
const MOST_BARE_COLUMNS: usize = 16;
/// Lowest rate, in hertz, at which times count as those of samples; a list of events or a log is slower.
const SLOWEST: f64 = 40.0;

/// How clearly the table, or the beginning of one, is an electrocardiogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// It states something that only recordings state.
    Stated,
    /// It states nothing, but has the shape.
    Shaped,
    /// Something else.
    Other,
}

impl Claim {
    pub(super) fn of(table: &Table) -> Claim {
        let rows = table.columns.first().map_or(0, Vec::len);
        if rows < FEWEST_ROWS {
            return Claim::Other;
        }
        let preamble = Preamble::read(table);
        let (role, headings) = columns::layout(table);
        let is_clock = matches!(role, Role::Time(unit) if rate(table, unit).is_some_and(|rate| rate >= SLOWEST));
        if preamble.rate.is_some() || preamble.unit.is_some() || preamble.lead.is_some() || is_clock {
            return Claim::Stated;
        }
        let Some(headings) = headings else {
            let narrow = table.columns.len() <= MOST_BARE_COLUMNS;
            return if narrow && rows >= FEWEST_BARE_ROWS { Claim::Shaped } else { Claim::Other };
        };
        let leads = headings.iter().skip(usize::from(role != Role::Lead));
        let (mut all, mut named) = (0_usize, 0_usize);
        for heading in leads {
            if columns::is_voltage(&heading.unit) {
                return Claim::Stated;
            }
            all = all.saturating_add(1);
            named = named.saturating_add(usize::from(names_a_lead(&heading.name)));
        }
        if named > 0 && named.saturating_mul(2) >= all { Claim::Stated } else { Claim::Other }
    }
}

/// Samples a second, of times in units of so many seconds.
fn rate(table: &Table, unit: f64) -> Option<f64> {
    let times = table.columns.first()?;
    let steps = times.len().checked_sub(1).filter(|&steps| steps > 0)?;
    let span = (times.last()? - times.first()?) * unit;
    (span > 0.0).then_some(steps as f64 / span)
}

/// A standard lead, or a name that says that it is one. Frank's X, Y, Z are names of much else.
fn names_a_lead(name: &str) -> bool {
    let lower = name.to_lowercase();
    match Lead::from_label(name) {
        Lead::X | Lead::Y | Lead::Z => lower.len() > 1,
        Lead::Other(_) => {
            ["ecg", "ekg", "lead", "mlii", "ableitung", "channel"].iter().any(|word| lower.contains(word))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Format, probe};

    fn rows(count: u32, row: impl Fn(u32) -> String) -> String {
        (0..count).map(row).collect()
    }

    fn is_claimed(text: &str) -> bool {
        probe("folder/table.csv", text.as_bytes()) == Some(Format::Csv)
    }

    #[test]
    fn tables_of_other_things_are_not_claimed() {
        let numbers = |count| rows(count, |row| format!("{row},0.5,{}.25,1\n", row % 7));
        let others = [
            ("weights between codes", format!(",164889003,270492004|164947007,6374002\n{}", numbers(30))),
            ("weights of named things", format!("name,weight\n{}", rows(30, |row| format!("layer{row},0.{row}\n")))),
            ("a log of a training", format!("epoch,loss,auc,rate\n{}", numbers(200))),
            ("measurements of people", format!("PatientAge,Gender,VentricularRate,QRSDuration\n{}", numbers(500))),
            ("points in space", format!("x,y,z,w\n{}", numbers(500))),
            ("a matrix without a header", numbers(26)),
            ("a wide table without a header", rows(200, |row| format!("{}1\n", format!("{row},").repeat(187)))),
            ("one number a lead", "I,II,III,aVR,aVL,aVF\n0.1,0.2,0.3,0.4,0.5,0.6\n".to_owned()),
            (
                "a count of each lead among more",
                format!("I,site,age,height,weight,nurse\n{}", rows(99, |_| "1,2,3,4,5,6\n".into())),
            ),
            (
                "a temperature each minute",
                format!("time (s),temperature\n{}", rows(99, |row| format!("{},36.6\n", row * 60))),
            ),
            ("a list of words and numbers", "age,61\nsex,male\nrate,72\n".repeat(50)),
        ];
        for (what, text) in others {
            assert!(!is_claimed(&text), "{what}: {}", text.get(..80).unwrap_or(&text));
        }
    }

    #[test]
    fn tables_of_recordings_are_claimed() {
        let twelve = "0.005,0.01,-0.02,0,0,0,0,0,0,0,0,0.1\n";
        let recordings = [
            ("twelve leads by name", format!("I,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6\n{}", twelve.repeat(40))),
            ("leads by another name", format!("ECG_1,resp\n{}", rows(40, |row| format!("0.{row},1\n")))),
            ("a unit of voltage", format!("time,a (mV),b (mV)\n{}", rows(40, |row| format!("{row},1,2\n")))),
            ("a rate above the table", format!("sampling rate: 500\na,b\n{}", rows(40, |row| format!("{row},2\n")))),
            (
                "times as samples have them",
                format!("time,a\n{}", rows(40, |row| format!("{},2\n", f64::from(row) / 500.0))),
            ),
            ("times without a header", rows(40, |row| format!("{};{}\n", f64::from(row) / 250.0, row % 9))),
            ("twelve columns without a header", twelve.repeat(1000)),
            ("sample numbers without a header", rows(1000, |row| format!("{row}\t{}\t7\n", row % 9))),
            ("one column alone", rows(1000, |row| format!("{}\n", row % 9))),
        ];
        for (what, text) in recordings {
            assert!(is_claimed(&text), "{what}: {}", text.get(..80).unwrap_or(&text));
        }
    }
}
