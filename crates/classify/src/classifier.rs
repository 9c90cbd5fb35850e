//! A loaded model: recordings in, findings and maps out.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use ecg::{Explanation, Finding, Findings, Recording};
use nets::Explanation::{ClassActivation, ClassAttention, MultiLevelAttention};
use nets::cpu::Plan;
use nets::evidence::Evidence;
use nets::graph::{Graph, LOGITS, Running};
use nets::maps;

use crate::explain::{self, Place};
use crate::outputs::Outputs;
use crate::{Card, Error, KNOWN_RECORD, KnownAnswer, Prepared, known_input, prepare, weights, windows};

/// What runs the network.
#[derive(Clone, Debug)]
pub enum Backend {
    /// The hand-written engine for the CPU.
    Plan,
    /// Burn on a device that was initialised before.
    Burn(Device),
}

/// A model that is loaded and ready.
#[derive(Debug)]
pub struct Classifier {
    card: Card,
    /// What the network computes, by the file's weights.
    graph: Arc<Graph>,
    runner: Runner,
    /// The ways from the last maps to the logits, for networks that tell by them where a label's evidence stands.
    evidence: Vec<(&'static str, Evidence)>,
    /// The weights file as it came, for gradients: [`Classifier::explain_by`] says why.
    file: Vec<u8>,
}

#[derive(Debug)]
enum Runner {
    Plan(Box<Plan>),
    Burn(Box<Running>, Device),
}

/// Windows that go through the network at once on a device: enough to fill it, few enough to be heard in between.
const BATCH: usize = 16;

impl Classifier {
    /// Takes a model's card and weights: checks both and that they fit together.
    ///
    /// # Errors
    /// A value of the card cannot be, the weights are not the file that it names, or their tensors are not the network's.
    pub fn load(card: Card, weights: &[u8], backend: Backend) -> Result<Classifier, Error> {
        card.check()?;
        weights::check(&card.weights, weights)?;
        let tensors = weights::decode(weights)?;
        let graph = card.graph()?;
        let explains = card.architecture.explains_by(ClassActivation);
        let evidence = if explains { Evidence::all(&graph, &tensors) } else { Vec::new() };
        let runner = match backend {
            Backend::Plan => {
                let plan = Plan::new(graph.clone(), &tensors);
                Runner::Plan(Box::new(plan.map_err(|error| weights::of_network(&error))?))
            }
            Backend::Burn(device) => {
                let (folded, tensors) = graph.folded(&tensors).map_err(|error| weights::of_network(&error))?;
                let network = Running::load(Arc::new(folded), &tensors, &device);
                Runner::Burn(Box::new(network.map_err(|error| weights::of_network(&error))?), device)
            }
        };
        Ok(Classifier { card, graph, runner, evidence, file: weights.to_vec() })
    }

    /// The model's card.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Classifies a recording: calibrated probabilities and the maps that the network gives by itself.
    ///
    /// # Errors
    /// The recording lacks what the model needs, or the device failed.
    pub async fn classify(&self, recording: &Recording) -> Result<Findings, Error> {
        self.classify_watched(recording, async |_, _| true).await
    }

    /// As [`Classifier::classify`]; `watch` is called with windows done and in all before each batch of windows and
    /// stops the work by answering false.
    ///
    /// # Errors
    /// As [`Classifier::classify`], and [`Error::Cancelled`].
    pub async fn classify_watched(
        &self,
        recording: &Recording,
        watch: impl AsyncFnMut(usize, usize) -> bool,
    ) -> Result<Findings, Error> {
        let prepared = prepare(recording, &self.card.input, &self.card.window)?;
        let outputs = self.run(&prepared.values, watch).await?;
        let probabilities = self.probabilities(&outputs).await?;
        let findings: Vec<Finding> = self
            .card
            .labels
            .iter()
            .zip(probabilities)
            .map(|(label, probability)| Finding {
                code: label.code.clone(),
                name: label.name.clone(),
                group: label.group.clone(),
                probability,
                threshold: label.threshold,
            })
            .collect();
        let place = place(&prepared);
        let explanations = match Finding::strongest(&findings) {
            Some(class) => self.own_maps(&outputs, class, &place).await?,
            None => Vec::new(),
        };
        Ok(Findings {
            model: self.card.name.clone(),
            findings,
            explanations,
            methods: self.methods(),
            warnings: prepared.warnings,
        })
    }

