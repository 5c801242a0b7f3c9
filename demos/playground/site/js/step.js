// One training step, node by node: forward, backward, and what the optimizer does.

import { $, el, svg } from "./dom.js";
import { marked, onLanguage, t, translate } from "./text.js";

export class Step {
  constructor(engine) {
    this.engine = engine;
    this.choice = { seed: 1, mask_seed: 3, p: 0.5 };
    this.graph = null;
    this.at = 0;
    $("#step-next").addEventListener("click", () => this.go(this.at + 1));
    $("#step-back").addEventListener("click", () => this.go(this.at - 1));
    $("#step-slider").addEventListener("input", (event) => this.go(Number(event.target.value)));
    $("#new-mask").addEventListener("click", () => this.draw({ mask_seed: this.choice.mask_seed + 1 }));
    $("#new-network").addEventListener("click", () => this.draw({ seed: this.choice.seed + 1 }));
    $("#step-p").addEventListener("input", (event) => this.draw({ p: Number(event.target.value) }));
    engine.on("graph", (graph) => this.take(graph));
    new ResizeObserver(() => this.connectBoxes()).observe($("#chain"));
    onLanguage(() => this.translate());
  }

  open() {
    if (!this.graph) this.draw({});
  }

  draw(change) {
    Object.assign(this.choice, change);
    $("#step-p-value").textContent = String(this.choice.p);
    this.engine.post({ type: "one_step", ...this.choice });
  }

  take(graph) {
    this.graph = graph;
    this.ops = graph.places.map((place, i) => ({ ...place, i })).filter((place) => place.kind === "op");
    $("#step-slider").max = this.last;
    this.build();
    this.go(Math.min(this.at, this.last));
  }

  /** The last place: all operations forward, all backward, and the update. */
  get last() {
    return 2 * this.ops.length + 1;
  }

  translate() {
    translate($("#step"));
    if (!this.graph) return;
    this.build();
    this.go(this.at);
  }

  /** Lay the graph out: a line for each operation, with the leaves that it takes. */
  build() {
    const box = (place, i) =>
      el(
        "div",
        { class: `box ${place.kind}`, "data-place": i },
        el("span", { class: "box-name" }, name(place), el("span", { class: "soft" }, ` ${t(`step.kind_${place.kind === "op" ? place.name : place.kind}`)}`)),
        el("div", { class: "value" }),
        el("div", { class: "grad" }),
      );
    const stages = this.ops.map((op) => {
      const leaves = op.inputs.filter((i) => this.graph.places[i].kind !== "op");
      return el("li", { class: "stage" }, el("div", { class: "leaves" }, ...leaves.map((i) => box(this.graph.places[i], i))), box(op, op.i));
    });
    $("#chain").replaceChildren(...stages);
  }

  go(place) {
    if (!this.graph) return;
    this.at = Math.max(0, Math.min(this.last, place));
    const slider = $("#step-slider");
    slider.value = this.at;
    $("#step-back").disabled = this.at === 0;
    $("#step-next").disabled = this.at === this.last;
    const forward = Math.min(this.at, this.ops.length);
    const backward = Math.max(0, Math.min(this.at - this.ops.length, this.ops.length));
    const computed = new Set(this.ops.slice(0, forward).map((op) => op.i));
    const walked = this.ops.slice(this.ops.length - backward).reverse();
    const reached = new Set(walked.flatMap((op) => op.rules.map((rule) => op.inputs[rule.input])));
    if (backward > 0) reached.add(this.ops.at(-1).i);
    const current = this.current;
    this.graph.places.forEach((each, i) => {
      const box = $(`[data-place="${i}"]`);
      const known = each.kind !== "op" || computed.has(i);
      $(".value", box).replaceChildren(known ? matrix(each.value) : "…");
      const shown = reached.has(i) && each.grad !== null;
      $(".grad", box).replaceChildren(...(shown ? [el("span", { class: "d" }, "∂L"), matrix(each.grad)] : []));
      box.classList.toggle("waiting", !known);
      box.classList.toggle("current", current?.op.i === i);
    });
    this.explain(current);
    this.connectBoxes();
  }

  /** What happens at this place: an operation, forward or backward; null at the beginning and at the update. */
  get current() {
    const { at } = this;
    const count = this.ops.length;
    if (at >= 1 && at <= count) return { op: this.ops[at - 1], back: false };
    if (at > count && at <= 2 * count) return { op: this.ops[2 * count - at], back: true };
    return null;
  }

