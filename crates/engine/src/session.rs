//! From a request to its replies. What is special to a browser comes in by [`Port`].

use std::cell::Cell;
use std::collections::BTreeMap;

use classify::{Backend, Card, Classifier, OneThread};
use ecg::{ExplanationMethod, Recording};

use crate::open;
use crate::protocol::{Buffer, EngineKind, Job, Reply, Request, Trace};

/// Where replies go, and what a piece of work must ask between its steps.
pub trait Port {
    /// Sends a reply; `buffers` go along, each as an `ArrayBuffer`.
    fn send(&self, reply: Reply, buffers: Vec<Buffer>);
    /// Lets messages that arrived be heard.
    async fn breathe(&self);
    /// True when the page asked to stop what runs.
    fn cancelled(&self) -> bool;
    /// Milliseconds since some moment.
    fn now(&self) -> f64;
    /// What went wrong on the device after the fact, if anything did: its numbers are no longer to be trusted.
    fn broken(&self) -> Option<String>;
}

/// The largest difference in probability between an engine's answer and the card's that is agreement.
pub const AGREEMENT: f32 = 1e-3;

/// Why a piece of work has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stop {
    Cancelled,
    Failed(String),
}

impl From<classify::Error> for Stop {
    fn from(error: classify::Error) -> Stop {
        match error {
            classify::Error::Cancelled => Stop::Cancelled,
            error => Stop::Failed(error.to_string()),
        }
    }
}

/// One engine: its device and its loaded models.
pub struct Session {
    kind: EngineKind,
    backend: Backend,
    models: BTreeMap<String, Classifier>,
}

impl Session {
    /// An engine without models.
    pub fn new(kind: EngineKind, backend: Backend) -> Session {
        Session { kind, backend, models: BTreeMap::new() }
    }

    /// Does one piece of work; it is answered exactly once, by its answer or by [`Reply::Failed`].
    pub async fn handle(&mut self, request: Request, buffers: Vec<Vec<u8>>, port: &impl Port) {
        let job = request.job();
        let answer = match request {
            Request::Open { files, hints, .. } => open_files(job, &files, &buffers, &hints, port).await,
            Request::LoadModel { model, card, weights, .. } => {
                self.load(job, model, buffers.get(card), buffers.get(weights), port).await
            }
            Request::Classify { model, traces, .. } => self.classify(job, &model, &traces, &buffers, port).await,
            Request::Explain { model, traces, label, method, .. } => {
                self.explain(job, &model, &traces, &buffers, (&label, method), port).await
            }
            // The queue keeps these for itself.
            Request::Cancel { .. } => return,
        };
        let answer = match (answer, port.broken()) {
            (Ok(_), Some(reason)) => Err(Stop::Failed(format!("the GPU engine is broken: {reason}"))),
            (answer, _) => answer,
        };
        match answer {
            Ok((reply, buffers)) => port.send(reply, buffers),
            Err(stop) => {
                let (message, cancelled) = match stop {
                    Stop::Cancelled => ("cancelled".to_owned(), true),
                    Stop::Failed(message) => (message, false),
                };
                port.send(Reply::Failed { job, message, cancelled }, Vec::new());
            }
        }
    }

    async fn load(
        &mut self,
        job: Job,
        model: String,
        card: Option<&Vec<u8>>,
        weights: Option<&Vec<u8>>,
        port: &impl Port,
    ) -> Result<(Reply, Vec<Buffer>), Stop> {
        let (Some(card), Some(weights)) = (card, weights) else {
            return Err(Stop::Failed(format!("model {model}: its card or its weights did not arrive")));
        };
        step(job, "loading the model", 0, 2, port).await?;
        let card = Card::parse(card)?;
        let classifier = Classifier::load(card, weights, self.backend.clone())?;
        let checking = match self.kind {
            EngineKind::Cpu => "checking the known answer",
            EngineKind::Gpu => "compiling for this GPU and checking the known answer",
        };
        step(job, checking, 1, 2, port).await?;
        let difference = match (classifier.self_test().await?, self.kind) {
            (Some(difference), _) if difference <= AGREEMENT => difference,
            (Some(difference), EngineKind::Gpu) => {
                return Err(Stop::Failed(format!(
                    "this GPU computes {model} wrongly: its answer differs by {difference:.4} from the known one"
                )));
            }
            (Some(difference), EngineKind::Cpu) => {
                return Err(Stop::Failed(format!(
                    "model {model}: its answer differs by {difference:.4} from its card's known one; card and weights do not belong together"
                )));
            }
            (None, EngineKind::Gpu) => {
                return Err(Stop::Failed(format!("the card of {model} states no known answer to check this GPU by")));
            }
            (None, EngineKind::Cpu) => 0.0,
        };
        self.models.insert(model.clone(), classifier);
        Ok((Reply::ModelReady { job, model, difference }, Vec::new()))
    }

