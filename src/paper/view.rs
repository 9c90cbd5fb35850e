//! The paper on the screen: a scrolling box whose canvas shows the part in view.

use std::cell::Cell as Flag;
use std::fmt::Write;
use std::rc::Rc;

use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, PointerEvent, ResizeObserver, WheelEvent};

use super::colours::Palette;
use super::draw::Picture;
use super::overlay;
use super::reach::Reach;
use super::sheet::Sheet;
use super::zoom::{Zoom, keep_point};
use crate::browser::window;
use crate::clock;
use crate::state::State;

/// What the scrolling box shows now (CSS pixels).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Window {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    ratio: f64,
}

/// The paper with the chosen recording.
#[component]
pub fn Paper() -> impl IntoView {
    let state = State::here();
    let scroller = NodeRef::<Div>::new();
    let canvas = NodeRef::<Canvas>::new();
    let view = RwSignal::new(Window::default());
    let mark = RwSignal::new(None::<(f64, f64, f64)>);

    let recording = Memo::new_with_compare(
        move |_| state.recording().map(Shown),
        |one: Option<&Option<Shown>>, other| {
            let id = |shown: Option<&Option<Shown>>| shown.and_then(|shown| shown.as_ref().map(|shown| shown.0.id));
            id(one) != id(other)
        },
    );
    let sheet = Memo::new(move |_| {
        recording.with(|shown| {
            shown.as_ref().map(|shown| Sheet::new(state.format.get(), &shown.0.leads(), shown.0.duration()))
        })
    });
    let scale = Memo::new(move |_| {
        let fit = sheet.with(|sheet| sheet.as_ref().map_or(260.0, Sheet::fit_width));
        let view = view.get();
        state.zoom.get().pixels_per_mm(view.width, fit, view.ratio)
    });
    Effect::new(move |_| state.scale.set(scale.get()));
    Effect::new(move |_| {
        let left = view.get().left / scale.get();
        state.moment.set(sheet.with(|sheet| sheet.as_ref().map_or(0.0, |sheet| sheet.moment(left))));
    });
    let extent = Memo::new(move |_| {
        let scale = scale.get();
        let view = view.get();
        // At least as wide as the view: the grid has no edge inside it.
        sheet.with(|sheet| {
            sheet
                .as_ref()
                .map_or((0.0, 0.0), |sheet| ((sheet.width() * scale).max(view.width), (sheet.height() * scale).ceil()))
        })
    });

    let reach = StoredValue::new(Reach::default());
    // May be called once more when the paper is already gone.
    let look = move || {
        if let Some(element) = scroller.try_get_untracked().flatten() {
            let (bar, width) = (f64::from(element.scroll_left()), f64::from(element.client_width()));
            let whole = extent.try_get_untracked().map_or(width, |extent| extent.0);
            let put = reach.try_update_value(|reach| {
                reach.sized(whole, width);
                reach.found(bar)
            });
            if let Some(put) = put.flatten() {
                element.set_scroll_left(put as i32);
            }
            view.try_set(Window {
                left: reach.try_with_value(Reach::left).unwrap_or(bar),
                top: f64::from(element.scroll_top()),
                width,
                height: f64::from(element.client_height()),
                ratio: window().device_pixel_ratio(),
            });
        }
    };
    observe(scroller, look);

    // A new recording begins at its start.
    Effect::new(move |_| {
        let _ = recording.with(|shown| shown.as_ref().map(|shown| shown.0.id));
        if let Some(element) = scroller.get_untracked() {
            let start = reach.try_update_value(|reach| reach.go(0.0)).unwrap_or(0.0);
            element.set_scroll_left(start as i32);
            element.set_scroll_top(0);
            look();
        }
    });
    draw_when_changed(state, canvas, recording, sheet, scale, extent, view, mark);

    // Zooming keeps the point under the pointer, or the middle of the view.
    let anchor = StoredValue::new(None::<(f64, f64)>);
    Effect::new(move |before: Option<f64>| {
        let (now, whole) = (scale.get(), extent.get().0);
        if let Some(element) = scroller.get_untracked() {
            let view = view.get_untracked();
            let stood = reach.with_value(Reach::left);
            let before = before.unwrap_or(now);
            let mut left = stood;
            if (before - now).abs() > 1e-9 {
                // At its beginning a recording stays there: the first fit to the view is a change of scale too.
                let middle = if stood == 0.0 { 0.0 } else { view.width / 2.0 };
                let (x, y) = anchor.get_value().unwrap_or((middle, 0.0));
                anchor.set_value(None);
                left = keep_point(stood, x, before, now);
                element.set_scroll_top(keep_point(f64::from(element.scroll_top()), y, before, now) as i32);
            }
            let bar = reach.try_update_value(|reach| {
                reach.sized(whole, view.width);
                reach.go(left)
            });
            element.set_scroll_left(bar.unwrap_or(left) as i32);
            look();
        }
        now
    });
    let wheel = move |event: WheelEvent| {
        if event.ctrl_key() {
            event.prevent_default();
            anchor.set_value(Some((f64::from(event.offset_x()), f64::from(event.offset_y()))));
            let steps = (-event.delta_y() / 100.0).clamp(-1.0, 1.0);
            state.zoom.set(Zoom::stepped(scale.get_untracked(), steps));
        }
    };
    let dragged = StoredValue::new(None::<(i32, i32)>);
    let down = move |event: PointerEvent| {
        if event.pointer_type() == "mouse" && event.button() == 0 {
            dragged.set_value(Some((event.client_x(), event.client_y())));
            if let Some(canvas) = canvas.get_untracked() {
                let _ = canvas.set_pointer_capture(event.pointer_id());
            }
        }
    };
    let moved = move |event: PointerEvent| {
        if let (Some((x, y)), Some(element)) = (dragged.get_value(), scroller.get_untracked()) {
            element.set_scroll_left(element.scroll_left() - (event.client_x() - x));
            element.set_scroll_top(element.scroll_top() - (event.client_y() - y));
            dragged.set_value(Some((event.client_x(), event.client_y())));
            return;
        }
        let (view, scale) = (view.get_untracked(), scale.get_untracked());
        let x = (view.left + f64::from(event.offset_x())) / scale;
        let y = (view.top + f64::from(event.offset_y())) / scale;
        let found = sheet.with_untracked(|sheet| sheet.as_ref().and_then(|sheet| sheet.at(x, y)));
        mark.set(found.as_ref().map(|(_, time)| (*time, x, y)));
        state.readout.set(found.map_or_else(String::new, |(cell, time)| readout(state, cell.trace, &cell.name, time)));
    };
    let left = move |_: PointerEvent| {
        mark.set(None);
        state.readout.set(String::new());
    };

    view! {
        <div class="paper-box" style=("--paper-height", move || format!("{}px", extent.get().1))>
        <div
            class="paper"
            node_ref=scroller
            tabindex="0"
            role="region"
            aria-label="ECG paper; arrow keys move it, plus and minus zoom"
            data-testid="paper"
            on:scroll=move |_| look()
            on:wheel=wheel
        >
            <div
                class="paper-extent"
                style:width=move || format!("{}px", Reach::extent(extent.get().0))
                style:height=move || format!("{}px", extent.get().1)
            >
                <canvas
                    node_ref=canvas
                    data-testid="paper-canvas"
                    data-layout=move || sheet.with(|sheet| sheet.as_ref().map(|sheet| sheet.layout.name()))
                    data-px-per-mm=move || scale.get().to_string()
                    data-ratio=move || view.get().ratio.to_string()
                    data-overlay-kind=move || state.explanation().map_or("none".to_owned(), |map| format!("{:?}", map.kind))
                    role="img"
                    aria-label=move || spoken(state)
                    on:pointerdown=down
                    on:pointermove=moved
                    on:pointerup=move |_| dragged.set_value(None)
                    on:pointercancel=move |_| dragged.set_value(None)
                    on:pointerleave=left
                ></canvas>
            </div>
        </div>
        <output class="readout" class:shown=move || !state.readout.with(String::is_empty) data-testid="readout">{move || state.readout.get()}</output>
        </div>
    }
}

