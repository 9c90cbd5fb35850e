//! A page as a visitor and an observer have it: drop, click, look, and see every request.

use crate::connection::{Connection, Event};
use anyhow::{Context, Result, bail};
use base64::Engine;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// A request as the network saw it leave.
#[derive(Clone, Debug)]
pub struct Request {
    /// `page`, `worker` or `service_worker`.
    pub from: String,
    /// The method, such as `GET`.
    pub method: String,
    /// The whole address.
    pub url: String,
}

/// An open page.
pub struct Page<'a> {
    connection: &'a mut Connection,
    session: String,
}

impl<'a> Page<'a> {
    pub(crate) fn new(connection: &'a mut Connection, session: String) -> Self {
        Self { connection, session }
    }

    fn call(&mut self, method: &str, params: &Value) -> Result<Value> {
        let session = self.session.clone();
        self.connection.call(&session, method, params)
    }

    /// Goes to an address.
    pub fn go(&mut self, address: &str) -> Result<()> {
        let answer = self.call("Page.navigate", &json!({ "url": address }))?;
        if let Some(reason) = answer["errorText"].as_str() {
            bail!("{address}: {reason}");
        }
        self.loaded()
    }

    /// Loads the page again.
    pub fn reload(&mut self) -> Result<()> {
        self.evaluate("window.staleMark = true")?;
        self.call("Page.reload", &json!({}))?;
        self.wait("the reload", "!window.staleMark", 30)?;
        self.loaded()
    }

