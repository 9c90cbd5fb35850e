// Our CPU engine and onnxruntime-web in one page, turn and turn about, so that whatever else the machine does meets both.

/** A worker of ours, asked one thing at a time; an answer is { body, buffers } as the engine's protocol says. */
async function engine() {
  const { cpu } = await (await fetch("engines/manifest.json")).json();
  const worker = new Worker("web/engine-worker.js", { type: "module" });
  const hear = (ask) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => {
        const [kind] = Object.keys(data.body);
        if (kind === "Progress") return;
        if (kind === "Failed" || kind === "Unavailable") reject(new Error(JSON.stringify(data.body)));
        else resolve({ answer: data.body[kind], buffers: data.buffers });
      };
      ask();
    });
  const at = (name) => new URL(`engines/${name}`, location.href).href;
  const boot = { kind: "cpu", js: at(cpu.js), wasm: at(cpu.wasm), bytes: cpu.bytes, sha256: cpu.sha256 };
  await hear(() => worker.postMessage({ boot }));
  return (body, buffers = []) => hear(() => worker.postMessage({ body, buffers }, buffers));
}

const bytes = async (name) => (await fetch(name)).arrayBuffer();

/** Milliseconds of `runs` answers of each, after `warmUp` that do not count. */
export async function run({ runs, warmUp, runtime }) {
  const ask = await engine();
  const model = "model";
  await ask({ LoadModel: { job: 1, model, card: 0, weights: 1 } }, [await bytes("card.json"), await bytes("weights.safetensors")]);
  const files = [{ name: "recording.csv", buffer: 0 }];
  const opened = await ask({ Open: { job: 2, files, hints: {} } }, [await bytes("recording.csv")]);
  const { traces } = opened.answer.recordings[0];

  let session;
  let x;
  if (runtime) {
    const ort = await import("./ort.wasm.min.mjs");
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = new URL("./", location.href).href;
    session = await ort.InferenceSession.create("network.onnx", { executionProviders: ["wasm"] });
    const { shape, values } = await (await fetch("input.json")).json();
    x = new ort.Tensor("float32", new Float32Array(values), shape);
  }

  const times = { network: [], engine: [], whole: [], runtime: [] };
  let findings;
  let logits;
  for (let number = 0; number < runs + warmUp; number += 1) {
    const samples = opened.buffers.map((buffer) => buffer.slice(0));
    let start = performance.now();
    const { answer } = await ask({ Classify: { job: 3 + number, model, traces } }, samples);
    const whole = performance.now() - start;
    findings = answer.findings.findings;
    start = performance.now();
    if (session) logits = (await session.run({ x })).logits.data;
    const beside = performance.now() - start;
    if (number < warmUp) continue;
    times.network.push(answer.network);
    times.engine.push(answer.milliseconds);
    times.whole.push(whole);
    if (session) times.runtime.push(beside);
  }
  const probabilities = Object.fromEntries(findings.map(({ code, probability }) => [code, probability]));
  return { times, probabilities, logits: Array.from(logits ?? []) };
}
