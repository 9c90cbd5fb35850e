//! Getting data sets from PhysioNet: what is there is checked, what is cut is taken up where it ended.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

/// The release that the tasks' counts are of.
pub const PTB_XL: &str = "https://physionet.org/files/ptb-xl/1.0.3/";

/// The release of the PhysioNet/CinC Challenge 2021 that the task's counts are of.
pub const CINC2021: &str = "https://physionet.org/files/challenge-2021/1.0.3/";

/// The list of checksums beside the files.
const SUMS: &str = "SHA256SUMS.txt";

/// Why a file could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The server or the way to it.
    #[error("{url}: {message}; the same command goes on where this one ended")]
    Server {
        /// What was asked for.
        url: String,
        /// What went wrong.
        message: String,
    },
    /// The file on the disk.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The list of checksums makes no sense.
    #[error("{SUMS}, line {line}: expected a SHA-256 and a path below the folder, found {found:?}")]
    Sums {
        /// Line from 1.
        line: usize,
        /// What stands there.
        found: String,
    },
    /// A file is not what the list says, after it was fetched anew.
    #[error("{path}: SHA-256 {found}, expected {expected}; the server holds another file than its list says")]
    Checksum {
        /// The file.
        path: PathBuf,
        /// Its digest.
        found: String,
        /// The list's.
        expected: String,
    },
    /// It was asked to stop.
    #[error("stopped; the same command goes on where this one ended")]
    Stopped,
}

/// A file to fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Path below the base, with `/`.
    pub path: String,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

/// What fetching tells; called from several threads.
pub trait Watch: Sync {
    /// So many files are wanted.
    fn start(&self, files: usize);
    /// A file is whole and right; `fetched` is false when it was there already.
    fn done(&self, file: &str, fetched: bool);
    /// So many bytes came.
    fn bytes(&self, count: u64);
}

/// Which files of the release are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Tables, licence and the 100 Hz signals.
    Hertz100,
    /// Everything, the 500 Hz signals too.
    Everything,
    /// What lies below a folder of the release, named with its last `/`, and the licence.
    Below(&'static str),
}

impl Scope {
    fn takes(self, path: &str) -> bool {
        match self {
            Scope::Hertz100 => !path.starts_with("records500/"),
            Scope::Everything => true,
            Scope::Below(folder) => path.starts_with(folder) || path == "LICENSE.txt",
        }
    }
}

/// Attempts at one file before it is an error.
const ATTEMPTS: u32 = 5;

/// Fetches a release into a folder with so many connections.
///
/// # Errors
/// The server fails again and again, a file is not what the list says, or `stop` was set.
pub fn fetch(
    base: &str,
    folder: &Path,
    scope: Scope,
    connections: usize,
    stop: &AtomicBool,
    watch: &dyn Watch,
) -> Result<usize, FetchError> {
    let base = if base.ends_with('/') { base.to_owned() } else { format!("{base}/") };
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_connect(Some(Duration::from_secs(30)))
        .timeout_recv_response(Some(Duration::from_mins(1)))
        .build()
        .into();
    let list = text(&agent, &format!("{base}{SUMS}"))?;
    let wanted: Vec<Wanted> = parse_sums(&list)?.into_iter().filter(|file| scope.takes(&file.path)).collect();
    watch.start(wanted.len());
    let count = wanted.len();
    let queue = Mutex::new(VecDeque::from(wanted));
    let failure: Mutex<Option<FetchError>> = Mutex::new(None);
    std::thread::scope(|threads| {
        for _ in 0..connections.max(1) {
            threads.spawn(|| {
                loop {
                    let failed = failure.lock().is_ok_and(|failure| failure.is_some());
                    let Some(file) = queue.lock().ok().and_then(|mut queue| queue.pop_front()) else { return };
                    if failed || stop.load(Ordering::Relaxed) {
                        return;
                    }
                    match one(&agent, &base, folder, &file, stop, watch) {
                        Ok(fetched) => watch.done(&file.path, fetched),
                        Err(error) => {
                            if let Ok(mut failure) = failure.lock() {
                                failure.get_or_insert(error);
                            }
                            return;
                        }
                    }
                }
            });
        }
    });
    match failure.into_inner() {
        Ok(Some(error)) => Err(error),
        _ if stop.load(Ordering::Relaxed) => Err(FetchError::Stopped),
        _ => Ok(count),
    }
}

/// Reads lines of `digest  path`.
fn parse_sums(text: &str) -> Result<Vec<Wanted>, FetchError> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| {
            let wrong = || FetchError::Sums { line: number + 1, found: line.to_owned() };
            let (digest, path) = line.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
            let path = path.trim_start().trim_start_matches('*').trim_start_matches("./");
            let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
            let hexadecimal = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !inside || !hexadecimal || path.is_empty() || path.contains('\\') {
                return Err(wrong());
            }
            Ok(Wanted { path: path.to_owned(), sha256: digest.to_ascii_lowercase() })
        })
        .collect()
}

