"""What is new since one last looked, on the record and on the requisition's own timeline."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Client, User
from recruiting.dashboards.models import Look
from recruiting.dashboards.news import since_words
from requisitions.models import Requisition
from tests.factories import NOW, make_checkpoint, make_note, make_touchpoint
from tests.queries import counted
from tests.test_activity import add_events, lines, path

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SignIn = Callable[[User], Browser]
HTMX = {"HX-Request": "true"}
TUESDAY = NOW - timedelta(hours=20)
MONDAY = NOW - timedelta(days=2)


def looks_of(page: Requisition | Client) -> str:
    name = "client_looks" if isinstance(page, Client) else "requisition_looks"
    return reverse(name, args=[page.pk])


def look(user: User, page: Requisition | Client, at: datetime) -> Look:
    return Look.objects.create(user=user, page=page.pk, at=at, before=at)


def new_lines(answer: Any) -> list[str]:
    return [line.did for line in lines(answer) if line.is_new]


# --- the mark ------------------------------------------------------------------------------


def test_first_visit_marks_nothing(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    make_checkpoint(requisition)
    answer = sign_in(manager).get(path(requisition))
    assert new_lines(answer) == []
    assert "New since" not in answer.text
    assert "Mark as read" not in answer.text


def test_what_others_did_since_is_marked_and_divided_from_the_rest(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    make_checkpoint(requisition, now=MONDAY)
    make_note(requisition, by=manager, now=NOW - timedelta(hours=3))
    make_touchpoint(requisition, now=NOW)
    look(manager, requisition, TUESDAY)
    answer = sign_in(manager).get(path(requisition))
    assert new_lines(answer) == ["logged a call"]
    assert [line.did for line in lines(answer) if line.is_first_seen] == ["logged a checkpoint"]
    assert "New since yesterday 14:00" in answer.text
    assert answer.text.count('<span class="new-mark">New</span>') == 1


def test_own_doings_are_never_new(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    make_checkpoint(requisition)
    look(recruiter, requisition, TUESDAY)
    answer = sign_in(recruiter).get(path(requisition))
    assert new_lines(answer) == []
    assert "New since" not in answer.text


def test_divider_stands_where_news_end_on_a_later_page(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    add_events(requisition, 60)
    since = NOW - timedelta(minutes=49, seconds=30)
    look(manager, requisition, since)
    browser = sign_in(manager)
    first = browser.get(path(requisition))
    assert len(new_lines(first)) == 50
    assert "New since" not in first.text
    second = browser.get(path(requisition, before=first.context["page"].earlier))
    assert [line.is_first_seen for line in lines(second)][:2] == [True, False]
    assert second.text.count("New since") == 1


def test_looks_are_ones_own_and_of_one_page(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, lead: User
) -> None:
    make_note(requisition, by=manager)
    look(recruiter, requisition, TUESDAY)
    look(lead, requisition.client, TUESDAY)
    assert new_lines(sign_in(recruiter).get(path(requisition))) == ["wrote a note"]
    assert new_lines(sign_in(recruiter).get(path(requisition.client))) == []
    assert new_lines(sign_in(lead).get(path(requisition))) == []
    assert new_lines(sign_in(lead).get(path(requisition.client))) == ["wrote a note"]


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(hours=1), "09:00 today"),
        (timedelta(hours=20), "yesterday 14:00"),
        (timedelta(days=6), "Thursday 10:00"),
        (timedelta(days=7), "4 March, 10:00"),
        (timedelta(days=365), "11 March 2025, 10:00"),
    ],
)
def test_last_look_in_words(ago: timedelta, words: str) -> None:
    with timezone.override("UTC"):
        assert since_words(NOW - ago, NOW) == words


# --- looking -------------------------------------------------------------------------------


def test_get_writes_no_look_and_the_post_that_follows_does(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    browser = sign_in(manager)
    for page in (path(requisition), requisition.get_absolute_url()):
        answer = browser.get(page)
        assert 'name="shown" value="2026-03-11T10:00:00.000000Z"' in answer.text
        assert f'data-hx-post="{looks_of(requisition)}"' in answer.text
    assert not Look.objects.exists()
    answer = browser.post(looks_of(requisition), {"shown": NOW.isoformat()}, headers=HTMX)
    assert (answer.status_code, Look.objects.get().at) == (204, NOW)


def test_look_that_follows_keeps_the_marks_of_this_visit(
    sign_in: SignIn, requisition: Requisition, manager: User, clock: TimeMachineFixture
) -> None:
    """The page of the requisition has been looked at when its record is opened."""
    look(manager, requisition, TUESDAY)
    make_checkpoint(requisition, now=NOW - timedelta(hours=1))
    browser = sign_in(manager)
    browser.post(looks_of(requisition), {"shown": NOW.isoformat()}, headers=HTMX)
    clock.shift(timedelta(minutes=10))
    assert new_lines(browser.get(path(requisition))) == ["logged a checkpoint"]
    clock.shift(timedelta(minutes=21))
    assert new_lines(browser.get(path(requisition))) == []


@pytest.mark.parametrize("page", ["requisition", "acme"])
def test_button_marks_as_read_at_once(
    sign_in: SignIn, requisition: Requisition, acme: Client, recruiter: User, manager: User,
    page: str,
) -> None:  # fmt: skip
    pages: dict[str, Requisition | Client] = {"requisition": requisition, "acme": acme}
    found = pages[page]
    look(recruiter, found, TUESDAY)
    make_note(requisition, by=manager, now=NOW - timedelta(hours=1))
    browser = sign_in(recruiter)
    assert "Mark as read" in browser.get(path(found)).text
    answer = browser.post(looks_of(found), {"shown": NOW.isoformat(), "read": "on"})
    assert (answer.status_code, answer["Location"]) == (302, path(found))
    assert new_lines(browser.get(path(found))) == []


def test_button_of_the_requisition_page_leads_back_there(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    said = {"shown": NOW.isoformat(), "read": "on", "back": "requisition"}
    answer = sign_in(manager).post(looks_of(requisition), said)
    assert answer["Location"] == requisition.get_absolute_url()


def test_office_is_marked_as_read(sign_in: SignIn, requisition: Requisition, lead: User) -> None:
    Look.objects.create(user=lead, page=Look.EVERYTHING, at=MONDAY, before=MONDAY)
    make_checkpoint(requisition)
    browser = sign_in(lead)
    assert new_lines(browser.get(path())) == ["logged a checkpoint"]
    said = {"shown": NOW.isoformat(), "read": "on"}
    assert browser.post(reverse("activity_looks"), said)["Location"] == path()
    assert new_lines(browser.get(path())) == []


def test_part_of_the_record_is_not_looked_at(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    """Who filters or leafs back has not seen what is new."""
    add_events(requisition, 60)
    browser = sign_in(recruiter)
    earlier = browser.get(path(requisition)).context["page"].earlier
    for query in ({"kind": "status"}, {"before": earlier}):
        assert looks_of(requisition) not in browser.get(path(requisition, **query)).text


# --- races and bad input -------------------------------------------------------------------


def test_what_came_after_the_page_was_made_stays_new(
    sign_in: SignIn, requisition: Requisition, manager: User, clock: TimeMachineFixture
) -> None:
    browser = sign_in(manager)
    clock.move_to(NOW + timedelta(seconds=5), tick=False)
    make_checkpoint(requisition, now=NOW + timedelta(seconds=3))
    browser.post(looks_of(requisition), {"shown": NOW.isoformat()}, headers=HTMX)
    assert new_lines(browser.get(path(requisition))) == ["logged a checkpoint"]


@pytest.mark.parametrize("read", ["", "on"])
def test_look_of_an_older_tab_moves_nothing_backwards(manager: User, read: str) -> None:
    page = manager.pk
    Look.mark(page, by=manager, shown=MONDAY, now=NOW)
    Look.mark(page, by=manager, shown=TUESDAY, now=NOW)
    Look.mark(page, by=manager, shown=NOW, now=NOW)
    Look.mark(page, by=manager, shown=MONDAY - timedelta(days=1), now=NOW, read=bool(read))
    kept = Look.objects.get()
    assert (kept.at, kept.before) == (NOW, TUESDAY)


def test_button_of_an_older_tab_reads_what_it_showed(manager: User) -> None:
    page = manager.pk
    Look.mark(page, by=manager, shown=MONDAY, now=NOW)
    Look.mark(page, by=manager, shown=NOW, now=NOW)
    between = NOW - timedelta(hours=1)
    Look.mark(page, by=manager, shown=between, now=NOW, read=True)
    assert (Look.objects.get().at, Look.since_at(page, manager, NOW)) == (NOW, between)


def test_look_from_the_future_counts_as_now(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    sign_in(manager).post(looks_of(requisition), {"shown": "2199-01-01T00:00:00Z"})
    assert Look.objects.get().at == NOW


@pytest.mark.parametrize("shown", ["", "soon", "0001-01-01", "9999-12-31", "\x00"])
def test_look_without_its_instant_is_refused(
    sign_in: SignIn, requisition: Requisition, manager: User, shown: str
) -> None:
    answer = sign_in(manager).post(looks_of(requisition), {"shown": shown})
    assert answer.status_code == 422
    assert "Nothing was marked" in answer.text
    assert not Look.objects.exists()


# --- on the requisition's own page ---------------------------------------------------------


def test_timeline_marks_what_is_new(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    make_checkpoint(requisition, now=MONDAY)
    make_checkpoint(requisition, now=NOW - timedelta(hours=1), on=MONDAY.date())
    make_note(requisition, by=recruiter)
    make_note(requisition, by=manager)
    make_touchpoint(requisition, happened_at=MONDAY)
    requisition.put_on_hold(by=recruiter, now=NOW, reason="Frozen")
    look(manager, requisition, TUESDAY)
    answer = sign_in(manager).get(requisition.get_absolute_url())
    new = [(item.kind, item.who) for item in answer.context["timeline"].items if item.is_new]
    assert sorted(new) == [
        ("checkpoint", "Rosa Recruiter"),
        ("note", "Rosa Recruiter"),
        ("status", "Rosa Recruiter"),
        ("touchpoint", "Rosa Recruiter"),
    ]
    assert "4 new since yesterday 14:00" in answer.text
    assert answer.text.count('<span class="new-mark">New</span>') == 4


def test_look_costs_the_requisition_page_no_statement(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    browser, page = sign_in(recruiter), requisition.get_absolute_url()
    before = counted(lambda: browser.get(page))
    look(recruiter, requisition, TUESDAY)
    assert (counted(lambda: browser.get(page)), before <= 17) == (before, True)
