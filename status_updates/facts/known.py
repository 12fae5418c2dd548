"""The facts of a requisition and its news, as of a day and to a reader. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple
from uuid import UUID

from requisitions.models import STAGES, Requisition, Stage, StatusChange
from requisitions.stages import counted_stages
from requisitions.words import (
    change_words,
    counted_word,
    day_words,
    moved_words,
    stage_words,
)
from status_updates.facts.standing import (
    days_on_hold,
    days_open,
    health,
    hold_until,
    quiet_days,
    sentence,
)
from status_updates.models import Promise

PROMISE_SHOWN_FOR = timedelta(days=14)
"""A kept promise stays in sight for this long after it was due or kept."""


@dataclass(frozen=True)
class PromiseFact:
    id: UUID
    stage: Stage
    text: str
    due_on: date
    state: str
    by: UUID
    moved_from: date | None = None
    moved_why: str = ""

    @property
    def moved_words(self) -> str:
        """ ", moved from Tue 10 Mar", or nothing."""
        day = self.moved_from
        return f", moved from {day:%a} {day.day} {day:%b}" if day else ""

    @property
    def is_open(self) -> bool:
        return self.state in ("open", "due today", "missed")


class Asked(NamedTuple):
    """A question of a recruiter on the job that nobody has answered."""

    at: datetime
    by: UUID
    note: UUID


@dataclass(frozen=True)
class Facts:
    """One requisition as its readers are told of it."""

    requisition: Requisition
    totals: Mapping[Stage, int]
    stages: Sequence[Stage]
    """Those that the client counts: what is told is about these."""
    moved: Mapping[Stage, int]
    health: str
    sentence: str
    days_open: int | None
    days_on_hold: int
    hold_until: date | None
    quiet_days: int | None
    next_step: str
    promises: Sequence[PromiseFact]
    news: Sequence[str]
    kept: Sequence[str] = ()
    """Promises that are news because they were kept."""
    since: datetime | None = None
    """When it came to its status."""
    questions: Sequence[Asked] = ()

    @property
    def moved_words(self) -> str:
        return moved_words(self.moved)

    @property
    def tally(self) -> list[tuple[str, str]]:
        """Each stage reached, as its number and its word."""
        reached = ((stage, self.totals[stage]) for stage in self.stages if self.totals[stage])
        return [(f"{total:,}", counted_word(stage, total)) for stage, total in reached]

    @property
    def open_promises(self) -> list[PromiseFact]:
        return [promise for promise in self.promises if promise.is_open]


@dataclass(frozen=True)
class Material:
    """Rows behind the facts of some requisitions, by requisition."""

    counts: Mapping[UUID, list[tuple[str, int, datetime]]] = field(default_factory=dict)
    changes: Mapping[UUID, list[StatusChange]] = field(default_factory=dict)
    promises: Mapping[UUID, list[Promise]] = field(default_factory=dict)
    written: Mapping[UUID, list[tuple[datetime, str, UUID]]] = field(default_factory=dict)
    """When a checkpoint, a note, a question or an answer was written or a candidate declined,
    which of these, by whom."""
    questions: Mapping[UUID, list[Asked]] = field(default_factory=dict)

    def facts(
        self,
        requisition: Requisition,
        *,
        since: datetime | None,
        today: date,
        zone: tzinfo = UTC,
        reader: UUID | None = None,
    ) -> Facts:
        """The facts as of `today` in the reader's `zone`; nothing is news without a `since`, and
        what the `reader` wrote is none to her."""
        pk = requisition.pk
        changes = self.changes.get(pk, [])
        held = days_on_hold(requisition, changes, today=today, zone=zone)
        lasted = days_open(requisition, held, today)
        quiet = quiet_days(requisition, changes, today, zone)
        totals = requisition.funnel.totals
        stages = counted_stages(requisition.client.hidden)
        every_move = self._moved(pk, since)
        moved = {stage: delta for stage, delta in every_move.items() if stage in stages}
        news: list[str] = []
        kept: list[str] = []
        if since is not None:
            kept = self._kept(pk, since, totals, every_move)
            news = self._news(pk, since, moved, kept, today, zone, reader)
        return Facts(
            requisition=requisition,
            totals=totals,
            stages=stages,
            moved=moved,
            health=health(requisition, quiet),
            sentence=sentence(requisition, changes, totals, stages, lasted, quiet, zone),
            days_open=lasted,
            days_on_hold=held,
            hold_until=hold_until(requisition, changes),
            quiet_days=quiet,
            next_step=(
                requisition.latest_checkpoint.next_step if requisition.latest_checkpoint else ""
            ),
            promises=self._promises(pk, today),
            news=news,
            kept=kept,
            since=changes[-1].at if changes else None,
            questions=sorted(self.questions.get(pk, ())),
        )

    def _moved(self, pk: UUID, since: datetime | None) -> dict[Stage, int]:
        moved: dict[str, int] = {}
        if since is not None:
            for stage, delta, at in self.counts.get(pk, ()):
                if at > since:
                    moved[stage] = moved.get(stage, 0) + delta
        return {stage: moved[stage] for stage in STAGES if moved.get(stage)}

    def _promises(self, pk: UUID, today: date) -> list[PromiseFact]:
        return [
            PromiseFact(
                id=promise.pk,
                stage=Stage(promise.stage),
                text=stage_words(Stage(promise.stage), promise.count),
                due_on=promise.due_on,
                state=promise.state(today),
                by=promise.by_id,
                moved_from=promise.first_due_on,
                moved_why=promise.move_reason,
            )
            for promise in self.promises.get(pk, [])
            if promise.kept_on is None
            or max(promise.due_on, promise.kept_on) >= today - PROMISE_SHOWN_FOR
        ]

    def _kept(
        self,
        pk: UUID,
        since: datetime,
        totals: Mapping[Stage, int],
        every_move: Mapping[Stage, int],
    ) -> list[str]:
        """What was promised before and kept since: the total of then had not reached it. Not by
        its day, since it may be logged later."""
        kept = []
        for promise in self.promises.get(pk, ()):
            if promise.kept_on and promise.made_at <= since:
                stage = Stage(promise.stage)
                if totals[stage] - every_move.get(stage, 0) < promise.goal:
                    kept.append(stage_words(stage, promise.count))
        return kept

    def _news(
        self,
        pk: UUID,
        since: datetime,
        moved: Mapping[Stage, int],
        kept: Sequence[str],
        today: date,
        zone: tzinfo,
        reader: UUID | None,
    ) -> list[str]:
        lines = [_change_line(change) for change in self.changes.get(pk, ()) if change.at > since]
        if moved:
            lines.append(moved_words(moved))
        lines += [f"Promise kept: {what}" for what in kept]
        for promise in self.promises.get(pk, ()):
            due_on = promise.due_on
            if promise.made_at > since:
                what = stage_words(Stage(promise.stage), promise.count)
                lines.append(f"Promised: {what} by {due_on:%A} {day_words(due_on)}")
            elif promise.kept_on is None and since.astimezone(zone).date() <= due_on < today:
                what = stage_words(Stage(promise.stage), promise.count)
                lines.append(f"Promise missed: {what}, due {day_words(due_on)}")
        rows = self.written.get(pk, ())
        written = Counter(kind for at, kind, by in rows if at > since and by != reader)
        lines += _talk_lines(written)
        if not lines and written:
            lines.append("A note was added")
        return lines


def _talk_lines(written: Mapping[str, int]) -> list[str]:
    lines = []
    if declined := written.get("declined", 0):
        lines.append(f"{declined:,} {'candidate' if declined == 1 else 'candidates'} declined")
    if asked := written.get("question", 0):
        lines.append(f"{asked:,} {'question' if asked == 1 else 'questions'} asked")
    if answered := written.get("answer", 0):
        lines.append("Question answered" if answered == 1 else f"{answered:,} answers given")
    return lines


def _change_line(change: StatusChange) -> str:
    reason = change.reason.rstrip(".")
    return f"{change_words(change)}: {reason}" if reason else change_words(change)
