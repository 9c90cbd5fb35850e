//! Writes the page's four simulated sample recordings: `cargo run -p einthoven --example simulated_samples`.

use std::path::Path;

use anyhow::Result;
use formats::wfdb::{self, StorageFormat};

fn main() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/samples");
    for (condition, simulated) in signal::simulate::samples() {
        let name = format!("simulated_{}", condition.code().to_lowercase());
        for (file, bytes) in wfdb::write(&simulated.recording, &name, StorageFormat::F16)? {
            println!("{file}: {} bytes, {}", bytes.len(), condition.name());
            std::fs::write(folder.join(file), bytes)?;
        }
    }
    Ok(())
}
