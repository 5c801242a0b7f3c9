"use strict";
// Animations: a slider that can be dragged, and a button that plays to the end and stops there.
const calm = matchMedia("(prefers-reduced-motion: reduce)");

for (const player of document.querySelectorAll(".player")) {
  const image = player.querySelector("img");
  const button = player.querySelector("button");
  const slider = player.querySelector("input");
  const output = player.querySelector("output");
  const frames = JSON.parse(player.querySelector("script").textContent);
  let timer = null;

  const show = () => {
    const [source, label] = frames[slider.value];
    image.src = source;
    output.textContent = label;
    slider.setAttribute("aria-valuetext", label);
  };
  const pause = () => {
    clearInterval(timer);
    timer = null;
    button.textContent = "Play";
  };
  const step = () => {
    slider.value = Number(slider.value) + 1;
    show();
    if (slider.value === slider.max) pause();
  };
  const play = () => {
    if (slider.value === slider.max) slider.value = 0;
    show();
    button.textContent = "Pause";
    timer = setInterval(step, calm.matches ? 1000 : 100);
  };

  button.addEventListener("click", () => (timer === null ? play() : pause()));
  slider.addEventListener("input", () => { pause(); show(); });
  show();
}
