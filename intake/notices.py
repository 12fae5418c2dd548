"""Who is told what of a brief, and by which mail, in the transaction of what it tells of."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

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
    from intake.models.briefs import Brief, Side
    from requisitions.models import Requisition

TO_SIGN = "brief to sign"
"""The kind of mail that asks for a signature."""

SIGNED = "brief signed"
"""The kind of mail that confirms a signature by link to its owner."""

LASTS = timedelta(days=14)
"""A request that could not be sent for so long asks for nothing any more; its link is as old."""

PLACE = "brief/"
"""On the page of a requisition, the page of its brief."""


def ask_to_sign(
    brief: "Brief", side: "Side", requisition: "Requisition", *, by: User, now: datetime
) -> None:
    """The other side has signed: ask this one, and whoever stands in for the manager."""
    for person in _who_signs(requisition, side, now):
        ledger.queue(
            TO_SIGN,
            recipient=person,
            client=requisition.client,
            period=str(brief.pk),
            payload={"brief": str(brief.pk), "side": side.value},
            expires_at=now + LASTS,
            now=now,
        )
    what = "an amendment" if brief.reason else f"brief {brief.number}"
    words = f"signed {what} of {{what}} and asks for your signature"
    if side == "manager":
        words = f"asks for a signature under {what} of {{what}}"
    _tell(brief, "asked", words, requisition, by=by, now=now)


def tell_of_agreement(
    brief: "Brief", requisition: "Requisition", *, by: User, now: datetime
) -> None:
    """Both have signed; who was asked has dealt with it."""
    Notification.settle(f"asked:{brief.pk}", by=by, now=now)
    words = f"signed brief {brief.number} of {{what}}: it is in force"
    _tell(brief, "agreed", words, requisition, by=by, now=now)


def retract(brief: "Brief", *, now: datetime) -> None:
    """It was taken back, or another one takes its place: nobody is asked any more."""
    Notification.retract(f"asked:{brief.pk}", now=now)


def _who_signs(requisition: "Requisition", side: "Side", now: datetime) -> Iterable[User]:
    if side == "recruiter":
        return [requisition.recruiter]
    if requisition.manager is None:
        return []
    standing = Delegation.objects.standing(now).filter(
        user=requisition.manager, client=requisition.client_id
    )
    return [requisition.manager, *(one.delegate for one in standing.select_related("delegate"))]


def _tell(
    brief: "Brief", what: str, words: str, requisition: "Requisition", *, by: User, now: datetime
) -> None:
    told = {requisition.recruiter_id: Told(NotificationKind.STATUS, words)}
    Notification.tell(told, cause=f"{what}:{brief.pk}", by=by, now=now, requisition=requisition,
                      place=PLACE)  # fmt: skip


def confirm(brief: "Brief", *, by: User, now: datetime) -> None:
    """He signed by a link: a mail to its owner says so, with a way to contest it."""
    ledger.queue(
        SIGNED,
        recipient=by,
        client=brief.requisition.client,
        period=str(brief.pk),
        payload={"brief": str(brief.pk)},
        now=now,
    )


def tell_of_contest(contest: UUID, brief: "Brief", *, by: User, now: datetime) -> None:
    """The recruiter and all leads, at once: whether the brief stands is theirs to find out."""
    words = f"contests the signature under brief {brief.number} of {{what}}"
    leads = User.objects.active().filter(role=Role.LEAD).values_list("pk", flat=True)
    people = {brief.requisition.recruiter_id, *leads}
    told = dict.fromkeys(people, Told(NotificationKind.QUESTION, words))
    Notification.tell(told, cause=f"contest:{contest}", by=by, now=now,
                      requisition=brief.requisition, place=PLACE)  # fmt: skip
