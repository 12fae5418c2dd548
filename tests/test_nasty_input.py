"""Whatever is sent to whatever address, the answer is a page and never an accident of ours.

The forms are taken from the pages themselves, so that a new page or field is tried without a word
here. Each field gets its share of the values while the others hold what the page had filled in,
and then all fields get values at once.
"""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import html5lib
import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection, transaction
from django.http import HttpResponse, QueryDict
from django.test import Client as Browser
from django.urls import Resolver404, resolve

from recruiting.accounts.models import User
from tests.fixtures.world import World
from tests.test_permissions import TABLE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "quiet", "drawn_as_it_is")]

OBJECT = "[0-9a-f]{8}-[0-9a-f-]{27}"
NOTHING = "00000000-0000-0000-0000-000000000000"
NASTY = [
    "", "\x00", "a\x00b", "\x1b[31m", "\ud800", "\u202eevil", "\r\nBcc: x@y.de", "{{ x }}%s{0}",
    "-1", "2147483648", "9" * 5000, "1e999999", "NaN", "-Infinity", "²", "1_0",
    "0001-01-01", "9999-12-31", "2026-02-30", "23:59:60",
    "not-a-uuid", NOTHING, '{"id": "\\ud800"}', "[]", "null",
    "x" * 20_000, "é@ö.example", "localtime", "../../etc", "//evil.example", "http://[",
]  # fmt: skip

SHARES = len(NASTY)
"""Each field gets one of the values; the next field the one after that."""

TURNS = 3
"""All fields get values at once so many times, the next time turned by so many places."""

PARTS = 2
"""Into how many tests the pages are parted."""

ALIKE = 20
"""Of a form with more fields, selects all alike, only every fifth is tried alone."""

IN_QUERY = ["a\x00b", "\ud800", "-1", "9" * 5000, NOTHING, "x" * 20_000, "http://["]

BODIES = [
    ("", b""),
    ("application/json", b"{}"),
    ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(1100))),
    ("application/x-www-form-urlencoded", b"note=" + b"x" * 3_200_000),
    ("application/x-www-form-urlencoded; charset=utf-7", b"title=+AGE-"),
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data"),
]

HEADERS = [
    {"HX-Request": "true", "HX-Current-URL": "http://["},
    {"HX-Request": "true", "HX-Current-URL": "//evil.example/\xff", "HX-Target": "\xff"},
    {
        "HX-Request": "true",
        "Referer": "http://[",
        "Cookie": 'sessionid=\x01; theme="><script>; unsubscribe=x:y:z',
    },
]

QUERY = [
    "page", "earlier", "q", "client", "status", "sort", "mine", "show", "next", "email", "before",
    "kind", "person", "since", "until", "from", "to",
]  # fmt: skip
FILLED = {"name": "Ada", "title": "Smith", "email": "ada@acme.example", "reason": "Why not"}
FILLED |= {"found": "1", "text": "Hello", "client": NOTHING, "file": "none", "take": "title"}
LEFT_OUT = ("logout", "signing-out")
"""Parts of the addresses that end the session."""


@dataclass(frozen=True)
class Form:
    """Where it is sent, and what its fields hold on the page."""

    action: str
    fields: dict[str, str]

    @property
    def kind(self) -> tuple[str, tuple[str, ...]]:
        """The same for forms that differ in their object alone, such as the answers of a room."""
        names = tuple(sorted(re.sub(OBJECT, "", name) for name in self.fields))
        path = re.split("[?#]", self.action)[0]
        try:
            return resolve(path).view_name, names
        except Resolver404:
            return path, names


def forms_on(page: HttpResponse, path: str) -> Iterator[Form]:
    tree = html5lib.parse(page.content, namespaceHTMLElements=False)
    for form in tree.iter("form"):
        if form.get("method") == "post":
            controls = [one for one in form.iter() if one.get("name")]
            fields = {one.get("name"): _held(one) or FILLED.get(one.get("name"), "")
                      for one in controls}  # fmt: skip
            yield Form(form.get("action") or path, fields)


def _held(control: Any) -> str:
    if control.tag == "select":
        options = list(control.iter("option"))
        chosen = [one for one in options if one.get("selected") is not None]
        return str((chosen or options)[0].get("value") or "")
    return str(control.text or "") if control.tag == "textarea" else control.get("value") or ""


def encoded(fields: dict[str, str]) -> str:
    """As a program sends it that does not care whether it is text."""
    return urlencode({name: text.encode("utf-8", "surrogatepass") for name, text in fields.items()})


class Visitor:
    """Sends things as one person and keeps what went wrong. What was sent changes nothing."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.session = browser.cookies["sessionid"].value
        self.codes: set[int] = set()
        self.accidents: dict[tuple[str, str], str] = {}

    def send(self, method: str, path: str, what: str, **request: Any) -> Any:
        self.browser.cookies.clear()
        self.browser.cookies["sessionid"] = self.session
        try:
            with transaction.atomic():
                answer: Any = self.browser.generic(method, path, **request)
                transaction.set_rollback(True)
                if answer.streaming:
                    answer.getvalue()  # an export's file is closed at its end
        except Exception as error:
            self.accidents[f"{method} {path}"[:100], repr(error)[:100]] = what[:100]
            return None
        self.codes.add(answer.status_code)
        if answer.status_code >= 500:
            self.accidents[f"{method} {path}"[:100], str(answer.status_code)] = what[:100]
        return answer

    def post(self, path: str, fields: dict[str, str], what: str) -> None:
        form = "application/x-www-form-urlencoded"
        self.send("POST", path, what, data=encoded(fields), content_type=form)


@pytest.fixture
def quiet() -> Iterator[None]:
    """Thousands of refusals need not be written down."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def people(manager: User, recruiter: User, lead: User) -> dict[str, User]:
    return {"manager": manager, "recruiter": recruiter, "lead": lead}


