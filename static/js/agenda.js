/* The clock of the room, the part one looks at, and the keys that go from part to part. Without it
   the clock stands as the page was made, and links lead to the parts. */
"use strict";

(() => {
  const TICK_MS = 5000;
  const room = document.getElementById("room");
  const loadedAt = Date.now();

  const parts = () => [...room.querySelectorAll("section[data-part]")];
  const rows = () => [...room.querySelectorAll("[data-agenda-part]")];

  /* ---- The clock: in the time of the server, whatever the watch of this machine says ---- */

  function tick() {
    const agenda = document.getElementById("agenda");
    if (!agenda.hasAttribute("data-clock")) return;
    const { begun, now } = agenda.dataset;
    const madeAt = clockOf(agenda);
    const passed = Math.max(0, Math.floor((Date.parse(now) - Date.parse(begun) + Date.now() - madeAt) / 60000));
    show(agenda, passed);
  }

  /* A clock that came with fresh news counts from when it came. */
  const cameAt = new Map();

  function clockOf(agenda) {
    const { now } = agenda.dataset;
    if (!cameAt.has(now)) cameAt.set(now, cameAt.size ? Date.now() : loadedAt);
    return cameAt.get(now);
  }

  function show(agenda, passed) {
    let begins = 0;
    let turn = null;
    for (const row of rows()) {
      const minutes = Number(row.dataset.minutes);
      const within = Math.min(Math.max(passed - begins, 0), minutes);
      row.querySelector("progress").value = within;
      if (!turn && passed < begins + minutes) turn = { row, left: begins + minutes - passed };
      begins += minutes;
    }
    const all = rows();
    const row = turn?.row ?? all[all.length - 1];
    for (const one of all) one.toggleAttribute("data-turn", one === row);
    const name = row.querySelector(".agenda__name").textContent;
    put(agenda.querySelector("[data-clock-left]"), wordsOf(begins - passed));
    put(agenda.querySelector("[data-clock-turn]"), turn ? `${turn.left} min for ${name}` : `Last: ${name}`);
  }

  function wordsOf(left) {
    if (left > 0) return `${left} min left`;
    return left === 0 ? "Time is up" : `Over by ${-left} min`;
  }

  function put(place, words) {
    if (place.textContent !== words) place.textContent = words;
  }

  /* ---- Which part is looked at ---- */

  function current() {
    const all = parts();
    const shown = all.filter((part) => part.offsetParent !== null);
    if (shown.length === 1) return shown[0];
    const focused = document.activeElement?.closest?.("section[data-part]");
    if (focused && isInView(focused)) return focused;
    const top = window.innerHeight / 3;
    return all.findLast((part) => part.getBoundingClientRect().top <= top) ?? all[0];
  }

  function isInView(part) {
    const { top, bottom } = part.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight;
  }

  function markCurrent() {
    const part = current();
    const isDraft = location.hash === "#draft" && part.offsetParent === null;
    for (const row of rows()) {
      const link = row.querySelector("a");
      const isHere = !isDraft && row.dataset.agendaPart === part.dataset.part;
      if (isHere === link.hasAttribute("aria-current")) continue;
      if (isHere) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  let isWaiting = false;

  function markSoon() {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      markCurrent();
    });
  }

  /* ---- Keys ---- */

  function go(step, focusOn) {
    const all = parts();
    const part = all[all.indexOf(current()) + step];
    if (!part) return;
    if (location.hash !== `#${part.id}`) location.hash = part.id;
    else part.scrollIntoView();
    const fields = part.querySelectorAll("textarea, input:not([type=hidden], [type=radio], [type=checkbox]), select");
    const first = [...fields].find((one) => one.offsetParent !== null);
    const target = focusOn === "field" && first ? first : part.querySelector("h2");
    target.focus({ preventScroll: true });
    markCurrent();
  }

  const isTyping = (element) =>
    Boolean(element.closest?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])"));

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const { key, altKey } = event;
    if (event.ctrlKey || event.metaKey) return;
    const paged = altKey && { PageDown: 1, PageUp: -1 }[key];
    const lettered = !altKey && document.body.dataset.keys !== "off" && !isTyping(event.target) && { j: 1, k: -1 }[key];
    if (!paged && !lettered) return;
    event.preventDefault();
    go(paged || lettered, paged ? "field" : "heading");
  });

  document.addEventListener("scroll", markSoon, { passive: true });
  document.addEventListener("focusin", markSoon);
  window.addEventListener("hashchange", markSoon);
  window.addEventListener("resize", markSoon);
  document.addEventListener("room:shown", () => {
    tick();
    markCurrent();
  });

  tick();
  markCurrent();
  window.setInterval(() => {
    if (!document.hidden) tick();
  }, TICK_MS);
  document.addEventListener("visibilitychange", tick);
})();
