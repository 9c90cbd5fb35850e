//! The map over the trace: which, how strongly, and what its numbers are.

use std::sync::Arc;

use ecg::{Explanation, ExplanationMethod};
use leptos::prelude::*;

use crate::browser::value_of;
use crate::paper::colours::Palette;
use crate::paper::overlay::{lead_parts, raw, signed};
use crate::state::{Answer, Overlay, State};
use crate::work;

/// The colours with their numbers, under the paper; its place is kept when there is no map.
#[component]
pub fn Legend() -> impl IntoView {
    let state = State::here();
    let gradient = move || {
        let palette = Palette::of(state.dark());
        let steps: Vec<String> = (0..=10).map(|step| palette.heat(step as f32 / 10.0).css()).collect();
        format!("linear-gradient(to right, {})", steps.join(", "))
    };
    view! {
        <div class="legend" data-testid="legend">
            {move || match state.explanation() {
                None => view! { <p class="muted">{empty_legend(state)}</p> }.into_any(),
                Some(map) => view! {
                    <div class="legend-scale">
                        <span class="number">{if signed(&map) { "≤ 0".to_owned() } else { score(raw(&map, 0.0)) }}</span>
                        <span class="legend-bar" style:background-image=gradient></span>
                        <span class="number">{score(raw(&map, 1.0))}</span>
                    </div>
                    <p class="legend-text"><strong>{map.title.clone()}</strong>" "{map.meaning.clone()}" "{uniform(&map)}</p>
                    {tested(&map)}
                }.into_any(),
            }}
        </div>
    }
}

/// What is known of the worth of such maps.
fn tested(map: &Explanation) -> impl IntoView + use<> {
    match &map.checked {
        None => view! { <p class="legend-check">"Maps of this kind were not tested with this model."</p> }.into_any(),
        Some(check) => {
            let (word, figures) = (
                if check.passes { "Maps like this passed their test" } else { "Maps like this failed their test" },
                check.figures.clone(),
            );
            view! {
                <details class="legend-check" class:failed=!check.passes data-testid="map-check">
                    <summary>{word}</summary>
                    <p>{figures}</p>
                </details>
            }
            .into_any()
        }
    }
}

fn empty_legend(state: State) -> &'static str {
    match (state.answer(), state.overlay.get()) {
        (Some(Answer::Asked), _) => "The network is running.",
        (Some(Answer::Given { .. }), Overlay::Label(_)) => "The explanation is being computed.",
        (Some(Answer::Given { .. }), Overlay::Off) => "No overlay.",
        (Some(Answer::Given { .. }), _) => {
            "This network has no attention of its own. Choose a finding to see where it was seen."
        }
        _ => "",
    }
}

/// A score with two digits that count at least.
fn score(value: f32) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let decimals = (1.0 - value.abs().log10().floor()).clamp(2.0, 8.0) as usize;
    format!("{value:.decimals$}").replace('-', "−")
}

fn uniform(map: &Explanation) -> String {
    match map.uniform.filter(|uniform| *uniform > 0.0) {
        Some(uniform) => format!(
            "Strongest: {:.1} × the {} of a network that looks everywhere alike.",
            map.range.1 / uniform,
            score(uniform)
        ),
        None if signed(map) => {
            format!(
                "Scores run from {} to {}; only those above 0 are coloured.",
                score(map.range.0),
                score(map.range.1)
            )
        }
        None => String::new(),
    }
}

