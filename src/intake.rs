//! Files on their way in: drop, picker, folder, paste, samples.

use std::cell::RefCell;
use std::rc::Rc;

use engine::protocol::{Hints, Job};
use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::*;
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry,
    HtmlInputElement,
};

use crate::download::{self, Expected};
use crate::state::State;
use crate::work::{self, Input};

/// Folders are followed so deep; more is a mistake of the hand.
const DEEPEST: usize = 12;

fn input(file: &File) -> Input {
    let path =
        Reflect::get(file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string()).unwrap_or_default();
    let name = if path.is_empty() { file.name() } else { path };
    Input { name, blob: file.clone().unchecked_into() }
}

fn inputs(files: &FileList) -> Vec<Input> {
    (0..files.length()).filter_map(|index| files.get(index)).map(|file| input(&file)).collect()
}

/// Takes what a file picker holds, and empties it so that the same file can be picked again.
pub fn picked(state: State, picker: &HtmlInputElement) {
    if let Some(files) = picker.files() {
        // A picked folder comes with all that is in it; an empty one comes as nothing, and the browser says so itself.
        let inputs = inputs(&files).into_iter().filter(|input| !hidden(&input.name)).collect();
        work::open(state, inputs, Hints::default());
    }
    picker.set_value("");
}

/// Takes what was dropped or pasted; folders are followed.
pub fn transferred(state: State, transfer: &DataTransfer) {
    let items = transfer.items();
    // Entries must be taken before the event is over; reading them may take longer.
    let entries: Vec<FileSystemEntry> = (0..items.length())
        .filter_map(|index| items.get(index))
        .filter(|item| item.kind() == "file")
        .filter_map(|item| item.webkit_get_as_entry().ok().flatten())
        .collect();
    if entries.iter().any(FileSystemEntry::is_directory) {
        spawn_local(follow_all(state, entries));
        return;
    }
    let files = transfer.files().map(|files| inputs(&files)).unwrap_or_default();
    if !files.is_empty() {
        work::open(state, files, Hints::default());
        return;
    }
    // Text from a spreadsheet is a table.
    let text = transfer.get_data("text/plain").unwrap_or_default();
    if text.lines().count() > 10 {
        let parts = Array::of1(&JsValue::from_str(&text));
        if let Ok(blob) = Blob::new_with_str_sequence(&parts) {
            work::open(state, vec![Input { name: "pasted.csv".to_owned(), blob }], Hints::default());
        }
    }
}

/// Hidden files and folders inside a folder are the system's own (`.DS_Store`, `.git`); nobody means them.
fn hidden(path: &str) -> bool {
    path.contains('/') && path.split('/').any(|part| part.starts_with('.'))
}

/// What is found in dropped folders.
#[derive(Default)]
struct Found {
    inputs: Vec<Input>,
    /// Names of what the browser would not give.
    refused: Vec<String>,
}

async fn follow_all(state: State, entries: Vec<FileSystemEntry>) {
    let names: Vec<String> = entries.iter().map(FileSystemEntry::name).collect();
    let job = state.tasks.begin(format!("Looking into {}", names.join(", ")));
    let found = Rc::new(RefCell::new(Found::default()));
    for entry in entries {
        follow(state, job, entry, String::new(), DEEPEST, found.clone()).await;
    }
    let cancelled = state.tasks.is_cancelled(job);
    state.tasks.end(job);
    if cancelled {
        state.status.set("Cancelled".to_owned());
        return;
    }
    let Found { inputs, refused } = found.take();
    if !refused.is_empty() {
        state.complain("The browser may not read", refused.join(", "));
    }
    if inputs.is_empty() {
        state.complain(names.join(", "), "no file was found in it");
    }
    work::open(state, inputs, Hints::default());
}

