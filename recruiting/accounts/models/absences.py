"""When a person is away, and who stands in for her at each of her clients."""

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q

from recruiting.accounts.models.clients import Membership
from recruiting.audit.models import record
from recruiting.lib.businesstime import instant
from recruiting.lib.days import day_range
from recruiting.lib.text import check_line

if TYPE_CHECKING:
    from recruiting.accounts.models.people import User

NOTE_MAX = 120

AHEAD_MAX = timedelta(days=366)
"""How far ahead an absence may begin, and how long it may last."""


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def at(self, now: datetime) -> Self:
        return self.filter(begins_at__lte=now, ends_at__gt=now)

    def to_come(self, now: datetime) -> Self:
        """Those that are not over, in their order."""
        return self.filter(ends_at__gt=now).order_by("begins_at")


class Absence(models.Model):
    """Whole days away, the first and the last included, by the clocks of the person's zone.

    `begins_at` and `ends_at` are the same as instants, so that the database can be asked who is
    away now; they follow when the person changes the zone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()
    note = models.CharField(max_length=NOTE_MAX, blank=True, validators=[check_line])
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")), name="absence_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(begins_at__lt=F("ends_at")), name="absence_instants_in_order"
            ),
        ]
        indexes = [models.Index(fields=["user", "ends_at"], name="absence_of_user")]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"

    @property
    def in_words(self) -> str:
        return day_range(self.first_day, self.last_day)

    @classmethod
    def plan(
        cls, first_day: date, last_day: date, note: str = "", *, by: "User", now: datetime
    ) -> "Absence":
        """One's own days away.

        Raises ValidationError by field: the days are in order, not past, at most a year ahead and
        a year long, and none of them is part of another absence.
        """
        today = by.working_card.local(now).date()
        _check_days(first_day, last_day, today)
        with transaction.atomic():
            held = _hold(by)
            others = cls.objects.filter(user=by, first_day__lte=last_day, last_day__gte=first_day)
            if other := others.order_by("first_day").first():
                words = day_range(other.first_day, other.last_day)
                raise ValidationError({"first_day": f"You are away {words} already."})
            absence = cls(user=held, first_day=first_day, last_day=last_day, note=note)
            absence._reckon(held.working_card.zone)
            absence.save(force_insert=True)
            record("planned an absence", held, by=by, now=now, first=first_day.isoformat(),
                   last=last_day.isoformat())  # fmt: skip
        return absence

    def cancel(self, *, by: "User", now: datetime) -> None:
        """There after all. Twice is once."""
        with transaction.atomic():
            gone, _ = Absence.objects.filter(pk=self.pk).delete()
            if gone:
                record("cancelled an absence", self.user, by=by, now=now,
                       first=self.first_day.isoformat(),
                       last=self.last_day.isoformat())  # fmt: skip

    @classmethod
    def move_to_zone(cls, user: "User", zone: str) -> None:
        """The same days by other clocks. Part of `Preferences.change`, which records it."""
        absences = list(cls.objects.filter(user=user))
        for absence in absences:
            absence._reckon(zone)
        cls.objects.bulk_update(absences, ["begins_at", "ends_at"])

    def _reckon(self, zone: str) -> None:
        self.begins_at = instant(datetime.combine(self.first_day, time()), zone)
        after = self.last_day + timedelta(days=1)
        # A zone that leaves out a day would make a day away there last no time at all.
        ends = instant(datetime.combine(after, time()), zone)
        self.ends_at = max(ends, self.begins_at + timedelta(minutes=1)).astimezone(UTC)


def _check_days(first: date, last: date, today: date) -> None:
    errors = {}
    if first > today + AHEAD_MAX:
        errors["first_day"] = "Choose a day within a year from now."
    if last < first:
        errors["last_day"] = "The last day comes before the first."
    elif last < today:
        errors["last_day"] = "These days are over. Choose days from today on."
    elif last - first > AHEAD_MAX:
        errors["last_day"] = "An absence lasts a year at most."
    elif first < today - AHEAD_MAX:
        errors["first_day"] = "Choose a day within the last year."
    if errors:
        raise ValidationError(errors)


def _hold(user: "User") -> "User":
    """The person as she is now. Holds her row, so that two windows act one after the other."""
    people = get_user_model().objects.select_related("working_card")
    held: User = people.select_for_update(of=("self",)).get(pk=user.pk)
    return held


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def standing(self, now: datetime) -> Self:
        """Those in force: the person is away, and both are active people of the client."""
        away = Absence.objects.at(now).filter(user=models.OuterRef("user"))
        return self.filter(
            models.Exists(away),
            user__is_active=True,
            user__memberships__client=F("client"),
            delegate__is_active=True,
            delegate__memberships__client=F("client"),
        )

    def with_last_day(self, now: datetime) -> Self:
        """The last day of the absence that each in force is for, as `until`."""
        away = Absence.objects.at(now).filter(user=models.OuterRef("user"))
        return self.annotate(until=models.Subquery(away.values("last_day")[:1]))


class Delegation(models.Model):
    """Who stands in for a person at one client whenever she is away.

    Both are people of that client and on the same side of the table: a manager's stand-in is a
    manager. The membership of either ends it, see `User.leave`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="delegations")
    client = models.ForeignKey("accounts.Client", models.CASCADE, related_name="delegations")
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="delegations_held"
    )

    objects = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "client"], name="delegation_unique"),
            models.CheckConstraint(
                condition=~Q(user=F("delegate")), name="delegation_of_somebody_else"
            ),
        ]
        indexes = [models.Index(fields=["delegate", "client"], name="delegation_of_delegate")]

    def __str__(self) -> str:
        return f"{self.delegate_id} for {self.user_id} at {self.client_id}"

    @classmethod
    def settle(
        cls, user: "User", wanted: Mapping[UUID, UUID | None], *, by: "User", now: datetime
    ) -> None:
        """Name who stands in by client; None for nobody. Clients not named stay as they are.

        Raises NotEligible when somebody is no longer of the client; nothing is written then.
        """
        with transaction.atomic():
            _hold(user)
            allowed = {(m.client_id, m.user_id) for m in eligible(user)}
            kept = dict(cls.objects.filter(user=user).values_list("client_id", "delegate_id"))
            for client_id, delegate_id in wanted.items():
                if kept.get(client_id) == delegate_id:
                    continue
                theirs = cls.objects.filter(user=user, client_id=client_id)
                if delegate_id is None:
                    theirs.delete()
                elif (client_id, delegate_id) not in allowed:
                    raise NotEligible
                elif not theirs.update(delegate_id=delegate_id):
                    cls.objects.create(user=user, client_id=client_id, delegate_id=delegate_id)
                record("named a stand-in", user, by=by, now=now, client=client_id,
                       delegate=str(delegate_id or ""))  # fmt: skip

    @classmethod
    def end_at(cls, user: "User", client: models.Model) -> None:
        """Who leaves a client stands in for nobody there, and nobody for him."""
        either = Q(user=user) | Q(delegate=user)
        cls.objects.filter(either, client=client.pk).delete()


class NotEligible(Exception):
    """The person chosen cannot stand in at that client."""


def eligible(user: "User") -> models.QuerySet[Membership]:
    """Who may stand in for the user, at which client: active people of the same side."""
    from recruiting.accounts.models.people import Role

    side = [Role.MANAGER] if user.is_manager else [Role.RECRUITER, Role.LEAD]
    others = Membership.objects.filter(
        client__in=user.memberships.values("client"), user__role__in=side, user__is_active=True
    )
    return others.exclude(user=user).select_related("user").order_by("user__name", "user__email")
