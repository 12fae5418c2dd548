import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from recruiting.audit.models import record
from recruiting.lib.text import check_line, check_prose
from requisitions.models.funnel import Funnel
from requisitions.models.status import ACTIVE, CLOSED, TRANSITIONS, Status, StatusChange

if TYPE_CHECKING:
    from recruiting.accounts.models import Client, User

TITLE_MAX = 200
DESCRIPTION_MAX = 50_000
OPENINGS_MAX = 999


class Basis(models.TextChoices):
    """What a salary is paid per."""

    HOUR = "hour", "an hour"
    DAY = "day", "a day"
    WEEK = "week", "a week"
    MONTH = "month", "a month"
    YEAR = "year", "a year"


class RequisitionQuerySet(models.QuerySet["Requisition"]):
    def visible_to(self, user: "User") -> Self:
        """Leads: all. Recruiters: those of their clients. Managers: theirs, while at the client,
        and those they watch."""
        if user.is_lead:
            return self
        clients = user.memberships.values("client")
        if user.is_recruiter:
            return self.filter(client__in=clients)
        watched = Watcher.objects.filter(user=user).values("requisition")
        return self.filter(Q(manager=user) | Q(pk__in=watched), client__in=clients)

    def active(self) -> Self:
        return self.filter(status__in=ACTIVE)

    def held_by(self, user: "User") -> Self:
        return self.filter(recruiter=user)

    def locked(self) -> Self:
        """Rows and their totals, held against other writers until the transaction ends."""
        return self.select_related("funnel").select_for_update(of=("self", "funnel"))


