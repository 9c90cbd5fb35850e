//! No code: see this package's manifest for what it is for.
#![forbid(unsafe_code)]
