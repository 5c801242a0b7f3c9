// The words: one catalogue for each language, and the elements of the page that show them.

import { locate } from "./resources.js";

const catalogues = new Map();
const listeners = [];
let current = "en";

export const language = () => current;

/** Call a function now and after every change of the language. */
export function onLanguage(listener) {
  listeners.push(listener);
  listener();
}

/** Switch to a language, and show its words. */
export async function useLanguage(code) {
  if (!catalogues.has(code)) {
    const response = await fetch(locate(`texts/${code}.json`));
    catalogues.set(code, await response.json());
  }
  current = code;
  document.documentElement.lang = code === "zh" ? "zh-Hans" : code;
  document.title = t("page.title");
  translate(document);
  for (const listener of listeners) listener();
}

/**
 * Return the words of a key, with values in the places of {names}.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const words = catalogues.get(current)?.[key];
  if (words === undefined) return key;
  return words.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** Whether the catalogue has a key. */
export const has = (key) => catalogues.get(current)?.[key] !== undefined;

/** Show the words of all elements below one: data-text is content, data-label the accessible name. */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-text]")) element.innerHTML = marked(t(element.dataset.text));
  for (const element of root.querySelectorAll("[data-label]")) element.setAttribute("aria-label", t(element.dataset.label));
}

/** Turn `code`, *stress* and line breaks of a catalogue into HTML; everything else is text. */
export function marked(words) {
  return words
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\*([^*]+)\*/g, "<em>$1</em>")
    .replace(/\n\n+/g, "<br><br>");
}

/** Write a number for a reader: three digits behind the point where it is small. */
export function figure(value, digits = 3) {
  if (value === null || value === undefined) return "∞";
  const size = Math.abs(value);
  const text = size !== 0 && (size < 5e-4 || size >= 1e4) ? value.toExponential(1) : value.toFixed(size >= 100 ? 1 : digits);
  return text.replace("-", "−");
}