/// A recording, compared by its number.
#[derive(Clone, Debug)]
struct Shown(crate::recordings::Opened);

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

/// Looks again when the box or the window gets another size, as long as the paper is there.
fn observe(scroller: NodeRef<Div>, look: impl Fn() + Copy + 'static) {
    let watching = StoredValue::new_local(None::<(ResizeObserver, Closure<dyn FnMut()>)>);
    Effect::new(move |_| {
        if let Some(element) = scroller.get() {
            let callback = Closure::<dyn FnMut()>::new(look);
            if let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) {
                observer.observe(&element);
                watching.set_value(Some((observer, callback)));
            }
        }
    });
    let handle = window_event_listener(leptos::ev::resize, move |_| look());
    on_cleanup(move || {
        handle.remove();
        watching.try_update_value(|watching| {
            if let Some((observer, _)) = watching.take() {
                observer.disconnect();
            }
        });
    });
}

#[allow(clippy::too_many_arguments)]
fn draw_when_changed(
    state: State,
    canvas: NodeRef<Canvas>,
    recording: Memo<Option<Shown>>,
    sheet: Memo<Option<Sheet>>,
    scale: Memo<f64>,
    extent: Memo<(f64, f64)>,
    view: RwSignal<Window>,
    mark: RwSignal<Option<(f64, f64, f64)>>,
) {
    let asked = Rc::new(Flag::new(false));
    let explanation = Memo::new(move |_| state.explanation());
    let draw = move || {
        // The frame that was asked for may come when the paper is already gone.
        let Some(canvas) = canvas.try_get_untracked().flatten() else { return };
        let Some(sheet) = sheet.try_get_untracked().flatten() else { return };
        let Some(recording) = recording.get_untracked() else { return };
        let (view, extent) = (view.get_untracked(), extent.get_untracked());
        let (width, height) = (view.width.min(extent.0.ceil()), view.height.min(extent.1.ceil()));
        let pixels = |length: f64| (length * view.ratio).round() as u32;
        if canvas.width() != pixels(width) || canvas.height() != pixels(height) {
            canvas.set_width(pixels(width));
            canvas.set_height(pixels(height));
            let style = web_sys::HtmlElement::style(&canvas);
            let _ = style.set_property("width", &format!("{width}px"));
            let _ = style.set_property("height", &format!("{height}px"));
        }
        let context = canvas
            .get_context("2d")
            .ok()
            .flatten()
            .and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
        let Some(context) = context else { return };
        let explanation = explanation.get_untracked();
        Picture {
            sheet: &sheet,
            traces: &recording.0.traces,
            overlay: explanation.as_deref().map(|map| (map, state.opacity.get_untracked())),
            palette: Palette::of(untrack(move || state.dark())),
            scale: scale.get_untracked(),
            ratio: view.ratio,
            view: (view.left, view.top, width, height),
            mark: mark.get_untracked(),
        }
        .draw(&context);
    };
    Effect::new(move |_| {
        let _ = (canvas.get(), recording.with(|_| ()), sheet.with(|_| ()), scale.get(), extent.get());
        let _ = (view.get(), mark.get(), explanation.with(|_| ()), state.opacity.get(), state.dark());
        if !asked.replace(true) {
            let asked = asked.clone();
            request_animation_frame(move || {
                asked.set(false);
                draw();
            });
        }
    });
}