/// Which map, and how strongly.
#[component]
pub fn OverlayPanel() -> impl IntoView {
    let state = State::here();
    let maps = Memo::new(move |_| {
        state
            .findings()
            .map(|findings| findings.explanations.iter().map(|map| map.title.clone()).collect::<Vec<_>>())
            .unwrap_or_default()
    });
    let labels = Memo::new(move |_| match state.findings() {
        Some(findings) if !findings.methods.is_empty() => {
            findings.findings.iter().map(|finding| (finding.code.clone(), finding.name.clone())).collect::<Vec<_>>()
        }
        _ => Vec::new(),
    });
    let chosen = move || match state.overlay.get() {
        Overlay::Off => "off".to_owned(),
        Overlay::First => {
            if maps.with(Vec::is_empty) {
                "off".to_owned()
            } else {
                "0".to_owned()
            }
        }
        Overlay::Own(place) => place.to_string(),
        Overlay::Label(code) => format!("label:{code}"),
    };
    let choose = move |value: String| {
        if let Some(code) = value.strip_prefix("label:") {
            work::explain(state, code.to_owned());
        } else if let Ok(place) = value.parse() {
            state.overlay.set(Overlay::Own(place));
        } else {
            state.overlay.set(Overlay::Off);
        }
    };
    view! {
        <section class="panel" aria-labelledby="overlay-title">
            <h2 id="overlay-title">"Overlay"</h2>
            <div class="row">
                <label class="field grow">
                    <span class="off">"Map over the trace"</span>
                    <select
                        data-testid="overlay-select"
                        title="Map over the trace (V)"
                        prop:disabled=move || state.findings().is_none()
                        on:change=move |event| choose(value_of(&event))
                    >
                        {move || {
                            let now = chosen();
                            let option = |value: String, title: String| {
                                let selected = value == now;
                                view! { <option value=value selected=selected>{title}</option> }
                            };
                            let own: Vec<_> = maps.get().into_iter().enumerate().map(|(place, title)| option(place.to_string(), title)).collect();
                            let labels: Vec<_> = labels.get().into_iter().map(|(code, name)| option(format!("label:{code}"), name)).collect();
                            view! {
                                {option("off".to_owned(), "None".to_owned())}
                                {own}
                                {(!labels.is_empty()).then(|| view! { <optgroup label="Where a label was seen">{labels}</optgroup> })}
                            }
                        }}
                    </select>
                </label>
                <label class="field opacity">
                    <span>"Strength"</span>
                    <input
                        type="range" min="0.1" max="1" step="0.05"
                        prop:value=move || state.opacity.get().to_string()
                        on:input=move |event| if let Ok(value) = value_of(&event).parse() { state.opacity.set(value); }
                    />
                </label>
            </div>
            <MethodField/>
            {move || state.explanation().map(|map| view! { <LeadBars map=map.clone()/> <PartBars map=map/> })}
        </section>
    }
}

/// In which way a label is explained, where the model offers several.
#[component]
fn MethodField() -> impl IntoView {
    let state = State::here();
    let methods = Memo::new(move |_| state.methods());
    let choose = move |value: String| {
        if let Some(method) = ExplanationMethod::ALL.into_iter().find(|method| words(*method) == value) {
            work::explain_by(state, method);
        }
    };
    view! {
        <Show when=move || methods.with(|methods| methods.len() > 1)>
            <label class="field">
                <span>"A label is explained by"</span>
                <select
                    data-testid="method-select"
                    title="How a label is explained (E)"
                    on:change=move |event| choose(value_of(&event))
                >
                    {move || methods.get().into_iter().map(|method| {
                        let selected = method == state.method_used();
                        view! { <option value=words(method) selected=selected>{words(method)}</option> }
                    }).collect_view()}
                </select>
            </label>
        </Show>
    }
}

/// A way of explaining as the visitor reads it.
fn words(method: ExplanationMethod) -> &'static str {
    match method {
        ExplanationMethod::Own => "the network's own map",
        ExplanationMethod::GradientTimesInput => "gradient × input",
        ExplanationMethod::GradCam => "Grad-CAM",
    }
}

/// Each lead's part in the map.
#[component]
fn LeadBars(map: Arc<Explanation>) -> impl IntoView {
    let parts = lead_parts(&map);
    if parts.is_empty() {
        return ().into_any();
    }
    let most = parts.iter().map(|part| part.1).fold(f32::MIN_POSITIVE, f32::max);
    view! {
        <figure class="lead-bars">
            <figcaption class="muted">"Weight of each lead"</figcaption>
            <ul>
                {parts.into_iter().map(|(lead, value)| view! {
                    <li title=format!("{lead}: {}", score(value))>
                        <span class="bar" aria-hidden="true"><span style:height=format!("{:.1}%", value / most * 100.0)></span></span>
                        <span class="lead-name">{lead.name().to_owned()}</span>
                        <span class="off">{score(value)}</span>
                    </li>
                }).collect_view()}
            </ul>
        </figure>
    }
    .into_any()
}

/// What the map's attention was shared among beside time.
#[component]
fn PartBars(map: Arc<Explanation>) -> impl IntoView {
    if map.parts.is_empty() {
        return ().into_any();
    }
    view! {
        <figure class="part-bars" data-testid="map-parts">
            <figcaption class="muted">"Attention shared among"</figcaption>
            <ul>
                {map.parts.iter().map(|part| view! {
                    <li>
                        <span>{part.name.clone()}</span>
                        <span class="bar" aria-hidden="true"><span style:width=format!("{:.1}%", part.share * 100.0)></span></span>
                        <span class="number">{format!("{:.0}%", part.share * 100.0)}</span>
                    </li>
                }).collect_view()}
            </ul>
        </figure>
    }
    .into_any()
}
