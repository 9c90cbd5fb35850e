//! Everything that the views show, in signals.

use std::collections::HashMap;
use std::sync::Arc;

use ecg::{Explanation, ExplanationMethod, Findings};
use engine::protocol::EngineKind;
use leptos::prelude::*;

use crate::engines::Engines;
use crate::intake::Sample;
use crate::models::{Card, Entry};
use crate::paper::sheet::{Format, Layout};
use crate::paper::zoom::Zoom;
use crate::recordings::{Id, Opened};
use crate::settings;
use crate::tasks::Tasks;

/// What a model said of a recording.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It is being asked.
    Asked,
    /// It could not answer.
    Failed(String),
    /// The visitor cancelled.
    Cancelled,
    /// It answered.
    Given {
        /// The answer.
        findings: Arc<Findings>,
        /// The engine that ran.
        engine: EngineKind,
        /// Milliseconds of preparation and network.
        milliseconds: f64,
    },
}

/// A map that was asked for: of which recording, by which model, of which label, in which way.
pub type MapKey = (Id, String, String, ExplanationMethod);

/// Which map lies over the traces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Overlay {
    /// The first that the model gives.
    #[default]
    First,
    /// None.
    Off,
    /// One of the model's own, by its place.
    Own(usize),
    /// The map of a label.
    Label(String),
}

/// Something that went wrong, to be read and put away.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Its number.
    pub id: u32,
    /// What it concerns.
    pub title: String,
    /// What happened.
    pub message: String,
}

/// A file that needs the visitor's word before it can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its number; the inputs are kept under it.
    pub id: u32,
    /// The files.
    pub files: Vec<String>,
    /// What the reader said.
    pub message: String,
    /// It needs the sampling rate.
    pub rate: bool,
    /// It needs the unit.
    pub unit: bool,
}

/// A recording that was put away and can be had back.
#[derive(Clone, Debug)]
pub struct Closed {
    place: usize,
    recording: Opened,
    answers: Vec<((Id, String), Answer)>,
    activations: Vec<(MapKey, Arc<Explanation>)>,
}

impl Closed {
    /// The recording's number.
    pub fn id(&self) -> Id {
        self.recording.id
    }

    /// Its name.
    pub fn title(&self) -> String {
        self.recording.title()
    }
}

/// Which engine the visitor wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preference {
    /// The GPU as soon as it has proved itself.
    #[default]
    Auto,
    /// Only the CPU.
    Cpu,
}

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The page's state; a bundle of signals that is copied freely.
#[derive(Clone, Copy)]
pub struct State {
    /// What was opened, in order.
    pub recordings: RwSignal<Vec<Opened>>,
    /// The one that was closed last.
    pub closed: RwSignal<Option<Arc<Closed>>>,
    /// The one that is shown.
    pub selected: RwSignal<Option<Id>>,
    /// Recordings that come with the page.
    pub samples: RwSignal<Vec<Sample>>,
    /// The models that are served.
    pub models: RwSignal<Vec<Entry>>,
    /// Cards that were fetched.
    pub cards: RwSignal<HashMap<String, Arc<Card>>>,
    /// The chosen model.
    pub model: RwSignal<Option<String>>,
    /// What models said.
    pub answers: RwSignal<HashMap<(Id, String), Answer>>,
    /// Maps of labels that were asked for.
    pub activations: RwSignal<HashMap<MapKey, Arc<Explanation>>>,
    /// How the visitor wants a label explained.
    pub method: RwSignal<ExplanationMethod>,
    /// The map to lay over the traces.
    pub overlay: RwSignal<Overlay>,
    /// How strongly (0 to 1).
    pub opacity: RwSignal<f64>,
    /// Speed, gain, layout.
    pub format: RwSignal<Format>,
    /// Size on the screen.
    pub zoom: RwSignal<Zoom>,
    /// CSS pixels a millimetre that are shown now.
    pub scale: RwSignal<f64>,
    /// The time at which the stretch that is seen begins (s from the recording's start).
    pub moment: RwSignal<f64>,
    /// What is under the pointer.
    pub readout: RwSignal<String>,
    /// Light or dark.
    pub theme: RwSignal<Theme>,
    /// What the system says.
    pub system_dark: RwSignal<bool>,
    /// Which engine the visitor wants.
    pub preference: RwSignal<Preference>,
    /// Why the GPU is not used, where something else than its worker says so.
    pub gpu_reason: RwSignal<Option<String>>,
    /// Things that went wrong.
    pub problems: RwSignal<Vec<Problem>>,
    /// Files that need a word.
    pub questions: RwSignal<Vec<Question>>,
    /// What goes on.
    pub tasks: Tasks,
    /// The workers.
    pub engines: Engines,
    /// The line for the status bar and the screen reader.
    pub status: RwSignal<String>,
    /// The help dialog is open.
    pub help: RwSignal<bool>,
    /// Single keys are shortcuts.
    pub shortcuts: RwSignal<bool>,
    /// Files hover over the window.
    pub hovering: RwSignal<bool>,
    /// A new version of the page is waiting.
    pub update: RwSignal<bool>,
    last_id: StoredValue<u32>,
}

