"""Intake meetings: when two people have agreed to talk, and whom the calendars were told of."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q

from intake.calendars import Invite, Party
from recruiting.accounts.models import Notification, NotificationKind, Told
from recruiting.audit.models import record
from recruiting.lib.text import check_line
from recruiting.mailing import ledger
from recruiting.mailing.messages import site_host
from requisitions.models import Requisition
from requisitions.models.status import CLOSED

if TYPE_CHECKING:
    from recruiting.accounts.models import User

INVITATION = "intake_meeting"
CANCELLATION = "intake_meeting_cancelled"
"""The kinds of mail, and the names of their templates."""

MINUTES_MIN, MINUTES_MAX = 10, 180
PLACE_MAX = 200
REASON_MAX = 300
AHEAD_MAX = timedelta(days=366)


class StaleMeeting(Exception):
    """Somebody has scheduled, moved or cancelled it since. Holds what stands now."""

    def __init__(self, current: "Meeting") -> None:
        super().__init__(f"{current.pk} is at {current.sequence}")
        self.current = current


@dataclass(frozen=True)
class Wanted:
    """When and where to meet, and for how long."""

    begins_at: datetime
    minutes: int
    place: str = ""


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
        job = "requisition__"
        same = Q(
            organizer=F(f"{job}recruiter"),
            guest=F(f"{job}manager"),
            organizer_address=F("organizer__email"),
            guest_address=F("guest__email"),
        )
        closed = Q(requisition__status__in=CLOSED)
        return self.standing().filter(~same | closed, begins_at__gt=now)


class Meeting(models.Model):
    """One meeting, from its first invitation on.

    `uid` names it in calendars and never changes; `sequence` rises with every word that goes to
    them, and is what a form must have seen to change anything. `organizer` and `guest` are those
    who were asked, at the addresses of then: a cancellation has to name the same.
    `followed_at`: it was over when another one was scheduled.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, related_name="meetings"
    )
    uid = models.CharField(max_length=320, unique=True)
    sequence = models.PositiveIntegerField(default=0)
    begins_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(MINUTES_MIN), MaxValueValidator(MINUTES_MAX)]
    )
    place = models.CharField(max_length=PLACE_MAX, blank=True, validators=[check_line])
    organizer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organizer_address = models.EmailField()
    guest = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    guest_address = models.EmailField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=REASON_MAX, blank=True, validators=[check_line])
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
    def ends_at(self) -> datetime:
        return self.begins_at + timedelta(minutes=self.minutes)

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.begins_at, self.minutes, self.place)

    @property
    def is_standing(self) -> bool:
        return self.cancelled_at is None and self.followed_at is None

    @property
    def link(self) -> str:
        """Where they meet, if that is an address one can open."""
        return self.place if self.place.startswith(("https://", "http://")) else ""

    def is_over(self, now: datetime) -> bool:
        return self.ends_at <= now

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
            held = _held(requisition)
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
            held = _held(self.requisition)
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
            current._invite(now, was=before if before != current.begins_at else None)
        self.__dict__.update(current.__dict__)

    def cancel(self, *, sequence: int, by: "User | None", now: datetime, reason: str = "") -> None:
        """It will not take place. Twice is once. Raises StaleMeeting, and ValidationError for a
        reason that cannot be kept."""
        with transaction.atomic():
            held = _held(self.requisition)
            current = Meeting.objects.get(pk=self.pk)
            if current.cancelled_at:
                return
            if current.sequence != sequence or current.followed_at or current.is_over(now):
                raise StaleMeeting(current)
            current.cancelled_at, current.reason = now, reason
            current.clean_fields(exclude=_all_but("reason"))
            current._next(by, now)
            record("cancelled the intake meeting", held, by=by, now=now, client=held.client_id,
                   meeting=str(self.pk))  # fmt: skip
            if by:
                current._tell("cancelled the intake meeting of {what}", by=by, now=now)
            told = current._as_invite(current.sequence)
            people = (current.organizer, current.guest)
            current._post(CANCELLATION, people, told, now, why=reason)
        self.__dict__.update(current.__dict__)

    def catch_up(self, *, now: datetime) -> None:
        """The requisition has got another manager or recruiter, one of them another address, or
        it was closed: calendars follow. Nothing is done when they are in step.

        A former guest's calendar is told that it is off for her. A former address is written to
        no more: who reads it by now, nobody knows.
        """
        with transaction.atomic():
            held = _held(self.requisition)
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

    # --- what the calendars are told -------------------------------------------------------

    def _take(self, wanted: Wanted) -> None:
        for name, value in vars(wanted).items():
            setattr(self, name, value)
        self.clean_fields(exclude=_all_but("minutes", "place"))

    def _ask(self, held: Requisition) -> "Sequence[tuple[User, Invite]]":
        """Those who answer for the requisition now, at their addresses of now. Returns those who
        were asked before and are no more, with what they were asked to."""
        assert held.manager is not None
        before: list[tuple[User, Invite]] = []
        if not self._state.adding:
            invite = self._as_invite(self.sequence + 1)
            before = [(one, invite) for one in (self.organizer, self.guest)]
        self.organizer, self.guest = held.recruiter, held.manager
        self.organizer_address, self.guest_address = held.recruiter.email, held.manager.email
        return [told for told in before if told[0] not in (self.organizer, self.guest)]

    def _next(self, by: "User | None", now: datetime) -> None:
        self.sequence += 1
        self.changed_by, self.changed_at = by, now
        self.save()

    def _as_invite(self, sequence: int) -> Invite:
        return Invite(
            uid=self.uid,
            sequence=sequence,
            begins_at=self.begins_at,
            minutes=self.minutes,
            place=self.place,
            organizer=Party(self.organizer.display_name, self.organizer_address),
            guest=Party(self.guest.display_name, self.guest_address),
        )

    def _invite(self, now: datetime, was: datetime | None = None) -> None:
        invite = self._as_invite(self.sequence)
        people = (self.organizer, self.guest)
        self._post(INVITATION, people, invite, now, was=was.isoformat() if was else "")

    def _uninvite(self, gone: "Sequence[tuple[User, Invite]]", now: datetime) -> None:
        for person, invite in gone:
            self._post(CANCELLATION, (person,), invite, now, others=True)

    def _post(
        self, kind: str, people: "Sequence[User]", invite: Invite, now: datetime, **more: Any
    ) -> None:
        """The mails of one word to calendars. Each holds all that it says, so that what happens
        to the meeting before it goes out changes nothing in it."""
        rows = [
            ledger.new_row(
                kind,
                recipient_id=person.pk,
                client_id=self.requisition.client_id,
                period=f"{self.pk.hex}.{invite.sequence}",
                scheduled_at=now,
                expires_at=invite.ends_at,
                payload={
                    "meeting": str(self.pk),
                    "invite": invite.as_json(),
                    "is_guest": person.is_manager,
                    **more,
                },
                now=now,
            )
            for person in people
        ]
        ledger.post(rows)

    def _tell(self, words: str, *, by: "User", now: datetime) -> None:
        told = {self.organizer_id: Told(NotificationKind.ENTRY, words)}
        Notification.tell(told, cause=f"meeting:{self.pk}:{self.sequence}", by=by, now=now,
                          requisition=self.requisition)  # fmt: skip


