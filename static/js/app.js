/* What makes the pages livelier. Without it everything still works: forms post, pages load.
   Hooks are data- attributes; docs/look.md names them. */
"use strict";

(() => {
  const TOAST_MS = 6000;
  const UNDO_TOAST_MS = 14000;
  const DRAFT_DELAY_MS = 300;
  const SAVING_SHOWN_AFTER_MS = 300;
  const user = document.body.dataset.user ?? "";

  const store = guarded(() => window.localStorage);
  const session = guarded(() => window.sessionStorage);

  /* Storage can be forbidden by the browser; then nothing is kept, and nothing breaks. */
  function guarded(open) {
    try {
      return open();
    } catch {
      return null;
    }
  }

  /* ---- Toasts: gone after a while, never under the pointer or the focus ---- */

  const timedToasts = new WeakSet();

  function startToasts() {
    for (const toast of document.querySelectorAll("[data-toast]")) {
      if (timedToasts.has(toast)) continue;
      timedToasts.add(toast);
      if (!toast.hasAttribute("data-stays")) timeToast(toast);
    }
  }

  function timeToast(toast) {
    const patience = toast.querySelector("[data-undo]") ? UNDO_TOAST_MS : TOAST_MS;
    let timer = 0;
    const start = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => dismiss(toast), patience);
    };
    const hold = () => window.clearTimeout(timer);
    toast.addEventListener("pointerenter", hold);
    toast.addEventListener("focusin", hold);
    toast.addEventListener("pointerleave", start);
    toast.addEventListener("focusout", start);
    start();
  }

  function dismiss(toast) {
    toast.setAttribute("data-leaving", "");
    window.setTimeout(() => toast.remove(), 200);
  }

  /* ---- What a form is doing: saving, saved, refused ---- */

  const savingTimers = new WeakMap();

  function setState(form, state, text) {
    let place = form.querySelector("[data-form-state]");
    if (!place) {
      place = document.createElement("p");
      place.className = "form-state";
      place.setAttribute("data-form-state", "");
      place.setAttribute("role", "status");
      form.append(place);
    }
    place.dataset.state = state;
    place.textContent = text;
  }

  function startSaving(form) {
    stopSaving(form);
    const show = () => setState(form, "saving", "Saving…");
    savingTimers.set(form, window.setTimeout(show, SAVING_SHOWN_AFTER_MS));
  }

  function stopSaving(form) {
    window.clearTimeout(savingTimers.get(form));
  }

  function refusal(status) {
    if (status === 0) {
      return "Not saved: there is no connection. What you typed is kept here; try again.";
    }
    if (status === 403) {
      return "Not saved: this page has grown old. Reload it and send again; what you typed is kept.";
    }
    if (status === 404) {
      return "Not saved: this is no longer there. Reload the page to see how things stand.";
    }
    if (status === 413) return "Not saved: this is too large to send.";
    if (status === 429) return "Not saved: too many tries at once. Wait a minute and try again.";
    return "Not saved: something broke on our side. What you typed is kept here; try again.";
  }

  /* ---- A form is sent once ---- */

  function submitButtons(form) {
    const own = [...form.querySelectorAll("button:not([type=button]), input[type=submit]")];
    const afar = form.id ? [...document.querySelectorAll(`button[form="${CSS.escape(form.id)}"]`)] : [];
    return [...own, ...afar];
  }

  function lock(form) {
    form.setAttribute("aria-busy", "true");
    for (const button of submitButtons(form)) {
      if (button.disabled) continue;
      button.disabled = true;
      button.setAttribute("data-locked", "");
    }
  }

  function unlock(form) {
    form.removeAttribute("aria-busy");
    for (const button of submitButtons(form)) {
      if (!button.hasAttribute("data-locked")) continue;
      button.removeAttribute("data-locked");
      button.disabled = false;
    }
  }

  /* ---- Drafts: what was typed outlives a reload, a lost connection, an expired session ---- */

  const draftTimers = new WeakMap();
  const PENDING = "same-page:sent";

  function draftKey(form) {
    return `same-page:draft:${user}:${form.dataset.draft}`;
  }

  function isKept(control) {
    return (
      control.name &&
      !["hidden", "password", "file", "submit", "button"].includes(control.type) &&
      control.name !== "csrfmiddlewaretoken"
    );
  }

  function valueOf(control) {
    return control.type === "checkbox" || control.type === "radio" ? control.checked : control.value;
  }

  /* A form that was refused shows what was typed: against it nothing would seem to be typed. */
  function defaultOf(control) {
    if (control.form.hasAttribute("data-draft-bound")) {
      return typeof valueOf(control) === "boolean" ? control.defaultChecked : "";
    }
    if (control.type === "checkbox" || control.type === "radio") return control.defaultChecked;
    if (control.tagName !== "SELECT") return control.defaultValue;
    const chosen = [...control.options].find((option) => option.defaultSelected);
    return (chosen ?? control.options[0])?.value ?? "";
  }

  /* Radio buttons share a name: name and value together tell controls apart. */
  function slot(control) {
    return control.type === "radio" ? `${control.name}=${control.value}` : control.name;
  }

  /* The key under which a form counts once stays with what was typed, so that a try whose answer
     was lost and one after a reload are the same to the server. */
  function keysOf(form) {
    return [...form.querySelectorAll("input[data-draft-key]")];
  }

  function wasRefused(form) {
    return form.querySelector("[aria-invalid=true], [data-take-focus]") !== null;
  }

  /* In a form that was refused the choices seem to be untouched. They go with the words all the
     same: a private note must not come back as one for everybody. */
  function choicesOf(form) {
    const radios = [...form.elements].filter((one) => one.type === "radio");
    return Object.fromEntries(radios.map((one) => [slot(one), one.checked]));
  }

  function keepDraft(form) {
    const typed = {};
    for (const control of form.elements) {
      if (isKept(control) && valueOf(control) !== defaultOf(control)) {
        typed[slot(control)] = valueOf(control);
      }
    }
    const isTyped = Object.keys(typed).length > 0;
    if (isTyped) for (const key of keysOf(form)) typed[key.name] = key.value;
    if (isTyped && wasRefused(form)) Object.assign(typed, choicesOf(form));
    try {
      if (isTyped) store?.setItem(draftKey(form), JSON.stringify(typed));
      else store?.removeItem(draftKey(form));
    } catch {
      /* The store is full or forbidden: typing goes on all the same. */
    }
  }

  function dropDraft(form) {
    window.clearTimeout(draftTimers.get(form));
    guarded(() => store?.removeItem(draftKey(form)));
  }

  function restoreDraft(form) {
    if (form.querySelector("[aria-invalid=true]")) return;
    const typed = guarded(() => JSON.parse(store?.getItem(draftKey(form)) ?? "null"));
    if (!typed || typeof typed !== "object") return;
    let restored = false;
    for (const control of form.elements) {
      if (!isKept(control) || !(slot(control) in typed)) continue;
      const value = typed[slot(control)];
      if (valueOf(control) === value) continue;
      if (typeof value === "boolean") control.checked = value;
      else control.value = value;
      restored = true;
    }
    if (!restored) return;
    for (const key of keysOf(form)) {
      key.dataset.fresh ??= key.value;
      key.value = typed[key.name] ?? key.value;
    }
    offerToDiscard(form);
  }

  function offerToDiscard(form) {
    setState(form, "restored", "What you had typed is back. ");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--link";
    button.textContent = "Discard it";
    button.addEventListener("click", () => {
      dropDraft(form);
      form.reset();
      for (const key of keysOf(form)) key.value = key.dataset.fresh;
      setState(form, "", "");
    });
    form.querySelector("[data-form-state]").append(button);
  }

  /* A plain post loads a page, and the page tells whether the server took it. */
  function settleSentForm() {
    const key = guarded(() => session?.getItem(PENDING));
    if (!key) return;
    guarded(() => session?.removeItem(PENDING));
    const arrival = performance.getEntriesByType("navigation")[0]?.type;
    const body = document.body;
    if (body.hasAttribute("data-signed-out") || body.hasAttribute("data-refused")) return;
    if (arrival === "back_forward" || arrival === "reload") return;
    for (const form of document.querySelectorAll("form[data-draft]")) {
      if (draftKey(form) === key && form.querySelector("[aria-invalid=true]")) return;
    }
    guarded(() => store?.removeItem(key));
  }

  function forgetDrafts() {
    guarded(() => {
      const mine = Object.keys(store).filter((key) => key.startsWith(`same-page:draft:${user}:`));
      for (const key of mine) store.removeItem(key);
    });
  }

  /* ---- Steppers ---- */

  function step(button) {
    const input = button.parentElement.querySelector("input");
    const next = (Number.parseInt(input.value, 10) || 0) + Number(button.dataset.step);
    const least = input.min === "" ? -Infinity : Number(input.min);
    const value = Math.max(least, next);
    input.value = value === 0 ? "" : String(value);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* ---- Theme: kept in a cookie, so that the server writes it on the page ---- */

  function startThemeSwitch() {
    const root = document.documentElement;
    for (const input of document.querySelectorAll("[data-theme-switch] input")) {
      input.checked = input.value === (root.dataset.theme ?? "system");
    }
  }

  function setTheme(theme) {
    const year = 60 * 60 * 24 * 365;
    const system = theme === "system";
    document.cookie = `theme=${theme}; path=/; max-age=${system ? 0 : year}; samesite=lax`;
    if (system) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }

  /* ---- Focus after a swap: at what went wrong, else where the keyboard was ---- */

  let focusBefore = null;

  function rememberFocus(form) {
    const control = document.activeElement;
    focusBefore = form.contains(control) ? (form.dataset.draft ?? "") : null;
  }

  function placeFocus() {
    const summary = document.querySelector("[data-take-focus]");
    if (summary) {
      summary.focus();
      return;
    }
    if (focusBefore === null || document.activeElement !== document.body) return;
    const form = document.querySelector(`form[data-draft="${CSS.escape(focusBefore)}"]`);
    focusBefore = null;
    if (!form) {
      /* What was pressed is gone: Tab goes on from the page, not from the top bar. */
      document.getElementById("main")?.focus({ preventScroll: true });
      return;
    }
    if (matchMedia("(pointer: coarse)").matches) return;
    form.querySelector("input:not([type=hidden]), textarea, select")?.focus({ preventScroll: true });
  }

  /* The form that a request saves; a request that only asks has none. The event itself may name
     another element: by then the form can have been swapped away. */
  function savedForm(event) {
    const { elt, verb } = event.detail.requestConfig;
    return verb === "get" ? null : elt.closest("form");
  }

  /* ---- The bell: asks while somebody can see it, and says it aloud only when more has come ---- */

  let bellAnswers = 0;
  let bellShown = 0;

  function ringBell(number) {
    if (bellAnswers > 1 && number > bellShown) {
      document.querySelector("[data-bell-says]").textContent =
        number === 1 ? "1 unread notification" : `${number} unread notifications`;
    }
    bellShown = number;
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.querySelector("[data-bell]")?.dispatchEvent(new Event("wake"));
  });

  /* Its events end here: they are nobody else's swap, and move no focus. */
  const bellPlace = document.querySelector("[data-bell-place]");
  bellPlace?.addEventListener("htmx:beforeRequest", (event) => {
    event.stopPropagation();
    if (document.hidden) event.preventDefault();
  });
  bellPlace?.addEventListener("htmx:beforeOnLoad", () => {
    bellAnswers += 1;
  });
  bellPlace?.addEventListener("htmx:afterSettle", (event) => {
    event.stopPropagation();
    ringBell(Number(event.target.dataset.bell));
  });

  /* ---- Wiring ---- */

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-dismiss], [data-step], [data-print]");
    if (target?.matches("[data-print]")) window.print();
    else if (target?.matches("[data-dismiss]")) dismiss(target.closest("[data-toast]"));
    else if (target) step(target);
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = document.querySelector("[data-menu][open]");
      if (!menu) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (sends && event.target.form) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });

  /* One box that ticks all of its name in the form. */
  document.addEventListener("change", (event) => {
    const name = event.target.dataset.ticks;
    if (!name) return;
    for (const box of event.target.form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      box.checked = event.target.checked;
    }
  });

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (event.target.closest("[data-theme-switch]")) setTheme(event.target.value);
    if (!form?.matches("[data-draft]")) return;
    window.clearTimeout(draftTimers.get(form));
    draftTimers.set(form, window.setTimeout(() => keepDraft(form), DRAFT_DELAY_MS));
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("aria-busy")) {
      event.preventDefault();
      return;
    }
    if (form.matches("[data-signs-out]")) forgetDrafts();
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.matches("[data-draft]")) {
      keepDraft(form);
      guarded(() => session?.setItem(PENDING, draftKey(form)));
    }
    /* After the browser has read the form: a disabled button would not be sent. */
    window.setTimeout(() => lock(form));
  });

  window.addEventListener("pagehide", () => {
    for (const form of document.querySelectorAll("form[data-draft]:not([aria-busy])")) {
      if (form.querySelector("[aria-invalid=true]")) continue;
      keepDraft(form);
    }
  });

  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[aria-busy]")) unlock(form);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = savedForm(event);
    if (!form) return;
    rememberFocus(form);
    if (form.matches("[data-draft]")) keepDraft(form);
    lock(form);
    startSaving(form);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = savedForm(event);
    if (!form) return;
    const { xhr, successful } = event.detail;
    stopSaving(form);
    unlock(form);
    /* To the sign-in and back again: the draft waits for the return. */
    if (xhr.getResponseHeader("HX-Redirect")) return;
    if (successful && xhr.status < 300) {
      dropDraft(form);
      setState(form, "saved", "Saved");
    } else if (![409, 422].includes(xhr.status)) {
      setState(form, "refused", refusal(xhr.status));
    }
  });

  /* What was typed a moment ago into a form that another one's answer replaces. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const around = event.detail.target.querySelectorAll("form[data-draft]:not([aria-busy])");
    for (const form of around) {
      if (!form.querySelector("[aria-invalid=true]")) keepDraft(form);
    }
  });

  document.addEventListener("htmx:afterSettle", () => {
    startToasts();
    for (const form of document.querySelectorAll("form[data-draft]")) {
      if (!form.contains(document.activeElement)) restoreDraft(form);
    }
    placeFocus();
  });

  settleSentForm();
  startThemeSwitch();
  startToasts();
  document.querySelectorAll("form[data-draft]").forEach(restoreDraft);
  document.querySelector("[data-take-focus]")?.focus();
})();
