//! What the visitor asks for, as a way of steps: open, classify, explain.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use ecg::{ExplanationMethod, Finding};
use engine::protocol::{self, EngineKind, FileRef, Hints, Job, Reply, Request};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Blob;

use crate::browser::say;
use crate::download;
use crate::engines::{Answer as EngineAnswer, Phase};
use crate::models::{self, Entry};
use crate::recordings::{Opened, Trace};
use crate::state::{Answer, Overlay, Preference, Question, State};

/// A file as the visitor gave it; its bytes stay on the disk until they are asked for.
#[derive(Clone)]
pub struct Input {
    /// Name with its folder.
    pub name: String,
    /// The bytes.
    pub blob: Blob,
}

/// So many files, and so many bytes, are read at once; the second keeps what an engine holds below a browser's 4 GB.
pub const MOST_FILES: usize = 5000;
const MOST_BYTES: f64 = 1024.0 * 1024.0 * 1024.0;
/// More failures than this are told on one card.
const CARDS_AT_ONCE: usize = 3;

thread_local! {
    /// Files of the questions that are open, with what was answered about them before.
    static ASKED: RefCell<HashMap<u32, (Vec<Input>, Hints)>> = RefCell::default();
}

/// Reads files that were dropped, picked or pasted.
pub fn open(state: State, inputs: Vec<Input>, hints: Hints) {
    let bytes: f64 = inputs.iter().map(|input| input.blob.size()).sum();
    if inputs.len() > MOST_FILES || bytes > MOST_BYTES {
        let found = if inputs.len() > MOST_FILES { format!("more than {MOST_FILES} files") } else { gigabytes(bytes) };
        let most = format!("at most {MOST_FILES} files with {} together are read at once", gigabytes(MOST_BYTES));
        state.complain("Nothing was read", format!("found {found}; {most}. Choose a part of them."));
    } else if !inputs.is_empty() {
        spawn_local(async move { open_now(state, inputs, hints).await });
    }
}

fn gigabytes(bytes: f64) -> String {
    format!("{:.1} GB", bytes / 1e9)
}

async fn open_now(state: State, inputs: Vec<Input>, hints: Hints) {
    let title = match inputs.as_slice() {
        [one] => format!("Reading {}", one.name),
        many => format!("Reading {} files", many.len()),
    };
    state.status.set(title.clone());
    let job = state.tasks.begin(title);
    let reply = ask_to_open(state, job, &inputs, &hints).await;
    state.tasks.end(job);
    match reply {
        Ok((Reply::Opened { recordings, failures, .. }, buffers)) => {
            let count = recordings.len();
            let mut first = None;
            let opened: Vec<Opened> = recordings
                .into_iter()
                .map(|recording| {
                    let id = state.number();
                    first.get_or_insert(id);
                    Opened {
                        id,
                        meta: Arc::new(recording.meta),
                        traces: Arc::new(traces(&recording.traces, &recording.extents, &buffers)),
                    }
                })
                .collect();
            state.recordings.update(|list| list.extend(opened));
            if let Some(first) = first {
                state.selected.set(Some(first));
                state.status.set(match count {
                    1 => "Recording opened".to_owned(),
                    count => format!("{count} recordings opened"),
                });
            }
            let (open, failed): (Vec<_>, Vec<_>) =
                failures.into_iter().partition(|failure| failure.wants_rate || failure.wants_unit);
            for failure in open {
                question(state, failure, &inputs, &hints);
            }
            complain_of(state, failed);
        }
        Ok((Reply::Failed { cancelled: true, .. }, _)) => state.status.set("Cancelled".to_owned()),
        Ok((Reply::Failed { message, .. }, _)) | Err(message) => {
            state.complain("The files could not be read", message);
        }
        Ok(_) => state.complain("The files could not be read", "the engine gave an answer of another kind"),
    }
}

