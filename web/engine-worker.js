// The first breath of an engine's worker: fetches the engine with progress, checks it, starts it.
// From then on the engine owns onmessage. Messages are { body, buffers } as crates/engine/src/protocol.rs says.

const say = (body) => self.postMessage({ body, buffers: [] });

// An engine that died says so once, whatever it died of: the page starts another.
let dead = false;
function die(reason) {
  if (dead) return;
  dead = true;
  say({ Unavailable: { reason } });
}
self.addEventListener("error", (event) => {
  event.preventDefault();
  die(`the engine stopped: ${event.message || "it did not say why"}`);
});
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  die(`the engine stopped: ${event.reason?.message ?? event.reason}`);
});

const progress = (stage, done, total) => say({ Progress: { job: 0, stage, done, total } });

async function download(url, size) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: the server answered ${response.status}`);
  const bytes = new Uint8Array(size);
  const reader = response.body.getReader();
  let done = 0;
  let told = 0;
  for (;;) {
    const part = await reader.read();
    if (part.done) break;
    if (done + part.value.length > size) throw new Error(`${url}: longer than the ${size} bytes that were promised`);
    bytes.set(part.value, done);
    done += part.value.length;
    // Often enough to be seen, seldom enough to cost nothing.
    if (done - told > size / 100 || done === size) {
      told = done;
      progress("downloading the engine", done, size);
    }
  }
  if (done !== size) throw new Error(`${url}: ended after ${done} of ${size} bytes`);
  return bytes;
}

async function check(bytes, expected, url) {
  // Without https or localhost a browser offers no SHA-256; the bytes are from the page's own server all the same.
  if (!self.crypto?.subtle) return;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== expected) throw new Error(`${url}: SHA-256 is ${found}, expected ${expected}; reload the page`);
}

self.onmessage = async ({ data }) => {
  const boot = data?.boot;
  if (!boot) return;
  self.onmessage = null;
  try {
    const script = import(boot.js);
    // It is awaited below; until then its failure is nobody's death.
    script.catch(() => {});
    const bytes = await download(boot.wasm, boot.bytes);
    await check(bytes, boot.sha256, boot.wasm);
    progress("starting the engine", 0, 0);
    const engine = await script;
    const module = await engine.default({ module_or_path: bytes });
    // Static constructors, where there are any (see crates/engine-gpu/build.rs).
    module.__wasm_call_ctors?.();
    engine.start(boot.kind);
  } catch (error) {
    die(`the engine could not be started: ${error?.message ?? error}`);
  }
};
