"""The words by which other systems say where an opening stands."""

from requisitions.models import Status

_WORDS = {
    Status.OPEN: "open opened active published posted live internal approved hiring ongoing current"
    " in-progress reopened accepting-candidates waiting-for-approval public reserved",
    Status.DRAFT: "draft pending planned planning new unpublished awaiting-approval not-started"
    " pending-approval",
    Status.ON_HOLD: "on-hold hold onhold paused inactive suspended frozen",
    Status.FILLED: "filled hired complete completed placed",
    Status.CANCELLED: "closed cancelled canceled archived rejected declined expired withdrawn"
    " deleted closed-lost",
}
_STATUS = {word: status for status, words in _WORDS.items() for word in words.split()}


def read_status(text: str) -> Status | None:
    """The status that the word stands for, or None for one that is not known."""
    return _STATUS.get("-".join(text.lower().replace("-", " ").replace("_", " ").split()))
