"""Who holds the ball of which candidates, since when and until when."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from intake.content import Terms
from intake.models import Agreement
from recruiting.accounts.models import Absence, Client, Delegation, User, WorkingCard
from recruiting.approvals.balls import Ball
from recruiting.approvals.models import (
    Candidate,
    Decision,
    Feedback,
    Interview,
    Offer,
    Parking,
    Question,
    Submission,
    Withdrawal,
)
from recruiting.approvals.open_items import OpenItems
from recruiting.approvals.states import State
from requisitions.models import Requisition
from tests.factories import NOW, make_requisition, make_slate, make_submission, make_user
from tests.queries import counted

UTC_ZONE = ZoneInfo("UTC")
LATER = NOW + timedelta(days=7)


def at(text: str) -> datetime:
    """An instant of March 2026, such as "11 10:00", a Wednesday."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2026-03-{day}T{clock}").replace(tzinfo=UTC)


def balls(requisition: Requisition, now: datetime) -> list[Ball]:
    requisition.refresh_from_db()
    return list(OpenItems.load([requisition], now=now).balls.get(requisition.pk, ()))


def told(requisition: Requisition, now: datetime, reader: User | None = None) -> list[str]:
    """In UTC, to nobody in particular."""
    found = balls(requisition, now)
    return [ball.words(UTC_ZONE, reader.pk if reader else None) for ball in found]


def settle(submission: Submission, by: User) -> Submission:
    submission.settle(Requisition.objects.locked().get(pk=submission.requisition_id),
                      by=by, now=NOW)  # fmt: skip
    return submission


def approved(requisition: Requisition, manager: User) -> Submission:
    submission = make_slate(requisition).submissions.get()
    Decision.make(submission, "approve", by=manager, now=NOW)
    return Submission.objects.get(pk=submission.pk)


def interview(submission: Submission, manager: User, **fields: Any) -> Interview:
    recruiter = submission.by
    made = Interview.objects.create(
        **{"submission": submission, "round": "First", "uid": uuid.uuid4().hex, "minutes": 60,
           "begins_at": NOW, "organizer": recruiter, "organizer_address": recruiter.email,
           "guest": manager, "guest_address": manager.email, "by": recruiter, "at": NOW} | fields
    )  # fmt: skip
    settle(submission, recruiter)
    return made


def ask(submission: Submission, by: User, now: datetime) -> Question:
    return Question.objects.create(submission=submission, text="Why?", by=by, at=now)


def test_slate_waits_on_the_manager_in_words_for_everybody(requisition: Requisition) -> None:
    make_slate(requisition, *(make_submission(requisition) for _ in range(3)))
    assert told(requisition, at("11 12:00")) == [
        "3 resumes of slate 1, waiting on Max Manager since today, due tomorrow 10:00"
    ]
    assert told(requisition, at("12 10:01")) == [
        "3 resumes of slate 1, waiting on Max Manager since yesterday, was due today 10:00"
    ]
    assert told(requisition, at("17 09:00")) == [
        "3 resumes of slate 1, waiting on Max Manager since Wednesday, was due Thursday 10:00"
    ]
    assert told(requisition, at("25 09:00")) == [
        "3 resumes of slate 1, waiting on Max Manager since 11 March, was due 12 March 10:00"
    ]


def test_what_is_decided_waits_no_more(requisition: Requisition, manager: User) -> None:
    first, _ = make_slate(
        requisition, make_submission(requisition), make_submission(requisition)
    ).submissions.all()
    Decision.make(first, "approve", by=manager, now=NOW)
    assert told(requisition, NOW)[0].startswith("1 resume of slate 1, waiting on Max")


def test_days_that_the_pair_agreed_on_count(requisition: Requisition, recruiter: User) -> None:
    make_slate(requisition)
    (usual,) = balls(requisition, NOW)
    assert usual.item.allowed.words == "1 business day, which is usual: nothing is agreed yet"
    Agreement.settle(requisition, Terms(decision_days=3), version=0, by=recruiter, now=NOW)
    (agreed,) = balls(requisition, NOW)
    assert agreed.item.allowed.words == "3 business days, as agreed"
    assert agreed.due == at("16 10:00")


def test_days_are_those_of_the_managers_card_and_of_the_client(
    requisition: Requisition, manager: User, lead: User
) -> None:
    WorkingCard.objects.filter(user=manager).update(zone="America/New_York", days=[1, 2, 3, 4])
    client = Client.objects.get(pk=requisition.client_id)
    client.close_on(date(2026, 3, 12), date(2026, 3, 12), "Fair", by=lead, now=NOW)
    make_slate(requisition)
    found = Requisition.objects.select_related("client").get(pk=requisition.pk)
    (ball,) = OpenItems.load([found], now=NOW).balls[found.pk]
    # It came at six in the morning there; Thursday is closed, Friday free.
    assert ball.due == at("16 13:00")


