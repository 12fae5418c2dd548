/* The board of the intake room: requirements and actions are added, sorted, moved and removed
   without a new page, by key, by button and by dragging. What has changed is told to the page by
   `intake:changed`, and intake.js brings its lists up to date. Without it all of it is forms. */
"use strict";

(() => {
  const room = document.querySelector("[data-room][data-may-write]");
  if (!room) return;

  const KIND_KEYS = {
    1: "dealbreaker", d: "dealbreaker", 2: "nice", n: "nice", 3: "not needed", x: "not needed", 0: "",
  };
  const NO_CONNECTION = "Not saved: there is no connection. Nothing is lost; try again.";
  const MOVED_BEFORE_DRAG_PX = 5;
  const LONG_PRESS_MS = 400;

  const rowOf = (element) => element?.closest?.("[data-row]") ?? null;
  const handleOf = (row) => row?.querySelector("[data-handle]") ?? null;
  const columnOf = (row) => row.closest("[data-column]");
  const rowWith = (id) => document.querySelector(`[data-row="${CSS.escape(id)}"]`);
  const rowsIn = (column) => [...column.querySelectorAll(":scope > [data-row]")];
  const hasKeys = () => document.body.dataset.keys !== "off";

  /* ---- Sending ---- */

  async function send(url, fields) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const body = new URLSearchParams({ ...fields, csrfmiddlewaretoken: token });
    try {
      const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
      const isJson = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
      return { status: answer.status, told: isJson ? await answer.json() : null };
    } catch {
      return { status: 0, told: null };
    }
  }

  function refusal({ status, told }) {
    if (status === 0) return NO_CONNECTION;
    if (told?.by !== undefined && status === 409) {
      return `${told.by || "Somebody"} has changed this meanwhile. Here is how it stands now.`;
    }
    if (told?.errors) return Object.values(told.errors).flat().join(" ");
    if (status === 404) return "This is no longer there.";
    return "Not saved: this page has grown old. Reload it and try again.";
  }

  const isDone = ({ status, told }) => status === 200 && told !== null;

  function changed(kind) {
    document.dispatchEvent(new CustomEvent("intake:changed", { detail: { kind } }));
  }

  /* ---- What was done, said beside the list, with a way back ---- */

  let undoable = null;

  function say(kind, words, undo) {
    const place = document.querySelector(`[data-said="${kind}"]`);
    if (!place) return;
    place.textContent = words;
    undoable = undo ? { kind, url: undo } : null;
    if (!undo) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--link";
    button.textContent = "Undo";
    button.addEventListener("click", takeBack);
    place.append(button);
  }

  async function takeBack() {
    if (!undoable) return;
    const { kind, url } = undoable;
    const answer = await send(url, {});
    say(kind, isDone(answer) ? "It is back." : refusal(answer));
    if (!isDone(answer)) return;
    focusWhenThere(answer.told.piece.replace(`${kind}-`, ""));
    changed(kind);
  }

  /* ---- The focus follows what was done, once the list shows it ---- */

  let wanted = null;

  function focusWhenThere(id, { column = null, selector = "[data-handle]" } = {}) {
    wanted = { id, column, selector };
  }

  function settleFocus() {
    if (!wanted) return;
    const row = rowWith(wanted.id);
    if (!row || (wanted.column !== null && columnOf(row)?.dataset.column !== wanted.column)) return;
    const target = row.querySelector(wanted.selector) ?? row.querySelector("textarea");
    wanted = null;
    target?.focus();
  }

  for (const list of document.querySelectorAll("[data-live]")) {
    new MutationObserver(settleFocus).observe(list, { childList: true, subtree: true });
  }
  document.addEventListener("focusin", (event) => {
    if (wanted && event.target !== document.body) wanted = null;
  });

  /* ---- Adding ---- */

  function stateOf(form, words, state = "") {
    const place = form.querySelector("[data-form-state]");
    place.dataset.state = state;
    place.textContent = words;
  }

  async function add(form) {
    if (form.hasAttribute("aria-busy")) return;
    const text = form.elements.text;
    const typed = text.value;
    form.setAttribute("aria-busy", "true");
    const answer = await send(form.action, Object.fromEntries(new FormData(form)));
    form.removeAttribute("aria-busy");
    if (!isDone(answer)) {
      stateOf(form, refusal(answer), "refused");
      text.focus();
      return;
    }
    form.elements.key.value = answer.told.key;
    if (text.value === typed) {
      for (const control of form.querySelectorAll("[data-adds-field]")) control.value = "";
    }
    /* The draft that app.js keeps of it ends with what was typed. */
    text.dispatchEvent(new Event("input", { bubbles: true }));
    stateOf(form, `Added: ${typed.trim()}`, "saved");
    text.focus();
    changed(form.dataset.adds);
  }

  /* ---- What a button of a row does ---- */

  function fieldsOf(button) {
    if (!button.name) return {};
    const seen = button.form.elements[`seen-${button.name}`];
    const fields = { [button.name]: button.value };
    if (seen) fields[`seen-${button.name}`] = seen.value;
    return fields;
  }

  function neighbour(row) {
    const rows = rowsIn(row.parentElement);
    const at = rows.indexOf(row);
    return rows[at + 1] ?? rows[at - 1] ?? null;
  }

  async function press(button) {
    const form = button.form;
    const kind = form.dataset.board;
    const row = rowOf(button);
    if (form.hasAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    const url = button.hasAttribute("formaction") ? button.formAction : form.action;
    const answer = await send(url, fieldsOf(button));
    form.removeAttribute("aria-busy");
    if (!isDone(answer)) {
      say(kind, refusal(answer));
    } else if (button.hasAttribute("data-removes")) {
      say(kind, `Removed “${answer.told.text}”. `, answer.told.undo);
      leave(row, kind);
    } else if (button.name === "kind") {
      follow(row, button.value);
    } else if (button.name === "is_done") {
      const selector = button.matches(":focus") ? ".todo__done" : "none";
      stay(row, selector);
    } else {
      say(kind, "");
    }
    if (answer.status) changed(kind);
  }

  /* The row goes into another list: what has the focus in it lets go, so that it can be redrawn. */
  function letGo(row) {
    if (row?.contains(document.activeElement)) document.activeElement.blur();
  }

  function follow(row, column) {
    const had = row.contains(document.activeElement);
    letGo(row);
    if (had) focusWhenThere(row.dataset.row, { column });
    say("requirement", "");
  }

  function stay(row, selector) {
    const had = row.contains(document.activeElement);
    letGo(row);
    if (had) window.setTimeout(() => rowWith(row.dataset.row)?.querySelector(selector)?.focus());
  }

  function leave(row, kind) {
    const next = neighbour(row);
    const had = row.contains(document.activeElement);
    letGo(row);
    if (!had) return;
    const target = next?.querySelector("[data-handle], .todo__done") ?? null;
    (target ?? document.querySelector(`[data-adds="${kind}"] [name=text]`))?.focus();
  }

  /* Before all others: these forms are sent here, not by the browser and not as pieces. */
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const by = event.submitter;
      const does = by?.matches("[data-does]");
      if (!does && !form.matches("[data-adds], [data-settles]")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (does) press(by);
      else if (form.matches("[data-adds]")) add(form);
      else settle(form);
    },
    true,
  );

  /* ---- The agreement: what cannot be saved as it is has a page of its own ---- */

  async function settle(form) {
    if (form.hasAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    const answer = await send(form.action, Object.fromEntries(new FormData(form)));
    form.removeAttribute("aria-busy");
    if (!isDone(answer) && [409, 422].includes(answer.status)) {
      HTMLFormElement.prototype.submit.call(form);
      return;
    }
    if (isDone(answer)) {
      dropDraft(form);
      if (form.contains(document.activeElement)) document.activeElement.blur();
      document.getElementById("agreement").focus({ preventScroll: true });
      changed("agreement");
    }
    stateOf(form, isDone(answer) ? "Agreed." : refusal(answer), isDone(answer) ? "saved" : "refused");
  }

  /* The draft that app.js keeps of what was typed. */
  function dropDraft(form) {
    try {
      window.localStorage.removeItem(`same-page:draft:${document.body.dataset.user}:${form.dataset.draft}`);
    } catch {
      /* Forbidden by the browser: then nothing was kept. */
    }
  }

  /* ---- Keys on the handle of a row ---- */

  function step(row, by) {
    const all = [...document.querySelectorAll("[data-column] > [data-row]")];
    handleOf(all[all.indexOf(row) + by])?.focus();
  }

  async function sort(row, kind) {
    const form = row.querySelector("form");
    const seen = form.elements["seen-kind"].value;
    if (seen === kind) return;
    const next = neighbour(row);
    const answer = await send(form.action, { kind, "seen-kind": seen });
    if (!isDone(answer)) {
      say("requirement", refusal(answer));
    } else if (next) {
      handleOf(next)?.focus();
    } else {
      follow(row, kind);
    }
    if (answer.status) changed("requirement");
  }

  async function move(row, step) {
    const button = row.querySelector(`[name=move][value=${step}]`);
    if (!button) return;
    const answer = await send(button.formAction, { move: step });
    if (!isDone(answer)) {
      say("requirement", refusal(answer));
    } else {
      const other = step === "up" ? row.previousElementSibling : row.nextElementSibling;
      if (other) {
        other[step === "up" ? "before" : "after"](row);
        handleOf(row).focus();
      }
    }
    if (answer.status) changed("requirement");
  }

  function onHandle(event) {
    const row = rowOf(event.target);
    const arrow = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (arrow && event.altKey) return move(row, arrow < 0 ? "up" : "down");
    if (event.altKey || event.ctrlKey || event.metaKey) return undefined;
    if (arrow) return step(row, arrow);
    if (event.key === "Enter") return row.querySelector("textarea")?.focus();
    if (event.key === "Delete") return press(row.querySelector("[data-removes]"));
    if (!hasKeys()) return undefined;
    const letter = event.key.toLowerCase();
    if (letter === "u") return takeBack();
    return letter in KIND_KEYS ? sort(row, KIND_KEYS[letter]) : undefined;
  }

  const HANDLE_KEYS = /^(?:Arrow(?:Up|Down)|Enter|Delete|[0123dnxuDNXU])$/;

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const target = event.target;
    if (target.matches?.("[data-handle]") && HANDLE_KEYS.test(event.key)) {
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      onHandle(event);
    } else if (target.matches?.("textarea[data-line]")) {
      inLine(event);
    }
  });

  /* A line has no line breaks: Enter ends it, and the row has the focus again. */
  function inLine(event) {
    if (!["Enter", "Escape"].includes(event.key) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    (handleOf(rowOf(event.target)) ?? event.target).focus();
  }

  document.addEventListener(
    "input",
    (event) => {
      const line = event.target;
      if (!line.matches?.("textarea[data-line]") || !/[\r\n]/.test(line.value)) return;
      const at = line.selectionStart;
      line.value = line.value.replace(/\s*[\r\n]+\s*/g, " ");
      line.setSelectionRange(at, at);
    },
    true,
  );

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-goes-to-row]");
    const row = link && document.getElementById(link.hash.slice(1))?.closest("[data-row]");
    if (row) window.setTimeout(() => handleOf(row)?.focus());
  });

  /* ---- Dragging, with a mouse, a pen or a finger ---- */

  let drag = null;

  document.addEventListener("pointerdown", (event) => {
    const row = rowOf(event.target);
    if (!row || !row.closest("[data-column]") || event.button) return;
    const byHandle = Boolean(event.target.closest("[data-handle]"));
    const byFinger = event.pointerType !== "mouse";
    if (!byHandle && (!byFinger || event.target.closest("button, a"))) return;
    endDrag();
    drag = { row, id: event.pointerId, x: event.clientX, y: event.clientY, isOn: false, byHandle };
    if (!byHandle) drag.timer = window.setTimeout(() => startDrag(event.clientX, event.clientY), LONG_PRESS_MS);
  });

  function startDrag(x, y) {
    if (!drag) return;
    drag.isOn = true;
    drag.row.setAttribute("data-dragged", "");
    room.setAttribute("data-carrying", "");
    drag.card = document.createElement("div");
    drag.card.className = "carried";
    drag.card.setAttribute("aria-hidden", "true");
    drag.card.textContent = drag.row.querySelector("textarea").value;
    document.body.append(drag.card);
    document.activeElement?.blur?.();
    carry(x, y);
  }

  function carry(x, y) {
    drag.card.style.translate = `${x + 12}px ${y + 12}px`;
    markPlace(x, y);
    const edge = 80;
    if (y < edge) window.scrollBy(0, -12);
    else if (y > window.innerHeight - edge) window.scrollBy(0, 12);
  }

  function unmark() {
    for (const one of document.querySelectorAll("[data-drop]")) one.removeAttribute("data-drop");
  }

  function markPlace(x, y) {
    unmark();
    drag.place = null;
    const under = document.elementFromPoint(x, y);
    const over = rowOf(under)?.closest("[data-column] > [data-row]");
    if (over && over !== drag.row) {
      const { top, height } = over.getBoundingClientRect();
      const side = y < top + height / 2 ? "before" : "after";
      over.setAttribute("data-drop", side);
      drag.place = { column: columnOf(over), over, side };
    } else if (!over) {
      const column = under?.closest?.(".column")?.querySelector("[data-column]");
      if (!column) return;
      const last = rowsIn(column).filter((one) => one !== drag.row).at(-1);
      (last ?? column).setAttribute("data-drop", "after");
      drag.place = { column, over: last ?? null, side: "after" };
    }
  }

  document.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    if (drag.isOn) {
      carry(event.clientX, event.clientY);
      return;
    }
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > MOVED_BEFORE_DRAG_PX;
    if (far && drag.byHandle) startDrag(event.clientX, event.clientY);
    else if (far) endDrag();
  });

  /* While a row is carried by a finger, the page does not scroll under it. */
  document.addEventListener(
    "touchmove",
    (event) => {
      if (drag?.isOn) event.preventDefault();
    },
    { passive: false },
  );

  function endDrag() {
    if (!drag) return null;
    const { row, place, card, isOn, timer } = drag;
    window.clearTimeout(timer);
    drag = null;
    card?.remove();
    unmark();
    row.removeAttribute("data-dragged");
    room.removeAttribute("data-carrying");
    return isOn && place ? { row, ...place } : null;
  }

  async function drop({ row, column, over, side }) {
    const form = row.querySelector("form");
    const rows = rowsIn(column).filter((one) => one !== row);
    const before = side === "after" ? over : (rows[rows.indexOf(over) - 1] ?? null);
    const fields = { after: before?.dataset.row ?? "" };
    if (columnOf(row) !== column) {
      fields.kind = column.dataset.column;
      fields["seen-kind"] = form.elements["seen-kind"].value;
    }
    if (over) over[side](row);
    else column.append(row);
    const answer = await send(`${form.getAttribute("action")}place/`, fields);
    say("requirement", isDone(answer) ? "" : refusal(answer));
    changed("requirement");
  }

  document.addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    const wasOn = drag.isOn;
    const dropped = endDrag();
    if (dropped) drop(dropped);
    if (wasOn) document.addEventListener("click", swallow, { capture: true, once: true });
    window.setTimeout(() => document.removeEventListener("click", swallow, true));
  });

  function swallow(event) {
    event.preventDefault();
    event.stopPropagation();
  }

  document.addEventListener("pointercancel", endDrag);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drag?.isOn) endDrag();
  });
  document.addEventListener("contextmenu", (event) => {
    if (drag?.isOn) event.preventDefault();
  });
})();
