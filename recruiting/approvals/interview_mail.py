"""The mails of interviews: what calendars are told, and the question how it was."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from intake import calendar_mail, calendars
from intake.access import LEFT, gone
from intake.calendar_mail import (
    Objections,
    Written,
    fetch_cards,
    invite_of,
    replied_to,
    was_words,
)
from intake.times import moment_words
from recruiting.accounts.models import Delegation
from recruiting.approvals.access import shown
from recruiting.approvals.models import Interview
from recruiting.approvals.notices import FEEDBACK, FEEDBACK_GIVEN
from recruiting.approvals.states import OVER
from recruiting.mailing import kinds
from recruiting.mailing.kinds import Kind, Skip
from recruiting.mailing.models import Mail
from recruiting.mailing.render import Rendered, render_mail
from recruiting.mailing.signed_links import link_url

FEEDBACK_LINK = "feedback"
"""What the link in a mail is for that asks how an interview was, and where its page stands."""

INVITATION, CANCELLATION = Interview.invitation, Interview.cancellation


def register() -> None:
    kinds.register(
        Kind(
            INVITATION,
            title="Interview invitation",
            render=invitations,
            still_wanted=still_standing,
            materialise=catch_up,
        )
    )
    kinds.register(
        Kind(
            CANCELLATION,
            title="Interview called off",
            render=cancellations,
            still_wanted=was_invited,
        )
    )
    kinds.register(
        Kind(
            FEEDBACK,
            title="Request for interview feedback",
            render=questions,
            still_wanted=still_asked,
            urgent=True,
        )
    )
    kinds.register(
        Kind(
            FEEDBACK_GIVEN,
            title="Confirmation of feedback",
            render=confirmations,
            still_wanted=still_there,
        )
    )


def catch_up(now: datetime) -> int:
    """Interviews whose requisition or candidate has changed, or whose people have other addresses,
    are told to calendars anew. One statement when there are none. Returns how many there were."""
    found = Interview.objects.out_of_step(now).select_related("submission")
    interviews = list(found)
    for interview in interviews:
        interview.catch_up(now=now)
    return len(interviews)


def still_standing(batch: Sequence[Mail], _: datetime) -> Objections:
    return calendar_mail.still_standing(Interview, batch)


def was_invited(batch: Sequence[Mail], now: datetime) -> Objections:
    return calendar_mail.was_invited(Interview, batch, now)


# --- what calendars are told ---------------------------------------------------------------


def invitations(batch: Sequence[Mail], now: datetime) -> Written:
    known = _with_candidates(batch)
    fetch_cards(batch)
    return {mail.pk: _invitation(mail, known[mail.payload["interview"]], now) for mail in batch}


def _invitation(mail: Mail, interview: Interview, now: datetime) -> Rendered:
    invite, common = invite_of(mail), _common(mail, interview)
    context = {
        **common,
        "minutes": invite.minutes,
        "place": invite.place,
        "link": interview.link,
        "who": interview.who,
        "is_changed": invite.sequence > 0,
        "was": was_words(mail),
    }
    calendar = calendars.request(
        invite,
        summary=_summary(mail, interview),
        description=_description(interview, common),
        url=common["page"],
        now=now,
    )
    return replied_to(render_mail(INVITATION, context), invite).with_calendar(calendar)


def cancellations(batch: Sequence[Mail], now: datetime) -> Written:
    known = _with_candidates(batch)
    fetch_cards(batch)
    return {mail.pk: _cancelled(mail, known[mail.payload["interview"]], now) for mail in batch}


def _cancelled(mail: Mail, interview: Interview, now: datetime) -> Rendered:
    invite, why = invite_of(mail), mail.payload.get("why", "")
    context = {**_common(mail, interview), "why": why, "others": mail.payload.get("others")}
    summary = _summary(mail, interview)
    calendar = calendars.cancellation(invite, summary=summary, why=why, now=now)
    return replied_to(render_mail(CANCELLATION, context), invite).with_calendar(calendar)


def _common(mail: Mail, interview: Interview) -> dict[str, Any]:
    invite, card = invite_of(mail), mail.recipient.working_card
    is_guest, submission = mail.payload["is_guest"], interview.submission
    return {
        "person": mail.recipient,
        "requisition": submission.requisition,
        "called": shown(submission, mail.recipient).called,
        "round": mail.payload["round"],
        "is_guest": is_guest,
        "other": invite.organizer.name if is_guest else invite.guest.name,
        "when": moment_words(invite.begins_at, card.zone),
        "place_of_clock": card.place,
        "page": settings.SITE_URL + reverse("submission", args=[submission.pk]),
    }


def _summary(mail: Mail, interview: Interview) -> str:
    """A calendar is seen by others: it names the job and the round, and nobody."""
    return f"{mail.payload['round']}: {interview.submission.requisition.title}"


def _description(interview: Interview, common: Mapping[str, Any]) -> str:
    job = interview.submission.requisition
    lines = [f"{common['called']} for {job.title}, {job.client.name}"]
    if interview.who:
        lines.append(f"Also there: {interview.who}")
    return "\n".join([*lines, "", f"Pitch and resume: {common['page']}"])


# --- how was it ----------------------------------------------------------------------------


def still_asked(batch: Sequence[Mail], now: datetime) -> Objections:
    """Whether it is held and nobody has said how it was, and the reader still says so. Four
    statements for any number of mails."""
    known, left = _with_candidates(batch), gone(batch)
    standing = set(
        Delegation.objects.standing(now)
        .filter(delegate__in={mail.recipient_id for mail in batch})
        .values_list("delegate", "user", "client")
    )
    objections: Objections = {}
    for mail in batch:
        interview = known[mail.payload["interview"]]
        reason = LEFT if mail.pk in left else _answered(interview)
        if not reason and not _decides(mail, interview, standing):
            reason = "Somebody else is the hiring manager now."
        if reason:
            objections[mail.pk] = Skip(reason)
    return objections


def _answered(interview: Interview) -> str:
    submission = interview.submission
    if hasattr(interview, "feedback"):
        return "It was said in the meantime."
    if interview.held_at is None:
        return "The interview did not take place."
    if submission.state in OVER or submission.requisition.is_closed:
        return "There is nothing to say any more."
    return ""


def _decides(mail: Mail, interview: Interview, standing: set[tuple[Any, ...]]) -> bool:
    requisition = interview.submission.requisition
    manager = requisition.manager_id
    stands_in = (mail.recipient_id, manager, requisition.client_id) in standing
    return mail.recipient_id == manager or stands_in


def questions(batch: Sequence[Mail], now: datetime) -> Written:
    known = _with_candidates(batch)
    fetch_cards(batch)
    return {mail.pk: _question(mail, known[mail.payload["interview"]], now) for mail in batch}


def _question(mail: Mail, interview: Interview, now: datetime) -> Rendered:
    requisition = interview.submission.requisition
    card = mail.recipient.working_card
    context = {
        "person": mail.recipient,
        "requisition": requisition,
        "recruiter": requisition.recruiter,
        "called": shown(interview.submission, mail.recipient).called,
        "round": interview.round,
        "when": moment_words(interview.begins_at, card.zone),
        "in_place_of": requisition.manager if mail.recipient_id != requisition.manager_id else None,
        "link": link_url(mail.recipient, FEEDBACK_LINK, interview.pk, now=now),
    }
    return render_mail(FEEDBACK, context).with_headers({"Reply-To": requisition.recruiter.email})


# --- what was said by the link, confirmed --------------------------------------------------


def still_there(batch: Sequence[Mail], _: datetime) -> Objections:
    return {pk: Skip(LEFT) for pk in gone(batch)}


def confirmations(batch: Sequence[Mail], _: datetime) -> Written:
    known = _with_candidates(batch)
    fetch_cards(batch)
    return {mail.pk: _confirmation(mail, known[mail.payload["interview"]]) for mail in batch}


def _confirmation(mail: Mail, interview: Interview) -> Rendered | Skip:
    if not hasattr(interview, "feedback"):
        return Skip("It was taken back in the meantime.")
    said, submission = interview.feedback, interview.submission
    context = {
        "person": mail.recipient,
        "requisition": submission.requisition,
        "recruiter": submission.requisition.recruiter,
        "called": shown(submission, mail.recipient).called,
        "round": interview.round,
        "said": said,
        "when": moment_words(said.at, mail.recipient.working_card.zone),
        "page": settings.SITE_URL + reverse("submission", args=[submission.pk]),
    }
    recruiter = submission.requisition.recruiter
    return render_mail(FEEDBACK_GIVEN, context).with_headers({"Reply-To": recruiter.email})


def _with_candidates(batch: Sequence[Mail]) -> dict[str, Interview]:
    """One statement."""
    ids = {UUID(mail.payload["interview"]) for mail in batch}
    job = "submission__requisition__"
    rows = Interview.objects.filter(pk__in=ids).select_related(
        "feedback", "submission__candidate", "submission__slate",
        f"{job}client", f"{job}recruiter", f"{job}manager",
    )  # fmt: skip
    return {str(one.pk): one for one in rows}
