/* The round by keyboard: Enter saves a row and goes on to the next, arrows move in a column, what
   could not be sent is sent again. Without it each row is a form with its own button.
   Drafts, states and locks are app.js's, which is loaded before. */
"use strict";

(() => {
  const FIRST_RETRY_MS = 5000;
  const LONGEST_RETRY_MS = 60000;
  const NEVER_ARRIVED = [0, 502, 503, 504];

  let rowOfFocus = null;
  let pressedIn = "";
  let startColumn = 0;
  let retryTimer = 0;
  let retryDelay = FIRST_RETRY_MS;

  const rowOf = (element) => element?.closest?.("[data-round-form]") ?? null;
  const rows = () => [...document.querySelectorAll("[data-round-form]")];
  const countsOf = (row) => [...row.querySelectorAll("[data-round-count]")];
  const isCount = (element) => element.matches("[data-round-count]");

  function controlsOf(row) {
    return [...row.elements].filter(
      (control) => control.name && !["hidden", "submit", "button"].includes(control.type),
    );
  }

  /* What is no number has no value, and stands there all the same. */
  const isTyped = (row) =>
    controlsOf(row).some((control) => control.value !== "" || control.validity.badInput);

  function say(row, state, text) {
    const place = row.querySelector("[data-form-state]");
    place.dataset.state = state;
    place.textContent = text;
  }

  /* ---- The words below a row ---- */

  function openWords(row, open) {
    row.toggleAttribute("data-open", open);
    row.querySelector("[data-round-words]").setAttribute("aria-expanded", String(open));
  }

  function wordsOf(row) {
    return controlsOf(row).filter((control) => !isCount(control));
  }

  /* Text that came back from a draft must be seen. */
  function openWhatIsFilled() {
    for (const row of rows()) {
      if (wordsOf(row).some((control) => control.value !== "")) openWords(row, true);
    }
  }

  /* ---- Moving ---- */

  function move(row, column, step) {
    const all = rows();
    const input = all[all.indexOf(row) + step] && countsOf(all[all.indexOf(row) + step])[column];
    if (!input) return;
    input.focus();
    input.select();
  }

  function save(row) {
    if (!row.hasAttribute("aria-busy")) row.requestSubmit();
  }

  document.addEventListener("focusin", (event) => {
    if (!isCount(event.target)) return;
    const row = rowOf(event.target);
    if (row === rowOfFocus) return;
    rowOfFocus = row;
    startColumn = countsOf(row).indexOf(event.target);
  });

  /* Leaving a row saves what was typed into it. */
  document.addEventListener("focusout", (event) => {
    const row = rowOf(event.target);
    const to = event.relatedTarget;
    if (!row || !to || row.contains(to) || to.id === "main") return;
    if (!row.hasAttribute("data-touched") || !isTyped(row)) return;
    if (row.checkValidity()) save(row);
    else say(row, "refused", "Not saved: write whole numbers from 0.");
  });

  document.addEventListener("keydown", (event) => {
    const row = rowOf(event.target);
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    if (!row || modified || event.isComposing) return;
    if (event.key === "Escape" && event.target.closest(".round__words")) {
      if (!wordsOf(row).some((control) => control.value !== "")) openWords(row, false);
      countsOf(row)[startColumn].focus();
    } else if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
      if (isTyped(row)) save(row);
      else move(row, startColumn, 1);
    } else if (isCount(event.target)) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        move(row, countsOf(row).indexOf(event.target), step);
      } else if (event.key.toLowerCase() === "n" && document.body.dataset.keys !== "off") {
        event.preventDefault();
        openWords(row, true);
        wordsOf(row)[0].focus();
      }
    }
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-round-words]");
    if (!button) return;
    const row = rowOf(button);
    const open = !row.hasAttribute("data-open");
    openWords(row, open);
    if (open) wordsOf(row)[0].focus();
  });

  document.addEventListener("input", (event) => {
    const row = rowOf(event.target);
    if (!row) return;
    row.setAttribute("data-touched", "");
    if (isTyped(row)) say(row, "typed", "Not saved yet");
    else say(row, "", "");
  });

  /* From a saved row to the next one; not under a thumb, where it would call up the keyboard. */
  document.addEventListener("submit", (event) => {
    const row = rowOf(event.target);
    if (!row?.contains(document.activeElement)) return;
    if (matchMedia("(pointer: coarse)").matches) return;
    move(row, startColumn, 1);
  });

  /* ---- Sending, and sending again ---- */

  function freeze(row, frozen) {
    for (const control of controlsOf(row)) control.readOnly = frozen;
  }

  const sentRow = (event) =>
    event.detail.requestConfig.verb === "get" ? null : rowOf(event.detail.requestConfig.elt);

  document.addEventListener("htmx:beforeRequest", (event) => {
    pressedIn = document.activeElement?.closest("li[id]")?.id ?? "";
    const row = sentRow(event);
    if (!row) return;
    row.removeAttribute("data-touched");
    row.removeAttribute("data-unsent");
    freeze(row, true);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const row = sentRow(event);
    if (!row) return;
    freeze(row, false);
    if (!NEVER_ARRIVED.includes(event.detail.xhr.status)) {
      retryDelay = FIRST_RETRY_MS;
      return;
    }
    row.setAttribute("data-unsent", "");
    say(row, "refused", "Not saved: no connection. It is kept here and sent again by itself.");
    window.clearTimeout(retryTimer);
    retryTimer = window.setTimeout(resend, retryDelay);
    retryDelay = Math.min(2 * retryDelay, LONGEST_RETRY_MS);
  });

  /* A row that is being typed into waits until it is left. */
  function resend() {
    for (const row of rows()) {
      if (row.hasAttribute("data-unsent") && !row.contains(document.activeElement)) save(row);
    }
    if (!document.querySelector("[data-unsent]")) return;
    window.clearTimeout(retryTimer);
    retryTimer = window.setTimeout(resend, retryDelay);
  }

  window.addEventListener("online", resend);
  document.addEventListener("htmx:afterSettle", () => {
    openWhatIsFilled();
    /* An undo takes its own button away: the keyboard stays in its row. */
    const lost = [document.body, document.getElementById("main")].includes(document.activeElement);
    const row = lost && pressedIn && document.querySelector(`#${CSS.escape(pressedIn)} form[data-round-form]`);
    if (row && !matchMedia("(pointer: coarse)").matches) countsOf(row)[startColumn].focus();
  });
  openWhatIsFilled();
})();
