"""The mails of a brief: who is asked to sign it, and word of a signature to whom it is of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from intake.access import LEFT, gone
from intake.asking import materialise
from intake.content import five_lines
from intake.models import Brief, Side
from intake.notices import SIGNED, TO_SIGN
from recruiting.accounts.models import Delegation
from recruiting.mailing import kinds
from recruiting.mailing.kinds import Kind, Postpone, Skip
from recruiting.mailing.models import Mail
from recruiting.mailing.render import Rendered, render_mail
from recruiting.mailing.signed_links import ACT_LASTS, link_url

BRIEF = "brief"
"""The purpose of links that sign one version; their page is at `/mail/brief/<uuid>/`."""

CONTEST = "contest"
"""Of links that contest one's signature under a brief."""


def register() -> None:
    kinds.register(
        Kind(
            TO_SIGN,
            title="Brief to sign",
            render=render_requests,
            still_wanted=still_asked,
            urgent=True,
            materialise=materialise,
        )
    )
    kinds.register(
        Kind(SIGNED, title="Confirmation of a signature", render=render_confirmations, urgent=True)
    )


def still_asked(batch: Sequence[Mail], now: datetime) -> dict[UUID, Skip | Postpone]:
    """Whether the brief still waits for that side, and the reader still signs for it. Six
    statements for any number of mails."""
    briefs, left = _briefs(batch), gone(batch)
    standing = set(
        Delegation.objects.standing(now)
        .filter(delegate__in={mail.recipient_id for mail in batch})
        .values_list("delegate", "user", "client")
    )
    found = (
        (
            mail,
            LEFT if mail.pk in left else _objection(mail, briefs[mail.payload["brief"]], standing),
        )
        for mail in batch
    )
    return {mail.pk: Skip(reason) for mail, reason in found if reason}


def _objection(mail: Mail, brief: Brief, standing: set[tuple[Any, ...]]) -> str:
    requisition, side = brief.requisition, Side(mail.payload["side"])
    if side in {one.side for one in brief.signatures.all()}:
        return "Signed in the meantime."
    if requisition.is_closed:
        return "The requisition is closed."
    if brief.withdrawn_at:
        return "Another version has taken its place."
    signs = requisition.manager_id if side == Side.MANAGER else requisition.recruiter_id
    stands_in = (mail.recipient_id, requisition.manager_id, requisition.client_id) in standing
    if mail.recipient_id != signs and not stands_in:
        return "Somebody else signs for this side now."
    return ""


def render_requests(batch: Sequence[Mail], now: datetime) -> dict[UUID, Rendered | Skip]:
    briefs = _briefs(batch)
    return {mail.pk: _request(mail, briefs[mail.payload["brief"]], now) for mail in batch}


def render_confirmations(batch: Sequence[Mail], now: datetime) -> dict[UUID, Rendered | Skip]:
    briefs = _briefs(batch)
    return {mail.pk: _confirmation(mail, briefs[mail.payload["brief"]], now) for mail in batch}


def _request(mail: Mail, brief: Brief, now: datetime) -> Rendered | Skip:
    side, requisition = Side(mail.payload["side"]), brief.requisition
    askers = [one for one in brief.signatures.all() if one.side == side.other]
    if not askers:
        return Skip("Nobody asks for this signature.")
    stands_in = side == Side.MANAGER and mail.recipient_id != requisition.manager_id
    link = link_url(mail.recipient, BRIEF, brief.pk, version=brief.digest, now=now, lasts=ACT_LASTS)
    context = {
        "person": mail.recipient,
        "signer": askers[0],
        "brief": brief,
        "requisition": requisition,
        "lines": five_lines(brief.content),
        "in_place_of": requisition.manager if stands_in else None,
        "url": link,
    }
    return render_mail("brief_to_sign", context).with_headers({"Reply-To": askers[0].user.email})


def _confirmation(mail: Mail, brief: Brief, now: datetime) -> Rendered | Skip:
    mine = [one for one in brief.signatures.all() if one.user_id == mail.recipient_id]
    if not mine:
        return Skip("There is no signature of this person.")
    zone = ZoneInfo(mine[0].user.working_card.zone)
    at = mine[0].at.astimezone(zone)
    context = {
        "person": mail.recipient,
        "at": f"{at.day} {at:%B %Y, %H:%M}",  # templates would tell it by the server's clocks
        "zone": zone.key,
        "brief": brief,
        "requisition": brief.requisition,
        "lines": five_lines(brief.content),
        "url": settings.SITE_URL + reverse("brief_version", args=[brief.pk]),
        "contest_url": link_url(mail.recipient, CONTEST, brief.pk, now=now, lasts=ACT_LASTS),
    }
    rendered = render_mail("brief_signed", context)
    return rendered.with_headers({"Reply-To": brief.requisition.recruiter.email})


def _briefs(batch: Sequence[Mail]) -> Mapping[str, Brief]:
    people = ("requisition__client", "requisition__manager", "requisition__recruiter")
    rows = Brief.objects.filter(pk__in={mail.payload["brief"] for mail in batch})
    found = rows.select_related(*people).prefetch_related("signatures__user__working_card")
    return {str(one.pk): one for one in found}
