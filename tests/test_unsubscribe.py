"""Stopping the digest: by the link in it, by the mail program's button, and back again."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Preferences, User
from recruiting.audit.models import Event
from recruiting.mailing import kinds
from recruiting.mailing.links import read_unsubscribe_token, unsubscribe_token, unsubscribe_url
from recruiting.mailing.models import Unsubscription
from tests.queries import counted

pytestmark = pytest.mark.usefixtures("clock")

SignIn = Callable[[User], Browser]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def link(manager: User) -> str:
    return urlsplit(unsubscribe_url(manager.pk, "digest")).path


@pytest.fixture
def browser() -> Browser:
    """Somebody with the mail and without a session, whose forms need their CSRF token."""
    return Browser(enforce_csrf_checks=True)


def press(browser: Browser, name: str) -> int:
    """Press the button on the page: with the token that the page came with."""
    page = browser.get(reverse("unsubscribe_page"))
    token = page.context["csrf_token"]
    return browser.post(reverse(name), {"csrfmiddlewaretoken": str(token)}).status_code


@pytest.mark.parametrize("kind", ["digest", "round-up", "weekly summary"])
def test_token_names_the_person_and_the_kind(kind: str, manager: User) -> None:
    token = unsubscribe_token(manager.pk, kind)
    stop = read_unsubscribe_token(token)
    assert (stop.user_id, stop.kind) == (manager.pk, kind)
    assert " " not in token


@pytest.mark.parametrize("forged", ["x", "digest:00:sig", "a:b:c:d"])
def test_forged_link_is_not_found(forged: str, db: None, browser: Browser) -> None:
    url = reverse("unsubscribe", args=[forged])
    assert browser.get(url).status_code == 404
    assert browser.post(url, ONE_CLICK).status_code == 404


def test_opening_the_link_twenty_times_writes_nothing(
    link: str, manager: User, browser: Browser
) -> None:
    for _ in range(20):
        assert browser.get(link, follow=True).status_code == 200
    assert not Unsubscription.objects.exists()
    assert not Event.objects.exists()


def test_opening_the_link_reads_only(link: str, manager: User, browser: Browser) -> None:
    assert counted(lambda: browser.get(link)) == 0
    assert counted(lambda: browser.get(reverse("unsubscribe_page"))) == 2


def test_opening_the_link_takes_the_token_out_of_the_address(
    link: str, manager: User, browser: Browser
) -> None:
    response = browser.get(link)
    assert (response.status_code, response["Location"]) == (302, reverse("unsubscribe_page"))
    cookie = response.cookies["unsubscribe"]
    assert cookie["path"] == reverse("unsubscribe_page")
    assert cookie["httponly"]
    assert response["Referrer-Policy"] == "no-referrer"


def test_changed_cookie_is_not_found(link: str, manager: User, browser: Browser) -> None:
    browser.get(link)
    browser.cookies["unsubscribe"] = "digest:" + browser.cookies["unsubscribe"].value
    assert browser.get(reverse("unsubscribe_page")).status_code == 404


def test_page_without_a_link_is_not_found(db: None, browser: Browser) -> None:
    assert browser.get(reverse("unsubscribe_page")).status_code == 404


def test_one_click_of_the_mail_program_needs_neither_cookie_nor_csrf(
    link: str, manager: User
) -> None:
    for _ in range(3):
        response = Browser(enforce_csrf_checks=True).post(link, ONE_CLICK)
        assert response.status_code == 200
    assert [stop.user for stop in Unsubscription.objects.all()] == [manager]
    event = Event.objects.get()
    assert (event.action, event.actor) == ("stopped the digest", manager)


def test_link_in_an_old_mail_still_works(
    link: str, clock: TimeMachineFixture, browser: Browser
) -> None:
    clock.shift(timedelta(days=3650))
    assert browser.post(link, ONE_CLICK).status_code == 200


def test_person_stops_and_resumes_on_the_page(
    link: str, manager: User, browser: Browser, clock: TimeMachineFixture
) -> None:
    browser.get(link)
    assert press(browser, "unsubscribe_page") == 302
    assert Unsubscription.objects.filter(user=manager, kind="digest").exists()
    assert "This mail is stopped" in browser.get(reverse("unsubscribe_page")).content.decode()
    clock.shift(timedelta(minutes=5))
    assert press(browser, "resubscription") == 302
    assert not Unsubscription.objects.exists()
    assert Preferences.objects.get(user=manager).digest_since > manager.date_joined
    actions = list(Event.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["stopped the digest", "resumed the digest"]


def test_page_itself_needs_its_csrf_token(link: str, manager: User, browser: Browser) -> None:
    browser.get(link)
    for name in ("unsubscribe_page", "resubscription"):
        assert browser.post(reverse(name)).status_code == 403
    assert not Unsubscription.objects.exists()


def test_link_opened_by_somebody_else_is_refused(
    link: str, manager: User, recruiter: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    assert browser.get(link).status_code == 403
    assert browser.post(link, ONE_CLICK).status_code == 403
    assert not Unsubscription.objects.exists()


def test_somebody_else_who_signs_in_later_is_refused_on_the_page(
    link: str, manager: User, recruiter: User
) -> None:
    browser = Browser()
    browser.get(link)
    browser.force_login(recruiter)
    assert browser.get(reverse("unsubscribe_page")).status_code == 403
    assert browser.post(reverse("unsubscribe_page")).status_code == 403
    assert browser.post(reverse("resubscription")).status_code == 403


def test_person_who_is_signed_in_may_use_her_link(
    link: str, manager: User, sign_in: SignIn
) -> None:
    assert sign_in(manager).get(link, follow=True).status_code == 200


# --- each kind of mail on its own ----------------------------------------------------------


def kinds_on(page: Any) -> dict[str, bool]:
    """By kind whether it comes, as the page shows it."""
    asked, others = page.context["asked"], page.context["others"]
    return {wish.kind.name: wish.is_on for wish in (asked, *others) if wish}


def press_kind(browser: Browser, name: str, kind: str) -> int:
    page = browser.get(reverse("unsubscribe_page"))
    values = {"csrfmiddlewaretoken": str(page.context["csrf_token"]), "kind": kind}
    return browser.post(reverse(name), values).status_code


@pytest.mark.parametrize(
    ("who", "mine"),
    [
        ("manager", {"digest", "nudge"}),
        ("recruiter", {"notifications", "round-up"}),
        ("lead", {"notifications", "weekly summary"}),
    ],
)
def test_page_shows_what_the_person_can_get_with_that_of_the_link_first(
    who: str, mine: set[str], request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    for kind in mine:
        browser = Browser()
        browser.get(urlsplit(unsubscribe_url(user.pk, kind)).path)
        page = browser.get(reverse("unsubscribe_page"))
        assert page.context["asked"].kind.name == kind
        assert kinds_on(page) == dict.fromkeys(mine, True)


def test_every_kind_that_can_be_stopped_says_what_it_is_and_how_to_stop_it() -> None:
    stoppable = [kind for kind in kinds.registered() if kind.can_stop]
    assert {kind.name for kind in stoppable} == {
        "digest", "nudge", "notifications", "round-up", "weekly summary",
    }  # fmt: skip
    assert all(kind.about for kind in stoppable)
    folder = Path(settings.BASE_DIR) / "templates" / "emails"
    for name in ("digest", "nudge", "notifications", "round_up", "weekly_summary"):
        for ending in ("txt", "html"):
            text = (folder / f"{name}_body.{ending}").read_text()
            assert "unsubscribe_url" in text.partition("{% block footer %}")[2], (name, ending)


def test_one_click_stops_the_kind_of_its_link_alone(manager: User) -> None:
    nudge = urlsplit(unsubscribe_url(manager.pk, "nudge")).path
    assert Browser(enforce_csrf_checks=True).post(nudge, ONE_CLICK).status_code == 200
    assert [one.kind for one in Unsubscription.objects.all()] == ["nudge"]
    assert Event.objects.get().action == "stopped the nudge"


def test_other_kinds_are_stopped_and_resumed_on_the_same_page(
    link: str, manager: User, browser: Browser
) -> None:
    browser.get(link)
    assert press_kind(browser, "unsubscribe_page", "nudge") == 302
    assert kinds_on(browser.get(reverse("unsubscribe_page"))) == {"digest": True, "nudge": False}
    assert press_kind(browser, "unsubscribe_page", "digest") == 302
    assert press_kind(browser, "resubscription", "nudge") == 302
    assert kinds_on(browser.get(reverse("unsubscribe_page"))) == {"digest": False, "nudge": True}


@pytest.mark.parametrize("kind", ["round-up", "sign-in code", "nothing"])
def test_what_the_person_cannot_get_or_stop_is_not_found(
    kind: str, link: str, manager: User, browser: Browser, sign_in: SignIn
) -> None:
    browser.get(link)
    assert press_kind(browser, "unsubscribe_page", kind) == 404
    assert press_kind(browser, "resubscription", kind) == 404
    signed_in = sign_in(manager)
    for name in ("mail_stop", "mail_resumption"):
        assert signed_in.post(reverse(name), {"kind": kind}).status_code == 404
    assert not Unsubscription.objects.exists()


def test_link_about_what_one_does_not_get_any_more_shows_what_one_gets(
    manager: User, browser: Browser
) -> None:
    path = urlsplit(unsubscribe_url(manager.pk, "round-up")).path
    page = browser.get(path, follow=True)
    assert page.context["asked"] is None
    assert kinds_on(page) == {"digest": True, "nudge": True}
    assert browser.post(path, ONE_CLICK).status_code == 200, "a program may still stop it"


def test_preferences_lead_to_the_same_switches(recruiter: User, sign_in: SignIn) -> None:
    browser = sign_in(recruiter)
    assert reverse("mail_wishes") in browser.get(reverse("preferences")).content.decode()
    assert browser.post(reverse("mail_stop"), {"kind": "round-up"}).status_code == 302
    shown = {
        one.kind.name: one.is_on for one in browser.get("/preferences/mail/").context["wishes"]
    }
    assert shown == {"notifications": True, "round-up": False}
    browser.post(reverse("mail_resumption"), {"kind": "round-up"})
    assert not Unsubscription.objects.exists()
    assert counted(lambda: browser.get("/preferences/mail/")) == 3
