/* The only own script; all pages work without it. One search per composed word, no second submission, focus on the error
   summary, spoken messages, printing, copying, the desk's hide-screen key. */
(function () {
  "use strict";
  var doc = document, composing = false, composed = 0, lastEscape = 0;
  doc.documentElement.classList.add("js");

  function all(selector, root) { return Array.prototype.slice.call((root || doc).querySelectorAll(selector)); }

  /* Letters typed on the way to a Chinese word are no search, and Enter only takes the word over. */
  doc.addEventListener("compositionstart", function () { composing = true; }, true);
  doc.addEventListener("compositionend", function (event) {
    composing = false; composed = Date.now();
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  }, true);
  ["input", "keyup"].forEach(function (name) {
    doc.addEventListener(name, function (event) { if (composing || event.isComposing) event.stopImmediatePropagation(); }, true);
  });
  doc.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (composing || event.isComposing || event.keyCode === 229)) event.preventDefault();
  }, true);

  /* A form goes once. */
  doc.addEventListener("submit", function (event) {
    var form = event.target;
    if (composing || Date.now() - composed < 40 || form.dataset.sent) {
      event.preventDefault(); event.stopImmediatePropagation(); return;
    }
    if (form.method !== "post" || form.dataset.again !== undefined) return;
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
    setTimeout(function () { all("button", form).forEach(function (button) { button.disabled = true; }); }, 0);
  }, true);
  function release(root) {
    all("form[data-sent]", root).forEach(function (form) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
      all("button", form).forEach(function (button) { button.disabled = false; });
    });
  }
  addEventListener("pageshow", function () { release(); });

  /* What happened is said aloud; a form with errors puts the reader at their list. */
  function say(text) {
    var live = doc.getElementById("live");
    if (live && text) { live.textContent = ""; setTimeout(function () { live.textContent = text; }, 60); }
  }
  function arrive(root) {
    var errors = root.querySelector(".error-summary"), message = root.querySelector("[data-announce] .alert-text");
    if (errors) errors.focus(); else if (message) say(message.textContent);
  }
  arrive(doc);
  doc.addEventListener("htmx:afterSettle", function (event) { release(); arrive(event.target); });
  doc.addEventListener("htmx:afterRequest", function () { release(); });
  ["responseError", "sendError", "timeout"].forEach(function (name) {
    doc.addEventListener("htmx:" + name, function (event) {
      var live = doc.getElementById("live"), part = event.target, gone = part.dataset.gone;
      /* A screen that was switched off says so and goes on asking. */
      if (gone && event.detail.xhr.status === 404) {
        part.textContent = gone;
        all("[data-live]").forEach(function (each) { each.textContent = ""; });
        return;
      }
      live.classList.add("is-shown");
      say(live.dataset[name === "responseError" ? "failed" : "offline"]);
      setTimeout(function () { live.classList.remove("is-shown"); }, 8000);
    });
  });

  doc.addEventListener("click", function (event) {
    var on = event.target.closest && event.target.closest("[data-print],[data-copy]"), copy = on && on.dataset.copy;
    if (on && !copy) window.print();
    if (copy) { doc.getElementById(copy).select(); if (doc.execCommand("copy")) say(on.dataset.done); }
  });
  doc.addEventListener("keydown", function (event) {
    var hide = doc.querySelector("[data-hide-screen]"), twice = event.key === "Escape" && Date.now() - lastEscape < 600;
    if (event.key === "Escape") lastEscape = Date.now();
    if (hide && (event.key === "F9" || twice)) { event.preventDefault(); hide.click(); }
  });
})();
