//! The engine: a Web Worker that reads recordings and classifies them, on the CPU or on the GPU.
//!
//! Without features this crate is only its [`protocol`], which the page speaks; with `cpu` or `gpu` it is the worker.
#![forbid(unsafe_code)]

pub mod protocol;
