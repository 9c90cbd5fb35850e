//! Name, engine, theme, help.

use engine::protocol::EngineKind;
use leptos::prelude::*;

use super::welcome::SampleList;
use crate::browser;
use crate::engines::Phase;
use crate::intake;
use crate::settings;
use crate::state::{Preference, State, Theme};

/// The bar at the top.
#[component]
pub fn Header() -> impl IntoView {
    let state = State::here();
    let picker = NodeRef::<leptos::html::Input>::new();
    let folder = NodeRef::<leptos::html::Input>::new();
    let take = move |input: NodeRef<leptos::html::Input>| {
        if let Some(input) = input.get_untracked() {
            intake::picked(state, &input);
        }
    };
    // Not an attribute that the view macro knows.
    Effect::new(move |_| {
        if let Some(input) = folder.get() {
            let _ = input.set_attribute("webkitdirectory", "");
        }
    });
    let theme_name = move || match state.theme.get() {
        Theme::System => "Theme: as the system",
        Theme::Light => "Theme: light",
        Theme::Dark => "Theme: dark",
    };
    let theme_sign = move || match state.theme.get() {
        Theme::System => "◐",
        Theme::Light => "○",
        Theme::Dark => "●",
    };
    view! {
        <header class="header">
            <h1 class="brand"><span class="brand-mark" aria-hidden="true"></span><span class="brand-name">"Einthoven"</span></h1>
            <div class="header-actions">
                <button class="button primary" on:click=move |_| browser::click("file-input")>"Open"<span class="wide">" files"</span></button>
                <button class="button wide" on:click=move |_| browser::click("folder-input")>"Open folder"</button>
            </div>
            <details class="menu" data-testid="samples-menu">
                <summary class="button">"Samples"</summary>
                <div class="popover"><SampleList/></div>
            </details>
            <EngineBadge/>
            <button
                class="button icon"
                aria-label=theme_name
                title=theme_name
                data-testid="theme"
                on:click=move |_| state.theme.update(|theme| *theme = match theme {
                    Theme::System => Theme::Light,
                    Theme::Light => Theme::Dark,
                    Theme::Dark => Theme::System,
                })
            >
                {theme_sign}
            </button>
            <button class="button icon" aria-label="Keyboard shortcuts and about" title="Shortcuts (?)" on:click=move |_| state.help.set(true)>"?"</button>
            <input
                id="file-input" class="off" type="file" multiple data-testid="file-input" tabindex="-1" aria-label="Open files"
                node_ref=picker on:change=move |_| take(picker)
            />
            <input
                id="folder-input" class="off" type="file" multiple data-testid="folder-input" tabindex="-1" aria-label="Open a folder"
                node_ref=folder on:change=move |_| take(folder)
            />
        </header>
    }
}

/// Which engine answers, and why not the other.
#[component]
fn EngineBadge() -> impl IntoView {
    let state = State::here();
    let gpu_answers = move || {
        let model = state.model.get().unwrap_or_default();
        // The task list changes when a model has been loaded.
        state.tasks.list.track();
        state.preference.get() == Preference::Auto
            && matches!(state.engines.gpu.get(), Phase::Ready(_))
            && state.engines.has(EngineKind::Gpu, &model)
    };
    let kind = Memo::new(move |_| {
        if gpu_answers() {
            "gpu"
        } else {
            match state.engines.cpu.get() {
                Phase::Ready(_) => "cpu",
                Phase::Unavailable(_) => "none",
                Phase::Waiting | Phase::Starting => "starting",
            }
        }
    });
    let text = move || match kind.get() {
        "gpu" => "GPU".to_owned(),
        "cpu" => "CPU".to_owned(),
        "none" => "No engine".to_owned(),
        _ => "Starting".to_owned(),
    };
    let device = move |phase: Phase| match phase {
        Phase::Ready(device) => device,
        Phase::Unavailable(reason) => reason,
        Phase::Waiting => "not asked for yet".to_owned(),
        Phase::Starting => "starting".to_owned(),
    };
    let cpu = move || device(state.engines.cpu.get());
    let gpu = move || match state.preference.get() {
        Preference::Cpu => "switched off".to_owned(),
        Preference::Auto => state.gpu_reason.get().unwrap_or_else(|| device(state.engines.gpu.get())),
    };
    let reason = move || match (kind.get(), state.engines.gpu.get()) {
        ("cpu", Phase::Unavailable(reason)) => format!("no GPU: {reason}"),
        _ => String::new(),
    };
    view! {
        <details class="badge" data-testid="engine-badge" data-engine=move || kind.get()>
            <summary title=reason>
                <span class="lamp" aria-hidden="true"></span>
                <span class="badge-text">{text}</span>
            </summary>
            <div class="popover">
                <dl>
                    <dt>"CPU"</dt><dd>{cpu}</dd>
                    <dt>"GPU"</dt><dd data-testid="gpu-reason">{gpu}</dd>
                </dl>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || state.preference.get() == Preference::Auto
                        on:change=move |event| {
                            let auto = event_target_checked(&event);
                            state.preference.set(if auto { Preference::Auto } else { Preference::Cpu });
                            settings::set("engine", if auto { "auto" } else { "cpu" });
                        }
                    />
                    "Use the GPU when its answers agree with the CPU's"
                </label>
            </div>
        </details>
    }
}
