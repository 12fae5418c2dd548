"""People, the clients they work for, and how and when each of them works."""

from recruiting.accounts.models.absences import Absence, Delegation
from recruiting.accounts.models.cadences import Cadence
from recruiting.accounts.models.cards import (
    Channel,
    DigestWish,
    Preferences,
    StalePreferences,
    Weekday,
    Wishes,
    WorkingCard,
)
from recruiting.accounts.models.clients import Client, ClientNameTaken, Membership
from recruiting.accounts.models.invitations import Invitation, InvitationRefused, Invited
from recruiting.accounts.models.notifications import Notification, NotificationKind, Told
from recruiting.accounts.models.people import Role, User

__all__ = [
    "Absence",
    "Cadence",
    "Channel",
    "Client",
    "ClientNameTaken",
    "Delegation",
    "DigestWish",
    "Invitation",
    "InvitationRefused",
    "Invited",
    "Membership",
    "Notification",
    "NotificationKind",
    "Preferences",
    "Role",
    "StalePreferences",
    "Told",
    "User",
    "Weekday",
    "Wishes",
    "WorkingCard",
]
