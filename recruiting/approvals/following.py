"""Who keeps something beside the totals of a funnel, and is told when candidates move them."""

from collections.abc import Callable
from datetime import date

from requisitions.models import Requisition

Follower = Callable[[Requisition, date], None]
"""Gets the requisition, locked and with its new totals, and the earliest day that was entered."""

_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Call it from the owning app's `AppConfig.ready`. A follower works in the transaction of the
    move."""
    _followers.append(follower)


def follow(requisition: Requisition, changed_from: date) -> None:
    for follower in _followers:
        follower(requisition, changed_from)
