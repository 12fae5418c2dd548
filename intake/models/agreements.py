"""The working agreement of a pair: what a recruiter and a manager promise each other."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q

from intake.content import Terms
from recruiting.audit.models import record
from recruiting.lib.text import check_line

if TYPE_CHECKING:
    from recruiting.accounts.models import User
    from requisitions.models import Requisition

LIMITS = {"decision_days": 20, "feedback_hours": 80, "slate_days": 60, "update_days": 30}
"""The most that can be agreed on. Business days, hours, business days, days."""

NUMBERS = tuple(LIMITS)
WORDS = ("channel", "stand_in")

USUAL = Terms(decision_days=1, feedback_hours=24, slate_days=10, update_days=7)
"""Where nothing is agreed yet the form proposes these; their sources stand in `intake.usual`."""


class StaleTerms(Exception):
    """Others have been saved since. Holds those that stand."""

    def __init__(self, current: "Agreement") -> None:
        super().__init__(f"version {current.version}")
        self.current = current


def _number(limit: int) -> "models.PositiveSmallIntegerField[int | None, int | None]":
    checks = [MinValueValidator(1), MaxValueValidator(limit)]
    return models.PositiveSmallIntegerField(null=True, blank=True, validators=checks)


class Agreement(models.Model):
    """One row a pair at a client. It is part of every brief of theirs, so it is signed with one,
    and a change of it counts as an amendment of those that are in force."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey("accounts.Client", models.PROTECT, related_name="agreements")
    recruiter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    manager = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decision_days = _number(LIMITS["decision_days"])
    feedback_hours = _number(LIMITS["feedback_hours"])
    slate_days = _number(LIMITS["slate_days"])
    update_days = _number(LIMITS["update_days"])
    channel = models.CharField(max_length=120, blank=True, validators=[check_line])
    stand_in = models.CharField(max_length=120, blank=True, validators=[check_line])
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "recruiter", "manager"], name="agreement_of_pair"
            ),
            models.CheckConstraint(
                condition=~Q(recruiter=models.F("manager")), name="agreement_of_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recruiter_id} and {self.manager_id} at {self.client_id}"

    @property
    def terms(self) -> Terms:
        return Terms(**{name: getattr(self, name) for name in (*NUMBERS, *WORDS)})

    @classmethod
    def of(cls, requisition: "Requisition") -> "Agreement | None":
        """What stands between the two who answer for this requisition."""
        return cls.objects.filter(
            client=requisition.client_id,
            recruiter=requisition.recruiter_id,
            manager=requisition.manager_id,
        ).first()

    @classmethod
    def settle(
        cls, requisition: "Requisition", terms: Terms, *, version: int, by: "User", now: datetime
    ) -> "Agreement":
        """What the two agree on from now. `version` is what the writer saw; 0 for none yet.

        Raises StaleTerms when other terms were saved since, ValidationError keyed by field.
        """
        if requisition.manager_id is None:
            raise ValidationError("Name the hiring manager first.")
        with transaction.atomic():
            row, _ = cls.objects.select_for_update().get_or_create(
                client_id=requisition.client_id,
                recruiter_id=requisition.recruiter_id,
                manager_id=requisition.manager_id,
                defaults={"version": 0},
            )
            if row.version and row.terms == terms:
                return row
            if row.version != version:
                raise StaleTerms(row)
            for name, value in vars(terms).items():
                setattr(row, name, value)
            row.full_clean(exclude=["client", "recruiter", "manager"], validate_unique=False,
                           validate_constraints=False)  # fmt: skip
            row.version += 1
            row.save()
            record("changed the working agreement", requisition, by=by, now=now,
                   client=requisition.client_id, agreement=str(row.pk))  # fmt: skip
        return row
