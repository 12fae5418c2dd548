import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from recruiting.accounts.models.closed_days import KEPT, Closing
from recruiting.audit.models import record
from recruiting.lib import public_holidays
from recruiting.lib.text import check_line

if TYPE_CHECKING:
    from recruiting.accounts.models.people import User


class ClientNameTaken(Exception):
    """Says so in words for the person who chose the name."""


KEEP_DAYS_MIN, KEEP_DAYS_MAX = 1, 3_650
"""For how many days after its requisition closed the data of a candidate may be kept."""


class StaleSettings(Exception):
    """A client's settings were changed since they were shown."""


class WeekStart(models.IntegerChoices):
    """The day on which a week begins, as `date.isoweekday` counts."""

    MONDAY = 1, "Monday"
    SATURDAY = 6, "Saturday"
    SUNDAY = 7, "Sunday"


@dataclass(frozen=True)
class ClientSettings:
    """What leads set about a client. `hidden` are values of the stages that are not counted."""

    name: str
    hidden: frozenset[str] = frozenset()
    country: str = ""
    region: str = ""
    week_start: int = WeekStart.MONDAY
    blind_review: bool = False
    keep_days: int | None = None


class ClientQuerySet(models.QuerySet["Client"]):
    def visible_to(self, user: "User") -> Self:
        """Leads see all clients; others those that they are members of."""
        if user.is_lead:
            return self
        return self.filter(memberships__user=user)