/// Tells what could not be read: a few files on a card each, many (a folder with all that people keep) on one.
fn complain_of(state: State, mut failures: Vec<protocol::OpenFailure>) {
    if failures.len() <= CARDS_AT_ONCE {
        for failure in failures {
            state.complain(failure.files.join(", "), failure.message);
        }
        return;
    }
    let count = failures.len();
    failures.truncate(CARDS_AT_ONCE);
    let shown: Vec<String> = failures.into_iter().map(|failure| failure.message).collect();
    let more = count - CARDS_AT_ONCE;
    state.complain(format!("{count} files were not read"), format!("{}; and {more} more", shown.join("; ")));
}

/// Asks the engine that runs; if it dies over the files, asks the one that takes its place once more.
async fn ask_to_open(
    state: State,
    job: Job,
    inputs: &[Input],
    hints: &Hints,
) -> Result<(Reply, Vec<ArrayBuffer>), String> {
    let mut last = String::new();
    let cancelled = || Reply::Failed { job, message: "cancelled".to_owned(), cancelled: true };
    for _ in 0..2 {
        let all: f64 = inputs.iter().map(|input| input.blob.size()).sum();
        let mut done = 0.0;
        let mut buffers = Vec::with_capacity(inputs.len());
        let mut files = Vec::with_capacity(inputs.len());
        for (buffer, input) in inputs.iter().enumerate() {
            let failed = |error| format!("{} could not be read from the disk: {}", input.name, say(&error));
            let Some(bytes) = from_disk(state, job, &input.blob, (done, all)).await.map_err(failed)? else {
                return Ok((cancelled(), Vec::new()));
            };
            done += input.blob.size();
            buffers.push(bytes);
            files.push(FileRef { name: input.name.clone(), buffer });
        }
        wait_for_start(state).await;
        if state.tasks.is_cancelled(job) {
            return Ok((cancelled(), Vec::new()));
        }
        let kind = if state.engines.usable(EngineKind::Cpu) { EngineKind::Cpu } else { EngineKind::Gpu };
        match state.engines.ask(kind, &Request::Open { job, files, hints: hints.clone() }, buffers).await {
            Ok(answer) => return Ok(answer),
            Err(lost) => last = lost.0,
        }
    }
    Err(format!("the engine stopped over them twice ({last}); other recordings are not touched"))
}

/// Bytes that are read from the disk at once: what is read between two looks for a cancel.
const PIECE: f64 = 4.0 * 1024.0 * 1024.0;

/// A file's bytes, piece by piece with progress (bytes `done` before it, of `all`); none once the job is cancelled.
async fn from_disk(
    state: State,
    job: Job,
    blob: &Blob,
    (done, all): (f64, f64),
) -> Result<Option<ArrayBuffer>, JsValue> {
    let size = blob.size();
    let whole = Uint8Array::new_with_length(size as u32);
    let ask = |from: f64| {
        let piece = (from < size).then(|| blob.slice_with_f64_and_f64(from, (from + PIECE).min(size)));
        piece.transpose().map(|piece| piece.map(|piece| JsFuture::from(piece.array_buffer())))
    };
    let mut from = 0.0;
    // The next piece comes while this one is put into its place.
    let mut coming = ask(from)?;
    while let Some(piece) = coming {
        state.tasks.progress(job, "from the disk", done + from, all);
        coming = ask(from + PIECE)?;
        let bytes = piece.await?;
        if state.tasks.is_cancelled(job) {
            return Ok(None);
        }
        whole.set(&Uint8Array::new(&bytes), from as u32);
        from += PIECE;
    }
    Ok(Some(whole.buffer()))
}

/// Before the manifest is there no worker can be asked; it comes within the first second or never.
async fn wait_for_start(state: State) {
    for _ in 0..600 {
        if state.engines.cpu.get_untracked() != Phase::Waiting {
            return;
        }
        crate::browser::sleep(50).await;
    }
}

