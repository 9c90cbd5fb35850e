//! Which recording, and how its paper looks.

use leptos::prelude::*;

use crate::browser::value_of;
use crate::paper::sheet::{Layout, offers_grid};
use crate::paper::zoom::Zoom;
use crate::state::State;

/// The bar above the paper.
#[component]
pub fn Toolbar() -> impl IntoView {
    let state = State::here();
    let grid = Memo::new(move |_| state.recording().is_some_and(|recording| offers_grid(&recording.leads())));
    let layout_title = |layout: Layout| match layout {
        Layout::ThreeByFour => "3 × 4 + II",
        Layout::SixByTwo => "6 × 2",
        Layout::Rows => "Rows",
    };
    view! {
        <div class="toolbar" role="group" aria-label="Paper">
            <label class="field grow">
                <span class="off">"Recording"</span>
                <select
                    data-testid="recording-select"
                    on:change=move |event| state.selected.set(value_of(&event).parse().ok())
                    prop:value=move || state.selected.get().map(|id| id.to_string()).unwrap_or_default()
                >
                    <For each=move || state.recordings.get() key=|recording| recording.id children=move |recording| {
                        let id = recording.id;
                        view! {
                            <option value=id.to_string() selected=move || state.selected.get() == Some(id)>{recording.title()}</option>
                        }
                    }/>
                </select>
            </label>
            <button
                class="button icon"
                aria-label="Close this recording"
                title="Close this recording (X)"
                data-testid="close"
                on:click=move |_| if let Some(id) = state.selected.get_untracked() { state.close(id) }
            >"×"</button>
            <label class="field">
                <span class="off">"Layout"</span>
                <select
                    data-testid="layout-select"
                    title="Layout (L)"
                    prop:disabled=move || !grid.get()
                    on:change=move |event| if let Some(layout) = Layout::from_name(&value_of(&event)) {
                        state.format.update(|format| format.layout = layout);
                    }
                >
                    {Layout::ALL.into_iter().map(|layout| view! {
                        <option value=layout.name() selected=move || {
                            if grid.get() { state.format.get().layout == layout } else { layout == Layout::Rows }
                        }>{layout_title(layout)}</option>
                    }).collect_view()}
                </select>
            </label>
            <label class="field">
                <span class="off">"Paper speed"</span>
                <select
                    data-testid="speed-select"
                    title="Paper speed (S)"
                    on:change=move |event| if let Ok(speed) = value_of(&event).parse() {
                        state.format.update(|format| format.speed = speed);
                    }
                >
                    {[25.0, 50.0].into_iter().map(|speed: f64| view! {
                        <option value=speed.to_string() selected=move || state.format.get().speed == speed>{format!("{speed} mm/s")}</option>
                    }).collect_view()}
                </select>
            </label>
            <label class="field">
                <span class="off">"Gain"</span>
                <select
                    data-testid="gain-select"
                    title="Gain (G)"
                    on:change=move |event| if let Ok(gain) = value_of(&event).parse() {
                        state.format.update(|format| format.gain = gain);
                    }
                >
                    {[5.0, 10.0, 20.0].into_iter().map(|gain: f64| view! {
                        <option value=gain.to_string() selected=move || state.format.get().gain == gain>{format!("{gain} mm/mV")}</option>
                    }).collect_view()}
                </select>
            </label>
            <div class="buttons" role="group" aria-label="Zoom">
                <button class="button icon" aria-label="Zoom out" title="Zoom out (−)" on:click=move |_| state.zoom.set(Zoom::stepped(state.scale.get_untracked(), -1.0))>"−"</button>
                <button class="button icon" aria-label="Zoom in" title="Zoom in (+)" on:click=move |_| state.zoom.set(Zoom::stepped(state.scale.get_untracked(), 1.0))>"+"</button>
                <button class="button" title="Fit to the width (0)" aria-pressed=move || (state.zoom.get() == Zoom::Fit).to_string() on:click=move |_| state.zoom.set(Zoom::Fit)>"Fit"</button>
                <button class="button" title="True size (1): 25 mm on the paper are 25 mm by the browser's measure" aria-pressed=move || (state.zoom.get() == Zoom::True).to_string() on:click=move |_| state.zoom.set(Zoom::True)>"1:1"</button>
            </div>
        </div>
    }
}
