"""Which briefs wait for whose signature, asked for many requisitions at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from intake.models import Side, Signature
from recruiting.lib.lookups import any_of


@dataclass(frozen=True)
class WaitingBrief:
    """A brief that one side has signed and the other is asked to. `side` is who is asked."""

    requisition: UUID
    brief: UUID
    number: int
    digest: str
    is_amendment: bool
    side: Side
    asker: str
    asked_at: datetime

    @property
    def name(self) -> str:
        return (
            f"brief {self.number}, an amendment," if self.is_amendment else f"brief {self.number}"
        )


def waiting_briefs(requisitions: Iterable[UUID]) -> dict[UUID, WaitingBrief]:
    """By requisition, in one statement: what waits has exactly one signature, the asker's."""
    rows = Signature.objects.filter(
        any_of("brief__requisition__pk", requisitions),
        brief__signed_at=None,
        brief__withdrawn_at=None,
    )
    found = rows.values_list(
        "brief__requisition", "brief", "brief__number", "brief__digest", "brief__reason",
        "side", "name", "at",
    )  # fmt: skip
    return {
        pk: WaitingBrief(pk, brief, number, digest, bool(reason), Side(side).other, name, at)
        for pk, brief, number, digest, reason, side, name, at in found
    }
