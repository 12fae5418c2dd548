"""Counting who was set aside: in a line or in numbers, once, and taken back."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from recruiting.accounts.models import User
from recruiting.approvals.models import ScreenOut
from recruiting.approvals.models.screening import SetAside
from recruiting.approvals.requirements import asked_of
from recruiting.approvals.screened import screened
from recruiting.audit.models import Event
from requisitions.models import Requisition
from tests.factories import NOW, make_brief
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SignIn = Callable[[User], Browser]
Log = Callable[..., Any]


@pytest.fixture
def kafka(requisition: Requisition) -> str:
    """The id of the one requirement of the brief in force."""
    make_brief(requisition)
    return asked_of(requisition).lines[0].id


@pytest.fixture
def log(requisition: Requisition, recruiter: User, sign_in: SignIn) -> Log:
    browser = sign_in(recruiter)

    def logged(**values: Any) -> Any:
        form = {"key": uuid.uuid4(), "on": NOW.date(), "quick": "", "note": "", **values}
        return browser.post(reverse("screen_outs", args=[requisition.pk]), form)

    return logged


def logged(requisition: Requisition) -> list[tuple[int, str]]:
    rows = ScreenOut.objects.filter(requisition=requisition)
    return [(one.count, one.words) for one in screened(rows).entries]


def test_line_and_numbers_are_logged_together(
    requisition: Requisition, kafka: str, log: Log
) -> None:
    answer = log(quick="9 no Kafka", **{f"count-{kafka}": "1", "count-pay": "5"})
    assert answer.status_code == 302
    assert logged(requisition) == [(15, "10 “Kafka”, 5 pay")]
    lines = ScreenOut.objects.get().lines.all()
    assert [(one.reason, str(one.requirement or ""), one.kind) for one in lines] == [
        ("requirement", kafka, "dealbreaker"), ("pay", "", ""),
    ]  # fmt: skip


def test_part_that_is_not_understood_is_asked_about_and_the_rest_stands_in_its_field(
    requisition: Requisition, kafka: str, log: Log
) -> None:
    answer = log(quick="9 no Kafka, 2 COBOL", note="From the fair")
    form = answer.context["form"]
    assert (answer.status_code, ScreenOut.objects.count()) == (422, 0)
    assert form.errors["quick"] == ["“2 COBOL” is nothing that the brief asks for."]
    assert (form["quick"].value(), form[f"count-{kafka}"].value()) == ("2 COBOL", "9")
    assert "From the fair" in answer.text


@pytest.mark.parametrize(
    ("values", "field", "why"),
    [
        ({}, "quick", "Say how many, and for what."),
        ({"count-pay": "-1"}, "count-pay", "A count is not below zero."),
        ({"count-pay": "10001"}, "count-pay", "At most 10,000 fit in one entry."),
        ({"count-pay": "9999", "quick": "2 pay"}, "count-pay", "At most 10,000 fit in one entry."),
        ({"count-pay": "x"}, "count-pay", "Write a whole number."),
        ({"count-pay": "1", "on": NOW.date() + timedelta(days=1)}, "on",
         "This day is still to come."),
    ],
)  # fmt: skip
def test_refusal_stands_beside_its_field(
    values: dict[str, Any], field: str, why: str, log: Log
) -> None:
    answer = log(**values)
    assert (answer.status_code, answer.context["form"].errors[field]) == (422, [why])
    assert not ScreenOut.objects.exists()


def test_form_sent_ten_times_is_logged_once(requisition: Requisition, log: Log) -> None:
    key = uuid.uuid4()
    assert {log(key=key, quick="5 pay").status_code for _ in range(10)} == {302}
    assert logged(requisition) == [(5, "5 pay")]


def test_key_of_another_requisition_is_nobodys(
    other_requisition: Requisition, other_recruiter: User, log: Log
) -> None:
    theirs = ScreenOut.log(other_requisition, [SetAside(1, "pay")], pk=uuid.uuid4(),
                           on=NOW.date(), by=other_recruiter, now=NOW)  # fmt: skip
    assert log(key=theirs.pk, quick="5 pay").status_code == 404


def test_undone_counts_no_more_and_twice_is_once(
    requisition: Requisition, recruiter: User, log: Log, sign_in: SignIn
) -> None:
    log(quick="5 pay")
    log(quick="3 timing")
    wrong = ScreenOut.objects.get(lines__reason="pay")
    browser = sign_in(recruiter)
    for _ in range(2):
        browser.post(reverse("screen_out_undoing", args=[wrong.pk]))
    assert logged(requisition) == [(3, "3 timing")]
    events = Event.objects.about(requisition).filter(action__contains="screen-outs")
    told = [(one.action, one.particulars.get("count")) for one in events.order_by("id")]
    assert told == [("logged screen-outs", 5), ("logged screen-outs", 3),
                    ("took back screen-outs", None)]  # fmt: skip


def test_funnel_is_not_touched(requisition: Requisition, log: Log) -> None:
    before = dict(requisition.funnel.totals)
    log(quick="5 pay")
    requisition.funnel.refresh_from_db()
    assert dict(requisition.funnel.totals) == before


def test_sum_over_entries_names_each_thing_once(requisition: Requisition, log: Log) -> None:
    log(quick="5 pay, 2 place")
    log(quick="4 pay")
    total = screened(ScreenOut.objects.filter(requisition=requisition))
    assert (total.total, total.words) == (11, "9 pay, 2 place")


def test_page_costs_the_same_for_one_and_for_fifty(
    requisition: Requisition, kafka: str, recruiter: User, log: Log, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    log(quick="5 pay")

    def fetched() -> int:
        return counted(lambda: browser.get(reverse("screen_outs", args=[requisition.pk])))

    fetched()
    few = fetched()
    for _ in range(49):
        ScreenOut.log(requisition, [SetAside(1, "pay")], pk=uuid.uuid4(), on=NOW.date(),
                      by=recruiter, now=NOW)  # fmt: skip
    assert (few, fetched()) == (6, 6)


def test_old_form_with_another_count_is_no_double_click(requisition: Requisition, log: Log) -> None:
    key = uuid.uuid4()
    for _ in range(2):
        assert log(key=key, quick="5 pay").status_code == 302
    refused = log(key=key, quick="7 pay")
    assert refused.status_code == 422
    assert "said something else then" in refused.text
    assert logged(requisition) == [(5, "5 pay")]
    log(key=refused.context["form"]["key"].value(), quick="7 pay")
    assert sorted(count for count, _ in logged(requisition)) == [5, 7]
    ScreenOut.objects.get(pk=key).undo(by=requisition.recruiter, now=NOW)
    assert "taken back since" in log(key=key, quick="5 pay").text


def test_count_for_what_an_amendment_took_away_is_not_lost_unseen(
    requisition: Requisition, log: Log
) -> None:
    gone = f"count-{uuid.uuid4()}"
    refused = log(**{gone: "9", "count-pay": "5"})
    assert refused.status_code == 422
    assert "The brief was amended since this page was opened, and 9 were counted" in refused.text
    assert 'value="5"' in refused.text
    assert logged(requisition) == []
    assert log(**{gone: "", "count-pay": "5"}).status_code == 302
