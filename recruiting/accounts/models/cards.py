import zoneinfo
from datetime import datetime, time

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models


class Weekday(models.IntegerChoices):
    """Days as `date.isoweekday` counts them."""

    MONDAY = 1, "Monday"
    TUESDAY = 2, "Tuesday"
    WEDNESDAY = 3, "Wednesday"
    THURSDAY = 4, "Thursday"
    FRIDAY = 5, "Friday"
    SATURDAY = 6, "Saturday"
    SUNDAY = 7, "Sunday"


def check_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
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

    def local(self, now: datetime) -> datetime:
        return now.astimezone(self.zoneinfo)


class Preferences(models.Model):
    """When a person wants the digest, in the zone of the working card.

    Whether she wants it at all is a matter of `mailing.Unsubscription`.
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
