"""Stopping the digest: by the link in it, by the mail program's button, and back again."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client as Browser
from django.urls import reverse
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Preferences, User
from recruiting.audit.models import Event
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


def test_token_names_the_person_and_the_kind_and_cannot_be_made_up(manager: User) -> None:
    token = unsubscribe_token(manager.pk, "digest")
    stop = read_unsubscribe_token(token)
    assert (stop.user_id, stop.kind) == (manager.pk, "digest")


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
