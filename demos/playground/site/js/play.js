// The playground's own view: controls, pictures, code.

import { Canvas, colours } from "./canvas.js";
import { Controls } from "./controls.js";
import { $, $$, el } from "./dom.js";
import { Editor } from "./editor.js";
import { Lane } from "./lane.js";
import { drawLosses, drawSeeds } from "./pictures.js";
import { choose, lanes, state, twoClasses } from "./state.js";
import { figure, onLanguage, t, translate } from "./text.js";

export class Play {
  /**
   * @param {import("./engine.js").Engine} engine
   * @param {object} site
   * @param {() => void} onChange the address is to be written anew
   */
  constructor(engine, site, onChange) {
    this.engine = engine;
    this.onChange = onChange;
    this.wanted = true; // whether a change trains at once: the reader did not pause
    this.playing = false;
    this.seeds = null;
    this.lanes = Object.fromEntries(
      ["a", "b"].map((name) => [
        name,
        new Lane(name, $(`#picture-${name}`), {
          other: () => (state.settings.b ? this.lanes[name === "a" ? "b" : "a"] : null),
          onPoint: (x, y) => this.addPoint(name, x, y),
        }),
      ]),
    );
    for (const [name, lane] of Object.entries(this.lanes)) {
      $("#masks").append(el("div", { "data-lane": name }, lane.lamps));
      $("#weights").append(el("div", { "data-lane": name }, lane.bars));
    }
    this.controls = new Controls($("#controls"), site.controls, (field, value) => this.choose(field, value));
    this.editor = new Editor($("#code"), {
      label: () => t("play.code_of", { name: state.selected.toUpperCase() }),
      onRun: () => this.runCode(),
      onEdit: () => this.edited(),
    });
    this.lossCanvas = new Canvas($("#losses"), (...space) => this.drawLosses(...space));
    this.seedCanvas = new Canvas($("#seeds"), (...space) => this.drawSeeds(...space));
    this.connect();
    this.listen();
    onLanguage(() => this.translate());
  }

  connect() {
    const press = (selector, action) => $(selector).addEventListener("click", action);
    press("#toggle", () => (this.playing ? this.pause() : this.play()));
    press("#one", () => this.step());
    press("#restart", () => this.engine.post({ type: "restart" }));
    press("#run", () => this.runCode());
    press("#undo", () => this.useSetting());
    press("#study", () => this.study());
    press("#forget-points", () => this.choose("added", []));
    press("#share", () => this.share());
    $("#compare").addEventListener("change", (event) => this.compare(event.target.checked));
    $("#linked").addEventListener("change", (event) => this.link(event.target.checked));
    for (const radio of $$("[name=lane]")) radio.addEventListener("change", () => this.select(radio.value));
    $("#add-point").addEventListener("submit", (event) => {
      event.preventDefault();
      this.addPoint(state.selected, Number($("#point-x").value), Number($("#point-y").value));
    });
    $("#sample").addEventListener("input", (event) => {
      for (const lane of Object.values(this.lanes)) {
        lane.sample = Number(event.target.value) - 1;
        lane.lampsCanvas.redraw();
      }
    });
  }

  listen() {
    this.engine.on("program", ({ lane, source }) => {
      this.lanes[lane].source = source;
      if (lane === state.selected && state.code[lane] === null) this.editor.show(source);
    });
    this.engine.on("frame", (frame) => this.take(frame));
    this.engine.on("mistake", (mistake) => {
      this.lanes[mistake.lane].mistake = mistake;
      if (mistake.lane === state.selected) this.showProblem();
    });
    this.engine.on("state", ({ playing }) => {
      this.playing = playing;
      this.showTransport();
    });
    this.engine.on("seeds", (seeds) => {
      this.seeds = seeds;
      this.showSeeds();
    });
    this.engine.on("restarting", () => {
      this.wanted = false;
      this.playing = false;
      this.reload();
    });
  }

  // ---- what the reader does -------------------------------------------------------------------------------------------

  /** Show the view: what is chosen is put into the lanes. */
  open() {
    this.wanted = !state.experiment && !state.foreign;
    this.showChoices();
    this.reload();
  }

  reload() {
    for (const name of lanes()) this.load(name);
    if (!state.settings.b) this.engine.post({ type: "clear", lane: "b" });
    this.showProblem();
  }

  /** Send a lane's program, and let it train unless the reader paused. */
  load(name) {
    const source = state.code[name];
    const lane = this.lanes[name];
    lane.mistake = null;
    lane.output = "";
    if (name === state.selected) {
      this.editor.complain(null);
      $("#output").textContent = "";
    }
    if (source !== null && state.foreign) return;
    this.engine.load({ lane: name, ...(source === null ? { setting: state.settings[name] } : { source }), play: this.wanted });
    this.seeds = null;
    this.showSeeds();
  }

