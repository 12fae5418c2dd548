/* How the intake room talks with the server: JSON, the token of the page, and a session that may
   end while somebody types. Answers are `{status, data}`; 0 is no connection, 401 signed out. */
"use strict";

window.roomWire = (() => {
  const PATIENCE_MS = 15000;
  const room = document.getElementById("room");
  const user = document.body.dataset.user;
  let token = JSON.parse(document.body.getAttribute("data-hx-headers"))["X-CSRFToken"];

  async function request(url, options) {
    const headers = { Accept: "application/json", ...options.headers };
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const answer = await fetch(url, { redirect: "manual", signal, ...options, headers });
      if (answer.type === "opaqueredirect" || answer.status === 401) return { status: 401 };
      const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
      return { status: answer.status, data: isJson ? await answer.json() : await answer.text() };
    } catch {
      return { status: 0 };
    }
  }

  const ask = (url, accept = "application/json") => request(url, { headers: { Accept: accept } });

  async function page() {
    const answer = await ask(room.dataset.page, "text/html");
    if (answer.status !== 200) return answer;
    const data = new DOMParser().parseFromString(answer.data, "text/html");
    return data.body.dataset.user === user ? { status: 200, data } : { status: "other" };
  }

  /* Who has signed in again has another token. If it is another person, nothing of hers or his is
     sent under the wrong name: that is 409 to nobody, so it has a status of its own. */
  async function regain() {
    const answer = await page();
    if (answer.status !== 200) return answer.status;
    token = JSON.parse(answer.data.body.getAttribute("data-hx-headers"))["X-CSRFToken"];
    document.body.setAttribute("data-hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
    return 200;
  }

  function post(url, fields, keepalive) {
    const body = new URLSearchParams(fields);
    /* A form's own token may be older than that of the page, and the server asks it first. */
    body.delete("csrfmiddlewaretoken");
    return request(url, { method: "POST", headers: { "X-CSRFToken": token }, body, keepalive });
  }

  async function send(url, fields, { keepalive = false } = {}) {
    const answer = await post(url, fields, keepalive);
    if (answer.status !== 403 || keepalive) return answer;
    const status = await regain();
    if (status !== 200) return { status };
    return post(url, fields, keepalive);
  }

  return { ask, page, send };
})();