class Client(models.Model):
    """A company or a department served. Data of two clients never meet.

    Its settings stand on its own row: whoever shows a requisition has the client at hand.
    `hidden_stages` are values of pipeline stages, with spaces between; `closed_days` are rows of
    `Closing`; `country` and `region` are codes of `public_holidays`. In a `blind_review` managers
    decide on candidates without their names. Data of candidates is erased `keep_days` after the
    requisition closed; None keeps it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, validators=[check_line])
    created_at = models.DateTimeField(default=timezone.now)
    hidden_stages = models.CharField(max_length=200, blank=True, default="", db_default="")
    country = models.CharField(max_length=2, blank=True, default="", db_default="")
    region = models.CharField(max_length=40, blank=True, default="", db_default="")
    week_start = models.PositiveSmallIntegerField(
        choices=WeekStart, default=WeekStart.MONDAY, db_default=WeekStart.MONDAY
    )
    closed_days = models.JSONField(null=True, blank=True)
    blind_review = models.BooleanField(default=False, db_default=False)
    keep_days = models.PositiveSmallIntegerField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="client_name_unique"),
            models.CheckConstraint(
                condition=models.Q(week_start__in=WeekStart.values), name="client_week_start_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def settings(self) -> ClientSettings:
        return ClientSettings(
            name=self.name,
            hidden=self.hidden,
            country=self.country,
            region=self.region,
            week_start=WeekStart(self.week_start),
            blind_review=self.blind_review,
            keep_days=self.keep_days,
        )

    @property
    def hidden(self) -> frozenset[str]:
        """The values of the stages that this client does not count."""
        return frozenset(self.hidden_stages.split())

    @property
    def closings(self) -> Sequence[Closing]:
        """Its own closed days, in their order, without those that were removed."""
        return [one for one in self._closings() if not one.removed]

    @property
    def holidays_in_words(self) -> str:
        return public_holidays.place_words(self.country, self.region)

    def holidays(self, now: datetime) -> Mapping[date, str]:
        """Names of its days off: public holidays from the year before to the third year after,
        and its own closed days."""
        public = public_holidays.around(self.country, self.region, now)
        if not self.closed_days:
            return public
        return {**public, **{day: one.name for one in self.closings for day in one.days()}}

    @classmethod
    def create(cls, name: str, *, by: "User", now: datetime) -> "Client":
        """A new client with its creator as its first member.

        Names are unique in the whole office, for imports go by them. Who chooses the name of a
        client that he does not serve learns only that it cannot be used. Raises ClientNameTaken.
        """
        with transaction.atomic():
            try:
                with transaction.atomic():
                    client = cls.objects.create(name=name, created_at=now)
            except IntegrityError:
                raise ClientNameTaken(cls._why_taken(name, by)) from None
            Membership.objects.create(client=client, user=by, created_at=now)
            record("created", client, by=by, now=now, client=client, name=name)
        return client

    def change_settings(
        self,
        settings: ClientSettings,
        *,
        version: int,
        said: Sequence[str],
        by: "User",
        now: datetime,
    ) -> None:
        """Take over what was set on the page that showed `version`; `said` tells it in words.

        Raises StaleSettings when they have been changed since, ClientNameTaken, and
        PermissionDenied for who is no lead; nothing is changed then.
        """
        with transaction.atomic():
            current = self._locked_for(by)
            if current.settings == settings:
                return
            if current.version != version:
                raise StaleSettings
            current.hidden_stages = " ".join(sorted(settings.hidden))
            for name in ("name", "country", "region", "week_start", "blind_review", "keep_days"):
                setattr(current, name, getattr(settings, name))
            current.version += 1
            try:
                with transaction.atomic():
                    current.save(update_fields=_SETTINGS)
            except IntegrityError:
                raise ClientNameTaken(self._why_taken(settings.name, by)) from None
            record("changed client settings", current, by=by, now=now, client=current,
                   changes=list(said))  # fmt: skip
        self.refresh_from_db(fields=_SETTINGS)

    def close_on(self, first: date, last: date, name: str, *, by: "User", now: datetime) -> Closing:
        """One more closing. Raises ValidationError by field for days that cannot be meant."""
        made = Closing(uuid.uuid4(), first, last, name)
        with transaction.atomic():
            current = self._locked_for(by)
            others = current._closings()
            made.check(others, timezone.localdate(now))
            current._keep([*others, made], now)
            current._record_closing("added closed days", made, by, now)
        return made

    def open_on(self, closing: uuid.UUID, *, by: "User", now: datetime) -> Closing | None:
        """Take a closing away; None when it is not there. Twice is once."""
        return self._mark(closing, removed=True, by=by, now=now)

    def close_again(self, closing: uuid.UUID, *, by: "User", now: datetime) -> Closing | None:
        """Bring back one that was taken away. Raises ValidationError as `close_on` does."""
        return self._mark(closing, removed=False, by=by, now=now)

    def _mark(
        self, closing: uuid.UUID, *, removed: bool, by: "User", now: datetime
    ) -> Closing | None:
        with transaction.atomic():
            current = self._locked_for(by)
            known = {one.id: one for one in current._closings()}
            found = known.get(closing)
            if found is None or found.removed == removed:
                return found
            marked = Closing(found.id, found.first, found.last, found.name, removed)
            if not removed:
                marked.check(known.values(), timezone.localdate(now))
            current._keep((known | {closing: marked}).values(), now)
            done = "removed closed days" if removed else "brought back closed days"
            current._record_closing(done, marked, by, now)
        return marked

    def _locked_for(self, by: "User") -> "Client":
        if not by.is_lead:
            raise PermissionDenied
        return Client.objects.select_for_update(of=("self",)).get(pk=self.pk)

    def _closings(self) -> list[Closing]:
        return [Closing.read(row) for row in self.closed_days or []]

    def _keep(self, closings: Iterable[Closing], now: datetime) -> None:
        """Store them; those that ended long ago fall away."""
        oldest = timezone.localdate(now) - KEPT
        kept = sorted((one for one in closings if one.last >= oldest), key=lambda one: one.first)
        self.closed_days = [one.row for one in kept]
        self.save(update_fields=["closed_days"])

    def _record_closing(self, action: str, closing: Closing, by: "User", now: datetime) -> None:
        record(action, self, by=by, now=now, client=self, first=closing.first.isoformat(),
               last=closing.last.isoformat(), name=closing.name)  # fmt: skip

    @classmethod
    def _why_taken(cls, name: str, by: "User") -> str:
        if cls.objects.visible_to(by).filter(name__iexact=name).exists():
            return "There is a client of this name already. You find it on the clients page."
        return "This name can't be used. Choose another, or ask a lead to help."


_SETTINGS = [
    "name", "hidden_stages", "country", "region", "week_start", "blind_review", "keep_days",
    "version",
]  # fmt: skip


class Membership(models.Model):
    """A person works with or for a client."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "client"], name="membership_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.client_id}"
