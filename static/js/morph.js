/* Makes an element equal to a freshly rendered one, node by node. What `isHeld` names stays as it
   is, where it is: nobody loses the caret or a word to somebody else's change. */
"use strict";

(() => {
  /* A row is told by its piece, a form by where it is sent, all else that has one by its id. */
  const keyOf = (node) =>
    node.dataset?.piece ?? (node.id || (node.tagName === "FORM" ? node.getAttribute("action") : "") || "");

  function alike(one, other) {
    if (one.nodeType !== other.nodeType || one.nodeName !== other.nodeName) return false;
    return keyOf(one) === keyOf(other);
  }

  function sameAttributes(old, fresh) {
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
  }

  /* What a person has chosen is kept in properties, which attributes no longer move. */
  function sameControl(old, fresh) {
    if (old.type === "checkbox" || old.type === "radio") old.checked = fresh.hasAttribute("checked");
    else if (old.tagName === "SELECT") old.value = fresh.value;
    else if (old.value !== fresh.value) old.value = fresh.value;
  }

  function morphNode(old, fresh, held) {
    if (held.has(old)) return;
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
      return;
    }
    const wasOpen = old.tagName === "DETAILS" && old.open;
    sameAttributes(old, fresh);
    if (wasOpen) old.open = true;
    morphChildren(old, fresh, held);
    if (old.matches("input, textarea, select")) sameControl(old, fresh);
  }

  function morphChildren(old, fresh, held) {
    let place = old.firstChild;
    for (const wanted of [...fresh.childNodes]) {
      const key = wanted.nodeType === Node.ELEMENT_NODE ? keyOf(wanted) : "";
      const kept = key && held.byKey.get(key);
      let match = kept || null;
      for (let one = place; one && !match; one = one.nextSibling) {
        if (alike(one, wanted) && !held.has(one)) match = one;
      }
      if (!match) {
        /* Bare first: a row that is held may belong into it. */
        const made = document.importNode(wanted, false);
        old.insertBefore(made, place);
        if (made.nodeType === Node.ELEMENT_NODE) morphChildren(made, wanted, held);
      } else {
        if (match === place) place = place.nextSibling;
        else if (!kept) old.insertBefore(match, place);
        else place = around(old, match, place);
        morphNode(match, wanted, held);
      }
    }
    while (place) {
      const next = place.nextSibling;
      if (![...held].some((one) => place.contains(one))) place.remove();
      place = next;
    }
  }

  /* A held node stays in its place and the others go round it; only into another list it is moved,
     with its focus. Returns where the next one belongs. */
  function around(parent, node, place) {
    if (node.parentNode === parent && place) {
      while (place !== node && place) {
        const next = place.nextSibling;
        parent.insertBefore(place, node.nextSibling);
        place = next;
      }
      return node.nextSibling;
    }
    const active = node.contains(document.activeElement) ? document.activeElement : null;
    const { selectionStart: start, selectionEnd: end } = active ?? {};
    parent.insertBefore(node, place);
    active?.focus({ preventScroll: true });
    if (active && typeof start === "number") active.setSelectionRange(start, end);
    return place;
  }

  window.morph = (old, fresh, isHeld) => {
    const held = new Set([...old.querySelectorAll("[data-piece], form[data-draft]")].filter(isHeld));
    /* The outermost of those that lie in one another stands for all. */
    for (const one of [...held]) {
      for (const other of held) if (other !== one && other.contains(one)) held.delete(one);
    }
    held.byKey = new Map([...held].map((one) => [keyOf(one), one]));
    morphNode(old, fresh, held);
  };
})();
