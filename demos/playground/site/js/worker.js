// The Worker: loads Python, NumPy and minigrad, then lets the bench (lab/bench.py) answer the page's messages.
//
// Beside the bench's own messages it sends: loading {file, loaded, total}, starting, ready {seconds}, failed {text}.

import { fetchAll } from "./loading.js";

const MEMORY = "https://memory.invalid/"; // where Pyodide is told to look: serveFromMemory answers
const SLICE = 0.04; // seconds of training between two looks at the messages
const post = (message) => self.postMessage(message);

let bench = null;
const waiting = []; // messages, first come first served

self.onmessage = ({ data }) => {
  if (data.type === "start") start(data.site).catch((error) => post({ type: "failed", text: String(error.message ?? error) }));
  else waiting.push(data);
};

async function start(site) {
  const begun = performance.now();
  const files = await fetchAll(site.files, (progress) => post({ type: "loading", ...progress }));
  post({ type: "starting" });
  serveFromMemory(files);
  const { loadPyodide } = await importFrom(files.get("pyodide.mjs"));
  const { default: createPyodideModule } = await importFrom(files.get("pyodide.asm.mjs"));
    const python = await loadPyodide({
    createPyodideModule,
    indexURL: MEMORY,
    packageBaseUrl: MEMORY,
    lockFileContents: site.lock,
    stdout: () => {},
    stderr: () => {},
  });
  const errors = [];
  await python.loadPackage("numpy", { messageCallback: () => {}, errorCallback: (text) => errors.push(text) });
  if (errors.length > 0) throw new Error(errors.join(" "));
  python.unpackArchive(files.get(site.wheel), "wheel", { extractDir: "/packages" });
  python.unpackArchive(files.get(site.lab), "zip", { extractDir: "/packages" });
  python.globals.set("post_json", (text) => post(JSON.parse(text)));
  bench = python.runPython(`
    import json, sys
    sys.path.insert(0, "/packages")
    from lab.bench import Bench
    Bench(lambda message: post_json(json.dumps(message)))
  `);
  files.clear();
  post({ type: "ready", seconds: (performance.now() - begun) / 1000 });
  run(python.globals.get("json"));
}

/** Take messages in turn, and train in between. */
async function run(json) {
  for (;;) {
    try {
      if (waiting.length > 0) bench.handle(json.loads(JSON.stringify(waiting.shift())));
      else if (bench.busy) bench.work(SLICE);
      else await new Promise((resolve) => setTimeout(resolve, 10));
    } catch (error) {
      post({ type: "failed", text: String(error.message ?? error) }); // a fault of the playground's own, not of the reader's program
    }
    await pause();
  }
}

/** Let the Worker's messages come in. */
const channel = new MessageChannel();
function pause() {
  return new Promise((resolve) => {
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(null);
  });
}

/** Import a module whose text was fetched already. */
async function importFrom(content) {
  const address = URL.createObjectURL(new Blob([content], { type: "text/javascript" }));
  try {
    return await import(address);
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Answer Pyodide's own requests with what was fetched and checked: no second way in, whatever a host calls WebAssembly. */
function serveFromMemory(files) {
  const network = self.fetch.bind(self);
  self.fetch = (request, options) => {
    const address = new URL(request.url ?? request, MEMORY);
    const content = files.get(address.pathname.split("/").pop());
    if (content === undefined) return network(request, options);
    const type = address.pathname.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    return Promise.resolve(new Response(content, { headers: { "Content-Type": type } }));
  };
}