  choose(field, value) {
    const changed = choose(field, value);
    for (const lane of changed) {
      state.code[lane] = null;
      this.load(lane);
    }
    if (changed.length > 0 && lanes().length > changed.length && this.wanted) this.engine.post({ type: "restart" });
    this.leaveExperiment();
    this.showChoices();
    this.onChange();
  }

  leaveExperiment() {
    if (state.experiment === "" || state.guessed) return;
    state.experiment = "";
    this.wanted = true;
    $("#experiment").hidden = true;
  }

  addPoint(name, x, y) {
    const setting = state.settings[name];
    const kind = Number($("[name=class]:checked").value);
    const round = (value) => Math.round(value * 1000) / 1000;
    const point = twoClasses(setting.data) ? [round(x), round(y), kind] : [round(x), round(y)];
    if (!point.every(Number.isFinite)) return;
    this.select(name);
    this.choose("added", [...setting.added, point]);
  }

  play() {
    this.wanted = true;
    this.engine.post({ type: "play" });
  }

  pause() {
    this.wanted = false;
    this.engine.post({ type: "pause" });
  }

  step() {
    this.wanted = false;
    this.engine.post({ type: "step" });
  }

  study() {
    this.seeds = { lanes: {}, done: false };
    this.showSeeds();
    this.engine.post({ type: "study", lanes: lanes() });
  }

  compare(both) {
    state.settings.b = both ? { ...state.settings.a } : null;
    state.code.b = both ? state.code.a : null;
    state.selected = both ? "b" : "a";
    this.lanes.b.clear();
    this.leaveExperiment();
    this.showChoices();
    this.reload();
    this.onChange();
  }

  link(linked) {
    state.linked = linked;
    if (linked && state.settings.b) {
      const other = state.selected === "a" ? "b" : "a";
      const own = state.settings[state.selected];
      const data = { data: own.data, points: own.points, noise: own.noise, seed: own.seed, added: own.added };
      state.settings[other] = { ...state.settings[other], ...data };
      this.reload();
    }
    this.onChange();
  }

  select(name) {
    state.selected = state.settings.b ? name : "a";
    this.showChoices();
    this.showProblem();
    this.onChange();
  }

  edited() {
    state.code[state.selected] = this.editor.source;
    this.showCodeButtons();
  }

  runCode() {
    const name = state.selected;
    const changed = this.editor.source !== this.lanes[name].source || state.code[name] !== null;
    state.code[name] = changed ? this.editor.source : null;
    state.foreign = false;
    this.wanted = true;
    this.leaveExperiment();
    this.reload();
    this.showChoices();
    this.onChange();
  }

  useSetting() {
    state.code[state.selected] = null;
    state.foreign = state.code.a !== null || state.code.b !== null ? state.foreign : false;
    this.load(state.selected);
    this.showChoices();
    this.onChange();
  }

  async share() {
    try {
      await navigator.clipboard.writeText(location.href);
      $("#shared").textContent = t("play.copied");
    } catch {
      $("#shared").textContent = t("play.copy_yourself");
    }
    setTimeout(() => ($("#shared").textContent = ""), 4000);
  }

  // ---- what is shown --------------------------------------------------------------------------------------------------

  take(frame) {
    const lane = this.lanes[frame.lane];
    if (frame.data) lane.mistake = null;
    lane.take(frame);
    if (state.settings.b) {
      const other = this.lanes[frame.lane === "a" ? "b" : "a"];
      other.pictureCanvas.redraw();
      other.barsCanvas.redraw();
    }
    this.lossCanvas.redraw();
    this.showNumbers();
    if (frame.lane === state.selected) $("#output").textContent = frame.output;
    const samples = Math.max(1, ...Object.values(this.lanes).flatMap((each) => each.masks.map((mask) => mask.rows.length)));
    $("#sample").max = samples;
    $("#masks-empty").hidden = lanes().some((name) => this.lanes[name].masks.length > 0);
  }

  showChoices() {
    const both = Boolean(state.settings.b);
    $("#compare").checked = both;
    $("#linked").checked = state.linked;
    for (const element of $$("[data-when=both]")) element.hidden = !both;
    for (const radio of $$("[name=lane]")) radio.checked = radio.value === state.selected;
    for (const element of $$("[data-lane=b]")) element.hidden = !both;
    $("#pictures").dataset.count = both ? 2 : 1;
    const setting = state.settings[state.selected];
    this.controls.show(setting);
    $("#play").dataset.selected = state.selected;
    const classes = twoClasses(setting.data);
    for (const element of $$("[data-when=classes]")) element.hidden = !classes;
    for (const element of $$("[data-when=fit]")) element.hidden = classes;
    $("#forget-points").hidden = setting.added.length === 0;
    const source = state.code[state.selected] ?? this.lanes[state.selected].source;
    if (source !== undefined) this.editor.show(source);
    this.editor.translate();
    $("#output").textContent = this.lanes[state.selected].output;
    this.showCodeButtons();
    this.lossCanvas.redraw();
  }