impl State {
    /// The state of a fresh visit, with what was remembered.
    pub fn new() -> State {
        let tasks = Tasks::new();
        let status = RwSignal::new("Ready".to_owned());
        let format = Format {
            layout: settings::get("layout").and_then(|name| Layout::from_name(&name)).unwrap_or_default(),
            speed: settings::number("speed").filter(|speed| [25.0, 50.0].contains(speed)).unwrap_or(25.0),
            gain: settings::number("gain").filter(|gain| [5.0, 10.0, 20.0].contains(gain)).unwrap_or(10.0),
        };
        let theme = match settings::get("theme").as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        };
        let preference =
            if settings::get("engine").as_deref() == Some("cpu") { Preference::Cpu } else { Preference::Auto };
        State {
            recordings: RwSignal::default(),
            closed: RwSignal::default(),
            selected: RwSignal::default(),
            samples: RwSignal::default(),
            models: RwSignal::default(),
            cards: RwSignal::default(),
            model: RwSignal::default(),
            answers: RwSignal::default(),
            activations: RwSignal::default(),
            overlay: RwSignal::default(),
            method: RwSignal::default(),
            opacity: RwSignal::new(settings::number("opacity").unwrap_or(0.85).clamp(0.1, 1.0)),
            format: RwSignal::new(format),
            zoom: RwSignal::default(),
            scale: RwSignal::new(crate::paper::zoom::TRUE_SIZE),
            moment: RwSignal::default(),
            readout: RwSignal::default(),
            theme: RwSignal::new(theme),
            system_dark: RwSignal::new(false),
            preference: RwSignal::new(preference),
            gpu_reason: RwSignal::default(),
            problems: RwSignal::default(),
            questions: RwSignal::default(),
            tasks,
            engines: Engines::new(tasks, status),
            status,
            help: RwSignal::default(),
            shortcuts: RwSignal::new(settings::get("shortcuts").as_deref() != Some("off")),
            hovering: RwSignal::default(),
            update: RwSignal::default(),
            last_id: StoredValue::new(0),
        }
    }

    /// The state, from any view.
    pub fn here() -> State {
        expect_context()
    }

    /// A new number.
    pub fn number(self) -> u32 {
        self.last_id.update_value(|last| *last += 1);
        self.last_id.get_value()
    }

    /// True when dark colours are shown.
    pub fn dark(self) -> bool {
        match self.theme.get() {
            Theme::System => self.system_dark.get(),
            Theme::Light => false,
            Theme::Dark => true,
        }
    }

    /// The recording that is shown.
    pub fn recording(self) -> Option<Opened> {
        let selected = self.selected.get()?;
        self.recordings.with(|list| list.iter().find(|recording| recording.id == selected).cloned())
    }

    /// What the chosen model said of the recording that is shown.
    pub fn answer(self) -> Option<Answer> {
        let key = (self.selected.get()?, self.model.get()?);
        self.answers.with(|answers| answers.get(&key).cloned())
    }

    /// Its findings.
    pub fn findings(self) -> Option<Arc<Findings>> {
        match self.answer()? {
            Answer::Given { findings, .. } => Some(findings),
            _ => None,
        }
    }

    /// The map that lies over the traces.
    pub fn explanation(self) -> Option<Arc<Explanation>> {
        let findings = self.findings()?;
        match self.overlay.get() {
            Overlay::Off => None,
            Overlay::First => findings.explanations.first().cloned().map(Arc::new),
            Overlay::Own(place) => findings.explanations.get(place).cloned().map(Arc::new),
            Overlay::Label(code) => {
                let key = (self.selected.get()?, self.model.get()?, code, self.method_used());
                self.activations.with(|activations| activations.get(&key).cloned())
            }
        }
    }

    /// The ways in which the model explains a label; none before it has answered.
    pub fn methods(self) -> Vec<ExplanationMethod> {
        self.findings().map(|findings| findings.methods.clone()).unwrap_or_default()
    }

    /// The way in which a label is explained: the one that was chosen, or the model's first where it lacks that.
    pub fn method_used(self) -> ExplanationMethod {
        let (methods, chosen) = (self.methods(), self.method.get());
        if methods.contains(&chosen) { chosen } else { methods.first().copied().unwrap_or_default() }
    }

    /// Chooses a model, for the next visit too.
    pub fn choose(self, model: &str) {
        settings::set("model", model);
        self.model.set(Some(model.to_owned()));
    }

    /// The chosen model's entry.
    pub fn entry(self) -> Option<Entry> {
        let name = self.model.get()?;
        self.models.with(|models| models.iter().find(|entry| entry.name == name).cloned())
    }

    /// Puts a recording away and shows its neighbour; [`State::reopen`] brings it back.
    pub fn close(self, id: Id) {
        let found = self.recordings.with_untracked(|list| {
            let place = list.iter().position(|recording| recording.id == id)?;
            let neighbour = list.get(place + 1).or(place.checked_sub(1).and_then(|before| list.get(before)));
            Some((place, list.get(place)?.clone(), neighbour.map(|recording| recording.id)))
        });
        let Some((place, recording, neighbour)) = found else { return };
        self.selected.set(neighbour);
        self.recordings.update(|list| list.retain(|recording| recording.id != id));
        let (mut answers, mut activations) = (Vec::new(), Vec::new());
        self.answers.update(|all| answers.extend(all.extract_if(|key, _| key.0 == id)));
        self.activations.update(|all| activations.extend(all.extract_if(|key, _| key.0 == id)));
        // What was still being asked is asked again.
        answers.retain(|(_, answer)| !matches!(answer, Answer::Asked));
        self.readout.set(String::new());
        self.status.set(format!("{} closed", recording.title()));
        self.closed.set(Some(Arc::new(Closed { place, recording, answers, activations })));
    }

    /// Brings back the recording that was closed last, in its old place and with what was said of it.
    pub fn reopen(self) {
        let Some(closed) = self.closed.get_untracked() else { return };
        self.closed.set(None);
        let id = closed.id();
        self.answers.update(|all| all.extend(closed.answers.iter().cloned()));
        self.activations.update(|all| all.extend(closed.activations.iter().cloned()));
        self.recordings.update(|list| list.insert(closed.place.min(list.len()), closed.recording.clone()));
        self.selected.set(Some(id));
        self.status.set(format!("{} is back", closed.title()));
    }

    /// Shows that something went wrong.
    pub fn complain(self, title: impl Into<String>, message: impl Into<String>) {
        let (title, message) = (title.into(), message.into());
        self.status.set(format!("{title}: {message}"));
        let problem = Problem { id: self.number(), title, message };
        self.problems.update(|problems| {
            // The same again is not news.
            problems.retain(|other| other.title != problem.title || other.message != problem.message);
            problems.push(problem);
        });
    }
}
