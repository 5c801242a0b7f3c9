// The page's end of the Worker: sends messages, hands on what comes back, and can start the Worker anew.

import { locate } from "./resources.js";

const PATIENCE = 4000; // milliseconds without an answer, until the reader may stop what runs

export class Engine {
  /** @param {object} site what is in site.json */
  constructor(site) {
    this.site = site;
    this.handlers = new Map();
    this.ready = false;
    this.start();
    setInterval(() => this.watch(), 500);
  }

  /** Call a function with every message of a type. */
  on(type, handler) {
    this.handlers.set(type, [...(this.handlers.get(type) ?? []), handler]);
  }

  emit(message) {
    for (const handler of this.handlers.get(message.type) ?? []) handler(message);
  }

  start() {
    this.ready = false;
    this.asked = 0; // messages without an answer yet
    this.since = 0;
    this.slow = false;
    this.queue = [];
    this.waiting = new Map(); // of every lane: the newest program while an older one is being looked at
    this.loading = new Set();
    this.worker = new Worker(locate("js/worker.js"), { type: "module" });
    this.worker.onmessage = ({ data }) => this.receive(data);
    this.worker.onerror = (event) => this.emit({ type: "failed", text: event.message || "the Worker did not start" });
    this.worker.postMessage({ type: "start", site: this.absolute() });
  }

  /** Return the site with addresses that do not depend on where the Worker's script is. */
  absolute() {
    const files = this.site.files.map((file) => ({ ...file, url: new URL(locate(file.url), document.baseURI).href }));
    return { ...this.site, files };
  }

  /** Stop whatever runs, and begin again with a new Worker. */
  restart() {
    this.worker.terminate();
    this.emit({ type: "restarting" });
    this.start();
  }

  receive(message) {
    this.since = performance.now();
    if (message.type === "ready") {
      this.ready = true;
      for (const queued of this.queue.splice(0)) this.send(queued);
    }
    if (message.type === "state") this.asked = Math.max(0, this.asked - 1);
    if (message.type === "frame" && this.loading.delete(message.lane) && this.waiting.has(message.lane)) {
      const next = this.waiting.get(message.lane);
      this.waiting.delete(message.lane);
      this.load(next);
    }
    this.emit(message);
  }

  /** Send a message, at once or as soon as Python is there. */
  post(message) {
    if (this.ready) this.send(message);
    else this.queue.push(message);
  }

  send(message) {
    this.asked += 1;
    this.since = performance.now();
    this.worker.postMessage(message);
  }

  /** Put a program into a lane; while one is under way, only the newest of those that follow is sent. */
  load(message) {
    if (!this.ready) this.queue = this.queue.filter((queued) => queued.type !== "load" || queued.lane !== message.lane);
    if (this.loading.has(message.lane) && this.ready) {
      this.waiting.set(message.lane, message);
      return;
    }
    if (this.ready) this.loading.add(message.lane);
    const { play, ...program } = message;
    this.post({ type: "load", ...program });
    if (play) this.post({ type: "play" });
  }

  /** Notice a Worker that answers no more, an endless loop for instance. */
  watch() {
    const slow = this.ready && this.asked > 0 && performance.now() - this.since > PATIENCE;
    if (slow !== this.slow) {
      this.slow = slow;
      this.emit({ type: "slow", slow });
    }
  }
}