fn traces(traces: &[protocol::Trace], extents: &[protocol::Extent], buffers: &[ArrayBuffer]) -> Vec<Trace> {
    traces
        .iter()
        .zip(extents)
        .filter_map(|(trace, extent)| {
            let buffer = buffers.get(trace.buffer)?;
            Some(Trace {
                lead: trace.lead.clone(),
                label: trace.label.clone(),
                rate: trace.rate,
                start: trace.start,
                derived: trace.derived,
                stored: trace.stored.clone(),
                buffer: buffer.clone(),
                extent: *extent,
            })
        })
        .collect()
}

fn question(state: State, failure: protocol::OpenFailure, inputs: &[Input], hints: &Hints) {
    let id = state.number();
    let concerned: Vec<Input> = inputs.iter().filter(|input| failure.files.contains(&input.name)).cloned().collect();
    // A file inside an archive is asked for with its archive.
    let concerned = if concerned.is_empty() { inputs.to_vec() } else { concerned };
    ASKED.with_borrow_mut(|asked| asked.insert(id, (concerned, hints.clone())));
    state.status.set(format!("{} needs an answer", failure.files.join(", ")));
    let (rate, unit) = (failure.wants_rate, failure.wants_unit);
    state
        .questions
        .update(|list| list.push(Question { id, files: failure.files, message: failure.message, rate, unit }));
}

/// The visitor answered (or closed the question: no hints).
pub fn answer_question(state: State, id: u32, hints: Option<Hints>) {
    let (inputs, before) = ASKED.with_borrow_mut(|asked| asked.remove(&id)).unwrap_or_default();
    state.questions.update(|list| list.retain(|question| question.id != id));
    if let Some(hints) = hints {
        let hints = Hints { rate: hints.rate.or(before.rate), unit: hints.unit.or(before.unit) };
        open(state, inputs, hints);
    }
}

/// Asks the chosen model about the recording that is shown, unless it was asked before.
pub fn classify(state: State) {
    let (Some(recording), Some(entry)) = (untrack(move || state.recording()), untrack(move || state.entry())) else {
        return;
    };
    let key = (recording.id, entry.name.clone());
    if state.answers.with_untracked(|answers| answers.contains_key(&key)) {
        return;
    }
    state.answers.update(|answers| {
        answers.insert(key.clone(), Answer::Asked);
    });
    spawn_local(async move {
        let job = state.tasks.begin(format!("Classifying {}", recording.title()));
        let answer = classify_now(state, job, &recording, &entry).await;
        state.tasks.end(job);
        match &answer {
            Answer::Given { findings, milliseconds, .. } => {
                let found: Vec<&str> = findings
                    .findings
                    .iter()
                    .filter(|finding| finding.present())
                    .map(|finding| finding.name.as_str())
                    .collect();
                let found =
                    if found.is_empty() { "no label reaches its threshold".to_owned() } else { found.join(", ") };
                state.status.set(format!("Classified in {milliseconds:.0} ms: {found}"));
            }
            Answer::Cancelled => state.status.set("Cancelled".to_owned()),
            Answer::Failed(message) => state.status.set(format!("Not classified: {message}")),
            Answer::Asked => {}
        }
        state.answers.update(|answers| {
            answers.insert(key, answer);
        });
    });
}

/// Asks again after a failure or a cancel.
pub fn classify_again(state: State) {
    if let (Some(id), Some(model)) = (state.selected.get_untracked(), state.model.get_untracked()) {
        state.answers.update(|answers| {
            answers.remove(&(id, model));
        });
        classify(state);
    }
}

async fn classify_now(state: State, job: Job, recording: &Opened, entry: &Entry) -> Answer {
    let asked =
        ask_model(state, job, entry, |traces| Request::Classify { job, model: entry.name.clone(), traces }, recording);
    match asked.await {
        Ok((Reply::Classified { findings, milliseconds, .. }, engine)) => {
            Answer::Given { findings: Arc::new(findings), engine, milliseconds }
        }
        Ok((Reply::Failed { cancelled: true, .. }, _)) | Err(download::Error::Cancelled) => Answer::Cancelled,
        Ok((Reply::Failed { message, .. }, _)) | Err(download::Error::Failed(message)) => Answer::Failed(message),
        Ok(_) => Answer::Failed("the engine gave an answer of another kind".to_owned()),
    }
}

