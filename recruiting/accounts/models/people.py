import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Concat, Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from recruiting.accounts.models.absences import Delegation
from recruiting.accounts.models.cards import Preferences, StalePreferences, WorkingCard
from recruiting.accounts.models.clients import Client, Membership
from recruiting.audit.models import record
from recruiting.lib.text import check_line
from recruiting.mailing import ledger

NAME_MAX = 120
HINTS_MAX = 200

ADDRESS_CHANGE = "address change"
"""The kind of mail that tells both addresses of a change."""


class AddressTaken(Exception):
    """Says so in words for a lead, who sees everybody."""


class Role(models.TextChoices):
    RECRUITER = "recruiter", "Recruiter"
    MANAGER = "manager", "Hiring manager"
    LEAD = "lead", "Lead"


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def managers(self) -> Self:
        return self.filter(role=Role.MANAGER)

    def recruiters(self) -> Self:
        """Those who may hold a requisition: recruiters, and leads who recruit as well."""
        return self.filter(role__in=[Role.RECRUITER, Role.LEAD])

    def serving(self, client: models.Model) -> Self:
        return self.filter(memberships__client=client)

    def visible_to(self, user: "User") -> Self:
        """Leads see all; others see themselves and the people of their clients."""
        if user.is_lead:
            return self
        clients = Membership.objects.filter(user=user).values("client")
        shared = Membership.objects.filter(client__in=clients).values("user")
        return self.filter(models.Q(pk=user.pk) | models.Q(pk__in=shared))


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(
        self,
        email: str,
        password: str | None = None,
        *,
        zone: str = "UTC",
        now: datetime | None = None,
        **fields: Any,
    ) -> "User":
        """A person with a working card and preferences. Without a password: by code only."""
        now = now or timezone.now()
        with transaction.atomic(using=self.db):
            user: User = self.model(email=email.strip().lower(), date_joined=now, **fields)
            user.set_password(password)
            user.save(using=self.db)
            WorkingCard.objects.create(user=user, zone=zone)
            Preferences.objects.create(user=user, digest_since=now)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(email=(username or "").strip().lower())
        return user


