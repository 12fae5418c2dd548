/* The review by keyboard: a approves, d declines, q asks, j and k go to the next candidate and the
   one before, u takes the latest decision back. Without it everything is a link or a form. */
"use strict";

(() => {
  const review = document.querySelector("[data-review]");
  if (!review) return;

  const isOn = () => review.dataset.reviewKeys === "on" && document.body.dataset.keys !== "off";
  const find = (name) => review.querySelector(`[data-review-${name}]`);
  const isTyping = (element) =>
    Boolean(element.closest?.("input:not([type=radio]), textarea, select, [contenteditable]"));

  /* An open panel is closed by its key; the first thing to fill in gets the focus. */
  function toggle(panel) {
    panel.open = !panel.open;
    const first = panel.querySelector("input:not([type=hidden]), textarea");
    (panel.open ? first : panel.querySelector("summary")).focus();
  }

  const open = (name) => find(name)?.querySelector(":scope > summary") && toggle(find(name));
  const DOES = {
    a: () => find("approve")?.requestSubmit(),
    d: () => open("decline"),
    q: () => open("question"),
    j: () => find("next")?.click(),
    k: () => find("previous")?.click(),
    u: () => find("undo")?.requestSubmit(),
  };

  document.addEventListener("keydown", (event) => {
    const panel = review.querySelector("[data-review-answers] details[open]");
    if (event.key === "Escape" && panel) {
      toggle(panel);
      return;
    }
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    if (modified || event.isComposing || event.defaultPrevented || event.repeat || !isOn()) return;
    if (document.querySelector("dialog[open]") || isTyping(event.target)) return;
    if (event.target.closest?.("details[open] form")) return;
    const does = DOES[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });
})();
