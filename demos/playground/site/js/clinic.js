// The clinic: a dropout in the editor, examined by the kit; and a quiz of wrong ones.

import { $, el } from "./dom.js";
import { Editor, coloured } from "./editor.js";
import { marked, onLanguage, t, translate } from "./text.js";

export class Clinic {
  constructor(engine, site) {
    this.engine = engine;
    this.site = site;
    this.results = new Map();
    this.report = null;
    this.busy = false;
    this.quiz = null;
    this.score = { right: 0, asked: 0 };
    this.editor = new Editor($("#clinic-code"), { label: () => t("clinic.code"), onRun: () => this.examine(), onEdit: () => {} });
    this.fillList();
    $("#specimen").addEventListener("change", () => this.take($("#specimen").value));
    $("#examine").addEventListener("click", () => this.examine());
    $("#cancel-examination").addEventListener("click", () => engine.restart());
    $("#ask").addEventListener("click", () => this.ask());
    engine.on("verdict", ({ result }) => this.addResult(result));
    engine.on("report", (report) => this.finish(report));
    engine.on("restarting", () => this.reset());
    this.take("layer");
    onLanguage(() => this.translate());
  }

  fillList() {
    const option = (value, key) => el("option", { value, "data-text": key });
    const wrong = this.site.mistakes.map(({ name }) => option(name, `mistakes.${name}`));
    $("#specimen").append(
      el("optgroup", { "data-label-attribute": "clinic.right_ones" }, ...Object.keys(this.site.dropouts).map((name) => option(name, `clinic.${name}`))),
      el("optgroup", { "data-label-attribute": "clinic.wrong_ones" }, ...wrong),
    );
  }

  translate() {
    for (const group of document.querySelectorAll("[data-label-attribute]")) group.label = t(group.dataset.labelAttribute);
    translate($("#clinic"));
    this.editor.translate();
    this.show();
    this.showQuiz();
  }

  take(name) {
    const mistake = this.site.mistakes.find((each) => each.name === name);
    this.editor.show(mistake?.source ?? this.site.dropouts[name]);
    this.editor.complain(null);
  }

  reset() {
    this.busy = false;
    this.results.clear();
    this.show();
  }

  // ---- the examination ------------------------------------------------------------------------------------------------

  examine() {
    if (this.busy) return;
    this.results.clear();
    this.report = null;
    this.busy = true;
    this.editor.complain(null);
    this.engine.post({ type: "examine", source: this.editor.source, thorough: $("#thorough").checked });
    this.show();
  }

  addResult(result) {
    this.results.set(result.id, result);
    this.show();
  }

  finish(report) {
    this.busy = false;
    this.report = report;
    if (report.mistake) {
      const { line, text } = report.mistake;
      this.editor.complain(report.mistake, line ? t("play.mistake_at", { line, text }) : text);
      this.results.clear();
    }
    this.show();
    if (this.quiz && this.quiz.guess) this.showQuiz();
  }

  show() {
    $("#examine").disabled = this.busy;
    $("#cancel-examination").hidden = !this.busy;
    $("#promises").replaceChildren(...this.site.promises.map((id) => this.row(id)));
    $("#diagnosis").textContent = this.diagnosis();
    $("#full-report").hidden = !this.report?.text;
    $("#full-report pre").textContent = this.report?.text ?? "";
  }

  diagnosis() {
    if (this.busy) return t("clinic.examining", { count: this.results.size, all: this.site.promises.length });
    if (!this.report) return t("clinic.idle");
    if (this.report.mistake) return t("clinic.nothing");
    const { broken } = this.report;
    return broken.length === 0 ? t("clinic.healthy") : t("clinic.ill", { count: broken.length, names: broken.map((id) => t(`promises.${id}.name`)).join(t("page.comma")) });
  }

