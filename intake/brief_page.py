"""The brief of a requisition as its page shows it: the draft, and what may be done with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.core import signing
from django.utils import timezone

from intake.content import Content, Missing, missing
from intake.differences import Change, differences
from intake.document import Document, document_of
from intake.evidence import evidence
from intake.models import Action, Intake, NotYours, Side, Signature
from intake.versions import (
    Clock,
    Version,
    Versions,
    amendments_words,
    signer_of,
    versions_of,
    waits_words,
)
from recruiting.accounts.models import User
from requisitions.models import Requisition

_SALT = "intake.brief-shown"


class Stage(StrEnum):
    """How the draft stands against what was signed of it."""

    DRAFT = "draft"
    ASKED = "asked"
    CHANGED = "changed"
    IN_FORCE = "in force"
    AMENDED = "amended"


@dataclass(frozen=True)
class Signer:
    """One side below a brief: who signs for it, and the signature once it is there."""

    side: Side
    name: str
    signature: Signature | None

    @property
    def title(self) -> str:
        return "For recruiting" if self.side == Side.RECRUITER else "For the hiring team"


@dataclass(frozen=True)
class Asked:
    """What the reader is asked to sign. `asks_reason`: it amends one that is in force."""

    side: Side
    instead_of: str
    number: int
    digest: str
    shown: str
    asks_reason: bool
    reason: str = ""

    def sentence(self, reader: User) -> str:
        """What pressing the button does, in whose name."""
        what = f"You sign brief {self.number} as {reader.display_name}"
        whom = "the recruiter's side" if self.side == Side.RECRUITER else "the hiring manager"
        if self.instead_of:
            return f"{what}, in place of {self.instead_of}."
        return f"{what} for {whom}."


@dataclass(frozen=True)
class BriefPage:
    """All that the page shows. `changes`: from the brief in force to the draft."""

    requisition: Requisition
    content: Content
    document: Document
    versions: Versions
    stage: Stage
    shown: Version | None
    changes: Sequence[Change]
    missing: Sequence[Missing]
    signers: Sequence[Signer]
    actions: Sequence[Action]
    asked: Asked | None
    sentence: str
    statement: str
    amendments: str
    ball: str
    may_take_back: bool

    @property
    def number(self) -> int:
        return self.shown.brief.number if self.shown else self.versions.next_number

    @property
    def is_closed(self) -> bool:
        return self.requisition.is_closed


def brief_page(intake: Intake, reader: User, *, now: datetime) -> BriefPage:
    """Nine statements at most, however much was written or signed; where a dealbreaker of the
    brief in force is let go, those of whoever knows what it stopped come on top."""
    requisition = intake.requisition
    clock = Clock(timezone.localdate(now), timezone.get_current_timezone())
    content, versions = intake.content(), versions_of(requisition.pk)
    stage = stage_of(content, versions)
    shown = _shown_version(stage, versions)
    side = side_of(reader, requisition, now)
    lacks = missing(content)
    asked = None
    if side and not lacks and not requisition.is_closed:
        asked = _asked(stage, content, versions, side, requisition, reader)
    if asked and asked.asks_reason and not asked.reason and versions.in_force:
        agreed = versions.in_force.brief.content
        asked = _with_reason(asked, evidence(requisition, agreed, content))
    return BriefPage(
        requisition=requisition,
        content=content,
        document=document_of(content),
        versions=versions,
        stage=stage,
        shown=shown,
        changes=_changes(stage, content, versions),
        missing=lacks,
        signers=signers_of(requisition, shown),
        actions=list(intake.actions.standing().filter(is_done=False).select_related("holder")),
        asked=asked,
        sentence=_sentence(stage, versions, requisition, clock, lacks),
        statement=asked.sentence(reader) if asked else "",
        amendments=amendments_words(versions, clock),
        ball=_ball(stage, versions),
        may_take_back=_may_take_back(stage, versions, side),
    )


def side_of(reader: User, requisition: Requisition, now: datetime) -> Side | None:
    """The side for which the reader signs; None for who only reads."""
    try:
        return Side.of(reader, requisition, now)
    except NotYours:
        return None


def stage_of(content: Content, versions: Versions) -> Stage:
    """How a draft that says `content` stands against what was signed."""
    in_force, pending = versions.in_force, versions.pending
    if pending and pending.brief.digest == content.digest:
        return Stage.ASKED
    if in_force and in_force.brief.digest == content.digest:
        return Stage.IN_FORCE
    if pending:
        return Stage.CHANGED
    return Stage.AMENDED if in_force else Stage.DRAFT


def signers_of(requisition: Requisition, version: Version | None) -> list[Signer]:
    """Both sides in their order, with who has signed this version and who is to sign it."""
    signatures = version.signatures if version else {}
    return [
        Signer(
            side,
            signatures[side].name if side in signatures else signer_of(requisition, side),
            signatures.get(side),
        )
        for side in Side
    ]


# --- what a form carries -------------------------------------------------------------------


def keep_shown(content: Content) -> str:
    """What the reader was shown, to travel in the form: it stands beside what has taken its
    place if somebody changes the draft before the form arrives."""
    return signing.dumps(content.as_json(), salt=_SALT, compress=True)


def kept_shown(text: str) -> Content | None:
    """None for what no page of ours has written."""
    try:
        return Content.from_json(signing.loads(text, salt=_SALT))
    except (signing.BadSignature, ValueError, KeyError, TypeError):
        return None


def asked_now(
    intake: Intake, content: Content, reader: User, *, reason: str, now: datetime
) -> Asked | None:
    """What the reader may sign after the brief has changed under her hands, which is `content`."""
    side = side_of(reader, intake.requisition, now)
    if side is None or missing(content):
        return None
    versions = versions_of(intake.pk)
    stage = stage_of(content, versions)
    found = _asked(stage, content, versions, side, intake.requisition, reader)
    return None if found is None else _with_reason(found, reason)


def _with_reason(asked: Asked, reason: str) -> Asked:
    return Asked(**{**vars(asked), "reason": reason or asked.reason})


# --- judging -------------------------------------------------------------------------------


def _shown_version(stage: Stage, versions: Versions) -> Version | None:
    """The version that says what the draft says; None while the draft says something new."""
    if stage == Stage.ASKED:
        return versions.pending
    return versions.in_force if stage == Stage.IN_FORCE else None


def _asked(
    stage: Stage,
    content: Content,
    versions: Versions,
    side: Side,
    requisition: Requisition,
    reader: User,
) -> Asked | None:
    pending = versions.pending
    if stage == Stage.IN_FORCE or (stage == Stage.ASKED and pending and side in pending.signatures):
        return None
    person = requisition.recruiter if side == Side.RECRUITER else requisition.manager
    is_new = stage != Stage.ASKED
    return Asked(
        side=side,
        instead_of=person.display_name if person and person != reader else "",
        number=versions.next_number if is_new or not pending else pending.brief.number,
        digest=content.digest,
        shown=keep_shown(content),
        asks_reason=is_new and versions.in_force is not None,
        reason=pending.brief.reason if is_new and pending else "",
    )


def _changes(stage: Stage, content: Content, versions: Versions) -> list[Change]:
    """To what was agreed; before anything was, to what the first one has signed."""
    if stage in (Stage.DRAFT, Stage.IN_FORCE):
        return []
    before = versions.in_force or (versions.pending if stage == Stage.CHANGED else None)
    return differences(before.brief.content, content) if before else []


def _sentence(
    stage: Stage,
    versions: Versions,
    requisition: Requisition,
    clock: Clock,
    lacks: Sequence[Missing],
) -> str:
    """Where it stands, in one sentence."""
    in_force, pending = versions.in_force, versions.pending
    if stage == Stage.ASKED and pending:
        return f"{pending.name} is {waits_words(pending, requisition, clock)}."
    if stage == Stage.CHANGED and pending:
        (signature,) = pending.signatures.values()
        return (
            f"The draft has changed since {signature.name} signed {pending.name.lower()} "
            f"{clock.on(signature.at)}. Both sign it as it is now."
        )
    if in_force and in_force.brief.signed_at:
        signed = f"{in_force.name} is in force: both signed it {clock.on(in_force.brief.signed_at)}"
        if stage == Stage.IN_FORCE and pending:
            return f"{signed}. The draft says the same again, so {pending.name.lower()} is void."
        if stage == Stage.IN_FORCE:
            return f"{signed}."
        return f"{signed}. The draft says something else by now."
    if not lacks:
        return "A draft, ready to be signed by both."
    things = "1 thing is" if len(lacks) == 1 else f"{len(lacks)} things are"
    return f"A draft: {things} missing before it can be signed."


def _ball(stage: Stage, versions: Versions) -> str:
    pending = versions.pending
    if stage != Stage.ASKED or pending is None or pending.lacking is None:
        return ""
    return pending.lacking.value


def _may_take_back(stage: Stage, versions: Versions, side: Side | None) -> bool:
    """Who asked may; the other side too once the draft says something else."""
    pending = versions.pending
    return bool(pending and side and (side in pending.signatures or stage != Stage.ASKED))
