/* What was typed in the room and is not saved: kept in the browser, so that it outlives a reload, a
   crashed tab, and whatever it was typed for. Signing out forgets it (app.js). */
"use strict";

window.roomDrafts = (() => {
  const { room } = document.getElementById("room").dataset;
  const prefix = `same-page:draft:${document.body.dataset.user}:intake-${room}:`;

  /* Storage can be full or forbidden: typing and saving go on all the same. */
  function guarded(act) {
    try {
      return act();
    } catch {
      return null;
    }
  }

  const drop = (piece) => guarded(() => localStorage.removeItem(prefix + piece));

  function keep(piece, typed) {
    if (!Object.keys(typed).length) drop(piece);
    else guarded(() => localStorage.setItem(prefix + piece, JSON.stringify(typed)));
  }

  function all() {
    const read = () =>
      Object.keys(localStorage)
        .filter((key) => key.startsWith(prefix))
        .map((key) => [key.slice(prefix.length), JSON.parse(localStorage.getItem(key))]);
    return guarded(read) ?? [];
  }

  function element(tag, className, text = "") {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }

  /* What was typed for something that is gone, or may be written no longer. */
  function setAside(piece, rest) {
    const texts = rest.map(([, { mine }]) => mine).filter((text) => text.trim());
    if (!texts.length) return;
    const place = document.querySelector("[data-kept]");
    const words = element("p", "", "You typed this here before, and it was not saved:");
    const button = element("button", "btn btn--small", "Drop it");
    button.type = "button";
    const item = element("div", "stack stack--tight");
    item.append(words, ...texts.map((text) => element("pre", "", text)), element("p", ""));
    item.lastChild.append(button);
    button.addEventListener("click", () => {
      drop(piece);
      item.remove();
      place.hidden = !place.childElementCount;
    });
    place.append(item);
    place.hidden = false;
  }

  return { all, drop, element, keep, setAside };
})();
