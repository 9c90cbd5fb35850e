//! The page in a real browser: Chromium, driven over its own protocol without any driver program.
//!
//! [`server::Site`] serves the built folder and keeps a list of all requests; [`Chromium`] opens it in a [`Page`].
//! [`cases`] are the tests that `cargo xtask test` runs on it.
#![forbid(unsafe_code)]

pub mod cases;
pub mod chromium;
mod connection;
pub mod native;
pub mod page;
pub mod picture;
pub mod server;
pub mod visitor;

pub use chromium::{Chromium, Gpu};
pub use page::Page;
