//! Single keys that do what buttons do. They can be switched off (WCAG 2.2, 2.1.4).

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use crate::browser;
use crate::paper::sheet::Layout;
use crate::paper::zoom::Zoom;
use crate::state::{Overlay, State, Theme};

/// The shortcuts as the help dialog lists them.
pub const LIST: [(&str, &str); 13] = [
    ("O", "Open files"),
    ("[  ]", "Previous, next recording"),
    ("+  −", "Zoom in, out (also Ctrl and wheel)"),
    ("0", "Fit the page to the width"),
    ("1", "True size"),
    ("L", "Next layout"),
    ("S", "25 or 50 mm/s"),
    ("G", "5, 10 or 20 mm/mV"),
    ("V", "Next overlay"),
    ("T", "Light, dark, as the system"),
    ("← → ↑ ↓", "Move the paper, when it has the focus"),
    ("Esc", "Close"),
    ("?", "This list"),
];

/// Listens on the window.
pub fn listen(state: State) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || !state.shortcuts.get_untracked() || typing(&event)
        {
            return;
        }
        if pressed(state, &event.key()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

fn typing(event: &KeyboardEvent) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok())
        .is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA"))
}

fn pressed(state: State, key: &str) -> bool {
    match key {
        "?" => state.help.update(|open| *open = !*open),
        "o" | "O" => browser::click("file-input"),
        "[" => step(state, -1),
        "]" => step(state, 1),
        "+" | "=" => state.zoom.set(Zoom::stepped(state.scale.get_untracked(), 1.0)),
        "-" => state.zoom.set(Zoom::stepped(state.scale.get_untracked(), -1.0)),
        "0" => state.zoom.set(Zoom::Fit),
        "1" => state.zoom.set(Zoom::True),
        "l" | "L" => state.format.update(|format| format.layout = next(&Layout::ALL, &format.layout)),
        "s" | "S" => state.format.update(|format| format.speed = next(&[25.0, 50.0], &format.speed)),
        "g" | "G" => state.format.update(|format| format.gain = next(&[5.0, 10.0, 20.0], &format.gain)),
        "v" | "V" => next_overlay(state),
        "t" | "T" => state.theme.update(|theme| *theme = next(&[Theme::System, Theme::Light, Theme::Dark], theme)),
        _ => return false,
    }
    true
}

fn next<T: Copy + PartialEq>(all: &[T], now: &T) -> T {
    let place = all.iter().position(|one| one == now).map_or(0, |place| place + 1);
    all.get(place).or(all.first()).copied().unwrap_or(*now)
}

/// Shows the recording that many places further on.
fn step(state: State, places: i64) {
    state.recordings.with_untracked(|list| {
        let now = list.iter().position(|recording| Some(recording.id) == state.selected.get_untracked()).unwrap_or(0);
        let wanted = usize::try_from(now as i64 + places).unwrap_or(0);
        if let Some(recording) = list.get(wanted.min(list.len().saturating_sub(1))) {
            state.selected.set(Some(recording.id));
        }
    });
}

fn next_overlay(state: State) {
    let count = untrack(move || state.findings()).map_or(0, |findings| findings.explanations.len());
    state.overlay.update(|overlay| {
        *overlay = match overlay {
            Overlay::First if count > 1 => Overlay::Own(1),
            Overlay::Own(place) if *place + 1 < count => Overlay::Own(*place + 1),
            Overlay::Off if count > 0 => Overlay::First,
            _ => Overlay::Off,
        };
    });
}
