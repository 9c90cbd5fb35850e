//! A recording as one aECG document.

use std::fmt::Write as _;

use ecg::{Annotation, Lead, Recording, Samples, Scale, Sex, Signal, Unit};

use super::time::{Moment, per_second};
use crate::encoding::printable;
use crate::{WriteError, moment};

/// HL7's codes of acts and the codes of ISO/IEEE 11073 (MDC), as object identifiers.
const ACT: &str = "2.16.840.1.113883.5.4";
const MDC: &str = "2.16.840.1.113883.6.24";

/// Writes a recording as one series: a sequence set for the leads that share rate and start, representative beats as a
/// derived series, marks, measurements and statements as an annotation set.
///
/// Counts are the digits, their scale is in microvolts (another unit that is no voltage stays as it is). Values without
/// counts are written in the coarsest decimal step from 1 to 0.001 (microvolts or units) that holds all of them, else to
/// the nearest 0.001. Age and sex are written; name, identifier and birth date of the person are not.
///
/// # Errors
/// No lead; a lead without a unit, with missing samples (the format has no mark for them) or with values beyond 32 bits of
/// steps.
pub fn write(recording: &Recording) -> Result<Vec<u8>, WriteError> {
    if recording.signals.is_empty() {
        return Err(WriteError::Empty);
    }
    let head = recording.start.as_deref().and_then(timestamp);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AnnotatedECG xmlns=\"urn:hl7-org:v3\" ");
    let _ = write!(
        text,
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" type=\"Observation\">\n<code code=\"93000\" "
    );
    text.push_str("codeSystem=\"2.16.840.1.113883.6.12\"/>\n");
    if let Some(head) = &head {
        let _ = writeln!(text, "<effectiveTime><low value=\"{head}\"/></effectiveTime>");
    }
    person(&mut text, recording);
    text.push_str("<component><series>\n");
    let _ = writeln!(text, "<code code=\"RHYTHM\" codeSystem=\"{ACT}\"/>");
    if let Some(head) = &head {
        let _ = writeln!(text, "<effectiveTime><low value=\"{head}\"/></effectiveTime>");
    }
    let together = recording.signals.iter().all(|signal| signal.start == 0.0);
    // A head of its own precision needs a time to the second.
    let absolute = head.filter(|head| together && head.len() >= 14);
    sets(&mut text, &recording.signals, absolute.as_deref())?;
    annotations(&mut text, recording);
    if !recording.representative_beats.is_empty() {
        let _ = writeln!(text, "<derivation><derivedSeries><code code=\"REPRESENTATIVE_BEAT\" codeSystem=\"{ACT}\"/>");
        sets(&mut text, &recording.representative_beats, None)?;
        text.push_str("</derivedSeries></derivation>\n");
    }
    text.push_str("</series></component>\n</AnnotatedECG>\n");
    Ok(text.into_bytes())
}

fn unfit(what: &str, found: impl Into<String>, expected: impl Into<String>) -> WriteError {
    WriteError::Unfit { what: what.to_owned(), found: found.into(), expected: expected.into() }
}

/// ISO 8601 as HL7 writes it, where it is a time that this reader knows again.
fn timestamp(iso: &str) -> Option<String> {
    let (date, clock, zone) = moment::parts(iso);
    // A fraction has no zeros at its end.
    let clock = if clock.contains('.') { clock.trim_end_matches('0').trim_end_matches('.') } else { clock };
    let known = if clock.is_empty() { iso.to_owned() } else { format!("{date}T{clock}{zone}") };
    let text = format!("{}{}{}", date.replace('-', ""), clock.replace(':', ""), zone.replace(':', ""));
    Moment::parse(&text).filter(|moment| moment.iso == known).map(|_| text)
}

fn person(text: &mut String, recording: &Recording) {
    let sex = recording.patient.sex.map(|sex| if sex == Sex::Female { "F" } else { "M" });
    text.push_str("<componentOf><timepointEvent><componentOf><subjectAssignment><subject><trialSubject>");
    if let Some(sex) = sex {
        text.push_str("<subjectDemographicPerson>");
        let _ = write!(text, "<administrativeGenderCode code=\"{sex}\" codeSystem=\"2.16.840.1.113883.5.1\"/>");
        text.push_str("</subjectDemographicPerson>");
    }
    text.push_str("</trialSubject></subject></subjectAssignment></componentOf></timepointEvent></componentOf>\n");
    if let Some(age) = recording.patient.age {
        text.push_str("<controlVariable><relatedObservation>");
        let _ = write!(text, "<code code=\"21612-7\" codeSystem=\"2.16.840.1.113883.6.1\"/>");
        let _ = writeln!(
            text,
            "<value xsi:type=\"PQ\" value=\"{age}\" unit=\"a\"/></relatedObservation></controlVariable>"
        );
    }
}

