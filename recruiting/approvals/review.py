"""The review of candidates by who decides on them: one page, signed in or behind the link in a
mail. What both show is worked out here; how it came to be opened is `Door`'s."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils import timezone

from intake.models import Requirement
from intake.versions import Clock
from recruiting.accounts.models import User
from recruiting.approvals.access import Shown, decides, shown
from recruiting.approvals.models import (
    Decision,
    DecisionContest,
    Question,
    Rating,
    Reason,
    Slate,
    Submission,
)
from recruiting.approvals.models.decisions import UNDO_FOR
from recruiting.approvals.reasons import Reasons, reasons_of
from recruiting.approvals.states import State
from requisitions.models import Requisition

ANSWERS = ("approve", "decline", "question")
"""What a reader may be about to say; a link in a mail chooses one beforehand."""


@dataclass(frozen=True)
class Door:
    """Where the page and what is done on it stand. `slate` is the one of the link in a mail."""

    requisition: Requisition
    reader: User
    slate: Slate | None = None

    @property
    def by_link(self) -> bool:
        return self.slate is not None

    def page(self, candidate: UUID | None = None, **query: str) -> str:
        if self.slate:
            path = reverse("slate_by_mail", args=[self.slate.pk])
        else:
            path = reverse("review", args=[self.requisition.pk])
        said = {"candidate": str(candidate)} if candidate else {}
        return f"{path}?{urlencode({**said, **query})}" if said or query else path

    def act(self, name: str, submission: Submission) -> str:
        if self.slate:
            return reverse(f"{name}_by_mail", args=[self.slate.pk, submission.pk])
        return reverse(name, args=[submission.pk])


@dataclass(frozen=True)
class Item:
    """One candidate in the review, as its reader may see her. `decision` is the one that stands on
    the resume."""

    submission: Submission
    place: int
    door: Door
    shown: Shown
    now: datetime
    decision: Decision | None = None
    questions: Sequence[Question] = ()
    has_proposed: bool = False

    @property
    def is_open(self) -> bool:
        return self.submission.is_undecided and not self.door.requisition.is_closed

    @property
    def is_erased(self) -> bool:
        return self.submission.candidate.erased_at is not None

    @property
    def may_undo(self) -> bool:
        if self.decision is None or self.is_erased:
            return False
        return self.decision.may_be_undone(self.now)

    @property
    def undo_until(self) -> datetime | None:
        return self.decision.at + UNDO_FOR if self.decision else None

    @property
    def asked(self) -> Question | None:
        """The question that still waits for its answer."""
        return next((one for one in self.questions if one.is_open), None)

    @property
    def word(self) -> str:
        """Where it stands, in a word or two."""
        if self.is_open:
            return "Question asked" if self.asked else "To decide"
        return State(self.submission.state).label

    @property
    def sentence(self) -> str:
        """Who decided what and when; where nobody did, where it stands."""
        said, name = self.decision, self.shown.called
        if said is None:
            return f"{name}: {State(self.submission.state).label.lower()}."
        clock = Clock(timezone.localdate(self.now), timezone.get_current_timezone())
        who = "You" if said.by_id == self.door.reader.pk else said.by.display_name
        instead = f" in place of {said.in_name_of.display_name}" if said.in_name_of else ""
        did = "approved" if said.is_approval else "declined"
        at = f"{clock.on(said.at)}, {timezone.localtime(said.at):%H:%M}"
        return f"{who} {did} {name}{instead} {at}."

    @property
    def reason(self) -> str:
        """Why not, in a line; nothing of an approval."""
        said = self.decision
        if said is None or said.is_approval:
            return ""
        return said.text or Reason(said.reason).label

    @property
    def is_new_criterion(self) -> bool:
        return self.decision is not None and self.decision.reason == Reason.NEW

    @property
    def links(self) -> Sequence[str]:
        """Those of the candidate's addresses that lead to a page."""
        return [one for one in self.shown.addresses if one.startswith(("https://", "http://"))]

    # --- where it leads ---------------------------------------------------------------------

    @property
    def url(self) -> str:
        return self.door.page(self.submission.pk)

    @property
    def decline_url(self) -> str:
        return self.door.page(self.submission.pk, answer="decline")

    @property
    def decision_url(self) -> str:
        return self.door.act("decision", self.submission)

    @property
    def undoing_url(self) -> str:
        return self.door.act("decision_undoing", self.submission)

    @property
    def proposal_url(self) -> str:
        return self.door.act("decision_proposal", self.submission)

    @property
    def questions_url(self) -> str:
        return self.door.act("candidate_questions", self.submission)

    @property
    def resume_url(self) -> str:
        return self.door.act("resume", self.submission)


@dataclass(frozen=True)
class Line:
    """A requirement across all candidates: a row of the table."""

    text: str
    heading: str
    ratings: Sequence[Rating | None]