    async fn classify(
        &self,
        job: Job,
        model: &str,
        traces: &[Trace],
        buffers: &[Vec<u8>],
        port: &impl Port,
    ) -> Result<(Reply, Vec<Buffer>), Stop> {
        let (classifier, recording) = self.ready(model, traces, buffers)?;
        let begin = port.now();
        let network = Cell::new((begin, begin));
        let mut look = self.watcher(job, "classifying", port);
        let watch = async |done, total| {
            if done == total {
                network.set((network.get().0, port.now()));
            }
            let goes_on = look(done, total).await;
            if done == 0 {
                network.set((port.now(), begin));
            }
            goes_on
        };
        let findings = classifier.classify_watched(&recording, watch).await?;
        let (from, to) = network.get();
        let network = (self.kind == EngineKind::Cpu).then_some(to - from);
        Ok((Reply::Classified { job, findings, milliseconds: port.now() - begin, network }, Vec::new()))
    }

    async fn explain(
        &self,
        job: Job,
        model: &str,
        traces: &[Trace],
        buffers: &[Vec<u8>],
        (label, method): (&str, ExplanationMethod),
        port: &impl Port,
    ) -> Result<(Reply, Vec<Buffer>), Stop> {
        let (classifier, recording) = self.ready(model, traces, buffers)?;
        let watch = self.watcher(job, "explaining", port);
        let explanation = classifier.explain_by_watched(&recording, label, method, &OneThread, watch).await?;
        Ok((Reply::Explained { job, explanation }, Vec::new()))
    }

    /// Reports and looks for a cancel between windows when it was long enough ago. The GPU engine does so before the first
    /// window too, since one batch may take it long; the CPU engine may be done before it would have to say a word.
    fn watcher(&self, job: Job, stage: &'static str, port: &impl Port) -> impl AsyncFnMut(usize, usize) -> bool {
        let mut looked = match self.kind {
            EngineKind::Cpu => port.now(),
            EngineKind::Gpu => f64::NEG_INFINITY,
        };
        async move |done, total| {
            if port.now() - looked < BETWEEN_LOOKS {
                return true;
            }
            let goes_on = step(job, stage, done, total, port).await.is_ok();
            looked = port.now();
            goes_on
        }
    }

    fn ready(&self, model: &str, traces: &[Trace], buffers: &[Vec<u8>]) -> Result<(&Classifier, Recording), Stop> {
        let classifier = self
            .models
            .get(model)
            .ok_or_else(|| Stop::Failed(format!("model {model} is not loaded in this engine; choose it again")))?;
        Ok((classifier, open::join(traces, buffers).map_err(Stop::Failed)?))
    }
}

/// Milliseconds between two looks for a cancel while windows are computed: a look costs the CPU engine a millisecond or
/// two, about as much as a window.
const BETWEEN_LOOKS: f64 = 50.0;

async fn open_files(
    job: Job,
    files: &[crate::protocol::FileRef],
    bytes: &[Vec<u8>],
    hints: &crate::protocol::Hints,
    port: &impl Port,
) -> Result<(Reply, Vec<Buffer>), Stop> {
    step(job, "reading", 0, files.len(), port).await?;
    let (found, failures) = open::read(files, bytes, hints);
    let total = found.len();
    let mut recordings = Vec::with_capacity(total);
    let mut buffers = Vec::new();
    for (number, recording) in found.into_iter().enumerate() {
        if number % 16 == 0 {
            step(job, "unpacking", number, total, port).await?;
        }
        recordings.push(open::split(recording, &mut buffers));
    }
    Ok((Reply::Opened { job, recordings, failures }, buffers))
}

/// Between two steps: says how far the work is, lets messages be heard, and stops if one of them was a cancel.
async fn step(job: Job, stage: &str, done: usize, total: usize, port: &impl Port) -> Result<(), Stop> {
    let reply = Reply::Progress { job, stage: stage.to_owned(), done: done as f64, total: total as f64 };
    port.send(reply, Vec::new());
    port.breathe().await;
    if port.cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
