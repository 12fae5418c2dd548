/* Comfort on the form of a candidate: how many characters a text may still have, and the keys 1 to
   4 on a requirement. Without it the form works as it stands. */
"use strict";

(() => {
  function counted(field) {
    const place = document.createElement("p");
    place.className = "field__count";
    const show = () => {
      const left = Number(field.dataset.counts) - [...field.value.replace(/\r\n/g, "\n")].length;
      place.textContent = left < 0 ? `${-left} characters too many` : `${left} characters left`;
      place.toggleAttribute("data-over", left < 0);
    };
    field.after(place);
    field.addEventListener("input", show);
    show();
  }

  function mark(event) {
    const row = event.target.closest("[data-rate]");
    const modified = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
    if (!row || modified || event.target.type !== "radio") return;
    if (document.body.dataset.keys === "off") return;
    const radio = row.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
    if (!radio) return;
    event.preventDefault();
    radio.checked = true;
    radio.focus();
    radio.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.querySelectorAll("[data-counts]").forEach(counted);
  document.addEventListener("keydown", mark);
})();
