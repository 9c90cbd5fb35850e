//! Lines before the table: key and value, as devices and programs export them. Keys are in many languages (Apple
//! translates them), so that values are told by their own form wherever they can: `512 hertz`, `Lead I`, `µV`.

use ecg::{Lead, Statement, Unit};

use super::number;
use super::table::Table;

/// What the lines before the table state.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Preamble {
    /// Samples a second.
    pub(super) rate: Option<f64>,
    /// The lead of a file with one.
    pub(super) lead: Option<Lead>,
    /// The unit of all values.
    pub(super) unit: Option<Unit>,
    /// A classification that the device made.
    pub(super) statements: Vec<Statement>,
}

const RATE_KEYS: [&str; 8] =
    ["sample rate", "sampling rate", "sampling frequency", "sample frequency", "samplerate", "rate", "fs", "frequency"];

impl Preamble {
    pub(super) fn read(table: &Table) -> Preamble {
        let mut preamble = Preamble::default();
        for line in &table.before {
            let words = match line.as_slice() {
                [key, values @ ..] if !values.is_empty() => pair(key, &join(values)),
                [one] => one.split_once([':', '=']).and_then(|(key, value)| pair(key, value)),
                _ => None,
            };
            if let Some((key, value)) = words {
                preamble.take(&key, &value);
            }
        }
        preamble
    }

    fn take(&mut self, key: &str, value: &str) {
        let number_of = |text: &str| number::parse(&text.replace(',', "."), '.').filter(|rate| *rate > 0.0);
        let lower = value.to_lowercase();
        let hertz = lower.strip_suffix("hertz").or_else(|| lower.strip_suffix("hz")).map(str::trim);
        if let Some(rate) = hertz.and_then(number_of) {
            self.rate = Some(rate);
        } else if RATE_KEYS.contains(&key) {
            self.rate = number_of(value).or(self.rate);
        } else if matches!(Unit::from_label(value), Unit::Nanovolt | Unit::Microvolt | Unit::Millivolt | Unit::Volt) {
            self.unit = Some(Unit::from_label(value));
        } else if lower.starts_with("lead ") && !matches!(Lead::from_label(value), Lead::Other(_)) {
            self.lead = Some(Lead::from_label(value));
        } else if matches!(key, "classification" | "klassifizierung") && !value.is_empty() {
            let text = value.to_owned();
            self.statements.push(Statement { system: "text".to_owned(), code: String::new(), text });
        }
    }
}

/// A value may hold the table's separator, such as a decimal comma; a header of many columns is no pair.
fn join(values: &[&str]) -> String {
    if values.len() > 2 { String::new() } else { values.join(",") }
}

fn pair(key: &str, value: &str) -> Option<(String, String)> {
    let value = number::bare(value);
    (!value.is_empty()).then(|| (number::bare(key).trim_end_matches(':').to_lowercase(), value.to_owned()))
}
