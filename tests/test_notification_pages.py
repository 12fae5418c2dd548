"""The bell, the list of notifications, and what is set about their mail."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from playwright.sync_api import expect

from recruiting.accounts.models import (
    Cadence,
    Client,
    Notification,
    NotificationKind,
    Told,
    User,
)
from recruiting.accounts.models.notifications import NOTIFICATIONS
from recruiting.dashboards.notices import PAGE
from recruiting.mailing import subscriptions
from requisitions.models import Requisition
from status_updates.models import Note
from tests.factories import NOW, make_note
from tests.fixtures.browser import DESKTOP, OpenPage
from tests.importing import text_of
from tests.queries import counted

SignIn = Callable[[User], Browser]
URL = "/notifications/"
BELL = "/notifications/unread/"
WISHES = "/preferences/notifications/"
SECOND = timedelta(seconds=1)
db = pytest.mark.django_db


def ask(requisition: Requisition, number: int = 1, start: int = 0) -> list[Note]:
    """Questions of the manager, one a second."""
    assert requisition.manager
    return [
        make_note(requisition, f"Question {n}", by=requisition.manager, now=NOW + n * SECOND,
                  kind=Note.Kind.QUESTION)
        for n in range(start, start + number)
    ]  # fmt: skip


def fill(requisition: Requisition, number: int, start: int = 0) -> None:
    """Changes of its status by somebody else, one a second, without their rows."""
    for n in range(start, start + number):
        word = Told(NotificationKind.STATUS, f"changed {{what}} {n}")
        Notification.tell({requisition.recruiter_id: word}, cause=f"test:{n}", by=None,
                          now=NOW + n * SECOND, requisition=requisition)  # fmt: skip


def mine(user: User) -> Any:
    return Notification.objects.visible_to(user)


# --- the bell ------------------------------------------------------------------------------


@db
def test_bell_tells_how_many_and_then_nothing_while_that_stands(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    assert browser.get(BELL).status_code == 204
    ask(requisition, 3)
    answer = browser.get(BELL, {"shown": "0"})
    assert text_of(answer) == "3 3 unread"
    assert "/notifications/unread/?shown=3" in answer.content.decode()
    assert browser.get(BELL, {"shown": "3"}).content == b""
    mine(recruiter).mark_read(NOW)
    assert text_of(browser.get(BELL, {"shown": "3"})) == ""


@db
def test_bell_counts_to_ninety_nine(
    recruiter: User, requisition: Requisition, sign_in: SignIn
) -> None:
    fill(requisition, 101)
    assert text_of(sign_in(recruiter).get(BELL)) == "99+ 99+ unread"


@db
def test_bell_costs_three_statements(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    fill(requisition, 50)
    assert counted(lambda: browser.get(BELL)) == 3  # session, person with her zone, the count


@db
def test_bell_of_a_session_that_has_ended_asks_no_more_and_leads_nowhere(
    recruiter: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    Session.objects.all().delete()
    answer = browser.get(BELL, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content, answer["HX-Reswap"]) == (286, b"", "none")
    assert "HX-Redirect" not in answer


@db
def test_bell_is_not_shown_to_managers(manager: User, sign_in: SignIn) -> None:
    assert "data-bell" not in sign_in(manager).get("/").content.decode()


@db
def test_bell_adds_no_statement_to_a_page(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    browser.get("/clients/")
    before = counted(lambda: browser.get("/clients/"))
    ask(requisition, 5)
    page = browser.get("/clients/").content.decode()
    assert 'href="/notifications/"' in page
    assert counted(lambda: browser.get("/clients/")) == before


# --- the list ------------------------------------------------------------------------------


@db
def test_list_shows_the_newest_first_with_what_was_asked(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    ask(requisition, 2)
    text = text_of(sign_in(recruiter).get(URL))
    assert "2 unread." in text
    assert "New Max Manager asked a question on Data Engineer Question 1 Acme" in text
    assert text.index("Question 1") < text.index("Question 0")


@db
def test_list_costs_the_same_for_one_and_for_fifty(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    ask(requisition, 1)
    assert counted(lambda: browser.get(URL)) == 5
    ask(requisition, 49, start=1)
    assert counted(lambda: browser.get(URL)) == 5


@db
def test_pages_lose_and_double_nothing_while_more_comes(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    fill(requisition, PAGE * 2 + 5)
    seen: list[str] = []
    query = ""
    while True:
        page = browser.get(f"{URL}{query}")
        notices = page.context["notices"]
        seen += [row.after for row in notices.rows]
        fill(requisition, 1, start=1000 + len(seen))
        if notices.earlier is None:
            break
        query = f"?before={notices.earlier}"
    assert seen == [f" {n}" for n in reversed(range(PAGE * 2 + 5))]


@db
def test_mark_all_as_read_leaves_what_came_since(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    fill(requisition, PAGE + 3)
    newest = browser.get(URL).context["notices"].newest
    fill(requisition, 2, start=1000)
    page = browser.post(f"{URL}reading/", {"up_to": str(newest)}, follow=True)
    assert f"{PAGE + 3} marked as read." in text_of(page)
    assert mine(recruiter).unread().count() == 2


@db
@pytest.mark.parametrize("mark", ["", "x", "2026-03-11_y", "9999-12-31T23:59_0"])
def test_broken_form_marks_nothing(
    mark: str, requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    ask(requisition)
    page = sign_in(recruiter).post(f"{URL}reading/", {"up_to": mark}, follow=True)
    assert "Nothing was marked" in text_of(page)
    assert mine(recruiter).unread().count() == 1


@db
def test_opening_reads_one_and_leads_to_its_place(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    first, _ = ask(requisition, 2)
    one = mine(recruiter).get(cause=f"note:{first.pk}")
    browser.get(URL)
    assert mine(recruiter).unread().count() == 2  # a GET reads nothing
    answer = browser.post(f"{URL}{one.pk}/opening/")
    assert answer["Location"] == f"/requisitions/{requisition.pk}/#note-{first.pk}"
    assert mine(recruiter).unread().count() == 1
    assert "Question 0" not in text_of(browser.get(URL, {"show": "unread"}))


@db
def test_unread_again_is_shown_and_not_mailed(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    ask(requisition)
    mine(recruiter).mark_read(NOW)
    one = mine(recruiter).get()
    page = sign_in(recruiter).post(f"{URL}{one.pk}/unreading/", follow=True)
    assert "1 unread." in text_of(page)
    assert not mine(recruiter).get().is_to_mail


@db
def test_row_of_a_client_that_was_left_is_gone(
    requisition: Requisition, recruiter: User, acme: Client, sign_in: SignIn, now: datetime
) -> None:
    browser = sign_in(recruiter)
    ask(requisition)
    one = mine(recruiter).get()
    recruiter.leave(acme, by=recruiter, now=now)
    text = text_of(browser.get(URL))
    assert "Data Engineer" not in text
    assert "Acme" not in text
    assert browser.get(BELL).status_code == 204
    assert browser.post(f"{URL}{one.pk}/opening/").status_code == 404


@db
def test_withdrawn_words_are_not_quoted(
    requisition: Requisition, recruiter: User, lead: User, sign_in: SignIn, now: datetime
) -> None:
    note = make_note(requisition, "See @Rosa Recruiter: **secret**", by=lead, is_private=True)
    browser = sign_in(recruiter)
    assert "secret" in text_of(browser.get(URL))
    note.edit("See @Rosa Recruiter: better", version=1, by=lead, now=now)
    assert "secret" not in text_of(browser.get(URL))


# --- what comes by mail --------------------------------------------------------------------


def wishes(**typed: str) -> dict[str, str]:
    return {
        "version": "1",
        "by_mail": "on",
        **{kind.value: kind.usual.value for kind in NotificationKind},
        **typed,
    }


@db
def test_wishes_are_kept(recruiter: User, sign_in: SignIn) -> None:
    browser = sign_in(recruiter)
    page = browser.post(WISHES, wishes(question="hourly", status="never"), follow=True)
    assert "Saved." in text_of(page)
    recruiter.preferences.refresh_from_db()
    cadence = recruiter.preferences.cadence
    assert cadence(NotificationKind.QUESTION) == Cadence.HOURLY
    assert cadence(NotificationKind.STATUS) == Cadence.NEVER
    assert cadence(NotificationKind.MENTION) == Cadence.AT_ONCE


@db
def test_mail_can_be_stopped_and_brought_back(recruiter: User, sign_in: SignIn) -> None:
    browser = sign_in(recruiter)
    browser.post(WISHES, wishes(by_mail=""))
    assert subscriptions.is_stopped(recruiter, NOTIFICATIONS)
    assert not browser.get(WISHES).context["form"]["by_mail"].value()
    browser.post(WISHES, wishes(version="2"))
    assert not subscriptions.is_stopped(recruiter, NOTIFICATIONS)


@db
def test_wishes_that_were_changed_meanwhile_show_both(recruiter: User, sign_in: SignIn) -> None:
    browser = sign_in(recruiter)
    browser.post(WISHES, wishes(question="hourly"))
    stale = browser.post(WISHES, wishes(question="never"))
    assert stale.status_code == 409
    assert "Questions Once an hour Not by mail" in text_of(stale)
    again = {**wishes(question="never"), "version": str(stale.context["form"]["version"].value())}
    assert browser.post(WISHES, again).status_code == 302


@db
def test_unknown_rhythm_is_refused_beside_its_field(recruiter: User, sign_in: SignIn) -> None:
    page = sign_in(recruiter).post(WISHES, wishes(question="often"))
    assert page.status_code == 422
    assert "often is not one of the available choices" in text_of(page)


# --- in the browser ------------------------------------------------------------------------

TEN_SECONDS = 10_000


@pytest.mark.django_db(transaction=True)
def test_question_of_another_person_is_live_within_ten_seconds(
    open_page: OpenPage, requisition: Requisition, recruiter: User, manager: User
) -> None:
    """The number comes by itself, the focus stays, and an ended session leads nowhere."""
    page = open_page(f"{requisition.get_absolute_url()}?log=note", recruiter)
    page.get_by_label("Your note").fill("Half a")
    asking = open_page(requisition.get_absolute_url(), manager, viewport=DESKTOP)
    asking.get_by_label("Ask about this requisition").fill("Is Ada still in?")
    asking.get_by_role("button", name="Send").click()
    bell = page.get_by_role("link", name="Notifications 1 unread")
    expect(bell).to_be_visible(timeout=TEN_SECONDS)
    expect(page.locator("[data-bell-says]")).to_have_text("1 unread notification")
    expect(page.get_by_label("Your note")).to_be_focused()
    expect(page.get_by_label("Your note")).to_have_value("Half a")
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})"
    )
    page.locator("[data-bell]").dispatch_event("wake")
    page.evaluate("fetch('/healthz')")
    page.evaluate("delete document.hidden")
    assert [url for url in asked_for if "/unread/" in url] == []
    Session.objects.all().delete()
    with page.expect_response(lambda answer: "/unread/" in answer.url) as asked:
        page.locator("[data-bell]").dispatch_event("wake")
    assert asked.value.status == 286
    expect(bell).to_be_visible()
    assert page.url.endswith(f"{requisition.get_absolute_url()}?log=note")


@pytest.mark.django_db(transaction=True)
def test_bell_is_a_link_without_javascript(
    open_page: OpenPage, requisition: Requisition, recruiter: User
) -> None:
    [question] = ask(requisition)
    page = open_page("/clients/", recruiter, java_script_enabled=False)
    page.get_by_role("link", name="Notifications").click()
    page.get_by_role("button", name="Max Manager asked a question on Data Engineer").click()
    assert page.url.endswith(f"#note-{question.pk}")
    assert not mine(recruiter).unread().exists()
