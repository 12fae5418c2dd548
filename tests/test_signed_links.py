"""Act and work links: from the mail to one page, for one person, and nothing by looking."""

import logging
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.test import Client as Browser
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from time_machine import TimeMachineFixture

from recruiting.accounts.models import User
from recruiting.mailing.signed_links import ACT_LASTS, Link, by_link, link_url, read
from tests.factories import NOW
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock"), pytest.mark.urls(__name__)]

THING = UUID("00000000-0000-4000-8000-000000000007")


@by_link("thing")
@require_http_methods(["GET", "POST"])
def thing(request: HttpRequest, pk: UUID, *, link: Link) -> HttpResponse:
    zone = timezone.get_current_timezone_name()
    return HttpResponse(f"{request.method} {link.user.email} {link.version} {zone}")


urlpatterns = [
    path("", include("recruiting.urls")),
    path("mail/thing/<uuid:pk>/", thing),
    path("mail/thing/<uuid:pk>/more/", thing),
    path("mail/other/<uuid:pk>/", by_link("other")(thing)),
]
PAGE = f"/mail/thing/{THING}/"


def link_of(user: User, **more: Any) -> str:
    return urlsplit(link_url(user, "thing", THING, **{"now": NOW, **more})).path


def test_link_leads_to_its_page_and_the_token_leaves_the_address(manager: User) -> None:
    browser = Browser()
    response = browser.get(link_of(manager, version="abc"))
    assert (response.status_code, response["Location"]) == (302, PAGE)
    cookie = response.cookies["by-mail"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (PAGE, True, "Lax")
    assert response["Referrer-Policy"] == "no-referrer"
    zone = manager.working_card.zone
    assert browser.get(PAGE).content.decode() == f"GET {manager.email} abc {zone}"
    assert browser.post(f"{PAGE}more/").content.decode() == f"POST {manager.email} abc {zone}"


def test_opening_reads_one_person_and_writes_nothing(manager: User) -> None:
    browser, link = Browser(), link_of(manager)
    assert counted(lambda: browser.get(link)) == 0
    assert counted(lambda: browser.get(PAGE)) <= 2
    assert browser.post(link).status_code == 405


def test_what_a_link_shows_goes_on_to_its_page_without_the_token(manager: User) -> None:
    url = link_url(manager, "thing", THING, now=NOW, shows={"candidate": str(THING), "x": "yes"})
    response = Browser().get(url.removeprefix(settings.SITE_URL))
    assert response["Location"] == f"{PAGE}?candidate={THING}&x=yes"


@pytest.mark.parametrize(
    "query", ["?next=//evil.example", "?A=b", "?a=B%0d%0aSet-Cookie:x", "?a=", f"?a={'x' * 41}"]
)
def test_nothing_else_goes_on_to_the_page(query: str, manager: User) -> None:
    response = Browser().get(link_of(manager) + query)
    assert (response.status_code, response["Location"]) == (302, PAGE)


def test_page_without_a_link_is_not_found() -> None:
    assert Browser().get(PAGE).status_code == 404


def test_token_says_what_it_is_for(manager: User) -> None:
    token = read(link_of(manager, version="a.b", lasts=ACT_LASTS).split("/")[-2])
    assert (token.purpose, token.user_id, token.object_id, token.version, token.expires_at) == (
        "thing", manager.pk, THING, "a.b", NOW + ACT_LASTS,
    )  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.replace("/thing/", "/other/"),
        lambda path: path.replace(str(THING), "00000000-0000-4000-8000-000000000008"),
        lambda path: path[:-2] + ("A/" if path[-2] != "A" else "B/"),
        lambda path: path.replace("/open/", "/open/x"),
    ],
)
def test_link_for_another_thing_or_changed_is_not_found(change: Any, manager: User) -> None:
    assert Browser().get(change(link_of(manager))).status_code == 404


def test_cookie_of_one_page_opens_no_other(manager: User) -> None:
    """As a browser would not send it, but a person could."""
    browser = Browser()
    browser.get(link_of(manager))
    assert browser.get(f"/mail/thing/{uuid.UUID(int=9)}/").status_code == 404
    assert browser.get(f"/mail/other/{THING}/").status_code == 404


def test_somebody_else_who_is_signed_in_is_refused(manager: User, recruiter: User) -> None:
    browser, link = Browser(), link_of(manager)
    browser.get(link)
    browser.force_login(recruiter)
    assert browser.get(link).status_code == 403
    assert browser.get(PAGE).status_code == 403
    assert browser.post(PAGE).status_code == 403


def test_owner_who_is_signed_in_may_use_it(manager: User) -> None:
    browser = Browser()
    browser.force_login(manager)
    assert browser.get(link_of(manager), follow=True).status_code == 200


def test_act_link_ends_after_fourteen_days(manager: User, clock: TimeMachineFixture) -> None:
    browser = Browser()
    browser.get(link_of(manager, lasts=ACT_LASTS))
    clock.shift(ACT_LASTS - timedelta(minutes=1))
    assert browser.get(PAGE).status_code == 200
    clock.shift(timedelta(minutes=2))
    answer = browser.post(PAGE)
    assert (answer.status_code, "14 days" in answer.content.decode()) == (410, True)


def test_work_link_does_not_end_by_itself(manager: User, clock: TimeMachineFixture) -> None:
    link = link_of(manager)
    clock.shift(timedelta(days=300))
    assert Browser().get(link, follow=True).status_code == 200


def test_signing_out_everywhere_revokes_links(manager: User) -> None:
    browser = Browser()
    browser.get(link_of(manager))
    manager.sign_out_everywhere(by=manager, now=NOW)
    assert browser.get(PAGE).status_code == 410
    assert Browser().get(link_of(manager), follow=True).status_code == 200


def test_deactivated_person_has_no_links(manager: User, lead: User) -> None:
    browser = Browser()
    browser.get(link_of(manager))
    manager.deactivate(by=lead, now=NOW)
    assert browser.post(PAGE).status_code == 410


def test_unsubscribe_token_is_no_other_link(manager: User) -> None:
    token = signing.Signer(salt="recruiting.mailing.unsubscribe").sign(f"thing:{manager.pk.hex}")
    assert Browser().get(f"{PAGE}open/{token}/").status_code == 404


def test_log_of_a_refusal_holds_no_token(
    manager: User, recruiter: User, caplog: pytest.LogCaptureFixture
) -> None:
    """Django names the address of what it refuses; the formatter of ours takes the token out."""
    browser, link = Browser(), link_of(manager)
    browser.force_login(recruiter)
    caplog.set_level(logging.WARNING, "django.request")
    browser.get(link)
    record = next(one for one in caplog.records if one.name == "django.request")
    token = link.split("/")[-2]
    assert token in record.getMessage(), "else there is nothing to take out"
    logs: Any = settings.LOGGING
    formatter = logs["formatters"]["line"]
    line = formatter["()"](**{k: v for k, v in formatter.items() if k != "()"}).format(record)
    assert token not in line
    assert f"{PAGE}open/(token)/" in line
