//! The workers: started, spoken to, replaced when they die.
//!
//! A worker is the unit of recovery. What it was asked is answered with [`Lost`] when it dies, a new one is started in
//! its place, and the one who asked may ask again. Requests to a worker that still starts wait in its queue.

pub mod manifest;
mod oneshot;

use std::cell::RefCell;
use std::collections::HashMap;

use engine::protocol::{EngineKind, Job, Reply, Request};
use js_sys::{Array, ArrayBuffer, Object, Reflect};
use leptos::prelude::*;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::browser::{absolute, say, sleep};
use crate::tasks::Tasks;
use manifest::Files;

/// After so many deaths an engine is given up.
const DEATHS_ALLOWED: u32 = 3;
/// A worker that does not answer a cancel within this time is replaced (ms). The CPU engine listens every 50 ms but
/// for two things that cannot be interrupted, a file's reading and a model's loading, and it is back within half a
/// second; the GPU engine has to compile its shaders anew.
fn patience(kind: EngineKind) -> i32 {
    match kind {
        EngineKind::Cpu => 300,
        EngineKind::Gpu => 1500,
    }
}

/// The worker died before it answered.
#[derive(Clone, Debug)]
pub struct Lost(pub String);

/// An answer with its buffers.
pub type Answer = Result<(Reply, Vec<ArrayBuffer>), Lost>;

/// How an engine stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Not asked for yet.
    #[default]
    Waiting,
    /// Being fetched and started.
    Starting,
    /// Running, on the device of this name.
    Ready(String),
    /// Not to be had; the reason in one line.
    Unavailable(String),
}

struct Running {
    worker: Worker,
    ready: bool,
    queue: Vec<(Job, JsValue, Array)>,
    loaded: HashMap<String, f32>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

#[derive(Default)]
struct Pool {
    running: HashMap<EngineKind, Running>,
    files: HashMap<EngineKind, Files>,
    pending: HashMap<Job, (EngineKind, oneshot::Sender<Answer>)>,
    /// Cancelled work that a worker has not let go of yet.
    leaving: HashMap<Job, EngineKind>,
    deaths: HashMap<EngineKind, u32>,
}

thread_local! {
    static POOL: RefCell<Pool> = RefCell::default();
}

/// The signals that show how the engines stand.
#[derive(Clone, Copy)]
pub struct Engines {
    /// The CPU engine.
    pub cpu: RwSignal<Phase>,
    /// The GPU engine.
    pub gpu: RwSignal<Phase>,
    tasks: Tasks,
    /// The line for the status bar.
    status: RwSignal<String>,
}

impl Engines {
    /// Nothing started yet; `status` hears when an engine has to be replaced.
    pub fn new(tasks: Tasks, status: RwSignal<String>) -> Engines {
        Engines { cpu: RwSignal::new(Phase::Waiting), gpu: RwSignal::new(Phase::Waiting), tasks, status }
    }

    /// How an engine stands.
    pub fn phase(&self, kind: EngineKind) -> RwSignal<Phase> {
        match kind {
            EngineKind::Cpu => self.cpu,
            EngineKind::Gpu => self.gpu,
        }
    }

    /// True while it may still answer.
    pub fn usable(&self, kind: EngineKind) -> bool {
        matches!(self.phase(kind).get_untracked(), Phase::Starting | Phase::Ready(_))
    }

    /// Starts an engine from its served files.
    pub fn start(self, kind: EngineKind, files: Files) {
        POOL.with_borrow_mut(|pool| pool.files.insert(kind, files));
        self.boot(kind);
    }

