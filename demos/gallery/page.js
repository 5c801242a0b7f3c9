"use strict";
const words = JSON.parse(document.getElementById("words").textContent);
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// Animations: a slider that can be dragged, and a button that plays to the end and stops there.
for (const player of document.querySelectorAll(".player")) {
  const lines = [...player.querySelectorAll("[data-moving]")];
  const button = player.querySelector("button");
  const slider = player.querySelector("input");
  const output = player.querySelector("output");
  const { paths, labels } = JSON.parse(player.querySelector("script").textContent);
  let timer = null;

  const show = () => {
    const frame = Number(slider.value);
    for (const line of lines) line.setAttribute("d", paths[line.dataset.moving][frame]);
    output.textContent = labels[frame];
    slider.setAttribute("aria-valuetext", labels[frame]);
  };
  const pause = () => {
    clearInterval(timer);
    timer = null;
    button.textContent = words.play;
  };
  const step = () => {
    slider.value = Number(slider.value) + 1;
    show();
    if (slider.value === slider.max) pause();
  };
  const play = () => {
    if (slider.value === slider.max) slider.value = 0;
    show();
    button.textContent = words.pause;
    timer = setInterval(step, calm.matches ? 1000 : 100);
  };

  button.addEventListener("click", () => (timer === null ? play() : pause()));
  slider.addEventListener("input", () => { pause(); show(); });
  show();
}

// Guesses: the one that was made is marked, and the measured one beside it.
for (const guess of document.querySelectorAll(".guess")) {
  const buttons = [...guess.querySelectorAll("button")];
  const reply = guess.querySelector("output");
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) {
        other.setAttribute("aria-pressed", String(other === button));
        other.classList.toggle("measured", other.dataset.key === guess.dataset.answer);
      }
      const right = button.dataset.key === guess.dataset.answer;
      const measured = buttons.find((other) => other.dataset.key === guess.dataset.answer);
      reply.textContent = right ? words.right : words.wrong.replace("{}", measured ? measured.textContent : "");
    });
  }
}

// Code to take along.
for (const button of document.querySelectorAll("button.copy")) {
  button.addEventListener("click", async () => {
    const code = button.closest(".code").querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = words.copied;
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = words.selected;
    }
    setTimeout(() => { button.textContent = words.copy; }, 2000);
  });
}

// The other language opens at the same section.
for (const link of document.querySelectorAll(".switch a")) {
  link.addEventListener("click", () => { link.hash = location.hash; });
}
