//! The dialog with the keys and what this page is.

use leptos::html::Dialog;
use leptos::prelude::*;

use crate::keyboard::LIST;
use crate::state::State;

/// Opened by `?`.
#[component]
pub fn Shortcuts() -> impl IntoView {
    let state = State::here();
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let open = state.help.get();
        if let Some(dialog) = dialog.get() {
            if open && !dialog.open() {
                let _ = dialog.show_modal();
            } else if !open && dialog.open() {
                dialog.close();
            }
        }
    });
    view! {
        <dialog node_ref=dialog class="dialog" aria-labelledby="help-title" data-testid="help" on:close=move |_| state.help.set(false)>
            <div class="dialog-head">
                <h2 id="help-title">"Einthoven"</h2>
                <button class="button icon" aria-label="Close" on:click=move |_| state.help.set(false)>"×"</button>
            </div>
            <p>"Reads an ECG, runs published networks on it and shows what they looked at. Everything happens in this browser; no recording leaves the machine. The networks were trained for research. They are wrong often enough that nobody may rely on them for a patient."</p>
            <h3>"Keys"</h3>
            <dl class="keys">
                {LIST.into_iter().map(|(key, what)| view! { <dt><kbd>{key}</kbd></dt><dd>{what}</dd> }).collect_view()}
            </dl>
            <label class="check">
                <input type="checkbox" prop:checked=move || state.shortcuts.get() on:change=move |event| state.shortcuts.set(event_target_checked(&event))/>
                "Single keys are shortcuts"
            </label>
        </dialog>
    }
}
