/* The fields of a piece: a control by its name, and beside it, hidden, what its writer has seen. */
"use strict";

window.roomFields = (() => {
  const seenOf = (form, name) => form.querySelector(`[name="seen-${CSS.escape(name)}"]`);
  const controlsOf = (form, name) => [...form.elements].filter((one) => one.name === name);
  const plain = (text) => text.replace(/\r\n?/g, "\n").trim();
  const isTicked = (control) => control.type === "checkbox" || control.type === "radio";

  function namesOf(form) {
    const seen = [...form.querySelectorAll("input[type=hidden][name^=seen-]")];
    return seen.map((one) => one.name.slice("seen-".length)).filter((name) => controlsOf(form, name).length);
  }

  function valueOf(form, name) {
    const controls = controlsOf(form, name);
    if (!isTicked(controls[0])) return controls[0].value;
    return controls.find((one) => one.checked)?.value ?? "";
  }

  function textOf(form, name, value) {
    if (value === true) return controlsOf(form, name)[0]?.value ?? "on";
    return value === false || value === null || value === undefined ? "" : String(value);
  }

  /* The caret stays with the text before it. */
  function setValue(form, name, text) {
    for (const control of controlsOf(form, name)) {
      if (isTicked(control)) {
        control.checked = control.value === text;
        continue;
      }
      const { selectionStart: start, selectionEnd: end, value: old } = control;
      control.value = text;
      if (control !== document.activeElement || typeof start !== "number") continue;
      const moved = old.slice(start) === text.slice(text.length - (old.length - start)) ? text.length - old.length : 0;
      control.setSelectionRange(start + moved, end + moved);
    }
  }

  /* What somebody reads of a value: the words of a choice, not its code. */
  function wordsOf(form, name, text) {
    const [control] = controlsOf(form, name);
    if (control.tagName === "SELECT") {
      return [...control.options].find((one) => one.value === text)?.text ?? text;
    }
    if (!isTicked(control)) return text;
    const chosen = controlsOf(form, name).find((one) => one.value === text);
    return chosen?.labels[0]?.textContent.trim() ?? (text ? "Yes" : "No");
  }

  return { controlsOf, isTicked, namesOf, plain, seenOf, setValue, textOf, valueOf, wordsOf };
})();
