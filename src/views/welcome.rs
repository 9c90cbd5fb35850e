//! The empty page: where to drop, what it reads, samples at hand.

use leptos::prelude::*;

use crate::state::State;
use crate::{browser, intake, menus};

/// Formats by who writes them.
const FORMATS: [(&str, &str); 4] = [
    ("Hospitals", "DICOM, SCP-ECG, HL7 aECG, FHIR, GE MUSE and CardioSoft, Philips, Mortara, Schiller, MFER"),
    ("Holters", "ISHNE, EDF, EDF+, BDF"),
    ("Wearables", "Apple Watch (CSV), AliveCor Kardia (.atc), Contec"),
    ("Research", "WFDB (PhysioNet), MATLAB, HDF5, NumPy, CSV"),
];

/// What is shown before the first recording.
#[component]
pub fn Welcome() -> impl IntoView {
    view! {
        <div class="welcome">
            <div class="drop-card">
                <h2>"Drop an ECG"</h2>
                <p class="lead">"Labels and an explanation over the trace, computed on this machine. Nothing is uploaded."</p>
                <div class="row">
                    <button class="button primary large" on:click=move |_| browser::click("file-input")>"Open files"</button>
                    <button class="button large" on:click=move |_| browser::click("folder-input")>"Open folder"</button>
                </div>
                <p class="muted">"Files that belong together (.hea with .dat) go together, or in a ZIP."</p>
                <details class="formats">
                    <summary>"DICOM, SCP-ECG, aECG, MUSE, EDF, WFDB, Apple Watch and others"</summary>
                    <dl>
                        {FORMATS.map(|(whose, formats)| view! { <dt>{whose}</dt><dd>{formats}</dd> }).collect_view()}
                    </dl>
                </details>
            </div>
            <section class="samples" aria-labelledby="samples-title">
                <h3 id="samples-title">"Or take one of these"</h3>
                <SampleList/>
            </section>
        </div>
    }
}

/// The recordings that come with the page.
#[component]
pub fn SampleList() -> impl IntoView {
    let state = State::here();
    let samples = state.samples;
    view! {
            <div class="sample-list">
                <For each=move || samples.get() key=|sample| sample.title.clone() children=move |sample| {
                    let (title, origin) = (sample.title.clone(), sample.origin.clone());
                    view! {
                        <button class="sample" data-testid="sample-button" on:click=move |_| {
                            menus::close(None);
                            intake::open_sample(state, sample.clone());
                        }>
                            <span class="sample-title">{title}</span>
                            <span class="muted">{origin}</span>
                        </button>
                    }
                }/>
            </div>
    }
}
