"""One job to fill: what it is, who works on it, and the steps of its life."""

import uuid
from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from recruiting.accounts.models import Role
from recruiting.audit.models import record
from recruiting.lib.text import check_line, check_prose
from requisitions import notices
from requisitions.models.funnel import Funnel, filled_on
from requisitions.models.queries import RequisitionQuerySet
from requisitions.models.salary import Basis, salary_text
from requisitions.models.status import (
    ACTIVE,
    CLOSED,
    NotAllowed,
    Status,
    StatusChange,
    check_move,
)
from requisitions.models.watcher import Watcher

if TYPE_CHECKING:
    from recruiting.accounts.models import User

TITLE_MAX = 200
DESCRIPTION_MAX = 50_000
OPENINGS_MAX = 999


class StaleVersion(Exception):
    """Somebody saved after the reader's copy was shown. Holds the row as it stands now."""

    def __init__(self, current: "Requisition") -> None:
        super().__init__(f"{current.pk} is at version {current.version}")
        self.current = current


class Requisition(models.Model):
    """One job to fill for a client, with one recruiter and one accountable hiring manager."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey("accounts.Client", models.PROTECT, related_name="requisitions")
    title = models.CharField(max_length=TITLE_MAX, validators=[check_line])
    code = models.CharField(max_length=60, blank=True, validators=[check_line])
    employer = models.CharField(max_length=200, blank=True, validators=[check_line])
    place = models.CharField(max_length=200, blank=True, validators=[check_line])
    description = models.TextField(blank=True, max_length=DESCRIPTION_MAX, validators=[check_prose])
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

    @property
    def salary_words(self) -> str:
        return salary_text(self.salary_low, self.salary_high, self.currency, self.basis)

    def may_be_worked_by(self, user: "User") -> bool:
        """Whether the user, who sees it, may log, edit and change its status."""
        return user.is_recruiter

    # --- making and changing it ------------------------------------------------------------

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
            requisition.funnel = Funnel.objects.create(requisition=requisition)
            StatusChange.objects.create(
                requisition=requisition, to_status=requisition.status, by=by, at=now
            )
            record("created", requisition, by=by, now=now, client=requisition.client_id)
            notices.tell_of_creation(requisition, by=by, now=now)
        return requisition

    def edit(
        self,
        changes: dict[str, Any],
        *,
        version: int,
        by: "User",
        now: datetime,
        tells: bool = True,
    ) -> None:
        """Change fields that the reader saw at `version`. Whoever gets or loses it is told,
        unless the caller `tells` herself.

        Raises StaleVersion when somebody else has saved something else in between,
        ValidationError keyed by field for people who are not of the client, a manager taken away,
        or openings that do not fit the offers accepted. Nothing is written then.
        """
        with transaction.atomic():
            current = self._locked()
            before = {name: getattr(current, name) for name in changes}
            changed = sorted(name for name in changes if before[name] != changes[name])
            if not changed:
                return
            if current.version != version:
                raise StaleVersion(current)
            for name in changed:
                setattr(current, name, changes[name])
            current._check_edit(changed, before)
            current.version += 1
            current.save(update_fields=[*changed, "version"])
            if current.status == Status.DRAFT and current.manager_id:
                current._move(Status.INTAKE, by=by, now=now)
            if "openings" in changed:
                reason = f"Openings changed from {before['openings']} to {current.openings}."
                current.settle_openings(by=by, now=now, reason=reason)
            record("edited", current, by=by, now=now, client=current.client_id, fields=changed)
            if "recruiter" in changed and tells:
                notices.tell_of_handover(current, before["recruiter"], by=by, now=now)
        self._take(current, *changed)

    def check_people(self, named: Collection[str] = ("manager", "recruiter")) -> None:
        """Those `named` are of the client. Raises ValidationError keyed by field.

        Who was named before and has left since is no reason to refuse a change of the title.
        """
        errors = {}
        manager, recruiter = self.manager, self.recruiter
        if "manager" in named and manager and not self._is_member(manager, Role.MANAGER):
            errors["manager"] = "Choose a hiring manager of this client."
        serves = recruiter.is_lead or self._is_member(recruiter, Role.RECRUITER)
        if "recruiter" in named and not serves:
            errors["recruiter"] = "Choose a recruiter who serves this client."
        if errors:
            raise ValidationError(errors)

    def _is_member(self, user: "User", role: Role) -> bool:
        return user.role == role and user.memberships.filter(client=self.client_id).exists()

    def _check_edit(self, changed: Collection[str], before: dict[str, Any]) -> None:
        self.check_people(changed)
        if before.get("manager") and not self.manager_id:
            raise ValidationError(
                {"manager": "Somebody must answer for this job. Choose who takes it over."}
            )
        if "openings" not in changed:
            return
        accepted = self.funnel.accepted
        if self.openings < accepted:
            offers = "1 offer is" if accepted == 1 else f"{accepted:,} offers are"
            raise ValidationError({"openings": f"{offers} accepted already."})
        if self.openings == accepted and self.status in (Status.INTAKE, Status.ON_HOLD):
            raise ValidationError(
                {
                    "openings": "That would fill the requisition, which is "
                    f"{self._status_words}. Open it first."
                }
            )

    def watch(self, user: "User", *, by: "User", now: datetime) -> None:
        """Let somebody of the client see it. Twice is once. Raises ValidationError for others."""
        if not (user.is_active and self._is_member(user, Role.MANAGER)):
            raise ValidationError("Choose a person of this client.")
        with transaction.atomic():
            _, new = Watcher.objects.get_or_create(requisition=self, user=user)
            if new:
                record("added a watcher", self, by=by, now=now, client=self.client_id,
                       user=str(user.pk))  # fmt: skip

    def unwatch(self, user: "User", *, by: "User", now: datetime) -> None:
        """Who watched sees it no more. Twice is once."""
        with transaction.atomic():
            removed, _ = Watcher.objects.filter(requisition=self, user=user).delete()
            if removed:
                record("removed a watcher", self, by=by, now=now, client=self.client_id,
                       user=str(user.pk))  # fmt: skip

    # --- status ----------------------------------------------------------------------------

    def put_on_hold(
        self,
        *,
        by: "User",
        now: datetime,
        reason: str,
        until: date | None = None,
        tells: bool = True,
    ) -> None:
        """Raises NotAllowed unless it is in intake or open; so do the others where not allowed."""
        with transaction.atomic():
            current = self._locked()
            current._move(Status.ON_HOLD, by=by, now=now, reason=reason, until=until, tells=tells)
        self._take(current)

    def extend_hold(self, *, by: "User", now: datetime, reason: str, until: date) -> None:
        """It goes on for longer. Raises ValidationError on `until` unless that is later."""
        with transaction.atomic():
            current = self._locked()
            current._check_is_on_hold()
            last = current._last_changes()[0]
            if last.until and until <= last.until:
                planned = f"{last.until:%a} {last.until.day} {last.until:%b}"
                raise ValidationError({"until": f"It is on hold until {planned} as it is."})
            current._prolong_hold(by=by, now=now, reason=reason, until=until)
        self._take(current)

    def restore_hold(self, *, by: "User", now: datetime) -> None:
        """Take back that work went on, or that the hold was extended.

        Raises NotAllowed unless that is what happened last.
        """
        with transaction.atomic():
            current = self._locked()
            last, *before = current._last_changes()
            hold = next((one for one in before if one.to_status == Status.ON_HOLD), None)
            if hold is None or last.from_status != Status.ON_HOLD:
                raise NotAllowed("Something else has happened since. Open the requisition to see.")
            why, until = hold.reason, hold.until
            if current.status in (Status.OPEN, Status.INTAKE):
                current._move(Status.ON_HOLD, by=by, now=now, reason=why, until=until)
            elif current.status == Status.ON_HOLD and _is_later(last.until, until):
                current._prolong_hold(by=by, now=now, reason=why, until=until)
            else:
                raise NotAllowed(f"This requisition is {current._status_words}.")
        self._take(current)

    def resume(self, *, by: "User", now: datetime, tells: bool = True) -> None:
        """Back to where the hold came from; open, if both signed a brief in the meantime."""
        with transaction.atomic():
            current = self._locked()
            current._check_is_on_hold()
            holds = current.status_changes.filter(to_status=Status.ON_HOLD)
            hold = holds.exclude(from_status=Status.ON_HOLD).order_by("-at", "-id").first()
            # One that was imported on hold came from nowhere; it had been open elsewhere.
            came_from = Status((hold and hold.from_status) or Status.OPEN)
            reason = ""
            if came_from == Status.INTAKE:
                signed = current.briefs.filter(signed_at__isnull=False).order_by("number").last()
                if signed:
                    came_from, reason = Status.OPEN, _signed_words(signed.number)
            current._move(came_from, by=by, now=now, reason=reason, tells=tells)
        self._take(current)

    def open_for_sourcing(self, *, by: "User", now: datetime, reason: str) -> None:
        """Without a signed brief: an override, whose reason stands on the page."""
        with transaction.atomic():
            current = self._locked()
            if current.status != Status.INTAKE:
                raise NotAllowed(
                    f"This requisition is {current._status_words}. "
                    "Only one in intake can be opened for sourcing."
                )
            current._move(Status.OPEN, by=by, now=now, reason=reason, override=True)
        self._take(current)

    def open_with_brief(self, *, by: "User", now: datetime, number: int) -> None:
        """Both have signed brief `number`. The row is locked by whoever calls."""
        self._move(Status.OPEN, by=by, now=now, reason=_signed_words(number))

    def cancel(self, *, by: "User", now: datetime, reason: str) -> None:
        with transaction.atomic():
            current = self._locked()
            current._move(Status.CANCELLED, by=by, now=now, reason=reason)
        self._take(current)

    def reopen(
        self, *, by: "User", now: datetime, reason: str, openings: int | None = None
    ) -> None:
        """Work goes on; one that was never open before is thereby opened without a brief.

        Raises ValidationError on `openings` unless there are more than accepted offers.
        """
        with transaction.atomic():
            current = self._locked()
            if current.status not in CLOSED:
                raise NotAllowed(
                    f"This requisition is {current._status_words}. "
                    "Only a closed one can be reopened."
                )
            if openings is not None and openings != current.openings:
                current.openings = openings
                current.version += 1
                current.save(update_fields=["openings", "version"])
            accepted = current.funnel.accepted
            if current.openings <= accepted:
                filled = "The opening is" if accepted == 1 else f"All {accepted:,} openings are"
                raise ValidationError(
                    {"openings": f"{filled} filled. Say how many openings there are now."}
                )
            was_open = current.status_changes.filter(to_status=Status.OPEN).exists()
            current._move(Status.OPEN, by=by, now=now, reason=reason, override=not was_open)
        self._take(current)

    def settle_openings(self, *, by: "User", now: datetime, reason: str = "") -> None:
        """Filled when the last opening is filled, open again when that is undone.

        The row is locked by whoever calls. Raises ValidationError on the stage `accepted` when
        the last offer is accepted while sourcing is not open.
        """
        full = self.funnel.accepted >= self.openings
        if full and self.status in (Status.INTAKE, Status.ON_HOLD):
            raise ValidationError(
                {
                    "accepted": f"This requisition is {self._status_words}. "
                    "Open it before you log the offer that fills it."
                }
            )
        if full and self.status == Status.OPEN:
            self._move(Status.FILLED, by=by, now=now, reason=reason)
        elif full and self.status == Status.FILLED:
            self.closed_on = filled_on(self) or self.closed_on
            self.save(update_fields=["closed_on"])
        elif not full and self.status == Status.FILLED:
            reason = reason or "An accepted offer was taken back."
            self._move(Status.OPEN, by=by, now=now, reason=reason)

    def _move(
        self,
        to: Status,
        *,
        by: "User",
        now: datetime,
        reason: str = "",
        until: date | None = None,
        override: bool = False,
        tells: bool = True,
    ) -> None:
        """Write the new status and its record. The row is locked by whoever calls."""
        came_from = Status(self.status)
        check_move(came_from, to)
        today = timezone.localdate(now)
        self.status = to
        self.closed_on = None
        if to in CLOSED:
            self.closed_on = (to == Status.FILLED and filled_on(self)) or today
        if to == Status.OPEN and self.opened_on is None:
            self.opened_on = today
        self.save(update_fields=["status", "closed_on", "opened_on"])
        change = StatusChange.objects.create(
            requisition=self,
            from_status=came_from,
            to_status=to,
            reason=reason,
            until=until,
            override=override,
            by=by,
            at=now,
        )
        record(f"became {to.value}", self, by=by, now=now, client=self.client_id, reason=reason,
               came_from=came_from.value)  # fmt: skip
        if tells:
            notices.tell_of_move(self, change, by=by, now=now)

    def _prolong_hold(self, *, by: "User", now: datetime, reason: str, until: date | None) -> None:
        """Write that the hold has another end. The row is locked by whoever calls."""
        change = StatusChange.objects.create(
            requisition=self,
            from_status=Status.ON_HOLD,
            to_status=Status.ON_HOLD,
            reason=reason,
            until=until,
            by=by,
            at=now,
        )
        record("changed the end of the hold", self, by=by, now=now, client=self.client_id,
               reason=reason, until=str(until or ""))  # fmt: skip
        notices.tell_of_move(self, change, by=by, now=now)

    def _check_is_on_hold(self) -> None:
        if self.status != Status.ON_HOLD:
            raise NotAllowed(f"This requisition is {self._status_words}, not on hold.")

    def _last_changes(self) -> list[StatusChange]:
        """The newest first."""
        return list(self.status_changes.order_by("-at", "-id"))

    @property
    def _status_words(self) -> str:
        words = Status(self.status).label.lower()
        return "in intake" if self.status == Status.INTAKE else words

    def _locked(self) -> "Requisition":
        return Requisition.objects.locked().get(pk=self.pk)

    def _take(self, current: "Requisition", *changed: str) -> None:
        """Bring this copy up to what has just been written to the locked one."""
        for name in (*changed, "status", "closed_on", "opened_on", "openings", "version"):
            setattr(self, name, getattr(current, name))


def _signed_words(number: int) -> str:
    return f"Brief {number} was signed by both."


def _is_later(until: date | None, than: date | None) -> bool:
    return until is not None and (than is None or until > than)
