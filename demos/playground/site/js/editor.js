// An editor: a text field, and behind it the same text in colours. Tab leaves it, as in any form.

import { el } from "./dom.js";
import { marked } from "./text.js";

const KEYWORDS = "and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|not|or|pass|raise|return|try|while|with|yield|None|True|False|self";
const TOKENS = new RegExp(`(?<comment>#.*)|(?<string>[fr]?"""[\\s\\S]*?"""|[fr]?"(?:[^"\\\\\\n]|\\\\.)*"|[fr]?'(?:[^'\\\\\\n]|\\\\.)*')|(?<keyword>\\b(?:${KEYWORDS})\\b)|(?<number>\\b\\d[\\d_.]*(?:e-?\\d+)?\\b)|(?<dropout>\\bnn\\.Dropout\\b)`, "g");

/** Return Python as HTML, a span for every line. */
export function coloured(source, badLine = null) {
  const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  let html = "";
  let at = 0;
  for (const found of source.matchAll(TOKENS)) {
    const kind = Object.keys(found.groups).find((name) => found.groups[name] !== undefined);
    const pieces = found[0].split("\n").map((piece) => `<span class="${kind}">${escape(piece)}</span>`);
    html += escape(source.slice(at, found.index)) + pieces.join("\n");
    at = found.index + found[0].length;
  }
  html += escape(source.slice(at));
  return html
    .split("\n")
    .map((line, i) => `<span class="line${i + 1 === badLine ? " bad" : ""}">${line || " "}</span>`)
    .join("");
}

export class Editor {
  /**
   * @param {HTMLElement} place
   * @param {{label: () => string, onRun: () => void, onEdit: () => void}} options
   */
  constructor(place, { label, onRun, onEdit }) {
    this.label = label;
    this.back = el("pre", { class: "back", "aria-hidden": "true" });
    this.field = el("textarea", { spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "off" });
    this.problem = el("div", { class: "problem", role: "alert" });
    place.append(el("div", { class: "editor" }, this.back, this.field), this.problem);
    this.bad = null;
    this.field.addEventListener("input", () => {
      this.bad = null;
      this.colour();
      onEdit();
    });
    this.field.addEventListener("scroll", () => this.follow());
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        onRun();
      } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.indent(event);
    });
    this.translate();
  }

  translate() {
    this.field.setAttribute("aria-label", this.label());
  }

  get source() {
    return this.field.value;
  }

  /** Show a program; where it is what stands there, leave the cursor alone. */
  show(source) {
    if (source !== this.field.value) this.field.value = source;
    this.colour();
  }

  colour() {
    this.back.innerHTML = coloured(this.field.value, this.bad);
    this.field.rows = this.field.value.split("\n").length;
    this.follow();
  }

  follow() {
    this.back.scrollLeft = this.field.scrollLeft;
    this.back.scrollTop = this.field.scrollTop;
  }

  /** Begin a new line where the old one begins, a step further behind a colon. */
  indent(event) {
    event.preventDefault();
    const before = this.field.value.slice(0, this.field.selectionStart);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    const space = /^\s*/.exec(line)[0] + (line.trimEnd().endsWith(":") ? "    " : "");
    this.field.setRangeText(`\n${space}`, this.field.selectionStart, this.field.selectionEnd, "end");
    this.field.dispatchEvent(new Event("input"));
  }

  /** Show what is wrong, at its line; nothing for null. */
  complain(mistake, words = "") {
    this.bad = mistake?.line ?? null;
    this.colour();
    this.problem.replaceChildren();
    if (!mistake) return;
    const title = el("p");
    title.innerHTML = marked(words);
    this.problem.append(title, el("pre", { tabindex: "0" }, mistake.traceback || mistake.text));
  }
}
