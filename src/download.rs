//! Fetches the page's own files, with progress by bytes and a check of SHA-256.

use js_sys::{ArrayBuffer, Object, Reflect, Uint8Array};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, ReadableStreamDefaultReader, RequestInit, Response};

use crate::browser::{absolute, is_abort, say, window};

/// What a file should be.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Size (bytes); 0 where it is not known.
    pub bytes: f64,
    /// SHA-256 in hexadecimal; empty where it is not known.
    pub sha256: String,
}

/// Why a file did not come.
#[derive(Clone, Debug)]
pub enum Error {
    /// The visitor cancelled.
    Cancelled,
    /// In words.
    Failed(String),
}

async fn response(path: &str, signal: Option<&AbortSignal>) -> Result<Response, Error> {
    let init = RequestInit::new();
    init.set_signal(signal);
    let failed = |error: JsValue| {
        if is_abort(&error) {
            Error::Cancelled
        } else {
            Error::Failed(format!("{path} could not be fetched: {}", say(&error)))
        }
    };
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(&absolute(path), &init))
        .await
        .and_then(JsCast::dyn_into)
        .map_err(failed)?;
    if response.ok() {
        Ok(response)
    } else {
        Err(Error::Failed(format!("{path} could not be fetched: the server answered {}", response.status())))
    }
}

/// A file's bytes; `progress` hears of bytes done and in all.
pub async fn bytes(
    path: &str,
    expected: &Expected,
    signal: Option<&AbortSignal>,
    progress: impl Fn(f64, f64),
) -> Result<Vec<u8>, Error> {
    let response = response(path, signal).await?;
    let failed = |error: JsValue| {
        if is_abort(&error) { Error::Cancelled } else { Error::Failed(format!("{path} broke off: {}", say(&error))) }
    };
    let mut bytes: Vec<u8> = Vec::new();
    if let Some(body) = response.body() {
        let reader: ReadableStreamDefaultReader = body
            .get_reader()
            .dyn_into()
            .map_err(|_| Error::Failed(format!("{path} cannot be read as a stream by this browser")))?;
        loop {
            let part = JsFuture::from(reader.read()).await.map_err(failed)?;
            if Reflect::get(&part, &"done".into()).is_ok_and(|done| done.is_truthy()) {
                break;
            }
            let part: Uint8Array = Reflect::get(&part, &"value".into()).and_then(JsCast::dyn_into).map_err(failed)?;
            let start = bytes.len();
            bytes.resize(start + part.length() as usize, 0);
            if let Some(room) = bytes.get_mut(start..) {
                part.copy_to(room);
            }
            progress(bytes.len() as f64, expected.bytes);
        }
    }
    if expected.bytes > 0.0 && bytes.len() as f64 != expected.bytes {
        return Err(Error::Failed(format!("{path} has {} bytes, expected {}", bytes.len(), expected.bytes)));
    }
    if !expected.sha256.is_empty() {
        // Without https or localhost a browser offers no SHA-256; the bytes are from the page's own server all the same.
        let found =
            if window().is_secure_context() { Some(sha256(&bytes).await.map_err(Error::Failed)?) } else { None };
        if let Some(found) = found.filter(|found| !found.eq_ignore_ascii_case(&expected.sha256)) {
            return Err(Error::Failed(format!(
                "{path} is not the file that was published: SHA-256 {found}, expected {}. Reload the page.",
                expected.sha256
            )));
        }
    }
    Ok(bytes)
}

/// A JSON file.
pub async fn json<T: DeserializeOwned>(path: &str) -> Result<T, String> {
    let bytes = bytes(path, &Expected::default(), None, |_, _| ()).await.map_err(|error| match error {
        Error::Cancelled => format!("{path} was cancelled"),
        Error::Failed(message) => message,
    })?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{path} is not what the page expects: {error}"))
}

async fn sha256(bytes: &[u8]) -> Result<String, String> {
    let missing = || "this browser offers no SHA-256, by which files are checked".to_owned();
    let subtle = window().crypto().map_err(|_| missing())?.subtle();
    let data: Object = Uint8Array::from(bytes).into();
    let promise = subtle.digest_with_str_and_buffer_source("SHA-256", &data).map_err(|_| missing())?;
    let digest: ArrayBuffer = JsFuture::from(promise).await.map_err(|error| say(&error))?.unchecked_into();
    Ok(Uint8Array::new(&digest).to_vec().iter().map(|byte| format!("{byte:02x}")).collect())
}
