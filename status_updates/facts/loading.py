"""Asking the database for the rows behind the facts of many requisitions."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    CharField,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Greatest

from recruiting.accounts.models import Role
from recruiting.approvals.models import Decision, Submission
from recruiting.approvals.states import REACHED
from recruiting.lib.lookups import any_of, gathered
from requisitions.models import Requisition, StageCount, StatusChange
from status_updates.facts.known import PROMISE_SHOWN_FOR, Asked, Material
from status_updates.models import Checkpoint, Note, Promise


def load(
    requisitions: Iterable[Requisition],
    *,
    since: datetime | None,
    now: datetime,
    with_actors: bool = False,
) -> Material:
    """Fetch what `Material.facts` needs in three statements.

    `since` is the earliest instant that any reader asks about; without one, neither what is new
    nor open questions are fetched. The requisitions come with client, recruiter, manager, funnel
    and latest_checkpoint already selected. `with_actors`: also who changed the status.
    """
    ids = gathered(requisition.pk for requisition in requisitions)
    them = any_of("requisition__pk", ids)
    counts: defaultdict[UUID, list[Any]] = defaultdict(list)
    written: defaultdict[UUID, list[Any]] = defaultdict(list)
    changes: defaultdict[UUID, list[StatusChange]] = defaultdict(list)
    promises: defaultdict[UUID, list[Promise]] = defaultdict(list)
    questions: defaultdict[UUID, list[Asked]] = defaultdict(list)
    if since is not None:
        for pk, kind, at, by, delta, note in _happened(ids, since):
            if delta is not None:
                counts[pk].append((kind, delta, at))
            elif note is not None:
                questions[pk].append(Asked(at, by, note))
            else:
                written[pk].append((at, kind, by))
    status_changes = StatusChange.objects.filter(them)
    if with_actors:
        status_changes = status_changes.select_related("by")
    for change in status_changes.annotate(last_record=_last_record()):
        changes[change.requisition_id].append(change)
    standing = Promise.objects.filter(them, withdrawn_at=None)
    # A day more than is shown, since the reader's day may be another one than UTC's.
    oldest = (min(since, now) if since else now).date() - PROMISE_SHOWN_FOR - timedelta(days=1)
    recent = Q(kept_on=None) | Q(kept_on__gte=oldest) | Q(due_on__gte=oldest)
    for promise in standing.filter(recent).order_by("due_on", "made_at", "pk"):
        promises[promise.requisition_id].append(promise)
    return Material(counts, changes, promises, written, questions)


def _last_record() -> Subquery:
    """The last day on which a candidate of the requisition came a stage further. It comes with
    the changes of its status, of which each has one: so it costs no statement."""
    steps = [Coalesce(column, "submitted_on") for column in REACHED.values()]
    sent = Submission.objects.sent().filter(requisition=OuterRef("requisition")).order_by()
    return Subquery(sent.values("requisition").annotate(last=Max(Greatest(*steps))).values("last"))


def _happened(ids: Iterable[UUID], since: datetime) -> Iterable[tuple[Any, ...]]:
    """In one statement: what was counted, what everybody who sees the requisitions may read, and
    the questions of recruiters that are open, whenever they were asked."""
    them = any_of("requisition__pk", ids)
    counted = StageCount.objects.filter(them, created_at__gt=since)
    logged = Checkpoint.objects.standing().filter(them, at__gt=since)
    notes = Note.objects.standing().filter(them, is_private=False, at__gt=since)
    declined = Decision.objects.filter(
        any_of("submission__requisition__pk", ids),
        verdict=Decision.Verdict.DECLINE,
        undone_at=None,
        at__gt=since,
    )
    asked = Note.objects.open_questions().filter(
        them, by__role__in=[Role.RECRUITER, Role.LEAD]
    )  # fmt: skip
    rows = [
        counted.values_list("requisition", "stage", "created_at", _NOBODY, "delta", _NOBODY),
        logged.values_list("requisition", _word("logged"), "at", "by", _NO_NUMBER, _NOBODY),
        notes.values_list("requisition", "kind", "at", "by", _NO_NUMBER, _NOBODY),
        declined.values_list(
            "submission__requisition", _word("declined"), "at", "by", _NO_NUMBER, _NOBODY
        ),
        asked.values_list("requisition", _word("asked"), "at", "by", _NO_NUMBER, "pk"),
    ]
    first, *others = (one.order_by() for one in rows)
    return first.union(*others, all=True)


def _word(word: str) -> Value:
    return Value(word, CharField())


# Without a type PostgreSQL takes a NULL for text, which no other branch of a union goes with.
_NOBODY = Cast(Value(None), UUIDField())
_NO_NUMBER = Cast(Value(None), IntegerField())
