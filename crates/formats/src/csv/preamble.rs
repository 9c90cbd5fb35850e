//! Lines before the table: key and value, as devices and programs export them. Keys are in many languages (Apple
//! translates them), so that values are told by their own form wherever they can: `512 hertz`, `Lead I`, `µV`.

use ecg::{Lead, Statement, Unit};

use super::number;
use super::table::Table;
use crate::moment;

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
    /// When the recording began, in the device's own time.
    pub(super) start: Option<String>,
    /// The name of the person.
    pub(super) person: Option<String>,
}

const RATE_KEYS: [&str; 8] =
    ["sample rate", "sampling rate", "sampling frequency", "sample frequency", "samplerate", "rate", "fs", "frequency"];

impl Preamble {
    pub(super) fn read(table: &Table) -> Preamble {
        let mut preamble = Preamble::default();
        // Key and value of each line, in the file's order; the value may be empty.
        let mut pairs: Vec<(String, String)> = Vec::new();
        for line in &table.before {
            let words = match line.as_slice() {
                [key, values @ ..] if !values.is_empty() => pair(key, &join(values)),
                [one] => one.split_once([':', '=']).and_then(|(key, value)| pair(key, value)),
                _ => None,
            };
            let Some((key, value)) = words else { continue };
            if !value.is_empty() {
                preamble.take(&key, &value);
            }
            // A preamble has ten lines or so; others are lists.
            if pairs.len() < 100 {
                pairs.push((key, value));
            }
        }
        preamble.take_shape(&pairs);
        preamble
    }

    fn take(&mut self, key: &str, value: &str) {
        let lower = value.to_lowercase();
        if let Some(rate) = hertz(&lower) {
            self.rate = Some(rate);
        } else if RATE_KEYS.contains(&key) {
            self.rate = rate(value).or(self.rate);
        } else if let Some(unit) = unit(value) {
            self.unit = Some(unit);
        } else if lower.starts_with("lead ") && !matches!(Lead::from_label(value), Lead::Other(_)) {
            self.lead = Some(Lead::from_label(value));
        } else if matches!(key, "classification" | "klassifizierung") && !value.is_empty() {
            self.statements = vec![statement(value)];
        }
    }

    /// What the lines of an Apple Watch export say in any language, by their places: name, date of birth, date of the recording,
    /// classification, symptoms, version, device, rate; then lead and unit.
    fn take_shape(&mut self, pairs: &[(String, String)]) {
        let value = |at: Option<usize>| at.and_then(|at| pairs.get(at)).map(|(_, value)| value.as_str());
        let Some(unit_at) = pairs.iter().position(|(_, value)| unit(value).is_some()) else { return };
        if self.lead.is_none() {
            self.lead = value(unit_at.checked_sub(1)).and_then(lead);
        }
        let dated = |(_, value): &(String, String)| moment::written(value).is_some();
        let Some(date_at) = pairs.iter().take(unit_at).position(dated) else { return };
        if self.rate.is_none() {
            // `512 hertz` in a language that is not known here.
            let between = pairs.iter().take(unit_at).skip(date_at);
            let near = |value: &String| {
                let (number, word) =
                    value.split_at_checked(value.find(|letter: char| !matches!(letter, '0'..='9' | '.' | ','))?)?;
                let is_word =
                    word.chars().any(char::is_alphabetic) && !word.contains(|letter: char| letter.is_ascii_digit());
                rate(number).filter(|rate| is_word && (500.0..=525.0).contains(rate))
            };
            self.rate = between.filter_map(|(_, value)| near(value)).next_back();
        }
        if self.rate.is_none() || self.lead.is_none() {
            return;
        }
        self.start = value(Some(date_at)).and_then(moment::written).map(|(start, _)| start);
        self.person = value(date_at.checked_sub(2)).filter(|name| !name.is_empty()).map(str::to_owned);
        let class = value(date_at.checked_add(1)).filter(|class| !class.is_empty());
        if let Some(class) = class.filter(|_| self.statements.is_empty()) {
            self.statements.push(statement(class));
        }
    }
}

fn statement(text: &str) -> Statement {
    Statement { system: "text".to_owned(), code: String::new(), text: text.to_owned() }
}

fn rate(text: &str) -> Option<f64> {
    number::parse(&text.trim().replace(',', "."), '.').filter(|rate| *rate > 0.0)
}

/// The number before a word for hertz, of a text in small letters.
fn hertz(lower: &str) -> Option<f64> {
    const WORDS: [&str; 12] =
        ["hertz", "hz", "hercios", "hertzios", "hertsi", "ヘルツ", "赫兹", "赫茲", "герц", "гц", "هرتز", "헤르츠"];
    WORDS.iter().filter_map(|word| lower.strip_suffix(word)).find_map(rate)
}

/// The unit of voltage that a value names, in many languages.
pub(super) fn unit(value: &str) -> Option<Unit> {
    let unit = match value {
        "мкВ" | "микровольт" | "微伏" | "マイクロボルト" | "ميكروفولت" | "ميكروفولط" | "마이크로볼트" => {
            Unit::Microvolt
        }
        "мВ" | "милливольт" | "毫伏" | "ミリボルト" => Unit::Millivolt,
        value => Unit::from_label(value),
    };
    unit.in_millivolts().is_some().then_some(unit)
}

/// The lead of a value in any language: the one roman number, or chest lead, among its words (`Ableitung I`, `第I誘導`).
pub(super) fn lead(value: &str) -> Option<Lead> {
    let words = value.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut leads =
        words.map(Lead::from_label).filter(|lead| !matches!(lead, Lead::Other(_) | Lead::X | Lead::Y | Lead::Z));
    leads.next().filter(|_| leads.next().is_none())
}

/// A value may hold the table's separator, such as a decimal comma; a header of many columns is no pair.
fn join(values: &[&str]) -> String {
    if values.len() > 2 { String::new() } else { values.join(",") }
}

fn pair(key: &str, value: &str) -> Option<(String, String)> {
    let key = number::bare(key).trim_end_matches(':').to_lowercase();
    (!key.is_empty()).then(|| (key, number::bare(value).to_owned()))
}
