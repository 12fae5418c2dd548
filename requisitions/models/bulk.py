"""One thing done to many requisitions at once, remembered so that it can be undone as one."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction

from requisitions import notices
from requisitions.models.requisition import Requisition, StaleVersion
from requisitions.models.status import NotAllowed, Status
from requisitions.models.watcher import Watcher

if TYPE_CHECKING:
    from recruiting.accounts.models import User

BULK_MAX = 500
"""Requisitions changed in one go, row by row with their records: a few seconds of work."""

CHANGED_SINCE = "It was changed after the list was shown."
CHANGED_AFTER = "It was changed again since."


@dataclass(frozen=True)
class Shown:
    """A requisition as the person saw it when choosing it."""

    pk: uuid.UUID
    version: int
    status: str

    def __str__(self) -> str:
        return f"{self.pk}.{self.version}.{self.status}"

    @classmethod
    def read(cls, text: str) -> "Shown":
        """Raises ValueError for what `str` never writes."""
        pk, version, status = text.split(".")
        if not version.isdecimal() or len(version) > 9:
            raise ValueError(text)
        return cls(uuid.UUID(pk), int(version), status)


@dataclass(frozen=True)
class Order:
    """What to do with each: `person` takes over or watches, `reason` and `until` are a hold's.

    In a handover there is one who takes over for each client, in `takers`.
    """

    kind: "BulkAction.Kind"
    person: "User | None" = None
    reason: str = ""
    until: date | None = None
    takers: Mapping[uuid.UUID, "User"] = field(default_factory=dict)

    def taker(self, client: uuid.UUID) -> "User | None":
        return self.takers.get(client, self.person)


@dataclass(frozen=True)
class Moved:
    """A requisition that was changed, with its recruiter before and after."""

    row: Requisition
    before: "User"
    after: "User"


class BulkActionQuerySet(models.QuerySet["BulkAction"]):
    def visible_to(self, user: "User") -> Self:
        """One's own: only who did it sees what it could not do, and undoes it."""
        return self.filter(by=user)


class BulkAction(models.Model):
    """Who did what to how many. Its `changes` are the rows that it changed and how they were;
    `refused` are those that it left alone, each with its title and the reason."""

    class Kind(models.TextChoices):
        RECRUITER = "recruiter", "Another recruiter"
        MANAGER = "manager", "Another manager"
        HOLD = "hold", "Put on hold"
        WATCH = "watch", "Somebody watches"
        UNWATCH = "unwatch", "Somebody watches no more"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)
    until = models.DateField(null=True)
    refused = models.JSONField(default=list)
    back_to = models.CharField(max_length=2000, blank=True)
    undone_at = models.DateTimeField(null=True)
    not_undone = models.JSONField(default=list)

    objects = BulkActionQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def run(
        cls, order: Order, shown: Sequence[Shown], *, by: "User", now: datetime, back_to: str = ""
    ) -> "BulkAction":
        """Do it to each of the requisitions that `by` sees; those that refuse stay as they are.

        What `by` does not see is passed over as if it were not there.
        """
        as_seen = {one.pk: one for one in shown}
        with transaction.atomic():
            action = cls.objects.create(
                kind=order.kind, by=by, at=now, person=order.person, reason=order.reason,
                until=order.until, back_to=back_to,
            )  # fmt: skip
            # In one order for all, so that two who act on the same rows wait and do not lock
            # each other out.
            rows = Requisition.objects.visible_to(by).filter(pk__in=as_seen).order_by("pk")
            changed = []
            for row in rows.locked().select_related("recruiter", "manager"):
                before = row.recruiter
                if action._change(row, as_seen[row.pk], order, now):
                    changed.append(Moved(row, before, row.recruiter))
            action.save(update_fields=["refused"])
            notices.tell_of_bulk(action, changed, now=now)
        return action

    @property
    def order(self) -> Order:
        return Order(BulkAction.Kind(self.kind), self.person, self.reason, self.until)

    def undo(self, *, now: datetime) -> None:
        """Bring back how the rows were, except those that were changed again. Twice is once."""
        with transaction.atomic():
            mine = BulkAction.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if mine.undone_at is None:
                mine._take_back(now)
        self.undone_at, self.not_undone = mine.undone_at, mine.not_undone

    def changes_seen(self) -> "models.QuerySet[BulkChange]":
        """Those of requisitions that who did it still sees."""
        return self.changes.filter(requisition__in=Requisition.objects.visible_to(self.by))

    def _change(self, row: Requisition, seen: Shown, order: Order, now: datetime) -> bool:
        """Do it to one; False when it refuses."""
        try:
            if (row.version, row.status) != (seen.version, seen.status):
                raise NotAllowed(CHANGED_SINCE)
            with transaction.atomic():
                mark = _ACTS[order.kind](row, order, self.by, now)
                BulkChange.objects.create(action=self, requisition=row, **mark)
        except (NotAllowed, StaleVersion, ValidationError) as error:
            self.refused.append(_refusal(row, error))
            return False
        return True

    def _take_back(self, now: datetime) -> None:
        before = {change.requisition_id: change for change in self.changes_seen()}
        if unseen := self.changes.count() - len(before):
            some = "1 requisition" if unseen == 1 else f"{unseen} requisitions"
            why = f"You no longer see {'it' if unseen == 1 else 'them'}."
            self.not_undone.append({"requisition": "", "title": some, "why": why})
        rows = Requisition.objects.filter(pk__in=before).order_by("pk")
        undone = []
        for row in rows.locked().select_related("recruiter", "manager"):
            left = row.recruiter
            try:
                with transaction.atomic():
                    _UNDOES[BulkAction.Kind(self.kind)](row, before[row.pk], now)
            except (NotAllowed, StaleVersion, ValidationError) as error:
                self.not_undone.append(_refusal(row, error))
            else:
                undone.append(Moved(row, left, row.recruiter))
        self.undone_at = now
        self.save(update_fields=["undone_at", "not_undone"])
        notices.tell_of_bulk_undone(self, undone, now=now)


