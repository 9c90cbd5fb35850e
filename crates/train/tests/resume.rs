//! A run that is killed and resumed gives the very model of one that was not.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Three epochs over a few simulated recordings.
fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_train-native"));
    command
        .args(["train", "--recipe", "demo", "--simulated", "10", "--epochs", "3", "--batch", "24", "--device", "cpu"])
        .arg("--run")
        .arg(folder.join("run"))
        .arg("--out")
        .arg(folder.join("model"))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn wait_for(condition: impl Fn() -> bool, child: &mut Child) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_mins(10), "waited too long");
        assert!(child.try_wait().unwrap().is_none(), "ended before it could be killed");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_run_killed_twice_and_resumed_gives_the_same_bytes() {
    let folders = tempfile::tempdir().unwrap();
    let (whole, broken) = (folders.path().join("whole"), folders.path().join("broken"));
    assert!(command(&whole).status().unwrap().success());

    // Killed within the first epoch, before there is a checkpoint, ...
    let mut child = command(&broken).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!broken.join("model/card.json").exists());
    // ... then as soon as there is one, ...
    let mut child = command(&broken).arg("--resume").spawn().unwrap();
    let checkpoint = broken.join("run/checkpoint.safetensors");
    wait_for(|| checkpoint.exists(), &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!broken.join("model/card.json").exists(), "killed before the end");
    // ... then left alone.
    assert!(command(&broken).arg("--resume").status().unwrap().success());

    for file in ["weights.safetensors", "card.json", "README.md"] {
        let read = |folder: &Path| std::fs::read(folder.join("model").join(file)).unwrap();
        assert!(read(&whole) == read(&broken), "{file} differs");
    }
}

#[test]
fn a_checkpoint_of_another_run_is_not_taken_up() {
    let folders = tempfile::tempdir().unwrap();
    let folder = folders.path();
    assert!(
        command(folder).args(["--epochs", "1"]).status().is_ok_and(|status| !status.success()),
        "epochs given twice"
    );
    let short = |seed: &str, resume: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_train-native"));
        command
            .args(["train", "--recipe", "demo", "--simulated", "10", "--epochs", "1", "--batch", "48", "--seed", seed])
            .args(["--device", "cpu", "--run"])
            .arg(folder.join("run"))
            .arg("--out")
            .arg(folder.join("model"));
        if resume {
            command.arg("--resume");
        }
        command.output().unwrap()
    };
    assert!(short("1", false).status.success());
    let refused = short("2", true);
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success());
    assert!(message.contains("belongs to a run with other settings"), "{message}");
}
