// Five guided experiments: guess first, then see what is measured, there and then.

import { $, el } from "./dom.js";
import { direction } from "./play.js";
import { state } from "./state.js";
import { figure, marked, onLanguage, t } from "./text.js";

const GUESSES = ["lower", "same", "higher"];

export class Guide {
  /**
   * @param {import("./engine.js").Engine} engine
   * @param {object} site
   * @param {import("./play.js").Play} play
   */
  constructor(engine, site, play) {
    this.engine = engine;
    this.experiments = site.experiments;
    this.play = play;
    this.guess = "";
    this.measured = null;
    engine.on("seeds", (seeds) => this.take(seeds));
    onLanguage(() => this.translate());
  }

  /** Show the list, and the experiment that is open in the playground. */
  translate() {
    $("#experiments").replaceChildren(
      ...this.experiments.map(({ name }, i) =>
        el(
          "li",
          {},
          el(
            "a",
            { href: `#play?experiment=${name}`, class: "card" },
            el("span", { class: "number", "aria-hidden": "true" }, String(i + 1)),
            el("span", { class: "question" }, t(`experiments.${name}.question`)),
            el("span", { class: "soft" }, t(`experiments.${name}.teaser`)),
          ),
        ),
      ),
    );
    this.show();
  }

  get current() {
    return this.experiments.find(({ name }) => name === state.experiment);
  }

  /** Put the settings of the experiment into both lanes; nothing runs before the guess. */
  open() {
    const experiment = this.current;
    this.guess = "";
    this.measured = null;
    state.guessed = false;
    if (experiment) {
      state.settings = { a: { ...experiment.a }, b: { ...experiment.b } };
      state.code = { a: null, b: null };
      state.selected = "b";
      state.foreign = false;
      state.linked = experiment.a.points === experiment.b.points;
    } else state.experiment = "";
    this.show();
  }

  show() {
    const experiment = this.current;
    $("#experiment").hidden = !experiment;
    if (!experiment) return;
    const key = `experiments.${experiment.name}`;
    const place = this.experiments.indexOf(experiment);
    $("#experiment-number").textContent = t("guide.number", { number: place + 1, count: this.experiments.length });
    $("#experiment-question").textContent = t(`${key}.question`);
    $("#experiment-setup").innerHTML = marked(t(`${key}.setup`));
    $("#guesses").replaceChildren(
      ...GUESSES.map((guess) =>
        el("button", { type: "button", class: "guess", "aria-pressed": String(this.guess === guess), disabled: this.guess !== "", onclick: () => this.makeGuess(guess) }, t(`guide.${guess}`)),
      ),
    );
    $("#answer").innerHTML = this.answer(experiment, key);
    const next = this.experiments[place + 1];
    const link = $("#next-experiment");
    link.hidden = !this.measured;
    link.href = next ? `#play?experiment=${next.name}` : "#play";
    link.textContent = t(next ? "guide.next" : "guide.free");
  }

  makeGuess(guess) {
    this.guess = guess;
    state.guessed = true;
    this.show();
    this.play.play();
    this.play.study();
    $("#answer").focus();
  }

  take(seeds) {
    if (!this.current || this.guess === "") return;
    this.counted = Math.min(12, ...Object.values(seeds.lanes).map((lane) => lane.test.length));
    if (seeds.done && seeds.paired?.[this.current.asks]) this.measured = seeds;
    this.show();
  }

  answer(experiment, key) {
    if (this.guess === "") return "";
    if (!this.measured) return marked(t("guide.measuring", { count: this.counted ?? 0 }));
    const { lanes, paired } = this.measured;
    const interval = paired[experiment.asks];
    const found = direction(interval);
    const mean = (lane) => figure(lanes[lane][`${experiment.asks}_interval`][0]);
    const numbers = { a: mean("a"), b: mean("b"), change: figure(interval[0]), margin: figure(interval[1]) };
    const verdict = t(`guide.found_${found}`, numbers);
    const hit = t(found === this.guess ? "guide.right" : "guide.wrong", { guess: t(`guide.${this.guess}`) });
    return `<strong>${marked(verdict)}</strong> ${marked(hit)}<br>${marked(t(`${key}.because`))}`;
  }
}