class BulkChange(models.Model):
    """One row that a bulk action changed: how it was, and a mark of how it was left.

    `before` is the person who had it; `left` the version, the status change or the watcher that
    the action made. A row that no longer shows `left` was changed again.
    """

    action = models.ForeignKey(BulkAction, models.CASCADE, related_name="changes")
    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, related_name="bulk_changes"
    )
    before = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    left = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "requisition"], name="bulk_change_unique")
        ]

    def __str__(self) -> str:
        return f"{self.action_id} {self.requisition_id}"


Act = Callable[[Requisition, Order, "User", datetime], dict[str, Any]]
Undo = Callable[[Requisition, BulkChange, datetime], None]


def _hand_over(name: str, already: str) -> Act:
    def act(row: Requisition, order: Order, by: "User", now: datetime) -> dict[str, Any]:
        before, taker = getattr(row, name), order.taker(row.client_id)
        if taker is None:
            raise NotAllowed("Nobody was chosen who takes it over.")
        if before == taker:
            raise NotAllowed(already)
        row.edit({name: taker}, version=row.version, by=by, now=now, tells=False)
        return {"before": before, "left": row.version}

    return act


def _hand_back(name: str) -> Undo:
    def undo(row: Requisition, change: BulkChange, now: datetime) -> None:
        if row.version != change.left:
            raise NotAllowed(CHANGED_AFTER)
        if change.before is None:
            raise NotAllowed("It had no manager before, and somebody must answer for this job.")
        changes = {name: change.before}
        row.edit(changes, version=row.version, by=change.action.by, now=now, tells=False)

    return undo


def _hold(row: Requisition, order: Order, by: "User", now: datetime) -> dict[str, Any]:
    row.put_on_hold(by=by, now=now, reason=order.reason, until=order.until, tells=False)
    return {"left": _last_change(row)}


def _resume(row: Requisition, change: BulkChange, now: datetime) -> None:
    if row.status != Status.ON_HOLD or _last_change(row) != change.left:
        raise NotAllowed(CHANGED_AFTER)
    row.resume(by=change.action.by, now=now, tells=False)


def _last_change(row: Requisition) -> int | None:
    return row.status_changes.order_by("-at", "-id").values_list("pk", flat=True).first()


def _watch(row: Requisition, order: Order, by: "User", now: datetime) -> dict[str, Any]:
    assert order.person is not None
    if order.person.pk == row.manager_id:
        raise NotAllowed(f"{order.person} is its manager and sees it anyway.")
    if row.watchers.filter(user=order.person).exists():
        raise NotAllowed(f"{order.person} watches it already.")
    row.watch(order.person, by=by, now=now)
    return {"before": order.person, "left": row.watchers.get(user=order.person).pk}


def _unwatch_again(row: Requisition, change: BulkChange, now: datetime) -> None:
    watching = Watcher.objects.filter(pk=change.left or 0)
    if change.before is None or not watching.exists():
        raise NotAllowed(CHANGED_AFTER)
    row.unwatch(change.before, by=change.action.by, now=now)


def _unwatch(row: Requisition, order: Order, by: "User", now: datetime) -> dict[str, Any]:
    assert order.person is not None
    if not row.watchers.filter(user=order.person).exists():
        raise NotAllowed(f"{order.person} does not watch it.")
    row.unwatch(order.person, by=by, now=now)
    return {"before": order.person}


def _watch_again(row: Requisition, change: BulkChange, now: datetime) -> None:
    if change.before is None or row.watchers.filter(user=change.before).exists():
        raise NotAllowed(CHANGED_AFTER)
    row.watch(change.before, by=change.action.by, now=now)


_ACTS: dict[BulkAction.Kind, Act] = {
    BulkAction.Kind.RECRUITER: _hand_over("recruiter", "It is theirs already."),
    BulkAction.Kind.MANAGER: _hand_over("manager", "They answer for it already."),
    BulkAction.Kind.HOLD: _hold,
    BulkAction.Kind.WATCH: _watch,
    BulkAction.Kind.UNWATCH: _unwatch,
}
_UNDOES: dict[BulkAction.Kind, Undo] = {
    BulkAction.Kind.RECRUITER: _hand_back("recruiter"),
    BulkAction.Kind.MANAGER: _hand_back("manager"),
    BulkAction.Kind.HOLD: _resume,
    BulkAction.Kind.WATCH: _unwatch_again,
    BulkAction.Kind.UNWATCH: _watch_again,
}


def _refusal(row: Requisition, error: Exception) -> dict[str, str]:
    why = CHANGED_SINCE if isinstance(error, StaleVersion) else str(error)
    if isinstance(error, ValidationError):
        why = " ".join(error.messages)
    return {"requisition": str(row.pk), "title": row.title, "why": why}
