//! What happens when the page opens: engines, models, and what follows from the visitor's choices.

use engine::protocol::EngineKind;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::browser::{sleep, window};
use crate::engines::Phase;
use crate::engines::manifest::{Manifest, adapter};
use crate::models::Index;
use crate::state::{Overlay, Preference, State, Theme};
use crate::{intake, settings, work};

/// Between two looks for a GPU engine that is still being built (ms).
const LOOK_AGAIN: i32 = 5000;

/// Starts everything.
pub fn start(state: State) {
    follow_system_theme(state);
    spawn_local(async move { start_engines(state).await });
    spawn_local(async move { fetch_models(state).await });
    spawn_local(async move {
        match intake::samples().await {
            Ok(samples) => state.samples.set(samples),
            Err(message) => state.complain("The samples", message),
        }
    });

    // A recording or a model that is newly shown is classified, and begins with the model's first map.
    Effect::new(move |before: Option<(Option<u32>, Option<String>)>| {
        let shown = (state.selected.get(), state.entry().map(|entry| entry.name));
        let another_model = before.as_ref().is_some_and(|before| before.1 != shown.1);
        let of_before = before.as_ref().is_some_and(|before| *before != shown)
            && matches!(state.overlay.get_untracked(), Overlay::Label(_));
        if another_model || of_before {
            state.overlay.set(Overlay::First);
        }
        work::classify(state);
        shown
    });
    Effect::new(move |asked: Option<bool>| {
        let asked = asked.unwrap_or(false);
        if !asked && state.preference.get() == Preference::Auto {
            spawn_local(async move { start_gpu(state).await });
            return true;
        }
        asked
    });
    Effect::new(move |_| {
        let _ = (state.engines.cpu.get(), state.model.get());
        work::prepare(state);
    });
    Effect::new(move |_| {
        let _ = (state.engines.gpu.get(), state.model.get());
        if state.preference.get() == Preference::Auto {
            work::take_over(state);
        }
    });
    Effect::new(move |_| {
        let format = state.format.get();
        settings::set("layout", format.layout.name());
        settings::set("speed", &format.speed.to_string());
        settings::set("gain", &format.gain.to_string());
    });
    Effect::new(move |_| settings::set("opacity", &state.opacity.get().to_string()));
    Effect::new(move |_| settings::set("shortcuts", if state.shortcuts.get() { "on" } else { "off" }));
    Effect::new(move |_| {
        let name = match state.theme.get() {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        };
        settings::set("theme", name);
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", name);
        }
    });
    let update = Closure::<dyn FnMut()>::new(move || state.update.set(true)).into_js_value();
    let _ = window().add_event_listener_with_callback("einthoven-update", update.unchecked_ref());
}

fn follow_system_theme(state: State) {
    let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") else { return };
    state.system_dark.set(query.matches());
    let heard = query.clone();
    let listener = Closure::<dyn FnMut()>::new(move || state.system_dark.set(heard.matches())).into_js_value();
    let _ = query.add_event_listener_with_callback("change", listener.unchecked_ref());
}

async fn start_engines(state: State) {
    let cpu = state.engines.cpu;
    match Manifest::fetch().await {
        Err(message) => cpu.set(Phase::Unavailable(message)),
        Ok(manifest) => match manifest.files(EngineKind::Cpu) {
            Some(files) => state.engines.start(EngineKind::Cpu, files.clone()),
            None => cpu.set(Phase::Unavailable("this server has no CPU engine".to_owned())),
        },
    }
}

async fn start_gpu(state: State) {
    let (cpu, gpu) = (state.engines.cpu, state.engines.gpu);
    if let Err(reason) = adapter().await {
        gpu.set(Phase::Unavailable(reason));
        return;
    }
    // The CPU engine answers first; the GPU's larger file waits until it is there.
    while matches!(cpu.get_untracked(), Phase::Waiting | Phase::Starting) {
        sleep(100).await;
    }
    loop {
        match Manifest::fetch().await {
            Ok(manifest) => match manifest.files(EngineKind::Gpu) {
                Some(files) => return state.engines.start(EngineKind::Gpu, files.clone()),
                None if manifest.gpu_pending => {
                    gpu.set(Phase::Unavailable("its engine is still being built".to_owned()));
                }
                None => return gpu.set(Phase::Unavailable("this server has no GPU engine".to_owned())),
            },
            Err(message) => return gpu.set(Phase::Unavailable(message)),
        }
        sleep(LOOK_AGAIN).await;
    }
}

async fn fetch_models(state: State) {
    match Index::fetch().await {
        Ok(index) => {
            let remembered = settings::get("model").filter(|name| index.models.iter().any(|entry| entry.name == *name));
            let chosen = index.models.iter().find(|entry| entry.default).or(index.models.first());
            let chosen = remembered.or(chosen.map(|entry| entry.name.clone()));
            state.models.set(index.models);
            state.model.set(chosen);
        }
        Err(message) => state.complain("The models", message),
    }
}