  explain(current) {
    const title = current ? t(current.back ? "step.backward" : "step.forward", { name: name(current.op) }) : t(this.at === 0 ? "step.begin" : "step.update");
    $("#step-title").textContent = title;
    $("#step-slider").setAttribute("aria-valuetext", title);
    const words = current ? t(`step.${current.back ? "back" : "does"}_${current.op.name}`) : t(this.at === 0 ? "step.begin_says" : "step.update_says", { lr: this.graph.lr });
    $("#step-says").innerHTML = marked(words);
    $("#step-detail").replaceChildren(...(current ? this.detail(current) : this.at === 0 ? [] : [this.updates()]));
  }

  detail({ op, back }) {
    if (!back) {
      const inputs = op.inputs.map((i) => this.graph.places[i]);
      return [el("pre", { class: "rule" }, op.rules[0].call), equation([...inputs.map((place) => [name(place), place.value]), [t("step.result"), op.value]])];
    }
    return [
      equation([["g = ∂L/∂" + name(op), op.grad]]),
      ...op.rules.flatMap((rule) => {
        const input = this.graph.places[op.inputs[rule.input]];
        return [el("pre", { class: "rule" }, `∂L/∂${rule.argument} = ${rule.text}`), equation([[`∂L/∂${name(input)}`, input.grad]])];
      }),
    ];
  }

  updates() {
    const head = el("tr", {}, ...["step.weight", "step.before", "step.gradient", "step.after"].map((key) => el("th", { scope: "col" }, t(key))));
    const rows = this.graph.updates.map((update) =>
      el("tr", {}, el("th", { scope: "row" }, pretty(update.name)), ...[update.before, update.grad, update.after].map((value) => el("td", {}, matrix(value)))),
    );
    return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("step.update") }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)));
  }

  /** Draw the edges of the graph between the boxes, behind them. */
  connectBoxes() {
    const drawing = $("#edges");
    const chain = $("#chain");
    if (!this.graph || chain.clientWidth === 0) return;
    const origin = chain.getBoundingClientRect();
    drawing.setAttribute("viewBox", `0 0 ${chain.clientWidth} ${chain.clientHeight}`);
    drawing.style.height = `${chain.clientHeight}px`;
    const middle = (box) => {
      const { left, top, width, height } = box.getBoundingClientRect();
      return { left: left - origin.left, top: top - origin.top, width, height };
    };
    const edges = this.ops.flatMap((op) => op.inputs.map((i) => [i, op.i]));
    const current = this.current;
    drawing.replaceChildren(
      ...edges.map(([from, to]) => {
        const live = current?.op.i === to && (!current.back || this.graph.places[from].grad !== null);
        return svg("path", { d: curve(middle($(`[data-place="${from}"]`)), middle($(`[data-place="${to}"]`))), class: live ? (current.back ? "edge back" : "edge forth") : "edge" });
      }),
    );
  }
}

/** Return a curve from one box to the next: sideways where they stand side by side, else downwards. */
function curve(from, to) {
  const beside = from.left + from.width <= to.left + 1 && Math.abs(from.top - to.top) < Math.max(from.height, to.height);
  if (beside) {
    const [x1, y1, x2, y2] = [from.left + from.width, from.top + from.height / 2, to.left, to.top + to.height / 2];
    return `M${x1},${y1} C${(x1 + x2) / 2},${y1} ${(x1 + x2) / 2},${y2} ${x2},${y2}`;
  }
  const [x1, y1, x2, y2] = [from.left + from.width / 2, from.top + from.height, to.left + to.width / 2, to.top];
  return `M${x1},${y1} C${x1},${(y1 + y2) / 2} ${x2},${(y1 + y2) / 2} ${x2},${y2}`;
}

const SUBSCRIPTS = { W1: "W₁", b1: "b₁", W2: "W₂", b2: "b₂" };
const pretty = (text) => SUBSCRIPTS[text] ?? text;
const name = (place) => pretty(place.name);

/** Show an array of up to two dimensions as a matrix. */
function matrix(value) {
  const rows = Array.isArray(value) ? (Array.isArray(value[0]) ? value : [value]) : [[value]];
  return el("table", { class: "matrix", role: "presentation" }, el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((entry) => el("td", { class: entry === 0 ? "zero" : "" }, number(entry)))))));
}

const number = (value) => (value === 0 ? "0" : value.toFixed(Math.abs(value) < 0.1 ? 3 : 2)).replace("-", "−");

function equation(parts) {
  return el("div", { class: "equation" }, ...parts.map(([label, value]) => el("div", {}, el("span", { class: "soft" }, `${label} `), matrix(value))));
}
