// The entry page while somebody types: what the figure would do, how the parts stand to their total, and the keys.
// Without this file a button shows the effect, and the sum is said after a save.
"use strict";
(() => {
  const form = document.getElementById("entry");
  if (!form) return;
  const PAUSE = 600;
  const field = (name) => form.elements[name];
  const main = form.querySelector("[data-main]");

  // Figures as whole numbers of their smallest step, so that 0.1 and 0.2 make 0.3.

  const PLAIN = /^([+-]?)(\d{1,11})(?:\.(\d{1,4}))?$/;
  const WIDE = "０１２３４５６７８９．＋－−";
  const PLACES = 4;

  function read(text) {
    const plain = [...text.trim()].map((c) => "0123456789.+--"[WIDE.indexOf(c)] ?? c).join("");
    const found = PLAIN.exec(plain);
    if (!found) return null;
    const whole = BigInt(found[2] + (found[3] ?? "").padEnd(PLACES, "0"));
    return found[1] === "-" ? -whole : whole;
  }

  function said(value) {
    const digits = String(value < 0n ? -value : value).padStart(PLACES + 1, "0");
    const whole = digits.slice(0, -PLACES).replace(/\B(?=(\d{3})+$)/g, ",");
    const decimals = digits.slice(-PLACES).replace(/0+$/, "");
    return (value < 0n ? "−" : "") + whole + (decimals ? "." + decimals : "");
  }

  // The parts of a breakdown against their total

  const parts = form.querySelector(".parts-of");
  const running = document.getElementById("running");

  function sum() {
    const typed = [...parts.querySelectorAll("input[name^=part_]")].map((box) => read(box.value));
    const known = typed.filter((value) => value !== null);
    if (!known.length) return "";
    const whole = known.reduce((a, b) => a + b, 0n);
    const total = read(field("value").value);
    const between = total === null ? 0n : total - whole;
    const name = total === null ? "alone" : between === 0n ? "agrees" : between > 0n ? "less" : "more";
    const words = { sum: said(whole), total: said(total ?? 0n), difference: said(between < 0n ? -between : between) };
    return parts.dataset[name].replace(/%\((\w+)\)s/g, (_all, word) => words[word]);
  }

  function showSum() {
    if (parts) running.textContent = sum();
  }

  // What the figure would do

  const effect = document.getElementById("effect");
  const spoken = document.getElementById("effect-said");
  let waiting, asked;

  function typed() {
    const sent = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && name !== "keeper") sent.append(name, value);
    }
    return sent;
  }

  async function showEffect() {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(effect.dataset.effect, {
        method: "POST", body: typed(), signal: asked.signal, redirect: "error",
      });
      if (answer.status === 429) soon(Number(answer.headers.get("Retry-After") ?? 5) * 1000);
      if (!answer.ok || !answer.headers.get("Content-Type")?.startsWith("text/html")) return;
      effect.innerHTML = await answer.text();
      spoken.textContent = [...effect.querySelectorAll("h2, .error, .effects, .asked-for")].map((part) => part.textContent).join(". ");
    } catch {
      // A newer figure was typed, or there is no connection: what is shown stays, and a save says it all.
    }
  }

  function soon(pause = PAUSE) {
    clearTimeout(waiting);
    waiting = setTimeout(showEffect, pause);
  }

  const TELLING = /^(period|value|missing|status|qualifier|kind|break_before|part_.*|evidence_url)$/;

  function changed(event) {
    if (!TELLING.test(event.target.name)) return;
    showSum();
    if (effect) soon();
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);

  // Where any period may be typed, the list of suggestions knows which of them are public.

  const period = field("period"), revising = form.querySelector(".revising");
  if (period.list) {
    period.addEventListener("input", () => {
      const known = [...period.list.options].find((option) => option.value === period.value.trim());
      const asks = known?.hasAttribute("data-public") ?? false;
      revising.classList.toggle("asked", asks);
      form.querySelector(".reason").classList.toggle("asked", asks);
    });
  }

  // Ctrl and Enter, or Command and Enter, from any field

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.repeat) return;
    event.preventDefault();
    form.requestSubmit(main);
  });

  for (const part of document.querySelectorAll("[data-with-script]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-without-script]")) part.hidden = true;
  showSum();
  if (effect && field("value").value.trim()) soon(0);
})();
