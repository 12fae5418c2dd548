"""The page of a requisition's candidates: who stands where, in words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format

from recruiting.accounts.models import User
from recruiting.approvals.access import Shown, decides, shown
from recruiting.approvals.models import Mark, Rating, Resume, ScreenOut, Submission
from recruiting.approvals.models.decisions import Reason
from recruiting.approvals.models.submissions import SubmissionQuerySet
from recruiting.approvals.requirements import Asked, asked_of, changed_since
from recruiting.approvals.screened import Screened, screened
from recruiting.approvals.states import State
from requisitions.models import Requisition

T = TypeVar("T")

GROUPS: Mapping[State, str] = {
    State.DRAFT: "Drafts",
    State.WAITING: "Waiting for a decision",
    State.APPROVED: "Approved, interview to be arranged",
    State.INTERVIEWING: "In interviews",
    State.OFFERED: "Offer made",
    State.ACCEPTED: "Offer accepted",
    State.PARKED: "On hold",
    State.REFUSED: "Declined the offer",
    State.DECLINED: "Declined",
    State.WITHDRAWN: "Withdrawn",
}
"""In this order on the page; one with nobody in it is left out."""


@dataclass(frozen=True)
class Row:
    """One candidate as the reader may see her. `lacks` is said of drafts alone."""

    pk: UUID
    state: State
    shown: Shown
    about: str
    marks: str
    stands: str
    is_asked: bool
    lacks: Sequence[str]
    place: int


@dataclass(frozen=True)
class Group:
    state: State
    name: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Page:
    groups: Sequence[Group]
    sentence: str
    screened: Screened
    asked: Asked
    decides: bool

    def count(self, state: State) -> int:
        return next((len(group.rows) for group in self.groups if group.state == state), 0)

    @property
    def is_veiled(self) -> bool:
        """Whether the reader sees somebody by her code alone."""
        return any(row.shown.is_veiled for group in self.groups for row in group.rows)

    @property
    def drafts(self) -> int:
        return self.count(State.DRAFT)

    @property
    def waiting(self) -> int:
        return self.count(State.WAITING)


def drafts_of(requisition: Requisition) -> SubmissionQuerySet:
    """With what a page needs to say what each lacks."""
    rows = Submission.objects.drafts().filter(requisition=requisition, candidate__erased_at=None)
    return (
        with_files(rows)
        .select_related("candidate")
        .prefetch_related("ratings")
        .order_by("at", "pk")
    )


def with_files(rows: SubmissionQuerySet) -> SubmissionQuerySet:
    """Whether the candidate of each has a resume, as `has_file`."""
    return rows.annotate(has_file=Exists(Resume.objects.filter(candidate=OuterRef("candidate"))))


def candidates_page(requisition: Requisition, reader: User, *, now: datetime) -> Page:
    """Statements: a fixed number, whoever reads and however many there are."""
    rows = Submission.objects.visible_to(reader).filter(requisition=requisition, removed_at=None)
    rows = with_files(rows).with_records().prefetch_related("ratings")
    asked = asked_of(requisition)
    found: dict[State, list[Row]] = {state: [] for state in GROUPS}
    for one in rows.order_by("slate__number", "place", "at", "pk"):
        if one.state != State.DRAFT or one.candidate.erased_at is None:
            found[State(one.state)].append(_row(one, reader, asked))
    groups = [Group(state, GROUPS[state], rows) for state, rows in found.items() if rows]
    counts = {group.state: len(group.rows) for group in groups}
    return Page(
        groups=groups,
        sentence=sentence(counts),
        screened=screened(ScreenOut.objects.filter(requisition=requisition)),
        asked=asked,
        decides=decides(reader, requisition, now),
    )


_IN_WORDS = {
    State.DRAFT: "being prepared",
    State.WAITING: "waiting for a decision",
    State.APPROVED: "approved",
    State.INTERVIEWING: "in interviews",
    State.OFFERED: "with an offer",
    State.ACCEPTED: "accepted",
    State.PARKED: "on hold",
}


def sentence(counts: Mapping[State, int]) -> str:
    """ "3 waiting for a decision, 2 in interviews, 4 went no further." """
    told = [f"{counts[state]} {words}" for state, words in _IN_WORDS.items() if counts.get(state)]
    ended = sum(counts.get(one, 0) for one in (State.REFUSED, State.DECLINED, State.WITHDRAWN))
    if ended:
        told.append(f"{ended} went no further")
    return f"{', '.join(told)}." if told else ""


def marks_words(ratings: Iterable[Rating]) -> str:
    """ "5 met, 1 partly, 1 not met", in the order of the marks."""
    counts = Counter(one.mark for one in ratings)
    return ", ".join(f"{counts[mark]} {_MARKS[mark]}" for mark in Mark if counts[mark])


_MARKS = {Mark.MET: "met", Mark.PARTLY: "partly", Mark.NOT: "not met", Mark.UNKNOWN: "not known"}


def lacks(submission: Submission, asked: Asked, *, has_file: bool) -> list[str]:
    """What a draft still lacks; it can be sent all the same."""
    ratings = list(submission.ratings.all())
    changed = changed_since(ratings, asked)
    rated = {one.requirement for one in ratings if one.mark != Mark.UNKNOWN}
    unrated = sum(UUID(line.id) not in rated for line in asked.lines)
    found = []
    if not submission.pitch:
        found.append("no pitch")
    if not has_file:
        found.append("no resume")
    if unrated:
        found.append(f"{unrated} of {len(asked.lines)} requirements not rated")
    if changed.reworded:
        count = len(changed.reworded)
        words = "1 requirement" if count == 1 else f"{count} requirements"
        found.append(f"{words} worded anew since")
    return found


def _row(one: Submission, reader: User, asked: Asked) -> Row:
    is_draft = one.state == State.DRAFT
    seen = shown(one, reader)
    has_file: bool = one.has_file  # type: ignore[attr-defined]  # annotated
    return Row(
        pk=one.pk,
        state=State(one.state),
        shown=seen,
        about=" · ".join(filter(None, [seen.headline, seen.works_at])),
        marks=marks_words(one.ratings.all()),
        stands=stands_words(one),
        is_asked=any(question.answered_at is None for question in one.questions.all()),
        lacks=lacks(one, asked, has_file=has_file) if is_draft else [],
        place=one.place,
    )


# --- where one stands, in words --------------------------------------------------------------


def stands_words(one: Submission) -> str:
    """ "Declined on 5 Mar: Kafka". Tells nothing that a veiled candidate's reader may not know."""
    return _STANDS[State(one.state)](one)


