//! Single keys that do what buttons do. They can be switched off (WCAG 2.2, 2.1.4).

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement};

use crate::paper::sheet::Layout;
use crate::paper::zoom::Zoom;
use crate::state::{Overlay, State, Theme};
use crate::views::export;
use crate::{browser, menus, work};

/// The shortcuts as the help dialog lists them.
pub const LIST: [(&str, &str); 18] = [
    ("O", "Open files"),
    ("[  ]", "Previous, next recording"),
    ("X", "Close this recording"),
    ("Z", "Bring the closed recording back (also Ctrl Z)"),
    ("+  −", "Zoom in, out (also Ctrl and wheel)"),
    ("0", "Fit the page to the width"),
    ("1", "True size"),
    ("L", "Next layout"),
    ("S", "25 or 50 mm/s"),
    ("G", "5, 10 or 20 mm/mV"),
    ("V", "Next overlay"),
    ("E", "Explain a label in the next way"),
    ("T", "Light, dark, as the system"),
    ("C", "Copy the findings"),
    ("P", "Print on A4 at true size"),
    ("← → ↑ ↓", "Move the paper, when it has the focus"),
    ("Esc", "Close a menu, this list, or the last message"),
    ("?", "This list"),
];

/// Listens on the window.
pub fn listen(state: State) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        if event.default_prevented() || typing(&event) && event.key() != "Escape" {
            return;
        }
        let command = event.ctrl_key() || event.meta_key();
        let done = match event.key().as_str() {
            // The dialog closes itself.
            _ if state.help.get_untracked() => event.key() == "?" && pressed(state, "?"),
            // Not single letters: they work without the shortcuts.
            "Escape" => escape(state),
            "z" if command && !event.shift_key() && state.closed.with_untracked(Option::is_some) => {
                state.reopen();
                true
            }
            _ if command || event.alt_key() || !state.shortcuts.get_untracked() => false,
            key => pressed(state, key),
        };
        if done {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// True when what is typed or pasted is meant for a field; switches and sliders take no letters.
pub fn typing(event: &Event) -> bool {
    event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()).is_some_and(|element| {
        match element.tag_name().as_str() {
            "SELECT" | "TEXTAREA" => true,
            "INPUT" => !matches!(element.get_attribute("type").as_deref(), Some("checkbox" | "range" | "file")),
            _ => false,
        }
    })
}

/// Closes what lies uppermost.
fn escape(state: State) -> bool {
    if menus::close(None) {
        return true;
    }
    let any = state.problems.with_untracked(|problems| !problems.is_empty());
    if any {
        state.problems.update(|problems| drop(problems.pop()));
    }
    any
}

fn pressed(state: State, key: &str) -> bool {
    match key {
        "?" => state.help.update(|open| *open = !*open),
        "o" | "O" => browser::click("file-input"),
        "x" | "X" => {
            if let Some(id) = state.selected.get_untracked() {
                state.close(id);
            }
        }
        "z" | "Z" => state.reopen(),
        "c" | "C" => export::copy(state),
        "p" | "P" => export::print(state),
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
        "e" | "E" => next_method(state),
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

fn next_method(state: State) {
    let (methods, used) = untrack(move || (state.methods(), state.method_used()));
    if methods.len() > 1 {
        work::explain_by(state, next(&methods, &used));
    }
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