/// The engine to ask about a model: the GPU once it has this model and has proved itself, the CPU else.
fn engine_for(state: State, model: &str) -> EngineKind {
    let gpu = state.preference.get_untracked() == Preference::Auto
        && matches!(state.engines.gpu.get_untracked(), Phase::Ready(_))
        && state.engines.has(EngineKind::Gpu, model);
    let cpu_gone = matches!(state.engines.cpu.get_untracked(), Phase::Unavailable(_));
    if gpu || (cpu_gone && state.engines.usable(EngineKind::Gpu)) { EngineKind::Gpu } else { EngineKind::Cpu }
}

/// Bytes of samples whose copy would keep the paper waiting: they are copied once it is drawn.
const LONG: f64 = 16.0 * 1024.0 * 1024.0;

/// Loads the model where it is missing, then sends the request with the recording's samples. When the worker dies,
/// it is asked once more.
async fn ask_model(
    state: State,
    job: Job,
    entry: &Entry,
    request: impl Fn(Vec<protocol::Trace>) -> Request,
    recording: &Opened,
) -> Result<(Reply, EngineKind), download::Error> {
    let mut last = String::new();
    for _ in 0..2 {
        wait_for_start(state).await;
        if state.tasks.is_cancelled(job) {
            return Err(download::Error::Cancelled);
        }
        let kind = engine_for(state, &entry.name);
        match load(state, kind, job, entry).await? {
            Ok((Reply::ModelReady { .. }, _)) => {}
            Ok((reply, _)) => return Ok((reply, kind)),
            Err(lost) => {
                last = lost.0;
                continue;
            }
        }
        let bytes: f64 = recording.traces.iter().map(|trace| f64::from(trace.buffer.byte_length())).sum();
        if bytes > LONG {
            crate::browser::sleep(60).await;
        }
        let mut buffers = Vec::new();
        let traces = recording
            .traces
            .iter()
            .enumerate()
            .map(|(buffer, trace)| {
                // A copy, since what is sent is gone.
                buffers.push(trace.buffer.slice(0));
                protocol::Trace {
                    lead: trace.lead.clone(),
                    label: trace.label.clone(),
                    rate: trace.rate,
                    start: trace.start,
                    derived: trace.derived,
                    stored: trace.stored.clone(),
                    buffer,
                }
            })
            .collect();
        state.tasks.progress(job, "running the network", 0.0, 0.0);
        match state.engines.ask(kind, &request(traces), buffers).await {
            Ok((reply, _)) => return Ok((reply, kind)),
            Err(lost) => last = lost.0,
        }
    }
    Err(download::Error::Failed(last))
}

/// Makes sure that an engine has a model.
async fn load(state: State, kind: EngineKind, job: Job, entry: &Entry) -> Result<EngineAnswer, download::Error> {
    let ready = || Reply::ModelReady { job, model: entry.name.clone(), difference: 0.0 };
    if state.engines.has(kind, &entry.name) {
        return Ok(Ok((ready(), Vec::new())));
    }
    let files = models::files(entry, state.tasks, job).await?;
    state.cards.update(|cards| {
        cards.insert(entry.name.clone(), files.card.clone());
    });
    let buffers = [&files.card_json, &files.weights].map(|bytes| Uint8Array::from(bytes.as_slice()).buffer());
    state.tasks.progress(job, "loading the model", 0.0, 0.0);
    // The number of the work that waits for it: its answer is here before that work is sent.
    let request = Request::LoadModel { job, model: entry.name.clone(), card: 0, weights: 1 };
    Ok(state.engines.ask(kind, &request, buffers.into()).await)
}

