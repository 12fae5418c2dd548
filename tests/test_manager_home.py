"""What a hiring manager sees first."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Absence, Client, User
from recruiting.dashboards.models import Visit
from requisitions.models import Requisition, Stage, Status
from status_updates.models import Note
from status_updates.models.checkpoint import PromiseMade
from tests.factories import (
    NOW,
    make_brief,
    make_checkpoint,
    make_note,
    make_requisition,
    make_slate,
)
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SignIn = Callable[[User], Browser]


def test_home_shows_my_requisitions_and_nobody_elses(
    sign_in: SignIn, requisition: Requisition, other_requisition: Requisition, manager: User
) -> None:
    page = sign_in(manager).get("/")
    assert [one.requisition for one in page.context["active"]] == [requisition]
    assert other_requisition.title not in page.text


def test_home_says_what_changed_since_my_last_visit(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    Visit.objects.create(user=manager, at=NOW - timedelta(days=2))
    make_checkpoint(requisition, now=NOW - timedelta(days=3), counts={Stage.FOUND: 30})
    make_checkpoint(requisition, now=NOW - timedelta(days=1), counts={Stage.MET: 2})
    page = sign_in(manager).get("/")
    assert "Since Monday:</b> 2 met" in page.text


def test_home_says_when_the_recruiter_is_back_from_all_her_days_away(
    sign_in: SignIn, acme: Client, recruiter: User, manager: User
) -> None:
    make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)
    Absence.plan(NOW.date(), NOW.date(), by=recruiter, now=NOW)
    Absence.plan(date(2026, 3, 12), date(2026, 3, 13), by=recruiter, now=NOW)
    (asked,) = sign_in(manager).get("/").context["waiting"]
    assert asked.presence == "Rosa is away until 13 March; back Monday 09:00."


def test_what_one_asked_oneself_is_no_news(
    sign_in: SignIn, requisition: Requisition, manager: User, watcher: User
) -> None:
    for user in (manager, watcher):
        Visit.objects.create(user=user, at=NOW - timedelta(days=2))
    make_note(requisition, by=manager, kind=Note.Kind.QUESTION)
    news = [sign_in(user).get("/").context["active"][0].news for user in (manager, watcher)]
    assert news == [[], ["1 question asked"]]


def test_looking_writes_nothing_until_the_page_says_so(
    sign_in: SignIn, manager: User, requisition: Requisition
) -> None:
    browser = sign_in(manager)
    browser.get("/")
    assert not Visit.objects.exists()
    assert browser.post(reverse("visits"), headers={"HX-Request": "true"}).status_code == 204
    assert Visit.objects.get().at == NOW


def test_reload_within_the_visit_still_shows_what_is_new(
    sign_in: SignIn, requisition: Requisition, manager: User, clock: TimeMachineFixture
) -> None:
    browser = sign_in(manager)
    browser.post(reverse("visits"))
    clock.shift(timedelta(days=1))
    make_checkpoint(requisition, now=NOW + timedelta(hours=2), counts={Stage.MET: 2})
    for minutes in (0, 5, 20):
        clock.shift(timedelta(minutes=minutes))
        assert "2 met" in browser.get("/").text
        browser.post(reverse("visits"))
    clock.shift(timedelta(hours=2))
    assert "Nothing new since" in browser.get("/").text


def test_home_names_the_next_promise(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    promise = PromiseMade(Stage.SUBMITTED, 2, date(2026, 3, 13))
    make_checkpoint(requisition, promise=promise, next_step="Call Ada")
    page = sign_in(manager).get("/")
    assert page.context["lead"] == (
        "Next: 2 resumes submitted for Data Engineer by Friday 13 March, "
        "promised by Rosa Recruiter."
    )


def test_hold_that_was_to_end_waits_on_the_manager(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    requisition.put_on_hold(
        by=recruiter, now=NOW - timedelta(days=9), reason="Budget.", until=NOW.date()
    )
    page = sign_in(manager).get("/")
    assert [one.waiting.requisition for one in page.context["waiting"]] == [requisition]
    assert "1 thing waits on you" in page.text
    assert "The hold ends on Wednesday 11 March: tell Rosa Recruiter" in page.text


def test_nothing_waits_on_a_watcher(
    sign_in: SignIn, requisition: Requisition, recruiter: User, watcher: User
) -> None:
    requisition.put_on_hold(by=recruiter, now=NOW, reason="Budget.", until=NOW.date())
    page = sign_in(watcher).get("/")
    assert [one.requisition for one in page.context["active"]] == [requisition]
    assert page.context["waiting"] == []


def test_draft_is_not_yet_shown_and_closed_ones_leave_after_a_month(
    sign_in: SignIn,
    requisition: Requisition,
    recruiter: User,
    manager: User,
    clock: TimeMachineFixture,
) -> None:
    requisition.cancel(by=recruiter, now=NOW, reason="The team is not growing.")
    page = sign_in(manager).get("/")
    assert [one.requisition for one in page.context["closed"]] == [requisition]
    clock.shift(timedelta(days=31))
    assert sign_in(manager).get("/").context["closed"] == []


def test_manager_who_left_the_client_sees_it_no_more(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    manager.memberships.all().delete()
    browser = sign_in(manager)
    assert browser.get("/").context["active"] == []
    assert browser.get(requisition.get_absolute_url()).status_code == 404


def test_statements_of_the_home_do_not_grow(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    Visit.objects.create(user=manager, at=NOW - timedelta(days=2))
    make_checkpoint(requisition, promise=PromiseMade(Stage.MET, 2, date(2026, 3, 13)))
    make_brief(requisition, recruiter)
    make_slate(requisition)
    browser = sign_in(manager)
    few = counted(lambda: browser.get("/"))
    for _ in range(50):
        row = make_requisition(
            requisition.client, recruiter=recruiter, manager=manager, status=Status.OPEN
        )
        make_checkpoint(row, promise=PromiseMade(Stage.MET, 2, date(2026, 3, 13)))
        make_brief(row, recruiter)
        make_slate(row)
    many = counted(lambda: browser.get("/"))
    assert few == many
    assert few <= 13


def test_brief_to_sign_stands_first_with_its_link(
    sign_in: SignIn, requisition: Requisition, acme: Client, recruiter: User, manager: User
) -> None:
    make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE, title="A")
    make_brief(requisition, recruiter, now=NOW - timedelta(days=2))
    page = sign_in(manager).get("/")
    first, second = page.context["waiting"]
    assert (first.waiting.requisition, second.waiting.brief) == (requisition, None)
    assert first.waiting.text == (
        "brief not signed yet, waiting on you since Monday, when Rosa Recruiter signed it"
    )
    assert f'href="{reverse("brief", args=[requisition.pk])}">Read and sign' in page.text


def test_brief_does_not_wait_on_a_watcher(
    sign_in: SignIn, requisition: Requisition, recruiter: User, watcher: User
) -> None:
    make_brief(requisition, recruiter)
    assert sign_in(watcher).get("/").context["waiting"] == []
