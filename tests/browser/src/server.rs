//! A static server for the page's folder, which keeps a list of every request that reaches it.

use anyhow::{Result, anyhow};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tiny_http::{Method, Request, Server};

/// Headers of every answer; the same as in `web/_headers`.
const HEADERS: &str = include_str!("../../../web/_headers");
/// A browser opens several connections, and a slow download must not hold up the others.
const THREADS: usize = 6;

/// A running server; it ends when dropped.
pub struct Site {
    server: Arc<Server>,
    port: u16,
    log: Arc<Mutex<Vec<String>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Site {
    /// Serves a folder on the loopback address; port 0 takes a free one.
    pub fn serve(folder: &Path, port: u16) -> Result<Self> {
        let server = Arc::new(
            Server::http(("127.0.0.1", port))
                .map_err(|reason| anyhow!("cannot listen on port {port}: {reason}; name another with --port"))?,
        );
        let port = server.server_addr().to_ip().map_or(port, |address| address.port());
        let log = Arc::new(Mutex::new(Vec::new()));
        let threads = (0..THREADS)
            .map(|_| {
                let (server, log, folder) = (Arc::clone(&server), Arc::clone(&log), folder.to_path_buf());
                std::thread::spawn(move || {
                    while let Ok(request) = server.recv() {
                        log.lock().unwrap_or_else(PoisonError::into_inner).push(format!(
                            "{} {}",
                            request.method(),
                            request.url()
                        ));
                        // The visitor who went away is no fault of ours.
                        let _ = answer(request, &folder);
                    }
                })
            })
            .collect();
        Ok(Self { server, port, log, threads })
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The page's address. By name: browsers count `localhost` as secure, which WebGPU and service workers need.
    pub fn address(&self) -> String {
        format!("http://localhost:{}/", self.port)
    }

    /// Every request so far, as `GET /path`.
    pub fn requests(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for _ in &self.threads {
            self.server.unblock();
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn answer(request: Request, folder: &Path) -> std::io::Result<()> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return send(request, "405 Method Not Allowed", &[], b"only GET is answered");
    }
    let Some(bytes) = place(folder, request.url()).and_then(|path| std::fs::read(path).ok()) else {
        return send(request, "404 Not Found", &[], b"not found");
    };
    let tag = Sha256::digest(&bytes).iter().take(16).fold(String::from("\""), |mut tag, byte| {
        let _ = write!(tag, "{byte:02x}");
        tag
    }) + "\"";
    let known =
        request.headers().iter().any(|header| header.field.equiv("If-None-Match") && header.value.as_str() == tag);
    let rules = HEADERS.lines().filter(|line| line.starts_with("  ")).filter_map(|line| line.trim().split_once(": "));
    let kind = content_type(request.url());
    let headers: Vec<_> = rules.chain([("Content-Type", kind), ("ETag", tag.as_str())]).collect();
    if known { send(request, "304 Not Modified", &headers, &[]) } else { send(request, "200 OK", &headers, &bytes) }
}

/// Writes an answer after which the connection ends.
///
/// The library's pool can leave a new connection waiting until one of the open ones ends, and a browser keeps its
/// connections open for minutes. (Read in its source. A page that would not load was seen once, and not again in 30
/// tries, so that this was its cause is likely, not proven.) Its own way to answer cannot ask for an end, so the answer
/// is written out here.
fn send(request: Request, status: &str, headers: &[(&str, &str)], body: &[u8]) -> std::io::Result<()> {
    let head = *request.method() == Method::Head;
    let mut answer = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
    if !status.starts_with("304") {
        let _ = write!(answer, "Content-Length: {}\r\n", body.len());
    }
    for (name, value) in headers {
        let _ = write!(answer, "{name}: {value}\r\n");
    }
    answer.push_str("\r\n");
    let mut writer = request.into_writer();
    writer.write_all(answer.as_bytes())?;
    if !head {
        writer.write_all(body)?;
    }
    writer.flush()
}

/// The file of an address; `None` for everything that would lead out of the folder.
fn place(folder: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.trim_start_matches('/');
    let path = decode(if path.is_empty() { "index.html" } else { path })?;
    Path::new(&path).components().all(|part| matches!(part, Component::Normal(_))).then(|| folder.join(path))
}

fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn content_type(url: &str) -> &'static str {
    match url.split(['?', '#']).next().and_then(|path| path.rsplit_once('.')).map_or("html", |(_, extension)| extension)
    {
        "html" | "/" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "csv" | "hea" | "md" | "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_leads_out_of_the_folder() {
        let folder = Path::new("site");
        assert_eq!(place(folder, "/"), Some(folder.join("index.html")));
        assert_eq!(place(folder, "/web/style.css?v=1"), Some(folder.join("web/style.css")));
        for bad in ["/../secret", "/%2e%2e/secret", "//etc/passwd/../..", "/a/%00%ff"] {
            assert!(
                place(folder, bad)
                    .is_none_or(|path| path.starts_with(folder) && !path.display().to_string().contains("..")),
                "{bad}"
            );
        }
    }

    #[test]
    fn wasm_has_the_type_that_streaming_compilation_asks_for() {
        assert_eq!(content_type("/engines/engine_cpu_bg.wasm"), "application/wasm");
    }
}
