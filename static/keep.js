/* Nothing typed is lost. Forms with data-keep send what stands in them a second after typing stops; while the server is
   away this browser keeps it. Says so quietly, warns before the session ends, and lets a form be sent once. */
(() => {
  "use strict";
  const own = document.currentScript, words = own.dataset;
  const PAUSE = 1000, LONGEST_PAUSE = 10000, AGAIN = 10000, WARNING = 120, OLD = 90 * 24 * 3600 * 1000;
  const HELD = "keep:" + words.owner + ":", SEEN = "keep-seen:" + words.owner;
  const NOT_TYPED = new Set(["csrfmiddlewaretoken", "keeper", "token"]);

  // What this browser keeps. It may have no room, or be told to keep nothing: then the server alone does.

  const shelf = {
    put(name, value) { try { localStorage.setItem(name, value); return true; } catch { return false; } },
    get(name) { try { return localStorage.getItem(name); } catch { return null; } },
    drop(name) { try { localStorage.removeItem(name); } catch { /* nothing is kept */ } },
    names(beginning) { try { return Object.keys(localStorage).filter((name) => name.startsWith(beginning)); } catch { return []; } },
  };

  function typedIn(form) {
    return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_TYPED.has(name));
  }

  // Somebody may have typed before this script was there.
  function asItCame(form) {
    const untouched = form.cloneNode(true);
    untouched.reset();
    return untouched;
  }

  function csrf() { return document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? ""; }

  function send(keeper, typed, options = {}) {
    const body = new URLSearchParams([["csrfmiddlewaretoken", csrf()], ["keeper", keeper], ...typed]);
    return fetch(words.address, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual", ...options });
  }

  function filled(text, time) { return text.replace("{time}", time); }

  // A form that is kept

  class Kept {
    constructor(form) {
      this.form = form;
      this.keeper = form.elements.keeper?.value;
      this.held = HELD + this.keeper.slice(-43);
      this.line = form.querySelector(".keep-state");
      this.spoken = form.querySelector("[data-keep-said]");
      this.stored = JSON.stringify(typedIn(asItCame(form)));
      for (const kind of ["input", "change"]) form.addEventListener(kind, () => this.typed());
      form.addEventListener("submit", (event) => this.submitted(event));
    }

    now() { return JSON.stringify(typedIn(this.form)); }
    get open() { return this.now() !== this.stored; }

    typed() {
      warnOfLeaving();
      if (!this.open) return;
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.keep(), PAUSE);
      this.longest ??= setTimeout(() => this.keep(), LONGEST_PAUSE);
    }

    rest() {
      clearTimeout(this.pause); clearTimeout(this.longest);
      this.longest = undefined;
    }

    async keep() {
      this.rest();
      if (this.sending || this.sent || !this.open) return;
      const typed = typedIn(this.form);
      this.sending = new AbortController();
      let answer = null;
      try { answer = await send(this.keeper, typed, { signal: this.sending.signal }); } catch { /* no connection */ }
      this.sending = null;
      if (this.sent) return;
      await this.answered(answer, JSON.stringify(typed));
      warnOfLeaving();
      if (this.open && !this.trouble) this.typed();
    }

    async answered(answer, typed) {
      if (answer?.ok) {
        const said = await answer.json();
        this.stored = typed;
        this.trouble = "";
        shelf.drop(this.held);
        stay.used(said.seconds);
        return this.say(filled(words.kept, said.at), words.keptOnce);
      }
      if (answer?.status === 401) {
        this.stored = typed;
        return this.say(words.signedOut, words.signedOut, (await answer.json()).sign_in);
      }
      if (answer?.status === 409) this.stored = typed;  // kept, in spite of a sign-in in between
      if (answer?.status === 409) return this.say("", words.keptOnce);
      const text = answer === null ? words.away : answer.status === 413 ? (await answer.json()).words : words.failed;
      this.trouble = text;
      this.shelve();
      setTimeout(() => this.keep(), AGAIN);
      this.say(text, text);
    }

    shelve() {
      shelf.put(this.held, JSON.stringify({ keeper: this.keeper, typed: typedIn(this.form), at: Date.now() }));
    }

    // Seen each time; spoken only when it is something else than before.
    say(text, spoken, address = "") {
      this.line.hidden = !text;
      this.line.querySelector("[data-keep-state]").textContent = text;
      const link = this.line.querySelector("[data-keep-link]");
      link.hidden = !address;
      if (address) { link.href = address; link.textContent = words.signIn; }
      if (this.spoken.textContent !== spoken) this.spoken.textContent = spoken;
    }

    submitted(event) {
      if (this.sent) return event.preventDefault();
      this.sent = true;
      this.rest();
      this.sending?.abort();
      // Should the answer never come. What the server has stored it does not take again.
      this.shelve();
      warnOfLeaving();
    }

    left() {
      if (this.sent || !this.open) return;
      this.shelve();
      send(this.keeper, typedIn(this.form), { keepalive: true })
        .then((answer) => { if (answer.ok) shelf.drop(this.held); }, () => {});
    }

    returned() { this.sent = false; warnOfLeaving(); }
  }

  const forms = [...document.querySelectorAll("form[data-keep]")].filter((form) => form.elements.keeper).map((form) => new Kept(form));

  // A warning only between typing and its being kept

  function hold(event) { event.preventDefault(); }

  function warnOfLeaving() {
    const open = forms.some((form) => form.open && !form.sent);
    (open ? addEventListener : removeEventListener).call(window, "beforeunload", hold);
  }

  forms.forEach((form) => form.typed());

  addEventListener("pagehide", () => forms.forEach((form) => form.left()));
  addEventListener("online", () => forms.forEach((form) => form.keep()));
  addEventListener("pageshow", (event) => { if (event.persisted) forms.forEach((form) => form.returned()); });

  // What this browser kept goes to the server, which says on the form's page what is to become of it

  async function bringBack() {
    for (const name of shelf.names(HELD)) {
      const { keeper, typed, at } = JSON.parse(shelf.get(name));
      let answer = null;
      const age = String(Math.ceil((Date.now() - at) / 1000));
      try { answer = await send(keeper, [...typed, ["age", age]]); } catch { continue; }
      if (answer.ok || Date.now() - at > OLD) shelf.drop(name);
      const said = answer.ok ? await answer.json() : {};
      const here = said.back && new URL(said.back, location).pathname === location.pathname;
      if (said.new && here && !forms.some((form) => form.open)) return location.replace(said.back);
    }
  }

  // Whoever alters their own text on the page of both versions has chosen it

  for (const part of document.querySelectorAll("[data-chooses]")) {
    part.addEventListener("input", () => { document.getElementById(part.dataset.chooses).checked = true; });
  }

  // The session: two minutes before it ends a notice, and a button that is a request

  const stay = {
    notice: document.querySelector("[data-stay]"),
    begun: Date.now(),
    idle: Number(words.idle), inAnyCase: Number(words.inAnyCase),
    used(seconds) {
      [this.idle, this.inAnyCase] = seconds;
      this.begun = Date.now();
      shelf.put(SEEN, String(this.begun));
      this.look();
    },
    look() {
      // Another page of the same person counts as well.
      const seen = Math.max(this.begun, Number(shelf.get(SEEN)) || 0);
      const idle = seen + this.idle * 1000, last = this.begun + this.inAnyCase * 1000;
      const ends = Math.min(idle, last);
      const near = ends - Date.now() < WARNING * 1000;
      if (near === !this.notice.hidden) return;
      this.notice.hidden = !near;
      if (!near) return;
      const time = new Date(ends).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Hong_Kong" });
      this.notice.querySelector("[data-stay-words]").textContent = filled(last < idle ? words.ends : words.soon, time);
      this.notice.querySelector("[data-stay-button]").hidden = last < idle;
    },
    async ask() {
      try {
        const answer = await fetch(words.address, { headers: { Accept: "application/json" }, redirect: "manual" });
        if (answer.ok) this.used((await answer.json()).seconds);
        else location.reload();
      } catch { /* no connection: the notice stays */ }
    },
  };

  stay.notice.querySelector("[data-stay-button]").addEventListener("click", () => stay.ask());
  shelf.put(SEEN, String(stay.begun));
  setInterval(() => stay.look(), 5000);
  stay.look();

  // Whoever signs out leaves nothing behind

  document.querySelector("form[action$='/accounts/logout/']")?.addEventListener("submit", () => {
    for (const name of shelf.names("keep")) shelf.drop(name);
  });

  bringBack();
})();
