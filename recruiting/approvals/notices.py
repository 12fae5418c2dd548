"""Who is told what of submissions, in the transaction of what it tells of."""

from datetime import datetime
from typing import TYPE_CHECKING

from recruiting.accounts.models import Delegation, Notification, NotificationKind, Told, User
from recruiting.mailing import ledger

if TYPE_CHECKING:
    from recruiting.approvals.models import Decision, Slate
    from requisitions.models import Requisition

SLATE = "slate"
"""The kind of mail that brings a slate, and the purpose of its work link."""

PLACE = "candidates/"
"""On the page of a requisition, the page of its candidates."""


def asked_to_decide(requisition: "Requisition", now: datetime) -> list[User]:
    """The manager, and who stands in for him now. One statement."""
    assert requisition.manager is not None, "a slate is sent to somebody"
    standing = Delegation.objects.standing(now).filter(
        user=requisition.manager, client=requisition.client_id
    )
    people = [requisition.manager]
    return people + [one.delegate for one in standing.select_related("delegate")]


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