    /// A script that runs in every document from now on before the page's own.
    pub fn before_load(&mut self, script: &str) -> Result<()> {
        self.call("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": script })).map(drop)
    }

    fn loaded(&mut self) -> Result<()> {
        self.wait("the page's load", "document.readyState === 'complete'", 60).map(drop)
    }

    /// The value of an expression, promises awaited.
    pub fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let answer = self.call(
            "Runtime.evaluate",
            &json!({ "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true }),
        )?;
        if let Some(details) = answer.get("exceptionDetails") {
            let said =
                details["exception"]["description"].as_str().or(details["text"].as_str()).unwrap_or("an exception");
            bail!("{said}\nin: {expression}");
        }
        Ok(answer["result"]["value"].clone())
    }

    /// Waits until an expression is true, asking ten times a second; its value.
    pub fn wait(&mut self, what: &str, expression: &str, seconds: u64) -> Result<Value> {
        let start = Instant::now();
        let mut last = String::new();
        while start.elapsed() < Duration::from_secs(seconds) {
            match self.evaluate(&format!("(async () => ({expression}))()")) {
                Ok(value)
                    if !matches!(value, Value::Null | Value::Bool(false))
                        && value != json!("")
                        && value != json!(0) =>
                {
                    return Ok(value);
                }
                Ok(_) => {}
                // While a page is being replaced there is nothing to ask.
                Err(reason) => last = format!(" ({reason:#})"),
            }
            self.connection.listen(Duration::from_millis(100))?;
        }
        // What stands in a closed popover, such as why there is no GPU, is asked for apart.
        let all = "`${document.querySelector('[data-testid=engine-badge]')?.textContent ?? ''}\n${document.body?.innerText ?? ''}`";
        let text = self.evaluate(all).unwrap_or_default();
        let text: String = text.as_str().unwrap_or_default().chars().take(1500).collect();
        bail!("{what}: not within {seconds} s{last}\nerrors: {:?}\nthe page says:\n{text}", self.errors())
    }

    /// Lets events come in for a while.
    pub fn listen(&mut self, time: Duration) -> Result<()> {
        self.connection.listen(time)
    }

    /// Drops files in the middle of an element, as a hand would.
    pub fn drop_files(&mut self, selector: &str, files: &[&Path]) -> Result<()> {
        let place = self.evaluate(&format!(
            "(() => {{ const box = document.querySelector({selector:?}).getBoundingClientRect(); return [box.left + box.width / 2, Math.min(box.top + box.height / 2, innerHeight - 2)]; }})()"
        ))?;
        let paths: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        for file in files {
            if !file.exists() {
                bail!("{}: no such file to drop", file.display());
            }
        }
        for kind in ["dragEnter", "dragOver", "drop"] {
            self.call(
                "Input.dispatchDragEvent",
                &json!({ "type": kind, "x": place[0], "y": place[1], "data": { "items": [], "files": paths, "dragOperationsMask": 1 } }),
            )
            .with_context(|| format!("dropping on {selector}"))?;
        }
        Ok(())
    }

    /// Chooses files in a file input.
    pub fn choose_files(&mut self, selector: &str, files: &[&Path]) -> Result<()> {
        let document = self.call("DOM.getDocument", &json!({}))?;
        let node =
            self.call("DOM.querySelector", &json!({ "nodeId": document["root"]["nodeId"], "selector": selector }))?;
        let paths: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        self.call("DOM.setFileInputFiles", &json!({ "nodeId": node["nodeId"], "files": paths })).map(drop)
    }

    /// Clicks an element.
    pub fn click(&mut self, selector: &str) -> Result<()> {
        self.evaluate(&format!("document.querySelector({selector:?}).click()")).map(drop)
    }

    /// Chooses an entry of a `<select>` by its value.
    pub fn select(&mut self, selector: &str, value: &str) -> Result<()> {
        self.evaluate(&format!(
            "(() => {{ const list = document.querySelector({selector:?}); list.value = {value:?}; if (list.value !== {value:?}) throw new Error('no entry ' + {value:?} + ' among ' + [...list.options].map((o) => o.value)); list.dispatchEvent(new Event('input', {{bubbles: true}})); list.dispatchEvent(new Event('change', {{bubbles: true}})); }})()"
        ))
        .map(drop)
    }

    /// The size of the window in CSS pixels, its pixel density, and which colour scheme the system asks for.
    pub fn look(&mut self, width: u32, height: u32, density: f64, dark: bool) -> Result<()> {
        self.call(
            "Emulation.setDeviceMetricsOverride",
            &json!({ "width": width, "height": height, "deviceScaleFactor": density, "mobile": false }),
        )?;
        let scheme = if dark { "dark" } else { "light" };
        self.call(
            "Emulation.setEmulatedMedia",
            &json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
        )
        .map(drop)
    }

    /// A picture of what is seen, as PNG.
    pub fn screenshot(&mut self) -> Result<Vec<u8>> {
        let answer = self.call("Page.captureScreenshot", &json!({ "format": "png" }))?;
        base64::engine::general_purpose::STANDARD
            .decode(answer["data"].as_str().unwrap_or_default())
            .context("the screenshot is not base64")
    }

    /// Cuts or restores the network for the page and all workers.
    pub fn set_offline(&mut self, offline: bool) -> Result<()> {
        self.connection.set_offline(offline)
    }

    fn workers(&self) -> Vec<String> {
        let targets = self.connection.targets.iter().filter(|(_, target)| target.kind == "worker");
        targets.map(|(session, _)| session.clone()).collect()
    }

    /// Ends every dedicated worker as a crash would.
    pub fn kill_workers(&mut self) -> Result<usize> {
        let workers = self.workers();
        for session in &workers {
            // An error that nobody catches; terminating from outside is not something that a page can see.
            let crash = json!({ "expression": "setTimeout(() => { throw new Error('killed by a test'); }, 0)" });
            self.connection.call(session, "Runtime.evaluate", &crash)?;
        }
        Ok(workers.len())
    }

    /// The value of an expression in every dedicated worker; what a worker that ends over it says is left out.
    pub fn in_workers(&mut self, expression: &str) -> Result<Vec<Value>> {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let workers = self.workers();
        Ok(workers
            .iter()
            .filter_map(|session| self.connection.call(session, "Runtime.evaluate", &params).ok())
            .map(|answer| answer["result"]["value"].clone())
            .collect())
    }

    /// Crashes the process of the browser that speaks to the GPU, as a driver's fault does.
    pub fn crash_gpu(&mut self) -> Result<()> {
        self.connection.call("", "Browser.crashGpuProcess", &json!({})).map(drop)
    }

    /// Presses a key on what has the focus, such as `?` or `Escape`; `control` holds the control key down.
    pub fn press(&mut self, key: &str, control: bool) -> Result<()> {
        let code = match key {
            "Escape" => 27,
            "Tab" => 9,
            "Enter" => 13,
            _ => key.to_uppercase().bytes().next().map_or(0, u32::from),
        };
        let text = if key.chars().count() == 1 && !control { key } else { "" };
        let modifiers = if control { 2 } else { 0 };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            self.call(
                "Input.dispatchKeyEvent",
                &json!({ "type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code, "modifiers": modifiers }),
            )?;
        }
        Ok(())
    }

    /// Files that the page saves go into a folder, without a question.
    pub fn save_into(&mut self, folder: &Path) -> Result<()> {
        let params = json!({ "behavior": "allow", "downloadPath": folder.display().to_string() });
        self.connection.call("", "Browser.setDownloadBehavior", &params).map(drop)
    }

    /// The page may use the clipboard.
    pub fn allow_clipboard(&mut self) -> Result<()> {
        let permissions = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        self.connection.call("", "Browser.grantPermissions", &permissions)?;
        self.call("Page.bringToFront", &json!({}))?;
        self.call("Emulation.setFocusEmulationEnabled", &json!({ "enabled": true })).map(drop)
    }

    /// What the print command makes, as PDF, at the size that the page asks for.
    pub fn pdf(&mut self) -> Result<Vec<u8>> {
        let answer = self.call("Page.printToPDF", &json!({ "preferCSSPageSize": true, "printBackground": true }))?;
        base64::engine::general_purpose::STANDARD
            .decode(answer["data"].as_str().unwrap_or_default())
            .context("the print is not base64")
    }

    /// Lays the page out as for print, or as for the screen again.
    pub fn as_print(&mut self, print: bool) -> Result<()> {
        let media = if print { "print" } else { "" };
        self.call("Emulation.setEmulatedMedia", &json!({ "media": media })).map(drop)
    }

    /// Forgets requests and errors so far.
    pub fn forget(&mut self) {
        self.connection.events.clear();
    }

    /// Every request of the page, its workers and its service worker since the last [`Page::forget`].
    pub fn requests(&self) -> Vec<Request> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.events("Network.requestWillBeSent")
            .map(|event| Request {
                from: self
                    .connection
                    .targets
                    .get(&event.session)
                    .map_or_else(|| "ended".to_owned(), |target| target.kind.clone()),
                method: text(&event.params["request"]["method"]),
                url: text(&event.params["request"]["url"]),
            })
            .collect()
    }

    /// Uncaught exceptions, console errors and what the browser itself reports as errors (refused by policy, failed loads).
    pub fn errors(&self) -> Vec<String> {
        let mut errors = Vec::new();
        for event in self.events("Runtime.exceptionThrown") {
            let details = &event.params["exceptionDetails"];
            errors.push(
                details["exception"]["description"]
                    .as_str()
                    .or(details["text"].as_str())
                    .unwrap_or("exception")
                    .to_owned(),
            );
        }
        for event in self.events("Runtime.consoleAPICalled").filter(|event| event.params["type"] == "error") {
            errors.push(format!("console: {}", event.params["args"]));
        }
        for event in self.events("Log.entryAdded").filter(|event| event.params["entry"]["level"] == "error") {
            let entry = &event.params["entry"];
            errors.push(format!("{}: {} {}", entry["source"], entry["text"], entry["url"]));
        }
        errors
    }

    fn events(&self, method: &'static str) -> impl Iterator<Item = &Event> {
        self.connection.events.iter().filter(move |event| event.method == method)
    }
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        let target = self.connection.targets.get(&self.session).map(|target| target.id.clone());
        let _ = self.connection.set_offline(false);
        if let Some(id) = target {
            let _ = self.connection.call("", "Target.closeTarget", &json!({ "targetId": id }));
        }
    }
}
