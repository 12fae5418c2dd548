"""Choosing drafts for a slate, looking it over, and sending it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from recruiting.accounts.models import User
from recruiting.approvals.blind import GivenAway, given_away
from recruiting.approvals.candidate_list import lacks
from recruiting.approvals.models import Rating, Slate, Submission
from recruiting.approvals.models.slates import SLATE_MAX
from recruiting.approvals.notices import asked_to_decide
from recruiting.approvals.requirements import Asked, aligned, asked_of
from requisitions.models import Requisition, Status

UP, DOWN = "up", "down"


@dataclass(frozen=True)
class Choice:
    """A draft that can be sent, in the order in which it would be."""

    submission: Submission
    is_picked: bool
    lacks: Sequence[str]
    focus: str = ""
    """Which of its buttons goes on after it was moved."""


def choices(
    drafts: Sequence[Submission],
    asked: Asked,
    *,
    order: Sequence[str] = (),
    picked: Sequence[str] | None = None,
) -> list[Choice]:
    """Drafts in the order chosen so far, new ones last. At first those that lack nothing are
    picked, as many as a slate holds."""
    places = {pk: place for place, pk in enumerate(order)}
    rows = sorted(drafts, key=lambda one: places.get(str(one.pk), len(places)))
    found = []
    free = SLATE_MAX
    for one in rows:
        missing = lacks(one, asked, has_file=one.has_file)  # type: ignore[attr-defined]
        is_picked = not missing and free > 0 if picked is None else str(one.pk) in picked
        free -= is_picked
        found.append(Choice(one, is_picked, missing))
    return found


def moved(found: Sequence[Choice], wish: str) -> list[Choice]:
    """With one of them a place further up or down: `wish` is "up:" or "down:" and its id."""
    rows = list(found)
    where, _, pk = wish.partition(":")
    place = next((n for n, one in enumerate(rows) if str(one.submission.pk) == pk), None)
    other = None if place is None else place + (-1 if where == UP else 1)
    if place is not None and other is not None and 0 <= other < len(rows):
        focus = {0: DOWN, len(rows) - 1: UP}.get(other, where)
        rows[place], rows[other] = rows[other], replace(rows[place], focus=focus)
    return rows


def why_not(requisition: Requisition) -> str:
    """Why nothing can be sent for it now; empty when it can."""
    if requisition.manager is None:
        return "Name the hiring manager first."
    if requisition.status == Status.INTAKE:
        return "This requisition is in intake. Resumes can be sent once the brief is signed."
    if requisition.status != Status.OPEN:
        status = requisition.get_status_display().lower()
        return f"This requisition is {status}. Resumes can be sent while it is open."
    return ""


@dataclass(frozen=True)
class Sheet:
    """One candidate as the manager will get her."""

    submission: Submission
    called: str
    ratings: Sequence[Rating]
    lacks: Sequence[str]
    given_away: Sequence[GivenAway] = ()


@dataclass(frozen=True)
class Preview:
    """What happens when it is sent. `told` is what the note gives away of any of them."""

    sheets: Sequence[Sheet]
    people: Sequence[User]
    is_blind: bool
    told: Sequence[GivenAway] = field(default_factory=list)

    @property
    def gives_away(self) -> bool:
        return bool(self.told or any(sheet.given_away for sheet in self.sheets))


def preview(
    requisition: Requisition, chosen: Sequence[Choice], note: str, *, now: datetime
) -> Preview:
    asked = asked_of(requisition)
    is_blind = requisition.client.blind_review
    told: dict[GivenAway, None] = {}
    if is_blind:
        for one in chosen:
            person = one.submission.candidate
            found = given_away(person.name, person.works_at, [("The note", note)])
            told |= dict.fromkeys(found)
    return Preview(
        sheets=[_sheet(one, asked, is_blind=is_blind) for one in chosen],
        people=asked_to_decide(requisition, now),
        is_blind=is_blind,
        told=list(told),
    )


def _sheet(choice: Choice, asked: Asked, *, is_blind: bool) -> Sheet:
    one = choice.submission
    person, ratings = one.candidate, aligned(one.ratings.all(), asked)
    texts = [("The pitch", one.pitch)]
    texts += [(f"The evidence on “{rating.text}”", rating.evidence) for rating in ratings]
    return Sheet(
        submission=one,
        called=f"Candidate {person.code}" if is_blind else person.name,
        ratings=ratings,
        lacks=choice.lacks,
        given_away=given_away(person.name, person.works_at, texts) if is_blind else (),
    )


def send(
    requisition: Requisition,
    order: Sequence[uuid.UUID],
    *,
    pk: uuid.UUID,
    note: str,
    by: User,
    now: datetime,
) -> Slate:
    """Send these drafts in this order, each rated by the requirements that count now.

    Raises ValidationError as `Slate.send` does, and Slate.DoesNotExist for a `pk` of another
    requisition. Nothing is written then.
    """
    with transaction.atomic():
        held = Requisition.objects.locked().get(pk=requisition.pk)
        rows = _rows(held, order)
        if len(rows) < len(order):
            raise ValidationError("One of these is not there any more. Look again.")
        asked = asked_of(held)
        for one in rows.values():
            if one.slate_id is None:
                _align(one, asked)
        return Slate.send(held, [rows[key] for key in order], pk=pk, note=note, by=by, now=now)


def _rows(held: Requisition, order: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Submission]:
    found = Submission.objects.filter(requisition=held, candidate__erased_at=None)
    return found.prefetch_related("ratings").in_bulk(order)


def _align(one: Submission, asked: Asked) -> None:
    before = list(one.ratings.all())
    after = aligned(before, asked)
    kept = {rating.pk for rating in after}
    new = [rating for rating in after if rating._state.adding]
    if gone := [rating.pk for rating in before if rating.pk not in kept]:
        one.ratings.filter(pk__in=gone).delete()
    for rating in new:
        rating.submission = one
    if new:
        Rating.objects.bulk_create(new)
