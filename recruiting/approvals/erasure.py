"""Erasing what is kept about a candidate: on request, or when the client's time is over.

Texts, files, previews and bodies of mails go. Counts, decisions, reasons and ledgers stay, so that
a requisition tells what it told before; the person is not in it any more.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial, reduce
from operator import or_
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from recruiting.approvals.files import folders
from recruiting.approvals.models import (
    Candidate,
    Decision,
    DecisionContest,
    Feedback,
    Interview,
    Offer,
    Parking,
    Question,
    Rating,
    Resume,
    ResumePage,
    Slate,
    Submission,
    Withdrawal,
)
from recruiting.approvals.models.decisions import Reason
from recruiting.approvals.models.parking import UNDER_WAY
from recruiting.approvals.states import State
from recruiting.audit.models import record
from recruiting.mailing.models import Mail, MailQuerySet
from recruiting.mailing.redaction import redact
from requisitions.models import Requisition
from requisitions.models.status import CLOSED

if TYPE_CHECKING:
    from recruiting.accounts.models import User

log = structlog.get_logger(__name__)

SWEEP_MAX = 50
"""Candidates erased in one sweep; the next one, a minute later, goes on."""

LOST_MAX = 20
"""Resumes whose files may be left over while there are fewer others."""

NOT_SENT = "The data of the candidate was erased."

_TEXTS = {
    Rating: ("evidence",),
    Question: ("text", "answer"),
    Interview: ("place", "who", "reason"),
    Offer: ("terms", "words"),
    Parking: ("reason",),
    Withdrawal: ("reason",),
}
"""Of what hangs on a submission, the columns in which people write."""

_ABOUT = ("name", "headline", "works_at", "links", "source", "expected_pay", "notice_period")


@dataclass(frozen=True)
class Extent:
    """What an erasure takes, in counts, to be read before it is done."""

    resumes: int
    submissions: int
    running: int
    mails: int


def extent(candidate: Candidate) -> Extent:
    submissions = list(candidate.submissions.select_related("requisition"))
    return Extent(
        resumes=candidate.resumes.exclude(file="").count(),
        submissions=sum(one.removed_at is None for one in submissions),
        running=sum(_is_running(one) for one in submissions),
        mails=len(_mails(submissions, candidate)),
    )


def erase(candidate: Candidate, *, by: "User | None", now: datetime) -> None:
    """Erase it for good; without a person, the software does. Twice is once.

    Where something still ran, the candidate counts as withdrawn. The files go once that stands.
    """
    with transaction.atomic():
        mine = Submission.objects.filter(candidate=candidate)
        held = {
            one.pk: one
            for one in Requisition.objects.locked()
            .filter(pk__in=mine.values("requisition"))
            .order_by("pk")
        }
        current = Candidate.objects.select_for_update(of=("self",)).get(pk=candidate.pk)
        if current.erased_at:
            return
        submissions = list(mine.select_for_update(of=("self",)).order_by("pk"))
        for one in submissions:
            one.requisition = held.get(one.requisition_id) or (
                Requisition.objects.locked().get(pk=one.requisition_id)  # added a moment ago
            )
        _end(submissions, by=by, now=now)
        _empty_words(current, submissions)
        mails = _mails(submissions, current)
        alone = [pk for pk, goes_out in mails.items() if not goes_out]
        redact(mails, unsent=alone, why=NOT_SENT, now=now)
        _empty_what_names(current, Mail.objects.filter(pk__in=mails), "subject", "")
        resumes = list(current.resumes.values_list("pk", flat=True))
        _forget(current, now)
        record(
            "erased a candidate's data", current, by=by, now=now, client=current.client_id,
            is_private=True, resumes=len(resumes), submissions=len(submissions),
        )  # fmt: skip
        transaction.on_commit(partial(folders.remove, resumes))
    candidate.refresh_from_db()


def erase_due(now: datetime) -> None:
    """Erase whose time is over. One that breaks does not hold up the others."""
    for candidate in due(now)[:SWEEP_MAX]:
        try:
            erase(candidate, by=None, now=now)
        except Exception:
            log.exception("erasure_failed", candidate=str(candidate.pk))


def due(now: datetime) -> list[Candidate]:
    """Of clients that keep data for a time only: whose requisitions have all been closed for
    longer than that. Days begin at midnight in UTC."""
    today = timezone.localdate(now)
    sent = Submission.objects.filter(candidate=OuterRef("pk"))
    found: list[Candidate] = []
    standing = Candidate.objects.standing().filter(client__keep_days__isnull=False)
    for client, days in standing.values_list("client", "client__keep_days").distinct().order_by():
        last = today - timedelta(days=days or 0)
        kept = sent.exclude(requisition__status__in=CLOSED, requisition__closed_on__lt=last)
        rows = standing.filter(Exists(sent), ~Exists(kept), client=client)
        found += rows.order_by("at", "pk")[:SWEEP_MAX]
    return found


def remove_left_over(now: datetime) -> None:
    """Delete the files of erased candidates and of rows that never came to be. Where most files
    belong to no row, this is another database than theirs, and they stay."""
    standing = list(Resume.objects.exclude(file="").values_list("pk", flat=True))
    lost = list(folders.left_over(standing, now))
    if len(lost) > max(LOST_MAX, len(standing)):
        log.error("files_of_another_database", left_over=len(lost), standing=len(standing))
        return
    if lost:
        log.warning("files_left_over", resumes=len(lost))
    folders.remove(lost)


# --- the parts of it -----------------------------------------------------------------------


def _is_running(submission: Submission) -> bool:
    is_under_way = submission.state in (*UNDER_WAY, State.PARKED)
    return is_under_way and not submission.requisition.is_closed


def _end(submissions: Collection[Submission], *, by: "User | None", now: datetime) -> None:
    """Nobody waits for a decision on somebody whose data is gone. On what is closed, all stays."""
    for one in submissions:
        if one.slate_id is None:
            if one.removed_at is None:
                one.removed_at = now
                one.save(update_fields=["removed_at"])
        elif by is not None and _is_running(one):
            Withdrawal.withdraw(one, whose=Withdrawal.Whose.CANDIDATE, by=by, now=now)


def _empty_words(candidate: Candidate, submissions: Collection[Submission]) -> None:
    for model, columns in _TEXTS.items():
        rows = model._default_manager.filter(submission__in=submissions)
        rows.update(**dict.fromkeys(columns, ""))
    Feedback.objects.filter(interview__submission__in=submissions).update(text="")
    decisions = Decision.objects.filter(submission__in=submissions)
    decisions.update(words="")
    decisions.filter(reason=Reason.NEW).update(text="")
    Submission.objects.filter(pk__in=[one.pk for one in submissions]).update(
        pitch="", version=F("version") + 1
    )
    slates = [one.slate_id for one in submissions if one.slate_id]
    _empty_what_names(candidate, Slate.objects.filter(pk__in=slates), "note", "")
    contests = DecisionContest.objects.filter(slate__in=slates)
    _empty_what_names(candidate, contests, "text", "")
    interviews = Interview.objects.filter(submission__in=submissions)
    _empty_what_names(candidate, interviews, "round", "Interview")


def _empty_what_names(candidate: Candidate, rows: QuerySet[Any], column: str, instead: str) -> None:
    """Words that are of others as well go only where they name this one: by a part of the name,
    since nobody writes all of it in a note."""
    called = [part for part in candidate.name.split() if len(part) > 2] or [candidate.name]
    named = reduce(or_, (Q(**{f"{column}__icontains": part}) for part in called))
    rows.filter(named).update(**{column: instead})


def _forget(candidate: Candidate, now: datetime) -> None:
    ResumePage.objects.filter(resume__candidate=candidate).delete()
    candidate.resumes.update(file="", name="", text="", sha256="", state=Resume.State.FAILED)
    for name in _ABOUT:
        setattr(candidate, name, "")
    candidate.erased_at = now
    candidate.version += 1
    candidate.save(update_fields=[*_ABOUT, "erased_at", "version"])


def _mails(submissions: Iterable[Submission], candidate: Candidate) -> dict[UUID, bool]:
    """The mails that tell of these, each with whether it goes out all the same: it tells of
    others as well, or calls off an interview.

    A mail names in its payload the slate or the submissions whose candidates stand in its body.
    """
    mine = {str(one.pk) for one in submissions}
    sent = {one.slate_id for one in submissions if one.slate_id}
    slates = {str(pk) for pk in sent}
    shared = _shared_slates(sent, candidate)
    rows = Mail.objects.filter(client=candidate.client_id).filter(
        Q(payload__has_key="slate") | Q(payload__has_key="submissions")
    )
    found: dict[UUID, bool] = {}
    for pk, kind, payload in rows.values_list("pk", "kind", "payload"):
        named = {str(one) for one in payload.get("submissions", ())}
        if named:
            if named & mine:
                found[pk] = bool(named - mine) or kind == Interview.cancellation
        elif str(payload.get("slate")) in slates:
            found[pk] = str(payload["slate"]) in shared
    return found


def mails_about(candidate: Candidate) -> MailQuerySet:
    """The mails in which a candidate stands, among others or alone."""
    return Mail.objects.filter(pk__in=_mails(candidate.submissions.all(), candidate))


def _shared_slates(slates: Collection[UUID], candidate: Candidate) -> set[str]:
    others = Submission.objects.filter(slate__in=slates).exclude(candidate=candidate)
    standing = others.filter(candidate__erased_at=None)
    return {str(pk) for pk in standing.values_list("slate", flat=True)}