/// What is under the pointer, in one line.
fn readout(state: State, trace: Option<usize>, name: &str, time: f64) -> String {
    let Some(recording) = untrack(move || state.recording()) else { return String::new() };
    let mut text = format!("{name}  {}", clock::moment(time, recording.duration()));
    let Some(trace) = trace.and_then(|trace| recording.traces.get(trace)) else { return text };
    match trace.at(time) {
        Some(value) => text.push_str(&format!("  {value:+.3} mV").replace('-', "−")),
        None => text.push_str("  missing"),
    }
    if let Some(map) = untrack(move || state.explanation())
        && let Some(value) = overlay::value_at(&map, &trace.lead, time)
    {
        if overlay::signed(&map) {
            text.push_str(&format!("  ·  map {:+.2}", overlay::raw(&map, value)).replace('-', "−"));
        } else {
            let _ = write!(text, "  ·  map {value:.2}");
        }
        if let Some(uniform) = map.uniform.filter(|uniform| *uniform > 0.0) {
            let _ = write!(text, " ({:.1} × uniform)", overlay::raw(&map, value) / uniform);
        }
    }
    text
}

/// The picture in words.
fn spoken(state: State) -> String {
    let Some(recording) = state.recording() else { return "No recording".to_owned() };
    let leads: Vec<String> = recording.leads().iter().map(|lead| lead.name().to_owned()).collect();
    let mut text = format!(
        "Electrocardiogram {}, {}, leads {}.",
        recording.title(),
        clock::length(recording.duration()),
        leads.join(", ")
    );
    if let Some(map) = state.explanation() {
        let _ = write!(text, " Laid over it: {}.", map.title);
    }
    text.push_str(" The tables on this page say the same.");
    text
}
