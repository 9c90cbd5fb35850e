//! Files on their way in: drop, picker, folder, paste, samples.

use std::cell::RefCell;
use std::rc::Rc;

use engine::protocol::Hints;
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

/// Folders are followed so deep, and so many files are taken from them; more is a mistake of the hand.
const DEEPEST: usize = 12;
const MOST_FILES: usize = 5000;

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
        work::open(state, inputs(&files), Hints::default());
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
        spawn_local(async move {
            let found = Rc::new(RefCell::new(Vec::new()));
            for entry in entries {
                follow(entry, String::new(), DEEPEST, found.clone()).await;
            }
            let inputs = found.take();
            if inputs.is_empty() {
                state.complain("The folder", "no file was found in it");
            }
            work::open(state, inputs, Hints::default());
        });
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

async fn follow(entry: FileSystemEntry, folder: String, depth: usize, found: Rc<RefCell<Vec<Input>>>) {
    let name = format!("{folder}{}", entry.name());
    if entry.is_file() {
        let entry: FileSystemFileEntry = entry.unchecked_into();
        if let Some(file) = from_callback(|resolve| entry.file_with_callback(&resolve)).await
            && found.borrow().len() < MOST_FILES
        {
            found.borrow_mut().push(Input { name, blob: file.unchecked_into() });
        }
    } else if depth > 0 {
        let entry: FileSystemDirectoryEntry = entry.unchecked_into();
        let reader = entry.create_reader();
        // A reader gives its entries in parts, and an empty part at the end.
        while let Some(part) = from_callback(|resolve| {
            let _ = reader.read_entries_with_callback(&resolve);
        })
        .await
        {
            let part = Array::from(&part);
            if part.length() == 0 {
                break;
            }
            for entry in part.iter() {
                Box::pin(follow(entry.unchecked_into(), format!("{name}/"), depth - 1, found.clone())).await;
            }
        }
    }
}

async fn from_callback(call: impl FnOnce(Function)) -> Option<JsValue> {
    let mut call = Some(call);
    let promise = Promise::new(&mut |resolve, _| {
        if let Some(call) = call.take() {
            call(resolve);
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
        if let Some(transfer) = event.clipboard_data() {
            transferred(state, &transfer);
        }
    });
    on_cleanup(move || {
        for handle in [enter, over, leave, drop, paste] {
            handle.remove();
        }
    });
}
