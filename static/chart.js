// Reads the figures of a chart one by one: under a pointer, or with the arrow keys on a slider below it.
// Without this file each dot says its own figure on hover, and the table says them all.
"use strict";

for (const figure of document.querySelectorAll("[data-readout]")) {
  // A wide and a narrow drawing of the same figures, of which one shows.
  const drawings = [...figure.querySelectorAll("svg.chart")].map(svg => [...svg.querySelectorAll(".dot")]);
  const said = drawings.length ? drawings[0].map(dot => dot.querySelector("title").textContent) : [];
  if (said.length < 2) continue;

  const slider = Object.assign(document.createElement("input"), {
    type: "range", min: 0, max: said.length - 1, step: 1, value: said.length - 1,
  });
  slider.setAttribute("aria-label", figure.dataset.readout);
  slider.setAttribute("aria-valuetext", said.at(-1));
  // The slider says the same to those who listen: once is enough.
  const words = Object.assign(document.createElement("output"), { textContent: said.at(-1) });
  words.setAttribute("aria-hidden", "true");
  const readout = Object.assign(document.createElement("div"), { className: "readout" });
  readout.append(slider, words);

  const point = index => {
    slider.value = index;
    slider.setAttribute("aria-valuetext", said[index]);
    words.textContent = said[index];
    for (const dots of drawings) dots.forEach((dot, each) => dot.classList.toggle("here", each === index));
  };
  const leave = () => drawings.flat().forEach(dot => dot.classList.remove("here"));

  slider.addEventListener("input", () => point(Number(slider.value)));
  slider.addEventListener("focus", () => point(Number(slider.value)));
  slider.addEventListener("blur", leave);
  for (const dots of drawings) {
    const svg = dots[0].ownerSVGElement;
    svg.addEventListener("pointermove", event => {
      const far = dots.map(dot => {
        const box = dot.getBoundingClientRect();
        return Math.abs(event.clientX - (box.left + box.right) / 2);
      });
      point(far.indexOf(Math.min(...far)));
    });
    svg.addEventListener("pointerleave", leave);
  }
  figure.querySelector("svg.chart:last-of-type").after(readout);
}
