"""The mails of a slate: the slate itself, answers to questions, and word of decisions by link."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects

from intake.access import LEFT, gone
from recruiting.accounts.models import Delegation, User
from recruiting.approvals.access import Shown, shown
from recruiting.approvals.models import Decision, Question, Rating, Reason, Slate, Submission
from recruiting.approvals.notices import ANSWER, CONTEST, DECIDED, GATHERED, SLATE
from recruiting.approvals.slate_asking import materialise
from recruiting.mailing import kinds
from recruiting.mailing.kinds import Kind, Postpone, Skip
from recruiting.mailing.models import Mail
from recruiting.mailing.render import Rendered, render_mail
from recruiting.mailing.signed_links import ACT_LASTS, link_url
from requisitions.models import Requisition

Objections = dict[UUID, Skip | Postpone]
Written = dict[UUID, Rendered | Skip]
Standing = Collection[tuple[UUID, UUID, UUID]]

HTML_MAX = 90_000
"""Bytes of a mail: what is longer is cut off by mail programs, and with it the last links."""

IN_FULL = (12, 6, 3, 0)
"""So many candidates with pitch and matrix, the others in a line each; fewer where these are
long."""

LINES_MAX = 12
"""Requirements of one candidate in the mail; the page has all."""


def register() -> None:
    kinds.register(
        Kind(
            SLATE,
            title="Resumes to decide on",
            render=render_slates,
            still_wanted=still_deciding,
            urgent=True,
            materialise=materialise,
        )
    )
    kinds.register(
        Kind(
            ANSWER,
            title="Answer to a question",
            render=render_answers,
            still_wanted=still_deciding,
            urgent=True,
        )
    )
    kinds.register(
        Kind(
            DECIDED,
            title="Confirmation of decisions",
            render=render_confirmations,
            still_wanted=still_there,
        )
    )


# --- asked again just before they are written ----------------------------------------------


def still_there(batch: Sequence[Mail], now: datetime) -> Objections:  # noqa: ARG001 - as asked
    """Who decided is told of it, whoever decides by now; but not of a client that he left."""
    return {pk: Skip(LEFT) for pk in gone(batch)}


def still_deciding(batch: Sequence[Mail], now: datetime) -> Objections:
    """Whether the reader still decides, and on something that is open. Whether anything in a slate
    waits is seen when it is written. Three statements for any number of mails."""
    slates, left = _slates(batch), gone(batch)
    standing = set(
        Delegation.objects.standing(now)
        .filter(delegate__in={mail.recipient_id for mail in batch})
        .values_list("delegate", "user", "client")
    )
    reasons = {
        mail.pk: LEFT
        if mail.pk in left
        else _objection(mail, slates[mail.payload["slate"]].requisition, standing)
        for mail in batch
    }
    return {pk: Skip(reason) for pk, reason in reasons.items() if reason}


def _objection(mail: Mail, requisition: Requisition, standing: Standing) -> str:
    if requisition.is_closed:
        return "The requisition is closed."
    manager = requisition.manager_id
    stands_in = (mail.recipient_id, manager, requisition.client_id) in standing
    if mail.recipient_id != manager and not stands_in:
        return "Somebody else decides now."
    return ""


# --- the slate -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A candidate as the mail has her. `url` leads to her on the slate's page, `approve` and
    `decline` to the same place with that answer chosen."""

    shown: Shown
    pitch: str
    ratings: Sequence[Rating]
    more: int
    url: str
    approve: str
    decline: str


def render_slates(batch: Sequence[Mail], now: datetime) -> Written:
    """Three statements for any number of mails and candidates."""
    slates = _slates(batch)
    rows = Submission.objects.undecided().filter(slate__in=list(slates))
    rows = rows.select_related("candidate", "slate").prefetch_related("ratings")
    waiting: dict[str, list[Submission]] = {}
    for row in rows.order_by("place"):
        waiting.setdefault(str(row.slate_id), []).append(row)
    return {
        mail.pk: _slate(mail, slates[mail.payload["slate"]],
                        waiting.get(mail.payload["slate"], []), now)
        for mail in batch
    }  # fmt: skip


def _slate(
    mail: Mail, slate: Slate, waiting: Sequence[Submission], now: datetime
) -> Rendered | Skip:
    if not waiting:
        return Skip("Everything in it was decided or withdrawn.")
    requisition = slate.requisition
    lines = [_line(mail.recipient, slate, one, now) for one in waiting]
    stands_in = mail.recipient_id != requisition.manager_id
    context = {
        "person": mail.recipient,
        "slate": slate,
        "requisition": requisition,
        "count": len(lines),
        "in_place_of": requisition.manager if stands_in else None,
        "url": link_url(mail.recipient, SLATE, slate.pk, now=now),
    }
    for full in IN_FULL:
        context |= {"full": lines[:full], "short": lines[full:]}
        rendered = render_mail("slate", context)
        if len(rendered.html.encode()) < HTML_MAX:
            break
    return rendered.with_headers({"Reply-To": requisition.recruiter.email})


