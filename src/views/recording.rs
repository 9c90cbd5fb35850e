//! What the file states; apart from what a network says.

use ecg::{Measurement, Recording, Sex};
use leptos::prelude::*;

use super::findings::warnings;
use crate::clock;
use crate::recordings::Opened;
use crate::state::State;

/// The panel about the file.
#[component]
pub fn RecordingPanel() -> impl IntoView {
    let state = State::here();
    let shown = Memo::new(move |_| state.selected.get());
    view! {
        {move || {
            shown.track();
            untrack(move || state.recording()).map(|recording| view! { <About recording=recording/> })
        }}
    }
}

#[component]
fn About(recording: Opened) -> impl IntoView {
    let meta = recording.meta.clone();
    let rates = rates(&recording);
    let line = |name: &'static str, value: Option<String>| {
        value.filter(|value| !value.is_empty()).map(|value| view! { <dt>{name}</dt><dd>{value}</dd> })
    };
    let files = meta.source.files.join(", ");
    let leads = recording.leads().iter().map(|lead| lead.name().to_owned()).collect::<Vec<_>>().join(" ");
    let derived: Vec<String> =
        recording.traces.iter().filter(|trace| trace.derived).map(|trace| trace.lead.name().to_owned()).collect();
    view! {
        <section class="panel" aria-labelledby="recording-title" data-testid="recording-panel">
            <h2 id="recording-title">"The file states"</h2>
            {warnings(&meta.warnings)}
            {statements(&meta)}
            {measurements(&meta)}
            <dl>
                {line("Format", Some(meta.source.format.clone()))}
                {line("Duration", Some(clock::length(recording.duration())))}
                {line("Sampling", Some(rates))}
                {line("Leads", Some(leads))}
                {line("Computed", (!derived.is_empty()).then(|| derived.join(" ")))}
                {line("Representative beat", representative_beat(&meta))}
                {line("Annotations", (!meta.annotations.is_empty()).then(|| meta.annotations.len().to_string()))}
                {line("Files", Some(files))}
            </dl>
            <Person meta=(*meta).clone()/>
            {(!meta.comments.is_empty()).then(|| view! {
                <details><summary>"Comments"</summary><ul class="plain">{meta.comments.iter().map(|line| view! { <li>{line.clone()}</li> }).collect_view()}</ul></details>
            })}
        </section>
    }
}

/// How long the file's median or average beat is, and of how many leads.
fn representative_beat(meta: &Recording) -> Option<String> {
    let beat = meta.representative_beats.first()?;
    let leads = match meta.representative_beats.len() {
        1 => "1 lead".to_owned(),
        count => format!("{count} leads"),
    };
    Some(format!("{:.2} s, {leads}", beat.duration()))
}

fn rates(recording: &Opened) -> String {
    let mut rates: Vec<f64> = recording.traces.iter().map(|trace| trace.rate).collect();
    rates.sort_by(f64::total_cmp);
    rates.dedup();
    rates.iter().map(|rate| format!("{rate} Hz")).collect::<Vec<_>>().join(", ")
}

fn statements(meta: &Recording) -> impl IntoView + use<> {
    let list: Vec<(String, String)> = meta
        .statements
        .iter()
        .map(|statement| {
            let text = if statement.text.is_empty() { statement.code.clone() } else { statement.text.clone() };
            let code = if statement.text.is_empty() { String::new() } else { statement.code.clone() };
            // "text" is what the reader calls a statement in plain words: no system that a visitor could look up.
            let system = if statement.system == "text" { "" } else { &statement.system };
            (text, [system, &code].join(" ").trim().to_owned())
        })
        .collect();
    (!list.is_empty()).then(|| {
        view! {
            <h3>"Diagnoses"</h3>
            <ul class="plain">
                {list.into_iter().map(|(text, code)| view! { <li data-testid="statement">{text}" "<span class="muted">{code}</span></li> }).collect_view()}
            </ul>
        }
    })
}

/// Measurements of all leads together, and folded away those of each lead: some formats state hundreds.
fn measurements(meta: &Recording) -> impl IntoView + use<> {
    let line = |one: &Measurement| {
        let words = one.words();
        let shown = one.lead.as_ref().map_or_else(|| words.to_string(), |lead| format!("{words} ({lead})"));
        (one.name.clone(), shown, one.amount())
    };
    let (by_lead, all): (Vec<&Measurement>, Vec<&Measurement>) =
        meta.measurements.iter().partition(|one| one.lead.is_some());
    let lines = |list: &[&Measurement]| list.iter().map(|one| line(one)).collect::<Vec<_>>();
    let (all, by_lead) = (lines(&all), lines(&by_lead));
    // The file's own name is a touch away.
    let table = |list: Vec<(String, String, String)>| {
        let rows = list.into_iter().map(|(name, shown, value)| view! { <dt title=name>{shown}</dt><dd>{value}</dd> });
        view! { <dl class="amounts">{rows.collect_view()}</dl> }
    };
    (!meta.measurements.is_empty()).then(|| {
        view! {
            <h3>"Measurements"</h3>
            {(!all.is_empty()).then(|| table(all))}
            {(!by_lead.is_empty()).then(|| view! {
                <details><summary>{format!("{} of single leads", by_lead.len())}</summary>{table(by_lead)}</details>
            })}
        }
    })
}

/// What the file says of the person, hidden until it is asked for: a screen is often shared.
#[component]
fn Person(meta: Recording) -> impl IntoView {
    let patient = meta.patient;
    let sex = patient.sex.map(|sex| match sex {
        Sex::Female => "female".to_owned(),
        Sex::Male => "male".to_owned(),
    });
    let lines: Vec<(&'static str, String)> = [
        ("Identifier", patient.id),
        ("Name", patient.name),
        ("Age", patient.age.map(|age| age.to_string())),
        ("Sex", sex),
        ("Born", patient.born),
        ("Recorded", meta.start),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| (name, value)))
    .collect();
    (!lines.is_empty()).then(|| {
        view! {
            <details class="person">
                <summary>"Person and date"</summary>
                <dl>{lines.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }).collect_view()}</dl>
            </details>
        }
    })
}
