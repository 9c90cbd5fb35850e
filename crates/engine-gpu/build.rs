//! Keeps the linker from running every static constructor before each call from JavaScript.
//!
//! A crate below the shader compiler registers itself in static constructors. A module that never calls them itself
//! gets them called at the start of each of its exports: a millisecond for every value that crosses to JavaScript.
//! Exporting the function that runs them tells the linker that `web/engine-worker.js` calls it, once.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_CFG_TARGET_FAMILY").is_some_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-cdylib=--export=__wasm_call_ctors");
    }
}