def _line(reader: User, slate: Slate, submission: Submission, now: datetime) -> Line:
    def leads_to(**shows: str) -> str:
        there = {"candidate": str(submission.pk), **shows}
        return link_url(reader, SLATE, slate.pk, now=now, shows=there)

    ratings = sorted(submission.ratings.all(), key=lambda one: one.rank)
    return Line(
        shown=shown(submission, reader),
        pitch=submission.pitch,
        ratings=ratings[:LINES_MAX],
        more=len(ratings[LINES_MAX:]),
        url=leads_to(),
        approve=leads_to(answer="approve"),
        decline=leads_to(answer="decline"),
    )


# --- the answer to a question --------------------------------------------------------------


def render_answers(batch: Sequence[Mail], now: datetime) -> Written:
    slates = _slates(batch)
    rows = Question.objects.filter(pk__in={mail.payload["question"] for mail in batch})
    related = ("answered_by", "submission__candidate", "submission__slate")
    questions = {str(one.pk): one for one in rows.select_related(*related)}
    return {
        mail.pk: _answer(mail, slates[mail.payload["slate"]],
                         questions[mail.payload["question"]], now)
        for mail in batch
    }  # fmt: skip


def _answer(mail: Mail, slate: Slate, question: Question, now: datetime) -> Rendered | Skip:
    submission = question.submission
    if question.answered_by is None or submission.candidate.erased_at:
        return Skip("The data of the candidate was erased.")
    there = {"candidate": str(submission.pk)}
    context = {
        "person": mail.recipient,
        "requisition": slate.requisition,
        "question": question,
        "shown": shown(submission, mail.recipient),
        "is_undecided": submission.is_undecided,
        "url": link_url(mail.recipient, SLATE, slate.pk, now=now, shows=there),
    }
    rendered = render_mail("slate_answer", context)
    return rendered.with_headers({"Reply-To": question.answered_by.email})


# --- decisions by link, confirmed ----------------------------------------------------------


def render_confirmations(batch: Sequence[Mail], now: datetime) -> Written:
    """What each person decided by link on a slate within a quarter of an hour, or took back of what
    had been confirmed before. That it was told is noted on each decision."""
    slates = _slates(batch)
    prefetch_related_objects([mail.recipient for mail in batch], "working_card")
    rows = Decision.objects.filter(by_link=True, submission__slate__in=list(slates)).order_by("at")
    made = list(rows.select_related("submission__candidate", "submission__slate", "in_name_of"))
    told: dict[UUID, list[Decision]] = {mail.pk: _told(mail, made) for mail in batch}
    written = {
        mail.pk: _confirmation(mail, slates[mail.payload["slate"]], told[mail.pk], now)
        for mail in batch
    }
    confirmed = [one.pk for decisions in told.values() for one in decisions]
    Decision.objects.filter(pk__in=confirmed, confirmed_at=None).update(confirmed_at=now)
    return written


def _told(mail: Mail, made: Sequence[Decision]) -> list[Decision]:
    since = datetime.fromisoformat(mail.payload["since"])
    return [
        one
        for one in made
        if one.by_id == mail.recipient_id
        and str(one.submission.slate_id) == mail.payload["slate"]
        and any(since <= at < since + GATHERED for at in (one.at, one.undone_at) if at)
    ]


def _confirmation(
    mail: Mail, slate: Slate, decisions: Sequence[Decision], now: datetime
) -> Rendered | Skip:
    if all(one.undone_at and not one.confirmed_at for one in decisions):
        return Skip("Taken back in the meantime.")
    zone = ZoneInfo(mail.recipient.working_card.zone)
    last = decisions[-1].at.astimezone(zone)
    names = {one.in_name_of for one in decisions if one.in_name_of}
    context: dict[str, Any] = {
        "person": mail.recipient,
        "requisition": slate.requisition,
        "count": sum(one.undone_at is None for one in decisions),
        "lines": [_said(one, mail.recipient, zone) for one in decisions],
        "in_place_of": next(iter(names), None),
        "day": f"{last.day} {last:%B %Y}",
        "zone": zone.key,
        "url": link_url(mail.recipient, SLATE, slate.pk, now=now),
        "contest_url": link_url(mail.recipient, CONTEST, slate.pk, now=now, lasts=ACT_LASTS),
    }
    rendered = render_mail("decisions_made", context)
    return rendered.with_headers({"Reply-To": slate.requisition.recruiter.email})


def _said(decision: Decision, reader: User, zone: ZoneInfo) -> Mapping[str, Any]:
    why = "" if decision.is_approval else decision.text or str(Reason(decision.reason).label)
    return {
        "at": f"{decision.at.astimezone(zone):%H:%M}",
        "did": str(Decision.Verdict(decision.verdict).label).lower(),
        "called": shown(decision.submission, reader).called,
        "why": why,
        "is_undone": decision.undone_at is not None,
    }


def _slates(batch: Sequence[Mail]) -> dict[str, Slate]:
    people = ("by", "requisition__client", "requisition__manager", "requisition__recruiter")
    rows = Slate.objects.filter(pk__in={mail.payload["slate"] for mail in batch})
    return {str(one.pk): one for one in rows.select_related(*people)}
