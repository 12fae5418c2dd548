"""Whatever people do with candidates, checkpoints and the requisition in whatever order: the ledger
says what the records say."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from io import StringIO
from threading import Barrier, Thread
from typing import Any, NoReturn

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from recruiting.accounts.models import Role, User
from recruiting.approvals.ledger import apart
from recruiting.approvals.models import (
    AlreadyDecided,
    AlreadySaid,
    Answered,
    Decision,
    Feedback,
    Interview,
    NotNow,
    Offer,
    Parking,
    Question,
    Round,
    StaleInterview,
    StaleOffer,
    Submission,
    Terms,
    Why,
    Withdrawal,
)
from recruiting.approvals.states import REACHED
from recruiting.dashboards import pasting
from requisitions.ledger import deviations, recorded_deviations
from requisitions.models import Funnel, NotAllowed, Requisition, Stage, StageCount
from requisitions.models.funnel import Entry, add_entries
from status_updates.models import Checkpoint, Promise
from status_updates.models.checkpoint import PromiseMade
from tests.factories import (
    NOW,
    make_checkpoint,
    make_client,
    make_requisition,
    make_slate,
    make_submission,
    make_user,
)

REFUSALS = (AlreadyDecided, AlreadySaid, NotAllowed, NotNow, StaleInterview, StaleOffer,
            ValidationError)  # fmt: skip
HOUR = timedelta(hours=1)


Act = Callable[["Job", Submission], object]


def _last_interview(submission: Submission) -> Interview:
    found = submission.interviews.filter(cancelled_at=None).order_by("-at").first()
    return found or _refuse()


def _last_offer(submission: Submission) -> Offer:
    return submission.offers.filter(undone_at=None).order_by("-at").first() or _refuse()


def _refuse() -> NoReturn:
    raise NotNow("There is none.")


def _interview(life: "Job", one: Submission, begins_at: datetime) -> None:
    wanted = Round(begins_at, 30, round="Talk")
    make = Interview.schedule if begins_at > life.now else Interview.log
    make(one, wanted, pk=uuid.uuid4(), by=life.recruiter, now=life.now)


def _feedback(life: "Job", one: Submission, verdict: str) -> None:
    why = Why("pay") if verdict == "stop" else None
    Feedback.give(_last_interview(one), verdict, "", why, by=life.manager, now=life.now)


def _answer(life: "Job", one: Submission, answer: str) -> None:
    said = Answered(answer, life.now.date(), "pay" if answer == "declined" else "")
    _last_offer(one).give_answer(said, by=life.recruiter, now=life.now)


def _undo_decisions(life: "Job", one: Submission) -> None:
    for said in one.decisions.filter(undone_at=None):
        said.undo(by=life.manager, now=life.now)


def _undo_feedback(life: "Job", one: Submission) -> None:
    for said in Feedback.objects.filter(interview__submission=one):
        said.undo(by=life.manager, now=life.now)


def _cancel(life: "Job", one: Submission) -> None:
    found = _last_interview(one)
    found.cancel(sequence=found.sequence, by=life.recruiter, now=life.now)


WAYS: dict[str, Act] = {
    "send": lambda life, one: make_slate(life.job, one, now=life.now),
    "approve": lambda life, one: Decision.make(one, "approve", **life.by_manager),
    "decline": lambda life, one: Decision.make(one, "decline", Why("pay"), **life.by_manager),
    "undo_decisions": _undo_decisions,
    "ask": lambda life, one: Question.ask(one, "Why?", pk=uuid.uuid4(), **life.by_manager),
    "interview": lambda life, one: _interview(life, one, life.now - HOUR),
    "invite": lambda life, one: _interview(life, one, life.now + HOUR / 6),
    "hold": lambda life, one: _last_interview(one).record_held(**life.by),
    "unhold": lambda life, one: _last_interview(one).unheld(**life.by),
    "cancel": _cancel,
    "say_on": lambda life, one: _feedback(life, one, "on"),
    "stop": lambda life, one: _feedback(life, one, "stop"),
    "undo_feedback": _undo_feedback,
    "offer": lambda life, one: Offer.make(one, Terms(life.now.date()), pk=uuid.uuid4(), **life.by),
    "undo_offer": lambda life, one: _last_offer(one).undo(**life.by),
    "accept": lambda life, one: _answer(life, one, "accepted"),
    "refuse": lambda life, one: _answer(life, one, "declined"),
    "undo_answer": lambda life, one: _last_offer(one).take_back_answer(**life.by),
    "park": lambda life, one: Parking.park(one, **life.by),
    "unpark": lambda life, one: Parking.end(one, **life.by),
    "withdraw": lambda life, one: Withdrawal.withdraw(one, whose="candidate", **life.by),
    "unwithdraw": lambda life, one: Withdrawal.undo(one, **life.by),
}
"""All that can be done with a candidate."""


NEXT = {
    "draft": "send", "waiting": "approve", "approved": "interview", "interviewing": "offer",
    "offered": "accept", "parked": "unpark", "withdrawn": "unwithdraw",
    "declined": "undo_feedback", "refused": "offer", "accepted": "undo_answer",
}  # fmt: skip
"""By where a candidate stands what usually comes next."""


class Job:
    """A requisition with two openings and three candidates, and all that people do with it."""

    def __init__(self) -> None:
        client = make_client()
        self.recruiter: User = make_user(role=Role.RECRUITER, clients=[client])
        self.manager: User = make_user(clients=[client])
        self.now: datetime = NOW
        self.job: Requisition = make_requisition(
            client, recruiter=self.recruiter, manager=self.manager, openings=2
        )
        self.submissions = [make_submission(self.job) for _ in range(3)]

    @property
    def by(self) -> dict[str, Any]:
        return {"by": self.recruiter, "now": self.now}

    @property
    def by_manager(self) -> dict[str, Any]:
        return {"by": self.manager, "now": self.now}

    def do(self, at: int, act: str) -> None:
        """What is refused must change nothing."""
        self.now += timedelta(minutes=2)
        with suppress(*REFUSALS):
            if act in MOVES:
                why = {} if act == "resume" else {"reason": "Budget"}
                getattr(Requisition.objects.get(pk=self.job.pk), act)(**why, **self.by)
            elif act in OTHERS:
                self._others(act, at)
            else:
                one = Submission.objects.get(pk=self.submissions[at].pk)
                WAYS[NEXT[one.state] if act == "next" else act](self, one)

    def _others(self, act: str, at: int) -> None:
        """Counts that are typed, on top of what is recorded."""
        counts = {list(REACHED)[(at + 1) % 3]: 2, Stage.ACCEPTED: at % 2}
        standing = Checkpoint.objects.standing().filter(requisition=self.job).first()
        if act == "log":
            make_checkpoint(self.job, counts=counts, **self.by)
        elif standing and act == "undo":
            standing.undo(**self.by)
        elif standing:
            standing.correct(key=uuid.uuid4(), counts=counts, on=standing.on, **self.by)

    def check(self) -> None:
        assert apart() == []
        assert [*deviations(), *recorded_deviations()] == []
        funnel = Funnel.objects.get(requisition=self.job)
        for stage in REACHED:
            here = getattr(funnel, f"recorded_{stage.value}")
            assert 0 <= here <= getattr(funnel, stage.value)
        assert funnel.accepted <= 2


MOVES = ("put_on_hold", "resume", "cancel", "reopen")
OTHERS = ("log", "undo", "correct")
acts = st.sampled_from(["next"] * len(WAYS) + [*WAYS, *MOVES, *OTHERS, "resume", "reopen"])


@pytest.mark.django_db
@pytest.mark.one_database
@settings(max_examples=12, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(said=st.lists(st.tuples(st.integers(0, 2), acts), min_size=24, max_size=24))
def test_no_order_of_acts_parts_ledger_and_records(said: list[tuple[int, str]]) -> None:
    """The thousand sequences of the pure part are in test_submission_states."""
    with transaction.atomic():
        job = Job()
        for at, (which, act) in enumerate(said, 1):
            job.do(which, act)
            if at % 8 == 0:
                job.check()
        transaction.set_rollback(True)


# --- what is typed beside what is recorded -------------------------------------------------


@pytest.fixture
def sent(requisition: Requisition) -> Requisition:
    """Two resumes are recorded, and three others were typed."""
    make_slate(requisition, make_submission(requisition), make_submission(requisition))
    make_checkpoint(requisition, counts={Stage.SUBMITTED: 3})
    return Requisition.objects.select_related("funnel", "client").get(pk=requisition.pk)


def correct(requisition: Requisition, delta: int, by: User) -> None:
    entry = Entry(Stage.SUBMITTED, delta, NOW.date(), StageCount.Source.CORRECTION)
    with transaction.atomic():
        add_entries(Requisition.objects.locked().get(pk=requisition.pk), [entry], by=by, now=NOW)


def test_others_never_fall_below_none(sent: Requisition, recruiter: User) -> None:
    with pytest.raises(ValidationError, match="2 of them are recorded") as refusal:
        correct(sent, -4, recruiter)
    assert list(refusal.value.message_dict) == ["submitted"]
    correct(sent, -3, recruiter)
    sent.funnel.refresh_from_db()
    assert (sent.funnel.submitted, sent.funnel.recorded_submitted) == (2, 2)


@pytest.mark.parametrize("change", [{"submitted": 1}, {"recorded_submitted": -1}])
def test_database_holds_the_records_within_the_total(
    sent: Requisition, change: dict[str, int]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Funnel.objects.filter(pk=sent.pk).update(**change)


def test_forms_say_what_is_recorded(
    sent: Requisition, recruiter: User, sign_in: Callable[[User], Browser]
) -> None:
    browser = sign_in(recruiter)
    page = browser.get(sent.get_absolute_url()).text
    assert '5<span class="visually-hidden"> so far</span>, 2 here' in page
    assert page.count('others<span class="visually-hidden">, not recorded here') == len(REACHED)
    assert "Log only others, not recorded here." in page
    row = browser.get("/round/").text
    assert '2 here<span class="visually-hidden">; log only others, not recorded here' in row
    checkpoint = Checkpoint.objects.get(requisition=sent)
    assert "2 here" in browser.get(f"/checkpoints/{checkpoint.pk}/correction/").text


def test_forms_say_nothing_of_it_before_the_first_resume_is_sent(
    requisition: Requisition, recruiter: User, sign_in: Callable[[User], Browser]
) -> None:
    make_checkpoint(requisition, counts={Stage.SUBMITTED: 3})
    make_submission(requisition)
    assert "not recorded here" not in sign_in(recruiter).get(requisition.get_absolute_url()).text


def test_pasted_counts_are_said_to_come_on_top(sent: Requisition) -> None:
    table = pasting.read(f"Title\tSubmitted\n{sent.title}\t4")
    [row] = pasting.rows(table, table.guess(), [sent], key=uuid.uuid4(), today=NOW.date())
    assert row.others == [
        "Resumes submitted: 2 recorded here count by themselves. 4 more would be others, not "
        "recorded here."
    ]


# --- what check_funnels finds --------------------------------------------------------------


def found_by_command() -> str:
    output = StringIO()
    with pytest.raises(CommandError):
        call_command("check_funnels", stdout=output)
    return output.getvalue()


def test_check_funnels_finds_a_ledger_that_candidates_deny(sent: Requisition) -> None:
    submission = sent.submissions.all()[0]
    Submission.objects.filter(pk=submission.pk).update(submitted_on=None)
    assert found_by_command() == (
        f"{sent.pk} submitted: entries of candidates sum to 2, candidates come to 1\n"
        f"submission {submission.pk}: waiting, its records say waiting, submitted\n"
    )


def test_check_funnels_finds_a_state_that_records_deny(sent: Requisition) -> None:
    submission = sent.submissions.all()[0]
    Submission.objects.filter(pk=submission.pk).update(state="approved")
    assert found_by_command() == (
        f"submission {submission.pk}: approved, its records say waiting\n"
    )


def test_check_funnels_finds_a_recorded_part_that_is_no_sum(sent: Requisition) -> None:
    Funnel.objects.filter(pk=sent.pk).update(recorded_submitted=1)
    assert found_by_command() == f"{sent.pk} submitted: 1 recorded, entries sum to 2\n"


# --- two at once ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_approval_and_withdrawal_at_once_leave_one_truth(
    requisition: Requisition, recruiter: User, manager: User
) -> None:
    """Whoever is first, the other one is judged by what then stands."""
    submission = make_slate(requisition).submissions.get()
    barrier, results = Barrier(2), list[str]()

    def act(name: str, do: Callable[[], object]) -> None:
        barrier.wait()
        try:
            do()
            results.append(name)
        except NotNow:
            results.append(f"{name} too late")
        finally:
            connection.close()

    threads = [
        Thread(target=act, args=("approved", lambda: Decision.make(
            submission, "approve", by=manager, now=NOW))),
        Thread(target=act, args=("withdrawn", lambda: Withdrawal.withdraw(
            submission, whose="candidate", by=recruiter, now=NOW))),
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) in (["approved", "withdrawn"], ["approved too late", "withdrawn"])
    assert Submission.objects.get(pk=submission.pk).state == "withdrawn"
    assert apart() == []
    assert [*deviations(), *recorded_deviations()] == []


@pytest.mark.django_db
def test_slate_keeps_what_was_promised_and_a_decision_taken_back_does_not(
    requisition: Requisition, manager: User
) -> None:
    today = NOW.date()
    for stage in (Stage.SUBMITTED, Stage.APPROVED):
        make_checkpoint(requisition, promise=PromiseMade(stage, 1, today))
    submitted, approved = Promise.objects.order_by("-stage")
    one = make_submission(requisition)
    make_slate(requisition, one)
    submitted.refresh_from_db()
    assert submitted.kept_on == today
    said = Decision.make(one, "approve", by=manager, now=NOW)
    approved.refresh_from_db()
    assert approved.kept_on == today
    said.undo(by=manager, now=NOW)
    kept = Promise.objects.order_by("-stage").values_list("kept_on", flat=True)
    assert list(kept) == [today, None]
