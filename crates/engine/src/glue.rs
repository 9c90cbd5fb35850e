//! The worker itself: messages in and out, breaths between steps, last words.

use std::cell::RefCell;
use std::panic;

use classify::Backend;
use js_sys::{Array, ArrayBuffer, Float32Array, Function, Int16Array, Object, Promise, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort};

use crate::protocol::{Buffer, EngineKind, Reply, Request};
use crate::queue::{Heard, Queue};
use crate::session::{Port, Session};

thread_local! {
    static QUEUE: RefCell<Queue<Array>> = RefCell::default();
    static SESSION: RefCell<Option<Session>> = const { RefCell::new(None) };
    static BREATH: RefCell<Option<(MessagePort, MessagePort)>> = const { RefCell::new(None) };
}

/// Starts the engine in this worker: from now on it answers messages. Says [`Reply::Ready`] or [`Reply::Unavailable`].
///
/// `kind` is `cpu` or `gpu`, as the worker was asked for.
pub fn start(kind: String) {
    panic::set_hook(Box::new(|panic| {
        let reason = format!("the engine stopped: {panic}");
        web_sys::console::error_1(&reason.as_str().into());
        post(&Reply::Unavailable { reason }, Vec::new());
    }));
    spawn_local(begin(kind));
}

async fn begin(kind: String) {
    match device(&kind).await {
        Ok((engine, backend, device)) => {
            SESSION.set(Some(Session::new(engine, backend)));
            let hear = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| hear(&event.data()));
            scope().set_onmessage(Some(hear.as_ref().unchecked_ref()));
            // It lives as long as the worker.
            hear.forget();
            post(&Reply::Ready { engine, device }, Vec::new());
        }
        Err(reason) => post(&Reply::Unavailable { reason }, Vec::new()),
    }
}

#[cfg_attr(not(feature = "gpu"), expect(clippy::unused_async, reason = "only a GPU lets one wait"))]
async fn device(kind: &str) -> Result<(EngineKind, Backend, String), String> {
    match kind {
        #[cfg(feature = "cpu")]
        "cpu" => Ok((EngineKind::Cpu, Backend::Plan, arithmetic().to_owned())),
        #[cfg(feature = "gpu")]
        "gpu" => {
            let (device, name) = crate::gpu::init().await?;
            Ok((EngineKind::Gpu, Backend::Burn(device), name))
        }
        other => Err(format!("this file holds no engine for {other:?}")),
    }
}

#[cfg(feature = "cpu")]
fn arithmetic() -> &'static str {
    if cfg!(target_feature = "simd128") { "WebAssembly, 4 lanes" } else { "WebAssembly" }
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn hear(data: &JsValue) {
    let get = |key: &str| Reflect::get(data, &key.into()).unwrap_or(JsValue::UNDEFINED);
    let request: Request = match serde_wasm_bindgen::from_value(get("body")) {
        Ok(request) => request,
        Err(error) => {
            let reason = format!("the engine does not know what the page asked: {error}; reload the page");
            return post(&Reply::Unavailable { reason }, Vec::new());
        }
    };
    let buffers = get("buffers").dyn_into::<Array>().unwrap_or_default();
    match QUEUE.with_borrow_mut(|queue| queue.hear(request, buffers)) {
        Heard::Begin => spawn_local(work()),
        Heard::Removed(job) => {
            post(&Reply::Failed { job, message: "cancelled".to_owned(), cancelled: true }, Vec::new());
        }
        Heard::Waits | Heard::Noted => {}
    }
}

/// Does what waits, one piece after the other.
async fn work() {
    let Some(mut session) = SESSION.take() else { return };
    while let Some((request, buffers)) = QUEUE.with_borrow_mut(Queue::next) {
        let buffers: Vec<Vec<u8>> = buffers.iter().map(|buffer| Uint8Array::new(&buffer).to_vec()).collect();
        session.handle(request, buffers, &Worker).await;
        if let Some(reason) = Worker.broken() {
            post(&Reply::Unavailable { reason: format!("the GPU engine is broken: {reason}") }, Vec::new());
        }
    }
    SESSION.set(Some(session));
}

struct Worker;

impl Port for Worker {
    fn send(&self, reply: Reply, buffers: Vec<Buffer>) {
        post(&reply, buffers);
    }

    async fn breathe(&self) {
        // A task of its own, as a promise alone would run before the next message; a timer would cost 4 ms.
        let promise = Promise::new(&mut |resolve: Function, _| {
            BREATH.with_borrow_mut(|breath| {
                let (near, far) = breath.get_or_insert_with(|| {
                    let channel = MessageChannel::new().expect("a worker has message channels");
                    (channel.port1(), channel.port2())
                });
                near.set_onmessage(Some(&resolve));
                let _ = far.post_message(&JsValue::NULL);
            });
        });
        let _ = JsFuture::from(promise).await;
    }

    fn cancelled(&self) -> bool {
        QUEUE.with_borrow(Queue::cancelled)
    }

    fn now(&self) -> f64 {
        scope().performance().map_or(0.0, |clock| clock.now())
    }

    fn broken(&self) -> Option<String> {
        #[cfg(feature = "gpu")]
        {
            crate::gpu::broken()
        }
        #[cfg(not(feature = "gpu"))]
        {
            None
        }
    }
}

/// Sends a reply with its buffers, which are transferred.
pub fn post(reply: &Reply, buffers: Vec<Buffer>) {
    let list = Array::new();
    for samples in buffers {
        let buffer: ArrayBuffer = match samples {
            Buffer::Millivolts(samples) => Float32Array::from(samples.as_slice()).buffer(),
            Buffer::Counts(samples) => Int16Array::from(samples.as_slice()).buffer(),
        };
        list.push(&buffer);
    }
    let message = Object::new();
    let body = reply.serialize(&serde_wasm_bindgen::Serializer::new()).unwrap_or_else(|error| {
        web_sys::console::error_1(&format!("the engine's reply cannot be sent: {error}").into());
        JsValue::UNDEFINED
    });
    let _ = Reflect::set(&message, &"body".into(), &body);
    let _ = Reflect::set(&message, &"buffers".into(), &list);
    let _ = scope().post_message_with_transfer(&message, &list);
    debug_assert!(list.iter().all(|buffer| buffer.is_instance_of::<ArrayBuffer>()));
}
