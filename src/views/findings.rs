//! What the network says, label by label.

use ecg::{Finding, Warning};
use leptos::prelude::*;

use super::export::ExportRow;
use crate::models::Entry;
use crate::report::{engine_name, percent};
use crate::state::{Answer, Overlay, State};
use crate::work;

/// With more labels than this, those far below their threshold are folded away.
const SHOWN_AT_ONCE: usize = 12;

/// The findings of the chosen model for the recording that is shown.
#[component]
pub fn FindingsPanel() -> impl IntoView {
    let state = State::here();
    view! {
        <section class="panel findings" aria-labelledby="findings-title" data-testid="findings">
            <h2 id="findings-title">"Network findings"</h2>
            {move || match state.answer() {
                None => view! { <p class="muted">"No model is chosen."</p> }.into_any(),
                Some(Answer::Asked) => view! {
                    <div class="waiting" aria-hidden="true">
                        {(0..5).map(|_| view! { <div class="bone"></div> }).collect_view()}
                    </div>
                }.into_any(),
                Some(Answer::Cancelled) => view! { <Again message="Cancelled.".to_owned()/> }.into_any(),
                Some(Answer::Failed(message)) => view! { <Again message=message/> }.into_any(),
                Some(Answer::Given { findings, engine, milliseconds }) => {
                    let engine = engine_name(engine);
                    view! {
                        <Groups findings=findings.findings.clone()/>
                        {warnings(&findings.warnings)}
                        <p class="muted ran" data-testid="ran" data-engine=engine data-milliseconds=milliseconds.to_string()>
                            {format!("{engine}, {milliseconds:.0} ms. The tick is the threshold chosen on validation data.")}
                        </p>
                        <ExportRow/>
                    }.into_any()
                }
            }}
        </section>
    }
}

#[component]
fn Again(message: String) -> impl IntoView {
    let state = State::here();
    view! {
        <p class="failed" data-testid="classify-error">{message}</p>
        <button class="button" on:click=move |_| work::classify_again(state)>"Try again"</button>
        <Others/>
    }
}

/// Models that take what the recording has, where the chosen one does not.
#[component]
fn Others() -> impl IntoView {
    let state = State::here();
    let leads = state.recording().map(|recording| recording.leads()).unwrap_or_default();
    if state.entry().is_none_or(|entry| entry.fits(&leads)) {
        return ().into_any();
    }
    let fitting: Vec<Entry> =
        state.models.with(|models| models.iter().filter(|entry| entry.fits(&leads)).cloned().collect());
    if fitting.is_empty() {
        return view! { <p class="muted">"No model here takes this recording's leads alone."</p> }.into_any();
    }
    view! {
        <p class="muted">"These models take the leads that it has:"</p>
        {fitting.into_iter().map(|entry| view! {
            <button class="button" data-testid="other-model" on:click=move |_| state.choose(&entry.name)>{entry.title.clone()}</button>
        }).collect_view()}
    }
    .into_any()
}

/// The reader's or the preparation's warnings.
pub fn warnings(list: &[Warning]) -> impl IntoView + use<> {
    (!list.is_empty()).then(|| {
        view! {
            <ul class="warnings">
                {list.iter().map(|warning| view! { <li data-testid="warning">{warning.to_string()}</li> }).collect_view()}
            </ul>
        }
    })
}

/// Findings by group: groups in the model's order, within a group the likeliest first.
#[component]
fn Groups(findings: Vec<Finding>) -> impl IntoView {
    let many = findings.len() > SHOWN_AT_ONCE;
    let (near, far): (Vec<Finding>, Vec<Finding>) = findings
        .into_iter()
        .partition(|finding| !many || finding.present() || finding.probability >= 0.5 * finding.threshold);
    let none = near.is_empty();
    let rest = far.len();
    view! {
        {grouped(near)}
        {none.then(|| view! { <p class="muted">"No label comes near its threshold."</p> })}
        {(rest > 0).then(|| view! {
            <details class="more"><summary>{format!("{rest} more, far below their thresholds")}</summary>{grouped(far)}</details>
        })}
    }
}

fn grouped(findings: Vec<Finding>) -> impl IntoView {
    let mut groups: Vec<(String, Vec<Finding>)> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|(name, _)| *name == finding.group) {
            Some((_, list)) => list.push(finding),
            None => groups.push((finding.group.clone(), vec![finding])),
        }
    }
    groups
        .into_iter()
        .map(|(name, mut list)| {
            list.sort_by(|a, b| b.probability.total_cmp(&a.probability));
            // A group of one that bears the label's own name needs no heading.
            let alone = list.len() == 1 && list.iter().all(|one| one.name == name);
            let heading = (!name.is_empty() && !alone).then(|| view! { <h3>{name}</h3> });
            view! {
                {heading}
                <ul class="finding-list">{list.into_iter().map(|finding| view! { <Row finding=finding/> }).collect_view()}</ul>
            }
        })
        .collect_view()
}

#[component]
fn Row(finding: Finding) -> impl IntoView {
    let state = State::here();
    let (code, shown) = (finding.code.clone(), finding.code.clone());
    let present = finding.present();
    let length = |value: f32| format!("{:.2}%", value.clamp(0.0, 1.0) * 100.0);
    let pressed = move || state.overlay.get() == Overlay::Label(shown.clone());
    let explains = untrack(move || !state.methods().is_empty());
    let spoken = format!(
        "{}: probability {}, threshold {}, {}.{}",
        finding.name,
        percent(finding.probability),
        percent(finding.threshold),
        if present { "present" } else { "not present" },
        if explains { " Show where it was seen." } else { "" }
    );
    view! {
        <li>
            <button
                class="finding"
                class:present=present
                data-testid="finding-row"
                data-code=finding.code.clone()
                data-probability=finding.probability.to_string()
                data-threshold=finding.threshold.to_string()
                aria-label=spoken
                aria-pressed=move || explains.then(|| pressed().to_string())
                title=explains.then_some("Show where it was seen")
                disabled=!explains
                on:click=move |_| work::explain(state, code.clone())
            >
                <span class="finding-name">{finding.name.clone()}</span>
                <span class="finding-code">{finding.code.clone()}</span>
                <span class="finding-value">{percent(finding.probability)}</span>
                <span class="finding-bar">
                    <span class="fill" style:width=length(finding.probability)></span>
                    <span class="tick" style:left=length(finding.threshold)></span>
                </span>
            </button>
        </li>
    }
}
