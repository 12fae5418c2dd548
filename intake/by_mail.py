"""A brief as the link in a mail shows it: signed without signing in, and only what was read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.utils import timezone

from intake.brief_page import Asked, Signer, keep_shown, side_of, signers_of
from intake.content import Content
from intake.differences import Change, differences
from intake.document import Document, document_of
from intake.models import Brief, Side, Signature
from intake.versions import Clock, Version, Versions, versions_of
from recruiting.accounts.models import User
from requisitions.models import Requisition


class Turn(StrEnum):
    """What became of the version in the link."""

    TO_SIGN = "to sign"
    SIGNED = "signed"
    NEWER = "newer"
    CHANGED = "changed"
    OVER = "over"


class NotForYou(Exception):
    """The owner of the link does not sign for this brief any more. Says why, in words."""


@dataclass(frozen=True)
class MailedBrief:
    """What the page shows. `target` is the version that its button signs."""

    brief: Brief
    reader: User
    requisition: Requisition
    turn: Turn
    document: Document
    signers: Sequence[Signer]
    target: Brief | None = None
    asked: Asked | None = None
    statement: str = ""
    changes: Sequence[Change] = ()
    before: str = ""
    mine: Signature | None = None
    sentence: str = ""


def mailed_brief(brief: Brief, reader: User, *, now: datetime) -> MailedBrief:
    """`brief` comes with its requisition and people. Raises NotForYou."""
    requisition = brief.requisition
    side = _side(requisition, reader, now)
    clock = Clock(timezone.localdate(now), timezone.get_current_timezone())
    versions, content = versions_of(requisition.pk), requisition.intake.content()
    me = versions.by_number(brief.number)
    assert me is not None, "no brief is without a signature"
    found = MailedBrief(
        brief=brief,
        reader=reader,
        requisition=requisition,
        turn=Turn.OVER,
        document=document_of(brief.content),
        signers=signers_of(requisition, me),
    )
    if mine := me.signatures.get(side):
        return replace(found, turn=Turn.SIGNED, mine=mine, sentence=_signed(mine, reader, clock))
    if requisition.is_closed:
        return replace(found, sentence="This requisition is closed: there is nothing to sign.")
    if me.is_pending and brief.digest == content.digest:
        return _to_sign(found, me, side, reader, clock)
    return _later(found, versions, content, side, reader, clock)


def _side(requisition: Requisition, reader: User, now: datetime) -> Side:
    side = side_of(reader, requisition, now)
    if (
        side is None
        or not Requisition.objects.visible_to(reader, now).filter(pk=requisition.pk).exists()
    ):
        who = requisition.manager if reader.is_manager else requisition.recruiter
        at_client = reader.memberships.filter(client=requisition.client_id).exists()
        does = f": {who.display_name} does" if who and at_client else ""
        raise NotForYou(f"You do not sign for this requisition any more{does}.")
    return side


def _to_sign(
    found: MailedBrief, version: Version, side: Side, reader: User, clock: Clock
) -> MailedBrief:
    (other,) = version.signatures.values()
    person = found.requisition.recruiter if side == Side.RECRUITER else found.requisition.manager
    asked = Asked(
        side=side,
        instead_of=person.display_name if person and person != reader else "",
        number=version.brief.number,
        digest=version.brief.digest,
        shown=keep_shown(version.brief.content),
        asks_reason=False,
    )
    return replace(
        found,
        turn=Turn.TO_SIGN,
        target=version.brief,
        asked=asked,
        statement=asked.sentence(reader),
        sentence=f"{other.name} signed it {clock.on(other.at)} and asks you to sign it too.",
    )


def _later(
    found: MailedBrief,
    versions: Versions,
    content: Content,
    side: Side,
    reader: User,
    clock: Clock,
) -> MailedBrief:
    """The version of the link does not stand any more: what does, and what differs."""
    name, pending, in_force = f"brief {found.brief.number}", versions.pending, versions.in_force
    changes = differences(found.brief.content, content)
    if pending and pending.brief.digest == content.digest and side not in pending.signatures:
        newer = _to_sign(found, pending, side, reader, clock)
        return replace(
            newer,
            turn=Turn.NEWER,
            document=document_of(content),
            signers=signers_of(found.requisition, pending),
            changes=changes,
            before=name,
            sentence=f"The mail was about {name}, which {pending.name.lower()} has replaced. "
            f"{newer.sentence}",
        )
    latest = pending if pending and side in pending.signatures else in_force
    if latest and latest.brief.digest == content.digest:
        replaced = f"The mail was about {name}, which {latest.name.lower()} has replaced."
        if latest.brief.number < found.brief.number:
            replaced = f"The draft says again what {latest.name.lower()} says: {name} is void."
        return replace(
            found,
            document=document_of(content),
            signers=signers_of(found.requisition, latest),
            changes=changes,
            before=name,
            sentence=f"{replaced} Your side has signed that one.",
        )
    return replace(
        found,
        turn=Turn.CHANGED,
        document=document_of(content),
        signers=signers_of(found.requisition, None),
        changes=changes,
        before=name,
        sentence=f"The draft has changed since {name} was sent to you. You are asked again when "
        "the other side has signed it as it is now.",
    )


def _signed(mine: Signature, reader: User, clock: Clock) -> str:
    who = "You" if mine.user_id == reader.pk else mine.name
    return f"{who} signed this {clock.on(mine.at)}, {timezone.localtime(mine.at):%H:%M}."
