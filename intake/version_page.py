"""One version of a brief, to be read as long as the requisition is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from intake.brief_page import Signer, signers_of
from intake.document import Document, document_of
from intake.models import Brief
from intake.versions import Clock, Version, Versions, versions_of, waits_words


@dataclass(frozen=True)
class VersionPage:
    brief: Brief
    document: Document
    versions: Versions
    signers: Sequence[Signer]
    sentence: str
    before: Version | None


def version_page(brief: Brief, *, now: datetime) -> VersionPage:
    """One statement; the brief comes with its requisition and people."""
    clock = Clock(timezone.localdate(now), timezone.get_current_timezone())
    versions = versions_of(brief.requisition_id)
    me = versions.by_number(brief.number)
    assert me is not None, "no brief is without a signature"
    return VersionPage(
        brief=brief,
        document=document_of(brief.content),
        versions=versions,
        signers=signers_of(brief.requisition, me),
        sentence=sentence_of(me, versions, brief, clock),
        before=next((one for one in versions.signed if one.brief.number < brief.number), None),
    )


def sentence_of(me: Version, versions: Versions, brief: Brief, clock: Clock) -> str:
    """What became of it."""
    if me.is_pending:
        return f"{me.name} is {waits_words(me, brief.requisition, clock)}."
    if me.brief.withdrawn_at:
        return f"{me.name} was never in force: it was taken back {clock.on(me.brief.withdrawn_at)}."
    assert me.brief.signed_at is not None, "signed, waiting or taken back"
    signed = f"{me.name}, signed by both {clock.on(me.brief.signed_at)}"
    later = [one for one in versions.signed if one.brief.number > me.brief.number]
    if not later:
        return f"{signed}, is in force."
    since = later[-1].brief
    assert since.signed_at is not None, "what is in force is signed"
    until = clock.since(since.signed_at)
    return f"{signed}, was in force until {until}, when brief {since.number} took its place."
