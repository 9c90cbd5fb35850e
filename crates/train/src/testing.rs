//! What several unit tests need.

use std::path::{Path, PathBuf};

/// A file of the data that lies beside the checkout, where it does.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    path.exists().then_some(path)
}
