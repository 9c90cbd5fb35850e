//! The engine on the GPU as one wasm file: `start` is all that the worker's script calls.

use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the engine in this worker; `kind` must be `gpu`.
#[wasm_bindgen]
pub fn start(kind: String) {
    #[cfg(target_family = "wasm")]
    engine::start(kind);
    #[cfg(not(target_family = "wasm"))]
    drop(kind);
}
