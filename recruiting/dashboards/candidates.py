"""How many candidates of a requisition stand where, for its page."""

from collections.abc import Mapping

from recruiting.approvals.states import State

ORDER = (
    State.WAITING, State.APPROVED, State.INTERVIEWING, State.OFFERED, State.ACCEPTED,
    State.PARKED, State.DECLINED, State.REFUSED, State.WITHDRAWN,
)  # fmt: skip
"""In which the counts stand: who is on the way first, then who is not any more."""


def stands_of(states: Mapping[State, int]) -> list[tuple[str, str]]:
    """Numbers and words: "3", "waiting for a decision"."""
    return [(f"{states[one]:,}", one.label.lower()) for one in ORDER if states.get(one)]
