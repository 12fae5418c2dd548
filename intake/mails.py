"""The mails of a brief: who is asked to sign it, and word of a signature to whom it is of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from intake.models import Brief, Side
from intake.notices import TO_SIGN
from intake.content import five_lines
from recruiting.mailing import kinds
from recruiting.mailing.kinds import Kind, Postpone, Skip
from recruiting.mailing.models import Mail
from recruiting.mailing.render import Rendered, render_mail
from recruiting.accounts.models import Delegation, User


def register() -> None:
    kinds.register(Kind(TO_SIGN, render=render_requests, still_wanted=still_asked, urgent=True))


def render_requests(batch: Sequence[Mail], now: datetime) -> dict[UUID, Rendered | Skip]:
    """Three statements for any number of mails."""
    briefs = _briefs(batch)
    return {mail.pk: _request(mail, briefs[mail.payload["brief"]]) for mail in batch}


def still_asked(batch: Sequence[Mail], now: datetime) -> dict[UUID, Skip | Postpone]:
    """Whether the brief still waits for that side, and the reader still signs for it."""
    briefs = _briefs(batch)
    objections: dict[UUID, Skip | Postpone] = {}
    standing = set(
        Delegation.objects.standing(now)
        .filter(delegate__in={mail.recipient_id for mail in batch})
        .values_list("delegate", "user", "client")
    )
    for mail in batch:
        brief = briefs[mail.payload["brief"]]
        requisition, side = brief.requisition, Side(mail.payload["side"])
        signed = {one.side for one in brief.signatures.all()}
        key = (mail.recipient_id, requisition.manager_id, requisition.client_id)
        if side in signed:
            objections[mail.pk] = Skip("Signed in the meantime.")
        elif brief.withdrawn_at:
            objections[mail.pk] = Skip("Another version has taken its place.")
        elif not _signs(mail.recipient, side, brief) and key not in standing:
            objections[mail.pk] = Skip("Somebody else signs for this side now.")
    return objections


def _signs(user: User, side: Side, brief: Brief) -> bool:
    requisition = brief.requisition
    held_by = requisition.manager_id if side == Side.MANAGER else requisition.recruiter_id
    return user.pk == held_by


def _request(mail: Mail, brief: Brief) -> Rendered:
    requisition = brief.requisition
    (signature,) = brief.signatures.all()
    context = {
        "person": mail.recipient,
        "signer": signature,
        "brief": brief,
        "requisition": requisition,
        "lines": five_lines(brief.content),
        "in_place_of": requisition.manager if Side(mail.payload["side"]) == Side.MANAGER
                       and mail.recipient_id != requisition.manager_id else None,
        "url": settings.SITE_URL + reverse("brief", args=[requisition.pk]),
    }  # fmt: skip
    rendered = render_mail("brief_to_sign", context)
    return rendered.with_headers({"Reply-To": signature.user.email})


def _briefs(batch: Sequence[Mail]) -> Mapping[str, Brief]:
    ids = {mail.payload["brief"] for mail in batch}
    rows = Brief.objects.filter(pk__in=ids).prefetch_related("signatures__user").select_related(
        "requisition__client", "requisition__manager", "requisition__recruiter"
    )
    return {str(one.pk): one for one in rows}