@dataclass(frozen=True)
class Review:
    """All that the page shows. `is_over`: nothing is left to decide or to take back."""

    door: Door
    now: datetime
    items: Sequence[Item]
    may_decide: bool
    current: Item | None = None
    contests: Sequence[DecisionContest] = ()
    is_table: bool = False
    ratings: Sequence[Rating] = field(default_factory=tuple)

    @property
    def requisition(self) -> Requisition:
        return self.door.requisition

    @property
    def reader(self) -> User:
        return self.door.reader

    @cached_property
    def reasons(self) -> Reasons:
        return reasons_of(self.requisition.pk)

    @property
    def open_items(self) -> Sequence[Item]:
        return [one for one in self.items if one.is_open]

    @property
    def is_done(self) -> bool:
        return not self.open_items

    @property
    def is_over(self) -> bool:
        """What the link in a mail is for has come to its end."""
        return self.is_done and (
            self.requisition.is_closed or not any(one.may_undo for one in self.items)
        )

    @property
    def settled(self) -> int:
        return len(self.items) - len(self.open_items)

    @property
    def just_decided(self) -> Sequence[Item]:
        """What can still be taken back, the latest first, but for the candidate on the page: her
        decision stands beside her name."""
        if not self.may_decide:
            return []
        found = [one for one in self.items if one.may_undo and one is not self.current]
        return sorted(found, key=lambda one: one.decision.at, reverse=True)  # type: ignore[union-attr]  # may_undo says so

    @property
    def summary(self) -> str:
        """ "3 approved, 1 declined, 1 withdrawn"."""
        counts = Counter(_outcome(one) for one in self.items)
        return ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))

    @property
    def new_brief(self) -> bool:
        """The brief was amended after the slate was sent."""
        slate = self.current.submission.slate if self.current else self.door.slate
        return bool(slate and slate.brief and slate.brief.number != self.reasons.number)

    @property
    def neighbours(self) -> tuple[Item | None, Item | None]:
        """Before and after the one that is shown."""
        if self.current is None:
            return None, None
        at = self.items.index(self.current)
        after = self.items[at + 1] if at + 1 < len(self.items) else None
        return (self.items[at - 1] if at else None), after

    @property
    def before(self) -> Item | None:
        return self.neighbours[0]

    @property
    def after(self) -> Item | None:
        return self.neighbours[1]

    @property
    def table_url(self) -> str:
        return self.door.page(view="table")

    @property
    def lines(self) -> Sequence[Line]:
        """Requirements as rows, as the newest rating of each has them, dealbreakers first."""
        place = {one.submission.pk: at for at, one in enumerate(self.items)}
        rows: dict[UUID, list[Rating | None]] = {}
        for rating in self.ratings:
            row = rows.setdefault(rating.requirement, [None] * len(self.items))
            row[place[rating.submission_id]] = rating
        known = [next(filter(None, reversed(row))) for row in rows.values()]
        made = zip(known, rows.values(), strict=True)
        return [
            Line(newest.text, newest.heading, row)
            for newest, row in sorted(made, key=lambda pair: pair[0].rank)
        ]

    def next_open(self, submission: UUID) -> Item | None:
        """The one to be decided next after this one; from the end on it begins anew."""
        at = next((n for n, one in enumerate(self.items) if one.submission.pk == submission), 0)
        turned = [*self.items[at + 1 :], *self.items[:at]]
        return next((one for one in turned if one.is_open), None)


def review_of(
    door: Door, *, now: datetime, candidate: UUID | None = None, is_table: bool = False
) -> Review:
    """The review behind a door; a fixed number of statements for any number of candidates.

    By a link it is the slate in it. Signed in it is every slate in which something is to be
    decided, or can be taken back, and the one of `candidate`.
    """
    rows = list(_submissions(door, now, candidate))
    new = [said.pk for row in rows for said in _standing(row) if said.reason == Reason.NEW]
    proposed = set(Requirement.objects.filter(pk__in=new).values_list("pk", flat=True))
    items = [_item(row, place, door, now, proposed) for place, row in enumerate(rows, 1)]
    current = next((one for one in items if one.submission.pk == candidate), None)
    if current is None and not is_table:
        current = next((one for one in items if one.is_open), None)
    wanted = [row.pk for row in rows] if is_table else [current.submission.pk] if current else []
    return Review(
        door=door,
        now=now,
        items=items,
        may_decide=decides(door.reader, door.requisition, now),
        current=current,
        contests=list(
            DecisionContest.objects.filter(slate__in={row.slate_id for row in rows}).select_related(
                "user"
            )
        ),
        is_table=is_table,
        ratings=list(Rating.objects.filter(submission__in=wanted)),
    )


def _submissions(door: Door, now: datetime, candidate: UUID | None) -> Iterable[Submission]:
    standing = Decision.objects.filter(undone_at=None, stage=Decision.At.RESUME)
    related = ("candidate", "slate__by", "slate__brief", "resume")
    rows = Submission.objects.sent().select_related(*related)
    rows = rows.defer("slate__brief__document").prefetch_related(
        Prefetch("decisions", standing.select_related("by", "in_name_of"), to_attr="standing"),
        Prefetch("questions", Question.objects.select_related("by", "answered_by")),
    )
    if door.slate:
        return rows.filter(slate=door.slate).order_by("place")
    own = Submission.objects.filter(slate=OuterRef("slate"))
    just = standing.filter(submission__slate=OuterRef("slate"), at__gt=now - UNDO_FOR)
    is_open = Exists(own.undecided()) | Exists(just)
    if candidate:
        is_open |= Q(Exists(own.filter(pk=candidate)))
    rows = rows.filter(is_open, requisition=door.requisition)
    return rows.order_by("slate__number", "place")


def _standing(row: Submission) -> Sequence[Decision]:
    """At most one, prefetched."""
    found: list[Decision] = row.standing  # type: ignore[attr-defined]  # see `_submissions`
    return found


def _item(row: Submission, place: int, door: Door, now: datetime, proposed: set[UUID]) -> Item:
    decision = next(iter(_standing(row)), None)
    return Item(
        submission=row,
        place=place,
        door=door,
        shown=shown(row, door.reader),
        now=now,
        decision=decision,
        questions=list(row.questions.all()),
        has_proposed=decision is not None and decision.pk in proposed,
    )


def _outcome(item: Item) -> str:
    if item.decision:
        return "approved" if item.decision.is_approval else "declined"
    if item.is_erased:
        return "erased"
    state = item.submission.state
    return {State.WITHDRAWN: "withdrawn"}.get(State(state), "not decided")
