"""What became of the candidates of a requisition, as its timeline tells it.

All of it is read from records in one statement, without names. Decisions of one day on one slate
are told together. Only what stands on the page that is shown gets a name, from `shown`: in a blind
review a code.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from itertools import groupby
from typing import Any
from uuid import UUID, uuid5

from django.db.models import (
    CharField,
    Count,
    F,
    IntegerField,
    QuerySet,
    Sum,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, NullIf
from django.urls import reverse
from django.utils.text import get_text_list

from recruiting.accounts.models import Role, User
from recruiting.approvals.access import shown
from recruiting.approvals.models import (
    Decision,
    Feedback,
    Interview,
    Offer,
    ScreenOut,
    ScreenOutLine,
    Slate,
    Submission,
    Withdrawal,
)
from recruiting.approvals.models.decisions import Reason
from recruiting.dashboards.news import News
from requisitions.models import Requisition


@dataclass(frozen=True)
class Row:
    """One record. What its columns hold depends on its kind; `number` is that of a slate. People
    are named, or where they gave no name stand with their address."""

    kind: str
    id: UUID
    at: datetime
    by: UUID | None
    who: str
    role: str
    in_name_of: str
    submission: UUID | None
    number: int
    word: str
    text: str
    count: int


@dataclass(frozen=True)
class Moment:
    """Something that happened with candidates, one record or several of one day; `called` says
    whom it is about once it is known."""

    id: UUID
    on: date
    at: datetime
    rows: Sequence[Row]
    link: str
    called: str = ""
    lines: Sequence[tuple[int, str]] = ()
    is_new: bool = False
    kind: str = "candidate"

    @property
    def last(self) -> Row:
        return self.rows[-1]

    @property
    def who(self) -> str:
        """Who did it; nobody where what counts is that it happened."""
        if self.last.kind in ("interview", "answer"):
            return ""
        return "" if self._left_by_herself else self._person.display_name

    @property
    def initials(self) -> str:
        return self._person.initials

    @property
    def _person(self) -> User:
        return _person(self.last.who)

    @property
    def party(self) -> str:
        return "manager" if self.last.role == Role.MANAGER else "recruiter"

    @property
    def in_name_of(self) -> str:
        return _person(self.last.in_name_of).display_name

    @property
    def did(self) -> str:
        """As it goes on after the name, or a sentence of its own where there is none."""
        row = self.last
        match row.kind:
            case "slate":
                return f"sent slate {row.number}: {_counted(row.count)}"
            case "decision":
                return self._decided
            case "late":
                return f"declined {self.called} after an interview"
            case "interview":
                return f"{row.text}: {self.called}"
            case "feedback":
                verdict = Feedback.Verdict(row.word).label.lower()
                return f"said after “{row.text}” with {self.called}: {verdict}"
            case "offer":
                return f"made an offer to {self.called}"
            case "answer":
                return f"{self.called} {row.word} the offer"
            case "withdrawal":
                return f"{self.called} withdrew" if self._left_by_herself else (
                    f"withdrew {self.called}"
                )  # fmt: skip
        return f"screened out {row.count:,}"

    @property
    def note(self) -> str:
        """What it was for, in words of the brief or of ours."""
        if self.lines:
            return ", ".join(f"{count:,} {thing}" for count, thing in self.lines)
        if self.last.kind == "answer" and self.last.text:
            return Offer.Because(self.last.text).label
        reasons = Counter(_reason(row) for row in self.rows if row.word in Reason.values)
        most = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
        told = [f"{reason} ({times})" if times > 1 else reason for reason, times in most]
        return f"Because of: {'; '.join(told)}" if told else ""

    @property
    def _decided(self) -> str:
        approved = sum(not row.word for row in self.rows)
        declined = len(self.rows) - approved
        counts = [f"approved {approved}"] if approved else []
        counts += [f"declined {declined}"] if declined else []
        return f"{get_text_list(counts, 'and')} of slate {self.last.number}"

    @property
    def _left_by_herself(self) -> bool:
        return self.last.kind == "withdrawal" and self.last.word == Withdrawal.Whose.CANDIDATE


def moments_of(requisition: Requisition, zone: tzinfo, news: News) -> list[Moment]:
    """All of them, oldest first, in one statement of light rows: so much happens with a few dozen
    candidates that each page can look at it whole, and no group is ever cut in two."""
    rows = sorted((Row(*row) for row in _statement(requisition)), key=lambda row: (row.at, row.id))
    alone = [row for row in rows if row.kind != "decision"]
    together = sorted(
        (row for row in rows if row.kind == "decision"), key=lambda row: _group(row, zone)
    )
    groups = [[row] for row in alone]
    groups += [list(group) for _, group in groupby(together, key=lambda row: _group(row, zone))]
    everybody = reverse("candidates", args=[requisition.pk])
    return [_moment(group, everybody, zone, news) for group in groups]


def dressed(page: Iterable[Any], reader: User) -> list[Any]:
    """The entries of a page, those about one candidate with what she is called for this reader.
    At most two statements."""
    page = list(page)
    mine = [entry.last for entry in page if isinstance(entry, Moment)]
    about = {row.submission for row in mine if row.submission and row.kind != "decision"}
    counted = [row.id for row in mine if row.kind == "screened"]
    related = Submission.objects.select_related("candidate", "slate").filter(pk__in=about)
    called = {one.pk: shown(one, reader).called for one in related} if about else {}
    lines = _lines(counted) if counted else {}
    return [
        replace(
            entry,
            called=called.get(entry.last.submission or entry.id, ""),
            lines=lines.get(entry.last.id, ()),
        )
        if isinstance(entry, Moment)
        else entry
        for entry in page
    ]


def _moment(rows: Sequence[Row], everybody: str, zone: tzinfo, news: News) -> Moment:
    last = rows[-1]
    is_one = last.submission and last.kind != "decision"
    return Moment(
        id=uuid5(last.id, last.kind),
        on=last.at.astimezone(zone).date(),
        at=last.at,
        rows=rows,
        link=reverse("submission", args=[last.submission]) if is_one else everybody,
        is_new=news.has(last.at, last.by),
    )


def _person(told: str) -> User:
    return User(name="", email=told) if "@" in told else User(name=told)


def _group(row: Row, zone: tzinfo) -> tuple[int, str, str, date]:
    return row.number, str(row.by), row.in_name_of, row.at.astimezone(zone).date()


def _reason(row: Row) -> str:
    if row.text and row.word in (Reason.REQUIREMENT, Reason.NEW):
        return f"{row.text} (new)" if row.word == Reason.NEW else row.text
    return Reason(row.word).label.lower()


def _counted(count: int) -> str:
    return "1 candidate" if count == 1 else f"{count:,} candidates"


def _lines(ids: Sequence[UUID]) -> Mapping[UUID, Sequence[tuple[int, str]]]:
    found: dict[UUID, list[tuple[int, str]]] = {}
    for line in ScreenOutLine.objects.filter(screen_out__in=ids):
        thing = f"“{line.text}”" if line.text else Reason(line.reason).label.lower()
        found.setdefault(line.screen_out_id, []).append((line.count, thing))
    return found


# --- one statement -------------------------------------------------------------------------


def _statement(requisition: Requisition) -> Iterable[tuple[Any, ...]]:
    ours = {"submission__requisition": requisition}
    slates = Slate.objects.filter(requisition=requisition)
    decisions = Decision.objects.filter(**ours, undone_at=None)
    interviews = Interview.objects.filter(**ours, cancelled_at=None, held_at__isnull=False)
    said = Feedback.objects.filter(interview__submission__requisition=requisition)
    offers = Offer.objects.filter(**ours, undone_at=None)
    withdrawals = Withdrawal.objects.filter(**ours, undone_at=None)
    screened = ScreenOut.objects.filter(requisition=requisition, undone_at=None)
    number = "submission__slate__number"
    first, *others = [
        _columns(slates, "slate", submission=None, number="number",
                 count=Count("submissions")),
        _columns(decisions.filter(stage=Decision.At.RESUME), "decision", number=number,
                 in_name_of="in_name_of", word="reason", text="text"),
        _columns(decisions.filter(stage=Decision.At.INTERVIEW), "late",
                 in_name_of="in_name_of", word="reason", text="text"),
        _columns(interviews, "interview", at="held_at", text="round"),
        _columns(said.exclude(verdict=Feedback.Verdict.STOP), "feedback", pk="interview",
                 submission="interview__submission", in_name_of="in_name_of", word="verdict",
                 text="interview__round"),
        _columns(offers, "offer"),
        _columns(offers.exclude(answer=""), "answer", at="answered_at", by="answered_by",
                 word="answer", text="because"),
        _columns(withdrawals, "withdrawal", word="whose"),
        _columns(screened, "screened", submission=None, count=Coalesce(Sum("lines__count"), 0)),
    ]  # fmt: skip
    return first.union(*others, all=True)


def _columns(
    rows: "QuerySet[Any]",
    kind: str,
    *,
    pk: str = "pk",
    at: str = "at",
    by: str = "by",
    in_name_of: str = "",
    submission: str | None = "submission",
    number: str = "",
    word: str = "",
    text: str = "",
    count: Any = None,
) -> "QuerySet[Any]":
    """The same columns for every kind; what it lacks is empty."""

    def words(name: str) -> Any:
        return Cast(Coalesce(F(name), Value("")) if name else Value(""), TextField())

    def name_of(person: str) -> Any:
        if not person:
            return words("")
        name = NullIf(F(f"{person}__name"), Value(""))
        return Cast(Coalesce(name, F(f"{person}__email"), Value("")), TextField())

    def whole(value: Any) -> Any:
        return Cast(value, IntegerField())

    nobody = Cast(Value(None), UUIDField())
    return rows.order_by().values_list(
        Cast(Value(kind), CharField()),
        F(pk),
        F(at),
        F(by),
        name_of(by),
        words(f"{by}__role"),
        name_of(in_name_of),
        F(submission) if submission else nobody,
        whole(F(number) if number else Value(0)),
        words(word),
        words(text),
        whole(Value(0) if count is None else count),
    )
