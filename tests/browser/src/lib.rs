//! The page in a real browser: Chromium, driven over its own protocol without any driver program.
//!
//! [`server::Site`] serves the built folder and keeps a list of all requests.
#![forbid(unsafe_code)]

pub mod server;
