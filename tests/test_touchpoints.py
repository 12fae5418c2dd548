"""Touchpoints: logged, corrected, undone, each on record."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.urls import reverse
from time_machine import TimeMachineFixture

from recruiting.accounts.models import User
from recruiting.audit.models import Event
from requisitions.models import Requisition, Status
from status_updates.models import Touchpoint
from status_updates.models.touchpoint import Said
from tests.factories import NOW, make_requisition, make_touchpoint
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SignIn = Callable[[User], Browser]


def post(browser: Browser, requisition: Requisition, **data: Any) -> Any:
    return browser.post(reverse("touchpoints", args=[requisition.pk]), data)


def test_touchpoint_needs_no_more_than_its_kind(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    answer = post(sign_in(recruiter), requisition, kind="call")
    assert (answer.status_code, answer["Location"]) == (302, requisition.get_absolute_url())
    page = sign_in(manager).get(requisition.get_absolute_url())
    (entry,) = (item for item in page.context["timeline"].items if item.kind == "touchpoint")
    assert (entry.title, entry.at, entry.who) == ("Call", NOW, "Rosa Recruiter")


def test_touchpoint_tells_all_that_was_said(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    browser = sign_in(recruiter)
    data = {"kind": "meeting", "minutes": 25, "happened_at": "2026-03-10T15:30"}
    post(browser, requisition, **data, said="Two **sites**", next_step="Call Ada", key=uuid.uuid4())
    page = browser.get(requisition.get_absolute_url())
    entry = page.context["timeline"].items[0]
    assert (entry.title, entry.next_step) == ("Meeting, 25 minutes", "Call Ada")
    assert "Two <strong>sites</strong>" in page.text


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({"kind": ""}, "kind", "required"),
        ({"kind": "fax"}, "kind", "valid choice"),
        ({"minutes": "-5"}, "minutes", "greater than or equal to 1"),
        ({"minutes": "0"}, "minutes", "greater than or equal to 1"),
        ({"minutes": "1441"}, "minutes", "1,440"),
        ({"minutes": "ten"}, "minutes", "whole number"),
        ({"happened_at": "2026-03-11T11:00"}, "happened_at", "now or earlier"),
        ({"happened_at": "1999-03-11T11:00"}, "happened_at", "more than a year ago"),
        ({"happened_at": "0001-01-01T00:00"}, "happened_at", ""),
        ({"happened_at": "9999-12-31T23:59"}, "happened_at", "now or earlier"),
        ({"happened_at": "soon"}, "happened_at", "valid date"),
        ({"said": "x" * 10_001}, "said", "at most 10000 fit"),
        ({"said": "nul \x00"}, "said", "control character"),
        ({"next_step": "x" * 301}, "next_step", "at most 300 fit"),
        ({"next_step": "trick \u202e"}, "next_step", "reverses the text"),
    ],
)
def test_bad_input_names_the_field_and_keeps_the_rest(
    sign_in: SignIn,
    requisition: Requisition,
    recruiter: User,
    data: dict[str, str],
    field: str,
    message: str,
) -> None:
    typed = {"kind": "chat", "said": "Kept words", **data}
    answer = post(sign_in(recruiter), requisition, **typed)
    assert answer.status_code == 422
    errors = answer.context["composers"].touchpoint.errors
    assert list(errors) == [field]
    assert message in errors[field][0]
    assert field == "said" or "Kept words" in answer.text
    assert not Touchpoint.objects.exists()


def test_touchpoint_of_a_manager_is_forbidden(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    assert post(sign_in(manager), requisition, kind="call").status_code == 403


def test_touchpoint_sent_ten_times_is_one(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    browser, key = sign_in(recruiter), uuid.uuid4()
    for _ in range(10):
        assert post(browser, requisition, kind="call", key=key).status_code == 302
    assert Touchpoint.objects.count() == 1
    assert Event.objects.filter(action="logged a touchpoint").count() == 1


def test_old_form_that_says_something_else_is_asked_about_and_then_logged(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    """As happens to who goes back in the browser after the call and logs the next one."""
    browser, key = sign_in(recruiter), uuid.uuid4()
    post(browser, requisition, kind="call", said="Two sites", key=key)
    answer = post(browser, requisition, kind="chat", said="Three", key=key)
    form = answer.context["composers"].touchpoint
    assert (answer.status_code, form["said"].value()) == (422, "Three")
    post(browser, requisition, kind="chat", said="Three", key=form["key"].value())
    assert set(Touchpoint.objects.values_list("said", flat=True)) == {"Two sites", "Three"}


def test_touchpoint_without_a_time_happened_when_the_form_was_sent(
    sign_in: SignIn, requisition: Requisition, recruiter: User, clock: TimeMachineFixture
) -> None:
    """The page may have stood open since the morning."""
    browser = sign_in(recruiter)
    form = browser.get(requisition.get_absolute_url()).context["composers"].touchpoint
    shown = form["happened_at"].value() or ""
    clock.shift(timedelta(hours=2))
    post(browser, requisition, kind="call", happened_at=shown)
    assert Touchpoint.objects.get().happened_at == NOW + timedelta(hours=2)


def test_correction_replaces_and_keeps_what_stood_before(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    touchpoint = make_touchpoint(requisition, minutes=5, said="Short")
    browser, url = sign_in(recruiter), reverse("touchpoint_correction", args=[touchpoint.pk])
    form = browser.get(url).context["form"]
    assert (form["minutes"].value(), form["said"].value()) == (5, "Short")
    page = browser.post(url, {"kind": "email", "said": "Long"}, follow=True)
    entry = page.context["timeline"].items[0]
    assert (entry.title, entry.before.title) == ("Email", "Call, 5 minutes")
    again = browser.post(url, {"kind": "chat", "said": "mine"})
    assert again.status_code == 422
    assert "already" in again.context["form"].non_field_errors()[0]
    assert "mine" in again.text


def test_undo_twice_is_once_and_stays_on_record(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    touchpoint = make_touchpoint(requisition)
    browser, url = sign_in(recruiter), reverse("touchpoint_undoing", args=[touchpoint.pk])
    browser.post(url)
    page = browser.post(url, follow=True)
    assert page.context["timeline"].items[0].undone == "Undone by Rosa Recruiter"
    assert Event.objects.filter(action="undid a touchpoint").count() == 1
    with pytest.raises(ValidationError):
        touchpoint.correct(Said("chat", NOW), by=recruiter, now=NOW, key=uuid.uuid4())


def test_touchpoint_can_be_logged_when_the_requisition_is_closed(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    closed = make_requisition(
        requisition.client,
        recruiter=recruiter,
        manager=requisition.manager,
        status=Status.CANCELLED,
    )
    page = sign_in(recruiter).get(closed.get_absolute_url())
    names = [segment.name for segment in page.context["composers"].segments]
    assert names == ["touchpoint", "note"]
    assert post(sign_in(recruiter), closed, kind="call").status_code == 302


def test_recruiter_who_leaves_the_client_meanwhile_logs_nothing(
    requisition: Requisition, recruiter: User
) -> None:
    recruiter.leave(requisition.client, by=recruiter, now=NOW)
    with pytest.raises(Requisition.DoesNotExist):
        make_touchpoint(requisition, by=recruiter)


def test_statements_of_logging_a_touchpoint(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    browser = sign_in(recruiter)
    few = counted(lambda: post(browser, requisition, kind="call", said="Words"))
    for number in range(50):
        make_touchpoint(requisition, happened_at=NOW - timedelta(hours=number + 1))
    assert counted(lambda: post(browser, requisition, kind="call", said="Words")) == few
    assert few <= 12
