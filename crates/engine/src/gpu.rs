//! The visitor's GPU: the adapter, and whatever goes wrong on it after the fact.
//!
//! In a browser a shader that does not compile or a pipeline that is refused is only logged, the run goes on and the
//! result is garbage. So every error that wgpu or CubeCL logs, and every one that nobody caught, marks the engine as
//! broken; the known answer that each model is checked by is the second net.

use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::Device;
use js_sys::{Function, Promise, Reflect};
use log::{Level, LevelFilter, Log, Metadata, Record};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::glue::post;
use crate::protocol::Reply;

static BROKEN: Mutex<Option<String>> = Mutex::new(None);
static SINK: Sink = Sink;

struct Sink;

impl Log for Sink {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.level() <= Level::Warn
    }

    fn log(&self, record: &Record) {
        let line = format!("{}: {}", record.target(), record.args());
        if record.level() == Level::Error {
            web_sys::console::error_1(&line.as_str().into());
            note(line);
        } else if self.enabled(record.metadata()) {
            web_sys::console::warn_1(&line.into());
        }
    }

    fn flush(&self) {}
}

fn note(reason: String) {
    BROKEN.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
}

/// The first thing that went wrong, in one line, if anything did.
pub fn broken() -> Option<String> {
    let reason = BROKEN.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
    let line: String = reason.lines().next().unwrap_or_default().chars().take(200).collect();
    Some(line)
}

/// The device and the adapter's name. Once in a worker: a device cannot be initialised twice.
pub async fn init() -> Result<(Device, String), String> {
    let _ = log::set_logger(&SINK);
    log::set_max_level(LevelFilter::Warn);
    let (device, setup) = Device::wgpu_options().init_with_setup_async().await.map_err(|error| {
        // wgpu lists every graphics interface that it knows; a visitor needs the one fact.
        let reason = error.to_string();
        if reason.to_lowercase().contains("no adapter") {
            "this browser offers no GPU to WebGPU".to_owned()
        } else {
            format!("WebGPU could not be started: {reason}")
        }
    })?;
    setup.device.on_uncaptured_error(Arc::new(|error| {
        note(format!("{error}"));
    }));
    setup.device.set_device_lost_callback(|reason, message| {
        note(format!("the GPU was lost ({reason:?}) {message}"));
        post(&Reply::Unavailable { reason: format!("the GPU was lost: {message}") }, Vec::new());
    });
    let name = adapter_name().await.unwrap_or_else(|| setup.adapter.get_info().name);
    Ok((device, if name.is_empty() { "a GPU that gives no name".to_owned() } else { name }))
}

/// Vendor, architecture and description as the browser tells them.
async fn adapter_name() -> Option<String> {
    let get = |object: &JsValue, key: &str| Reflect::get(object, &key.into()).ok().filter(|value| !value.is_falsy());
    let gpu = get(&get(&js_sys::global(), "navigator")?, "gpu")?;
    let request: Function = get(&gpu, "requestAdapter")?.dyn_into().ok()?;
    let promise: Promise = request.call0(&gpu).ok()?.dyn_into().ok()?;
    let info = get(&JsFuture::from(promise).await.ok()?, "info")?;
    let words = ["vendor", "architecture", "device", "description"].map(|key| get(&info, key)?.as_string());
    let mut name: Vec<String> = Vec::new();
    for word in words.into_iter().flatten() {
        if !name.contains(&word) {
            name.push(word);
        }
    }
    Some(name.join(" "))
}
