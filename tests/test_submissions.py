"""Where a submission stands, and the funnel that follows it."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from recruiting.accounts.models import User
from recruiting.approvals.models import AlreadyDecided, Decision, NotNow, Slate, Submission, Why
from recruiting.approvals.states import State
from recruiting.mailing.models import Mail
from requisitions.models import Requisition, Stage, StageCount
from tests.factories import NOW, make_candidate, make_slate, make_submission

Verdict = Decision.Verdict


def counted(requisition: Requisition) -> dict[Stage, int]:
    requisition.funnel.refresh_from_db()
    return {stage: total for stage, total in requisition.funnel.totals.items() if total}


def test_slate_counts_each_submission_and_asks_the_manager(
    requisition: Requisition, manager: User
) -> None:
    first, second = make_submission(requisition), make_submission(requisition)
    slate = make_slate(requisition, second, first)
    assert counted(requisition) == {Stage.SUBMITTED: 2}
    assert [one.pk for one in slate.submissions.all()] == [second.pk, first.pk]
    assert {one.state for one in slate.submissions.all()} == {State.WAITING}
    assert [mail.recipient for mail in Mail.objects.kind("slate")] == [manager]


def test_slate_sent_twice_is_one_slate(requisition: Requisition, recruiter: User) -> None:
    submission, key = make_submission(requisition), uuid.uuid4()
    slates = [
        Slate.send(requisition, [submission], pk=key, note="", by=recruiter, now=NOW)
        for _ in range(2)
    ]
    assert slates[0] == slates[1]
    assert counted(requisition) == {Stage.SUBMITTED: 1}


def test_slate_of_what_was_sent_before_is_refused(requisition: Requisition) -> None:
    submission = make_submission(requisition)
    make_slate(requisition, submission)
    with pytest.raises(ValidationError, match="a moment ago"):
        make_slate(requisition, submission)
    assert counted(requisition) == {Stage.SUBMITTED: 1}


def test_approval_counts_and_its_undoing_takes_the_count_back(
    requisition: Requisition, manager: User
) -> None:
    submission = make_slate(requisition).submissions.get()
    decision = Decision.make(submission, Verdict.APPROVE, by=manager, now=NOW)
    assert counted(requisition) == {Stage.SUBMITTED: 1, Stage.APPROVED: 1}
    decision.undo(by=manager, now=NOW + timedelta(minutes=9))
    assert counted(requisition) == {Stage.SUBMITTED: 1}
    assert Submission.objects.get(pk=submission.pk).state == State.WAITING
    entries = StageCount.objects.filter(submission=submission, stage=Stage.APPROVED)
    assert [one.delta for one in entries.order_by("id")] == [1, -1]


def test_decision_stands_after_ten_minutes(requisition: Requisition, manager: User) -> None:
    submission = make_slate(requisition).submissions.get()
    decision = Decision.make(submission, Verdict.APPROVE, by=manager, now=NOW)
    with pytest.raises(NotNow, match="ten minutes"):
        decision.undo(by=manager, now=NOW + timedelta(minutes=10))


def test_decision_that_differs_from_the_one_that_stands_is_refused(
    requisition: Requisition, manager: User
) -> None:
    submission = make_slate(requisition).submissions.get()
    first = Decision.make(submission, Verdict.APPROVE, by=manager, now=NOW)
    assert Decision.make(submission, Verdict.APPROVE, by=manager, now=NOW) == first
    with pytest.raises(AlreadyDecided) as refusal:
        Decision.make(submission, Verdict.DECLINE, Why("pay"), by=manager, now=NOW)
    assert refusal.value.current == first


def test_decline_needs_a_reason(requisition: Requisition, manager: User) -> None:
    submission = make_slate(requisition).submissions.get()
    with pytest.raises(ValidationError, match="Choose one reason"):
        Decision.make(submission, Verdict.DECLINE, by=manager, now=NOW)
    with pytest.raises(ValidationError, match="what is missing"):
        Decision.make(submission, Verdict.DECLINE, Why("new"), by=manager, now=NOW)


def test_recruiter_and_watcher_do_not_decide(
    requisition: Requisition, recruiter: User, watcher: User
) -> None:
    submission = make_slate(requisition).submissions.get()
    for person in (recruiter, watcher):
        with pytest.raises(PermissionDenied):
            Decision.make(submission, Verdict.APPROVE, by=person, now=NOW)


def test_decision_on_a_closed_requisition_says_why_not(
    requisition: Requisition, recruiter: User, manager: User
) -> None:
    submission = make_slate(requisition).submissions.get()
    requisition.cancel(by=recruiter, now=NOW, reason="No budget.")
    with pytest.raises(NotNow, match="cancelled: there is nothing to decide"):
        Decision.make(submission, Verdict.APPROVE, by=manager, now=NOW)


def test_drafts_are_seen_by_recruiters_alone(
    requisition: Requisition, recruiter: User, manager: User, other_recruiter: User
) -> None:
    draft = make_submission(requisition, make_candidate(requisition.client, by=recruiter))
    seen = [
        Submission.objects.visible_to(one).filter(pk=draft.pk).exists()
        for one in (recruiter, manager, other_recruiter)
    ]
    assert seen == [True, False, False]
