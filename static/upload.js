// Forms with data-upload-progress say how far their files have come. Without this script they are sent as forms always were.
(() => {
  "use strict";
  // What is there at once needs no bar.
  const SHOWN_FROM = 256 * 1024;

  function sizeOf(form) {
    let size = 0;
    for (const field of form.querySelectorAll("input[type=file]")) {
      for (const file of field.files) size += file.size;
    }
    return size;
  }

  function shownAt(form) {
    let place = form.querySelector(".upload-state");
    if (!place) {
      place = document.createElement("p");
      place.className = "upload-state";
      const words = document.createElement("span");
      words.setAttribute("role", "status");
      place.append(document.createElement("progress"), words);
      const buttons = form.querySelector(".buttons") ?? form.lastElementChild;
      buttons.before(place);
    }
    return { bar: place.querySelector("progress"), words: place.querySelector("span"), place };
  }

  // Spoken in tenths: a reader of the screen is not told of every packet.
  function show(form, at, sent, total) {
    at.place.hidden = false;
    at.bar.max = total;
    at.bar.value = sent;
    const tenth = Math.floor((10 * sent) / total) * 10;
    const said = sent < total ? form.dataset.uploadProgress : form.dataset.uploadChecking ?? form.dataset.uploadProgress;
    const text = `${said} ${sent < total ? `${tenth}%` : ""}`.trim();
    if (at.words.textContent !== text) at.words.textContent = text;
  }

  // The answer takes the place of this page, as if the form had been sent without a script. It is not asked for a
  // second time: what it says once, such as that a draft was saved, would be gone by then.
  function put(request) {
    const type = request.getResponseHeader("Content-Type") ?? "";
    if (!type.startsWith("text/html")) { location.assign(request.responseURL); return; }
    if (request.responseURL) history.replaceState(null, "", request.responseURL);
    document.open();
    document.write(request.responseText);
    document.close();
  }

  function failed(form, at, words) {
    at.bar.hidden = true;
    at.words.textContent = words ?? "";
    form.removeAttribute("aria-busy");
    // What holds the form for sent lets it be sent again, as after the back button.
    window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  }

  function send(form, { button, name, value, done }) {
    const body = new FormData(form);
    if (name) body.append(name, value);
    const request = new XMLHttpRequest(), at = shownAt(form);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) show(form, at, event.loaded, event.total);
    });
    request.addEventListener("load", () => done(request, at, button));
    for (const end of ["error", "abort", "timeout"]) {
      request.addEventListener(end, () => failed(form, at, form.dataset.uploadFailed));
    }
    form.setAttribute("aria-busy", "true");
    at.bar.hidden = false;
    show(form, at, 0, 1);
    request.open("POST", form.getAttribute("action") || location.href);
    request.send(body);
  }

  // A form with more in it than files (data-upload-part): the files go ahead and come back as a list in that part of
  // the form, and then the form itself goes its usual way.
  function sendAhead(form, button) {
    const part = form.querySelector(form.dataset.uploadPart), ahead = form.dataset.uploadButton;
    function done(request, at) {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const taken = request.status === 200 && page.querySelector(form.dataset.uploadPart);
      if (!taken) {
        failed(form, at, request.status === 413 ? form.dataset.uploadTooLarge : form.dataset.uploadFailed);
        return;
      }
      const own = document.importNode(taken, true);
      part.replaceWith(own);
      at.place.hidden = true;
      form.removeAttribute("aria-busy");
      form.dispatchEvent(new Event("input", { bubbles: true }));
      const wrong = own.querySelector(".error");
      if (!wrong && button && button.name !== ahead) { form.requestSubmit(button); return; }
      own.tabIndex = -1;
      own.focus();
    }
    send(form, { name: ahead, value: "1", button, done });
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-upload-progress]") || event.defaultPrevented || sizeOf(form) < SHOWN_FROM) return;
    event.preventDefault();
    // Nobody else is to hold it for sent yet.
    event.stopImmediatePropagation();
    if (form.getAttribute("aria-busy")) return;
    const largest = Number(form.dataset.uploadLargest ?? 0), button = event.submitter;
    if (largest && sizeOf(form) > largest) failed(form, shownAt(form), form.dataset.uploadTooLarge);
    else if (form.dataset.uploadPart) sendAhead(form, button);
    else send(form, { name: button?.name, value: button?.value, done: put });
  }, true);
})();
