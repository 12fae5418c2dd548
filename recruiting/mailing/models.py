"""The ledger of every mail: a row before it is a message, and the record of it afterwards."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from recruiting.audit.models import record

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
IN_HAND = (State.CLAIMED, State.SENDING)
FINISHED = (State.SENT, State.FAILED, State.AMBIGUOUS, State.SKIPPED)

FROZEN = ("address", "subject", "text", "html", "calendar", "headers", "message_id", "rendered_at")
"""What is written once and then kept."""

OVERDUE_AFTER = timedelta(minutes=30)
"""When a due mail that has not gone out is somebody's worry."""

SILENT_AFTER = timedelta(minutes=5)
"""When a sweeper that has not run counts as silent; it should run every minute."""


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

    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)

    def due(self, now: datetime) -> Self:
        """Waiting and due at `now`, or left behind by a worker whose lease has run out.

        Leases go by the clock of the database, which all workers share.
        """
        waiting = Q(state=State.PENDING, next_attempt_at__lte=now)
        left_behind = Q(state__in=IN_HAND, lease_until__lt=Now())
        return self.filter(waiting | left_behind)

    def held(self, mails: "Sequence[Mail]") -> Self:
        """Their rows, as long as they are still those of the worker that claimed them."""
        by_fence: defaultdict[int, list[uuid.UUID]] = defaultdict(list)
        for mail in mails:
            by_fence[mail.fence].append(mail.pk)
        mine = Q(pk__in=[])
        for fence, ids in by_fence.items():
            mine |= Q(fence=fence, pk__in=ids)
        return self.filter(mine, state__in=IN_HAND)

    def freeze(self, mails: "Sequence[Mail]") -> "list[Mail]":
        """Keep text and address with the claimed rows, in one go. Returns those that were still
        this worker's.

        Django's `bulk_update` is one statement of a thousand cases, which takes ten times as long.
        """
        fields = [field for field in self.model._meta.concrete_fields if field.name in FROZEN]
        pk = self.model._meta.pk
        quoted = connection.ops.quote_name
        names = ", ".join(f"{quoted(str(field.column))} = %s" for field in fields)
        table = quoted(self.model._meta.db_table)
        update = f"UPDATE {table} SET {names} WHERE id = %s AND fence = %s AND state = %s"  # noqa: S608 - names of our own model
        rows = [
            [
                *(field.get_db_prep_save(getattr(mail, field.name), connection)
                  for field in fields),
                pk.get_db_prep_save(mail.pk, connection), mail.fence, State.CLAIMED.value,
            ]
            for mail in mails
        ]  # fmt: skip
        if not rows:
            return []
        with connection.cursor() as cursor:
            cursor.executemany(update, rows)
            if cursor.rowcount == len(rows):
                return list(mails)
        mine = set(self.held(mails).values_list("pk", flat=True))
        return [mail for mail in mails if mail.pk in mine]

    def overdue(self, now: datetime) -> Self:
        """Due for so long that somebody should look."""
        return self.unfinished().filter(due_at__lt=now - OVERDUE_AFTER)


class Mail(models.Model):
    """One mail to one person.

    `key` is the natural key (kind, recipient, client, period or subject) and unique, so that
    however often a mail is asked for, it is one row. `client` is its scope: what it may tell of.
    `fence` rises with each claim; a worker whose fence is old can no longer write.
    It was to go at `scheduled_at`; `due_at` is later when it was put off into working hours, and
    `next_attempt_at` when a server put it off. `attempts` counts the replies that did so (4xx).
    `interruptions` counts sendings whose end nobody saw: the message may have arrived.
    `headers` holds all headers of the message but To and Subject; `calendar` is what makes it an
    invitation, if it is one.
    `again_of` is the mail that a lead had sent once more by this one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mails")
    client = models.ForeignKey("accounts.Client", models.PROTECT, null=True, related_name="mails")
    period = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    scheduled_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    zone = models.CharField(max_length=50, default="UTC")

    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    due_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    interruptions = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    address = models.EmailField(blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    calendar = models.TextField(blank=True, default="", db_default="")
    again_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="again", db_index=False
    )
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
            models.Index(
                fields=["again_of"],
                name="mail_again",
                condition=models.Q(again_of__isnull=False),
            ),
            # In the order in which leads leaf through all of it.
            models.Index(fields=["-due_at", "-id"], name="mail_order"),
        ]

    def __str__(self) -> str:
        return self.key


class Flight(models.Model):
    """How far a worker has come with mails that it marked as being sent together.

    One row for each worker that sends. The server has taken the mails before `place`; the one at
    `place` is on the wire if `on_wire` says so; the later ones are not. `mails` holds each one's id
    and fence, in the order of sending.

    On PostgreSQL the table is not logged: a write to it waits for no disk, and outlives whatever
    happens to workers. When the database itself crashes the table is empty afterwards, so that it
    never tells anything outdated; all mails of a flight then count as perhaps sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mails = models.JSONField()
    place = models.PositiveSmallIntegerField(default=0)
    on_wire = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.place} of {len(self.mails)}"

    @property
    def ids(self) -> list[uuid.UUID]:
        return [uuid.UUID(pk) for pk, _ in self.mails]

    @classmethod
    def note(cls, pk: uuid.UUID, place: int, *, on_wire: bool) -> bool:
        """How far the flight is. False when there is none any more.

        It runs for every message, and Django takes as long for wording it as the database for
        running it; so it is worded here.
        """
        row = cls._meta.pk.get_db_prep_save(pk, connection)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE mailing_flight SET place = %s, on_wire = %s WHERE id = %s",
                [place, on_wire, row],
            )
            return bool(cursor.rowcount)


