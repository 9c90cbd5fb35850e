//! What is dropped stays on the machine.

use super::Suite;
use super::fixtures::Recording;
use super::open::paths;
use super::visit::Visit;
use crate::server::Site;
use crate::visitor::{self, Answering};
use crate::{Chromium, Gpu};
use anyhow::{Result, ensure};
use std::time::Duration;

pub(super) fn no_request_after_a_drop(suite: &Suite) -> Result<()> {
    let site = Site::serve(&suite.site, 0)?;
    let mut browser = Chromium::start(Gpu::Off)?;
    let mut page = browser.page(&site.address())?;
    visitor::engine_ready(&mut page, Answering::Cpu)?;
    visitor::settled(&mut page)?;
    let everything = page.requests();
    for kind in ["page", "worker", "service_worker"] {
        ensure!(
            everything.iter().any(|request| request.from == kind),
            "no request of a {kind} was recorded, so the check would be blind"
        );
    }
    let elsewhere: Vec<_> = everything
        .iter()
        .filter(|request| on_the_network(&request.url) && !request.url.starts_with(&site.address()))
        .collect();
    ensure!(elsewhere.is_empty(), "the page asked other servers: {elsewhere:?}");

    page.forget();
    let reached = site.requests().len();
    let recording = Recording::of(suite);
    visitor::drop_and_classify(&mut page, &paths(&recording.wfdb()), Answering::Cpu)?;
    visitor::drop_and_classify(&mut page, &paths(&recording.csv()), Answering::Cpu)?;
    page.listen(Duration::from_secs(3))?;
    let sent: Vec<_> = page.requests().into_iter().filter(|request| on_the_network(&request.url)).collect();
    ensure!(sent.is_empty(), "requests after the drop: {sent:?}");
    let arrived = site.requests();
    ensure!(arrived.len() == reached, "the server was asked after the drop: {:?}", &arrived[reached..]);
    Ok(())
}

/// Neither a file in memory nor one of the browser's own windows.
fn on_the_network(url: &str) -> bool {
    !["blob:", "data:", "chrome:", "about:"].iter().any(|own| url.starts_with(own))
}

pub(super) fn policy(suite: &Suite) -> Result<()> {
    let mut visit = Visit::begin(suite, Gpu::Off)?;
    let page = &mut visit.open()?.0;
    let policy =
        page.evaluate("document.querySelector('meta[http-equiv=\"Content-Security-Policy\"]')?.content ?? ''")?;
    let policy = policy.as_str().unwrap_or_default();
    ensure!(
        policy.starts_with("default-src 'none'")
            && !policy.contains("unsafe-inline")
            && !policy.contains("'unsafe-eval'")
            && !policy.contains("http"),
        "the policy is {policy:?}"
    );
    visitor::engine_ready(page, Answering::Cpu)?;
    visitor::drop_and_classify(page, &paths(&Recording::of(suite).wfdb()), Answering::Cpu)?;
    page.listen(Duration::from_millis(500))?;
    ensure!(page.errors().is_empty(), "the page itself breaks a rule or fails: {:?}", page.errors());
    let blocked = page.evaluate(
        "(() => { const script = document.createElement('script'); script.textContent = 'window.intruder = true'; document.body.append(script); return window.intruder === undefined; })()",
    )?;
    ensure!(blocked == true, "an inline script ran");
    let refused = page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', (reason) => new Promise((done) => setTimeout(() => done(String(reason)), 200)))")?;
    let refused_by_policy = page.errors().iter().any(|error| error.contains("Content Security Policy"));
    ensure!(refused != "sent" && refused_by_policy, "another server could be asked: {refused}");
    Ok(())
}