class Requisition(models.Model):
    """One job to fill for a client, with one recruiter and one accountable hiring manager."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(
        "accounts.Client", models.PROTECT, related_name="requisitions"
    )
    title = models.CharField(max_length=TITLE_MAX, validators=[check_line])
    code = models.CharField(max_length=60, blank=True, validators=[check_line])
    employer = models.CharField(max_length=200, blank=True, validators=[check_line])
    place = models.CharField(max_length=200, blank=True, validators=[check_line])
    description = models.TextField(
        blank=True, max_length=DESCRIPTION_MAX, validators=[check_prose]
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    openings = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(OPENINGS_MAX)]
    )
    salary_low = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    salary_high = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    basis = models.CharField(max_length=5, choices=Basis, blank=True)
    recruiter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="requisitions_held"
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="requisitions_managed",
    )
    opened_on = models.DateField(null=True, blank=True)
    target_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=60, blank=True, validators=[check_line])
    external_id = models.CharField(max_length=120, blank=True, validators=[check_line])
    link = models.URLField(max_length=1000, blank=True)
    import_key = models.CharField(max_length=64, null=True, blank=True)
    latest_checkpoint = models.ForeignKey(
        "status_updates.Checkpoint", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = RequisitionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["client", "import_key"], name="requisition_import_key"),
            models.CheckConstraint(condition=Q(openings__gte=1), name="requisition_openings"),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="requisition_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.INTAKE) | Q(manager__isnull=False),
                name="requisition_intake_has_manager",
            ),
            models.CheckConstraint(
                condition=Q(salary_low__isnull=True)
                | Q(salary_high__isnull=True)
                | Q(salary_low__lte=F("salary_high")),
                name="requisition_salary_in_order",
            ),
            models.CheckConstraint(
                condition=Q(salary_low__isnull=True) | Q(salary_low__gte=0),
                name="requisition_salary_low_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(salary_high__isnull=True) | Q(salary_high__gte=0),
                name="requisition_salary_high_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["client", "status"], name="requisition_client_status"),
            models.Index(fields=["manager", "status"], name="requisition_manager_status"),
            models.Index(fields=["recruiter", "status"], name="requisition_recruiter_status"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("requisition", args=[self.pk])

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def is_closed(self) -> bool:
        return self.status in CLOSED

    def may_be_worked_by(self, user: "User") -> bool:
        """Whether the user, who sees it, may log, edit and change its status."""
        return user.is_recruiter

    # --- making it -----------------------------------------------------------------------

    @classmethod
    def create(cls, *, by: "User", now: datetime, **fields: Any) -> "Requisition":
        """A new requisition with its empty funnel; in intake when the manager is named.

        Raises ValidationError when a person named is not of the client.
        """
        requisition = cls(created_by=by, created_at=now, **fields)
        requisition.status = Status.INTAKE if requisition.manager_id else Status.DRAFT
        requisition.check_people()
        with transaction.atomic():
            requisition.save(force_insert=True)
            Funnel.objects.create(requisition=requisition)
            StatusChange.objects.create(
                requisition=requisition, to_status=requisition.status, by=by, at=now
            )
            record("created", requisition, by=by, now=now, client=requisition.client_id)
        return requisition

    def check_people(self) -> None:
        """A requisition, its recruiter and its manager belong to one client."""
        errors = {}
        if self.manager and not self.manager.memberships.filter(client=self.client_id).exists():
            errors["manager"] = "Choose a hiring manager of this client."
        serves = self.recruiter.is_lead or (
            self.recruiter.is_recruiter
            and self.recruiter.memberships.filter(client=self.client_id).exists()
        )
        if not serves:
            errors["recruiter"] = "Choose a recruiter who serves this client."
        if errors:
            raise ValidationError(errors)

    def edit(self, changes: dict[str, Any], *, version: int, by: "User", now: datetime) -> None:
        """Change fields that the reader saw at `version`.

        Raises StaleVersion when somebody else has saved in between, ValidationError when a person
        named is not of the client; nothing is written then.
        """
        with transaction.atomic():
            current = Requisition.objects.locked().get(pk=self.pk)
            if current.version != version:
                raise StaleVersion(current)
            before = {name: getattr(current, name) for name in changes}
            for name, value in changes.items():
                setattr(self, name, value)
            self.check_people()
            self._check_openings(current)
            self.version = version + 1
            self.save(update_fields=[*changes, "version"])
            changed = sorted(name for name in changes if before[name] != changes[name])
            self.funnel = current.funnel
            self.status = current.status
            if self.status == Status.DRAFT and self.manager_id:
                self._move(Status.INTAKE, by=by, now=now, reason="")
            if "openings" in changed:
                self.settle_openings(by=by, now=now)
            record("edited", self, by=by, now=now, client=self.client_id, fields=changed)

    def _check_openings(self, current: "Requisition") -> None:
        if self.openings < current.funnel.accepted:
            raise ValidationError(
                {"openings": f"{current.funnel.accepted} offers are accepted already."}
            )
        if current.status == Status.INTAKE and not self.manager_id:
            raise ValidationError({"manager": "A requisition in intake needs its manager."})

    # --- status --------------------------------------------------------------------------

    def put_on_hold(
        self, *, by: "User", now: datetime, reason: str, until: date | None = None
    ) -> None:
        self._change(Status.ON_HOLD, by=by, now=now, reason=reason, until=until)

    def resume(self, *, by: "User", now: datetime) -> None:
        """Back to where the hold came from."""
        with transaction.atomic():
            current = self._locked()
            hold = (
                current.status_changes.filter(to_status=Status.ON_HOLD).order_by("-at", "-id")
            ).first()
            if current.status != Status.ON_HOLD or hold is None:
                raise NotAllowed(f"This requisition is {current.get_status_display().lower()}.")
            current._move(Status(hold.from_status), by=by, now=now, reason="")
        self._take(current)

    def open_for_sourcing(self, *, by: "User", now: datetime, reason: str) -> None:
        """Without a signed brief: an override, whose reason stands on the page."""
        self._change(Status.OPEN, by=by, now=now, reason=reason, override=True, only=Status.INTAKE)

    def cancel(self, *, by: "User", now: datetime, reason: str) -> None:
        self._change(Status.CANCELLED, by=by, now=now, reason=reason)

    def reopen(
        self, *, by: "User", now: datetime, reason: str, openings: int | None = None
    ) -> None:
        """Work goes on. A filled requisition needs more openings than it has accepted offers."""
        with transaction.atomic():
            current = self._locked()
            if current.status not in CLOSED:
                raise NotAllowed("Only a closed requisition can be reopened.")
            if openings is not None:
                current.openings = openings
                current.save(update_fields=["openings"])
            if current.openings <= current.funnel.accepted:
                raise ValidationError(
                    {
                        "openings": f"All {current.funnel.accepted} are filled. "
                        "Say how many openings there are now."
                    }
                )
            current._move(Status.OPEN, by=by, now=now, reason=reason)
        self._take(current)

    def settle_openings(self, *, by: "User", now: datetime) -> None:
        """Filled when the last opening is filled, open again when that is undone.

        Raises ValidationError when the last offer is accepted before sourcing was opened.
        """
        full = self.funnel.accepted >= self.openings
        if full and self.status in (Status.INTAKE, Status.ON_HOLD):
            raise ValidationError(
                {
                    "accepted": f"This requisition is {self.get_status_display().lower()}. "
                    "Open it before you log the offer that fills it."
                }
            )
        if full and self.status == Status.OPEN:
            self._move(Status.FILLED, by=by, now=now, reason="")
        elif not full and self.status == Status.FILLED:
            self._move(Status.OPEN, by=by, now=now, reason="An accepted offer was taken back.")

    def _change(
        self,
        to: Status,
        *,
        by: "User",
        now: datetime,
        reason: str,
        until: date | None = None,
        override: bool = False,
        only: Status | None = None,
    ) -> None:
        with transaction.atomic():
            current = self._locked()
            if only is not None and current.status != only:
                raise NotAllowed(f"This requisition is {current.get_status_display().lower()}.")
            current._move(to, by=by, now=now, reason=reason, until=until, override=override)
        self._take(current)

    def _move(
        self,
        to: Status,
        *,
        by: "User",
        now: datetime,
        reason: str,
        until: date | None = None,
        override: bool = False,
    ) -> None:
        """Write the new status and its record. The row is locked by whoever calls."""
        came_from = self.status
        if to not in TRANSITIONS[came_from]:
            raise NotAllowed(
                f"This requisition is {Status(came_from).label.lower()} "
                f"and cannot become {to.label.lower()}."
            )
        self.status = to
        self.closed_on = now.date() if to in CLOSED else None
        if to == Status.OPEN and self.opened_on is None:
            self.opened_on = now.date()
        self.save(update_fields=["status", "closed_on", "opened_on"])
        StatusChange.objects.create(
            requisition=self,
            from_status=came_from,
            to_status=to,
            reason=reason,
            until=until,
            override=override,
            by=by,
            at=now,
        )
        record(
            f"became {to.value}", self, by=by, now=now, client=self.client_id, reason=reason
        )

    def _locked(self) -> "Requisition":
        return Requisition.objects.locked().get(pk=self.pk)

    def _take(self, current: "Requisition") -> None:
        for name in ("status", "closed_on", "opened_on", "openings"):
            setattr(self, name, getattr(current, name))


class StaleVersion(Exception):
    """Somebody saved after the reader's copy was shown. Holds the row as it stands now."""

    def __init__(self, current: Requisition) -> None:
        super().__init__(f"{current.pk} is at version {current.version}")
        self.current = current


class NotAllowed(Exception):
    """The status does not allow it. The message is for the person who asked."""


class Watcher(models.Model):
    """Sees a requisition but does not decide."""

    requisition = models.ForeignKey(Requisition, models.CASCADE, related_name="watchers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="watching")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["requisition", "user"], name="watcher_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} watches {self.requisition_id}"


def salary_text(
    low: Decimal | None, high: Decimal | None, currency: str, basis: str
) -> str:
    """A salary in words, such as "USD 70,000 to 90,000 a year"; empty when none is known."""
    if low is None and high is None:
        return ""
    shown = [f"{v:,.2f}".removesuffix(".00") for v in (low, high) if v is not None]
    if len(shown) == 2 and shown[0] != shown[1]:
        amount = f"{shown[0]} to {shown[1]}"
    elif low is None:
        amount = f"up to {shown[0]}"
    else:
        amount = shown[0] if high is not None else f"from {shown[0]}"
    return " ".join(part for part in (currency, amount, Basis(basis).label if basis else "") if part)
