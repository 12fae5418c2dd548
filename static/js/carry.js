/* Requirements are dragged into their list and their place, with a mouse, a pen or a finger: by the
   handle at once, with a finger anywhere in the row after a moment. Esc leaves all as it was. */
"use strict";

(() => {
  const MOVED_BEFORE_DRAG_PX = 5;
  const LONG_PRESS_MS = 400;
  const EDGE_PX = 80;
  const SCROLL_PX = 12;
  if (!window.roomBoard) return;

  const { changed, columnOf, isDone, refusal, rowOf, rowsIn, say } = window.roomBoard;
  const room = document.getElementById("room");

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
    if (y < EDGE_PX) window.scrollBy(0, -SCROLL_PX);
    else if (y > window.innerHeight - EDGE_PX) window.scrollBy(0, SCROLL_PX);
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
      fields["seen-kind"] = form.elements.was.value;
    }
    if (over) over[side](row);
    else column.append(row);
    const answer = await window.roomWire.send(`${form.getAttribute("action")}place/`, fields);
    say("requirement", isDone(answer) ? "" : refusal(answer));
    changed(answer);
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
