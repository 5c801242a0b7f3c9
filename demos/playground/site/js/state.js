// What is chosen, and the address that holds it, so that it can be sent to somebody.

/**
 * @typedef {"a" | "b"} LaneName
 * @typedef {Record<string, any>} Setting fields as in lab/setting.py
 */

export const VIEWS = ["guide", "play", "clinic", "step"];

export const state = {
  view: "guide",
  /** @type {{a: Setting, b: Setting | null}} */
  settings: { a: {}, b: null },
  /** @type {{a: string | null, b: string | null}} programs written by hand, in the place of a setting's */
  code: { a: null, b: null },
  /** @type {LaneName} */
  selected: "b",
  linked: true, // the data of both settings are the same
  experiment: "",
  foreign: false, // the code came with the address, and was not run yet
};

let defaults = {};
let controls = [];

export function describe(site) {
  defaults = site.defaults;
  controls = site.controls;
  state.settings = { a: { ...defaults, p: 0 }, b: { ...defaults } };
}

export const DATA = ["data", "points", "noise", "seed", "added"];

/** Set a field of the selected setting; data of both, where they are linked. */
export function choose(field, value) {
  const lanes = state.linked && DATA.includes(field) ? ["a", "b"] : [state.selected];
  const changed = lanes.filter((lane) => state.settings[lane]);
  for (const lane of changed) {
    const setting = { ...state.settings[lane], [field]: value };
    if (field === "data" && twoClasses(value) !== twoClasses(state.settings[lane].data)) {
      setting.added = [];
      setting.points = twoClasses(value) ? 100 : 20;
      setting.noise = twoClasses(value) ? 0.2 : 0.3;
    }
    state.settings[lane] = setting;
  }
  return changed;
}

export const twoClasses = (data) => ["moons", "circles", "spirals"].includes(data);
export const lanes = () => (state.settings.b ? ["a", "b"] : ["a"]);

// ---- the address ------------------------------------------------------------------------------------------------------

/** Return the address of what is chosen. */
export async function address(preferences) {
  const query = new URLSearchParams();
  if (preferences.lang) query.set("lang", preferences.lang);
  if (preferences.theme) query.set("theme", preferences.theme);
  if (state.view === "play") {
    if (state.experiment) query.set("experiment", state.experiment);
    else await addSettings(query);
  }
  const text = query.toString();
  return `#${state.view}${text ? `?${text}` : ""}`;
}

async function addSettings(query) {
  for (const lane of lanes()) {
    query.set(lane, Object.entries(state.settings[lane]).filter(([field, value]) => !same(value, defaults[field])).map(pair).join(","));
    if (state.code[lane] !== null) query.set(`${lane}.code`, await packed(state.code[lane]));
  }
  if (state.settings.b && state.selected === "a") query.set("lane", "a");
  if (state.settings.b && !state.linked) query.set("data", "two");
}

const same = (x, y) => JSON.stringify(x) === JSON.stringify(y);
const pair = ([field, value]) => `${field}:${field === "added" ? value.map((point) => point.join("_")).join("~") : value}`;

/** Take what an address says; what it says wrongly is left at its default. Return its preferences. */
export async function readAddress(hash) {
  const [view, text = ""] = hash.replace(/^#\/?/, "").split("?");
  const query = new URLSearchParams(text);
  state.view = VIEWS.includes(view) ? view : "guide";
  if (state.view === "play") {
    state.experiment = query.get("experiment") ?? "";
    if (query.has("a")) {
      state.settings.a = setting(query.get("a"));
      state.settings.b = query.has("b") ? setting(query.get("b")) : null;
      state.linked = query.get("data") !== "two";
      state.selected = state.settings.b && query.get("lane") !== "a" ? "b" : "a";
      for (const lane of ["a", "b"]) state.code[lane] = query.has(`${lane}.code`) ? await unpacked(query.get(`${lane}.code`)) : null;
      state.foreign = state.code.a !== null || state.code.b !== null;
    }
  }
  return { lang: query.get("lang"), theme: query.get("theme") };
}

function setting(text) {
  const found = { ...defaults };
  for (const part of text.split(",").filter(Boolean)) {
    const [field, value = ""] = part.split(":");
    const control = controls.find((candidate) => candidate.field === field);
    if (field === "added") found.added = points(value);
    else if (control?.choices.length && control.choices.includes(value)) found[field] = value;
    else if (control && !control.choices.length) found[field] = within(control, Number(value), defaults[field]);
  }
  const size = twoClasses(found.data) ? 3 : 2;
  found.added = found.added.filter((point) => point.length === size);
  return found;
}

const points = (text) => text.split("~").map((point) => point.split("_").map(Number)).filter((point) => point.every(Number.isFinite)).slice(0, 200);

/** Return a number that a control can have. */
export function within(control, value, otherwise) {
  if (!Number.isFinite(value)) return otherwise;
  const kept = Math.min(control.high, Math.max(control.low, value));
  return control.step >= 1 ? Math.round(kept) : kept;
}

async function packed(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

async function unpacked(text) {
  try {
    const bytes = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return await new Response(stream).text();
  } catch {
    return null; // an address that was cut off
  }
}
