"""When a person wants her digest, out of her preferences and her working card."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from recruiting.accounts.models import User
from recruiting.accounts.models.cadences import DigestRhythm
from recruiting.lib import public_holidays
from recruiting.mailing.models import Mail
from status_updates.digests.schedule import Last, Period, Wish

COLUMNS = {
    "rhythm": "preferences__digest_rhythm",
    "weekday": "preferences__digest_weekday",
    "weekdays": "preferences__digest_weekdays",
    "hour": "preferences__digest_hour",
    "zone": "working_card__zone",
    "working_days": "working_card__days",
    "country": "working_card__country",
    "region": "working_card__region",
}
"""Where what a wish is made of stands, from the user on."""


def wish_from(columns: Mapping[str, Any], now: datetime) -> Wish:
    """The wish out of the values of `COLUMNS`, by their short names."""
    rhythm = DigestRhythm(columns["rhythm"])
    weekday, days, holidays = columns["weekday"], columns["weekdays"] or [], frozenset[date]()
    if rhythm == DigestRhythm.DAILY:
        days = columns["working_days"]
        holidays = public_holidays.around(columns["country"], columns["region"], now).keys()  # type: ignore[assignment]
    return Wish(
        weekday=weekday,
        hour=columns["hour"],
        zone=columns["zone"],
        rhythm=rhythm,
        weekdays=frozenset(days or [weekday] if rhythm == DigestRhythm.WEEKDAYS else days),
        holidays=holidays,
    )


def wish_of(user: User, now: datetime) -> Wish:
    """Fetch the user with preferences and working card selected."""
    related = {"preferences": user.preferences, "working_card": user.working_card}
    values = {}
    for name, column in COLUMNS.items():
        model, _, field = column.partition("__")
        values[name] = getattr(related[model], field)
    return wish_from(values, now)


def period_in(mail: Mail) -> Period:
    """The period that a digest is about."""
    return Period.parse(mail.period)


def sent_by_hand(mail: Mail) -> bool:
    """Whether somebody sent it ahead of its time, and means it whatever it says."""
    return "sent_by" in mail.payload


def last_of(mail: Mail | None) -> Last | None:
    return Last(period_in(mail), mail.scheduled_at) if mail else None


def is_paused(until: date | None, at: datetime, zone: str) -> bool:
    return until is not None and at.astimezone(ZoneInfo(zone)).date() < until
