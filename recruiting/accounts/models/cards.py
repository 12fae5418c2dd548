import zoneinfo
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F

from recruiting.audit.models import record
from recruiting.mailing import subscriptions

if TYPE_CHECKING:
    from recruiting.accounts.models.people import User

DIGEST = "digest"
"""The kind of mail that the wish for a digest is about."""


class Weekday(models.IntegerChoices):
    """Days as `date.isoweekday` counts them."""

    MONDAY = 1, "Monday"
    TUESDAY = 2, "Tuesday"
    WEDNESDAY = 3, "Wednesday"
    THURSDAY = 4, "Thursday"
    FRIDAY = 5, "Friday"
    SATURDAY = 6, "Saturday"
    SUNDAY = 7, "Sunday"


@cache
def known_zones() -> frozenset[str]:
    """The names of all time zones. Kept, since finding them reads hundreds of files."""
    return frozenset(zoneinfo.available_timezones())


def check_zone(name: str) -> None:
    if name not in known_zones():
        raise ValidationError("Choose a time zone from the list, such as Europe/Berlin.")


def workdays() -> list[int]:
    return [1, 2, 3, 4, 5]


class WorkingCard(models.Model):
    """When a person works: zone, days (ISO numbers) and hours in that zone."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="working_card"
    )
    zone = models.CharField(max_length=50, default="UTC", validators=[check_zone])
    days = models.JSONField(default=workdays)
    starts = models.TimeField(default=time(9))
    ends = models.TimeField(default=time(17))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts__lt=models.F("ends")), name="card_hours_in_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.zone} {self.starts:%H:%M} to {self.ends:%H:%M}"

    @property
    def zoneinfo(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.zone)

    @property
    def place(self) -> str:
        """The city that names the zone, as in "Sao Paulo"."""
        return self.zone.rpartition("/")[2].replace("_", " ")

    @property
    def days_in_words(self) -> str:
        """Such as "Monday to Friday" or "Monday, Wednesday"."""
        days = sorted(self.days)
        unbroken = len(days) > 2 and days[-1] - days[0] == len(days) - 1
        if unbroken:
            return f"{Weekday(days[0]).label} to {Weekday(days[-1]).label}"
        return ", ".join(Weekday(day).label for day in days)

    def local(self, now: datetime) -> datetime:
        return now.astimezone(self.zoneinfo)


@dataclass(frozen=True)
class Wishes:
    """What a person sets on the preferences page. A recruiter's digest is None: she gets none."""

    name: str
    zone: str
    days: list[int]
    starts: time
    ends: time
    digest: "DigestWish | None" = None


@dataclass(frozen=True)
class DigestWish:
    """Whether and when the digest comes; `paused_until` is the first day it may come again."""

    wanted: bool
    weekday: int
    hour: int
    paused_until: date | None


class StalePreferences(Exception):
    """The preferences were changed since they were shown."""


class Preferences(models.Model):
    """When a person wants the digest, in the zone of the working card.

    Whether she wants it at all is a matter of `mailing.subscriptions`.
    `digest_since`: slots before this instant are not made up for (joined, resumed, came back).
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="preferences"
    )
    digest_weekday = models.PositiveSmallIntegerField(choices=Weekday, default=Weekday.MONDAY)
    digest_hour = models.PositiveSmallIntegerField(default=8)
    digest_paused_until = models.DateField(null=True, blank=True)
    digest_since = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(digest_hour__lte=23), name="preferences_hour"
            ),
            models.CheckConstraint(
                condition=models.Q(digest_weekday__range=(1, 7)), name="preferences_weekday"
            ),
        ]

    def __str__(self) -> str:
        return f"{Weekday(self.digest_weekday).label} {self.digest_hour:02}:00"

    def change(self, wishes: Wishes, *, version: int, by: "User", now: datetime) -> None:
        """Take over what was set on the page that showed `version`.

        Raises StalePreferences when they have been changed since, and changes nothing then.
        """
        with transaction.atomic():
            newest = Preferences.objects.filter(pk=self.pk, version=version)
            if not newest.update(version=F("version") + 1):
                raise StalePreferences
            self.refresh_from_db()
            self.user.name = wishes.name
            self.user.save(update_fields=["name"])
            WorkingCard.objects.filter(pk=self.pk).update(
                zone=wishes.zone, days=wishes.days, starts=wishes.starts, ends=wishes.ends
            )
            if wishes.digest:
                self._change_digest(wishes.digest, by=by, now=now)
            record("changed preferences", self.user, by=by, now=now)

    def _change_digest(self, wish: DigestWish, *, by: "User", now: datetime) -> None:
        if self.digest_paused_until and not wish.paused_until:
            self.digest_since = now
        self.digest_weekday = wish.weekday
        self.digest_hour = wish.hour
        self.digest_paused_until = wish.paused_until
        self.save(
            update_fields=[
                "digest_weekday", "digest_hour", "digest_paused_until", "digest_since"
            ]
        )  # fmt: skip
        choose = subscriptions.resume if wish.wanted else subscriptions.stop
        choose(self.user, DIGEST, by=by, now=now)
