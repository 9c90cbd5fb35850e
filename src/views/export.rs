//! Ways out of the page: copy, save, print. Nothing is sent anywhere; the browser writes the file.

use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::browser::{say, sleep, window};
use crate::report::Report;
use crate::state::{Answer, State};

/// A form in which findings leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A table.
    Csv,
    /// For programs.
    Json,
}

/// The buttons below the findings.
#[component]
pub fn ExportRow() -> impl IntoView {
    let state = State::here();
    view! {
        <div class="row export" role="group" aria-label="Take the findings along">
            <button class="button small" data-testid="copy" title="Copy the findings as text (C)" on:click=move |_| copy(state)>"Copy"</button>
            <button class="button small" data-testid="save-csv" title="Save the findings as a table" on:click=move |_| save(state, Form::Csv)>"Save CSV"</button>
            <button class="button small" data-testid="save-json" title="Save the findings for programs" on:click=move |_| save(state, Form::Json)>"Save JSON"</button>
            <button class="button small" data-testid="print" title="Print on A4 at true size (P)" on:click=move |_| print(state)>"Print"</button>
        </div>
    }
}

/// Does something with the report on what is shown; nothing without an answer.
fn with_report<T>(state: State, tell: impl FnOnce(&Report) -> T) -> Option<T> {
    let recording = untrack(move || state.recording())?;
    let entry = untrack(move || state.entry())?;
    let Some(Answer::Given { findings, engine, .. }) = untrack(move || state.answer()) else { return None };
    let title = recording.title();
    let files = &recording.meta.source.files;
    Some(tell(&Report { recording: &title, files, model: &entry.title, findings: &findings, engine }))
}

/// Copies the findings as text.
pub fn copy(state: State) {
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone fits one lifetime, not every one")]
    let Some(text) = with_report(state, |report| report.text()) else { return };
    spawn_local(async move {
        match write_clipboard(&text).await {
            Ok(()) => state.status.set("Findings copied".to_owned()),
            Err(error) => state.complain("The findings could not be copied", say(&error)),
        }
    });
}

async fn write_clipboard(text: &str) -> Result<(), JsValue> {
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into())?;
    if clipboard.is_undefined() {
        return Err("a browser gives its clipboard only to pages of https or localhost".into());
    }
    let write: Function = Reflect::get(&clipboard, &"writeText".into())?.dyn_into()?;
    let promise: Promise = write.call1(&clipboard, &text.into())?.dyn_into()?;
    JsFuture::from(promise).await.map(drop)
}

/// Saves the findings as a file.
pub fn save(state: State, form: Form) {
    let made = with_report(state, |report| match form {
        Form::Csv => (report.file_name("csv"), report.csv(), "text/csv;charset=utf-8"),
        Form::Json => (report.file_name("json"), report.json(), "application/json"),
    });
    let Some((name, text, kind)) = made else { return };
    match download(&name, &text, kind) {
        Ok(()) => state.status.set(format!("Saved as {name}")),
        Err(error) => state.complain(format!("{name} could not be saved"), say(&error)),
    }
}

fn download(name: &str, text: &str, kind: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let parts = Array::of1(&JsValue::from_str(text));
    let address = Url::create_object_url_with_blob(&Blob::new_with_str_sequence_and_options(&parts, &options)?)?;
    let link: HtmlAnchorElement = document().create_element("a")?.dyn_into().map_err(JsValue::from)?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    spawn_local(async move {
        // The browser reads it after the click.
        sleep(10_000).await;
        let _ = Url::revoke_object_url(&address);
    });
    Ok(())
}

/// Opens the browser's print dialog.
pub fn print(state: State) {
    if untrack(move || state.recording()).is_some() {
        let _ = window().print();
    }
}
