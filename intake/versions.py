"""The versions of a requisition's brief, who has signed which, and how things stand in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from uuid import UUID

from django.db.models import QuerySet

from intake.content import five_lines
from intake.models import Brief, Side, Signature
from requisitions.models import Requisition
from requisitions.words import since_words


@dataclass(frozen=True)
class Version:
    """A brief with its signatures. Its document is fetched only when it is asked for."""

    brief: Brief
    signatures: Mapping[str, Signature]

    @property
    def name(self) -> str:
        return f"Brief {self.brief.number}"

    @property
    def is_pending(self) -> bool:
        return self.brief.signed_at is None and self.brief.withdrawn_at is None

    @property
    def lacking(self) -> Side | None:
        """The side that is asked to sign; None for a brief that waits for nobody."""
        if not self.is_pending:
            return None
        return next((side for side in Side if side.value not in self.signatures), None)


@dataclass(frozen=True)
class Versions:
    """All of one requisition, the newest first."""

    rows: Sequence[Version] = field(default_factory=tuple)

    @property
    def in_force(self) -> Version | None:
        return next((one for one in self.rows if one.brief.is_in_force), None)

    @property
    def pending(self) -> Version | None:
        return next((one for one in self.rows if one.is_pending), None)

    @property
    def latest(self) -> Version | None:
        """The newest that stands: signed by both, or waiting for it."""
        return next((one for one in self.rows if one.brief.withdrawn_at is None), None)

    @property
    def signed(self) -> list[Version]:
        """Those that both signed, the newest first."""
        return [one for one in self.rows if one.brief.is_in_force]

    @property
    def first_signed_at(self) -> datetime | None:
        return self.signed[-1].brief.signed_at if self.signed else None

    @property
    def amendments(self) -> int:
        return max(len(self.signed) - 1, 0)

    @property
    def next_number(self) -> int:
        return self.rows[0].brief.number + 1 if self.rows else 1

    def by_number(self, number: int) -> Version | None:
        return next((one for one in self.rows if one.brief.number == number), None)


def versions_of(pk: UUID) -> Versions:
    """Those of requisition `pk`, in one statement: no brief is without a signature."""
    return Versions(_gathered(Signature.objects.filter(brief__requisition=pk)))


def _gathered(signatures: QuerySet[Signature]) -> list[Version]:
    related = ("brief__by", "user", "on_behalf_of", "contest")
    rows = signatures.select_related(*related).defer("brief__document")
    found: dict[UUID, dict[str, Signature]] = {}
    briefs: dict[UUID, Brief] = {}
    for one in rows:
        briefs.setdefault(one.brief_id, one.brief)
        found.setdefault(one.brief_id, {})[one.side] = one
    made = [Version(brief, found[pk]) for pk, brief in briefs.items()]
    return sorted(made, key=lambda one: -one.brief.number)


# --- in words ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clock:
    """The reader's day."""

    today: date
    zone: tzinfo

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def since(self, at: datetime) -> str:
        """ "today", "Tuesday", "3 March"."""
        return since_words(self.day(at), self.today)

    def on(self, at: datetime) -> str:
        """The same after a verb: "signed today", "signed on Tuesday"."""
        words = self.since(at)
        return words if words in ("today", "yesterday") else f"on {words}"


def signer_of(requisition: Requisition, side: Side) -> str:
    """The name of who answers for a side."""
    person = requisition.recruiter if side == Side.RECRUITER else requisition.manager
    return person.display_name if person else "the hiring manager"


def waits_words(version: Version, requisition: Requisition, clock: Clock) -> str:
    """ "waiting on Petra Vogt since Tuesday"; nothing for a brief that waits for nobody."""
    if version.lacking is None:
        return ""
    asked = max(one.at for one in version.signatures.values())
    return f"waiting on {signer_of(requisition, version.lacking)} since {clock.since(asked)}"


def amendments_words(versions: Versions, clock: Clock) -> str:
    """ "2 amendments since 3 March"; nothing where none was made."""
    if not versions.amendments or versions.first_signed_at is None:
        return ""
    count = versions.amendments
    noun = "amendment" if count == 1 else "amendments"
    return f"{count:,} {noun} since {clock.since(versions.first_signed_at)}"


@dataclass(frozen=True)
class Glance:
    """A brief as the page of its requisition leads with it: five lines, and how it stands.

    `ball` is the side that must act: `recruiter`, `manager`, or nothing. `override` is the reason
    for which the requisition was opened without a brief that both have signed.
    """

    state: str
    lines: Sequence[tuple[str, str]] = ()
    amendments: str = ""
    pending: str = ""
    ball: str = ""
    has_intake: bool = True
    override: str = ""
    contested: str = ""


def glance_of(
    requisition: Requisition,
    versions: Versions,
    clock: Clock,
    *,
    has_intake: bool,
    override: str = "",
) -> Glance:
    """At most one statement: the document of the brief that is shown."""
    in_force, pending = versions.in_force, versions.pending
    waits = waits_words(pending, requisition, clock) if pending else ""
    ball = pending.lacking.value if pending and pending.lacking else ""
    if in_force is None:
        state = f"Not signed yet: {waits}" if waits else "Not signed yet"
        lines = _lines(pending) if pending else ()
        return Glance(state, lines, ball=ball, has_intake=has_intake, override=override)
    signed_at = in_force.brief.signed_at
    assert signed_at is not None, "what is in force is signed"
    return Glance(
        state=f"{in_force.name}, signed by both {clock.on(signed_at)}",
        lines=_lines(in_force),
        amendments=amendments_words(versions, clock),
        pending=f"{pending.name}, an amendment, is {waits}" if pending and waits else "",
        ball=ball,
        contested=_contested(in_force),
    )


def _contested(version: Version) -> str:
    names = [one.name for one in version.signatures.values() if hasattr(one, "contest")]
    return f"{' and '.join(names)} contested the signature" if names else ""


def _lines(version: Version) -> list[tuple[str, str]]:
    return five_lines(version.brief.content)
