/* The desk by keyboard: j and k or the arrows go from line to line, Enter opens one and what it
   takes is fetched then. What is done leaves, and the next line has the focus. Without it a line
   leads to a page of its own. Drafts, states and locks are app.js's, which is loaded before. */
"use strict";

(() => {
  const NOT_OPENED = "This could not be fetched: close the line and open it to try again.";

  const needs = () => [...document.querySelectorAll("[data-need]")];
  const needOf = (element) => element?.closest?.("[data-need]") ?? null;
  const opener = (need) => need.querySelector("[data-need-open]");
  const isLine = (element) => Boolean(element?.matches?.("[data-need] > details"));
  const isTyping = (element) => Boolean(element.closest?.("input, textarea, select, [contenteditable]"));
  const isTouched = () => matchMedia("(pointer: coarse)").matches;

  let sent = null;
  let lastDone = "";

  /* ---- Going from line to line ---- */

  function step(by) {
    const all = needs();
    const at = all.indexOf(needOf(document.activeElement));
    const next = at < 0 ? all[by > 0 ? 0 : all.length - 1] : all[at + by];
    if (next) opener(next).focus();
  }

  document.addEventListener("keydown", (event) => {
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    if (modified || event.isComposing || event.defaultPrevented) return;
    if (document.querySelector("dialog[open], [data-menu][open]")) return;
    if (event.key === "Escape") {
      const details = needOf(event.target)?.querySelector(":scope > details[open]");
      if (!details) return;
      details.open = false;
      details.querySelector("summary").focus();
      return;
    }
    if (isTyping(event.target)) return;
    const letter = document.body.dataset.keys === "off" ? null : { j: 1, k: -1 }[event.key];
    const onLine = Boolean(event.target.closest?.("[data-need-open]"));
    const by = letter ?? (onLine ? { ArrowDown: 1, ArrowUp: -1 }[event.key] : null);
    if (!by) return;
    event.preventDefault();
    step(by);
  });

  /* ---- Opening a line ---- */

  document.addEventListener(
    "toggle",
    (event) => {
      const details = event.target;
      if (!isLine(details) || !details.open) return;
      if (details.hasAttribute("data-loaded")) focusFirst(details);
      else htmx.trigger(details, "need:open");
    },
    true,
  );

  function focusFirst(details) {
    if (isTouched() || document.activeElement !== details.querySelector("summary")) return;
    const first = "input:not([type=hidden], [readonly]), textarea, select, button:not([tabindex])";
    details.querySelector(`.need__panel :is(${first})`)?.focus();
  }

  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful } = event.detail;
    if (!isLine(elt) || successful) return;
    const said = elt.querySelector("[data-not-opened]") ?? document.createElement("p");
    said.setAttribute("data-not-opened", "");
    said.setAttribute("role", "status");
    said.className = "small";
    said.textContent = NOT_OPENED;
    elt.querySelector(".need__panel").prepend(said);
  });

  /* ---- What is done leaves ---- */

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, verb } = event.detail.requestConfig;
    const need = needOf(elt);
    if (verb === "get" || !need) return;
    const open = needs().filter((one) => one !== need && one.querySelector(":scope > details[open]"));
    sent = { form: elt, id: need.id, order: needs().map((one) => one.id), open: open.map((one) => one.id) };
  });

  function afterSave({ id, order, open }) {
    for (const one of open) {
      const details = document.querySelector(`#${CSS.escape(one)} > details`);
      if (details) details.open = true;
    }
    lastDone = id;
    const stays = document.querySelector(`.needs #${CSS.escape(id)}`);
    const later = order.slice(order.indexOf(id) + 1);
    const next = stays ?? later.map((one) => document.getElementById(one)).find(Boolean) ?? needs().at(-1);
    if (next && !isTouched()) opener(next).focus();
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    const asked = event.detail.requestConfig?.elt;
    if (isLine(asked)) {
      asked.setAttribute("data-loaded", "");
      focusFirst(asked);
    } else if (asked && asked === sent?.form) {
      if (event.detail.xhr.status < 300) afterSave(sent);
      sent = null;
    } else if (asked?.matches("[data-undo]") && lastDone) {
      const back = document.getElementById(lastDone);
      if (back) opener(back).focus();
      lastDone = "";
    }
  });
})();
