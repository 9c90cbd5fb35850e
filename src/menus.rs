//! The menus of the header close as menus do: by a click elsewhere, by Esc, by a choice.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};

/// Each kind opens at most once at a time.
const OPEN: [&str; 2] = [".menu[open]", ".badge[open]"];

/// Closes the open menus but for one that holds `keep`; true when one was closed. The focus goes back to what opened
/// it where it was inside.
pub fn close(keep: Option<&Node>) -> bool {
    let mut closed = false;
    for menu in OPEN.iter().filter_map(|open| document().query_selector(open).ok().flatten()) {
        if keep.is_some_and(|node| menu.contains(Some(node))) {
            continue;
        }
        let focused = document().active_element().is_some_and(|element| menu.contains(Some(&element)));
        let _ = menu.remove_attribute("open");
        closed = true;
        let summary = menu.query_selector("summary").ok().flatten().and_then(|it| it.dyn_into::<HtmlElement>().ok());
        if let Some(summary) = summary.filter(|_| focused) {
            let _ = summary.focus();
        }
    }
    closed
}

/// Listens for clicks elsewhere.
pub fn listen() {
    let handle = window_event_listener(leptos::ev::pointerdown, |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        close(target.as_ref());
    });
    on_cleanup(move || handle.remove());
}
