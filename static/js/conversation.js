/* The forms that share a place, names to mention, and the update to copy. Without it links load
   the page with the other form, names are typed, and the text is copied by hand. */
"use strict";

(() => {
  /* ---- One place, several forms ---- */

  function choose(place, name) {
    for (const link of place.querySelectorAll("[data-segment]")) {
      if (link.dataset.segment === name) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const panel of place.querySelectorAll("[data-segment-panel]")) {
      panel.hidden = panel.dataset.segmentPanel !== name;
      if (panel.hidden) continue;
      const first = "input:checked, textarea, input:not([type=hidden])";
      panel.querySelector(first)?.focus({ preventScroll: true });
    }
  }

  function follow(event, link) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const url = new URL(link.href);
    url.hash = "";
    history.replaceState(history.state, "", url);
    choose(link.closest("[data-segments]"), link.dataset.segment);
  }

  /* ---- Names ---- */

  function makeButtons() {
    for (const name of document.querySelectorAll("span[data-name]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn--link mentionable__name";
      button.dataset.name = name.dataset.name;
      button.textContent = name.textContent;
      name.replaceWith(button);
    }
  }

  const BEGUN = /(^|[^\w@.])@([^@\n]{0,40})$/u;

  /* The text before the caret that a name would replace: an @ with what was typed of the name. */
  function begun(area) {
    return BEGUN.exec(area.value.slice(0, area.selectionStart))?.[2] ?? null;
  }

  function narrow(area) {
    const typed = begun(area)?.toLowerCase() ?? "";
    const buttons = [...area.form.querySelectorAll("button[data-name]")];
    const fits = buttons.filter((one) => one.dataset.name.toLowerCase().startsWith(typed));
    for (const button of buttons) button.hidden = fits.length > 0 && !fits.includes(button);
  }

  function mention(button) {
    const area = button.form.querySelector("[data-mentions]");
    const typed = begun(area) ?? "";
    const fits = button.dataset.name.toLowerCase().startsWith(typed.toLowerCase());
    const replaces = begun(area) !== null && fits ? typed.length + 1 : 0;
    const end = area.selectionStart;
    const before = area.value.slice(0, end - replaces);
    const gap = before === "" || /\s$/.test(before) ? "" : " ";
    area.setRangeText(`${gap}@${button.dataset.name} `, end - replaces, area.selectionEnd, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* ---- Copying ---- */

  async function copy(button) {
    const area = document.getElementById(button.dataset.copy);
    const state = button.parentElement.querySelector("[data-copy-state]");
    area.select();
    try {
      await navigator.clipboard.writeText(area.value);
      state.textContent = "Copied";
    } catch {
      state.textContent = "Selected: copy it with your keyboard";
    }
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-segment], button[data-name], [data-copy]");
    if (target?.matches("[data-segment]")) follow(event, target);
    else if (target?.matches("[data-copy]")) copy(target);
    else if (target) mention(target);
  });

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-mentions]")) narrow(event.target);
  });

  document.addEventListener("htmx:afterSettle", makeButtons);
  makeButtons();
})();
