"""Word to recruiters and leads of what others did, in the product and by mail."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from recruiting.accounts.models.cadences import Cadence, period
from recruiting.accounts.models.clients import Membership
from recruiting.accounts.models.people import Role, User
from recruiting.lib.places import Place
from recruiting.mailing import ledger
from recruiting.mailing.models import Mail, Unsubscription

if TYPE_CHECKING:
    from recruiting.accounts.models.people import UserQuerySet

NOTIFICATIONS = "notifications"
"""The kind of mail that brings them."""


class NotificationKind(models.TextChoices):
    QUESTION = "question", "Questions"
    ANSWER = "answer", "Answers"
    MENTION = "mention", "Mentions"
    DECISION = "decision", "Decisions"
    ASSIGNMENT = "assignment", "Handed over"
    STATUS = "status", "Status"
    ENTRY = "entry", "Colleagues' entries"
    MAIL = "mail", "Mail trouble"

    @property
    def explained(self) -> str:
        return _EXPLAINED[self]

    @property
    def usual(self) -> Cadence:
        """How soon it goes by mail unless the person says otherwise."""
        is_asked = self in (
            NotificationKind.QUESTION, NotificationKind.MENTION, NotificationKind.DECISION
        )  # fmt: skip
        return Cadence.AT_ONCE if is_asked else Cadence.DAILY


_EXPLAINED = {
    NotificationKind.QUESTION: "Somebody asks a question on a requisition of yours.",
    NotificationKind.ANSWER: "Somebody answers a question of yours.",
    NotificationKind.MENTION: "Somebody names you with @.",
    NotificationKind.DECISION: "A hiring manager decides on a candidate of yours.",
    NotificationKind.ASSIGNMENT: "A requisition is given to you, or to somebody else.",
    NotificationKind.STATUS: "Somebody else holds, resumes, fills, cancels or reopens yours.",
    NotificationKind.ENTRY: "Somebody else logs or writes something on one of yours.",
    NotificationKind.MAIL: "Mail to one of your hiring managers, or mail at all, does not arrive.",
}


@dataclass(frozen=True)
class Told:
    """What one person is told. In `words`, {what} stands for the requisition, or for how many
    there are, and {person} for somebody else whom it is about."""

    kind: NotificationKind
    words: str
    number: int = 1


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User) -> Self:
        """One's own, of clients that one still serves. Managers have none."""
        if not user.is_recruiter:
            return self.none()
        own = self.filter(recipient=user, retracted_at=None)
        if user.is_lead:
            return own
        return own.filter(Q(client=None) | Q(client__in=user.memberships.values("client")))

    def visible_to_its_recipient(self) -> Self:
        """The same for many people at once."""
        serves = Membership.objects.filter(user=OuterRef("recipient"), client=OuterRef("client"))
        is_served = Q(client=None) | Q(recipient__role=Role.LEAD) | Exists(serves)
        return self.filter(is_served, retracted_at=None, recipient__in=User.objects.recruiters())

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def before(self, mark: Place) -> Self:
        """What stands after `mark` in the list."""
        return self.filter(Q(at__lt=mark.at) | Q(at=mark.at, pk__lt=mark.pk))

    def up_to(self, mark: Place) -> Self:
        return self.filter(Q(at__lt=mark.at) | Q(at=mark.at, pk__lte=mark.pk))

    def with_what_it_names(self) -> Self:
        return self.select_related("requisition", "client", "actor", "person")

    def mark_read(self, now: datetime) -> int:
        """What was read here needs no mail any more. Returns how many were unread."""
        return self.unread().update(read_at=now, is_to_mail=False)


