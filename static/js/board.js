/* The board of the intake room: requirements and actions are added, sorted, moved and removed
   without a new page, by key, by button and by dragging. What has changed is told to the page by
   `room:changed`, and intake.js brings its lists up to date. Without it all of it is forms. */
"use strict";

(() => {
  const room = document.querySelector("[data-room][data-may-write]");
  if (!room) return;

  const KIND_KEYS = {
    1: "dealbreaker", d: "dealbreaker", 2: "nice", n: "nice", 3: "not needed", x: "not needed", 0: "",
  };
  const NO_CONNECTION = "Not saved: there is no connection. Nothing is lost; try again.";

  const rowOf = (element) => element?.closest?.("[data-row]") ?? null;
  const handleOf = (row) => row?.querySelector("[data-handle]") ?? null;
  const entryOf = (row) => row?.querySelector("[data-handle], .todo__done") ?? null;
  const columnOf = (row) => row.closest("[data-column]");
  const rowWith = (id) => (id ? document.querySelector(`[data-row="${CSS.escape(id)}"]`) : null);
  const columnFor = (kind) => document.querySelector(`[data-column="${CSS.escape(kind)}"]`);
  const rowsIn = (column) => [...column.querySelectorAll(":scope > [data-row]")];
  const hasKeys = () => document.body.dataset.keys !== "off";

  /* ---- Sending ---- */

  const wire = window.roomWire;

  function refusal({ status, data }) {
    if (status === 409) {
      return `${data.by || "Somebody"} has changed this meanwhile. Here is how it stands now.`;
    }
    if (status === 422) return Object.values(data.errors).flat().join(" ");
    if (status === 404) return "This is no longer there.";
    if (status === 401) return "Not saved: you are signed out. Sign in in a new tab and try again.";
    if (status === "other") return "Not saved: somebody else is signed in here by now.";
    if (status === 0 || status >= 500) return "Not saved: there is no connection. Nothing is lost; try again.";
    return "Not saved. Reload the page to see how things stand.";
  }

  const isDone = ({ status }) => status === 200;

  function changed({ data }) {
    document.dispatchEvent(new CustomEvent("room:changed", { detail: { revision: data?.revision } }));
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
    const answer = await wire.send(url, {});
    say(kind, isDone(answer) ? "It is back." : refusal(answer));
    if (!isDone(answer)) return;
    wanted = answer.data.piece.replace(`${kind}-`, "");
    changed(answer);
  }

  /* ---- The focus follows what was done, and stays with a row that somebody else moves ---- */

  let wanted = "";
  let lastRow = "";

  document.addEventListener("focusin", (event) => {
    wanted = "";
    lastRow = rowOf(event.target)?.dataset.row ?? "";
  });

  /* Who leaves a row of her own accord is not brought back to it. */
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    window.setTimeout(() => {
      if (!relatedTarget && target.isConnected && document.activeElement === document.body) lastRow = "";
    });
  });

  document.addEventListener("room:shown", () => {
    const isLost = document.activeElement === document.body || !document.activeElement;
    const row = rowWith(wanted) ?? (isLost ? rowWith(lastRow) : null);
    entryOf(row)?.focus({ preventScroll: !wanted });
  });

  /* A row in which somebody types stays as it is; what is said about its words does not. */
  document.addEventListener("room:shown", ({ detail: { page } }) => {
    for (const hints of document.querySelectorAll("[data-hints]")) {
      const fresh = page.getElementById(hints.id);
      if (fresh) window.morph(hints, fresh, () => false);
    }
  });

  /* The row goes where it will stand, before the list is shown anew; so the focus goes with it.
     Where news came before the answer, another row stands there already in place of this one. */
  function put(row, column) {
    const active = row.contains(document.activeElement) ? document.activeElement : null;
    if (!column || !row.isConnected || columnOf(row) === column) return;
    column.append(row);
    active?.focus();
  }

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
    const answer = await wire.send(form.action, Object.fromEntries(new FormData(form)));
    form.removeAttribute("aria-busy");
    if (!isDone(answer)) {
      stateOf(form, refusal(answer), "refused");
      text.focus();
      return;
    }
    form.elements.key.value = answer.data.key;
    if (text.value === typed) {
      for (const control of form.querySelectorAll("[data-adds-field]")) control.value = "";
    }
    /* The draft that app.js keeps of it ends with what was typed. */
    text.dispatchEvent(new Event("input", { bubbles: true }));
    stateOf(form, `Added: ${typed.trim()}`, "saved");
    text.focus();
    changed(answer);
  }

  /* ---- What a button of a row does ---- */

  function fieldsOf(button) {
    if (!button.name) return {};
    return { [button.name]: button.value, was: button.form.elements.was?.value ?? "" };
  }

  function neighbour(row) {
    const rows = rowsIn(row.parentElement);
    const at = rows.indexOf(row);
    return rows[at + 1] ?? rows[at - 1] ?? null;
  }

  const busy = new WeakSet();

  async function press(button) {
    const { form } = button;
    const kind = form.dataset.board;
    const row = rowOf(button);
    const what = row ?? button;
    if (busy.has(what)) return;
    busy.add(what);
    const url = button.hasAttribute("formaction") ? button.formAction : form.action;
    const answer = await wire.send(url, fieldsOf(button));
    busy.delete(what);
    if (!isDone(answer)) say(kind, refusal(answer));
    else if (button.hasAttribute("data-removes")) leave(row, kind, answer.data);
    else say(kind, "");
    if (isDone(answer) && button.name === "sort") put(row, columnFor(button.value));
    if (isDone(answer) && button.name === "done") tick(row, button);
    changed(answer);
  }

  function tick(row, button) {
    const done = button.value === "1";
    row.classList.toggle("todo__row--done", done);
    button.setAttribute("aria-pressed", String(done));
    button.form.elements.was.value = done ? "1" : "";
    button.value = done ? "" : "1";
  }

  function leave(row, kind, { text, undo }) {
    const next = entryOf(row.isConnected ? neighbour(row) : null) ?? document.querySelector(`[data-adds="${kind}"] [name=text]`);
    const had = row.contains(document.activeElement);
    row.remove();
    if (had) next.focus();
    say(kind, `Removed “${text}”. `, undo);
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
    const fields = Object.fromEntries(new FormData(form));
    const answer = await wire.send(form.action, fields);
    form.removeAttribute("aria-busy");
    if (!isDone(answer) && [409, 422].includes(answer.status)) {
      HTMLFormElement.prototype.submit.call(form);
      return;
    }
    if (isDone(answer)) agreed(form, fields, answer);
    stateOf(form, isDone(answer) ? "Agreed." : refusal(answer), isDone(answer) ? "saved" : "refused");
  }

  /* What was sent is what stands: the form may be shown anew, with the version that it has now,
     unless somebody has gone on typing in it meanwhile. */
  function agreed(form, fields, answer) {
    const shown = [...form.elements].filter((one) => one.matches("input:not([type=hidden])"));
    for (const control of shown) control.defaultValue = fields[control.name];
    form.elements.version.value = answer.data.version;
    if (shown.every((one) => one.value === one.defaultValue)) {
      dropDraft(form);
      if (document.activeElement.matches("input")) form.querySelector("[type=submit]").focus();
    }
    changed(answer);
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
    const { form } = row.querySelector("[name=was]");
    const was = form.elements.was.value;
    if (was === kind || busy.has(row)) return;
    busy.add(row);
    const next = neighbour(row);
    const answer = await wire.send(form.action, { sort: kind, was });
    busy.delete(row);
    say("requirement", isDone(answer) ? "" : refusal(answer));
    if (isDone(answer)) {
      put(row, columnFor(kind));
      handleOf(next)?.focus();
    }
    changed(answer);
  }

  async function move(row, step) {
    const button = row.querySelector(`[name=move][value=${step}]`);
    if (!button || busy.has(row)) return;
    busy.add(row);
    const answer = await wire.send(button.formAction, { move: step });
    busy.delete(row);
    say("requirement", isDone(answer) ? "" : refusal(answer));
    const other = step === "up" ? row.previousElementSibling : row.nextElementSibling;
    if (isDone(answer) && other) {
      other[step === "up" ? "before" : "after"](row);
      handleOf(row).focus();
    }
    changed(answer);
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
    } else if (target.matches?.("textarea[data-one-line]")) {
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
      if (!line.matches?.("textarea[data-one-line]") || !/[\r\n]/.test(line.value)) return;
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

  window.roomBoard = { changed, columnOf, isDone, refusal, rowOf, rowsIn, say };
})();
