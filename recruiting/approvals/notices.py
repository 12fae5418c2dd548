"""Who is told what of submissions, in the transaction of what it tells of."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from recruiting.accounts.models import (
    Delegation,
    Notification,
    NotificationKind,
    Role,
    Told,
    User,
)
from recruiting.mailing import ledger

if TYPE_CHECKING:
    from recruiting.approvals.models import (
        Decision,
        DecisionContest,
        Feedback,
        Interview,
        Question,
        Slate,
        Submission,
    )
    from requisitions.models import Requisition

SLATE = "slate"
"""The kind of mail that brings a slate, and the purpose of its work link."""

FEEDBACK = "interview_feedback"
"""The kind of mail that asks how an interview was."""

FEEDBACK_GIVEN = "interview_feedback_given"
"""The kind of mail that confirms what was said of it by the link."""

CONTEST = "decisions"
"""The purpose of links that contest decisions; their page is at `/mail/decisions/<slate>/`."""

ANSWER = "slate_answer"
"""The kind of mail that brings the answer to a question on a candidate."""

DECIDED = "decisions_made"
"""The kind of mail that confirms decisions by link to their owner."""

GATHERED = timedelta(minutes=15)
"""Decisions by link within one such stretch of the clock are confirmed in one mail."""

PLACE = "candidates/"
"""On the page of a requisition, the page of its candidates."""


def asked_to_decide(requisition: "Requisition", now: datetime) -> list[User]:
    """The manager, and who stands in for him now. One statement."""
    assert requisition.manager is not None, "a slate is sent to somebody"
    standing = Delegation.objects.standing(now).filter(
        user=requisition.manager, client=requisition.client_id
    )
    return [requisition.manager, *(one.delegate for one in standing.select_related("delegate"))]


def ask_for_decisions(slate: "Slate", requisition: "Requisition", *, now: datetime) -> None:
    """A mail with the slate to the manager, and to who stands in for him now."""
    for person in asked_to_decide(requisition, now):
        ledger.queue(
            SLATE,
            recipient=person,
            client=requisition.client,
            period=str(slate.pk),
            payload={"slate": str(slate.pk)},
            now=now,
        )


def ask_for_feedback(interview: "Interview", requisition: "Requisition", *, now: datetime) -> None:
    """A mail with one question to the manager, and to who stands in for him now."""
    for person in asked_to_decide(requisition, now):
        ledger.queue(
            FEEDBACK,
            recipient=person,
            client=requisition.client,
            period=f"{interview.pk.hex}.{now.isoformat()}",
            payload={
                "interview": str(interview.pk),
                "submissions": [str(interview.submission_id)],
            },
            now=now,
        )


def tell_of_feedback(
    said: "Feedback", requisition: "Requisition", *, by: User, now: datetime
) -> None:
    words = {"on": "wants to go on with a candidate for {what}",
             "unsure": "is not sure yet about a candidate for {what}"}[said.verdict]  # fmt: skip
    told = Told(NotificationKind.DECISION, words)
    Notification.tell(
        {requisition.recruiter_id: told}, cause=f"feedback:{said.pk}", by=by, now=now,
        requisition=requisition,
        place=f"{PLACE}#submission-{said.interview.submission_id}",
    )  # fmt: skip


def confirm_feedback(
    said: "Feedback", requisition: "Requisition", *, by: User, now: datetime
) -> None:
    """He said so by a link: a mail to its owner tells it, and whom to tell that it was not so."""
    interview = said.interview
    ledger.queue(
        FEEDBACK_GIVEN,
        recipient=by,
        client=requisition.client,
        period=f"{interview.pk.hex}.{now.isoformat()}",
        payload={"interview": str(interview.pk), "submissions": [str(interview.submission_id)]},
        now=now,
    )


def retract_feedback(said: "Feedback", *, now: datetime) -> None:
    Notification.retract(f"feedback:{said.pk}", now=now)


def tell_of_step(
    submission: "Submission", words: str, *, cause: str, by: User, now: datetime
) -> None:
    """The recruiter of the requisition is told what a colleague did."""
    requisition = submission.requisition
    Notification.tell(
        {requisition.recruiter_id: Told(NotificationKind.ENTRY, words)}, cause=cause, by=by,
        now=now, requisition=requisition, place=f"{PLACE}#submission-{submission.pk}",
    )  # fmt: skip


def tell_of_decision(
    decision: "Decision", requisition: "Requisition", *, by: User, now: datetime
) -> None:
    verb = "approved" if decision.is_approval else "declined"
    told = Told(NotificationKind.DECISION, f"{verb} a candidate for {{what}}")
    Notification.tell(
        {requisition.recruiter_id: told}, cause=f"decision:{decision.pk}", by=by, now=now,
        requisition=requisition, place=f"{PLACE}#submission-{decision.submission_id}",
    )  # fmt: skip


def retract_decision(
    decision: "Decision", requisition: "Requisition", *, by: User, now: datetime
) -> None:
    """Who has read it already is told that it was taken back."""
    cause = f"decision:{decision.pk}"
    seen = Notification.objects.filter(cause=cause, read_at__isnull=False).exists()
    Notification.retract(cause, now=now)
    if seen:
        told = Told(NotificationKind.DECISION, "took back a decision on a candidate for {what}")
        Notification.tell(
            {requisition.recruiter_id: told}, cause=f"undone:{decision.pk}", by=by, now=now,
            requisition=requisition, place=f"{PLACE}#submission-{decision.submission_id}",
        )  # fmt: skip


def tell_of_proposal(
    decision: "Decision", requisition: "Requisition", *, by: User, now: datetime
) -> None:
    """What he declined for is new, and now stands in the draft of the brief."""
    told = Told(NotificationKind.DECISION, "proposes a new requirement for the brief of {what}")
    Notification.tell(
        {requisition.recruiter_id: told}, cause=f"proposed:{decision.pk}", by=by, now=now,
        requisition=requisition, place=f"intake/#requirement-{decision.pk}",
    )  # fmt: skip


def tell_of_question(
    question: "Question", requisition: "Requisition", *, by: User, now: datetime
) -> None:
    told = Told(NotificationKind.DECISION, "asks about a candidate for {what} before deciding")
    Notification.tell(
        {requisition.recruiter_id: told}, cause=f"candidate-question:{question.pk}", by=by,
        now=now, requisition=requisition, place=f"{PLACE}#submission-{question.submission_id}",
    )  # fmt: skip


def bring_answer(
    question: "Question",
    submission: "Submission",
    requisition: "Requisition",
    *,
    by: User,
    now: datetime,
) -> None:
    """A mail with the answer to who asked. The recruiter who was told of the question is not told
    again of what a colleague has dealt with."""
    Notification.settle(f"candidate-question:{question.pk}", by=by, now=now)
    ledger.queue(
        ANSWER,
        recipient=question.by,
        client=requisition.client,
        period=str(question.pk),
        payload={
            "slate": str(submission.slate_id),
            "submissions": [str(submission.pk)],
            "question": str(question.pk),
        },
        now=now,
    )


def confirm(
    submission: "Submission",
    requisition: "Requisition",
    *,
    by: User,
    now: datetime,
) -> None:
    """He decided by a link: a mail to its owner says so at the end of the quarter of an hour, with
    a way to contest it."""
    since = quarter(now)
    ledger.queue(
        DECIDED,
        recipient=by,
        client=requisition.client,
        period=f"{submission.slate_id}.{since:%Y%m%d%H%M}",
        payload={"slate": str(submission.slate_id), "since": since.isoformat()},
        scheduled_at=since + GATHERED,
        now=now,
    )


def quarter(now: datetime) -> datetime:
    """When the quarter of an hour began that `now` is in."""
    at = now.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def tell_of_contest(
    contest: "DecisionContest", requisition: "Requisition", *, by: User, now: datetime
) -> None:
    """The recruiter and all leads, at once: what to make of the decisions is theirs to find out."""
    leads = User.objects.active().filter(role=Role.LEAD).values_list("pk", flat=True)
    told = Told(NotificationKind.QUESTION, "contests decisions on candidates for {what}")
    Notification.tell(
        dict.fromkeys({requisition.recruiter_id, *leads}, told), cause=f"contest:{contest.pk}",
        by=by, now=now, requisition=requisition, place=PLACE,
    )  # fmt: skip
