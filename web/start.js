// Starts the page, then the service worker that keeps it for offline use.
import init from "./einthoven-page.js";

await init({ module_or_path: new URL("einthoven-page_bg.wasm", import.meta.url) });

if ("serviceWorker" in navigator) {
  const hadController = navigator.serviceWorker.controller !== null;
  let touched = false;
  for (const kind of ["pointerdown", "keydown", "dragenter"]) {
    addEventListener(kind, () => { touched = true; }, { once: true, capture: true });
  }
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    // A new version is whole in the cache. A page that nobody has touched yet becomes it at once; another is told.
    if (hadController && !touched) location.reload();
    else if (hadController) dispatchEvent(new CustomEvent("einthoven-update"));
  });
  try {
    await navigator.serviceWorker.register("service-worker.js", { updateViaCache: "none" });
    const { active } = await navigator.serviceWorker.ready;
    // On a first visit the engines were fetched before the service worker could see it: it is told which to keep.
    const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
    if (adapter) active.postMessage({ keep: "engines/engine_gpu" });
  } catch (reason) {
    console.warn("This page will not work offline:", reason);
  }
}