    fn boot(self, kind: EngineKind) {
        let Some(files) = POOL.with_borrow(|pool| pool.files.get(&kind).cloned()) else { return };
        self.phase(kind).set(Phase::Starting);
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = match Worker::new_with_options(&absolute("web/engine-worker.js"), &options) {
            Ok(worker) => worker,
            Err(error) => {
                self.phase(kind).set(Phase::Unavailable(format!("workers cannot be started: {}", say(&error))));
                return;
            }
        };
        let on_message =
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| self.hear(kind, &event.data()));
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            self.bury(kind, &event.message());
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let boot = Object::new();
        let set = |key: &str, value: JsValue| {
            let _ = Reflect::set(&boot, &key.into(), &value);
        };
        set("kind", if kind == EngineKind::Cpu { "cpu" } else { "gpu" }.into());
        set("js", absolute(&format!("engines/{}", files.js)).into());
        set("wasm", absolute(&format!("engines/{}", files.wasm)).into());
        set("bytes", files.bytes.into());
        set("sha256", files.sha256.into());
        let message = Object::new();
        let _ = Reflect::set(&message, &"boot".into(), &boot);
        let _ = worker.post_message(&message);
        let running = Running {
            worker,
            ready: false,
            queue: Vec::new(),
            loaded: HashMap::new(),
            _on_message: on_message,
            _on_error: on_error,
        };
        POOL.with_borrow_mut(|pool| pool.running.insert(kind, running));
    }

    fn hear(self, kind: EngineKind, data: &JsValue) {
        let body = Reflect::get(data, &"body".into()).unwrap_or(JsValue::UNDEFINED);
        let buffers = Reflect::get(data, &"buffers".into()).unwrap_or(JsValue::UNDEFINED);
        let reply: Reply = match serde_wasm_bindgen::from_value(body) {
            Ok(reply) => reply,
            Err(error) => return self.bury(kind, &format!("it said something that the page does not know: {error}")),
        };
        match reply {
            Reply::Ready { device, .. } => self.ready(kind, device),
            Reply::Unavailable { reason } => {
                let was_ready = POOL.with_borrow(|pool| pool.running.get(&kind).is_some_and(|running| running.ready));
                if was_ready {
                    self.bury(kind, &reason);
                } else {
                    self.give_up(kind, reason);
                }
            }
            Reply::Progress { job: 0, stage, done, total } => self.tasks.boot(kind, Some((stage, done, total))),
            Reply::Progress { job, stage, done, total } => self.tasks.progress(job, &stage, done, total),
            reply => {
                let job = job_of(&reply);
                if let Reply::ModelReady { model, difference, .. } = &reply {
                    POOL.with_borrow_mut(|pool| {
                        if let Some(running) = pool.running.get_mut(&kind) {
                            running.loaded.insert(model.clone(), *difference);
                        }
                    });
                }
                POOL.with_borrow_mut(|pool| pool.leaving.remove(&job));
                let buffers = if buffers.is_undefined() { Array::new() } else { Array::from(&buffers) };
                let buffers = buffers.iter().filter_map(|buffer| buffer.dyn_into().ok()).collect();
                if let Some((_, sender)) = POOL.with_borrow_mut(|pool| pool.pending.remove(&job)) {
                    sender.send(Ok((reply, buffers)));
                }
            }
        }
    }

    fn ready(self, kind: EngineKind, device: String) {
        self.tasks.boot(kind, None);
        POOL.with_borrow_mut(|pool| {
            if let Some(running) = pool.running.get_mut(&kind) {
                running.ready = true;
                for (_, message, transfer) in running.queue.drain(..) {
                    let _ = running.worker.post_message_with_transfer(&message, &transfer);
                }
            }
        });
        self.phase(kind).set(Phase::Ready(device));
    }

    /// The worker is dead: those who wait hear of it, and another takes its place.
    fn bury(self, kind: EngineKind, reason: &str) {
        let deaths = POOL.with_borrow_mut(|pool| {
            let deaths = pool.deaths.entry(kind).or_default();
            *deaths += 1;
            *deaths
        });
        let reason = if reason.is_empty() { "it stopped without a word" } else { reason };
        if deaths >= DEATHS_ALLOWED {
            self.give_up(kind, format!("the engine stopped {deaths} times: {reason}"));
        } else {
            self.remove(kind, reason);
            let name = if kind == EngineKind::Cpu { "CPU" } else { "GPU" };
            self.status.set(format!("The {name} engine stopped and is started again: {reason}"));
            self.boot(kind);
        }
    }

    fn give_up(self, kind: EngineKind, reason: String) {
        self.remove(kind, &reason);
        self.phase(kind).set(Phase::Unavailable(reason));
    }

