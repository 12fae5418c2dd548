import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models import F

from recruiting.accounts.models.absences import Absence, Delegation, NotEligible
from recruiting.accounts.models.cadences import Cadence, DigestRhythm
from recruiting.audit.models import record
from recruiting.lib import public_holidays
from recruiting.lib.businesstime import Calendar
from recruiting.lib.text import check_line, check_prose
from recruiting.mailing import subscriptions

if TYPE_CHECKING:
    from recruiting.accounts.models.notifications import NotificationKind
    from recruiting.accounts.models.people import User

DIGEST = "digest"
"""The kind of mail that the wish for a digest is about."""

MAIL_BUDGET = 2
"""Mails a day that a person gets at most of those that can wait, unless she says otherwise."""

MAIL_BUDGET_MAX = 20

DETAIL_MAX = 120
HOW_TO_MAX = 2_000
"""Characters of "how to work with me": what one reads before one writes."""


class Weekday(models.IntegerChoices):
    """Days as `date.isoweekday` counts them."""

    MONDAY = 1, "Monday"
    TUESDAY = 2, "Tuesday"
    WEDNESDAY = 3, "Wednesday"
    THURSDAY = 4, "Thursday"
    FRIDAY = 5, "Friday"
    SATURDAY = 6, "Saturday"
    SUNDAY = 7, "Sunday"


