"""What a recruiter and a manager both have in their calendars, whatever it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from intake.calendars import Invite, Party
from recruiting.lib.text import check_line
from recruiting.mailing import ledger
from requisitions.models import Requisition

if TYPE_CHECKING:
    from recruiting.accounts.models import User

PLACE_MAX = 200
REASON_MAX = 300
AHEAD_MAX = timedelta(days=366)


@dataclass(frozen=True)
class Wanted:
    """When and where to meet, and for how long."""

    begins_at: datetime
    minutes: int
    place: str = ""


class Appointment(models.Model):
    """`uid` names it in calendars and never changes; `sequence` rises with every word that goes to
    them, and is what a form must have seen to change anything. `organizer` and `guest` are those
    who were asked, at the addresses of then: a cancellation has to name the same.

    Who inherits has `minutes`, and says which kinds of mail bring it and under which `key` their
    payload names it.
    """

    invitation: ClassVar[str]
    cancellation: ClassVar[str]
    key: ClassVar[str]
    minutes: "models.PositiveSmallIntegerField[int, int]"

    uid = models.CharField(max_length=320, unique=True)
    sequence = models.PositiveIntegerField(default=0)
    begins_at = models.DateTimeField()
    place = models.CharField(max_length=PLACE_MAX, blank=True, validators=[check_line])
    organizer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organizer_address = models.EmailField()
    guest = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    guest_address = models.EmailField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=REASON_MAX, blank=True, validators=[check_line])

    class Meta:
        abstract = True

    @property
    def client_id(self) -> UUID:
        raise NotImplementedError

    @property
    def particulars(self) -> dict[str, Any]:
        """What its mails hold beside the invitation."""
        return {}

    @property
    def is_standing(self) -> bool:
        raise NotImplementedError

    @property
    def ends_at(self) -> datetime:
        return self.begins_at + timedelta(minutes=self.minutes)

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.begins_at, self.minutes, self.place)

    @property
    def link(self) -> str:
        """Where they meet, if that is an address one can open."""
        return self.place if self.place.startswith(("https://", "http://")) else ""

    def is_over(self, now: datetime) -> bool:
        return self.ends_at <= now

    def as_invite(self, sequence: int) -> Invite:
        return Invite(
            uid=self.uid,
            sequence=sequence,
            begins_at=self.begins_at,
            minutes=self.minutes,
            place=self.place,
            organizer=Party(self.organizer.display_name, self.organizer_address),
            guest=Party(self.guest.display_name, self.guest_address),
        )

    # --- for those who inherit -------------------------------------------------------------

    def _take(self, wanted: Wanted) -> None:
        for name, value in vars(wanted).items():
            setattr(self, name, value)
        self._clean("minutes", "place")

    def _clean(self, *names: str) -> None:
        """Raises ValidationError for these fields alone."""
        self.clean_fields(exclude={field.name for field in self._meta.fields} - set(names))

    def _ask(self, held: Requisition) -> "Sequence[tuple[User, Invite]]":
        """Those who answer for the requisition now, at their addresses of now. Returns those who
        were asked before and are no more, with what they were asked to."""
        assert held.manager is not None
        before: list[tuple[User, Invite]] = []
        if not self._state.adding:
            invite = self.as_invite(self.sequence + 1)
            before = [(one, invite) for one in (self.organizer, self.guest)]
        self.organizer, self.guest = held.recruiter, held.manager
        self.organizer_address, self.guest_address = held.recruiter.email, held.manager.email
        return [told for told in before if told[0] not in (self.organizer, self.guest)]

    def _invite(self, now: datetime, was: datetime | None = None) -> None:
        people = (self.organizer, self.guest)
        before = was.isoformat() if was and was != self.begins_at else ""
        self._post(self.invitation, people, self.as_invite(self.sequence), now, was=before)

    def _uninvite(self, gone: "Sequence[tuple[User, Invite]]", now: datetime) -> None:
        for person, invite in gone:
            self._post(self.cancellation, (person,), invite, now, others=True)

    def _call_off(self, now: datetime, why: str) -> None:
        people = (self.organizer, self.guest)
        self._post(self.cancellation, people, self.as_invite(self.sequence), now, why=why)

    def _post(
        self, kind: str, people: "Sequence[User]", invite: Invite, now: datetime, **more: Any
    ) -> None:
        """The mails of one word to calendars. Each holds all that it says, so that what happens
        to the appointment before it goes out changes nothing in it."""
        rows = [
            ledger.new_row(
                kind,
                recipient_id=person.pk,
                client_id=self.client_id,
                period=f"{self.pk.hex}.{invite.sequence}",
                scheduled_at=now,
                expires_at=invite.ends_at,
                payload={
                    self.key: str(self.pk),
                    "invite": invite.as_json(),
                    "is_guest": person.is_manager,
                    **self.particulars,
                    **more,
                },
                now=now,
            )
            for person in people
        ]
        ledger.post(rows)


def out_of_step(job: str) -> Q:
    """Those who are asked, or their addresses, are not those of the requisition at `job` any
    more."""
    same = Q(
        organizer=F(f"{job}__recruiter"),
        guest=F(f"{job}__manager"),
        organizer_address=F("organizer__email"),
        guest_address=F("guest__email"),
    )
    return ~same


def held_with_people(requisition_id: UUID) -> Requisition:
    """The row with its people, held: two who schedule act one after the other."""
    rows = Requisition.objects.locked().select_related("recruiter", "manager", "funnel")
    return rows.get(pk=requisition_id)


def check_people(requisition: Requisition) -> None:
    """Raises ValidationError unless both sides are there to be asked."""
    if requisition.manager is None:
        raise ValidationError("Name the hiring manager first.")
    check_serves(requisition.manager, requisition)
    if not requisition.recruiter.is_active:
        name = requisition.recruiter.display_name
        raise ValidationError(f"{name} has left. Name another recruiter first.")


def check_serves(manager: "User", requisition: Requisition) -> None:
    """Raises ValidationError for one who is deactivated, or no longer of the client: no mail
    reaches her, and none should."""
    if not (manager.is_active and manager.memberships.filter(client=requisition.client).exists()):
        raise ValidationError(
            f"{manager.display_name} is no longer of {requisition.client.name}. "
            "Name another hiring manager first."
        )


def check_time(wanted: Wanted, now: datetime) -> None:
    """Raises ValidationError for a time that is over, or too far away."""
    if wanted.begins_at <= now:
        raise ValidationError({"begins_at": "This time is over. Choose one to come."})
    if wanted.begins_at > now + AHEAD_MAX:
        raise ValidationError({"begins_at": "Choose a day within a year from now."})
