//! Where things are: the clone, and the caches outside it that outlive a fresh clone.

use anyhow::{Context, Result};
use std::env;
use std::path::{Path, PathBuf};

/// The workspace's root folder: that of the clone that Cargo runs this for. Clones may share a target folder, and
/// Cargo then takes what was built in one for the other's.
pub fn root() -> PathBuf {
    let run_here = env::var_os("CARGO_PKG_NAME").is_some_and(|name| name == env!("CARGO_PKG_NAME"));
    let package = env::var_os("CARGO_MANIFEST_DIR").filter(|_| run_here).map(PathBuf::from);
    let package = package.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    package.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// `$EINTHOVEN_CACHE`, else `$XDG_CACHE_HOME/einthoven`, else `~/.cache/einthoven`; made when absent.
pub fn cache() -> Result<PathBuf> {
    let folder = match (env::var_os("EINTHOVEN_CACHE"), env::var_os("XDG_CACHE_HOME"), env::home_dir()) {
        (Some(own), _, _) => PathBuf::from(own),
        (None, Some(caches), _) => Path::new(&caches).join("einthoven"),
        (None, None, Some(home)) => home.join(".cache/einthoven"),
        (None, None, None) => root().join("target/cache"),
    };
    std::fs::create_dir_all(&folder).with_context(|| {
        format!(
            "cannot make the cache folder {}; set EINTHOVEN_CACHE to a folder that can be written",
            folder.display()
        )
    })?;
    Ok(folder)
}

/// The models that the page offers: `$EINTHOVEN_MODELS`, for trying models that are not shipped, else `models/`.
pub fn models() -> PathBuf {
    env::var_os("EINTHOVEN_MODELS").map_or_else(|| root().join("models"), PathBuf::from)
}

/// Cargo's target folder for everything that runs natively.
pub fn native_target() -> Result<PathBuf> {
    Ok(cache()?.join("native"))
}

/// Cargo's target folder for everything that runs in a browser: another compiler may build it.
pub fn wasm_target() -> Result<PathBuf> {
    Ok(cache()?.join("wasm"))
}
