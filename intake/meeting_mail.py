"""The mails of an intake meeting: invitations and cancellations that calendars understand, and the
request to answer in writing instead."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse

from intake import calendar_mail, calendars
from intake.access import LEFT, gone
from intake.agenda import Part
from intake.calendar_mail import (
    Objections,
    Written,
    fetch_cards,
    invite_of,
    load,
    replied_to,
    was_words,
)
from intake.calendars import Invite
from intake.models import AgendaTemplate, Brief, Intake, Meeting
from intake.models.meetings import CANCELLATION, INVITATION
from intake.questions import NUMBERS, PRE_READ
from intake.times import moment_words
from intake.writing import PRE_READ_LINK, WRITING, WRITING_LINK
from recruiting.mailing import kinds
from recruiting.mailing.kinds import Kind, Skip
from recruiting.mailing.models import Mail
from recruiting.mailing.render import Rendered, render_mail
from recruiting.mailing.signed_links import link_url
from requisitions.models import Requisition


def register() -> None:
    kinds.register(
        Kind(
            INVITATION,
            title="Meeting invitation",
            render=invitations,
            still_wanted=still_standing,
            materialise=catch_up,
        )
    )
    kinds.register(
        Kind(
            CANCELLATION, title="Meeting called off", render=cancellations, still_wanted=was_invited
        )
    )
    kinds.register(
        Kind(
            WRITING,
            title="Questions before a meeting",
            render=requests,
            still_wanted=still_to_answer,
        )
    )


def catch_up(now: datetime) -> int:
    """Meetings whose requisition has changed hands, or whose people have changed addresses, are
    told to calendars anew. One statement when there are none. Returns how many there were."""
    meetings = list(Meeting.objects.out_of_step(now).select_related("requisition"))
    for meeting in meetings:
        meeting.catch_up(now=now)
    return len(meetings)


# --- asked again just before they are written ----------------------------------------------


def still_standing(batch: Sequence[Mail], _: datetime) -> Objections:
    return calendar_mail.still_standing(Meeting, batch)


def was_invited(batch: Sequence[Mail], now: datetime) -> Objections:
    return calendar_mail.was_invited(Meeting, batch, now)


# --- writing them --------------------------------------------------------------------------


def invitations(batch: Sequence[Mail], now: datetime) -> Written:
    meetings = load(Meeting, batch)
    jobs = _jobs({one.requisition_id for one in meetings.values()})
    agendas = _agendas(jobs.values())
    fetch_cards(batch)
    return {
        mail.pk: _invitation(mail, jobs[meetings[mail.payload["meeting"]].requisition_id],
                             meetings[mail.payload["meeting"]], agendas, now)
        for mail in batch
    }  # fmt: skip


def _invitation(
    mail: Mail,
    job: Requisition,
    meeting: Meeting,
    agendas: Mapping[UUID, Sequence[Part]],
    now: datetime,
) -> Rendered:
    invite, agenda = invite_of(mail), agendas[job.pk]
    is_guest = mail.payload["is_guest"]
    asks = is_guest and not job.has_brief  # type: ignore[attr-defined]  # annotated
    context = {
        **_common(mail, job, invite),
        "minutes": invite.minutes,
        "place": invite.place,
        "link": meeting.link,
        "agenda": agenda,
        "agenda_minutes": sum(part.minutes for part in agenda),
        "is_changed": invite.sequence > 0,
        "was": was_words(mail),
        "page": _page(job),
        "questions": NUMBERS[len(PRE_READ)],
        "pre_read": link_url(mail.recipient, PRE_READ_LINK, meeting.pk, now=now) if asks else "",
    }
    calendar = calendars.request(
        invite,
        summary=_summary(job),
        description=_description(job, agenda),
        url=_page(job),
        now=now,
    )
    return replied_to(render_mail(INVITATION, context), invite).with_calendar(calendar)


def cancellations(batch: Sequence[Mail], now: datetime) -> Written:
    meetings = load(Meeting, batch)
    jobs = _jobs({one.requisition_id for one in meetings.values()})
    fetch_cards(batch)
    return {
        mail.pk: _cancelled(mail, jobs[meetings[mail.payload["meeting"]].requisition_id], now)
        for mail in batch
    }


def _cancelled(mail: Mail, job: Requisition, now: datetime) -> Rendered:
    invite, why = invite_of(mail), mail.payload.get("why", "")
    context = {**_common(mail, job, invite), "why": why, "others": mail.payload.get("others")}
    calendar = calendars.cancellation(invite, summary=_summary(job), why=why, now=now)
    return replied_to(render_mail(CANCELLATION, context), invite).with_calendar(calendar)


def requests(batch: Sequence[Mail], now: datetime) -> Written:
    """To answer in writing."""
    jobs = _jobs({UUID(mail.payload["requisition"]) for mail in batch})
    agendas = _agendas(jobs.values())
    return {
        mail.pk: _request(mail, jobs[UUID(mail.payload["requisition"])], agendas, now)
        for mail in batch
    }


def _request(
    mail: Mail, job: Requisition, agendas: Mapping[UUID, Sequence[Part]], now: datetime
) -> Rendered:
    context = {
        "person": mail.recipient,
        "requisition": job,
        "recruiter": job.recruiter,
        "agenda": agendas[job.pk],
        "link": link_url(mail.recipient, WRITING_LINK, job.pk, now=now),
    }
    return render_mail(WRITING, context).with_headers({"Reply-To": job.recruiter.email})


def still_to_answer(batch: Sequence[Mail], now: datetime) -> Objections:
    jobs = _jobs({UUID(mail.payload["requisition"]) for mail in batch})
    left = gone(batch)
    objections: Objections = {}
    for mail in batch:
        job = jobs[UUID(mail.payload["requisition"])]
        if job.is_closed:
            objections[mail.pk] = Skip("The requisition is closed.")
        elif job.has_brief:  # type: ignore[attr-defined]  # annotated
            objections[mail.pk] = Skip("The brief was signed.")
        elif job.manager_id != mail.recipient_id:
            objections[mail.pk] = Skip("Somebody else is the hiring manager now.")
        elif mail.pk in left:
            objections[mail.pk] = Skip(LEFT)
    return objections


# --- what they are made of -----------------------------------------------------------------


def _jobs(pks: Iterable[UUID]) -> dict[UUID, Requisition]:
    signed = Brief.objects.in_force().filter(requisition=OuterRef("pk"))
    prepared = Intake.objects.filter(pk=OuterRef("pk"))
    rows = Requisition.objects.filter(pk__in=list(pks)).select_related("client", "recruiter")
    rows = rows.annotate(has_brief=Exists(signed), is_prepared=Exists(prepared))
    return {job.pk: job for job in rows}


def _agendas(jobs: Iterable[Requisition]) -> dict[UUID, Sequence[Part]]:
    """What each meeting talks about: its own agenda, or the one of its client."""
    found = list(jobs)
    own = {one.pk: one for one in Intake.objects.filter(pk__in=[job.pk for job in found])}
    usual = AgendaTemplate.by_client({job.client_id for job in found})
    return {job.pk: own[job.pk].agenda if job.pk in own else usual[job.client_id] for job in found}


def _common(mail: Mail, job: Requisition, invite: Invite) -> dict[str, Any]:
    card, is_guest = mail.recipient.working_card, mail.payload["is_guest"]
    return {
        "person": mail.recipient,
        "requisition": job,
        "is_guest": is_guest,
        "organizer": invite.organizer.name,
        "other": invite.organizer.name if is_guest else invite.guest.name,
        "when": moment_words(invite.begins_at, card.zone),
        "place_of_clock": card.place,
    }


def _summary(job: Requisition) -> str:
    return f"Intake: {job.title}"


def _description(job: Requisition, agenda: Sequence[Part]) -> str:
    """Plain text, for calendars. It holds no link that is one person's alone: calendars are read
    by others too."""
    lines = [f"{job.title}, {job.client.name}", "", "We talk about:"]
    lines += [f"- {part.name} ({part.minutes} min)" for part in agenda]
    return "\n".join([*lines, "", f"The page for it: {_page(job)}"])


def _page(job: Requisition) -> str:
    """The room, or the requisition's page while there is no room yet."""
    name = "intake" if job.is_prepared else "requisition"  # type: ignore[attr-defined]  # annotated
    return f"{settings.SITE_URL}{reverse(name, args=[job.pk])}"
