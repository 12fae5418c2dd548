"""Where a submission stands, worked out of its records. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models

from requisitions.models import Stage

if TYPE_CHECKING:
    from recruiting.approvals.models import Decision, Interview, Offer


class State(models.TextChoices):
    DRAFT = "draft", "Draft"
    WAITING = "waiting", "Waiting for a decision"
    DECLINED = "declined", "Declined"
    APPROVED = "approved", "Approved"
    INTERVIEWING = "interviewing", "In interviews"
    OFFERED = "offered", "Offer made"
    ACCEPTED = "accepted", "Offer accepted"
    REFUSED = "refused", "Offer declined"
    PARKED = "parked", "On hold"
    WITHDRAWN = "withdrawn", "Withdrawn"


OVER = (State.DECLINED, State.ACCEPTED, State.REFUSED, State.WITHDRAWN)
"""Nobody has to do anything about it any more."""

REACHED = {
    Stage.SUBMITTED: "submitted_on",
    Stage.APPROVED: "approved_on",
    Stage.INTERVIEWED: "interviewed_on",
    Stage.OFFERED: "offered_on",
    Stage.ACCEPTED: "accepted_on",
}
"""The stages that are counted from submissions, each with the column that says since when."""


@dataclass(frozen=True)
class Records:
    """What stands of a submission, without what was taken back.

    `verdict` is the last decision's ("approve", "decline" or nothing); `was_approved` that one of
    its decisions was an approval, which a decline after an interview does not change.
    `interviews` are those not called off, `held` whether one took place. `offer` is "open",
    "accepted", "declined" or nothing.
    """

    sent: bool = False
    verdict: str = ""
    was_approved: bool = False
    interviews: int = 0
    held: bool = False
    offer: str = ""
    parked: bool = False
    withdrawn: bool = False

    @classmethod
    def of(
        cls,
        *,
        sent: bool,
        decisions: "Sequence[Decision]",
        interviews: "Sequence[Interview]",
        offers: "Sequence[Offer]",
        parked: bool,
        withdrawn: bool,
    ) -> Self:
        """Of the rows that stand. In which order they came does not matter: of decisions that
        stand a decline is the last, and of offers the one that was not declined."""
        verdicts = {one.verdict for one in decisions}
        answers = {one.answer or "open" for one in offers}
        return cls(
            sent=sent,
            verdict=next((one for one in ("decline", "approve") if one in verdicts), ""),
            was_approved="approve" in verdicts,
            interviews=len(interviews),
            held=any(one.held_at for one in interviews),
            offer=next((one for one in ("accepted", "open", "declined") if one in answers), ""),
            parked=parked,
            withdrawn=withdrawn,
        )


def state_of(records: Records) -> State:
    """What ends it speaks first, then what is furthest along."""
    if not records.sent:
        return State.DRAFT
    if records.offer == "accepted":
        return State.ACCEPTED
    if records.withdrawn:
        return State.WITHDRAWN
    if records.verdict == "decline":
        return State.DECLINED
    if records.offer == "declined":
        return State.REFUSED
    if records.parked:
        return State.PARKED
    if records.offer:
        return State.OFFERED
    if records.interviews and records.was_approved:
        return State.INTERVIEWING
    return State.APPROVED if records.was_approved else State.WAITING


def reached(
    records: Records, before: Mapping[Stage, date | None], today: date
) -> dict[Stage, date | None]:
    """Since when each stage counts as reached; one that was reached before keeps its day.

    Each candidate counts once a stage, however many rounds or offers there are: a stage tells how
    many people came so far. What comes later needs what comes before, so that a funnel never
    widens: who was never approved has not been interviewed.
    """
    sent = records.sent
    approved = sent and records.was_approved
    stands = {
        Stage.SUBMITTED: sent,
        Stage.APPROVED: approved,
        Stage.INTERVIEWED: approved and records.held,
        Stage.OFFERED: approved and bool(records.offer),
        Stage.ACCEPTED: approved and records.offer == "accepted",
    }
    return {stage: (before.get(stage) or today) if on else None for stage, on in stands.items()}
