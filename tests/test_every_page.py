"""What every page owes its reader: valid HTML, access for all, a quiet console, a narrow screen."""

import re
from collections.abc import Callable
from itertools import chain, repeat
from typing import Any
from zlib import crc32

import html5lib
import pytest
from django.test import Client as Browser
from playwright.sync_api import Page, ViewportSize

from recruiting.accounts.models import User
from recruiting.mailing.links import unsubscribe_token
from recruiting.mailing.models import Mail
from status_updates.digests.snapshot import KIND
from tests.fixtures.browser import Axe, OpenPage
from tests.fixtures.world import World
from tests.test_permissions import TABLE

NARROW: ViewportSize = {"width": 360, "height": 740}
WIDE: ViewportSize = {"width": 1280, "height": 900}
ROLES = ("manager", "recruiter", "lead")
NO_PAGE = {
    "healthz", "readyz", "digest_body", "digest_preview_body", "mfa_download_recovery_codes",
    "requisitions_csv", "requisitions_xlsx", "notifications_unread",
    "intake_draft", "intake_news", "resume", "resume_page",
}  # fmt: skip
"""Answers that are not pages of ours: JSON, text, and mails as they were sent."""

COLOUR_RULES = ("color-contrast", "link-in-text-block")
"""The rules of axe whose verdict the theme can change: the same page says all else in both."""

DRAWN_ANEW = re.compile(r'value="(?:[0-9A-Za-z]{64}|[0-9a-f-]{36})"')
"""Tokens against forged requests, and the keys that make a form count once."""

SignIn = Callable[[User], Browser]


@pytest.fixture
def people(manager: User, recruiter: User, lead: User) -> dict[str, User]:
    return {"manager": manager, "recruiter": recruiter, "lead": lead}


def pages_of(role: str) -> list[str]:
    """The names of all pages that the role may open, by the table of permissions."""
    return [
        row.name for row in TABLE if row.expected("get", role) == 200 and row.name not in NO_PAGE
    ]


def parse_errors(content: bytes) -> list[Any]:
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(content)
    return [(code, place) for place, code, _ in parser.errors]


@pytest.mark.django_db
@pytest.mark.one_database
@pytest.mark.usefixtures("clock", "drawn_as_it_is")
@pytest.mark.parametrize("role", [*ROLES, "anonymous"])
def test_every_page_parses_without_an_error(
    role: str, world: World, people: dict[str, User], sign_in: SignIn
) -> None:
    browser = sign_in(people[role]) if role in people else Browser()
    found = {}
    for name in pages_of(role):
        page = browser.get(world.path(name))
        ids = [part.split('"')[0] for part in page.text.split(' id="')[1:]]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if errors := parse_errors(page.content) + twice:
            found[name] = errors
        assert "default-src 'none'" in page["Content-Security-Policy"], name
        assert "unsafe" not in page["Content-Security-Policy"], name
    assert found == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    "name", ["requisition_new", "client_new", "invitation_new", "requisition_edit", "preferences"]
)
def test_refused_form_parses_without_an_error(
    name: str, world: World, recruiter: User, sign_in: SignIn
) -> None:
    page = sign_in(recruiter).post(world.path(name), {"title": "<b>\x00", "name": "a\x07"})
    assert page.status_code == 422
    assert parse_errors(page.content) == []


@pytest.mark.parametrize("status", [400, 403, 404])
@pytest.mark.django_db
def test_error_pages_parse_without_an_error(
    status: int, world: World, manager: User, sign_in: SignIn
) -> None:
    path = {
        400: "/preferences/",
        403: world.path("people"),
        404: "/nothing-here/",
    }[status]
    headers = {"host": "not.allowed.example"} if status == 400 else {}
    page = sign_in(manager).get(path, headers=headers)
    assert (page.status_code, parse_errors(page.content)) == (status, [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("roles", [("recruiter", "lead"), ("manager", "anonymous")])
def test_every_page_in_the_browser(
    roles: tuple[str, ...],
    half: int,
    world: World,
    people: dict[str, User],
    open_page: OpenPage,
    axe: Axe,
) -> None:
    """No violation that axe knows, nothing in the console, nothing wider than a phone.

    A page that a second role gets with the same words and marks is loaded and not judged again.
    Every second page each, so that two processes share them.
    """
    violations, too_wide = {}, {}
    judged: set[str] = set()
    for role in roles:
        page = open_page("/healthz", people.get(role), color_scheme="light", viewport=NARROW)
        names = sorted(pages_of(role))
        half_of_them = [name for name in names if _half(name) == half]
        for first, name in zip(chain([True], repeat(False)), half_of_them, strict=False):
            page.goto(world.path(name))
            if (shown := _shown(page)) in judged and not first:
                continue
            judged.add(shown)
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > NARROW["width"]:
                too_wide[role, name] = width
            page.set_viewport_size(WIDE)
            if found := in_both_themes(page, axe):
                violations[role, name] = found
            page.set_viewport_size(NARROW)
    assert (too_wide, violations) == ({}, {})


def _half(name: str) -> int:
    """The same for a page whoever opens it."""
    return crc32(name.encode()) % 2


def in_both_themes(page: Page, axe: Axe) -> list[str]:
    """What axe finds on a page that was opened light; in dark only what depends on colour."""
    found = axe(page)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in axe(page, *COLOUR_RULES)]
    page.emulate_media(color_scheme="light")
    return found


def _shown(page: Page) -> str:
    """The page without the bar above, and without what is drawn anew for each answer."""
    html: str = page.evaluate(
        """() => {
            const body = document.body.cloneNode(true);
            body.querySelectorAll(".topbar").forEach((bar) => bar.remove());
            ["data-user", "data-hx-headers"].forEach((name) => body.removeAttribute(name));
            return body.outerHTML;
        }"""
    )
    return DRAWN_ANEW.sub("", html)


@pytest.mark.django_db(transaction=True)
def test_unsubscribe_page_in_the_browser(world: World, open_page: OpenPage, axe: Axe) -> None:
    assert Mail.objects.filter(kind=KIND).exists()
    token = unsubscribe_token(world.manager.pk, KIND)
    page = open_page(f"/mail/unsubscribe/{token}/", color_scheme="light", viewport=NARROW)
    assert token not in page.url
    assert in_both_themes(page, axe) == []