def test_question_gives_the_ball_to_the_recruiter_and_the_answer_gives_it_back(
    requisition: Requisition, manager: User
) -> None:
    slate = make_slate(requisition, make_submission(requisition), make_submission(requisition))
    first, _ = slate.submissions.all()
    asked = ask(first, manager, at("11 16:00"))
    assert told(requisition, at("11 16:00")) == [
        "1 resume of slate 1, waiting on Max Manager since today, due tomorrow 10:00",
        "question on 1 resume of slate 1, waiting on Rosa Recruiter since today, due tomorrow 16:00",  # noqa: E501
    ]
    asked.answered_at = at("12 15:00")
    asked.save()
    assert told(requisition, at("12 15:00")) == [
        "1 resume of slate 1, waiting on Max Manager since yesterday, was due today 10:00",
        "1 resume of slate 1, waiting on Max Manager since today, due today 17:00",
    ]


def test_candidate_on_hold_waits_on_nobody_and_keeps_what_was_left(
    requisition: Requisition, recruiter: User
) -> None:
    submission = make_slate(requisition).submissions.get()
    rest = Parking.objects.create(submission=submission, by=recruiter, at=at("11 16:00"))
    settle(submission, recruiter)
    assert told(requisition, at("13 10:00")) == []
    rest.ended_at, rest.ended_by = at("13 16:00"), recruiter
    rest.save()
    settle(submission, recruiter)
    (ball,) = balls(requisition, at("13 16:00"))
    assert (ball.since, ball.due) == (at("13 16:00"), at("16 10:00"))


def test_job_on_hold_waits_on_nobody_and_keeps_what_was_left(
    requisition: Requisition, recruiter: User
) -> None:
    make_slate(requisition)
    requisition.put_on_hold(by=recruiter, now=at("11 16:00"), reason="Budget.")
    assert told(requisition, at("13 10:00")) == []
    requisition.resume(by=recruiter, now=at("13 16:00"))
    (ball,) = balls(requisition, at("13 16:00"))
    assert (ball.since, ball.due) == (at("13 16:00"), at("16 10:00"))
    requisition.cancel(by=recruiter, now=at("13 17:00"), reason="No budget.")
    assert told(requisition, at("16 17:00")) == []


def test_feedback_is_due_by_the_agreement_once_the_interview_was_held(
    requisition: Requisition, manager: User
) -> None:
    held = interview(approved(requisition, manager), manager, begins_at=at("12 10:00"))
    assert told(requisition, at("12 10:30")) == []
    assert told(requisition, at("12 11:00")) == [
        "word on whether an interview took place, waiting on Rosa Recruiter since today, "
        "due tomorrow 11:00"
    ]
    held.held_at = at("12 11:00")
    held.save()
    assert told(requisition, at("12 12:00")) == [
        "feedback on an interview, waiting on Max Manager since today, due tomorrow 11:00"
    ]
    Feedback.objects.create(interview=held, verdict="on", by=manager, at=at("12 12:00"))
    assert told(requisition, at("12 12:00")) == []


def test_feedback_on_several_interviews_is_one_thing_as_old_as_the_oldest(
    requisition: Requisition, manager: User
) -> None:
    for day in ("13", "12"):
        interview(approved(requisition, manager), manager, held_at=at(f"{day} 11:00"))
    assert told(requisition, at("13 12:00")) == [
        "feedback on 2 interviews, waiting on Max Manager since yesterday, was due today 11:00"
    ]


@pytest.mark.parametrize(("by", "due"), [(None, "18 10:00"), (date(2026, 3, 13), "13 17:00")])
def test_offer_is_followed_up_on_its_day_or_after_a_week(
    requisition: Requisition, manager: User, recruiter: User, by: date | None, due: str
) -> None:
    submission = approved(requisition, manager)
    offer = Offer.objects.create(submission=submission, made_on=NOW.date(), answer_by=by,
                                 by=recruiter, at=NOW)  # fmt: skip
    settle(submission, recruiter)
    (ball,) = balls(requisition, NOW)
    assert (ball.item.kind, ball.name, ball.due) == ("offer", "Rosa Recruiter", at(due))
    offer.answer, offer.answered_at = "accepted", NOW
    offer.save()
    settle(submission, recruiter)
    assert told(requisition, NOW) == []


def test_withdrawn_candidate_waits_on_nobody(requisition: Requisition, recruiter: User) -> None:
    submission = make_slate(requisition).submissions.get()
    Withdrawal.objects.create(submission=submission, whose="candidate", by=recruiter, at=NOW)
    settle(submission, recruiter)
    assert told(requisition, LATER) == []