    fn remove(self, kind: EngineKind, reason: &str) {
        self.tasks.boot(kind, None);
        let waiting = POOL.with_borrow_mut(|pool| {
            if let Some(running) = pool.running.remove(&kind) {
                running.worker.set_onmessage(None);
                running.worker.set_onerror(None);
                running.worker.terminate();
                // The closure that runs now may be one of its own.
                spawn_local(async move {
                    sleep(0).await;
                    drop(running);
                });
            }
            pool.leaving.retain(|_, on| *on != kind);
            let jobs: Vec<Job> = pool.pending.iter().filter(|(_, (on, _))| *on == kind).map(|(job, _)| *job).collect();
            jobs.into_iter().filter_map(|job| pool.pending.remove(&job)).collect::<Vec<_>>()
        });
        for (_, sender) in waiting {
            sender.send(Err(Lost(reason.to_owned())));
        }
    }

    /// The engine shall not be used any more (its self-test disagreed).
    pub fn refuse(self, kind: EngineKind, reason: String) {
        self.give_up(kind, reason);
    }

    /// True when the model is loaded there.
    pub fn has(self, kind: EngineKind, model: &str) -> bool {
        POOL.with_borrow(|pool| pool.running.get(&kind).is_some_and(|running| running.loaded.contains_key(model)))
    }

    /// Sends a request; `buffers` are handed over, not copied.
    pub async fn ask(self, kind: EngineKind, request: &Request, buffers: Vec<ArrayBuffer>) -> Answer {
        let message = match envelope(request, &buffers) {
            Ok(message) => message,
            Err(error) => return Err(Lost(error)),
        };
        let transfer: Array = buffers.iter().collect();
        let (sender, receiver) = oneshot::channel();
        let sent = POOL.with_borrow_mut(|pool| {
            let Some(running) = pool.running.get_mut(&kind) else { return Err(Lost("the engine is not there".into())) };
            if running.ready {
                running.worker.post_message_with_transfer(&message, &transfer).map_err(|error| Lost(say(&error)))?;
            } else {
                running.queue.push((job_of_request(request), message, transfer));
            }
            pool.pending.insert(job_of_request(request), (kind, sender));
            Ok(())
        });
        sent?;
        receiver.await
    }

    /// Ends a job: the one who asked hears of it at once, and a worker that does not let go of it is replaced.
    pub fn cancel(self, job: Job) {
        let Some((kind, sender)) = POOL.with_borrow_mut(|pool| pool.pending.remove(&job)) else { return };
        let works = POOL.with_borrow_mut(|pool| {
            let Some(running) = pool.running.get_mut(&kind) else { return false };
            if running.ready {
                if let Ok(message) = envelope(&Request::Cancel { job }, &[]) {
                    let _ = running.worker.post_message(&message);
                }
                pool.leaving.insert(job, kind);
                return true;
            }
            // It has not heard of the job yet.
            running.queue.retain(|(queued, ..)| *queued != job);
            false
        });
        sender.send(Ok((Reply::Failed { job, message: "cancelled".to_owned(), cancelled: true }, Vec::new())));
        if works {
            spawn_local(async move {
                sleep(patience(kind)).await;
                if POOL.with_borrow_mut(|pool| pool.leaving.remove(&job)).is_some() {
                    self.remove(kind, "it was replaced after a cancelled piece of work");
                    self.boot(kind);
                }
            });
        }
    }
}

fn envelope(request: &Request, buffers: &[ArrayBuffer]) -> Result<JsValue, String> {
    let body = request
        .serialize(&serde_wasm_bindgen::Serializer::new())
        .map_err(|error| format!("the request cannot be sent: {error}"))?;
    let message = Object::new();
    let list: Array = buffers.iter().collect();
    let _ = Reflect::set(&message, &"body".into(), &body);
    let _ = Reflect::set(&message, &"buffers".into(), &list);
    Ok(message.into())
}

fn job_of(reply: &Reply) -> Job {
    match reply {
        Reply::Ready { .. } | Reply::Unavailable { .. } => 0,
        Reply::Progress { job, .. }
        | Reply::Opened { job, .. }
        | Reply::ModelReady { job, .. }
        | Reply::Classified { job, .. }
        | Reply::Explained { job, .. }
        | Reply::Failed { job, .. } => *job,
    }
}

fn job_of_request(request: &Request) -> Job {
    match request {
        Request::Open { job, .. }
        | Request::LoadModel { job, .. }
        | Request::Classify { job, .. }
        | Request::Explain { job, .. }
        | Request::Cancel { job } => *job,
    }
}