def _sent(one: Submission) -> str:
    assert one.slate is not None, "what waits was sent"
    asked = [question for question in one.questions.all() if question.answered_at is None]
    if asked:
        return f"A question since {_day(asked[-1].at)}"
    return f"Sent on {_day(one.slate.at)}"


def _declined(one: Submission) -> str:
    made = _last(
        said for said in one.decisions.all() if said.undone_at is None and not said.is_approval
    )
    why = made.text or Reason(made.reason).label.lower()
    after = " after an interview" if made.stage == made.At.INTERVIEW else ""
    return f"Declined{after} on {_day(made.at)}: {why}"


def _approved(one: Submission) -> str:
    made = _last(decision for decision in one.decisions.all() if decision.undone_at is None)
    return f"Approved on {_day(made.at)}"


def _interviewing(one: Submission) -> str:
    standing = [round_ for round_ in one.interviews.all() if round_.cancelled_at is None]
    to_come = [round_ for round_ in standing if round_.held_at is None]
    if to_come:
        return f"{to_come[0].round} on {_day(to_come[0].begins_at)}"
    return f"{standing[-1].round} held on {_day(standing[-1].begins_at)}"


def _offered(one: Submission) -> str:
    made = _last(offer for offer in one.offers.all() if offer.undone_at is None)
    until = f", answer by {date_format(made.answer_by, 'j M')}" if made.answer_by else ""
    return f"Offer made on {date_format(made.made_on, 'j M')}{until}"


def _refused(one: Submission) -> str:
    made = _last(offer for offer in one.offers.all() if offer.undone_at is None)
    why = f": {made.get_because_display().lower()}" if made.because else ""
    return f"Declined the offer{why}"


def _accepted(one: Submission) -> str:
    return f"Accepted on {date_format(one.accepted_on, 'j M')}" if one.accepted_on else "Accepted"


def _parked(one: Submission) -> str:
    return f"On hold since {_day(_last(one.parkings.all()).at)}"


def _withdrawn(one: Submission) -> str:
    made = _last(back for back in one.withdrawals.all() if back.undone_at is None)
    return f"Withdrawn by {made.get_whose_display().lower()} on {_day(made.at)}"


def _draft(one: Submission) -> str:
    return f"Begun on {_day(one.at)}"


_STANDS = {
    State.DRAFT: _draft,
    State.WAITING: _sent,
    State.APPROVED: _approved,
    State.INTERVIEWING: _interviewing,
    State.OFFERED: _offered,
    State.ACCEPTED: _accepted,
    State.PARKED: _parked,
    State.REFUSED: _refused,
    State.DECLINED: _declined,
    State.WITHDRAWN: _withdrawn,
}


def _last(rows: Iterable[T]) -> T:
    return list(rows)[-1]


def _day(at: datetime) -> str:
    """In the reader's zone."""
    return date_format(timezone.localdate(at), "j M")