/// One set for each rate and start, in the order of the leads.
fn sets(text: &mut String, signals: &[Signal], absolute: Option<&str>) -> Result<(), WriteError> {
    let mut rest: Vec<&Signal> = signals.iter().collect();
    while let Some(first) = rest.first().copied() {
        let (mut same, mut others) = (Vec::new(), Vec::new());
        let mut ended = false;
        for signal in rest {
            // Only neighbours share a set, so that the order of the leads stays.
            ended = ended || signal.rate != first.rate || signal.start != first.start;
            if ended { others.push(signal) } else { same.push(signal) }
        }
        rest = others;
        let (step, unit) = increment(first.rate);
        text.push_str("<component><sequenceSet>\n<component><sequence>");
        let _ = match absolute {
            Some(head) => {
                write!(
                    text,
                    "<code code=\"TIME_ABSOLUTE\" codeSystem=\"{ACT}\"/><value xsi:type=\"GLIST_TS\"><head value=\"{head}\"/>"
                )
            }
            None => write!(
                text,
                "<code code=\"TIME_RELATIVE\" codeSystem=\"{ACT}\"/><value xsi:type=\"GLIST_PQ\"><head value=\"{}\" unit=\"s\"/>",
                first.start
            ),
        };
        let _ = writeln!(text, "<increment value=\"{step}\" unit=\"{unit}\"/></value></sequence></component>");
        for signal in same {
            lead(text, signal)?;
        }
        text.push_str("</sequenceSet></component>\n");
    }
    Ok(())
}

/// The time between samples in the unit in which the rate is read back as it was, else in seconds.
fn increment(rate: f64) -> (f64, &'static str) {
    let exact = |unit: &&str| per_second(unit).is_some_and(|per_second| per_second / (per_second / rate) == rate);
    let unit = ["s", "ms", "us"].into_iter().find(exact).unwrap_or("s");
    (per_second(unit).unwrap_or(1.0) / rate, unit)
}

fn lead(text: &mut String, signal: &Signal) -> Result<(), WriteError> {
    let what = format!("lead {}", signal.label);
    let absent: usize = signal.missing.iter().map(|(from, to)| to.saturating_sub(*from)).sum();
    if absent > 0 {
        return Err(unfit(&what, format!("{absent} missing samples"), "leads without gaps"));
    }
    let in_microvolts = signal.unit().in_millivolts().map(|millivolts| millivolts * 1e3);
    let unit = match (signal.unit(), in_microvolts) {
        (Unit::Unknown, _) => return Err(unfit(&what, "no unit", "values with a unit; please give it")),
        (_, Some(_)) => "uV".to_owned(),
        (unit, None) => escaped(unit.symbol()),
    };
    let factor = in_microvolts.unwrap_or(1.0);
    let name = match &signal.lead {
        Lead::Other(name) => name.clone(),
        lead => format!("MDC_ECG_LEAD_{}", lead.name().to_ascii_uppercase()),
    };
    let _ = write!(text, "<component><sequence><code code=\"{}\" codeSystem=\"{MDC}\"/>", escaped(&name));
    let begin = |text: &mut String, scale: f64, origin: f64| {
        let _ = write!(text, "<value xsi:type=\"SLIST_PQ\"><origin value=\"{origin}\" unit=\"{unit}\"/>");
        let _ = write!(text, "<scale value=\"{scale}\" unit=\"{unit}\"/><digits>");
    };
    match &signal.samples {
        Samples::Digital { counts, scale } => {
            let Scale { gain, baseline, .. } = scale;
            let step = factor / gain;
            let origin = if *baseline == 0.0 { 0.0 } else { -baseline * step };
            if !(1e-12..1e12).contains(&step.abs()) || origin.abs() >= 1e12 {
                return Err(unfit(
                    &what,
                    format!("{gain} counts a unit from {baseline}"),
                    "a scale from 1e-12 to 1e12",
                ));
            }
            begin(text, step, origin);
            for count in counts.iter() {
                let _ = write!(text, "{count} ");
            }
        }
        Samples::Physical { values, .. } => {
            let per_unit = steps(values, factor);
            begin(text, 1.0 / per_unit, 0.0);
            for value in values {
                let digit = (value * factor * per_unit).round();
                if !digit.is_finite() || digit.abs() > f64::from(i32::MAX) {
                    return Err(unfit(&what, format!("a value of {value}"), "values within 32 bits of steps"));
                }
                let _ = write!(text, "{digit} ");
            }
        }
    }
    text.push_str("</digits></value></sequence></component>\n");
    Ok(())
}

