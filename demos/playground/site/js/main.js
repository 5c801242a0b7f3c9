// The page: it loads what it must know, starts the Worker, and shows the view that the address names.

import { Clinic } from "./clinic.js";
import { $, $$, el } from "./dom.js";
import { Engine } from "./engine.js";
import { Guide } from "./guide.js";
import { Play } from "./play.js";
import { locate } from "./resources.js";
import { VIEWS, address, describe, readAddress, state } from "./state.js";
import { Step } from "./step.js";
import { language, onLanguage, t, useLanguage } from "./text.js";

const THEMES = ["auto", "light", "dark"];
const preferences = { lang: "", theme: "" }; // what the address says, or the reader chose
let views = {};

async function main() {
  const site = await (await fetch(locate("site.json"))).json();
  describe(site);
  await takePreferences(await readAddress(location.hash), site);
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    showFailure(t("loading.no_webassembly"));
    return;
  }
  const engine = new Engine(site);
  showLoading(engine);
  const play = new Play(engine, site, () => writeAddress());
  views = { play, guide: new Guide(engine, site, play), clinic: new Clinic(engine, site), step: new Step(engine) };
  connectPreferences(site);
  addEventListener("hashchange", () => follow(site)); // not told of what the page itself writes with replaceState
  open();
}

/** Go where the address leads. */
async function follow(site) {
  const { view } = state;
  await takePreferences(await readAddress(location.hash), site);
  open();
  if (view !== state.view) $("#main").focus({ preventScroll: true });
  scrollTo(0, 0);
}

function open() {
  for (const view of VIEWS) $(`#${view}`).hidden = view !== state.view;
  for (const link of $$("nav a")) {
    if (link.dataset.view === state.view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (state.view === "play") {
    views.guide.open();
    views.play.open();
  }
  if (state.view === "step") views.step.open();
  document.body.dataset.view = state.view;
}

let writing = 0;
function writeAddress() {
  clearTimeout(writing);
  writing = setTimeout(async () => {
    history.replaceState(null, "", await address(preferences));
  }, 150);
}

// ---- preferences ------------------------------------------------------------------------------------------------------

async function takePreferences({ lang, theme }, site) {
  const stored = (key) => localStorage.getItem(`minigrad.${key}`);
  const own = navigator.languages?.some((each) => each.toLowerCase().startsWith("zh")) && navigator.language.startsWith("zh") ? "zh" : "en";
  const code = [lang, stored("lang"), own].find((each) => each in site.languages);
  const look = [theme, stored("theme"), "auto"].find((each) => THEMES.includes(each));
  if (lang in site.languages) preferences.lang = lang;
  if (THEMES.includes(theme)) preferences.theme = theme;
  useTheme(look);
  if (code !== language() || !document.documentElement.dataset.ready) await useLanguage(code);
  document.documentElement.dataset.ready = "yes";
}

function useTheme(theme) {
  document.documentElement.dataset.theme = theme;
  dispatchEvent(new Event("themechange"));
}

function connectPreferences(site) {
  const others = Object.keys(site.languages);
  $("#language").addEventListener("click", async () => {
    const next = others[(others.indexOf(language()) + 1) % others.length];
    keep("lang", next);
    await useLanguage(next);
    writeAddress();
  });
  $("#theme").addEventListener("click", () => {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = document.documentElement.dataset.theme;
    const shown = now === "auto" ? (dark ? "dark" : "light") : now;
    const next = shown === "dark" ? "light" : "dark";
    keep("theme", next);
    useTheme(next);
    writeAddress();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => dispatchEvent(new Event("themechange")));
  onLanguage(() => {
    const next = others[(others.indexOf(language()) + 1) % others.length];
    $("#language").textContent = site.languages[next];
    $("#language").lang = next === "zh" ? "zh-Hans" : next;
  });
}

function keep(key, value) {
  localStorage.setItem(`minigrad.${key}`, value);
  preferences[key] = value;
}

// ---- loading ----------------------------------------------------------------------------------------------------------

function showLoading(engine) {
  const bar = $("#progress");
  let last = { type: "loading", file: "", loaded: 0, total: 1 };
  const show = () => {
    const size = (bytes) => (bytes / 1e6).toFixed(1);
    if (last.type === "loading") {
      bar.value = last.loaded / last.total;
      $("#loading-words").textContent = t("loading.file", { file: last.file, loaded: size(last.loaded), total: size(last.total) });
    } else if (last.type === "starting") {
      bar.removeAttribute("value");
      $("#loading-words").textContent = t("loading.starting");
    } else if (last.type === "ready") {
      $("#loading").hidden = true;
      $("#ready").textContent = t("loading.ready", { seconds: last.seconds.toFixed(1) });
    } else if (last.type === "failed") showFailure(t("loading.failed"), last.text);
  };
  for (const type of ["loading", "starting", "ready", "failed"]) {
    engine.on(type, (message) => {
      last = message;
      show();
    });
  }
  engine.on("restarting", () => {
    $("#loading").hidden = false;
    $("#slow").hidden = true;
  });
  engine.on("slow", ({ slow }) => ($("#slow").hidden = !slow || state.view === "clinic"));
  $("#stop").addEventListener("click", () => engine.restart());
  onLanguage(show);
}

function showFailure(words, detail = "") {
  const place = $("#loading");
  place.hidden = false;
  place.classList.add("failure");
  place.setAttribute("role", "alert");
  place.replaceChildren(el("p", {}, words), ...(detail ? [el("p", { class: "soft", lang: "en" }, detail)] : []));
}

main().catch((error) => showFailure(t("loading.failed"), String(error.message ?? error)));
