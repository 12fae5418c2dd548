"""Intake meetings: when two people have agreed to talk, and whom the calendars were told of."""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q

from intake.models.appointments import (
    Appointment,
    Wanted,
    check_people,
    check_time,
    held_with_people,
    out_of_step,
)
from recruiting.accounts.models import Notification, NotificationKind, Told
from recruiting.audit.models import record
from recruiting.mailing.messages import site_host
from requisitions.models import Requisition
from requisitions.models.status import CLOSED

if TYPE_CHECKING:
    from recruiting.accounts.models import User

INVITATION = "intake_meeting"
CANCELLATION = "intake_meeting_cancelled"
"""The kinds of mail, and the names of their templates."""

MINUTES_MIN, MINUTES_MAX = 10, 180


class StaleMeeting(Exception):
    """Somebody has scheduled, moved or cancelled it since. Holds what stands now."""

    def __init__(self, current: "Meeting") -> None:
        super().__init__(f"{current.pk} is at {current.sequence}")
        self.current = current


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(requisition__in=Requisition.objects.visible_to(user))

    def standing(self) -> Self:
        """Neither cancelled nor followed by another one."""
        return self.filter(cancelled_at=None, followed_at=None)

    def to_come(self, now: datetime) -> Self:
        """Standing, and not over by its own minutes; a few that are just over may be among
        them, see `Meeting.is_over`."""
        longest = timedelta(minutes=MINUTES_MAX)
        return self.standing().filter(begins_at__gt=now - longest).order_by("begins_at")

    def out_of_step(self, now: datetime) -> Self:
        """To come, while those who are asked to it, or their addresses, are not those of its
        requisition any more, or that is closed."""
        closed = Q(requisition__status__in=CLOSED)
        return self.standing().filter(out_of_step("requisition") | closed, begins_at__gt=now)


