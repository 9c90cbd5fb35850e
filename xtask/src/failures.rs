//! What the output of `cargo test` says of tests that failed, so that it can be said again at the end: thousands of lines
//! follow, and a log is often seen by its end alone.

/// Lines of one test that are said again.
const LINES: usize = 12;

/// Takes the output line by line.
#[derive(Default)]
pub struct Failures {
    /// The test whose output is being told.
    current: Option<Failure>,
    told: Vec<String>,
}

struct Failure {
    name: String,
    lines: Vec<String>,
    /// After its own words comes a backtrace, which is too long to be said twice.
    is_over: bool,
}

impl Failures {
    /// The next line.
    pub fn line(&mut self, line: &str) {
        let name = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----"));
        if let Some(name) = name {
            self.end();
            self.current = Some(Failure { name: name.to_owned(), lines: Vec::new(), is_over: false });
        } else if line == "failures:" || line.starts_with("test result: ") {
            self.end();
        } else if let Some(failure) = &mut self.current {
            failure.is_over |= line == "stack backtrace:" || line.starts_with("note: run with `RUST_BACKTRACE");
            if !failure.is_over && !line.trim().is_empty() {
                failure.lines.push(line.to_owned());
            }
        }
    }

    fn end(&mut self) {
        let Some(failure) = self.current.take() else { return };
        // What went wrong stands last: before it is what the test printed.
        let first = failure.lines.len().saturating_sub(LINES);
        let said = failure.lines.get(first..).unwrap_or_default();
        self.told.push(std::iter::once(&failure.name).chain(said).cloned().collect::<Vec<_>>().join("\n    "));
    }

    /// Each failed test with what it said.
    pub fn told(mut self) -> Vec<String> {
        self.end();
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(output: &str) -> Vec<String> {
        let mut failures = Failures::default();
        output.lines().for_each(|line| failures.line(line));
        failures.told()
    }

    #[test]
    fn a_failed_test_is_told_with_its_own_words_and_without_its_backtrace() {
        let output = "test a::b ... ok\ntest a::c ... FAILED\n\nfailures:\n\n---- a::c stdout ----\nread 3 files\n\nthread 'a::c' panicked at src/a.rs:1:2:\nleft: 1\nstack backtrace:\n   0: one\n\n---- a::d stdout ----\nthread 'a::d' panicked\nnote: run with `RUST_BACKTRACE=1`\n\nfailures:\n    a::c\n    a::d\n\ntest result: FAILED. 1 passed; 2 failed";
        let first = "a::c\n    read 3 files\n    thread 'a::c' panicked at src/a.rs:1:2:\n    left: 1";
        assert_eq!(told(output), [first, "a::d\n    thread 'a::d' panicked"]);
        assert!(told("test a ... ok\n\ntest result: ok. 1 passed; 0 failed").is_empty());
    }

    #[test]
    fn much_that_a_test_printed_does_not_hide_how_it_ended() {
        let printed: String = (0..100).map(|line| format!("line {line}\n")).collect();
        let told = told(&format!("---- a stdout ----\n{printed}the end\n"));
        assert!(told[0].ends_with("    line 99\n    the end") && told[0].lines().count() == LINES + 1, "{told:?}");
    }
}
