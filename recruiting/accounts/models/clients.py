import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from recruiting.audit.models import record
from recruiting.lib.text import check_line

if TYPE_CHECKING:
    from recruiting.accounts.models.people import User


class ClientNameTaken(Exception):
    """Says so in words for the person who chose the name."""


class ClientQuerySet(models.QuerySet["Client"]):
    def visible_to(self, user: "User") -> Self:
        """Leads see all clients; others those that they are members of."""
        if user.is_lead:
            return self
        return self.filter(memberships__user=user)


class Client(models.Model):
    """A company or a department served. Data of two clients never meet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, validators=[check_line])
    created_at = models.DateTimeField(default=timezone.now)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="client_name_unique")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def create(cls, name: str, *, by: "User", now: datetime) -> "Client":
        """A new client with its creator as its first member.

        Names are unique in the whole office, for imports go by them. Who chooses the name of a
        client that he does not serve learns only that it cannot be used. Raises ClientNameTaken.
        """
        with transaction.atomic():
            try:
                with transaction.atomic():
                    client = cls.objects.create(name=name, created_at=now)
            except IntegrityError:
                raise ClientNameTaken(cls._why_taken(name, by)) from None
            Membership.objects.create(client=client, user=by, created_at=now)
            record("created", client, by=by, now=now, client=client, name=name)
        return client

    @classmethod
    def _why_taken(cls, name: str, by: "User") -> str:
        if cls.objects.visible_to(by).filter(name__iexact=name).exists():
            return "There is a client of this name already. You find it on the clients page."
        return "This name can't be used. Choose another, or ask a lead to help."


class Membership(models.Model):
    """A person works with or for a client."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "client"], name="membership_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.client_id}"
