"""What became of candidates, in the timeline of their requisition."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client as Browser

from recruiting.accounts.models import Absence, Client, Delegation, User
from recruiting.approvals.models import (
    Candidate,
    Decision,
    Feedback,
    Interview,
    Offer,
    ScreenOut,
    Submission,
    Withdrawal,
)
from recruiting.approvals.models.decisions import Reason, Why
from recruiting.approvals.models.interviews import Round
from recruiting.approvals.models.offers import Answered, Terms
from recruiting.approvals.models.screening import SetAside
from recruiting.dashboards.models import Look
from requisitions.models import Requisition
from tests.factories import (
    NOW,
    make_brief,
    make_candidate,
    make_checkpoint,
    make_note,
    make_slate,
    make_submission,
    make_user,
)
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SignIn = Callable[[User], Browser]
DAY = timedelta(days=1)
APPROVE, DECLINE = Decision.Verdict.APPROVE, Decision.Verdict.DECLINE
PAY = Why(Reason.PAY)


def told(page: Any) -> list[tuple[str, str, str]]:
    """Who did what, and what it was for; the newest first."""
    items = page.context["timeline"].items
    return [(one.who, one.did, one.note) for one in items if one.kind == "candidate"]


def read_by(sign_in: SignIn, user: User, requisition: Requisition) -> list[tuple[str, str, str]]:
    return told(sign_in(user).get(requisition.get_absolute_url()))


def sent(requisition: Requisition, *names: str, ago: timedelta = 3 * DAY) -> list[Submission]:
    """A slate of people of these names."""
    by, client = requisition.recruiter, requisition.client
    people = [make_candidate(client, by=by, name=name) for name in names]
    slate = make_slate(
        requisition, *(make_submission(requisition, one) for one in people), now=NOW - ago
    )
    return list(slate.submissions.order_by("place"))


@pytest.fixture
def decide(manager: User) -> Callable[..., Decision]:
    return partial(Decision.make, by=manager, now=NOW - DAY)


def test_decisions_of_one_day_are_told_together_with_their_reasons(
    sign_in: SignIn,
    requisition: Requisition,
    recruiter: User,
    manager: User,
    decide: Callable[..., Decision],
) -> None:
    brief = make_brief(requisition, now=NOW - 5 * DAY)
    [kafka] = brief.content.requirements
    first, second, third, fourth = sent(requisition, "Ada", "Bob", "Cem", "Dora")
    decide(first, APPROVE)
    decide(second, DECLINE, Why(Reason.REQUIREMENT, uuid.UUID(kafka.id), kafka.text, kafka.kind))
    decide(third, DECLINE, Why(Reason.NEW, text="Speaks Dutch"))
    decide(fourth, DECLINE, PAY, now=NOW)
    assert read_by(sign_in, recruiter, requisition) == [
        ("Max Manager", "declined 1 of slate 1", "Because of: pay"),
        ("Max Manager", "approved 1 and declined 2 of slate 1",
         "Because of: Kafka; Speaks Dutch (new)"),
        ("Rosa Recruiter", "sent slate 1: 4 candidates", ""),
    ]  # fmt: skip
    assert read_by(sign_in, manager, requisition) == read_by(sign_in, recruiter, requisition)


def test_decision_that_was_taken_back_is_told_no_more(
    sign_in: SignIn, requisition: Requisition, manager: User, decide: Callable[..., Decision]
) -> None:
    first, second = sent(requisition, "Ada", "Bob")
    decide(first, APPROVE)
    decide(second, APPROVE, now=NOW).undo(by=manager, now=NOW)
    assert read_by(sign_in, manager, requisition)[0][1] == "approved 1 of slate 1"


def test_decision_of_a_stand_in_says_in_whose_place(
    sign_in: SignIn, acme: Client, requisition: Requisition, manager: User
) -> None:
    delegate = make_user("delegate@acme.example", clients=[acme], name="Dana Delegate")
    Delegation.settle(manager, {acme.pk: delegate.pk}, by=manager, now=NOW)
    Absence.plan(NOW.date(), NOW.date(), by=manager, now=NOW)
    [one] = sent(requisition, "Ada")
    Decision.make(one, APPROVE, by=delegate, now=NOW)
    page = sign_in(manager).get(requisition.get_absolute_url())
    item = page.context["timeline"].items[0]
    assert (item.who, item.in_name_of, item.did) == (
        "Dana Delegate", "Max Manager", "approved 1 of slate 1",
    )  # fmt: skip
    assert "for Max Manager" in page.text


def test_what_came_of_a_candidate_is_told_in_words(
    sign_in: SignIn,
    requisition: Requisition,
    recruiter: User,
    manager: User,
    decide: Callable[..., Decision],
) -> None:
    first, second, third = sent(requisition, "Ada", "Bob", "Cem", ago=20 * DAY)
    for one in (first, second, third):
        decide(one, APPROVE, now=NOW - 19 * DAY)
    mine: dict[str, Any] = {"by": recruiter}

    def meet(one: Submission, days: int) -> Interview:
        wanted = Round(NOW - days * DAY, 60, round="First interview")
        return Interview.log(one, wanted, pk=uuid.uuid4(), now=NOW - days * DAY, **mine)

    on = meet(first, 10)
    Feedback.give(on, Feedback.Verdict.ON, by=manager, now=NOW - 9 * DAY)
    stop = meet(second, 8)
    Feedback.give(stop, Feedback.Verdict.STOP, why=PAY, by=manager, now=NOW - 7 * DAY)
    Withdrawal.withdraw(third, whose="candidate", now=NOW - 6 * DAY, **mine)
    day = date(2026, 3, 7)
    offer = Offer.make(first, Terms(day), pk=uuid.uuid4(), now=NOW - 4 * DAY, **mine)
    offer.give_answer(Answered("declined", day, "role"), now=NOW - 3 * DAY, **mine)
    aside = [SetAside(9, Reason.REQUIREMENT, uuid.uuid4(), "Kubernetes"), SetAside(5, Reason.PAY)]
    ScreenOut.log(requisition, aside, pk=uuid.uuid4(), on=day, now=NOW - 2 * DAY, **mine)
    assert read_by(sign_in, manager, requisition) == [
        ("Rosa Recruiter", "screened out 14", "9 “Kubernetes”, 5 pay"),
        ("", "Ada declined the offer", "The job itself"),
        ("Rosa Recruiter", "made an offer to Ada", ""),
        ("", "Cem withdrew", ""),
        ("Max Manager", "declined Bob after an interview", "Because of: pay"),
        ("", "First interview: Bob", ""),
        ("Max Manager", "said after “First interview” with Ada: go on", ""),
        ("", "First interview: Ada", ""),
        ("Max Manager", "approved 3 of slate 1", ""),
        ("Rosa Recruiter", "sent slate 1: 3 candidates", ""),
    ]
    assert read_by(sign_in, recruiter, requisition) == read_by(sign_in, manager, requisition)


def test_blind_candidate_has_a_code_for_all_but_recruiters_until_she_is_approved(
    sign_in: SignIn,
    requisition: Requisition,
    recruiter: User,
    manager: User,
    watcher: User,
    decide: Callable[..., Decision],
) -> None:
    Client.objects.update(blind_review=True)
    requisition.refresh_from_db()
    [one] = sent(requisition, "Zanzibar Jones")
    Candidate.objects.update(code="QK-472")
    Withdrawal.withdraw(one, whose="candidate", by=recruiter, now=NOW - 2 * DAY)
    pages = {
        user: sign_in(user).get(requisition.get_absolute_url())
        for user in (recruiter, manager, watcher)
    }
    assert [told(page)[0][1] for page in pages.values()] == [
        "Zanzibar Jones withdrew", "Candidate QK-472 withdrew", "Candidate QK-472 withdrew",
    ]  # fmt: skip
    assert [("Zanzibar" in page.text) for page in pages.values()] == [True, False, False]
    Withdrawal.undo(one, by=recruiter, now=NOW - 2 * DAY)
    decide(one, APPROVE)
    Withdrawal.withdraw(one, whose="candidate", by=recruiter, now=NOW)
    assert read_by(sign_in, watcher, requisition)[0][1] == "Zanzibar Jones withdrew"


def test_erased_candidate_leaves_what_happened(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    [one] = sent(requisition, "Ada Lovelace")
    Withdrawal.withdraw(one, whose="candidate", by=recruiter, now=NOW)
    one.candidate.erase(by=recruiter, now=NOW)
    code = one.candidate.code
    assert read_by(sign_in, recruiter, requisition)[0][1] == f"Erased candidate {code} withdrew"


def test_entry_leads_to_the_candidate_or_to_all_of_them(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    [one] = sent(requisition, "Ada")
    Withdrawal.withdraw(one, whose="recruiter", by=recruiter, now=NOW)
    browser = sign_in(recruiter)
    page = browser.get(requisition.get_absolute_url())
    items = [item for item in page.context["timeline"].items if item.kind == "candidate"]
    assert [item.did for item in items] == ["withdrew Ada", "sent slate 1: 1 candidate"]
    for item in items:
        assert f'href="{item.link}"' in page.text
        assert browser.get(item.link).status_code == 200


def test_what_others_did_since_the_last_look_is_new(
    sign_in: SignIn, requisition: Requisition, recruiter: User, decide: Callable[..., Decision]
) -> None:
    first, _ = sent(requisition, "Ada", "Bob")
    Look.objects.create(user=recruiter, page=requisition.pk, at=NOW - 2 * DAY, before=NOW - 2 * DAY)
    decide(first, APPROVE)
    page = sign_in(recruiter).get(requisition.get_absolute_url())
    items = [item for item in page.context["timeline"].items if item.kind == "candidate"]
    assert [item.is_new for item in items] == [True, False]


def test_timeline_with_candidates_is_paged_and_loses_none_of_the_same_instant(
    sign_in: SignIn, requisition: Requisition, recruiter: User, decide: Callable[..., Decision]
) -> None:
    for number in range(10):
        make_note(requisition, f"Note {number}")
        make_checkpoint(requisition)
        [one] = sent(requisition, f"Name{number}", ago=timedelta())
        decide(one, APPROVE, now=NOW)
        Withdrawal.withdraw(one, whose="candidate", by=recruiter, now=NOW)
    browser, earlier, seen = sign_in(recruiter), "", []
    for _ in range(8):
        page = browser.get(requisition.get_absolute_url(), {"earlier": earlier})
        seen += [(item.on, item.at, item.id) for item in page.context["timeline"].items]
        earlier = page.context["timeline"].earlier
        if earlier is None:
            break
    assert len(seen) == len(set(seen)) == 10 * 5 + requisition.status_changes.count()
    assert seen == sorted(seen, reverse=True)


def test_statements_of_the_page_do_not_grow_with_candidates(
    sign_in: SignIn,
    requisition: Requisition,
    recruiter: User,
    manager: User,
    decide: Callable[..., Decision],
) -> None:
    aside = [SetAside(9, Reason.REQUIREMENT, uuid.uuid4(), "Kubernetes")]

    def go_on(number: int) -> None:
        [one] = sent(requisition, f"Name{number}", ago=timedelta(hours=2))
        decide(one, APPROVE, now=NOW - timedelta(hours=1))
        Withdrawal.withdraw(one, whose="candidate", by=recruiter, now=NOW)
        kept: dict[str, Any] = {"on": NOW.date(), "by": recruiter, "now": NOW}
        ScreenOut.log(requisition, aside, pk=uuid.uuid4(), **kept)

    def costs() -> list[int]:
        url = requisition.get_absolute_url()
        return [counted(partial(sign_in(user).get, url)) for user in (recruiter, manager)]

    before = costs()
    go_on(0)
    few = costs()
    for number in range(1, 12):
        go_on(number)
    assert costs() == few
    assert [few[0] - before[0], few[1] - before[1]] == [2, 2]