async fn follow(
    state: State,
    job: Job,
    entry: FileSystemEntry,
    folder: String,
    depth: usize,
    found: Rc<RefCell<Found>>,
) {
    let count = found.borrow().inputs.len();
    if state.tasks.is_cancelled(job) || count > work::MOST_FILES {
        return;
    }
    let name = format!("{folder}{}", entry.name());
    if hidden(&name) {
        return;
    }
    if entry.is_file() {
        let entry: FileSystemFileEntry = entry.unchecked_into();
        let file = from_callbacks(|done, failed| entry.file_with_callback_and_callback(&done, &failed)).await;
        let mut found = found.borrow_mut();
        match file {
            Some(file) => found.inputs.push(Input { name, blob: file.unchecked_into() }),
            None => found.refused.push(name),
        }
        state.tasks.progress(job, &format!("{} files", found.inputs.len()), 0.0, 0.0);
    } else if depth > 0 {
        let entry: FileSystemDirectoryEntry = entry.unchecked_into();
        let reader = entry.create_reader();
        // A reader gives its entries in parts, and an empty part at the end.
        loop {
            let part = from_callbacks(|done, failed| {
                if reader.read_entries_with_callback_and_callback(&done, &failed).is_err() {
                    let _ = failed.call0(&JsValue::NULL);
                }
            });
            let Some(part) = part.await else {
                found.borrow_mut().refused.push(name);
                return;
            };
            let part = Array::from(&part);
            if part.length() == 0 {
                break;
            }
            for entry in part.iter() {
                let folder = format!("{name}/");
                Box::pin(follow(state, job, entry.unchecked_into(), folder, depth - 1, found.clone())).await;
            }
        }
    }
}

/// What a function of two callbacks gives; none when it calls the second.
async fn from_callbacks(call: impl FnOnce(Function, Function)) -> Option<JsValue> {
    let mut call = Some(call);
    let promise = Promise::new(&mut |resolve, reject| {
        if let Some(call) = call.take() {
            call(resolve, reject);
        }
    });
    JsFuture::from(promise).await.ok()
}

/// A recording that comes with the page.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Sample {
    /// What it shows.
    pub title: String,
    /// Where it is from: `PTB-XL`, `simulated`.
    pub origin: String,
    /// Its files in `web/samples/`.
    pub files: Vec<String>,
}

/// The list of samples.
pub async fn samples() -> Result<Vec<Sample>, String> {
    download::json("web/samples/index.json").await
}

/// Fetches and opens a sample.
pub fn open_sample(state: State, sample: Sample) {
    spawn_local(async move {
        let job = state.tasks.begin(format!("Fetching {}", sample.title));
        let signal = state.tasks.abort_signal(job);
        let mut inputs = Vec::new();
        for name in &sample.files {
            let path = format!("web/samples/{name}");
            match download::bytes(&path, &Expected::default(), signal.as_ref(), |_, _| ()).await {
                Ok(bytes) => {
                    let parts = Array::of1(&js_sys::Uint8Array::from(bytes.as_slice()));
                    if let Ok(blob) = Blob::new_with_u8_array_sequence(&parts) {
                        inputs.push(Input { name: name.clone(), blob });
                    }
                }
                Err(download::Error::Cancelled) => break,
                Err(download::Error::Failed(message)) => {
                    state.complain(format!("The sample {}", sample.title), message);
                    break;
                }
            }
        }
        state.tasks.end(job);
        if inputs.len() == sample.files.len() {
            work::open(state, inputs, Hints::default());
        }
    });
}

/// Listens for drops and pastes on the whole window.
pub fn listen(state: State) {
    // A drag goes over many elements; only the last leave is the window's own.
    let depth = StoredValue::new(0_i32);
    let carries_files = |event: &web_sys::DragEvent| {
        event.data_transfer().is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0))
    };
    let enter = window_event_listener(leptos::ev::dragenter, move |event| {
        if carries_files(&event) {
            event.prevent_default();
            depth.update_value(|depth| *depth += 1);
            state.hovering.set(true);
        }
    });
    let over = window_event_listener(leptos::ev::dragover, move |event| {
        if carries_files(&event) {
            event.prevent_default();
            if let Some(transfer) = event.data_transfer() {
                transfer.set_drop_effect("copy");
            }
        }
    });
    let leave = window_event_listener(leptos::ev::dragleave, move |_| {
        depth.update_value(|depth| *depth = (*depth - 1).max(0));
        if depth.get_value() == 0 {
            state.hovering.set(false);
        }
    });
    let drop = window_event_listener(leptos::ev::drop, move |event| {
        event.prevent_default();
        depth.set_value(0);
        state.hovering.set(false);
        if let Some(transfer) = event.data_transfer() {
            transferred(state, &transfer);
        }
    });
    let paste = window_event_listener(leptos::ev::paste, move |event| {
        // What is pasted into a field is meant for the field.
        if let Some(transfer) = event.clipboard_data().filter(|_| !crate::keyboard::typing(&event)) {
            transferred(state, &transfer);
        }
    });
    on_cleanup(move || {
        for handle in [enter, over, leave, drop, paste] {
            handle.remove();
        }
    });
}
