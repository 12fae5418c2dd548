"""A signed-in person as one kept-alive connection, which is what a browser is to a server."""

import re
import time
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from recruiting.dashboards.demo.volume import PASSWORD


class Visitor:
    def __init__(self, port: int, email: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}
        self.get("/accounts/login/")
        self.post("/accounts/login/", {"login": email, "password": PASSWORD})
        if "sessionid" not in self._cookies:
            raise RuntimeError(f"{email} could not sign in.")

    def get(self, path: str) -> str:
        return self._send("GET", path, "")[0]

    def post(self, path: str, fields: dict[str, str]) -> str:
        """The page, or the address it sends to. Raises RuntimeError for a form with errors."""
        token = {"csrfmiddlewaretoken": self._cookies["csrftoken"]}
        return self._send("POST", path, urlencode(fields | token))[0]

    def timed_get(self, path: str) -> float:
        """Milliseconds from the request to the last byte of the answer."""
        return self._send("GET", path, "")[1]

    def timed_post(self, path: str, fields: dict[str, str]) -> float:
        token = {"csrfmiddlewaretoken": self._cookies["csrftoken"]}
        return self._send("POST", path, urlencode(fields | token))[1]

    def requisitions(self, path: str) -> list[str]:
        """The addresses of the requisitions that a page links to."""
        return list(
            dict.fromkeys(re.findall(r'href="(/requisitions/[0-9a-f-]{36}/)"', self.get(path)))
        )

    def _send(self, method: str, path: str, body: str) -> tuple[str, float]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        self._connection.request(method, path, body or None, headers)
        response = self._connection.getresponse()
        content = response.read()
        took = (time.perf_counter() - started) * 1000
        if response.status not in (200, 302, 303):
            raise RuntimeError(f"{method} {path} answered {response.status}.")
        self._keep_cookies(response)
        return content.decode(errors="replace"), took

    def _keep_cookies(self, response: HTTPResponse) -> None:
        for line in response.headers.get_all("Set-Cookie") or []:
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
