//! Fetching against a server on this machine.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use classify::weights::sha256;
use tiny_http::{Header, Response, Server, StatusCode};
use train::fetch::{FetchError, Scope, Watch, fetch};

/// A path and the range that was asked of it.
type Asked = (String, Option<String>);

/// A release of three files, and what was asked of the server.
struct Release {
    server: Arc<Server>,
    asked: Arc<Mutex<Vec<Asked>>>,
    base: String,
}

fn large() -> Vec<u8> {
    (0..300_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("LICENSE.txt", b"CC BY 4.0".to_vec()),
        ("records100/00000/00001_lr.dat", large()),
        ("records500/00000/00001_hr.dat", vec![7; 1000]),
    ]
}

impl Release {
    /// Serves the files with ranges; a wrong list names the digest of other bytes.
    fn start(wrong_list: bool) -> Release {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let base = format!("http://{}/ptb-xl/1.0.3", server.server_addr().to_ip().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (own, log) = (Arc::clone(&server), Arc::clone(&asked));
        std::thread::spawn(move || {
            for request in own.incoming_requests() {
                let range = request.headers().iter().find(|header| header.field.equiv("Range"));
                let range = range.map(|header| header.value.as_str().to_owned());
                let path = request.url().trim_start_matches("/ptb-xl/1.0.3/").to_owned();
                log.lock().unwrap().push((path.clone(), range.clone()));
                let body = if path == "SHA256SUMS.txt" {
                    files()
                        .iter()
                        .map(|(name, bytes)| format!("{} {name}\n", sha256(if wrong_list { b"x" } else { bytes })))
                        .collect::<String>()
                        .into_bytes()
                } else if let Some((_, bytes)) = files().into_iter().find(|(name, _)| *name == path) {
                    bytes
                } else {
                    let _ = request.respond(Response::empty(404));
                    continue;
                };
                let from =
                    range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
                let _ = match from {
                    Some(from) if from >= body.len() => request.respond(Response::empty(416)),
                    Some(from) => {
                        let head = format!("bytes {from}-{}/{}", body.len() - 1, body.len());
                        let header = Header::from_bytes("Content-Range", head).unwrap();
                        request.respond(
                            Response::from_data(&body[from..]).with_status_code(StatusCode(206)).with_header(header),
                        )
                    }
                    None => request.respond(Response::from_data(body)),
                };
            }
        });
        Release { server, asked, base }
    }

    fn ranges_of(&self, path: &str) -> Vec<Option<String>> {
        self.asked.lock().unwrap().iter().filter(|(own, _)| own == path).map(|(_, range)| range.clone()).collect()
    }
}

impl Drop for Release {
    fn drop(&mut self) {
        self.server.unblock();
    }
}

#[derive(Default)]
struct Count {
    fetched: AtomicUsize,
    there: AtomicUsize,
    bytes: AtomicU64,
}

impl Watch for Count {
    fn start(&self, _files: usize) {}
    fn done(&self, _file: &str, fetched: bool) {
        if fetched { &self.fetched } else { &self.there }.fetch_add(1, Ordering::Relaxed);
    }
    fn bytes(&self, count: u64) {
        self.bytes.fetch_add(count, Ordering::Relaxed);
    }
}

fn run(release: &Release, folder: &Path, scope: Scope) -> (Result<usize, FetchError>, Count) {
    let count = Count::default();
    let result = fetch(&release.base, folder, scope, 2, &AtomicBool::new(false), &count);
    (result, count)
}

#[test]
fn what_is_wanted_comes_once_and_what_is_there_stays() {
    let release = Release::start(false);
    let folder = tempfile::tempdir().unwrap();
    let (result, count) = run(&release, folder.path(), Scope::Hertz100);
    assert_eq!(result.unwrap(), 2);
    assert_eq!(count.fetched.into_inner(), 2);
    assert_eq!(std::fs::read(folder.path().join("records100/00000/00001_lr.dat")).unwrap(), large());
    assert!(!folder.path().join("records500").exists());
    let (result, count) = run(&release, folder.path(), Scope::Everything);
    assert_eq!(result.unwrap(), 3);
    assert_eq!((count.fetched.into_inner(), count.there.into_inner()), (1, 2));
}

#[test]
fn of_a_release_of_several_sets_one_is_taken_with_the_licence() {
    let release = Release::start(false);
    let folder = tempfile::tempdir().unwrap();
    let (result, _) = run(&release, folder.path(), Scope::Below("records500/"));
    assert_eq!(result.unwrap(), 2);
    assert!(folder.path().join("records500/00000/00001_hr.dat").exists() && folder.path().join("LICENSE.txt").exists());
    assert!(!folder.path().join("records100").exists());
}

#[test]
fn a_file_that_was_cut_is_taken_up_where_it_ended() {
    let release = Release::start(false);
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("records100/00000/00001_lr.dat.part");
    std::fs::create_dir_all(part.parent().unwrap()).unwrap();
    std::fs::write(&part, &large()[..123_456]).unwrap();
    let (result, count) = run(&release, folder.path(), Scope::Hertz100);
    result.unwrap();
    assert_eq!(release.ranges_of("records100/00000/00001_lr.dat"), [Some("bytes=123456-".to_owned())]);
    assert_eq!(count.bytes.into_inner(), 300_000 - 123_456 + 9);
    assert_eq!(std::fs::read(folder.path().join("records100/00000/00001_lr.dat")).unwrap(), large());
    assert!(!part.exists());
}

#[test]
fn a_part_of_something_else_is_thrown_away_and_fetched_anew() {
    let release = Release::start(false);
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("records100/00000/00001_lr.dat.part");
    std::fs::create_dir_all(part.parent().unwrap()).unwrap();
    std::fs::write(&part, vec![1; 1000]).unwrap();
    run(&release, folder.path(), Scope::Hertz100).0.unwrap();
    assert_eq!(release.ranges_of("records100/00000/00001_lr.dat"), [Some("bytes=1000-".to_owned()), None]);
    assert_eq!(std::fs::read(folder.path().join("records100/00000/00001_lr.dat")).unwrap(), large());
}

#[test]
fn a_file_that_is_not_what_the_list_says_is_an_error_and_does_not_stay() {
    let release = Release::start(true);
    let folder = tempfile::tempdir().unwrap();
    let message = run(&release, folder.path(), Scope::Hertz100).0.unwrap_err().to_string();
    assert!(message.contains("the server holds another file than its list says"), "{message}");
    assert!(!folder.path().join("LICENSE.txt").exists());
}
