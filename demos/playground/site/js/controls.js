// The controls: for every field of a setting a list, or a slider and a field for its number.

import { el } from "./dom.js";
import { within } from "./state.js";
import { t } from "./text.js";

const STEPS = 200; // of a logarithmic slider

/** One control, as lab/setting.py describes it. */
class Choice {
  constructor(control, choose) {
    this.control = control;
    this.id = `control-${control.field}`;
    this.name = el("label", { for: this.id, "data-text": `controls.${control.field}` });
    this.hint = el("p", { class: "hint", id: `${this.id}-hint` });
    if (control.choices.length > 0) this.makeList(choose);
    else this.makeSlider(choose);
  }

  makeList(choose) {
    const options = this.control.choices.map((choice) => el("option", { value: choice, "data-text": `choices.${choice}` }));
    this.list = el("select", { id: this.id, onchange: () => choose(this.control.field, this.list.value) }, ...options);
    this.element = el("div", { class: "control" }, this.name, this.list, this.hint);
  }

  makeSlider(choose) {
    const { control } = this;
    const take = (value) => choose(control.field, within(control, value, control.low));
    this.slider = el("input", { type: "range", id: this.id, oninput: () => take(this.valueAt(Number(this.slider.value))) });
    this.number = el("input", { type: "number", inputmode: "decimal", "data-label": `controls.${control.field}`, step: "any", min: control.low, max: control.high });
    this.number.addEventListener("change", () => take(Number(this.number.value)));
    if (control.logarithmic) Object.assign(this.slider, { min: control.low === 0 ? -1 : 0, max: STEPS, step: 1 });
    else Object.assign(this.slider, { min: control.low, max: control.high, step: control.step });
    this.element = el("div", { class: "control" }, this.name, this.number, this.slider, this.hint);
  }

  /** Return what a place of the slider means; of a logarithmic one the leftmost place is 0. */
  valueAt(place) {
    if (!this.control.logarithmic) return Number(place.toPrecision(6));
    if (place < 0) return 0;
    const { least, high } = this.control;
    return Number((least * (high / least) ** (place / STEPS)).toPrecision(2));
  }

  placeOf(value) {
    if (!this.control.logarithmic) return value;
    if (value <= 0) return -1;
    const { least, high } = this.control;
    return Math.round((STEPS * Math.log(value / least)) / Math.log(high / least));
  }

  show(value, hint) {
    if (this.list) this.list.value = value;
    else {
      this.slider.value = this.placeOf(value);
      this.slider.setAttribute("aria-valuetext", String(value));
      if (document.activeElement !== this.number) this.number.value = value;
    }
    this.hint.textContent = hint;
    this.hint.hidden = hint === "";
    const field = this.list ?? this.slider;
    if (hint === "") field.removeAttribute("aria-describedby");
    else field.setAttribute("aria-describedby", this.hint.id);
  }
}

export class Controls {
  /**
   * @param {HTMLElement} place
   * @param {object[]} controls of site.json
   * @param {(field: string, value: any) => void} choose
   */
  constructor(place, controls, choose) {
    this.choices = controls.map((control) => new Choice(control, choose));
    for (const group of new Set(controls.map((control) => control.group))) {
      const members = this.choices.filter((choice) => choice.control.group === group);
      const open = matchMedia("(min-width: 48rem)").matches || group === "cure";
      place.append(
        el("details", { open, "data-group": group }, el("summary", {}, el("h3", { "data-text": `groups.${group}` })), ...members.map((choice) => choice.element)),
      );
    }
  }

  show(setting) {
    for (const choice of this.choices) choice.show(setting[choice.control.field], hint(choice.control.field, setting));
  }
}

/** Say what a field means where that depends on others. */
function hint(field, setting) {
  if (field === "weight_decay") return t(setting.optimizer === "AdamW" ? "hints.decoupled" : "hints.l2");
  if (field === "max_norm") return setting.max_norm === 0 ? t("hints.no_bound") : "";
  if (field === "place") return t(`hints.place_${setting.place}`);
  return "";
}
