//! What the picture shows, as tables for a screen reader and for those who want numbers.

use leptos::prelude::*;

use crate::paper::overlay::peaks;
use crate::recordings::Trace;
use crate::state::State;

/// Leads with their range, and where the map is strongest.
#[component]
pub fn Table() -> impl IntoView {
    let state = State::here();
    let rows = Memo::new(move |_| {
        state.selected.track();
        let recording = state.recording();
        let map = state.explanation();
        let peaks = map.as_deref().map(peaks).unwrap_or_default();
        recording
            .map(|recording| {
                recording
                    .traces
                    .iter()
                    .map(|trace| {
                        let peak = peaks.iter().find(|(lead, ..)| *lead == trace.lead).or(if peaks.len() == 1 {
                            peaks.first()
                        } else {
                            None
                        });
                        row(trace, peak.map(|(_, time, value)| (*time, *value)))
                    })
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default()
    });
    let with_map = move || state.explanation().is_some();
    view! {
        <details class="table-box" data-testid="table">
            <summary>"The same as a table"</summary>
            <div class="table-scroll">
                <table>
                    <caption class="off">"Leads of the recording"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Lead"</th><th scope="col">"Lowest (mV)"</th><th scope="col">"Highest (mV)"</th>
                            <th scope="col">"Missing samples"</th>
                            {move || with_map().then(|| view! { <th scope="col">"Map strongest at (s)"</th><th scope="col">"Score there"</th> })}
                        </tr>
                    </thead>
                    <tbody>
                        {move || rows.get().into_iter().map(|cells| {
                            let mut cells = cells.into_iter();
                            let lead = cells.next();
                            view! { <tr><th scope="row">{lead}</th>{cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr> }
                        }).collect_view()}
                    </tbody>
                </table>
            </div>
        </details>
    }
}

fn row(trace: &Trace, peak: Option<(f64, f32)>) -> Vec<String> {
    let voltage = |value: Option<f32>| match value {
        Some(value) => format!("{value:.3}").replace('-', "−"),
        None => "–".to_owned(),
    };
    let (low, high) = trace.extent.range.unzip();
    let mut cells = vec![trace.lead.name().to_owned(), voltage(low), voltage(high), trace.extent.missing.to_string()];
    if let Some((time, value)) = peak {
        cells.extend([format!("{time:.2}"), format!("{value:.4}").replace('-', "−")]);
    }
    cells
}