    /// The class activation of one label.
    ///
    /// # Errors
    /// As [`Classifier::classify`]; the model does not know the label, or its network gives no such map.
    pub async fn explain(&self, recording: &Recording, label: &str) -> Result<Explanation, Error> {
        self.explain_watched(recording, label, async |_, _| true).await
    }

    /// As [`Classifier::explain`], watched as [`Classifier::classify_watched`].
    ///
    /// # Errors
    /// As [`Classifier::explain`], and [`Error::Cancelled`].
    pub async fn explain_watched(
        &self,
        recording: &Recording,
        label: &str,
        watch: impl AsyncFnMut(usize, usize) -> bool,
    ) -> Result<Explanation, Error> {
        let class = self.card.label(label)?;
        let prepared = prepare(recording, &self.card.input, &self.card.window)?;
        if !self.tells_by_label() {
            return Err(self.no_map());
        }
        let outputs = self.run(&prepared.values, watch).await?;
        let maps = self.own_maps(&outputs, class, &place(&prepared)).await?;
        maps.into_iter().next().ok_or_else(|| self.no_map())
    }

    pub(crate) fn no_map(&self) -> Error {
        Error::NoMap { architecture: self.card.architecture.name().to_owned() }
    }

    /// The weights file.
    pub(crate) fn file(&self) -> &[u8] {
        &self.file
    }

    /// What the network computes.
    pub(crate) fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    /// Calibrated probabilities of standardised windows `[window, lead, sample]`, aggregated as the card says.
    ///
    /// # Errors
    /// The device failed, or its numbers are not finite.
    pub async fn classify_windows(&self, values: &[f32]) -> Result<Vec<f32>, Error> {
        let outputs = self.run(values, async |_, _| true).await?;
        self.probabilities(&outputs).await
    }

    /// The answer to the [`known_input`], for the card. To be asked of a classifier that was loaded from the shipped
    /// file: the answer of weights before they were rounded to f16 is another one.
    ///
    /// # Errors
    /// As [`Classifier::classify_windows`].
    pub async fn known_answer(&self) -> Result<KnownAnswer, Error> {
        let probabilities = self.classify_windows(&known_input(&self.card.input)?).await?;
        Ok(KnownAnswer { record: KNOWN_RECORD.to_owned(), probabilities })
    }

    /// The largest difference between this engine's answer to the known input and the card's; none where the card
    /// states no answer, or one to another input. A device has to give it for one window and for each of as many as a
    /// whole recording has, since it compiles its programs for the size of a batch.
    ///
    /// # Errors
    /// As [`Classifier::classify_windows`].
    pub async fn self_test(&self) -> Result<Option<f32>, Error> {
        let Some(known) = self.card.known_answer.as_ref().filter(|known| known.record == KNOWN_RECORD) else {
            return Ok(None);
        };
        let (input, window) = (&self.card.input, &self.card.window);
        let one = known_input(input)?;
        let mut counts = vec![1];
        if matches!(self.runner, Runner::Burn(..)) {
            let whole = windows::starts((window.span * input.rate) as usize, input.samples, window.stride).len();
            counts.extend((whole > 1).then_some(whole));
        }
        let mut largest = 0.0f32;
        for count in counts {
            let outputs = self.run(&one.repeat(count), async |_, _| true).await?;
            let logits = outputs.numbers(LOGITS).await?;
            if logits.len() != count * known.probabilities.len() {
                return Err(Error::Device(format!("{count} windows gave {} numbers", logits.len())));
            }
            for logits in logits.chunks_exact(known.probabilities.len()) {
                for (known, found) in known.probabilities.iter().zip(self.calibrated(logits)?) {
                    largest = largest.max((known - found).abs());
                }
            }
        }
        Ok(Some(largest))
    }

    pub(crate) async fn run(
        &self,
        values: &[f32],
        mut watch: impl AsyncFnMut(usize, usize) -> bool,
    ) -> Result<Outputs, Error> {
        let (channels, samples) = (self.card.input.channels(), self.card.input.samples);
        let total = values.len() / (channels * samples);
        let (batch, mut outputs) = match self.runner {
            Runner::Plan(_) => (1, Outputs::Plan(Vec::new())),
            Runner::Burn(..) => (BATCH, Outputs::Burn(Vec::new())),
        };
        for (number, values) in values.chunks(batch * channels * samples).enumerate() {
            if !watch(number * batch, total).await {
                return Err(Error::Cancelled);
            }
            let windows = values.len() / (channels * samples);
            match (&self.runner, &mut outputs) {
                (Runner::Plan(plan), Outputs::Plan(outputs)) => {
                    outputs.push(plan.run(values, windows).map_err(|error| Error::Device(error.to_string()))?);
                }
                (Runner::Burn(network, device), Outputs::Burn(outputs)) => {
                    let data = TensorData::new(values.to_vec(), [windows, channels, samples]);
                    outputs.push(network.forward(Tensor::<3>::from_data(data, device)));
                }
                _ => return Err(Error::Device("outputs of another engine".into())),
            }
        }
        if !watch(total, total).await {
            return Err(Error::Cancelled);
        }
        Ok(outputs)
    }