class Notification(models.Model):
    """One person is told of one thing, once: `cause` names what it comes from.

    It holds ids and plain words, never what somebody wrote about a candidate. `place` is the
    anchor on the requisition's page, or without a requisition the path of a page of ours.
    `is_to_mail` until it stands in a `mail`, is read, or is of a kind that is not to be mailed.
    `retracted_at`: what it tells of has been taken back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=10, choices=NotificationKind)
    cause = models.CharField(max_length=80)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    client = models.ForeignKey("accounts.Client", models.CASCADE, null=True, related_name="+")
    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, null=True, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )
    words = models.CharField(max_length=120)
    number = models.PositiveIntegerField(default=1)
    place = models.CharField(max_length=120, blank=True)
    read_at = models.DateTimeField(null=True)
    retracted_at = models.DateTimeField(null=True)
    is_to_mail = models.BooleanField(default=True)
    mail = models.ForeignKey(Mail, models.SET_NULL, null=True, related_name="notifications")

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["cause", "recipient"], name="notification_once"),
            models.CheckConstraint(
                condition=Q(kind__in=NotificationKind.values), name="notification_kind_known"
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-at", "-id"], name="notification_latest"),
            models.Index(
                fields=["recipient"],
                name="notification_unread",
                condition=Q(read_at__isnull=True, retracted_at__isnull=True),
            ),
            models.Index(
                fields=["recipient", "kind"],
                name="notification_to_mail",
                condition=Q(is_to_mail=True),
            ),
        ]

    def __str__(self) -> str:
        return self.sentence

    # --- reading ---------------------------------------------------------------------------

    @property
    def mark(self) -> Place:
        return Place(self.at, self.pk)

    @property
    def what(self) -> str:
        """The requisition or how many there are; nothing when it is about a person."""
        if "{what}" not in self.words:
            return ""
        if self.requisition:
            return self.requisition.title
        return f"{self.number:,} {'requisition' if self.number == 1 else 'requisitions'}"

    @property
    def around(self) -> tuple[str, str]:
        """The words before and after `what`."""
        person = self.person.display_name if self.person else "somebody"
        before, _, after = self.words.partition("{what}")
        before, after = before.replace("{person}", person), after.replace("{person}", person)
        return f"{self.actor.display_name} {before}" if self.actor else before, after

    @property
    def sentence(self) -> str:
        """As in "Max Manager asked a question on Data Engineer"."""
        before, after = self.around
        return f"{before}{self.what}{after}"

    @property
    def url(self) -> str:
        """The place that it leads to."""
        if self.requisition:
            return f"{self.requisition.get_absolute_url()}{self.place}"
        return self.place

    # --- writing ---------------------------------------------------------------------------

    @classmethod
    def tell(
        cls,
        told: Mapping[UUID, Told],
        *,
        cause: str,
        by: User | None,
        now: datetime,
        requisition: Any = None,
        client: UUID | None = None,
        person: User | None = None,
        place: str = "",
    ) -> None:
        """Tell each of these people, by id, unless she did it herself or would not see it.

        Call it in the transaction of what it tells of. Managers are left out: their home and
        their digest tell them. The same `cause` tells the same person once.
        """
        others = {pk: one for pk, one in told.items() if by is None or pk != by.pk}
        if not others:
            return
        client = requisition.client_id if requisition else client
        people = list(_audience(others, client))
        Notification.objects.bulk_create(
            [
                Notification(
                    recipient=user,
                    kind=others[user.pk].kind,
                    cause=cause,
                    at=now,
                    actor=by,
                    client_id=client,
                    requisition=requisition,
                    person=person,
                    words=others[user.pk].words,
                    number=others[user.pk].number,
                    place=place,
                )
                for user in people
            ],
            ignore_conflicts=True,
        )
        _mail_at_once((user for user in people if _wants_at_once(user, others[user.pk])), now)

    @classmethod
    def retract(cls, *causes: str, now: datetime) -> None:
        """What it tells of has been taken back: nobody is told any more."""
        cls.objects.filter(cause__in=causes).update(retracted_at=now)

    @classmethod
    def reinstate(cls, *causes: str) -> None:
        """It stands again after all."""
        cls.objects.filter(cause__in=causes).update(retracted_at=None)

    @classmethod
    def settle(cls, *causes: str, by: User, now: datetime) -> None:
        """She has dealt with it at its place, which is as good as reading it here."""
        cls.objects.filter(cause__in=causes, recipient=by).mark_read(now)

    def unread_again(self) -> None:
        """It stays in the list as something to come back to; no mail goes of it."""
        self.read_at = None
        self.save(update_fields=["read_at"])


def _audience(told: Iterable[UUID], client: UUID | None) -> "UserQuerySet":
    """Those of them who see it and have a place to be told. One statement."""
    stopped = Unsubscription.objects.filter(user=OuterRef("pk"), kind=NOTIFICATIONS)
    people = User.objects.active().recruiters().filter(pk__in=told).order_by("pk")
    if client:
        serves = Membership.objects.filter(user=OuterRef("pk"), client=client)
        people = people.filter(Q(role=Role.LEAD) | Exists(serves))
    found: UserQuerySet = people.annotate(is_stopped=Exists(stopped)).select_related("preferences")
    return found


def _wants_at_once(user: User, told: Told) -> bool:
    is_stopped: bool = user.is_stopped  # type: ignore[attr-defined] # annotated above
    return not is_stopped and user.preferences.cadence(told.kind) == Cadence.AT_ONCE


def _mail_at_once(people: Iterable[User], now: datetime) -> None:
    """The first of a minute goes at once; what follows within it is gathered by the sweeper."""
    rows = [
        ledger.new_row(
            NOTIFICATIONS,
            recipient_id=user.pk,
            client_id=None,
            period=period(Cadence.AT_ONCE, now, "UTC"),
            payload={"chosen": user.preferences.has_chosen},
            scheduled_at=now,
            now=now,
        )
        for user in people
    ]
    if rows:
        ledger.post(rows)
