//! What a network said, in forms that leave the page: text to paste, a table, JSON.

use ecg::{Finding, Findings};
use engine::protocol::EngineKind;
use serde_json::{Value, json};
use std::fmt::Write;

/// Stands on everything that leaves the page.
pub const DISCLAIMER: &str = "Research software, not a medical device";

/// An answer with what it is an answer to.
pub struct Report<'a> {
    /// The recording's name.
    pub recording: &'a str,
    /// The files that it was read from.
    pub files: &'a [String],
    /// The model's title.
    pub model: &'a str,
    /// The answer.
    pub findings: &'a Findings,
    /// The engine that ran.
    pub engine: EngineKind,
}

/// A part as per cent with one digit; what is not nothing is never shown as nothing, nor what is not all as all.
pub fn percent(part: f32) -> String {
    let value = f64::from(part.clamp(0.0, 1.0)) * 100.0;
    if value > 0.0 && value < 0.05 {
        "< 0.1%".to_owned()
    } else if (99.95..100.0).contains(&value) {
        "> 99.9%".to_owned()
    } else {
        format!("{value:.1}%")
    }
}

/// The engine's name.
pub fn engine_name(engine: EngineKind) -> &'static str {
    match engine {
        EngineKind::Cpu => "CPU",
        EngineKind::Gpu => "GPU",
    }
}

impl Report<'_> {
    /// The findings, the likeliest first; those that reach their threshold in front.
    pub fn sorted(&self) -> Vec<&Finding> {
        let mut list: Vec<&Finding> = self.findings.findings.iter().collect();
        list.sort_by(|a, b| b.present().cmp(&a.present()).then(b.probability.total_cmp(&a.probability)));
        list
    }

    /// A name for a file of this kind: `extension` such as `csv`.
    pub fn file_name(&self, extension: &str) -> String {
        let safe: String = self
            .recording
            .chars()
            .map(|letter| if letter.is_alphanumeric() || "-_.".contains(letter) { letter } else { '_' })
            .take(80)
            .collect();
        let name = safe.trim_matches('.');
        format!("{}-findings.{extension}", if name.is_empty() { "recording" } else { name })
    }

    /// Lines to paste into a mail or a note.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n", self.recording, self.model);
        let (present, absent): (Vec<_>, Vec<_>) = self.sorted().into_iter().partition(|finding| finding.present());
        for (heading, list) in [("Reaches its threshold", present), ("Below its threshold", absent)] {
            let _ = writeln!(text, "\n{heading}:");
            if list.is_empty() {
                text.push_str("  none\n");
            }
            for one in list {
                let (value, threshold) = (percent(one.probability), percent(one.threshold));
                let _ = writeln!(text, "  {} ({}): {value}, threshold {threshold}", one.name, one.code);
            }
        }
        for warning in &self.findings.warnings {
            let _ = writeln!(text, "\nWarning: {warning}");
        }
        let _ = writeln!(text, "\nEinthoven, {} engine. {DISCLAIMER}.", engine_name(self.engine));
        text
    }

    /// A table, one line a label, with CRLF and quotes as RFC 4180 has them.
    pub fn csv(&self) -> String {
        let head = "recording,model,code,name,group,probability,threshold,reaches threshold,note\r\n".to_owned();
        self.sorted().into_iter().fold(head, |mut table, one| {
            let cells = [
                self.recording,
                self.model,
                &one.code,
                &one.name,
                &one.group,
                &one.probability.to_string(),
                &one.threshold.to_string(),
                if one.present() { "yes" } else { "no" },
                DISCLAIMER,
            ];
            table.push_str(&cells.map(cell).join(","));
            table.push_str("\r\n");
            table
        })
    }

    /// The same for programs, with all digits.
    pub fn json(&self) -> String {
        let findings: Vec<Value> = self
            .sorted()
            .into_iter()
            .map(|one| {
                json!({
                    "code": one.code,
                    "name": one.name,
                    "group": one.group,
                    "probability": one.probability,
                    "threshold": one.threshold,
                    "reaches_threshold": one.present(),
                })
            })
            .collect();
        let warnings: Vec<String> = self.findings.warnings.iter().map(ToString::to_string).collect();
        let report = json!({
            "program": concat!("Einthoven ", env!("CARGO_PKG_VERSION")),
            "note": DISCLAIMER,
            "recording": self.recording,
            "files": self.files,
            "model": { "name": self.findings.model, "title": self.model },
            "engine": engine_name(self.engine),
            "findings": findings,
            "warnings": warnings,
        });
        format!("{report:#}\n")
    }
}

/// A cell of a table; a text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV
/// injection), since names come out of files that somebody else wrote.
fn cell(text: &str) -> String {
    let number = text.parse::<f64>().is_ok();
    let text = if !number && text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(code: &str, name: &str, probability: f32, threshold: f32) -> Finding {
        Finding { code: code.into(), name: name.into(), group: "G".into(), probability, threshold }
    }

    fn report(findings: &Findings) -> Report<'_> {
        Report { recording: "r/1", files: &[], model: "Five, and more", findings, engine: EngineKind::Cpu }
    }

    fn findings() -> Findings {
        let list = vec![
            finding("A", "Alpha", 0.4, 0.5),
            finding("B", "Beta", 0.3, 0.2),
            finding("C", "=HYPERLINK(\"x\")", 0.01, 0.5),
        ];
        Findings { model: "five".into(), findings: list, ..Findings::default() }
    }

    #[test]
    fn what_reaches_its_threshold_stands_in_front_of_what_is_likelier_and_does_not() {
        let findings = findings();
        let report = report(&findings);
        let codes: Vec<&str> = report.sorted().iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes, ["B", "A", "C"]);
        let text = report.text();
        assert!(text.find("Beta (B): 30.0%, threshold 20.0%").unwrap() < text.find("Below its threshold").unwrap());
        assert!(text.trim_end().ends_with("not a medical device."), "{text}");
    }

    #[test]
    fn a_table_quotes_commas_and_disarms_what_a_spreadsheet_would_run() {
        let findings = findings();
        let table = report(&findings).csv();
        let lines: Vec<&str> = table.split("\r\n").collect();
        assert_eq!(lines.len(), 5, "{table}");
        assert!(lines[1].starts_with("r/1,\"Five, and more\",B,Beta,G,0.3,0.2,yes,"), "{table}");
        assert!(lines[3].contains(",\"'=HYPERLINK(\"\"x\"\")\","), "{table}");
    }

    #[test]
    fn the_json_has_every_digit_of_a_probability() {
        let findings = findings();
        let value: Value = serde_json::from_str(&report(&findings).json()).unwrap();
        assert_eq!(value["findings"][0]["probability"].as_f64().map(|value| value as f32), Some(0.3));
        assert_eq!(value["findings"][0]["reaches_threshold"], true);
    }

    #[test]
    fn a_file_name_holds_no_folder() {
        let findings = findings();
        assert_eq!(report(&findings).file_name("csv"), "r_1-findings.csv");
        assert_eq!(Report { recording: "..", ..report(&findings) }.file_name("json"), "recording-findings.json");
    }

    #[test]
    fn a_small_probability_is_not_shown_as_none_and_a_high_one_not_as_certainty() {
        assert_eq!([0.0, 0.0001, 0.123, 0.9999, 1.0].map(percent), ["0.0%", "< 0.1%", "12.3%", "> 99.9%", "100.0%"]);
    }
}
