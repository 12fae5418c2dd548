"""What speaks for an amendment, from rooms above this one: they register who knows."""

from collections.abc import Callable, Iterable
from uuid import UUID

from intake.content import Content
from requisitions.models import Requisition

Source = Callable[[Requisition, Iterable[UUID]], str]
"""Of dealbreakers that are to be none any more: what is known of what they have stopped."""

_sources: list[Source] = []


def register(source: Source) -> None:
    _sources.append(source)


def evidence(requisition: Requisition, agreed: Content, draft: Content) -> str:
    """For the dealbreakers that the draft lets go; nothing where it lets none go."""
    kept = {one.id for one in draft.of_kind("dealbreaker")}
    let_go = [UUID(one.id) for one in agreed.of_kind("dealbreaker") if one.id not in kept]
    if not let_go:
        return ""
    return " ".join(words for source in _sources if (words := source(requisition, let_go)))