/// Steps a unit: the fewest of 1, 10, 100 and 1000 in which all values are whole to a millionth.
fn steps(values: &[f64], factor: f64) -> f64 {
    let whole = |steps: &f64| {
        values.iter().all(|value| {
            let digit = value * factor * steps;
            (digit - digit.round()).abs() <= 1e-6
        })
    };
    [1.0, 10.0, 100.0].into_iter().find(whole).unwrap_or(1000.0)
}

fn annotations(text: &mut String, recording: &Recording) {
    if recording.annotations.is_empty() && recording.measurements.is_empty() && recording.statements.is_empty() {
        return;
    }
    text.push_str("<subjectOf><annotationSet>\n");
    // Relative times count from the first lead of the series.
    let from = recording.signals.first().map_or(0.0, |signal| signal.start);
    for mark in &recording.annotations {
        annotation(text, mark, from);
    }
    for measurement in &recording.measurements {
        let (name, unit) = (escaped(&measurement.name), escaped(&measurement.unit));
        let _ = write!(text, "<component><annotation><code code=\"{name}\" codeSystem=\"{MDC}\"/>");
        let _ = write!(text, "<value xsi:type=\"PQ\" value=\"{}\" unit=\"{unit}\"/>", measurement.value);
        region(text, "", measurement.lead.as_ref());
        text.push_str("</annotation></component>\n");
    }
    for statement in &recording.statements {
        text.push_str("<component><annotation>");
        if statement.code.is_empty() {
            let _ = write!(text, "<code code=\"MDC_ECG_INTERPRETATION_STATEMENT\" codeSystem=\"{MDC}\"/>");
            let _ = write!(text, "<value xsi:type=\"ST\">{}</value>", escaped(&statement.text));
        } else {
            let (system, code) = (escaped(&statement.system), escaped(&statement.code));
            let _ = write!(text, "<code code=\"MDC_ECG_INTERPRETATION\" codeSystem=\"{MDC}\"/>");
            let _ = write!(
                text,
                "<value xsi:type=\"CE\" code=\"{code}\" codeSystemName=\"{system}\" displayName=\"{}\"/>",
                escaped(&statement.text)
            );
        }
        text.push_str("</annotation></component>\n");
    }
    text.push_str("</annotationSet></subjectOf>\n");
}

fn annotation(text: &mut String, mark: &Annotation, from: f64) {
    let (code, said) = (escaped(&mark.code), escaped(&mark.text));
    let _ = write!(text, "<component><annotation><code code=\"MDC_ECG_WAVC\" codeSystem=\"{MDC}\"/>");
    let _ = write!(text, "<value xsi:type=\"CE\" code=\"{code}\" displayName=\"{said}\"/>");
    let low = mark.time - from;
    let time = match mark.duration {
        Some(duration) => format!(
            "<value xsi:type=\"IVL_PQ\"><low value=\"{low}\" unit=\"s\"/><high value=\"{}\" unit=\"s\"/></value>",
            low + duration
        ),
        None => format!("<value xsi:type=\"PQ\" value=\"{low}\" unit=\"s\"/>"),
    };
    region(text, &time, mark.lead.as_ref());
    text.push_str("</annotation></component>\n");
}

fn region(text: &mut String, time: &str, lead: Option<&Lead>) {
    if time.is_empty() && lead.is_none() {
        return;
    }
    let _ = write!(text, "<support><supportingROI classCode=\"ROIBND\"><code code=\"ROIPS\" codeSystem=\"{ACT}\"/>");
    if !time.is_empty() {
        let _ = write!(
            text,
            "<component><boundary><code code=\"TIME_RELATIVE\" codeSystem=\"{ACT}\"/>{time}</boundary></component>"
        );
    }
    if let Some(lead) = lead {
        let name = match lead {
            Lead::Other(name) => escaped(name),
            lead => format!("MDC_ECG_LEAD_{}", lead.name().to_ascii_uppercase()),
        };
        let _ =
            write!(text, "<component><boundary><code code=\"{name}\" codeSystem=\"{MDC}\"/></boundary></component>");
    }
    text.push_str("</supportingROI></support>");
}

/// Text as XML holds it; what XML cannot hold becomes a blank.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in printable(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{FFFE}' | '\u{FFFF}' => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}
