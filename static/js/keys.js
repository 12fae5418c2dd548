/* Search by /, help by ?. A letter alone does nothing while one types, nor where the person has
   switched such keys off: `data-keys` on the body says so. Without it Help is a page. */
"use strict";

(() => {
  const dialog = document.querySelector("[data-help-dialog]");
  if (!dialog) return;

  const isOn = () => document.body.dataset.keys !== "off";
  const isTyping = (element) =>
    Boolean(element.closest?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])"));

  async function openHelp(url) {
    if (dialog.open) return;
    try {
      const answer = await fetch(url, { headers: { "HX-Request": "true" } });
      if (!answer.ok) {
        window.location.assign(url);
        return;
      }
      dialog.innerHTML = await answer.text();
    } catch {
      dialog.textContent = "There is no connection, and help is not kept here. Esc closes this.";
    }
    if (!dialog.open) dialog.showModal();
  }

  function search() {
    const field = [...document.querySelectorAll("main [type=search]")].find((one) => one.offsetParent);
    if (field) {
      field.focus();
      field.select();
    } else {
      window.location.assign(dialog.dataset.search);
    }
  }

  document.addEventListener("keydown", (event) => {
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    if (modified || event.isComposing || event.defaultPrevented || !isOn()) return;
    if (dialog.open || isTyping(event.target)) return;
    if (event.key === "/") {
      event.preventDefault();
      search();
    } else if (event.key === "?") {
      event.preventDefault();
      openHelp(document.querySelector("[data-help]").href);
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
    const link = event.target.closest("[data-help]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    openHelp(link.href);
  });

  /* Saved preferences hold at once: the body is not swapped with the page. */
  document.addEventListener("htmx:afterSettle", () => {
    const saved = document.querySelector("#page [data-keys]");
    if (saved) document.body.dataset.keys = saved.dataset.keys;
  });
})();
