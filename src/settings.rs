//! What the page remembers between visits; a browser that forbids storage only forgets.

use web_sys::Storage;

const PREFIX: &str = "einthoven.";

fn storage() -> Option<Storage> {
    crate::browser::window().local_storage().ok().flatten()
}

/// A remembered value.
pub fn get(key: &str) -> Option<String> {
    storage()?.get_item(&format!("{PREFIX}{key}")).ok().flatten()
}

/// A remembered number.
pub fn number(key: &str) -> Option<f64> {
    get(key)?.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Remembers a value.
pub fn set(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&format!("{PREFIX}{key}"), value);
    }
}