  row(id) {
    const result = this.results.get(id);
    const status = result?.status ?? (this.busy ? "waiting" : "unknown");
    const words = el("div", {}, el("p", { class: "promise" }, t(`promises.${id}.name`), el("span", { class: "soft" }, ` ${t(`promises.${id}.says`)}`)));
    if (result && status !== "held") words.append(el("p", { class: "evidence", lang: "en" }, result.evidence));
    if (status === "broken") words.append(el("p", { class: "meaning" }, t(`promises.${id}.harm`)));
    return el("li", { class: `result ${status}` }, el("span", { class: "status" }, t(`clinic.${status}`)), words);
  }

  // ---- the quiz -------------------------------------------------------------------------------------------------------

  /** Ask which promise the next wrong dropout breaks, among four that it could be. */
  ask() {
    const { mistakes, promises } = this.site;
    if (!this.deck?.length) this.deck = shuffled(mistakes.map(({ name }) => name));
    const mistake = mistakes.find(({ name }) => name === this.deck[0]);
    this.deck = this.deck.slice(1);
    const others = promises.filter((id) => id !== mistake.breaks && !mistake.follows.includes(id) && id !== "channel" && id !== "precision");
    this.quiz = { mistake, choices: shuffled([mistake.breaks, ...shuffled(others).slice(0, 3)]), guess: "" };
    this.showQuiz();
    $("#quiz-question").focus();
  }

  guess(id) {
    this.quiz.guess = id;
    this.score.asked += 1;
    this.score.right += id === this.quiz.mistake.breaks ? 1 : 0;
    this.editor.show(this.quiz.mistake.source);
    $("#specimen").value = this.quiz.mistake.name;
    this.examine();
    this.showQuiz();
    $("#quiz-answer").focus();
  }

  showQuiz() {
    const { quiz } = this;
    $("#ask").textContent = t(quiz ? "quiz.next" : "quiz.start");
    $("#ask").disabled = Boolean(quiz) && quiz.guess === "";
    $("#quiz-card").hidden = !quiz;
    $("#score").textContent = this.score.asked ? t("quiz.score", this.score) : "";
    if (!quiz) return;
    const lines = quiz.mistake.source.split("\n");
    const wrong = quiz.mistake.wrong.split("\n")[0];
    const bad = quiz.guess ? lines.findIndex((line) => line.includes(wrong)) + 1 : null;
    $("#quiz-code").innerHTML = coloured(quiz.mistake.source, bad);
    $("#quiz-choices").replaceChildren(
      ...quiz.choices.map((id) =>
        el(
          "button",
          {
            type: "button",
            class: `choice ${quiz.guess && id === quiz.mistake.breaks ? "right" : ""} ${quiz.guess === id && id !== quiz.mistake.breaks ? "wrong" : ""}`,
            disabled: quiz.guess !== "",
            onclick: () => this.guess(id),
          },
          el("strong", {}, t(`promises.${id}.name`)),
          el("span", {}, t(`promises.${id}.says`)),
        ),
      ),
    );
    $("#quiz-answer").innerHTML = quiz.guess === "" ? "" : this.quizAnswer();
  }

  quizAnswer() {
    const { mistake, guess } = this.quiz;
    const verdict = t(guess === mistake.breaks ? "quiz.right" : "quiz.wrong", { promise: t(`promises.${mistake.breaks}.name`) });
    const kit = this.busy ? t("quiz.kit_looks") : this.report?.broken ? t("quiz.kit_says", { names: this.report.broken.map((id) => t(`promises.${id}.name`)).join(t("page.comma")) }) : "";
    return `<strong>${marked(verdict)}</strong> ${marked(t(`mistakes.${mistake.name}`))} ${marked(t("quiz.instead"))} <code>${coloured(mistake.right.trim()).replace(/<\/?span[^>]*>/g, "")}</code><br>${marked(kit)}`;
  }
}

function shuffled(list) {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [copy[i], copy[j]] = [copy[j], copy[i]];
  }
  return copy;
}