class User(AbstractBaseUser):
    """A person. Email is the login; a manager need never have a password."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("email address", unique=True)
    name = models.CharField(max_length=NAME_MAX, blank=True, validators=[check_line])
    role = models.CharField(max_length=12, choices=Role, default=Role.MANAGER)
    is_active = models.BooleanField(default=True)
    session_generation = models.PositiveIntegerField(default=0)
    date_joined = models.DateTimeField(default=timezone.now)
    single_keys = models.BooleanField(default=True, db_default=True)
    """Whether a letter alone does something on a page: some speak or tremble into the keyboard."""
    hints_done = models.CharField(max_length=HINTS_MAX, blank=True, default="", db_default="")
    """Names of first-run hints that the person wants no more, each followed by a space."""

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="user_role_known"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name, or for somebody who has not given one the part before the @."""
        return self.name or self.email.partition("@")[0]

    def get_full_name(self) -> str:
        return self.display_name

    @property
    def first_name(self) -> str:
        return self.display_name.split()[0]

    @property
    def initials(self) -> str:
        """The first letters of the first and the last word of the name, for the avatar."""
        words = self.display_name.split()
        return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()

    @property
    def is_lead(self) -> bool:
        return self.role == Role.LEAD

    @property
    def is_recruiter(self) -> bool:
        """May do a recruiter's work; a lead may as well."""
        return self.role in (Role.RECRUITER, Role.LEAD)

    @property
    def is_manager(self) -> bool:
        return self.role == Role.MANAGER

    def wants_hint(self, name: str) -> bool:
        return name not in self.hints_done.split()

    def dismiss_hint(self, name: str) -> None:
        """For good, on every device. Twice is once; several at once all count."""
        here = User.objects.filter(pk=self.pk).exclude(hints_done__contains=f"{name} ")
        here.update(hints_done=Concat("hints_done", models.Value(f"{name} ")))
        self.refresh_from_db(fields=["hints_done"])

    def get_session_auth_hash(self) -> str:
        """Sessions end when the password or the session generation changes."""
        return self._session_hash(settings.SECRET_KEY)

    def get_session_auth_fallback_hash(self) -> Any:
        for fallback in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(fallback)

    def _session_hash(self, secret: str | bytes) -> str:
        value = f"{self.password}:{self.session_generation}"
        return salted_hmac(
            "recruiting.accounts.session", value, secret=secret, algorithm="sha256"
        ).hexdigest()

    @classmethod
    def install_lead(
        cls, email: str, *, name: str, zone: str, password: str | None, now: datetime
    ) -> tuple["User", bool]:
        """The administrator's way to a lead who can sign in; says whether that is news.

        Raises ValidationError for a hiring manager, who sits on the other side of the table.
        """
        with transaction.atomic():
            user = cls.objects.filter(email=email).select_for_update().first()
            if user is None:
                user = cls.objects.create_user(
                    email, password, name=name, zone=zone, role=Role.LEAD, now=now
                )
                record("created", user, by=None, now=now, role=Role.LEAD.value)
                return user, True
            if user.is_manager:
                raise ValidationError(f"{email} is a hiring manager. Use another address.")
            is_new = not (user.is_lead and user.is_active)
            user.role, user.is_active = Role.LEAD, True
            if password is not None:
                user.set_password(password)
            user.save(update_fields=["role", "is_active", "password"])
            if is_new:
                record("changed role", user, by=None, now=now, role=Role.LEAD.value)
        return user, is_new

    def sign_out_everywhere(self, *, by: "User", now: datetime) -> None:
        with transaction.atomic():
            self._end_sessions()
            record("signed out everywhere", self, by=by, now=now)

    def deactivate(self, *, by: "User", now: datetime) -> None:
        """End all sessions at once and let the person in no more.

        Raises ValueError for oneself and PermissionDenied when `by` is no lead any more.
        """
        if by == self:
            raise ValueError("Ask another lead to deactivate you.")
        with transaction.atomic():
            _check_is_still_lead(by)
            self.is_active = False
            self.save(update_fields=["is_active"])
            self._end_sessions()
            record("deactivated", self, by=by, now=now)

    def reactivate(self, *, by: "User", now: datetime) -> None:
        """Let the person in again. Digests missed in between are not made up for."""
        with transaction.atomic():
            _check_is_still_lead(by)
            self.is_active = True
            self.save(update_fields=["is_active"])
            Preferences.objects.filter(user=self).update(digest_since=now)
            record("reactivated", self, by=by, now=now)

    def put_right(self, name: str, email: str, *, version: int, by: "User", now: datetime) -> None:
        """A lead writes name and address as they should be; both addresses are told of it.

        `version` is that of the person's preferences. Raises StalePreferences when they, and the
        name with them, were changed since, AddressTaken, and PermissionDenied when `by` is no
        lead any more; nothing is changed then.
        """
        with transaction.atomic():
            _check_is_still_lead(by)
            newest = Preferences.objects.filter(user=self, version=version)
            if not newest.update(version=models.F("version") + 1):
                raise StalePreferences
            current = User.objects.get(pk=self.pk)
            before_name, before_email = current.name, current.email
            if (before_name, before_email) == (name, email):
                return
            current.name, current.email = name, email
            try:
                with transaction.atomic():
                    current.save(update_fields=["name", "email"])
            except IntegrityError:
                raise AddressTaken(f"{email} has an account already.") from None
            self.name, self.email = name, email
            if before_name != name:
                record("renamed", self, by=by, now=now, before=before_name, name=name)
            if before_email != email:
                self._tell_both(before_email, version, by, now)
                record("changed address", self, by=by, now=now, before=before_email, email=email)

    def _tell_both(self, before: str, version: int, by: "User", now: datetime) -> None:
        """What allauth knows of the address of before is void; a code goes to the new one."""
        self.emailaddress_set.all().delete()
        said = {"before": before, "after": self.email, "by": by.display_name, "asks": by.email}
        for address in (before, self.email):
            ledger.queue(
                ADDRESS_CHANGE,
                recipient=self,
                period=f"{version}:{address}",
                payload={**said, "address": address},
                now=now,
            )

    def make_lead(self, *, by: "User", now: datetime) -> None:
        """Raises ValueError for a hiring manager, who sits on the other side of the table."""
        self._change_role(Role.LEAD, by=by, now=now)

    def make_recruiter(self, *, by: "User", now: datetime) -> None:
        """Take the lead's rights away. Raises ValueError for oneself, so that one lead stays."""
        if by == self:
            raise ValueError("Ask another lead to change your role.")
        self._change_role(Role.RECRUITER, by=by, now=now)

    def _change_role(self, role: Role, *, by: "User", now: datetime) -> None:
        if self.is_manager:
            raise ValueError("A hiring manager stays one. Invite a recruiter by another address.")
        with transaction.atomic():
            _check_is_still_lead(by)
            self.role = role
            self.save(update_fields=["role"])
            record("changed role", self, by=by, now=now, role=role.value)

    def join(self, client: Client, *, by: "User", now: datetime) -> bool:
        """Become a member of a client; says whether that is new."""
        with transaction.atomic():
            _, new = Membership.objects.get_or_create(
                user=self, client=client, defaults={"created_at": now}
            )
            if new:
                record("joined client", self, by=by, now=now, client=client)
        return new

    def leave(self, client: Client, *, by: "User", now: datetime) -> None:
        """Lose sight of a client at once. Requisitions go on naming the person."""
        with transaction.atomic():
            gone, _ = Membership.objects.filter(user=self, client=client).delete()
            if gone:
                Delegation.end_at(self, client)
                record("left client", self, by=by, now=now, client=client)

    @property
    def was_withdrawn(self) -> bool:
        """Never came, since every invitation was revoked; nobody decided to shut the person out."""
        sent = self.invitations.all()
        return self.last_login is None and bool(sent) and all(one.revoked_at for one in sent)

    def withdraw(self) -> None:
        """The last invitation was revoked. Part of `Invitation.revoke`, which records it."""
        self.is_active = False
        self.save(update_fields=["is_active"])
        self._end_sessions()

    def welcome_back(self, *, now: datetime) -> None:
        """Invited again after having been withdrawn. Part of `Invitation.send`."""
        self.is_active = True
        self.save(update_fields=["is_active"])
        Preferences.objects.filter(user=self).update(digest_since=now)

    def _end_sessions(self) -> None:
        User.objects.filter(pk=self.pk).update(
            session_generation=models.F("session_generation") + 1
        )
        self.refresh_from_db(fields=["session_generation"])


def _check_is_still_lead(by: User) -> None:
    """Holds the leads' rows until the transaction ends: two leads who remove each other at the
    same moment would leave none."""
    leads = User.objects.active().filter(role=Role.LEAD).order_by("pk")
    if by.pk not in [lead.pk for lead in leads.select_for_update(of=("self",))]:
        raise PermissionDenied
