"""The ledger of every mail: a row before it is a message, and the record of it afterwards."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from recruiting.accounts.models import User


class State(models.TextChoices):
    PENDING = "pending", "Waiting"
    CLAIMED = "claimed", "Being prepared"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    AMBIGUOUS = "ambiguous", "Perhaps sent"
    SKIPPED = "skipped", "Skipped"


UNFINISHED = (State.PENDING, State.CLAIMED, State.SENDING)
FINISHED = (State.SENT, State.FAILED, State.AMBIGUOUS, State.SKIPPED)


class MailQuerySet(models.QuerySet["Mail"]):
    def visible_to(self, user: "User") -> Self:
        """One's own; recruiters also what went to the managers of their clients; leads all."""
        if user.is_lead:
            return self
        own = models.Q(recipient=user)
        if user.is_recruiter:
            clients = user.memberships.values("client")
            return self.filter(own | models.Q(client__in=clients))
        return self.filter(own)

    def kind(self, name: str) -> Self:
        return self.filter(kind=name)


class Mail(models.Model):
    """One mail to one person.

    `key` is the natural key (kind, recipient, client, period or subject) and unique, so that
    however often a mail is asked for, it is one row. `client` is its scope: what it may tell of.
    `fence` rises with each claim; a worker whose fence is old can no longer write.
    `interruptions` counts leases that ran out while the message was on the wire.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="mails"
    )
    client = models.ForeignKey("accounts.Client", models.PROTECT, null=True, related_name="mails")
    period = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    scheduled_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    zone = models.CharField(max_length=50, default="UTC")

    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    interruptions = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    address = models.EmailField(blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    message_id = models.CharField(max_length=120, blank=True)
    rendered_at = models.DateTimeField(null=True)
    redacted_at = models.DateTimeField(null=True)

    finished_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    server_said = models.TextField(blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ["-scheduled_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="mail_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[State.SENDING, State.SENT, State.AMBIGUOUS])
                | models.Q(rendered_at__isnull=False),
                name="mail_rendered_before_sent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="mail_unfinished",
                condition=models.Q(state__in=["pending", "claimed", "sending"]),
            ),
            models.Index(fields=["recipient", "kind", "-scheduled_at"], name="mail_of_recipient"),
            models.Index(fields=["client", "kind", "-scheduled_at"], name="mail_of_client"),
        ]

    def __str__(self) -> str:
        return self.key


class Unsubscription(models.Model):
    """A person wants no more mail of one kind. Deleting the row subscribes again."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="unsubscriptions"
    )
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="unsubscription_unique")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}"


class Suspension(models.Model):
    """An address that a server refused for good. No mail goes there until it is lifted."""

    address = models.EmailField(unique=True)
    at = models.DateTimeField()
    server_said = models.TextField()

    def __str__(self) -> str:
        return self.address


class SweepBeat(models.Model):
    """When the sweeper last ran. One row; the readiness page and the alarm read it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="sweep_beat_one_row")]

    def __str__(self) -> str:
        return self.at.isoformat()

    @classmethod
    def mark(cls, now: datetime) -> None:
        cls.objects.update_or_create(pk=1, defaults={"at": now})