  showCodeButtons() {
    const own = state.code[state.selected] !== null;
    $("#undo").hidden = !own;
    $("#controls-note").hidden = !own;
    $("#foreign").hidden = !state.foreign;
  }

  showProblem() {
    const { mistake } = this.lanes[state.selected];
    const words = mistake && (mistake.line ? t("play.mistake_at", { line: mistake.line, text: mistake.text }) : mistake.text);
    this.editor.complain(mistake, words ?? "");
  }

  showTransport() {
    const button = $("#toggle");
    button.dataset.text = this.playing ? "play.pause" : "play.play";
    button.textContent = t(button.dataset.text);
    button.classList.toggle("playing", this.playing);
    if (!this.playing && this.said !== this.sentence()) {
      this.said = this.sentence();
      $("#said").textContent = this.said;
    }
  }

  showNumbers() {
    const steps = lanes().map((name) => this.lanes[name].steps);
    $("#counter").textContent = t("play.step", { step: Math.max(...steps) });
    const rows = lanes().map((name) => {
      const last = this.lanes[name].losses.at(-1);
      const [train, test] = [last?.[1], last?.[2]];
      const gap = train !== null && test !== null && last ? test - train : undefined;
      const cell = (value) => el("td", {}, last ? figure(value) : "–");
      return el("tr", {}, el("th", { scope: "row", class: name }, name.toUpperCase()), cell(train), cell(test), el("td", {}, gap === undefined ? "–" : figure(gap)));
    });
    $("#numbers").replaceChildren(...rows);
  }

  /** Say where training stands, for whoever does not see the pictures. */
  sentence() {
    return lanes()
      .map((name) => {
        const last = this.lanes[name].losses.at(-1);
        return last ? t("alt.now", { name: name.toUpperCase(), step: this.lanes[name].steps, train: figure(last[1]), test: figure(last[2]) }) : "";
      })
      .join(" ");
  }

  drawLosses(context, width, height) {
    const shown = lanes().map((name) => ({ name: name.toUpperCase(), colour: name, losses: this.lanes[name].losses }));
    const steps = Math.max(...lanes().map((name) => Math.max(state.code[name] === null ? state.settings[name].steps : 0, this.lanes[name].steps)), 1);
    const words = { train: t("play.train_short"), test: t("play.test_short") };
    drawLosses(context, width, height, colours(), shown, steps, words);
    $("#losses").setAttribute("aria-label", `${t("play.losses")}. ${this.sentence()}`);
  }

  drawSeeds(context, width, height) {
    const found = this.seeds?.lanes ?? {};
    const shown = Object.entries(found).map(([name, lane]) => ({ name: name.toUpperCase(), colour: name, losses: lane.test, interval: lane.test_interval }));
    drawSeeds(context, width, height, colours(), shown);
  }

  showSeeds() {
    const { seeds } = this;
    const words = seeds ? seedsSentence(seeds) : t("play.seeds_idle");
    $("#seeds-words").textContent = words;
    $("#seeds").hidden = !seeds;
    $("#seeds").setAttribute("aria-label", words);
    $("#study").disabled = Boolean(seeds) && !seeds.done;
    this.seedCanvas.redraw();
  }

  translate() {
    for (const lane of Object.values(this.lanes)) lane.translate();
    translate($("#play"));
    this.showChoices();
    this.showNumbers();
    this.showSeeds();
    this.showProblem();
    this.showTransport();
  }
}

/** Say what a study has found, or how far it is. */
export function seedsSentence(seeds) {
  const found = Object.entries(seeds.lanes);
  const problem = found.map(([, lane]) => lane.problem).find(Boolean);
  if (problem) return t(problem === "no_seed" || problem === "missing" ? `play.seeds_${problem}` : "play.seeds_failed", { text: problem });
  const count = Math.min(12, ...found.map(([, lane]) => lane.test.length));
  if (!seeds.done) return t("play.seeds_running", { count: found.length ? count : 0 });
  const between = ([mean, margin]) => `${figure(mean)} ± ${figure(margin)}`;
  const parts = found.map(([name, lane]) =>
    lane.test_interval ? t("play.seeds_lane", { name: name.toUpperCase(), interval: between(lane.test_interval) }) : t("play.seeds_diverged", { name: name.toUpperCase() }),
  );
  if (seeds.paired?.test) parts.push(t(`play.seeds_${direction(seeds.paired.test)}`, { interval: between(seeds.paired.test) }));
  return parts.join(" ");
}

/** Say which way an interval points: the same, where it holds zero. */
export function direction([mean, margin]) {
  if (Math.abs(mean) <= margin) return "same";
  return mean < 0 ? "lower" : "higher";
}
