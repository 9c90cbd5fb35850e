//! One page of A4 paper, at true size: what the browser's print command gives instead of the screen.

use std::fmt::Write;

use leptos::html::Canvas;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::CanvasRenderingContext2d;

use crate::clock;
use crate::paper::colours::LIGHT;
use crate::paper::draw::Picture;
use crate::paper::sheet::Sheet;
use crate::paper::zoom::TRUE_SIZE;
use crate::report::{DISCLAIMER, engine_name, percent};
use crate::state::{Answer, State};

/// Height for the paper on an A4 sheet on its side, beside title, findings and margins (mm).
const ROOM: f64 = 145.0;
/// Dots a CSS pixel: 300 dots an inch.
const DENSITY: f64 = 300.0 / 96.0;
/// With more labels than this, those that do not reach their threshold are left out from the least likely on.
const LABELS: usize = 12;

/// The printed page; the style sheet keeps it off the screen.
#[component]
pub fn PrintPage() -> impl IntoView {
    let state = State::here();
    let canvas = NodeRef::<Canvas>::new();
    let handle = window_event_listener_untyped("beforeprint", move |_| {
        if let Some(canvas) = canvas.get_untracked() {
            draw(state, &canvas);
        }
    });
    on_cleanup(move || handle.remove());
    view! {
        <section class="print-page" aria-hidden="true" data-testid="print-page">
            <p class="print-head">
                <strong>{move || state.recording().map(|recording| recording.title())}</strong>
                <span>{move || state.recording().map(|recording| {
                    let (from, to) = stretch(state);
                    format!("{}, {}", recording.meta.source.format, clock::part(from, to, recording.duration()))
                })}</span>
                <strong class="print-right">{DISCLAIMER}</strong>
            </p>
            <canvas node_ref=canvas data-testid="print-canvas"></canvas>
            <p class="print-foot">
                <span class="ruler"></span>
                <span>"This line is 50 mm long when the page is printed at 100%."</span>
                <span class="print-right">{move || state.explanation().map(|map| map.title.clone())}</span>
            </p>
            {move || findings(state)}
        </section>
    }
}

fn sheet(state: State) -> Option<Sheet> {
    let recording = state.recording()?;
    Some(Sheet::printed(state.format.get(), &recording.leads(), recording.duration(), ROOM))
}

/// The stretch of time on the page (s): the one that the screen shows.
fn stretch(state: State) -> (f64, f64) {
    sheet(state).map_or((0.0, 0.0), |sheet| sheet.stretch(sheet.page_of(state.moment.get())))
}

fn draw(state: State, canvas: &web_sys::HtmlCanvasElement) {
    let Some(sheet) = untrack(move || sheet(state)) else { return };
    let Some(recording) = untrack(move || state.recording()) else { return };
    let page = sheet.page_of(state.moment.get_untracked());
    let (width, height) = (sheet.page_width(), sheet.height());
    let pixels = |millimetres: f64| (millimetres * TRUE_SIZE * DENSITY).round() as u32;
    canvas.set_width(pixels(width));
    canvas.set_height(pixels(height));
    let _ = canvas.set_attribute("data-px-per-mm", &TRUE_SIZE.to_string());
    let _ = canvas.set_attribute("data-ratio", &DENSITY.to_string());
    let style = web_sys::HtmlElement::style(canvas);
    let _ = style.set_property("width", &format!("{width}mm"));
    let _ = style.set_property("height", &format!("{height}mm"));
    let context = canvas.get_context("2d").ok().flatten().and_then(|it| it.dyn_into::<CanvasRenderingContext2d>().ok());
    let Some(context) = context else { return };
    let explanation = untrack(move || state.explanation());
    Picture {
        sheet: &sheet,
        traces: &recording.traces,
        overlay: explanation.as_deref().map(|map| (map, state.opacity.get_untracked())),
        palette: &LIGHT,
        scale: TRUE_SIZE,
        ratio: DENSITY,
        view: (page as f64 * width * TRUE_SIZE, 0.0, width * TRUE_SIZE, height * TRUE_SIZE),
        mark: None,
    }
    .draw(&context);
}

fn findings(state: State) -> Option<AnyView> {
    let Some(Answer::Given { findings, engine, .. }) = state.answer() else { return None };
    let mut list = findings.findings.clone();
    list.sort_by(|a, b| b.present().cmp(&a.present()).then(b.probability.total_cmp(&a.probability)));
    let present = list.iter().filter(|finding| finding.present()).count();
    let all = list.len();
    list.truncate(present.max(LABELS));
    let left_out = all - list.len();
    let model = state.entry().map(|entry| entry.title).unwrap_or_default();
    let rows = list.into_iter().map(|finding| {
        let text =
            format!("{}: {}, threshold {}", finding.name, percent(finding.probability), percent(finding.threshold));
        view! { <li class:present=finding.present()>{text}</li> }
    });
    let rows = rows.collect_view();
    let mut line = format!("{model}, {} engine. Bold: reaches its threshold.", engine_name(engine));
    if left_out > 0 {
        let _ = write!(line, " {left_out} less likely labels are left out.");
    }
    Some(view! { <div class="print-findings"><p>{line}</p><ul>{rows}</ul></div> }.into_any())
}
