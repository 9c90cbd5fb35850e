//! One connection to Chromium's DevTools protocol: calls, their answers, and every event in between.

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Message, WebSocket};

/// No single call takes longer; what does (a classification) is polled for instead.
const PATIENCE: Duration = Duration::from_mins(2);

/// What kind of thing a session speaks to.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// `page`, `worker` or `service_worker`.
    pub(crate) kind: String,
    /// Chromium's name of it.
    pub(crate) id: String,
}

/// Something that Chromium told unasked.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) session: String,
    pub(crate) method: String,
    pub(crate) params: Value,
}

pub(crate) struct Connection {
    socket: WebSocket<TcpStream>,
    next: u64,
    answers: HashMap<u64, Value>,
    to_greet: VecDeque<(String, Target)>,
    /// Sessions that are open.
    pub(crate) targets: HashMap<String, Target>,
    /// All events so far.
    pub(crate) events: Vec<Event>,
    /// Every session is cut off from the network, those to come too.
    pub(crate) offline: bool,
}

impl Connection {
    /// Opens the address that Chromium printed.
    pub(crate) fn open(address: &str) -> Result<Self> {
        let host = address
            .strip_prefix("ws://")
            .and_then(|rest| rest.split('/').next())
            .context("Chromium's address is no ws:// address")?;
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        // The pixels of a printed page are larger than what the library takes from a stranger.
        let limits = WebSocketConfig::default().max_frame_size(None).max_message_size(None);
        let (socket, _) = tungstenite::client::client_with_config(address, stream, Some(limits))
            .map_err(|reason| anyhow!("{reason}"))?;
        socket.get_ref().set_read_timeout(Some(Duration::from_millis(20)))?;
        let mut connection = Self {
            socket,
            next: 0,
            answers: HashMap::new(),
            to_greet: VecDeque::new(),
            targets: HashMap::new(),
            events: Vec::new(),
            offline: false,
        };
        // Everything that starts waits until its network is being recorded: workers and the service worker too.
        connection.call(
            "",
            "Target.setAutoAttach",
            &json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true }),
        )?;
        Ok(connection)
    }

    /// Calls a method and waits for its answer.
    pub(crate) fn call(&mut self, session: &str, method: &str, params: &Value) -> Result<Value> {
        let id = self.send(session, method, params)?;
        let start = Instant::now();
        loop {
            if let Some(answer) = self.answers.remove(&id) {
                if let Some(error) = answer.get("error") {
                    bail!("{method}: {}", error["message"].as_str().unwrap_or("refused"));
                }
                return Ok(answer["result"].clone());
            }
            if start.elapsed() > PATIENCE {
                bail!("{method}: no answer from Chromium within {} s", PATIENCE.as_secs());
            }
            self.read()?;
        }
    }

    fn send(&mut self, session: &str, method: &str, params: &Value) -> Result<u64> {
        self.next += 1;
        let mut message = json!({ "id": self.next, "method": method, "params": params });
        if !session.is_empty() {
            message["sessionId"] = session.into();
        }
        self.socket.send(Message::text(message.to_string())).context("Chromium has gone")?;
        Ok(self.next)
    }

    /// Takes what comes within `time`.
    pub(crate) fn listen(&mut self, time: Duration) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < time {
            self.read()?;
        }
        Ok(())
    }

    /// Applies or lifts the cut of the network for every session.
    pub(crate) fn set_offline(&mut self, offline: bool) -> Result<()> {
        self.offline = offline;
        for (session, target) in self.targets.clone() {
            let done = self.call(&session, "Network.emulateNetworkConditions", &network(offline));
            // Not every kind of worker can be cut off this way; a test that means it stops the server too.
            if target.kind == "page" {
                done?;
            }
        }
        Ok(())
    }

    fn read(&mut self) -> Result<()> {
        match self.socket.read() {
            Ok(Message::Text(text)) => self.take(serde_json::from_str(&text)?),
            Ok(_) => {}
            Err(tungstenite::Error::Io(reason))
                if matches!(reason.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(reason) => return Err(reason).context("Chromium has gone"),
        }
        while let Some((session, target)) = self.to_greet.pop_front() {
            self.greet(&session, &target)?;
        }
        Ok(())
    }

    fn take(&mut self, message: Value) {
        if let Some(id) = message["id"].as_u64() {
            self.answers.insert(id, message);
            return;
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let event = Event {
            session: text(&message["sessionId"]),
            method: text(&message["method"]),
            params: message["params"].clone(),
        };
        match event.method.as_str() {
            "Target.attachedToTarget" => {
                let info = &event.params["targetInfo"];
                let target = Target { kind: text(&info["type"]), id: text(&info["targetId"]) };
                let session = text(&event.params["sessionId"]);
                self.targets.insert(session.clone(), target.clone());
                self.to_greet.push_back((session, target));
            }
            "Target.detachedFromTarget" => {
                self.targets.remove(&text(&event.params["sessionId"]));
            }
            _ => {}
        }
        self.events.push(event);
    }

    /// Turns on what is recorded of a new page or worker, then lets it run. Sent without waiting: it may be gone already.
    fn greet(&mut self, session: &str, target: &Target) -> Result<()> {
        for method in ["Network.enable", "Runtime.enable", "Log.enable"] {
            self.send(session, method, &json!({}))?;
        }
        if target.kind == "page" {
            self.send(session, "Page.enable", &json!({}))?;
        }
        if self.offline {
            self.send(session, "Network.emulateNetworkConditions", &network(true))?;
        }
        self.send(
            session,
            "Target.setAutoAttach",
            &json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true }),
        )?;
        self.send(session, "Runtime.runIfWaitingForDebugger", &json!({}))?;
        Ok(())
    }
}

fn network(offline: bool) -> Value {
    json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 })
}
