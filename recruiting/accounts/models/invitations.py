import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models

from recruiting.accounts.models.clients import Client

if TYPE_CHECKING:
    from recruiting.accounts.models.people import User


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: "User") -> Self:
        if user.is_lead:
            return self
        return self.filter(client__memberships__user=user)

    def open(self) -> Self:
        return self.filter(accepted_at=None, revoked_at=None)


class Invitation(models.Model):
    """Somebody asked a person to join. The person exists at once, so that a requisition can name
    her and digests can reach her; signing in for the first time accepts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="invitations"
    )
    client = models.ForeignKey(
        Client, models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="invitations_sent"
    )
    created_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.user_id} by {self.invited_by_id}"
