//! `einthoven inspect`: what recordings hold.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use ecg::{Recording, Samples, Sex, Signal};
use serde::Serialize;

use crate::report::{Failed, PassedOver, Summary, print_json};
use crate::{Stated, each, files};

pub(crate) const EXAMPLES: &str = "Examples:
  einthoven inspect 00008_lr.hea
  einthoven inspect --json 'records/*.hea' | jq '.recordings[].leads[].lead'
  einthoven inspect --rate 500 --unit uV table.csv";

/// Arguments of the command.
#[derive(Args)]
pub(crate) struct Inspect {
    /// Files, folders or patterns
    #[arg(required = true, value_name = "FILES")]
    files: Vec<String>,
    /// Print one JSON document with `recordings`, `failures` and `passed_over`
    #[arg(long)]
    json: bool,
    /// Also print what the file says of the person's name, identifier and date of birth
    #[arg(long)]
    identity: bool,
    #[command(flatten)]
    stated: Stated,
}

#[derive(Serialize)]
struct Report<'s> {
    recordings: Vec<Inspected>,
    failures: &'s [Failed],
    passed_over: &'s [PassedOver],
}

/// What is told of one recording.
#[derive(Serialize)]
struct Inspected {
    name: String,
    format: String,
    files: Vec<String>,
    start: Option<String>,
    seconds: f64,
    patient: ecg::Patient,
    leads: Vec<InspectedLead>,
    /// Median or average beats that the file holds beside the rhythm.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    representative_beats: Vec<InspectedLead>,
    /// Number of annotations by code.
    annotations: BTreeMap<String, usize>,
    statements: Vec<ecg::Statement>,
    measurements: Vec<ecg::Measurement>,
    comments: Vec<String>,
    warnings: Vec<ecg::Warning>,
}

#[derive(Serialize)]
struct InspectedLead {
    lead: String,
    label: String,
    /// Computed by the reader from other leads, not in the file.
    derived: bool,
    hertz: f64,
    samples: usize,
    missing: usize,
    unit: String,
    gain: Option<f64>,
    baseline: Option<f64>,
    least: Option<f64>,
    mean: Option<f64>,
    greatest: Option<f64>,
}

/// Reads everything and tells.
pub(crate) fn run(arguments: &Inspect) -> Result<Summary> {
    let inputs = files::collect(&arguments.files)?;
    let mut summary = Summary::new("read", arguments.json);
    let mut all = Vec::new();
    each::recording(&inputs, &arguments.stated, &mut summary, |recording| {
        let inspected = inspect(recording, arguments.identity);
        if arguments.json {
            all.push(inspected);
            return Ok(None);
        }
        Ok(Some(inspected.text()))
    })?;
    if arguments.json {
        print_json(&Report { recordings: all, failures: &summary.failed, passed_over: &summary.passed_over })?;
    }
    Ok(summary)
}

fn inspect(recording: Recording, identity: bool) -> Inspected {
    let seconds = recording.duration();
    let mut annotations = BTreeMap::new();
    for annotation in &recording.annotations {
        let code = if annotation.code.is_empty() { &annotation.text } else { &annotation.code };
        *annotations.entry(code.clone()).or_insert(0) += 1;
    }
    let mut patient = recording.patient;
    if !identity {
        (patient.id, patient.name, patient.born) = (None, None, None);
    }
    Inspected {
        leads: recording.signals.iter().map(inspect_lead).collect(),
        representative_beats: recording.representative_beats.iter().map(inspect_lead).collect(),
        name: recording.name,
        format: recording.source.format,
        files: recording.source.files,
        start: recording.start,
        seconds,
        patient,
        annotations,
        statements: recording.statements,
        measurements: recording.measurements,
        comments: recording.comments,
        warnings: recording.warnings,
    }
}

fn inspect_lead(signal: &Signal) -> InspectedLead {
    let values = signal.values();
    let present = || values.iter().copied().filter(|value| value.is_finite());
    let count = present().count();
    let stated = |value: f64| (count > 0).then_some(value);
    let (gain, baseline) = match &signal.samples {
        Samples::Digital { scale, .. } => (Some(scale.gain), Some(scale.baseline)),
        Samples::Physical { .. } => (None, None),
    };
    InspectedLead {
        lead: signal.lead.name().to_owned(),
        label: signal.label.clone(),
        derived: signal.derived,
        hertz: signal.rate,
        samples: signal.len(),
        missing: values.len() - count,
        unit: signal.unit().symbol().to_owned(),
        gain,
        baseline,
        least: stated(present().fold(f64::INFINITY, f64::min)),
        mean: stated(present().sum::<f64>() / count as f64),
        greatest: stated(present().fold(f64::NEG_INFINITY, f64::max)),
    }
}

impl Inspected {
    fn text(&self) -> String {
        let mut text = format!("{} ({}: {})\n", self.name, self.format, self.files.join(", "));
        let _ = writeln!(text, "  {} leads, {:.3} s", self.leads.len(), self.seconds);
        if let Some(start) = &self.start {
            let _ = writeln!(text, "  start {start}");
        }
        let mut person = Vec::new();
        person.extend(self.patient.age.map(|age| format!("{age} years")));
        person.extend(self.patient.sex.map(|sex| if sex == Sex::Female { "female" } else { "male" }.to_owned()));
        person.extend(self.patient.name.iter().chain(&self.patient.id).chain(&self.patient.born).cloned());
        if !person.is_empty() {
            let _ = writeln!(text, "  person: {}", person.join(", "));
        }
        for lead in &self.leads {
            let _ = write!(text, "  {:<6} {:>7} samples at {} Hz", lead.lead, lead.samples, lead.hertz);
            if let (Some(least), Some(greatest)) = (lead.least, lead.greatest) {
                let unit = if lead.unit.is_empty() { "(no unit)" } else { &lead.unit };
                let _ = write!(text, ", {least:.3} to {greatest:.3} {unit}");
            }
            if lead.missing > 0 {
                let _ = write!(text, ", {} missing", lead.missing);
            }
            if lead.derived {
                text.push_str(", derived");
            }
            text.push('\n');
        }
        if let Some(beat) = self.representative_beats.first() {
            let (leads, samples, rate) = (self.representative_beats.len(), beat.samples, beat.hertz);
            let _ = writeln!(text, "  representative beat: {leads} leads, {samples} samples at {rate} Hz");
        }
        for statement in &self.statements {
            let said: Vec<&str> =
                [statement.code.as_str(), &statement.text].into_iter().filter(|part| !part.is_empty()).collect();
            let _ = writeln!(text, "  stated: {} ({})", said.join(" "), statement.system);
        }
        for measurement in self.measurements.iter().filter(|one| one.lead.is_none()) {
            let _ = writeln!(text, "  measured: {} {}", measurement.words(), measurement.amount());
        }
        // Some formats state hundreds.
        let of_leads = self.measurements.iter().filter(|one| one.lead.is_some()).count();
        if of_leads > 0 {
            let _ = writeln!(text, "  measured in single leads: {of_leads} values (--json lists them)");
        }
        if !self.annotations.is_empty() {
            let counts: Vec<String> = self.annotations.iter().map(|(code, count)| format!("{code} {count}")).collect();
            let _ = writeln!(text, "  annotations: {}", counts.join(", "));
        }
        for comment in &self.comments {
            let _ = writeln!(text, "  comment: {comment}");
        }
        for warning in &self.warnings {
            let _ = writeln!(text, "  warning: {warning}");
        }
        text
    }
}
