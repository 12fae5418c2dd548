"""Which notifications go by mail, and how soon: what a recruiter or a lead sets about herself."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F

from recruiting.accounts.models import (
    Cadence,
    Notification,
    NotificationKind,
    Preferences,
    StalePreferences,
    User,
)
from recruiting.accounts.models.notifications import NOTIFICATIONS
from recruiting.audit.models import record
from recruiting.mailing import subscriptions

Wished = Mapping[NotificationKind, Cadence]


def wished(preferences: Preferences) -> dict[NotificationKind, Cadence]:
    return {kind: preferences.cadence(kind) for kind in NotificationKind}


def change(user: User, to: Wished, *, wanted: bool, version: int, now: datetime) -> None:
    """Take over what was set on the page that showed `version`; `wanted`: mail goes at all.

    What came while a kind was not to be mailed is not made up for. Raises StalePreferences when
    the wishes have been changed since, and changes nothing then.
    """
    with transaction.atomic():
        newest = Preferences.objects.filter(user=user, notify_version=version)
        if not newest.update(notify_version=F("notify_version") + 1):
            raise StalePreferences
        preferences = Preferences.objects.get(user=user)
        was_off = [kind for kind, how in wished(preferences).items() if how == Cadence.NEVER]
        Notification.objects.filter(recipient=user, kind__in=was_off).update(is_to_mail=False)
        preferences.notify = {kind.value: how.value for kind, how in to.items()}
        preferences.save(update_fields=["notify"])
        choose = subscriptions.resume if wanted else subscriptions.stop
        choose(user, NOTIFICATIONS, by=user, now=now)
        record("changed notifications", user, by=user, now=now, mail=preferences.notify)


def resumed(user: User, now: datetime) -> None:  # noqa: ARG001 - as the ledger calls it
    """Subscribed again: what came in between is not made up for."""
    Notification.objects.filter(recipient=user).update(is_to_mail=False)
