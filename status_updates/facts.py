"""What is true of a requisition now, and what changed since somebody last looked.

One source for the manager's home, the recruiter's desk, the shared page and the digest, so that
they cannot tell different stories. `load` asks the database a fixed number of times for any number
of requisitions; what follows is pure.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple
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
from requisitions.models import STAGES, Requisition, Stage, StageCount, Status, StatusChange
from requisitions.stages import counted_stages
from requisitions.words import (
    change_words,
    counted_word,
    day_words,
    days_words,
    moved_words,
    stage_words,
)
from status_updates.models import Checkpoint, Note, Promise

QUIET_AFTER = timedelta(days=7)
"""With neither a checkpoint nor a candidate who came further for longer, an open requisition counts
as quiet. Seven days between status updates is what a published recruiting agreement sets (Scribd;
see docs/decisions.md)."""

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
        days_open = _days_open(requisition, held, today)
        quiet = _quiet_days(requisition, changes, today, zone)
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
            health=_health(requisition, quiet),
            sentence=_sentence(requisition, changes, totals, stages, days_open, quiet, zone),
            days_open=days_open,
            days_on_hold=held,
            hold_until=_hold_until(requisition, changes),
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


def days_on_hold(
    requisition: Requisition,
    changes: Sequence[StatusChange],
    *,
    today: date,
    zone: tzinfo = UTC,
) -> int:
    """Days between the opening and today (or the closing) on which the requisition was on hold.

    `changes` in the order in which they happened.
    """
    if requisition.opened_on is None:
        return 0
    end = requisition.closed_on or today
    days = 0
    for change, following in zip(changes, [*changes[1:], None], strict=True):
        if change.to_status != Status.ON_HOLD:
            continue
        starts = max(change.at.astimezone(zone).date(), requisition.opened_on)
        ends = following.at.astimezone(zone).date() if following else end
        days += max((min(ends, end) - starts).days, 0)
    return days


def _days_open(requisition: Requisition, held: int, today: date) -> int | None:
    if requisition.opened_on is None:
        return None
    return max(((requisition.closed_on or today) - requisition.opened_on).days - held, 0)


def _hold_until(requisition: Requisition, changes: Sequence[StatusChange]) -> date | None:
    """When the hold is planned to end; None when it is not on hold or nobody knows."""
    return changes[-1].until if changes and requisition.status == Status.ON_HOLD else None


def _quiet_days(
    requisition: Requisition, changes: Sequence[StatusChange], today: date, zone: tzinfo
) -> int | None:
    """Days since the last checkpoint or step of a candidate, or since sourcing opened; only while
    it is open."""
    if requisition.status != Status.OPEN:
        return None
    opened = [c.at.astimezone(zone).date() for c in changes if c.to_status == Status.OPEN]
    marks = opened[-1:] or [requisition.created_at.astimezone(zone).date()]
    if requisition.latest_checkpoint:
        marks.append(requisition.latest_checkpoint.on)
    if recorded := getattr(changes[-1], "last_record", None) if changes else None:
        marks.append(recorded)
    return max((today - max(marks)).days, 0)


def _health(requisition: Requisition, quiet: int | None) -> str:
    if requisition.is_closed:
        return "closed"
    if requisition.status == Status.ON_HOLD:
        return "on hold"
    if requisition.status != Status.OPEN:
        return "not started"
    return "quiet" if quiet is not None and quiet > QUIET_AFTER.days else "healthy"


def _sentence(
    requisition: Requisition,
    changes: Sequence[StatusChange],
    totals: Mapping[Stage, int],
    stages: Sequence[Stage],
    days_open: int | None,
    quiet: int | None,
    zone: tzinfo,
) -> str:
    """Where it stands, in one sentence."""
    last = changes[-1] if changes else None
    day = day_words(last.at.astimezone(zone).date()) if last else ""
    why = f": {last.reason.rstrip('.')}" if last and last.reason else ""
    match requisition.status:
        case Status.DRAFT:
            return "A draft. Sourcing can start when its hiring manager is named."
        case Status.INTAKE:
            return "In intake: what the job needs is being agreed before sourcing starts."
        case Status.ON_HOLD:
            day = _hold_began(changes, zone)
            until = f" Planned to go on {day_words(last.until)}." if last and last.until else ""
            return f"On hold since {day}{why}.{until}"
        case Status.FILLED:
            return f"Filled on {day} after {days_words(days_open or 0)}."
        case Status.CANCELLED:
            return f"Cancelled on {day}{why}."
        case Status.PARTED:
            return f"Parted ways on {day}{why}."
    opened = f"Open for {days_words(days_open or 0)}"
    if requisition.openings > 1 and requisition.funnel.accepted:
        opened += f", {requisition.funnel.accepted:,} of {requisition.openings:,} filled"
    furthest = _furthest(totals, stages)
    if quiet is not None and quiet > QUIET_AFTER.days:
        return f"{opened}, {furthest}; nothing logged for {days_words(quiet)}."
    return f"{opened}, {furthest}."


def _furthest(totals: Mapping[Stage, int], stages: Sequence[Stage]) -> str:
    """The two stages furthest along, which is what a manager asks first. Where none that the
    client counts is reached, the others speak rather than that nobody was found."""
    every = [stage for stage in STAGES if totals[stage]]
    reached = [stage for stage in every if stage in stages] or every
    if not reached:
        return "no candidates found yet"
    return " and ".join(stage_words(stage, totals[stage]) for stage in reached[-2:])


def _hold_began(changes: Sequence[StatusChange], zone: tzinfo) -> str:
    """The day on which the hold began that may have been extended since."""
    began = [change.at for change in changes if change.from_status != Status.ON_HOLD]
    return day_words(began[-1].astimezone(zone).date()) if began else ""


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
