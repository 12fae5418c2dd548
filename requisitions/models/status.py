from django.conf import settings
from django.db import models
from django.utils import timezone


class Status(models.TextChoices):
    DRAFT = "draft", "Draft"
    INTAKE = "intake", "Intake"
    OPEN = "open", "Open"
    ON_HOLD = "on_hold", "On hold"
    FILLED = "filled", "Filled"
    CANCELLED = "cancelled", "Cancelled"
    PARTED = "parted", "Parted ways"


ACTIVE = (Status.INTAKE, Status.OPEN, Status.ON_HOLD)
"""Somebody works on it or waits to."""

CLOSED = (Status.FILLED, Status.CANCELLED, Status.PARTED)

TRANSITIONS: dict[str, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.INTAKE, Status.CANCELLED}),
    Status.INTAKE: frozenset({Status.OPEN, Status.ON_HOLD, Status.CANCELLED}),
    Status.OPEN: frozenset({Status.ON_HOLD, Status.FILLED, Status.CANCELLED, Status.PARTED}),
    Status.ON_HOLD: frozenset({Status.INTAKE, Status.OPEN, Status.CANCELLED, Status.PARTED}),
    Status.FILLED: frozenset({Status.OPEN}),
    Status.CANCELLED: frozenset({Status.OPEN}),
    Status.PARTED: frozenset({Status.OPEN}),
}
"""From each status to those that may follow it."""

_DONE = {
    Status.INTAKE: "moved to intake",
    Status.OPEN: "opened",
    Status.ON_HOLD: "put on hold",
    Status.FILLED: "filled",
    Status.CANCELLED: "cancelled",
    Status.PARTED: "closed by parting ways",
}


class NotAllowed(Exception):
    """The status does not allow it. The message is for the person who asked."""


def check_move(came_from: Status, to: Status) -> None:
    """Raises NotAllowed where the one may not follow the other."""
    if to in TRANSITIONS[came_from]:
        return
    if came_from == to:
        raise NotAllowed(f"This requisition is {to.label.lower()} already.")
    now = "in intake" if came_from == Status.INTAKE else came_from.label.lower()
    raise NotAllowed(f"This requisition is {now} and cannot be {_DONE[to]} from there.")


class StatusChange(models.Model):
    """One step of a requisition's life: who, when, why. `until` is for a hold that ends.

    `override` marks an opening for sourcing without a signed brief.
    """

    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, related_name="status_changes"
    )
    from_status = models.CharField(max_length=10, choices=Status, blank=True)
    to_status = models.CharField(max_length=10, choices=Status)
    reason = models.CharField(max_length=500, blank=True)
    until = models.DateField(null=True, blank=True)
    override = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["requisition", "-at"], name="status_change_latest")]

    def __str__(self) -> str:
        return f"{self.from_status or 'new'} to {self.to_status}"