def test_erased_candidate_waits_on_nobody(
    requisition: Requisition, recruiter: User, manager: User
) -> None:
    slate = make_slate(requisition, make_submission(requisition), make_submission(requisition))
    for submission in slate.submissions.all():
        ask(submission, manager, NOW)
    Candidate.objects.update(erased_at=NOW)
    assert told(requisition, LATER) == []


# --- while somebody is away ----------------------------------------------------------------


@pytest.fixture
def petra(acme: Client, manager: User) -> User:
    """Stands in for the manager; works from noon to four in the afternoon."""
    user = make_user("petra@acme.example", clients=[acme], name="Petra Proxy")
    WorkingCard.objects.filter(user=user).update(starts="12:00", ends="16:00")
    Delegation.settle(manager, {acme.pk: user.pk}, by=manager, now=NOW)
    return user


def away(user: User, first: int, last: int) -> None:
    Absence.plan(date(2026, 3, first), date(2026, 3, last), by=user, now=NOW)


def test_stand_in_holds_it_in_her_hours_from_when_the_absence_began(
    requisition: Requisition, manager: User, petra: User
) -> None:
    make_slate(requisition)
    away(manager, 12, 17)
    assert told(requisition, at("11 23:00"))[0].endswith(
        "waiting on Max Manager since today, due 18 March 10:00"
    )
    words = ", who stands in for {}, since yesterday, due today 12:00"
    during = at("13 11:00")
    (line,) = told(requisition, during)
    assert line == "1 resume of slate 1, waiting on Petra Proxy" + words.format("Max Manager")
    assert told(requisition, during, manager)[0].endswith(words.format("you"))
    assert told(requisition, during, petra) == [
        "1 resume of slate 1, waiting on you since yesterday, due today 12:00"
    ]
    (back,) = balls(requisition, at("18 08:00"))
    assert (back.holder, back.due) == (manager.pk, at("18 10:00"))


def test_stand_in_gets_what_comes_meanwhile_when_it_comes(
    requisition: Requisition, manager: User, petra: User
) -> None:
    away(manager, 12, 17)
    make_slate(requisition, now=at("13 13:00"))
    (ball,) = balls(requisition, at("13 14:00"))
    assert (ball.holder, ball.since, ball.due) == (petra.pk, at("13 13:00"), at("16 13:00"))


def test_absence_that_follows_another_is_one_with_it(
    requisition: Requisition, manager: User, petra: User
) -> None:
    away(manager, 12, 13)
    away(manager, 14, 17)
    make_slate(requisition)
    (ball,) = balls(requisition, at("16 11:00"))
    assert ball.since == at("12 00:00")


def test_days_off_of_the_stand_in_are_left_out_as_well(
    requisition: Requisition, manager: User, petra: User
) -> None:
    away(manager, 12, 17)
    away(petra, 13, 13)
    make_slate(requisition)
    (ball,) = balls(requisition, at("12 09:00"))
    assert (ball.holder, ball.due) == (petra.pk, at("16 12:00"))


@pytest.mark.parametrize("why", ["nobody is named", "at another client", "deactivated"])
def test_without_a_stand_in_the_manager_holds_it_until_he_is_back(
    requisition: Requisition, manager: User, globex: Client, petra: User, why: str
) -> None:
    if why == "deactivated":
        User.objects.filter(pk=petra.pk).update(is_active=False)
    elif why == "nobody is named":
        Delegation.objects.all().delete()
    else:
        Delegation.objects.update(client=globex)
    away(manager, 12, 17)
    make_slate(requisition)
    (ball,) = balls(requisition, at("13 11:00"))
    assert (ball.holder, ball.instead_of, ball.due) == (manager.pk, "", at("18 10:00"))


# --- many at once --------------------------------------------------------------------------


def test_two_statements_for_any_number_of_requisitions(
    requisition: Requisition, manager: User, recruiter: User, acme: Client
) -> None:
    def load() -> OpenItems:
        return OpenItems.load(rows, now=NOW)

    interview(approved(requisition, manager), manager, held_at=NOW)
    rows = [requisition]
    cost = counted(load)
    for _ in range(50):
        row = make_requisition(acme, recruiter=recruiter, manager=manager)
        ask(make_slate(row, make_submission(row)).submissions.get(), manager, NOW)
        rows.append(row)
    found = load()
    assert (len(found.balls), counted(load), cost) == (51, 2, 2)


def test_states_are_counted_without_drafts(requisition: Requisition, manager: User) -> None:
    approved(requisition, manager)
    make_slate(requisition, make_submission(requisition), make_submission(requisition))
    make_submission(requisition)
    requisition.cancel(by=requisition.recruiter, now=NOW, reason="No budget.")
    found = OpenItems.load([requisition], now=NOW)
    assert found.states == {requisition.pk: {State.APPROVED: 1, State.WAITING: 2}}
    assert found.balls == {}