class Pace(models.Model):
    """Until when the installation has given away its moments for handing over a message. One row,
    which is not logged either."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    taken_until = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="mail_pace_one_row")]

    def __str__(self) -> str:
        return self.taken_until.isoformat()


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


class SuspensionQuerySet(models.QuerySet["Suspension"]):
    def visible_to(self, user: "User") -> Self:
        """Leads see all; recruiters those of the people whom they see; nobody else sees any."""
        if not user.is_recruiter:
            return self.none()
        if user.is_lead:
            return self
        people = get_user_model().objects.visible_to(user)
        return self.filter(address__in=people.values("email"))


class Suspension(models.Model):
    """An address that a server refused for good. No mail goes there until it is lifted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    address = models.EmailField(unique=True)
    at = models.DateTimeField()
    server_said = models.TextField()

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.address

    def lift(self, *, by: "User", now: datetime) -> None:
        """Mail goes to the address again. The next refusal suspends it again."""
        with transaction.atomic():
            record("lifted a suspension", self, by=by, now=now, server_said=self.server_said)
            self.delete()


class SweepBeat(models.Model):
    """When the sweeper last ran. One row; the readiness page and the alarm read it.

    `sweeps` counts how often it ran, and never falls. `lineage` names the unbroken history of this
    database, in which a restored backup begins another; `place` says where the database lies. By
    these three a database is known that has gone back in time (`holding.py`).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()
    sweeps = models.PositiveBigIntegerField(default=0, db_default=0)
    lineage = models.UUIDField(null=True)
    place = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="sweep_beat_one_row")]

    def __str__(self) -> str:
        return self.at.isoformat()

    @classmethod
    def mark(cls, now: datetime, *, lineage: uuid.UUID | None = None, place: str = "") -> None:
        """The sweeper has run, there if it says where. A lineage that is known already stays.
        One statement but for the first time."""
        fields: dict[str, Any] = {"at": now, "sweeps": models.F("sweeps") + 1}
        if place:
            fields["place"] = place
        if lineage:
            fields["lineage"] = Coalesce("lineage", models.Value(lineage, models.UUIDField()))
        if not cls.objects.filter(pk=1).update(**fields):
            new = {"at": now, "sweeps": 1, "place": place, "lineage": lineage}
            cls.objects.get_or_create(pk=1, defaults=new)

    @classmethod
    def last(cls) -> datetime | None:
        return cls.objects.values_list("at", flat=True).first()


class SendingHoldQuerySet(models.QuerySet["SendingHold"]):
    def open(self) -> Self:
        return self.filter(released_at=None)


class SendingHold(models.Model):
    """No mail goes from `since` on but what one needs to sign in, until a lead releases it.

    `ended` are the lineages that ended when the backup was restored. Released, what was due before
    `since` is passed over, since it may have gone in the time that the backup does not know of,
    unless whoever released it said that it `sends_what_was_due`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    since = models.DateTimeField()
    why = models.CharField(max_length=300)
    ended = models.JSONField(default=list)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    sends_what_was_due = models.BooleanField(default=False)

    objects = SendingHoldQuerySet.as_manager()

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(
                models.Case(models.When(released_at=None, then=models.Value(1))),
                name="sending_hold_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.why
