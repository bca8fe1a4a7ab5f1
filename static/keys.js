// One key to the next item: n, and p to the one before.
//
// On a list they walk along its links marked data-walk; Enter opens the one that has the focus. Where the list ends,
// they go on to its next page; on any other page they follow a link marked data-key="n" or data-key="p". They do
// nothing while something is being typed or chosen, nor with Ctrl, Alt or Meta, nor once they were switched off,
// which this browser remembers.
//
// Alt and a letter does what the access key of the same letter does, in browsers that ask for other keys as well.
"use strict";
(() => {
  const PLACE = "desk-keys";
  const hint = document.querySelector("[data-keys]");
  const steps = { n: 1, p: -1 };
  const rels = { n: "next", p: "prev" };

  const remembered = () => {
    try { return localStorage.getItem(PLACE); } catch { return null; }
  };
  const remember = (state) => {
    try { localStorage.setItem(PLACE, state); } catch { /* Kept for this page alone, then. */ }
  };
  let on = remembered() !== "off";

  const typing = (target) =>
    target.isContentEditable || target.closest("input, textarea, select, [contenteditable], dialog[open]");

  const walk = (step) => {
    const links = [...document.querySelectorAll("a[data-walk]")];
    const at = links.indexOf(document.activeElement);
    const next = at < 0 && step < 0 ? undefined : links[at + step];
    next?.focus();
    return Boolean(next);
  };

  const follow = (key) => {
    const link = document.querySelector(`a[data-key="${key}"], .pages a[rel="${rels[key]}"]`);
    link?.click();
    return Boolean(link);
  };

  document.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!on || !step || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.repeat || event.defaultPrevented || typing(event.target)) return;
    if (walk(step) || follow(event.key)) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat) return;
    const place = /^[a-z]$/.test(event.key) && document.querySelector(`[accesskey="${event.key}"]`);
    if (!place) return;
    event.preventDefault();
    if (place.matches("a, button")) place.click();
    else place.focus();
  });

  if (!hint) return;
  const show = () => {
    hint.querySelector("[data-keys-on]").hidden = !on;
    hint.querySelector("[data-keys-off]").hidden = on;
  };
  hint.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    on = !on;
    remember(on ? "on" : "off");
    show();
    hint.querySelector("button:not([hidden] *)").focus();
  });
  show();
  hint.hidden = false;
})();