/// Loads the chosen model while nothing is shown yet: after a drop nothing has to be fetched any more.
pub fn prepare(state: State) {
    let Some(entry) = untrack(move || state.entry()) else { return };
    let ready = matches!(state.engines.cpu.get_untracked(), Phase::Ready(_));
    let idle = state.recordings.with_untracked(Vec::is_empty);
    if !ready || !idle || state.engines.has(EngineKind::Cpu, &entry.name) {
        return;
    }
    spawn_local(async move {
        let job = state.tasks.begin(format!("Fetching {}", entry.title));
        // What fails here is tried again, and told, when a recording is there.
        let _ = load(state, EngineKind::Cpu, job, &entry).await;
        state.tasks.end(job);
    });
}

/// Lets the GPU engine take the chosen model and prove itself; until then the CPU answers.
pub fn take_over(state: State) {
    let Some(entry) = untrack(move || state.entry()) else { return };
    let ready = matches!(state.engines.gpu.get_untracked(), Phase::Ready(_));
    if !ready || state.engines.has(EngineKind::Gpu, &entry.name) {
        return;
    }
    spawn_local(async move {
        let job = state.tasks.begin("Preparing the GPU".to_owned());
        let answer = load(state, EngineKind::Gpu, job, &entry).await;
        state.tasks.end(job);
        match answer {
            Ok(Ok((Reply::ModelReady { .. }, _))) => {
                state.gpu_reason.set(None);
                state.status.set("The GPU engine is ready".to_owned());
            }
            Ok(Ok((Reply::Failed { message, cancelled: false, .. }, _))) => {
                state.engines.refuse(EngineKind::Gpu, message);
            }
            Ok(Err(lost)) => state.gpu_reason.set(Some(lost.0)),
            _ => {}
        }
    });
}

/// Explains in another way the label that is explained, or where none is the one that passes its threshold by most.
pub fn explain_by(state: State, method: ExplanationMethod) {
    state.method.set(method);
    let label = match state.overlay.get_untracked() {
        Overlay::Label(code) => Some(code),
        _ => untrack(move || state.findings()).and_then(|findings| {
            Finding::strongest(&findings.findings).map(|place| findings.findings[place].code.clone())
        }),
    };
    if let Some(label) = label {
        explain(state, label);
    }
}

/// Asks for the map of a label, in the way that is chosen, and shows it.
pub fn explain(state: State, label: String) {
    let (Some(recording), Some(entry)) = (untrack(move || state.recording()), untrack(move || state.entry())) else {
        return;
    };
    state.overlay.set(Overlay::Label(label.clone()));
    let method = untrack(move || state.method_used());
    let key = (recording.id, entry.name.clone(), label.clone(), method);
    if state.activations.with_untracked(|activations| activations.contains_key(&key)) {
        return;
    }
    spawn_local(async move {
        let job = state.tasks.begin(format!("Explaining {label}"));
        let request =
            |traces| Request::Explain { job, model: entry.name.clone(), traces, label: label.clone(), method };
        let answer = ask_model(state, job, &entry, request, &recording).await;
        state.tasks.end(job);
        let failed = |message: String| {
            state.overlay.update(|overlay| {
                if *overlay == Overlay::Label(label.clone()) {
                    *overlay = Overlay::First;
                }
            });
            state.complain(format!("{label} could not be explained"), message);
        };
        match answer {
            Ok((Reply::Explained { explanation, .. }, _)) => {
                state.activations.update(|activations| {
                    activations.insert(key, Arc::new(explanation));
                });
                state.status.set(format!("The trace shows the map of {label}"));
            }
            Ok((Reply::Failed { cancelled: true, .. }, _)) | Err(download::Error::Cancelled) => {
                state.overlay.set(Overlay::First);
            }
            Ok((Reply::Failed { message, .. }, _)) | Err(download::Error::Failed(message)) => failed(message),
            Ok(_) => failed("the engine gave an answer of another kind".to_owned()),
        }
    });
}

/// Stops a piece of work.
pub fn cancel(state: State, job: Job) {
    state.tasks.cancel(job);
    state.engines.cancel(job);
}
