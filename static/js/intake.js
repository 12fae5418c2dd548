/* What others do in the room: their texts, their rows, where they are, and the brief as it grows.
   Asks a little more than once a second while somebody can see the page, and not at all otherwise. */
"use strict";

(() => {
  const POLL_MS = 1100;
  const LONGEST_POLL_MS = 20000;
  const DRAFT_MS = 4000;
  const LIST_SOON_MS = 150;
  const LIST_LATER_MS = 2500;
  const PRESENT_EVERY_MS = 10000;
  const HERE_EVERY_MS = 30000;
  const SETTLED_MS = 150;

  const room = document.getElementById("room");
  const wire = window.roomWire;
  const pieces = window.roomPieces;
  const known = { ...room.dataset, mark: "", ticket: "" };
  let here = [];

  /* ---- Asking ---- */

  let pollTimer = 0;
  let pollDelay = POLL_MS;
  let isAsking = false;

  async function poll() {
    window.clearTimeout(pollTimer);
    if (document.hidden || isAsking) return;
    isAsking = true;
    const query = new URLSearchParams({ since: known.revision, mark: known.mark, ticket: known.ticket });
    const { status, data } = await wire.ask(`${room.dataset.news}?${query}`);
    isAsking = false;
    if (status === 403 || status === 404) {
      sayLine("You no longer see this room. Reload the page to see why.");
      return;
    }
    if (status === 200 || status === 204) {
      if (pollDelay !== POLL_MS) pieces.resend();
      pollDelay = POLL_MS;
      sayLine("");
      if (status === 200) take(data);
      if (wanted.size) refreshLists(LIST_SOON_MS);
      pieces.applyWaiting();
    } else {
      pollDelay = Math.min(2 * pollDelay, LONGEST_POLL_MS);
      if (status === 401) sayLine("You are signed out. What you type is kept here. ", pieces.signInLink());
      else sayLine("No connection. What you type is kept here.");
    }
    pollTimer = window.setTimeout(poll, pollDelay);
  }

  function sayLine(...words) {
    const place = document.querySelector("[data-line]");
    if (place.textContent !== words.map((one) => one.textContent ?? one).join("")) place.replaceChildren(...words);
  }

  function take(news) {
    for (const changed of news.changed) {
      if (isElsewhere(changed)) wanted.add(changed.kind);
      else if (changed.kind !== "answer") later.add(changed.kind);
      pieces.apply(changed);
    }
    if (String(news.agreement) !== known.agreement) wanted.add("agreement");
    if (news.agenda !== known.agenda) wanted.add("agenda");
    if (news.changed.length || wanted.size) refreshDraft();
    if (wanted.size) refreshLists(LIST_SOON_MS);
    else if (later.size) refreshLists(LIST_LATER_MS);
    here = news.here;
    showPeople();
    Object.assign(known, {
      mark: news.mark,
      ticket: news.ticket ?? known.ticket,
      revision: news.revision,
      agreement: String(news.agreement),
      agenda: news.agenda,
    });
  }

  /* ---- Lists: shown anew when a row comes, goes, or belongs elsewhere ---- */

  const wanted = new Set();
  const later = new Set();
  const left = new Set();
  const places = new Map();
  let listTimer = 0;
  let listDue = Infinity;
  let isFetching = false;
  let ownRevision = 0;

  function isElsewhere({ piece, kind, removed, position, values }) {
    if (kind === "answer") return false;
    const place = [removed, position, values.kind, values.mark, values.is_done].join(":");
    const before = places.get(piece);
    places.set(piece, place);
    return before === undefined || before !== place;
  }

  function refreshLists(delay) {
    const due = Date.now() + delay;
    if (due >= listDue) return;
    listDue = due;
    window.clearTimeout(listTimer);
    listTimer = window.setTimeout(fetchLists, delay);
  }

  async function fetchLists() {
    if (isFetching) {
      listTimer = window.setTimeout(fetchLists, LIST_SOON_MS);
      return;
    }
    listDue = Infinity;
    const kinds = new Set([...wanted, ...later]);
    wanted.clear();
    later.clear();
    isFetching = true;
    const { status, data: page } = await wire.page();
    isFetching = false;
    if (status === 200) showLists(page, kinds);
    else if (status === 0 || status >= 500) for (const kind of kinds) wanted.add(kind);
  }

  function showLists(page, kinds) {
    const fresh = page.getElementById("room");
    if (!fresh) return;
    const revision = Number(fresh.dataset.revision);
    if (revision < ownRevision) {
      /* Older than what was done here in the meantime: the next one shows it. */
      for (const kind of kinds) wanted.add(kind);
      refreshLists(LIST_SOON_MS);
      return;
    }
    const isHeld = (row) => {
      const held = pieces.isHeld(row, revision);
      if (held) for (const kind of kinds) left.add(kind);
      return held;
    };
    if (kinds.has("agenda")) for (const id of ["agenda", "parts"]) put(id, page, isHeld);
    for (const list of room.querySelectorAll("[data-live]")) {
      if (kinds.has(list.dataset.live)) put(list.id, page, isHeld);
    }
    showPeople();
    document.dispatchEvent(new CustomEvent("room:shown", { detail: { page } }));
  }

  /* A row that was left as it was, for who writes in it, follows when that is over. */
  function catchUp(row) {
    if (!left.size || row?.contains(document.activeElement)) return;
    for (const kind of left) wanted.add(kind);
    left.clear();
    refreshLists(LIST_SOON_MS);
  }

  function put(id, page, isHeld) {
    const old = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (old && fresh) window.morph(old, fresh, isHeld);
  }

  /* ---- The brief at the right ---- */

  let draftTimer = 0;
  let draftAt = 0;

  function refreshDraft() {
    window.clearTimeout(draftTimer);
    draftTimer = window.setTimeout(fetchDraft, Math.max(0, draftAt + DRAFT_MS - Date.now()));
  }

  async function fetchDraft() {
    const draft = document.getElementById("draft");
    if (draft.offsetParent === null) {
      draft.dataset.old = "";
      return;
    }
    draftAt = Date.now();
    const { status, data } = await wire.ask(`${draft.dataset.brief}?${new URLSearchParams({ ticket: known.ticket })}`, "text/html");
    if (status !== 200) return;
    const fresh = new DOMParser().parseFromString(data, "text/html").getElementById("draft");
    if (fresh) window.morph(draft, fresh, () => false);
  }

  /* A narrow window has it only when it is asked for. */
  window.addEventListener("hashchange", () => {
    if (document.getElementById("draft").hasAttribute("data-old")) refreshDraft();
  });

  /* ---- Who is here, and in which field ---- */

  function showPeople() {
    const names = here.map(({ name, side }) => {
      const one = document.createElement("span");
      one.className = `party is-${side}`;
      one.textContent = `${name} is here`;
      return one;
    });
    const place = document.querySelector("[data-here]");
    if (place.textContent !== names.map((one) => one.textContent).join("")) place.replaceChildren(...names);
    const flags = new Map(here.filter((one) => one.piece).map((one) => [one.piece, one]));
    for (const flag of room.querySelectorAll(".writer")) {
      if (flags.get(flag.dataset.at)?.name === flag.textContent) flags.delete(flag.dataset.at);
      else removeFlag(flag);
    }
    for (const one of flags.values()) showFlag(one);
  }

  function removeFlag(flag) {
    flag.parentElement.classList.remove("has-writer");
    flag.remove();
  }

  function showFlag({ name, side, piece: at }) {
    const [piece, field] = at.split(":");
    const form = pieces.formOf(piece);
    const control = form && pieces.controlsOf(form, field)[0];
    if (!control) return;
    const around = control.type === "radio" || control.type === "checkbox" ? form : control.parentElement;
    const flag = document.createElement("span");
    flag.className = `writer is-${side}`;
    flag.dataset.at = at;
    flag.textContent = name;
    around.classList.add("has-writer");
    around.append(flag);
  }

  let saidPlace = null;
  let presenceTimer = 0;
  let settleTimer = 0;

  function placeOfFocus() {
    const control = document.activeElement;
    const form = control?.form;
    if (!room.hasAttribute("data-may-write") || !form?.matches("form[data-piece]") || !control.name) return "";
    return `${form.dataset.piece}:${control.name}`;
  }

  function sayPresence() {
    window.clearTimeout(presenceTimer);
    if (document.hidden) return;
    saidPlace = placeOfFocus();
    wire.send(room.dataset.presence, { piece: saidPlace });
    presenceTimer = window.setTimeout(sayPresence, saidPlace ? PRESENT_EVERY_MS : HERE_EVERY_MS);
  }

  /* From one field to the next is one step, not two. */
  function focusMoved() {
    window.clearTimeout(settleTimer);
    settleTimer = window.setTimeout(() => {
      if (placeOfFocus() !== saidPlace) sayPresence();
    }, SETTLED_MS);
  }

  room.addEventListener("focusin", focusMoved);
  room.addEventListener("focusout", focusMoved);

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      window.clearTimeout(pollTimer);
      window.clearTimeout(presenceTimer);
      if (saidPlace) wire.send(room.dataset.presence, { piece: "" }, { keepalive: true });
      saidPlace = null;
    } else {
      poll();
      sayPresence();
    }
  });

  window.addEventListener("online", () => {
    pollDelay = POLL_MS;
    poll();
  });
  document.addEventListener("piece:saved", refreshDraft);
  room.addEventListener("focusout", ({ target }) => {
    const row = target.closest("[data-row], [data-piece], form");
    window.setTimeout(() => catchUp(row));
  });
  document.addEventListener("room:changed", (event) => {
    ownRevision = Math.max(ownRevision, event.detail?.revision ?? 0);
    poll();
  });

  poll();
  sayPresence();
})();
