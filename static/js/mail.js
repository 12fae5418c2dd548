/* A mail in its frame takes the height that it needs, on the screen and in print. Without this
   the frame scrolls. The frame runs no script of its own: its sandbox forbids it. */
"use strict";

(() => {
  const FRAMES = "iframe[data-fits]";

  function fit(frame) {
    const page = frame.contentDocument?.documentElement;
    if (!page) return;
    frame.style.blockSize = "auto";
    frame.style.blockSize = `${page.scrollHeight}px`;
  }

  function fitAll() {
    document.querySelectorAll(FRAMES).forEach(fit);
  }

  document.addEventListener(
    "load",
    (event) => {
      if (event.target instanceof Element && event.target.matches(FRAMES)) fit(event.target);
    },
    true,
  );
  window.addEventListener("resize", fitAll);
  window.addEventListener("beforeprint", fitAll);
  fitAll();
})();
