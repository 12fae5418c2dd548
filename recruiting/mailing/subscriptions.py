"""Stopping and resuming a kind of mail, by its link or by the person's preferences."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from recruiting.audit.models import record
from recruiting.mailing import kinds
from recruiting.mailing.models import Unsubscription

if TYPE_CHECKING:
    from recruiting.accounts.models import User


@dataclass(frozen=True)
class Wish:
    """Whether a person gets one kind of mail that she may stop."""

    kind: kinds.Kind
    is_on: bool


def wishes(user: "User", about: str = "") -> tuple[Wish | None, list[Wish]]:
    """The kind named in `about`, if this person may stop it, and all the others."""
    stopped = set(Unsubscription.objects.filter(user=user).values_list("kind", flat=True))
    every = [Wish(kind, kind.name not in stopped) for kind in kinds.stoppable(user)]
    asked = next((wish for wish in every if wish.kind.name == about), None)
    return asked, [wish for wish in every if wish is not asked]


def is_stopped(user: "User", kind: str) -> bool:
    return Unsubscription.objects.filter(user=user, kind=kind).exists()


def stop(user: "User", kind: str, *, by: "User", now: datetime) -> None:
    """No more mail of this kind. Twice is once."""
    with transaction.atomic():
        _, new = Unsubscription.objects.get_or_create(user=user, kind=kind, defaults={"at": now})
        if not new:
            return
        if kind in kinds.names() and (stopped := kinds.get(kind).stopped):
            stopped(user)
        record(f"stopped the {kind}", user, by=by, now=now)


def resume(user: "User", kind: str, *, by: "User", now: datetime) -> None:
    """Mail of this kind again, from the next one on. Twice is once."""
    with transaction.atomic():
        gone, _ = Unsubscription.objects.filter(user=user, kind=kind).delete()
        if not gone:
            return
        if resumed := kinds.get(kind).resumed:
            resumed(user, now)
        record(f"resumed the {kind}", user, by=by, now=now)