    async fn probabilities(&self, outputs: &Outputs) -> Result<Vec<f32>, Error> {
        self.calibrated(&outputs.numbers(LOGITS).await?)
    }

    /// `[window, label]` to the recording's probabilities.
    fn calibrated(&self, logits: &[f32]) -> Result<Vec<f32>, Error> {
        let (card, classes) = (&self.card, self.card.labels.len());
        if logits.is_empty() || !logits.len().is_multiple_of(classes) || logits.iter().any(|logit| !logit.is_finite()) {
            return Err(Error::Device(format!("expected {classes} finite numbers a window, found {logits:?}")));
        }
        Ok(card.probabilities(logits, card.window.aggregate))
    }

    /// The maps that the network gives by itself, the most telling first: of this label where they differ by label.
    /// Empty where it gives none.
    pub(crate) async fn own_maps(
        &self,
        outputs: &Outputs,
        class: usize,
        place: &Place<'_>,
    ) -> Result<Vec<Explanation>, Error> {
        let maps = if self.card.architecture.explains_by(MultiLevelAttention) {
            explain::attention(&self.card, &outputs.attention().await?, place)
        } else if self.evidence.is_empty() {
            self.attention(outputs, class, place).await?
        } else {
            vec![self.class_activation(outputs, class, place).await?]
        };
        Ok(maps.into_iter().map(|map| self.card.with_check(map)).collect())
    }

    async fn class_activation(&self, outputs: &Outputs, class: usize, place: &Place<'_>) -> Result<Explanation, Error> {
        let mut branches = Vec::with_capacity(self.evidence.len());
        for (name, evidence) in &self.evidence {
            let shares = evidence.of(&outputs.numbers(name).await?, class);
            if shares.is_empty() || shares.iter().any(|share| !share.is_finite()) {
                return Err(Error::Device("the map holds values that are not finite".into()));
            }
            let rows = evidence.map().rows;
            let size = rows * evidence.map().length;
            branches.push((rows, shares.chunks_exact(size.max(1)).map(<[f32]>::to_vec).collect()));
        }
        Ok(explain::class_activation(&self.card, class, &branches, place))
    }

    /// Whether each label has a map of its own.
    pub(crate) fn tells_by_label(&self) -> bool {
        !self.evidence.is_empty() || self.card.architecture.explains_by(ClassAttention)
    }

    /// What the network, or one label of it, attends to.
    async fn attention(&self, outputs: &Outputs, class: usize, place: &Place<'_>) -> Result<Vec<Explanation>, Error> {
        let architecture = self.card.architecture;
        let mut values = Vec::new();
        for name in maps::reads(architecture) {
            values.push((name, outputs.numbers(name).await?));
        }
        let windows = place.starts.len().max(1);
        let of_window = |window: usize| {
            let lookup = |wanted: &str| {
                let (_, all) = values.iter().find(|(name, _)| *name == wanted)?;
                let size = all.len() / windows;
                all.get(window * size..(window + 1) * size)
            };
            maps::attention(architecture, &lookup, class, self.card.labels.len())
        };
        let all: Vec<Vec<maps::Map>> = (0..windows).map(of_window).collect();
        if !all.iter().flatten().all(maps::Map::is_finite) {
            return Err(Error::Device("the attention scores are not finite".into()));
        }
        let of_place = |number: usize| -> Vec<&maps::Map> { all.iter().filter_map(|maps| maps.get(number)).collect() };
        let count = all.first().map_or(0, Vec::len);
        Ok((0..count).filter_map(|number| explain::map(&self.card, class, &of_place(number), place)).collect())
    }
}

pub(crate) fn place(prepared: &Prepared) -> Place<'_> {
    Place { starts: &prepared.starts, length: prepared.length, start: prepared.start }
}
