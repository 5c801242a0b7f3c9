// One setting as it is seen: its picture, its masks, its weights.

import { Canvas, colours } from "./canvas.js";
import { el } from "./dom.js";
import { LAYER_HEIGHT, drawClasses, drawFit, drawMasks, drawWeights, masksHeight } from "./pictures.js";
import { figure, t } from "./text.js";

export class Lane {
  /**
   * @param {"a" | "b"} name
   * @param {HTMLElement} place
   * @param {{other: () => Lane | null, onPoint: (x: number, y: number) => void}} options
   */
  constructor(name, place, { other, onPoint }) {
    this.name = name;
    this.other = other;
    this.clear();
    const label = (key) => ({ role: "img", "data-kind": key });
    this.picture = el("canvas", { class: "picture", ...label("picture") });
    this.lamps = el("canvas", { class: "masks", ...label("masks") });
    this.bars = el("canvas", { class: "weights", ...label("weights") });
    this.title = el("h3", { class: `lane-title ${name}` });
    this.note = el("p", { class: "note" });
    place.append(this.title, this.picture, this.note);
    this.pictureCanvas = new Canvas(this.picture, (...space) => this.draw(...space));
    this.lampsCanvas = new Canvas(this.lamps, (context, width) => drawMasks(context, width, colours(), this.masks, colours()[this.name], this.sample));
    this.barsCanvas = new Canvas(this.bars, (context, width) => drawWeights(context, width, colours(), this.weights, this.other()?.weights ?? [], colours()[this.name], spread));
    this.picture.addEventListener("click", (event) => {
      if (!this.places) return;
      const box = this.picture.getBoundingClientRect();
      onPoint(this.places.x(event.clientX - box.left), this.places.y(event.clientY - box.top));
    });
  }

  clear() {
    this.data = null;
    this.seen = {};
    this.losses = [];
    this.masks = [];
    this.weights = [];
    this.steps = 0;
    this.done = false;
    this.output = "";
    this.mistake = null;
    this.missing = [];
    this.sample = 0;
    this.fresh = true;
  }

  /** Take a frame of the bench. */
  take(frame) {
    if (frame.data) {
      const { output } = this;
      this.clear();
      this.output = output;
      this.data = frame.data;
    }
    this.steps = frame.steps;
    this.done = frame.done;
    this.output = frame.output;
    this.missing = frame.missing;
    this.unseen = frame.unseen ?? "";
    if (frame.losses) this.losses = [...this.losses, ...frame.losses];
    if (frame.fit) this.seen.fit = frame.fit;
    if (frame.grid) this.seen.grid = frame.grid;
    if (frame.samples) this.seen.samples = frame.samples;
    if (frame.votes) this.seen.votes = frame.votes;
    this.masks = frame.masks ?? this.masks;
    this.weights = frame.weights ?? this.weights;
    this.show();
  }

  show() {
    this.note.textContent = this.remark();
    this.note.hidden = this.note.textContent === "";
    this.lamps.style.height = `${masksHeight(this.masks, this.lamps.clientWidth || 300)}px`;
    this.bars.style.height = `${this.weights.length * LAYER_HEIGHT}px`;
    this.pictureCanvas.redraw();
    this.lampsCanvas.redraw();
    this.barsCanvas.redraw();
    if (this.done || this.steps === 0) this.describe();
  }

  remark() {
    if (this.mistake) return t("play.mistake_here");
    if (this.missing.length > 0 && this.done) return t("play.missing", { names: this.missing.join(", ") });
    if (this.data?.kind === "other") return t("play.no_picture");
    return this.unseen ?? "";
  }

  /** Give every picture its words, with numbers, for whoever does not see it. */
  describe() {
    const last = this.losses.at(-1);
    const values = { name: this.name.toUpperCase(), step: this.steps, train: figure(last?.[1]), test: figure(last?.[2]) };
    this.picture.setAttribute("aria-label", t(this.data?.kind === "classes" ? "alt.classes" : "alt.fit", values));
    const shares = this.masks.map((mask) => `${Math.round(100 * mask.dropped)} %`).join(", ") || "0 %";
    this.lamps.setAttribute("aria-label", t("alt.masks", { ...values, shares }));
    this.bars.setAttribute("aria-label", t("alt.weights", { ...values, layers: this.weights.map((layer) => `${layer.name} ${spread(layer)}`).join("; ") }));
  }

  draw(context, width, height) {
    const palette = colours();
    const kind = this.data?.kind;
    if (kind === "fit") {
      const other = this.other();
      const ghost = other?.data?.kind === "fit" && same(other.data, this.data) ? other.seen.fit : undefined;
      this.places = drawFit(context, width, height, palette, this.data, this.seen, palette[this.name], ghost, palette[this.name === "a" ? "b" : "a"]);
    } else if (kind === "classes") this.places = drawClasses(context, width, height, palette, this.data, this.seen);
    else this.places = null;
  }

  translate() {
    this.title.textContent = t("play.setting", { name: this.name.toUpperCase() });
    this.describe();
    this.show();
  }
}

const same = (x, y) => x.low[0] === y.low[0] && x.high[0] === y.high[0];
const spread = (layer) => t("play.spread", { size: figure(layer.size), share: Math.round(100 * layer.near_zero) });
