"""People, the clients they work for, and how and when each of them works."""

from recruiting.accounts.models.absences import Absence, Delegation
from recruiting.accounts.models.cadences import Cadence, DigestRhythm
from recruiting.accounts.models.cards import (
    Channel,
    DigestWish,
    Preferences,
    StalePreferences,
    Weekday,
    Wishes,
    WorkingCard,
)
from recruiting.accounts.models.clients import (
    Client,
    ClientNameTaken,
    ClientSettings,
    Membership,
    StaleSettings,
    WeekStart,
)
from recruiting.accounts.models.closed_days import Closing
from recruiting.accounts.models.invitations import Invitation, InvitationRefused, Invited
from recruiting.accounts.models.notifications import Notification, NotificationKind, Told
from recruiting.accounts.models.people import AddressTaken, Role, User

__all__ = [
    "Absence",
    "AddressTaken",
    "Cadence",
    "Channel",
    "Client",
    "ClientNameTaken",
    "ClientSettings",
    "Closing",
    "Delegation",
    "DigestRhythm",
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
    "StaleSettings",
    "Told",
    "User",
    "WeekStart",
    "Weekday",
    "Wishes",
    "WorkingCard",
]
