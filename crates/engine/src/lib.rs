//! The engine: a Web Worker that reads recordings and classifies them, on the CPU or on the GPU.
//!
//! Without features this crate is only its [`protocol`], which the page speaks; with `cpu` or `gpu` it is the worker.
//! Two thin packages, `engine-cpu` and `engine-gpu`, make two wasm files of it, since features unify within one.
//!
//! | module | its one job |
//! |---|---|
//! | [`protocol`] | the words between page and engine |
//! | `queue` | which piece of work is next, which was cancelled |
//! | `session` | from a request to its replies: models, reading, classifying; knows no browser, tested natively |
//! | `open` | files to recordings as the page gets them |
//! | `glue` | the worker's messages, buffers, breaths between steps, panics |
//! | `gpu` | the adapter, and whatever goes wrong on it after the fact |
#![forbid(unsafe_code)]

pub mod protocol;

#[cfg(all(feature = "worker", target_family = "wasm"))]
mod glue;
#[cfg(all(feature = "gpu", target_family = "wasm"))]
mod gpu;
#[cfg(feature = "worker")]
mod open;
#[cfg(feature = "worker")]
mod queue;
#[cfg(feature = "worker")]
mod session;

#[cfg(all(feature = "worker", target_family = "wasm"))]
pub use glue::start;
