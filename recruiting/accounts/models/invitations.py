import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import F

from recruiting.accounts.models.clients import Client
from recruiting.accounts.models.people import Role, User
from recruiting.audit.models import record
from recruiting.mailing import ledger

KIND = "invitation"
NOT_HERE = "This address can't be invited here. Ask a lead to help."


class InvitationRefused(Exception):
    """Says why in words that tell the inviter nothing about clients that he does not serve."""


@dataclass(frozen=True)
class Invited:
    """Whom to invite. A hiring manager comes for exactly one client, a lead for none or more."""

    email: str
    name: str
    role: Role
    zone: str
    clients: tuple[Client, ...]


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User) -> Self:
        """Leads see all; others those to their clients."""
        if user.is_lead:
            return self
        return self.filter(client__memberships__user=user)

    def open(self) -> Self:
        return self.filter(accepted_at=None, revoked_at=None)


class Invitation(models.Model):
    """Somebody asked a person to join. The person exists at once, so that a requisition can name
    her and digests can reach her; signing in for the first time accepts.

    `sends` counts the mails: each has its own period in the ledger.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="invitations")
    client = models.ForeignKey(
        Client, models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="invitations_sent"
    )
    created_at = models.DateTimeField()
    sends = models.PositiveSmallIntegerField(default=1)
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.user_id} by {self.invited_by_id}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None

    @classmethod
    def send(cls, invited: Invited, *, by: User, now: datetime) -> "Invitation":
        """Make the person and the memberships, and ask by mail.

        An existing hiring manager becomes a member of one more client. Raises InvitationRefused
        with words for the inviter, and PermissionDenied when only a lead may invite this role.
        """
        if invited.role != Role.MANAGER and not by.is_lead:
            raise PermissionDenied
        with transaction.atomic():
            user = _new_person(invited, now=now) or _known_person(invited, by=by, now=now)
            joined = [client for client in invited.clients if user.join(client, by=by, now=now)]
            if invited.role == Role.MANAGER and not joined:
                raise InvitationRefused(f"{user} already works with {invited.clients[0]}.")
            client = invited.clients[0] if invited.role == Role.MANAGER else None
            knows_us = user.last_login is not None
            invitation = cls.objects.create(
                user=user,
                client=client,
                invited_by=by,
                created_at=now,
                accepted_at=now if knows_us else None,
            )
            record("invited", user, by=by, now=now, client=client, invitation=str(invitation.pk))
            invitation._queue(now)
        return invitation

    def send_again(self, *, seen: int, by: User, now: datetime) -> bool:
        """One more mail, if `seen` is how many the page showed; says whether it was queued.

        A double click asks twice after having seen the same number, and so sends one.
        """
        with transaction.atomic():
            mine = Invitation.objects.open().filter(pk=self.pk, sends=seen)
            if not mine.update(sends=F("sends") + 1):
                return False
            self.refresh_from_db(fields=["sends"])
            record("invited again", self.user, by=by, now=now, client=self.client)
            self._queue(now)
        return True

    def revoke(self, *, by: User, now: datetime) -> bool:
        """Take it back: the membership goes, and who has nothing else left can't sign in.

        Says whether there was something to take back.
        """
        with transaction.atomic():
            if not Invitation.objects.open().filter(pk=self.pk).update(revoked_at=now):
                return False
            memberships = self.user.memberships.all()
            (memberships.filter(client=self.client) if self.client else memberships).delete()
            others = self.user.invitations.filter(revoked_at=None)
            if not (others.exists() or memberships.exists()):
                self.user.withdraw()
            record("revoked invitation", self.user, by=by, now=now, client=self.client)
        return True

    @classmethod
    def accept_all(cls, user: User, *, now: datetime) -> None:
        """The person has signed in: what was open is accepted."""
        with transaction.atomic():
            for invitation in cls.objects.open().filter(user=user).select_for_update():
                invitation.accepted_at = now
                invitation.save(update_fields=["accepted_at"])
                record("accepted invitation", user, by=user, now=now, client=invitation.client_id)

    def _queue(self, now: datetime) -> None:
        ledger.queue(
            KIND,
            recipient=self.user,
            client=self.client,
            period=f"{self.pk}:{self.sends}",
            payload={"invitation": str(self.pk)},
            scheduled_at=now,
            now=now,
        )


def _new_person(invited: Invited, *, now: datetime) -> User | None:
    """None when the address is taken, perhaps by somebody who was quicker a moment ago."""
    try:
        with transaction.atomic():
            person: User = User.objects.create_user(
                invited.email,
                name=invited.name,
                role=invited.role,
                zone=invited.zone,
                now=now,
            )
    except IntegrityError:
        return None
    return person


def _known_person(invited: Invited, *, by: User, now: datetime) -> User:
    user: User = User.objects.select_for_update(of=("self",)).get(email=invited.email)
    revoked = not user.is_active and user.was_withdrawn
    if user.role == invited.role and revoked:
        user.welcome_back(now=now)
        return user
    may_join = user.role == invited.role == Role.MANAGER and user.is_active
    if not may_join:
        raise InvitationRefused(_why_not(user) if by.is_lead else NOT_HERE)
    return user


def _why_not(user: User) -> str:
    """For leads, who see everybody."""
    role = user.get_role_display().lower()
    if user.is_active:
        return f"{user} already has an account as {role}. Open it on the people page."
    return f"{user} has a deactivated account as {role}. Reactivate it on the people page."
