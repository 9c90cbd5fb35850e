//! Which engines are served, and whether this browser has a GPU for one.

use engine::protocol::EngineKind;
use js_sys::{Function, Promise, Reflect};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::download;

/// One engine's files in `engines/`.
#[derive(Clone, Debug, Deserialize)]
pub struct Files {
    /// The glue.
    pub js: String,
    /// The module.
    pub wasm: String,
    /// Size of the module (bytes).
    pub bytes: f64,
    /// SHA-256 of the module, in hexadecimal.
    pub sha256: String,
}

/// `engines/manifest.json`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Manifest {
    /// The CPU engine.
    pub cpu: Option<Files>,
    /// The GPU engine.
    pub gpu: Option<Files>,
    /// True while the server still builds the GPU engine; the page then asks again.
    #[serde(default)]
    pub gpu_pending: bool,
}

impl Manifest {
    /// Fetches it.
    pub async fn fetch() -> Result<Manifest, String> {
        download::json("engines/manifest.json").await
    }

    /// The files of an engine.
    pub fn files(&self, kind: EngineKind) -> Option<&Files> {
        match kind {
            EngineKind::Cpu => self.cpu.as_ref(),
            EngineKind::Gpu => self.gpu.as_ref(),
        }
    }
}

/// Asks the browser for a GPU adapter; the error says in one line why there is none.
pub async fn adapter() -> Result<(), String> {
    let navigator: JsValue = crate::browser::window().navigator().into();
    let gpu = Reflect::get(&navigator, &"gpu".into()).unwrap_or(JsValue::UNDEFINED);
    if gpu.is_undefined() || gpu.is_null() {
        return Err(if crate::browser::window().is_secure_context() {
            "this browser has no WebGPU".to_owned()
        } else {
            "WebGPU needs https or localhost".to_owned()
        });
    }
    let request = Reflect::get(&gpu, &"requestAdapter".into())
        .ok()
        .and_then(|function| function.dyn_into::<Function>().ok())
        .and_then(|function| function.call0(&gpu).ok())
        .and_then(|promise| promise.dyn_into::<Promise>().ok());
    let Some(request) = request else { return Err("this browser's WebGPU gives no adapter".to_owned()) };
    match JsFuture::from(request).await {
        Ok(adapter) if !adapter.is_null() && !adapter.is_undefined() => Ok(()),
        Ok(_) => Err("the browser found no GPU that it may use".to_owned()),
        Err(error) => Err(format!("the browser refused the GPU: {}", crate::browser::say(&error))),
    }
}