@pytest.fixture
def visitor_as(people: dict[str, User], sign_in: Callable[[User], Browser]) -> Any:
    return lambda role: Visitor(sign_in(people[role]))


def paths(world: World) -> list[str]:
    found = {world.path(row.name) for row in TABLE if row.name != "account_logout"}
    return sorted(path for path in found if not any(part in path for part in LEFT_OUT))


def part_of(found: Sequence[str], part: int) -> list[str]:
    """Every second one, so that the processes of a run share them."""
    return list(found[part::PARTS])


def forms(visitor: Visitor, found_at: Sequence[str]) -> Iterator[Form]:
    """All forms of these pages that one may open, each once, and each address that takes a POST.

    Of those that differ in the object alone, as the rows of the round do, one is enough."""
    alike: set[tuple[str, tuple[str, ...]]] = set()
    for path in found_at:
        page = visitor.send("GET", path, "")
        is_page = page is not None and page.status_code == 200 and "html" in page["Content-Type"]
        found = list(forms_on(page, path)) if page is not None and is_page else []
        for form in [*found, Form(path, {})]:
            if form.kind not in alike and not any(part in form.action for part in LEFT_OUT):
                alike.add(form.kind)
                yield form


def variants(form: Form) -> Iterator[tuple[str, dict[str, str]]]:
    """What to send instead of what the page holds, and a word on it.

    What a field says to a value is the same on every database, so each is tried alone on the one
    that servers have; what reaches the database is tried on both."""
    names = [name for name in form.fields if name != "csrfmiddlewaretoken"]
    alone = names if connection.vendor == "postgresql" else []
    for place, name in enumerate(alone[:: 5 if len(names) > ALIKE else 1]):
        for value in NASTY[place % SHARES :: SHARES]:
            yield f"{name}={value!r}", {**form.fields, name: value}
    for first in range(0, len(NASTY), len(NASTY) // TURNS + 1) if names else [0]:
        turned = [*NASTY[first:], *NASTY[:first]] * 2
        yield f"all from {NASTY[first]!r}", dict(zip(names, turned, strict=False))


@pytest.mark.parametrize("share", range(PARTS))
def test_no_form_breaks(share: int, visitor_as: Callable[[str], Visitor], world: World) -> None:
    """A lead's and a manager's forms only where they differ from a recruiter's."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    accidents: dict[tuple[str, str], str] = {}
    codes: set[int] = set()
    for role in ("recruiter", "lead", "manager"):
        visitor = visitor_as(role)
        for form in forms(visitor, part_of(paths(world), share)):
            for what, fields in variants(form) if form.kind not in seen else ():
                visitor.post(form.action, fields, f"{role}: {what}")
            seen.add(form.kind)
        assert {200, 302} <= visitor.codes, role
        codes |= visitor.codes
        accidents |= visitor.accidents
    assert 422 in codes
    assert accidents == {}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of requests whose query somebody looked into."""
    found: list[str] = []
    read: Any = WSGIRequest.__dict__["GET"]

    def noted(request: WSGIRequest) -> QueryDict:
        found.append(request.path)
        return read.__get__(request, WSGIRequest)  # type: ignore[no-any-return]

    monkeypatch.setattr(WSGIRequest, "GET", property(noted))
    return found


@pytest.mark.one_database
def test_no_query_breaks(
    visitor_as: Callable[[str], Visitor], world: World, asked: list[str]
) -> None:
    """A page that never looks into its query gets one of them, and so does one that a manager
    sees as the recruiter did; the others all."""
    tried: set[str] = set()
    for visitor in (visitor_as("recruiter"), visitor_as("manager")):
        for path in paths(world):
            asked.clear()
            page = visitor.send("GET", path, "")
            mark = "&" if "?" in path else "?"
            values = IN_QUERY if asked and path not in tried else IN_QUERY[:1]
            if page is not None and page.status_code == 200:
                tried.add(path)
            for value in values if page is not None and page.status_code == 200 else ():
                query = encoded(dict.fromkeys(QUERY, value))
                visitor.send("GET", f"{path}{mark}{query}", repr(value))
        assert visitor.accidents == {}


@pytest.mark.one_database
def test_no_body_and_no_header_breaks(visitor_as: Callable[[str], Visitor], world: World) -> None:
    """What a body is read by, and what looks into a header, is the same for all addresses but
    few: each gets its share of both, the next one the ones after those."""
    visitor = visitor_as("recruiter")
    for place, path in enumerate(paths(world)):
        answer = visitor.send("POST", path, "nothing")
        takes = answer is None or answer.status_code != 405
        for kind, body in [*BODIES, *BODIES][place % 7 :][:3] if takes else ():
            visitor.send("POST", path, kind, data=body, content_type=kind)
        headers = HEADERS[place % len(HEADERS)]
        for method in ("GET", "POST") if takes else ("GET",):
            visitor.send(method, path, str(headers), headers=headers)
        visitor.send("NONSENSE", path, "method")
    assert {200, 302, 400, 401, 404, 405, 422} <= visitor.codes
    assert visitor.accidents == {}