fn text(agent: &ureq::Agent, url: &str) -> Result<String, FetchError> {
    let wrong = |message: String| FetchError::Server { url: url.to_owned(), message };
    let mut tries = 0;
    loop {
        tries += 1;
        let answer = agent
            .get(url)
            .call()
            .and_then(|mut answer| answer.body_mut().with_config().limit(64 * 1024 * 1024).read_to_string());
        match answer {
            Ok(text) => return Ok(text),
            Err(error) if tries == ATTEMPTS || is_final(&error) => return Err(wrong(error.to_string())),
            Err(_) => std::thread::sleep(pause(tries)),
        }
    }
}

/// Longer from try to try.
fn pause(tries: u32) -> Duration {
    Duration::from_millis(200 * 2_u64.pow(tries.min(6)))
}

/// An answer that another try will not change.
fn is_final(error: &ureq::Error) -> bool {
    matches!(error, ureq::Error::StatusCode(code) if (400..500).contains(code) && *code != 429 && *code != 408)
}

/// One file: true when something was fetched, false when it was there and right.
fn one(
    agent: &ureq::Agent,
    base: &str,
    folder: &Path,
    file: &Wanted,
    stop: &AtomicBool,
    watch: &dyn Watch,
) -> Result<bool, FetchError> {
    let path = folder.join(&file.path);
    let wrong = |path: &Path, source| FetchError::File { path: path.to_owned(), source };
    if path.exists() && digest(&path).map_err(|source| wrong(&path, source))? == file.sha256 {
        return Ok(false);
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(|source| wrong(parent, source))?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let url = format!("{base}{}", file.path.replace(' ', "%20"));
    let mut tries = 0;
    let mut anew = false;
    loop {
        tries += 1;
        match append(agent, &url, &part, stop, watch) {
            Ok(()) => {
                let found = digest(&part).map_err(|source| wrong(&part, source))?;
                if found == file.sha256 {
                    std::fs::rename(&part, &path).map_err(|source| wrong(&path, source))?;
                    return Ok(true);
                }
                std::fs::remove_file(&part).map_err(|source| wrong(&part, source))?;
                // A part of an older release may have been there; once from the start, then it is an error.
                if anew {
                    return Err(FetchError::Checksum { path, found, expected: file.sha256.clone() });
                }
                anew = true;
            }
            Err(Step::Stopped) => return Err(FetchError::Stopped),
            Err(Step::File(source)) => return Err(wrong(&part, source)),
            Err(Step::Server(error)) if tries >= ATTEMPTS || is_final(&error) => {
                return Err(FetchError::Server { url, message: error.to_string() });
            }
            Err(Step::Cut(message)) if tries >= ATTEMPTS => return Err(FetchError::Server { url, message }),
            Err(_) => std::thread::sleep(pause(tries)),
        }
    }
}

/// How one request ended before its file was whole.
enum Step {
    Stopped,
    File(std::io::Error),
    Server(ureq::Error),
    Cut(String),
}

/// Asks for what is missing of a part and appends it.
fn append(agent: &ureq::Agent, url: &str, part: &Path, stop: &AtomicBool, watch: &dyn Watch) -> Result<(), Step> {
    let have = std::fs::metadata(part).map_or(0, |meta| meta.len());
    let mut request = agent.get(url);
    if have > 0 {
        request = request.header("Range", format!("bytes={have}-"));
    }
    let mut answer = match request.call() {
        Ok(answer) => answer,
        // The part is already whole: nothing lies behind it.
        Err(ureq::Error::StatusCode(416)) if have > 0 => return Ok(()),
        Err(error) => return Err(Step::Server(error)),
    };
    // A server that does not know ranges sends everything again.
    let append = answer.status().as_u16() == 206;
    let mut file =
        OpenOptions::new().create(true).write(true).append(append).truncate(!append).open(part).map_err(Step::File)?;
    let mut reader = answer.body_mut().as_reader();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(Step::Stopped);
        }
        match reader.read(&mut buffer) {
            Ok(0) => return file.sync_all().map_err(Step::File),
            Ok(count) => {
                file.write_all(&buffer[..count]).map_err(Step::File)?;
                watch.bytes(count as u64);
            }
            Err(error) => return Err(Step::Cut(error.to_string())),
        }
    }
}

/// SHA-256 of a file in lower-case hexadecimal.
fn digest(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            count => hasher.update(&buffer[..count]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_points_outside_the_folder_is_refused() {
        let digest = "a".repeat(64);
        let good = parse_sums(&format!("{digest} records100/00000/00001_lr.dat\n{digest} *x.csv\n")).unwrap();
        assert_eq!(good[1], Wanted { path: "x.csv".into(), sha256: digest.clone() });
        for path in ["../x", "/etc/x", "a/../../x", "a\\x"] {
            assert!(parse_sums(&format!("{digest} {path}")).is_err(), "{path}");
        }
        assert!(parse_sums("abc x").is_err());
    }
}
