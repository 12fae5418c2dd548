"""What becomes of a candidate after the approval, and the page that tells both sides."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from recruiting.accounts.models import User
from recruiting.approvals.models import (
    Answered,
    Decision,
    Feedback,
    Interview,
    NotNow,
    Offer,
    Parking,
    Round,
    StaleInterview,
    StaleOffer,
    Submission,
    Terms,
    Why,
    Withdrawal,
)
from recruiting.approvals.states import State
from recruiting.mailing.models import Mail
from requisitions.models import Requisition, Stage, StageCount, Status
from tests.factories import NOW, make_slate, make_submission

LATER = Round(NOW + timedelta(days=2), 60, "Room 1", "First interview", "Tim of data")
BEFORE = Round(NOW - timedelta(days=2), 60, "", "First interview")
TODAY = NOW.date()


@pytest.fixture
def approved(requisition: Requisition, manager: User) -> Submission:
    submission = make_slate(requisition).submissions.get()
    Decision.make(submission, "approve", by=manager, now=NOW)
    return fresh(submission)


def fresh(submission: Submission) -> Submission:
    return Submission.objects.select_related("requisition__funnel").get(pk=submission.pk)


def state(submission: Submission) -> str:
    return fresh(submission).state


def totals(submission: Submission) -> dict[str, int]:
    found = fresh(submission).requisition.funnel.totals.items()
    return {stage.value: total for stage, total in found if total}


def plan(submission: Submission, by: User, wanted: Round = LATER) -> Interview:
    return Interview.schedule(submission, wanted, pk=uuid.uuid4(), by=by, now=NOW)


def was(submission: Submission, by: User) -> Interview:
    return Interview.log(submission, BEFORE, pk=uuid.uuid4(), by=by, now=NOW)


def offer(submission: Submission, by: User) -> Offer:
    return Offer.make(submission, Terms(TODAY), pk=uuid.uuid4(), by=by, now=NOW)


def test_interview_stands_and_counts_once_it_was_held(
    approved: Submission, recruiter: User, manager: User
) -> None:
    interview = plan(approved, recruiter)
    assert state(approved) == State.INTERVIEWING
    assert totals(approved) == {"submitted": 1, "approved": 1}
    assert {mail.recipient for mail in Mail.objects.kind("interview")} == {recruiter, manager}
    with pytest.raises(NotNow, match="still to come"):
        interview.record_held(by=recruiter, now=NOW)
    for _ in range(2):
        interview.record_held(by=recruiter, now=LATER.begins_at)
    assert totals(approved) == {"submitted": 1, "approved": 1, "interviewed": 1}
    assert [mail.recipient for mail in Mail.objects.kind("interview_feedback")] == [manager]
    interview.unheld(by=recruiter, now=LATER.begins_at)
    assert totals(approved) == {"submitted": 1, "approved": 1}


def test_interview_in_the_past_is_recorded_on_its_day_without_calendars(
    approved: Submission, recruiter: User
) -> None:
    was(approved, recruiter)
    assert not Mail.objects.kind("interview").exists()
    entry = StageCount.objects.get(submission=approved, stage=Stage.INTERVIEWED)
    assert entry.on == BEFORE.begins_at.date()
    with pytest.raises(ValidationError, match="still to come"):
        Interview.log(approved, LATER, pk=uuid.uuid4(), by=recruiter, now=NOW)
    with pytest.raises(ValidationError, match="is over"):
        plan(approved, recruiter, BEFORE)


def test_form_sent_again_makes_one_interview(approved: Submission, recruiter: User) -> None:
    key = uuid.uuid4()
    made = {Interview.schedule(approved, LATER, pk=key, by=recruiter, now=NOW) for _ in range(3)}
    assert len(made) == Interview.objects.count() == 1
    other = make_slate(approved.requisition, make_submission(approved.requisition))
    with pytest.raises(Interview.DoesNotExist):
        Interview.schedule(other.submissions.get(), LATER, pk=key, by=recruiter, now=NOW)


def test_who_is_not_approved_is_not_interviewed(requisition: Requisition, recruiter: User) -> None:
    submission = make_slate(requisition).submissions.get()
    with pytest.raises(NotNow, match="not approved yet"):
        plan(submission, recruiter)
    with pytest.raises(NotNow, match="waiting for a decision"):
        offer(submission, recruiter)


def test_stale_move_is_refused_and_calling_off_twice_is_once(
    approved: Submission, recruiter: User
) -> None:
    interview = plan(approved, recruiter)
    moved = Round(LATER.begins_at + timedelta(hours=1), 60, "", "First interview")
    interview.move(moved, sequence=0, by=recruiter, now=NOW)
    with pytest.raises(StaleInterview) as stale:
        interview.move(LATER, sequence=0, by=recruiter, now=NOW)
    assert stale.value.current.begins_at == moved.begins_at
    for _ in range(2):
        interview.cancel(sequence=1, by=recruiter, now=NOW, reason="Ill")
    assert (interview.sequence, state(approved)) == (2, State.APPROVED)
    with pytest.raises(StaleInterview):
        interview.record_held(by=recruiter, now=LATER.begins_at)


def test_feedback_says_that_it_took_place_and_can_be_taken_back(
    approved: Submission, recruiter: User, manager: User
) -> None:
    interview = plan(approved, recruiter)
    with pytest.raises(NotNow, match="still to come"):
        Feedback.give(interview, "on", by=manager, now=NOW)
    said = Feedback.give(interview, "on", "Good", by=manager, now=LATER.begins_at)
    assert Feedback.give(interview, "on", "Good", by=manager, now=LATER.begins_at) == said
    assert totals(approved)["interviewed"] == 1
    with pytest.raises(NotNow, match="Speak with each other"):
        interview.unheld(by=recruiter, now=LATER.begins_at)
    with pytest.raises(NotNow, match="which are over"):
        said.undo(by=manager, now=LATER.begins_at + timedelta(minutes=10))
    said.undo(by=manager, now=LATER.begins_at + timedelta(minutes=9))
    assert not Feedback.objects.exists()


def test_feedback_is_the_managers(approved: Submission, recruiter: User, watcher: User) -> None:
    interview = was(approved, recruiter)
    for person in (recruiter, watcher):
        with pytest.raises(PermissionDenied):
            Feedback.give(interview, "on", by=person, now=NOW)


def test_stop_needs_one_reason_and_ends_it(
    approved: Submission, recruiter: User, manager: User
) -> None:
    interview = was(approved, recruiter)
    with pytest.raises(ValidationError, match="Choose one reason"):
        Feedback.give(interview, "stop", by=manager, now=NOW)
    assert not Feedback.objects.exists()
    said = Feedback.give(interview, "stop", "", Why("pay"), by=manager, now=NOW)
    assert state(approved) == State.DECLINED
    assert totals(approved) == {"submitted": 1, "approved": 1, "interviewed": 1}
    said.undo(by=manager, now=NOW)
    assert state(approved) == State.INTERVIEWING


def test_stop_that_is_taken_back_as_a_decision_is_said_no_more(
    approved: Submission, recruiter: User, manager: User
) -> None:
    Feedback.give(was(approved, recruiter), "stop", "", Why("pay"), by=manager, now=NOW)
    approved.decisions.get(stage="interview").undo(by=manager, now=NOW)
    assert not Feedback.objects.exists()


def test_acceptance_fills_the_requisition_and_taking_it_back_opens_it(
    approved: Submission, recruiter: User
) -> None:
    made = offer(approved, recruiter)
    assert state(approved) == State.OFFERED
    made.give_answer(Answered("accepted", TODAY), by=recruiter, now=NOW)
    assert (state(approved), fresh(approved).requisition.status) == (
        State.ACCEPTED, Status.FILLED,
    )  # fmt: skip
    with pytest.raises(NotNow, match="Take that back first"):
        made.undo(by=recruiter, now=NOW)
    made.take_back_answer(by=recruiter, now=NOW)
    assert (state(approved), fresh(approved).requisition.status) == (State.OFFERED, Status.OPEN)
    made.undo(by=recruiter, now=NOW)
    assert totals(approved) == {"submitted": 1, "approved": 1}


def test_acceptance_beyond_the_openings_is_refused_in_words(
    approved: Submission, recruiter: User, manager: User
) -> None:
    second = make_slate(approved.requisition).submissions.get()
    Decision.make(second, "approve", by=manager, now=NOW)
    offers = [offer(one, recruiter) for one in (approved, second)]
    offers[0].give_answer(Answered("accepted", TODAY), by=recruiter, now=NOW)
    with pytest.raises(ValidationError, match="Raise the openings") as refusal:
        offers[1].give_answer(Answered("accepted", TODAY), by=recruiter, now=NOW)
    assert list(refusal.value.message_dict) == ["answer"]
    assert state(second) == State.OFFERED


def test_refusal_needs_the_candidates_reason_and_leaves_room_for_another_offer(
    approved: Submission, recruiter: User
) -> None:
    first = offer(approved, recruiter)
    with pytest.raises(ValidationError, match="reason"):
        first.give_answer(Answered("declined", TODAY), by=recruiter, now=NOW)
    first.give_answer(Answered("declined", TODAY, "pay"), by=recruiter, now=NOW)
    assert state(approved) == State.REFUSED
    later = NOW + timedelta(hours=1)
    second = Offer.make(approved, Terms(TODAY), pk=uuid.uuid4(), by=recruiter, now=later)
    assert state(approved) == State.OFFERED
    with pytest.raises(NotNow, match="Another offer"):
        first.take_back_answer(by=recruiter, now=later)
    with pytest.raises(StaleOffer):
        first.give_answer(Answered("accepted", TODAY), by=recruiter, now=later)
    assert second.answer == ""
    assert totals(approved)["offered"] == 1


def test_on_hold_rests_until_taken_up(approved: Submission, recruiter: User) -> None:
    for _ in range(2):
        Parking.park(approved, reason="Until May", by=recruiter, now=NOW)
    assert state(approved) == State.PARKED
    with pytest.raises(NotNow, match="Take it up again"):
        plan(approved, recruiter)
    for _ in range(2):
        Parking.end(approved, by=recruiter, now=NOW)
    assert (state(approved), approved.parkings.count()) == (State.APPROVED, 1)


def test_withdrawal_keeps_what_was_counted_and_can_be_taken_back(
    approved: Submission, recruiter: User
) -> None:
    for _ in range(2):
        Withdrawal.withdraw(approved, whose="candidate", by=recruiter, now=NOW)
    assert (state(approved), totals(approved)) == (
        State.WITHDRAWN, {"submitted": 1, "approved": 1},
    )  # fmt: skip
    with pytest.raises(NotNow, match="withdrawn"):
        plan(approved, recruiter)
    Withdrawal.undo(approved, by=recruiter, now=NOW)
    assert state(approved) == State.APPROVED


def test_who_has_accepted_is_not_withdrawn(approved: Submission, recruiter: User) -> None:
    made = offer(approved, recruiter)
    made.give_answer(Answered("accepted", TODAY), by=recruiter, now=NOW)
    with pytest.raises(NotNow, match="Take that answer back"):
        Withdrawal.withdraw(approved, whose="candidate", by=recruiter, now=NOW)


def test_interview_to_which_nobody_came_is_not_told_to_calendars(
    approved: Submission, recruiter: User
) -> None:
    interview = plan(approved, recruiter)
    over = LATER.begins_at + timedelta(hours=2)
    interview.cancel(sequence=0, by=recruiter, now=over, reason="Nobody came")
    assert not Mail.objects.kind("interview_cancelled").exists()
    assert state(approved) == State.APPROVED