def _held(requisition: Requisition) -> Requisition:
    """The row with its people, held: two who schedule act one after the other."""
    rows = Requisition.objects.locked().select_related("recruiter", "manager", "funnel")
    return rows.get(pk=requisition.pk)


def _check(requisition: Requisition, wanted: Wanted, now: datetime) -> None:
    if requisition.is_closed:
        raise ValidationError("This requisition is closed. Reopen it to meet about it.")
    if requisition.manager is None:
        raise ValidationError("Name the hiring manager first.")
    check_serves(requisition.manager, requisition)
    if not requisition.recruiter.is_active:
        name = requisition.recruiter.display_name
        raise ValidationError(f"{name} has left. Name another recruiter first.")
    if wanted.begins_at <= now:
        raise ValidationError({"begins_at": "This time is over. Choose one to come."})
    if wanted.begins_at > now + AHEAD_MAX:
        raise ValidationError({"begins_at": "Choose a day within a year from now."})


def check_serves(manager: "User", requisition: Requisition) -> None:
    """Raises ValidationError for one who is deactivated, or no longer of the client: no mail
    reaches her, and none should."""
    if not (manager.is_active and manager.memberships.filter(client=requisition.client).exists()):
        raise ValidationError(
            f"{manager.display_name} is no longer of {requisition.client.name}. "
            "Name another hiring manager first."
        )


def _all_but(*names: str) -> set[str]:
    return {field.name for field in Meeting._meta.fields} - set(names)
