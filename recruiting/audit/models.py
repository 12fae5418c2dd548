"""The record of who did what: written once, never changed."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

from django.conf import settings
from django.db import IntegrityError, models, transaction

REQUISITION = "requisitions.Requisition"


class EventQuerySet(models.QuerySet["Event"]):
    def about(self, target: models.Model) -> "EventQuerySet":
        return self.filter(target_type=target._meta.label, target_id=target.pk)

    def shared(self) -> "EventQuerySet":
        """What hiring managers may be told of as well."""
        return self.filter(is_private=False)

    def of_all(self) -> "EventQuerySet":
        """Every event, by the index that is kept for asking for every one."""
        return self.filter(target_type__gt="")

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("Events are append-only.")

    def delete(self) -> NoReturn:
        raise TypeError("Events are append-only.")


class Event(models.Model):
    """One change, by a person or by the software (`actor` is empty then).

    `particulars` holds ids, counts and plain words of the change; never a candidate's data.
    `requisition` is the one on whose page it is told; a private one only recruiters and leads.
    """

    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="events"
    )
    action = models.CharField(max_length=60)
    target_type = models.CharField(max_length=60)
    target_id = models.UUIDField()
    client = models.ForeignKey(
        "accounts.Client", models.PROTECT, null=True, related_name="events", db_index=False
    )
    requisition = models.ForeignKey(
        "requisitions.Requisition",
        models.PROTECT,
        null=True,
        related_name="events",
        db_index=False,
    )
    is_private = models.BooleanField(default=False, db_default=False)
    particulars = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["target_id", "-at"], name="event_target_at"),
            # In the order in which activity is told, so that each page of it begins at once.
            # The one of all events has a condition that holds for all: whoever does not ask for it
            # cannot be made to leaf through everybody's events to find those of a quiet client.
            models.Index(
                fields=["-at", "-target_id", "-id"],
                condition=models.Q(target_type__gt=""),
                name="event_order_of_all",
            ),
            models.Index(
                fields=["client", "-at", "-target_id", "-id"], name="event_order_of_client"
            ),
            models.Index(
                fields=["requisition", "-at", "-target_id", "-id"],
                name="event_order_of_requisition",
            ),
            models.Index(fields=["client", "action"], name="event_client_action"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type} {self.target_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("Events are append-only.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("Events are append-only.")


def record(
    action: str,
    target: models.Model,
    *,
    by: models.Model | None,
    now: datetime,
    client: models.Model | uuid.UUID | None = None,
    requisition: uuid.UUID | None = None,
    is_private: bool = False,
    **particulars: Any,
) -> Event:
    """Write one event. Call it inside the transaction of the change that it tells of.

    What happens to a requisition belongs to its page; for other targets name the `requisition`.
    """
    event = event_of(
        action, target, by=by, now=now, client=client, requisition=requisition,
        is_private=is_private, **particulars,
    )  # fmt: skip
    event.save()
    return event


def event_of(
    action: str,
    target: models.Model,
    *,
    by: models.Model | None,
    now: datetime,
    client: models.Model | uuid.UUID | None = None,
    requisition: uuid.UUID | None = None,
    is_private: bool = False,
    **particulars: Any,
) -> Event:
    """An unsaved event, for `bulk_create` where many are written at once."""
    if target._meta.label == REQUISITION:
        requisition = target.pk
    return Event(
        at=now,
        actor_id=by.pk if by else None,
        action=action,
        target_type=target._meta.label,
        target_id=target.pk,
        client_id=client.pk if isinstance(client, models.Model) else client,
        requisition_id=requisition,
        is_private=is_private,
        particulars=particulars,
    )


class FormKey(models.Model):
    """The idempotency key of a form that creates: sent again, it leads to what was made first."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    target_id = models.UUIDField(null=True)

    def __str__(self) -> str:
        return str(self.key)


def once(
    key: uuid.UUID, *, by: models.Model, now: datetime, create: Callable[[], models.Model]
) -> tuple[uuid.UUID, bool]:
    """Run `create` for the first POST that carries `key`; later ones get the id of what it made.

    Returns the id and whether it was made now. A second POST that arrives while the first is at
    work waits for it. Raises FormKey.DoesNotExist when the key is another person's.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                FormKey.objects.create(key=key, user_id=by.pk, at=now)
        except IntegrityError:
            first = FormKey.objects.get(key=key, user_id=by.pk)
            assert first.target_id is not None, "a key is committed with its target or not at all"
            return first.target_id, False
        made = create()
        FormKey.objects.filter(key=key).update(target_id=made.pk)
    return made.pk, True
