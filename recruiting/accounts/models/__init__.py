"""People, the clients they work for, and how and when each of them works."""

from recruiting.accounts.models.cards import Preferences, Weekday, WorkingCard
from recruiting.accounts.models.clients import Client, Membership
from recruiting.accounts.models.invitations import Invitation
from recruiting.accounts.models.people import Role, User

__all__ = [
    "Client",
    "Invitation",
    "Membership",
    "Preferences",
    "Role",
    "User",
    "Weekday",
    "WorkingCard",
]
