"""A quiet sentence at the place, for who sees it for the first time; gone for good once it is
dismissed."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from recruiting.accounts.models import User

HINTS: Mapping[str, str] = {
    "desk": "What needs you stands here, the most pressing first. Open a line and do it there; "
    "the line leaves when it is done.",
    "round": "Type what is new since last time. Enter saves a row and goes on to the next one.",
    "list": "The address holds your search: keep it as a view, or send it to a colleague.",
    "requisition": "Its hiring manager sees this page as you do, except private notes.",
    "room": "What you type is saved while you type, and whoever is here sees it. At the end of the "
    "page, or at the right, the brief grows as you both will sign it.",
    "candidates": "Rate a candidate by what was agreed in the brief: with a line of evidence for "
    "each requirement the manager decides in a minute.",
    "review": "Decide on one after the other. Nothing is final for ten minutes, and a question is "
    "an answer too.",
    "home": "This is what waits on you. Below it stands each of your jobs, and what happens next.",
}
"""By page. On the recruiters' side all but the last two, which are the hiring
manager's."""


@dataclass(frozen=True)
class Hint:
    name: str
    text: str

    @property
    def dismissal(self) -> str:
        return reverse("hint_dismissal", args=[self.name])


def hint_for(user: User, name: str) -> Hint | None:
    """None once the person has dismissed it. Costs no statement."""
    return Hint(name, HINTS[name]) if user.wants_hint(name) else None