class Channel(models.TextChoices):
    EMAIL = "email", "Email"
    PHONE = "phone", "Phone"
    CHAT = "chat", "Chat"
    IN_PERSON = "in person", "In person"


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
    """When a person works: zone, days (ISO numbers) and hours in that zone; and how to reach her.

    `country` and `region` (codes of `public_holidays`) say which holidays she keeps.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="working_card"
    )
    zone = models.CharField(max_length=50, default="UTC", validators=[check_zone])
    days = models.JSONField(default=workdays)
    starts = models.TimeField(default=time(9))
    ends = models.TimeField(default=time(17))
    country = models.CharField(max_length=2, blank=True, default="", db_default="")
    region = models.CharField(max_length=40, blank=True, default="", db_default="")
    channel = models.CharField(
        max_length=10, choices=Channel, blank=True, default="", db_default=""
    )
    channel_detail = models.CharField(
        max_length=DETAIL_MAX, blank=True, default="", db_default="", validators=[check_line]
    )
    how_to = models.TextField(
        max_length=HOW_TO_MAX, blank=True, default="", db_default="", validators=[check_prose]
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts__lt=models.F("ends")), name="card_hours_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=["", *Channel.values]), name="card_channel_known"
            ),
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

    @property
    def reached(self) -> str:
        """How the person likes to be reached: "Phone, +49 30 1234", or nothing."""
        return ", ".join(part for part in (self.get_channel_display(), self.channel_detail) if part)

    @property
    def holidays_in_words(self) -> str:
        """Whose holidays she keeps, as in "Germany, Berlin"."""
        return public_holidays.place_words(self.country, self.region)

    def local(self, now: datetime) -> datetime:
        return now.astimezone(self.zoneinfo)

    def holidays(self, now: datetime) -> Mapping[date, str]:
        """Their names, from the year before to the third year after."""
        return public_holidays.around(self.country, self.region, now)

    def calendar(
        self,
        now: datetime,
        absences: Iterable[tuple[date, date]] = (),
        *,
        closed: Iterable[date] = (),
    ) -> Calendar:
        """The card as a plain value for calculations around `now`; `closed` are a client's days
        off, for what concerns that client."""
        return Calendar(
            days=frozenset(self.days),
            starts=self.starts,
            ends=self.ends,
            zone=self.zone,
            holidays=self.holidays(now).keys() | set(closed),
            absences=tuple(absences),
        )


@dataclass(frozen=True)
class Wishes:
    """What a person sets on the preferences page. A recruiter's digest is None: she gets none.

    `mail_budget`: mails a day at most of those that can wait.
    `stand_ins`: who stands in while she is away, by client, both as ids.
    """

    name: str
    zone: str
    days: list[int]
    starts: time
    ends: time
    country: str = ""
    region: str = ""
    channel: str = ""
    channel_detail: str = ""
    how_to: str = ""
    single_keys: bool = True
    mail_budget: int = MAIL_BUDGET
    stand_ins: Mapping[UUID, UUID | None] = field(default_factory=dict)
    digest: "DigestWish | None" = None

    @property
    def card(self) -> dict[str, object]:
        """What of it stands on the working card."""
        names = ("zone", "days", "starts", "ends", "country", "region", "channel",
                 "channel_detail", "how_to")  # fmt: skip
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class DigestWish:
    """Whether and when the digest comes; `paused_until` is the first day it may come again.

    `weekday` counts for weeks and fortnights, `weekdays` for chosen days.
    """

    wanted: bool
    weekday: int
    hour: int
    paused_until: date | None
    rhythm: DigestRhythm = DigestRhythm.WEEKLY
    weekdays: Sequence[int] = ()
    only_news: bool = False


class StalePreferences(Exception):
    """The preferences were changed since they were shown."""


class Preferences(models.Model):
    """When a person wants the digest, in the zone of the working card.

    Whether she wants it at all is a matter of `mailing.subscriptions`.
    `digest_weekday` counts for weekly and fortnightly digests, `digest_weekdays` (ISO numbers) for
    chosen days alone. `digest_only_news`: none when nothing waits and nothing has changed.
    `mail_budget`: mails a day, the digest included, past which nudges and notices wait for the
    next digest.
    `digest_since`: slots before this instant are not made up for (joined, resumed, came back).
    `notify` says how soon notifications go by mail, by their kind, where it is not the usual way;
    `notification_wishes` changes it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="preferences"
    )
    digest_rhythm = models.CharField(
        max_length=12,
        choices=DigestRhythm,
        default=DigestRhythm.WEEKLY,
        db_default=DigestRhythm.WEEKLY,
    )
    digest_weekdays = models.JSONField(null=True, blank=True)
    digest_only_news = models.BooleanField(default=False, db_default=False)
    mail_budget = models.PositiveSmallIntegerField(
        default=MAIL_BUDGET, db_default=MAIL_BUDGET, validators=[MaxValueValidator(MAIL_BUDGET_MAX)]
    )
    digest_weekday = models.PositiveSmallIntegerField(choices=Weekday, default=Weekday.MONDAY)
    digest_hour = models.PositiveSmallIntegerField(default=8)
    digest_paused_until = models.DateField(null=True, blank=True)
    digest_since = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    notify = models.JSONField(null=True)
    notify_version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(digest_hour__lte=23), name="preferences_hour"
            ),
            models.CheckConstraint(
                condition=models.Q(digest_weekday__range=(1, 7)), name="preferences_weekday"
            ),
            models.CheckConstraint(
                condition=models.Q(digest_rhythm__in=DigestRhythm.values),
                name="preferences_rhythm_known",
            ),
            models.CheckConstraint(
                condition=models.Q(mail_budget__lte=MAIL_BUDGET_MAX), name="preferences_mail_budget"
            ),
        ]

    def __str__(self) -> str:
        return f"{Weekday(self.digest_weekday).label} {self.digest_hour:02}:00"

    def cadence(self, kind: "NotificationKind") -> Cadence:
        """How soon notifications of this kind go by mail."""
        wished = (self.notify or {}).get(kind.value)
        return Cadence(wished) if wished in Cadence.values else kind.usual

    @property
    def has_chosen(self) -> bool:
        """Whether she has ever said how soon notifications come, so that it is her own wish."""
        return self.notify is not None

    def change(self, wishes: Wishes, *, version: int, by: "User", now: datetime) -> None:
        """Take over what was set on the page that showed `version`.

        Raises StalePreferences when they have been changed since, or when who was to stand in has
        left meanwhile, and changes nothing then.
        """
        with transaction.atomic():
            newest = Preferences.objects.filter(pk=self.pk, version=version)
            if not newest.update(version=F("version") + 1):
                raise StalePreferences
            self.refresh_from_db()
            self.user.name, self.user.single_keys = wishes.name, wishes.single_keys
            self.user.save(update_fields=["name", "single_keys"])
            self.mail_budget = wishes.mail_budget
            self.save(update_fields=["mail_budget"])
            card = WorkingCard.objects.filter(pk=self.pk)
            before = self._digest_times(card.get())
            card.update(**wishes.card)
            Absence.move_to_zone(self.user, wishes.zone)
            try:
                Delegation.settle(self.user, wishes.stand_ins, by=by, now=now)
            except NotEligible:
                raise StalePreferences from None
            if wishes.digest:
                self._change_digest(wishes.digest, by=by, now=now)
                if self._digest_times(card.get()) != before:
                    self.digest_since = now
                    self.save(update_fields=["digest_since"])
            record("changed preferences", self.user, by=by, now=now)

    def _digest_times(self, card: WorkingCard) -> tuple[object, ...]:
        """What says when it comes. A slot that a new wish would have had before is not owed."""
        days = {
            DigestRhythm.DAILY: card.days,
            DigestRhythm.WEEKDAYS: self.digest_weekdays,
        }.get(DigestRhythm(self.digest_rhythm), self.digest_weekday)
        return (self.digest_rhythm, days, self.digest_hour, card.zone)

    def _change_digest(self, wish: DigestWish, *, by: "User", now: datetime) -> None:
        if self.digest_paused_until and not wish.paused_until:
            self.digest_since = now
        self.digest_rhythm = wish.rhythm
        self.digest_weekday = wish.weekday
        self.digest_weekdays = sorted(wish.weekdays) or None
        self.digest_hour = wish.hour
        self.digest_only_news = wish.only_news
        self.digest_paused_until = wish.paused_until
        self.save(
            update_fields=[
                "digest_rhythm", "digest_weekday", "digest_weekdays", "digest_hour",
                "digest_only_news", "digest_paused_until", "digest_since",
            ]
        )  # fmt: skip
        choose = subscriptions.resume if wish.wanted else subscriptions.stop
        choose(self.user, DIGEST, by=by, now=now)
        self.save(update_fields=["version"])  # it is one change, whatever that was