class Meeting(Appointment):
    """One meeting, from its first invitation on. `followed_at`: it was over when another one was
    scheduled."""

    invitation, cancellation, key = INVITATION, CANCELLATION, "meeting"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, related_name="meetings"
    )
    minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(MINUTES_MIN), MaxValueValidator(MINUTES_MAX)]
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField()
    followed_at = models.DateTimeField(null=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-begins_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["requisition"],
                condition=Q(cancelled_at__isnull=True, followed_at__isnull=True),
                name="meeting_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(minutes__range=(MINUTES_MIN, MINUTES_MAX)), name="meeting_minutes"
            ),
            models.CheckConstraint(condition=~Q(organizer=F("guest")), name="meeting_of_two"),
        ]
        indexes = [
            models.Index(
                fields=["begins_at"],
                name="meeting_standing",
                condition=Q(cancelled_at__isnull=True, followed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"Meeting of {self.requisition_id}"

    @property
    def client_id(self) -> uuid.UUID:
        return self.requisition.client_id

    @property
    def is_standing(self) -> bool:
        return self.cancelled_at is None and self.followed_at is None

    # --- scheduling ------------------------------------------------------------------------

    @classmethod
    def schedule(
        cls, requisition: Requisition, wanted: Wanted, *, pk: uuid.UUID, by: "User", now: datetime
    ) -> "Meeting":
        """Ask the manager to meet. `pk` comes from the form: sent again, it is the same meeting.

        Raises StaleMeeting when one stands already, ValidationError keyed by field for what
        cannot be asked, and DoesNotExist for a `pk` of another requisition.
        """
        with transaction.atomic():
            held = held_with_people(requisition.pk)
            if found := cls.objects.filter(pk=pk).first():
                if found.requisition_id != held.pk:
                    raise cls.DoesNotExist
                return found
            _check(held, wanted, now)
            for standing in cls.objects.filter(requisition=held).standing():
                if not standing.is_over(now):
                    raise StaleMeeting(standing)
                standing.followed_at = now
                standing.save(update_fields=["followed_at"])
            meeting = cls(pk=pk, requisition=held, uid=f"{pk}@{site_host()}",
                          by=by, at=now, changed_by=by, changed_at=now)  # fmt: skip
            meeting._ask(held)
            meeting._take(wanted)
            meeting.save(force_insert=True)
            record("scheduled the intake meeting", held, by=by, now=now, client=held.client_id,
                   meeting=str(pk))  # fmt: skip
            meeting._tell("scheduled the intake meeting of {what}", by=by, now=now)
            meeting._invite(now)
        return meeting

    def move(self, wanted: Wanted, *, sequence: int, by: "User", now: datetime) -> None:
        """To another time or place. What stands so already is no move.

        Raises as `schedule` does, StaleMeeting also when it has been changed since `sequence`.
        """
        with transaction.atomic():
            held = held_with_people(self.requisition_id)
            current = Meeting.objects.get(pk=self.pk)
            if current.is_standing and current.wanted == wanted:
                return
            if current.sequence != sequence or not current.is_standing or current.is_over(now):
                raise StaleMeeting(current)
            _check(held, wanted, now)
            before = current.begins_at
            gone = current._ask(held)
            current._take(wanted)
            current._next(by, now)
            record("moved the intake meeting", held, by=by, now=now, client=held.client_id,
                   meeting=str(self.pk))  # fmt: skip
            current._tell("moved the intake meeting of {what}", by=by, now=now)
            current._uninvite(gone, now)
            current._invite(now, was=before)
        self.__dict__.update(current.__dict__)

    def cancel(self, *, sequence: int, by: "User | None", now: datetime, reason: str = "") -> None:
        """It will not take place. Twice is once. Raises StaleMeeting, and ValidationError for a
        reason that cannot be kept."""
        with transaction.atomic():
            held = held_with_people(self.requisition_id)
            current = Meeting.objects.get(pk=self.pk)
            if current.cancelled_at:
                return
            if current.sequence != sequence or current.followed_at or current.is_over(now):
                raise StaleMeeting(current)
            current.cancelled_at, current.reason = now, reason
            current._clean("reason")
            current._next(by, now)
            record("cancelled the intake meeting", held, by=by, now=now, client=held.client_id,
                   meeting=str(self.pk))  # fmt: skip
            if by:
                current._tell("cancelled the intake meeting of {what}", by=by, now=now)
            current._call_off(now, reason)
        self.__dict__.update(current.__dict__)

    def catch_up(self, *, now: datetime) -> None:
        """The requisition has got another manager or recruiter, one of them another address, or
        it was closed: calendars follow. Nothing is done when they are in step.

        A former guest's calendar is told that it is off for her. A former address is written to
        no more: who reads it by now, nobody knows.
        """
        with transaction.atomic():
            held = held_with_people(self.requisition_id)
            if not Meeting.objects.filter(pk=self.pk).out_of_step(now).exists():
                return
            current = Meeting.objects.get(pk=self.pk)
            if held.is_closed or held.manager is None:
                why = f"The requisition is {held.get_status_display().lower()}."
                current.cancel(sequence=current.sequence, by=None, now=now, reason=why)
                return
            gone = current._ask(held)
            current._next(None, now)
            record("asked others to the intake meeting", held, by=None, now=now,
                   client=held.client_id, meeting=str(self.pk))  # fmt: skip
            current._uninvite(gone, now)
            current._invite(now)

    def _next(self, by: "User | None", now: datetime) -> None:
        self.sequence += 1
        self.changed_by, self.changed_at = by, now
        self.save()

    def _tell(self, words: str, *, by: "User", now: datetime) -> None:
        told = {self.organizer_id: Told(NotificationKind.ENTRY, words)}
        Notification.tell(told, cause=f"meeting:{self.pk}:{self.sequence}", by=by, now=now,
                          requisition=self.requisition)  # fmt: skip


def _check(requisition: Requisition, wanted: Wanted, now: datetime) -> None:
    if requisition.is_closed:
        raise ValidationError("This requisition is closed. Reopen it to meet about it.")
    check_people(requisition)
    check_time(wanted, now)
