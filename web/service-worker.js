// Keeps the page for offline use. `cargo xtask` fills in the version, which is the digest of the whole list of files.
//
// precache.json lists every file with its SHA-256. What the first screen needs ("install") is fetched as a whole, or the
// update does not happen and the version before stays. The rest ("use": GPU engine, further models) is kept when it is
// first used. In a development build the network comes first, so that a change is seen, and the cache is the fallback.
const VERSION = "@VERSION@";
const DEVELOPMENT = "@MODE@" === "development";
const CACHE = `einthoven-${VERSION}`;
const scope = new URL("./", self.location.href);

let listed;
/** The list of files by URL; from the cache once installed. */
function list() {
  listed ??= (async () => {
    const cache = await caches.open(CACHE);
    const response = (await cache.match(new URL("precache.json", scope))) ?? (await fetch(new URL("precache.json", scope), { cache: "no-store" }));
    const { version, files } = await response.json();
    if (version !== VERSION) throw new Error(`precache.json is of version ${version}, expected ${VERSION}`);
    return new Map(files.map((file) => [new URL(file.path, scope).href, file]));
  })();
  listed.catch(() => { listed = undefined; });
  return listed;
}

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Fetches a listed file, checks it, and puts it in the cache; an error when it is not what the list says. */
async function keep(cache, url, file) {
  for (const name of await caches.keys()) {
    const old = await (await caches.open(name)).match(url);
    if (old?.headers.get("x-sha256") === file.sha256) {
      await cache.put(url, old);
      return;
    }
  }
  const response = await fetch(url, { cache: "no-cache" });
  if (!response.ok) throw new Error(`${file.path}: ${response.status}`);
  const bytes = await response.arrayBuffer();
  const found = hex(await crypto.subtle.digest("SHA-256", bytes));
  if (found !== file.sha256) throw new Error(`${file.path}: SHA-256 ${found}, expected ${file.sha256}`);
  const headers = new Headers(response.headers);
  for (const name of ["content-encoding", "content-length", "transfer-encoding"]) headers.delete(name);
  headers.set("x-sha256", file.sha256);
  await cache.put(url, new Response(bytes, { headers }));
}

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await caches.open(CACHE);
  try {
    const files = [...await list()].filter(([, file]) => file.when === "install");
    await Promise.all(files.map(([url, file]) => keep(cache, url, file)));
    await cache.put(new URL("precache.json", scope), await fetch(new URL("precache.json", scope), { cache: "no-store" }));
  } catch (reason) {
    await caches.delete(CACHE);
    throw reason;
  }
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  // What was used before and is still the same file moves along; then the older versions go.
  const cache = await caches.open(CACHE);
  const files = await list();
  for (const name of await caches.keys()) {
    if (!name.startsWith("einthoven-") || name === CACHE) continue;
    const old = await caches.open(name);
    for (const request of await old.keys()) {
      const file = files.get(request.url);
      const response = await old.match(request);
      if (file && response?.headers.get("x-sha256") === file.sha256 && !(await cache.match(request))) await cache.put(request, response);
    }
    await caches.delete(name);
  }
  await self.clients.claim();
})()));

self.addEventListener("message", (event) => {
  const prefix = event.data?.keep;
  if (typeof prefix !== "string") return;
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    for (const [url, file] of await list()) {
      if (file.path.startsWith(prefix) && !(await cache.match(url))) await keep(cache, url, file).catch((reason) => console.warn(reason));
    }
  })());
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  const url = new URL(request.url);
  url.hash = "";
  url.search = "";
  if (url.href === scope.href || request.mode === "navigate") url.href = new URL("index.html", scope).href;
  if (DEVELOPMENT) {
    try {
      const response = await fetch(request);
      if (response.ok) await cache.put(url.href, response.clone());
      return response;
    } catch (reason) {
      const kept = await cache.match(url.href);
      if (kept) return kept;
      throw reason;
    }
  }
  const kept = await cache.match(url.href);
  if (kept) return kept;
  const file = (await list().catch(() => new Map())).get(url.href);
  if (!file) return fetch(request);
  await keep(cache, url.href, file);
  return cache.match(url.href);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(scope.href)) event.respondWith(answer(request));
});
