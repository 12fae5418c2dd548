"""Writing down a candidate and how she stands to the brief, before she is sent for approval.

A draft is several rows: the candidate, her submission, its ratings and perhaps a resume. They are
written together, by one form, or not at all."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from recruiting.approvals.duplicates import Known, known_people
from recruiting.approvals.models import Candidate, Mark, NotNow, Rating, Resume, Submission
from recruiting.approvals.models.decisions import held_submission
from recruiting.approvals.requirements import Asked, asked_of
from recruiting.audit.models import record
from requisitions.models import Requisition

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from recruiting.accounts.models import User

DETAILS = (
    "name", "headline", "works_at", "links", "source", "expected_pay", "notice_period",
)  # fmt: skip
"""What is said of a candidate, by the names of the columns."""


@dataclass(frozen=True)
class Rated:
    """How the candidate stands to one requirement."""

    mark: str = Mark.UNKNOWN
    evidence: str = ""


@dataclass(frozen=True)
class Written:
    """What a form says of a candidate. `ratings` by the id of their requirement."""

    details: Mapping[str, str]
    pitch: str = ""
    ratings: Mapping[uuid.UUID, Rated] = field(default_factory=dict)

    def says(self, other: "Written") -> bool:
        """Whether both say the same; a requirement without a word on it is not known yet."""
        either = {*self.ratings, *other.ratings}
        return (
            dict(self.details) == dict(other.details)
            and self.pitch == other.pitch
            and all(self.rated(one) == other.rated(one) for one in either)
        )

    def rated(self, requirement: uuid.UUID) -> Rated:
        return self.ratings.get(requirement, Rated())


@dataclass(frozen=True)
class Versions:
    """Of the rows that a form was filled from; 0 for a row that was not there."""

    submission: int = 0
    candidate: int = 0


class StaleDraft(Exception):
    """Somebody else has written something else since the form was shown. Holds what stands."""

    def __init__(self, current: Written, versions: Versions) -> None:
        super().__init__(str(versions))
        self.current, self.versions = current, versions


class KnownPerson(Exception):
    """The client has somebody of this name or with this link already."""

    def __init__(self, known: Sequence[Known]) -> None:
        super().__init__(f"{len(known)} known")
        self.known = known


@dataclass(frozen=True)
class Who:
    """Whom the writer means: a candidate of the client, somebody else of the same name, or, with
    neither, whoever it turns out to be."""

    candidate: Candidate | None = None
    is_another: bool = False


def details_of(candidate: Candidate) -> dict[str, str]:
    return {name: getattr(candidate, name) for name in DETAILS}


def written_of(submission: Submission) -> Written:
    """What is in the database. One statement for the ratings."""
    rated = {one.requirement: Rated(one.mark, one.evidence) for one in submission.ratings.all()}
    return Written(details_of(submission.candidate), submission.pitch, rated)


def versions_of(submission: Submission) -> Versions:
    return Versions(submission.version, submission.candidate.version)


# --- making, changing ----------------------------------------------------------------------


def begin(
    requisition: Requisition,
    written: Written,
    *,
    pk: uuid.UUID,
    who: Who,
    versions: Versions,
    resume: "UploadedFile[Any] | None" = None,
    by: "User",
    now: datetime,
) -> Submission:
    """A new draft. `pk` comes from the form: sent again, it is the same draft.

    Raises KnownPerson where `who` leaves it open, StaleDraft where a used `pk`, or the candidate
    that is meant, says something else than what the form was filled from, NotNow with the reason
    in words, ValidationError for a resume that cannot be kept, and DoesNotExist for a `pk` of
    another requisition. Nothing is written then.
    """
    with transaction.atomic():
        held = Requisition.objects.locked().get(pk=requisition.pk)
        if found := Submission.objects.select_related("candidate").filter(pk=pk).first():
            if found.requisition_id != held.pk:
                raise Submission.DoesNotExist
            _check_says(found, written)
            return found
        if held.is_closed:
            status = held.get_status_display().lower()
            raise NotNow(f"This requisition is {status}. Reopen it to add candidates.")
        candidate = who.candidate
        if candidate is None:
            if not who.is_another and (known := known_people(held, written.details)):
                raise KnownPerson(known)
            candidate = _new_candidate(held, written, by=by, now=now)
        else:
            _check_not_here(held, candidate)
            candidate = _changed(candidate, written, versions)
        made = Submission.objects.create(
            pk=pk, requisition=held, candidate=candidate, pitch=written.pitch, by=by, at=now
        )
        _rate(made, written, asked_of(held))
        if resume:
            Resume.add(candidate, resume, by=by, now=now)
        record("prepared a candidate", held, by=by, now=now, client=held.client_id,
               is_private=True, submission=str(pk))  # fmt: skip
    return made


def rewrite(
    submission: Submission,
    written: Written,
    *,
    versions: Versions,
    resume: "UploadedFile[Any] | None" = None,
    by: "User",
    now: datetime,
) -> None:
    """Change a draft that the writer saw at `versions`.

    Raises StaleDraft, NotNow for one that was sent or removed in between, and ValidationError for
    a resume that cannot be kept. Nothing is written then.
    """
    with transaction.atomic():
        held, current = held_submission(submission)
        if current.slate_id or current.removed_at:
            done = "removed" if current.removed_at else "sent"
            raise NotNow(f"This draft was {done} a moment ago. Nothing of it was changed.")
        current.candidate = Candidate.objects.select_for_update().get(pk=current.candidate_id)
        asked = asked_of(held)
        stands = _as_asked(written_of(current), asked)
        if not stands.says(_as_asked(written, asked)):
            if versions_of(current) != versions:
                raise StaleDraft(stands, versions_of(current))
            _save_details(current.candidate, written.details)
            current.pitch = written.pitch
            current.version += 1
            current.save(update_fields=["pitch", "version"])
            record("changed a draft", held, by=by, now=now, client=held.client_id,
                   is_private=True, submission=str(current.pk))  # fmt: skip
        _rate(current, written, asked)
        if resume:
            Resume.add(current.candidate, resume, by=by, now=now)


def change_details(
    submission: Submission,
    details: Mapping[str, str],
    *,
    version: int,
    by: "User",
    now: datetime,
) -> None:
    """Change what is said of a candidate who was sent; pitch and ratings stay what they were.

    Raises StaleDraft, and NotNow for one whose data has been erased.
    """
    with transaction.atomic():
        held, current = held_submission(submission)
        candidate = Candidate.objects.select_for_update().get(pk=current.candidate_id)
        if candidate.erased_at:
            raise NotNow("The data of this candidate has been erased. There is nothing to change.")
        if details_of(candidate) == dict(details):
            return
        if candidate.version != version:
            raise StaleDraft(Written(details_of(candidate)), Versions(0, candidate.version))
        _save_details(candidate, details)
        record("changed details of a candidate", held, by=by, now=now, client=held.client_id,
               submission=str(current.pk))  # fmt: skip


def _as_asked(written: Written, asked: Asked) -> Written:
    """Without ratings by requirements that no brief in force asks for."""
    now = {uuid.UUID(line.id) for line in asked.lines}
    rated = {pk: one for pk, one in written.ratings.items() if pk in now}
    return Written(written.details, written.pitch, rated)


# --- the parts -----------------------------------------------------------------------------


def _check_says(found: Submission, written: Written) -> None:
    """A form that was sent twice says the same twice; else nothing of it may be lost unseen."""
    stands = written_of(found)
    if not stands.says(written):
        raise StaleDraft(stands, versions_of(found))


def _check_not_here(held: Requisition, candidate: Candidate) -> None:
    rows = Submission.objects.filter(requisition=held, candidate=candidate, removed_at=None)
    if rows.exists():
        raise NotNow("This candidate is on this requisition already.")


def _new_candidate(held: Requisition, written: Written, *, by: "User", now: datetime) -> Candidate:
    candidate = Candidate(client_id=held.client_id, by=by, at=now, **written.details)
    while Candidate.objects.filter(client=held.client_id, code=candidate.code).exists():
        candidate.code = Candidate._meta.get_field("code").get_default()
    candidate.save(force_insert=True)
    return candidate


def _changed(candidate: Candidate, written: Written, versions: Versions) -> Candidate:
    """The one who is known, with what was typed. What differs is settled by the writer first."""
    current = Candidate.objects.standing().select_for_update().filter(pk=candidate.pk).first()
    if current is None:
        raise NotNow("The data of this candidate was erased a moment ago.")
    stands = details_of(current)
    typed = {name: text or stands[name] for name, text in written.details.items()}
    if typed != stands and versions.candidate != current.version:
        now_says = Written(stands, written.pitch, written.ratings)
        raise StaleDraft(now_says, Versions(0, current.version))
    _save_details(current, typed)
    return current


def _save_details(candidate: Candidate, details: Mapping[str, str]) -> None:
    if details_of(candidate) == dict(details):
        return
    for name in DETAILS:
        setattr(candidate, name, details[name])
    candidate.version += 1
    candidate.save(update_fields=[*DETAILS, "version"])


def _rate(submission: Submission, written: Written, asked: Asked) -> None:
    """The ratings by the brief in force, in its words of now. Where none is, they stay."""
    if asked.brief is None:
        return
    wanted = [
        Rating(
            submission=submission,
            requirement=uuid.UUID(line.id),
            text=line.text,
            kind=line.kind,
            place=place,
            mark=written.rated(uuid.UUID(line.id)).mark,
            evidence=written.rated(uuid.UUID(line.id)).evidence,
        )
        for place, line in enumerate(asked.lines)
    ]
    if [_said(one) for one in wanted] != [_said(one) for one in submission.ratings.all()]:
        submission.ratings.all().delete()
        Rating.objects.bulk_create(wanted)


def _said(rating: Rating) -> tuple[object, ...]:
    return (rating.requirement, rating.text, rating.kind, rating.mark, rating.evidence)
