/* Saves each `form[data-piece]` of the room as it is typed. What was typed is kept in the browser
   from the first letter until the server has it, so that a reload, a crashed tab, a lost connection
   or an ended session loses nothing. Where somebody else has saved another text, both are shown. */
"use strict";

window.roomPieces = (() => {
  const SAVE_AFTER_MS = 350;
  const SAVE_AT_LEAST_EVERY_MS = 600;
  const SAVING_SHOWN_AFTER_MS = 300;
  const SAVED_SHOWN_MS = 4000;
  const STILL_TYPING_MS = 2000;
  const FIRST_RETRY_MS = 2000;
  const LONGEST_RETRY_MS = 30000;

  const room = document.getElementById("room");
  const wire = window.roomWire;
  const drafts = window.roomDrafts;
  const states = new WeakMap();
  const unsent = new Set();
  let retryTimer = 0;
  let retryDelay = FIRST_RETRY_MS;

  function stateOf(form) {
    if (!states.has(form)) {
      const none = { acked: {}, refused: {}, waiting: {}, sending: [], conflicts: new Map() };
      states.set(form, { ...none, revision: 0, typedAt: 0, dueAt: null, isAgain: false });
    }
    return states.get(form);
  }

  /* ---- Which fields hold what the server has not ---- */

  const { controlsOf, isTicked, namesOf, plain, seenOf, setValue, textOf, valueOf, wordsOf } = window.roomFields;
  const pieces = () => [...room.querySelectorAll("form[data-piece]")];
  const formOf = (piece) => room.querySelector(`form[data-piece="${CSS.escape(piece)}"]`);
  const isChanged = (form, name) => plain(valueOf(form, name)) !== plain(seenOf(form, name).value);

  function isUnsaved(form, name) {
    return isChanged(form, name) && stateOf(form).acked[name] !== valueOf(form, name);
  }

  function toSend(form) {
    const { conflicts, refused } = stateOf(form);
    return namesOf(form).filter(
      (name) => isUnsaved(form, name) && !conflicts.has(name) && refused[name] !== valueOf(form, name),
    );
  }

  /* ---- Drafts: in the browser from the first letter until the server has it ---- */

  function keepDraft(form) {
    const typed = {};
    for (const name of namesOf(form)) {
      if (isUnsaved(form, name)) typed[name] = { mine: valueOf(form, name), seen: seenOf(form, name).value };
    }
    const state = stateOf(form);
    const isTyped = Object.keys(typed).length > 0;
    /* What another tab of the same person keeps is not this one's to drop. */
    if (isTyped || state.hasDraft) drafts.keep(form.dataset.piece, typed);
    state.hasDraft = isTyped;
  }

  function restoreDrafts() {
    for (const [piece, typed] of drafts.all()) {
      const form = formOf(piece);
      const rest = Object.entries(typed).filter(([name, { mine }]) => !isBack(form, name, mine));
      if (!rest.length) drafts.drop(piece);
      else if (!form || !room.hasAttribute("data-may-write")) drafts.setAside(piece, rest);
      else for (const [name, { mine, seen }] of rest) bringBack(form, name, mine, seen);
    }
  }

  const isBack = (form, name, mine) =>
    form && controlsOf(form, name).length > 0 && plain(valueOf(form, name)) === plain(mine);

  function bringBack(form, name, mine, seen) {
    if (!namesOf(form).includes(name)) {
      drafts.setAside(form.dataset.piece, [[name, { mine }]]);
      return;
    }
    setValue(form, name, mine);
    seenOf(form, name).value = seen;
    stateOf(form).hasDraft = true;
    say(form, "restored", "What you had typed is back.");
    schedule(form, 0);
  }

  /* ---- Saying how it stands, where it happens ---- */

  function say(form, state, text, ...more) {
    const place = form.querySelector("[data-form-state]");
    window.clearTimeout(stateOf(form).sayTimer);
    if (!place) return;
    place.dataset.state = state;
    place.replaceChildren(text, ...more);
    if (state === "saved") stateOf(form).sayTimer = window.setTimeout(() => say(form, "", ""), SAVED_SHOWN_MS);
    if (state === "refused") sayAloud(`${nameOf(form)}: ${text}`);
  }

  function sayAloud(text) {
    document.querySelector("[data-room-says]").textContent = text;
  }

  const nameOf = (form) => form.querySelector("label, legend")?.textContent.trim() ?? "";

  function signInLink() {
    const link = drafts.element("a", "", "Sign in in a new tab");
    link.href = room.dataset.page;
    link.target = "_blank";
    link.rel = "noopener";
    return link;
  }

  function refusal(status) {
    if (status === 0 || status >= 500) {
      return "Not saved yet: no connection. It is kept here and sent by itself.";
    }
    if (status === 404) return "Not saved: this is no longer there. What you typed is kept here.";
    if (status === 400 || status === 413) return "Not saved: this is too long to be sent. Shorten it.";
    if (status === 429) return "Not saved yet: too much at once. It is sent again in a moment.";
    return "Not saved. What you typed is kept here; reload the page to see how things stand.";
  }

  /* A page that refuses says why in one place. */
  function reasonOf(html) {
    const page = new DOMParser().parseFromString(String(html), "text/html");
    const words = page.querySelector("[data-why]")?.textContent.trim();
    return words ? `Not saved: ${words} What you typed is kept here.` : refusal(403);
  }

  /* ---- Saving: one on its way at most for each piece, then the newest ---- */

  /* A pause saves; so does the clock, since the other side wants to see what is typed in one go. */
  function schedule(form, delay = SAVE_AFTER_MS) {
    const state = stateOf(form);
    window.clearTimeout(state.timer);
    state.dueAt ??= Date.now() + SAVE_AT_LEAST_EVERY_MS;
    const wait = Math.max(0, Math.min(delay, state.dueAt - Date.now()));
    state.timer = window.setTimeout(() => save(form), wait);
  }

  function fieldsOf(form, names) {
    const fields = {};
    for (const one of form.querySelectorAll("input[type=hidden]")) {
      if (one.name && !one.name.startsWith("seen-") && one.name !== "csrfmiddlewaretoken") fields[one.name] = one.value;
    }
    for (const name of form.hasAttribute("data-whole") ? namesOf(form) : names) {
      fields[name] = valueOf(form, name);
      fields[`seen-${name}`] = seenOf(form, name).value;
    }
    return fields;
  }

  async function save(form, options = {}) {
    const state = stateOf(form);
    window.clearTimeout(state.timer);
    state.dueAt = null;
    if (state.sending.length) {
      state.isAgain = true;
      return;
    }
    const names = toSend(form).filter((name) => !isHalfTyped(form, name));
    if (!names.length) return;
    const fields = fieldsOf(form, names);
    if (state.isRestoring) fields.restore = "1";
    state.sending = names;
    const timer = window.setTimeout(() => say(form, "saving", "Saving…"), SAVING_SHOWN_AFTER_MS);
    const answer = await wire.send(form.action, fields, options);
    window.clearTimeout(timer);
    state.sending = [];
    settle(form, names, fields, answer);
    if (state.isAgain) schedule(form, 0);
    state.isAgain = false;
  }

  /* Half a date or a number is no value, and not to be taken for an empty one. */
  function isHalfTyped(form, name) {
    const isHalf = controlsOf(form, name).some((one) => one.validity.badInput);
    if (isHalf) showErrors(form, { [name]: ["This is not complete yet."] });
    return isHalf;
  }

  function settle(form, names, fields, { status, data }) {
    const outcome = { 200: taken, 409: stale, 422: refused }[status];
    if (outcome) {
      unsent.delete(form);
      outcome(form, names, fields, data);
    } else if (status === 401) {
      say(form, "refused", "Not saved: you are signed out. It is kept here and sent when you are back. ", signInLink());
      tryAgain(form);
    } else if (status === "other") {
      say(form, "refused", "Not saved: somebody else is signed in here by now. Your text is kept for you.");
    } else {
      say(form, "refused", status === 403 ? reasonOf(data) : refusal(status));
      if (status === 0 || status === 429 || status >= 500) tryAgain(form);
      else for (const name of names) stateOf(form).refused[name] = fields[name];
    }
    keepDraft(form);
  }

  function taken(form, names, fields, data) {
    const state = stateOf(form);
    const isNewest = (data.revision ?? 0) >= state.revision;
    state.revision = Math.max(state.revision, data.revision ?? 0);
    retryDelay = FIRST_RETRY_MS;
    for (const name of names) {
      seenOf(form, name).value = name in data.values ? textOf(form, name, data.values[name]) : fields[name];
      state.acked[name] = fields[name];
      if (isNewest) delete state.waiting[name];
    }
    state.isRestoring = false;
    clearErrors(form, names);
    if (toSend(form).length) schedule(form);
    else if (!state.conflicts.size) say(form, "saved", "Saved");
    form.dispatchEvent(new CustomEvent("piece:saved", { bubbles: true }));
  }

  function stale(form, names, fields, data) {
    for (const name of data.fields) {
      if (controlsOf(form, name).length) showBoth(form, name, textOf(form, name, data.values[name]), data.by, data.removed);
    }
    say(form, "refused", data.removed ? "Removed: choose whether it stands." : "Two texts: choose one.");
    if (names.some((name) => !data.fields.includes(name))) schedule(form, 0);
  }

  function refused(form, names, fields, data) {
    const about = Object.keys(data.errors).filter((name) => names.includes(name));
    for (const name of about.length ? about : names) stateOf(form).refused[name] = fields[name];
    showErrors(form, data.errors);
    if (toSend(form).length) schedule(form, 0);
  }

  /* ---- What did not arrive is sent again, soon at first ---- */

  function tryAgain(form) {
    unsent.add(form);
    window.clearTimeout(retryTimer);
    retryTimer = window.setTimeout(resend, retryDelay);
    retryDelay = Math.min(2 * retryDelay, LONGEST_RETRY_MS);
  }

  function resend() {
    for (const form of unsent) {
      if (form.isConnected) save(form);
      else unsent.delete(form);
    }
  }

  /* ---- Refused: in words beside the field ---- */

  function showErrors(form, errors) {
    clearErrors(form, Object.keys(errors));
    for (const [name, words] of Object.entries(errors)) {
      const [control] = name ? controlsOf(form, name) : [];
      if (!control) continue;
      const place = drafts.element("div", "field__error", words.join(" "));
      place.id = `${form.dataset.piece}-${name}-error`;
      place.dataset.errorOf = name;
      control.setAttribute("aria-invalid", "true");
      const help = (control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
      control.setAttribute("aria-describedby", [...help, place.id].join(" "));
      control.after(place);
    }
    say(form, "refused", errors[""] ? `Not saved: ${errors[""].join(" ")}` : "Not saved");
    sayAloud(`${nameOf(form)}: ${Object.values(errors).flat().join(" ")}`);
  }

  function clearErrors(form, names) {
    for (const name of names) {
      const place = form.querySelector(`[data-error-of="${CSS.escape(name)}"]`);
      if (!place) continue;
      for (const control of controlsOf(form, name)) {
        control.removeAttribute("aria-invalid");
        const help = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id !== place.id);
        if (help.length) control.setAttribute("aria-describedby", help.join(" "));
        else control.removeAttribute("aria-describedby");
      }
      place.remove();
    }
  }

  /* ---- Two texts side by side; mine stays where it is typed, and can be edited ---- */

  function showBoth(form, name, theirs, by, isRemoved = false) {
    const { conflicts } = stateOf(form);
    const shown = conflicts.get(name);
    if (shown) {
      shown.theirs = theirs;
      shown.place.querySelector(".both__text").textContent = wordsOf(form, name, theirs) || "(empty)";
      return;
    }
    const [control] = controlsOf(form, name);
    const place = drafts.element("div", "both");
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", isRemoved ? "This was removed" : "Another text was saved");
    const text = drafts.element("div", "both__text", wordsOf(form, name, theirs) || "(empty)");
    const actions = drafts.element("div", "both__actions");
    const what = isRemoved ? "removed this while you wrote. Until then it said:" : "saved another text while you wrote yours.";
    const say = drafts.element("p", "both__say", `${by || "Somebody"} ${what}`);
    place.append(say, text, actions);
    conflicts.set(name, { theirs, place, isRemoved });
    const choice = (words, act) => {
      const button = drafts.element("button", "btn btn--small", words);
      button.type = "button";
      button.addEventListener("click", () => act(form, name));
      actions.append(button);
    };
    choice("Keep mine", keepMine);
    choice(isRemoved ? "Let it go" : "Take theirs", takeTheirs);
    if (control.tagName === "TEXTAREA" && !isRemoved) choice("Keep both", keepBoth);
    const around = control.closest(".piece__field");
    around?.classList.add("has-both");
    (isTicked(control) ? form : control.parentElement).append(place);
    sayAloud(`${nameOf(form)}: ${say.textContent} Theirs: ${text.textContent}`);
  }

  function closeBoth(form, name) {
    const { conflicts } = stateOf(form);
    const { theirs, place } = conflicts.get(name);
    const hadFocus = place.contains(document.activeElement);
    conflicts.delete(name);
    place.parentElement.classList.remove("has-both");
    place.remove();
    seenOf(form, name).value = theirs;
    if (!conflicts.size) say(form, "", "");
    if (hadFocus) controlsOf(form, name)[0].focus();
    return theirs;
  }

  function keepMine(form, name) {
    if (stateOf(form).conflicts.get(name).isRemoved) stateOf(form).isRestoring = true;
    closeBoth(form, name);
    keepDraft(form);
    save(form);
  }

  function takeTheirs(form, name) {
    const mine = valueOf(form, name);
    const words = stateOf(form).conflicts.get(name).isRemoved ? "It stays removed. " : "Theirs stands. ";
    setValue(form, name, closeBoth(form, name));
    keepDraft(form);
    const back = drafts.element("button", "btn btn--link", "Bring mine back");
    back.type = "button";
    back.addEventListener("click", () => {
      setValue(form, name, mine);
      typed(form, name);
    });
    say(form, "taken", words, back);
  }

  function keepBoth(form, name) {
    const mine = valueOf(form, name);
    setValue(form, name, `${closeBoth(form, name)}\n\n${mine}`);
    typed(form, name);
  }

  /* ---- News of a piece ---- */

  function apply({ piece, revision, values }) {
    const form = formOf(piece);
    if (!form || revision <= stateOf(form).revision) return;
    stateOf(form).revision = revision;
    for (const [name, value] of Object.entries(values)) {
      if (namesOf(form).includes(name)) applyField(form, name, textOf(form, name, value));
    }
  }

  function applyField(form, name, text) {
    const state = stateOf(form);
    const isSame = plain(valueOf(form, name)) === plain(text);
    delete state.waiting[name];
    if (state.conflicts.has(name)) {
      if (isSame) closeBoth(form, name);
      else showBoth(form, name, text);
    } else if (isSame) {
      seenOf(form, name).value = text;
    } else if (state.sending.includes(name)) {
      /* Until its answer tells which of the two texts is the newer one. */
      state.waiting[name] = text;
    } else if (isUnsaved(form, name)) {
      /* What was seen stays: the server refuses what is typed on top of another text. */
    } else if (isInUse(form, name)) {
      state.waiting[name] = text;
    } else {
      setValue(form, name, text);
      seenOf(form, name).value = text;
      delete state.acked[name];
      flash(controlsOf(form, name)[0]);
    }
    keepDraft(form);
  }

  function isInUse(form, name) {
    const isFocused = controlsOf(form, name).includes(document.activeElement);
    return isFocused && Date.now() - stateOf(form).typedAt < STILL_TYPING_MS;
  }

  function applyWaiting() {
    for (const form of pieces()) {
      for (const [name, text] of Object.entries(stateOf(form).waiting)) applyField(form, name, text);
    }
  }

  function flash(control) {
    control.classList.remove("just-came");
    void control.offsetWidth;
    control.classList.add("just-came");
    control.addEventListener("animationend", () => control.classList.remove("just-came"), { once: true });
  }

  /* In a form that saves itself only when it is told to. */
  function isTouched(control) {
    if (control.type === "hidden" || !control.matches("input, textarea, select")) return false;
    if (isTicked(control)) return control.checked !== control.defaultChecked;
    return control.tagName !== "SELECT" && control.value !== control.defaultValue;
  }

  /* Whether a row must be left as it is when its list is shown anew, as of a revision. */
  function isHeld(row, revision = Infinity) {
    const forms = row.matches("form[data-piece]") ? [row] : [...row.querySelectorAll("form[data-piece]")];
    const active = document.activeElement;
    if (row.contains(active) && active.matches("input, textarea, select")) return true;
    if (row.matches("form[data-draft]")) return [...row.elements].some(isTouched);
    return forms.some((form) => {
      const state = stateOf(form);
      const isBusy = state.sending.length > 0 || state.conflicts.size > 0 || state.revision > revision;
      return isBusy || namesOf(form).some((name) => isUnsaved(form, name));
    });
  }

  /* ---- Wiring ---- */

  function typed(form, name) {
    const state = stateOf(form);
    state.typedAt = Date.now();
    delete state.acked[name];
    delete state.refused[name];
    clearErrors(form, [name]);
    const both = state.conflicts.get(name);
    if (both && plain(both.theirs) === plain(valueOf(form, name))) closeBoth(form, name);
    keepDraft(form);
    schedule(form);
  }

  function heard(event) {
    const form = event.target.form;
    const name = event.target.name;
    if (form?.matches("form[data-piece]") && namesOf(form).includes(name)) typed(form, name);
  }

  document.addEventListener("input", heard);
  document.addEventListener("change", heard);
  document.addEventListener("focusout", () => window.setTimeout(applyWaiting));

  /* Enter and the Save button save at once; a button that says more is somebody else's. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const { submitter } = event;
    if (!form.matches("form[data-piece]") || submitter?.name || submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    save(form);
  }, true);

  window.addEventListener("online", resend);
  window.addEventListener("pagehide", () => {
    for (const form of pieces()) save(form, { keepalive: true });
  });

  room.setAttribute("data-scripted", "");
  restoreDrafts();

  return { apply, applyWaiting, controlsOf, formOf, isHeld, resend, signInLink };
})();
