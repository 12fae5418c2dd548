"""Briefs: what was agreed, version by version, never changed, and who signed it."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q

from intake import notices
from intake.content import Content, digest_of, missing
from intake.models.drafts import Intake
from recruiting.accounts.models import Delegation
from recruiting.audit.models import record
from recruiting.lib.text import check_prose
from requisitions.models import Requisition, Status

if TYPE_CHECKING:
    from recruiting.accounts.models import User

REASON_MAX = 500


class NotYours(Exception):
    """The person does not answer for this side of the requisition."""


class BriefChanged(Exception):
    """Not what the signer was shown. Holds what was shown, if it is known, and what stands."""

    def __init__(self, shown: Content | None, current: Content) -> None:
        super().__init__(current.digest)
        self.shown, self.current = shown, current


class Side(models.TextChoices):
    RECRUITER = "recruiter", "Recruiter"
    MANAGER = "manager", "Hiring manager"

    @property
    def other(self) -> "Side":
        return Side.MANAGER if self == Side.RECRUITER else Side.RECRUITER

    @classmethod
    def of(cls, user: "User", requisition: Requisition, now: datetime) -> "Side":
        """The side for which the user signs. A lead signs for the recruiter; who stands in for
        the manager signs in his name. Raises NotYours for all others."""
        if user.is_lead or user.pk == requisition.recruiter_id:
            return cls.RECRUITER
        if user.pk == requisition.manager_id:
            return cls.MANAGER
        for_manager = Delegation.objects.standing(now).filter(
            delegate=user, user=requisition.manager_id, client=requisition.client_id
        )
        if for_manager.exists():
            return cls.MANAGER
        raise NotYours


class BriefQuerySet(models.QuerySet["Brief"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(requisition__in=Requisition.objects.visible_to(user))

    def in_force(self) -> Self:
        return self.filter(signed_at__isnull=False)

    def pending(self) -> Self:
        """Waiting for a signature: neither signed by both nor replaced by a later one."""
        return self.filter(signed_at=None, withdrawn_at=None)

    def lacking(self, side: Side) -> Self:
        """Pending, and asked of this side: the other one has signed."""
        signed = Signature.objects.filter(brief=OuterRef("pk"), side=side)
        return self.pending().filter(~Exists(signed))


class Brief(models.Model):
    """One version of what was agreed. Its document is never changed.

    Pending until both have signed it or a later version takes its place; in force from then on,
    until a later one is. Every version after the first to be in force is an amendment and says
    why in `reason`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, related_name="briefs"
    )
    number = models.PositiveIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    reason = models.TextField(blank=True, max_length=REASON_MAX, validators=[check_prose])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = BriefQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["requisition", "number"], name="brief_number_unique"),
            models.UniqueConstraint(
                fields=["requisition"],
                condition=Q(signed_at__isnull=True, withdrawn_at__isnull=True),
                name="brief_one_pending",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="brief_signed_or_withdrawn",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="brief_number"),
        ]

    def __str__(self) -> str:
        return f"Brief {self.number} of {self.requisition_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        allowed = {"signed_at", "withdrawn_at"}
        if not self._state.adding and not set(kwargs.get("update_fields") or ["all"]) <= allowed:
            raise TypeError("A brief is not changed; a later one takes its place.")
        super().save(*args, **kwargs)

    @property
    def content(self) -> Content:
        return Content.from_json(self.document)

    @property
    def is_in_force(self) -> bool:
        return self.signed_at is not None

    # --- signing ---------------------------------------------------------------------------

    @classmethod
    def propose(
        cls, intake: Intake, *, digest: str, reason: str = "", by: "User", now: datetime
    ) -> "Brief":
        """Compile the draft, sign it for one's side, and ask the other side for hers.

        `digest` is that of the text which the signer was shown. What was pending is withdrawn.
        Proposed again with nothing changed, it is the brief that stands, and signed as `sign`
        does. Raises NotYours, BriefChanged, and ValidationError for what is missing, for an
        amendment without a reason (keyed `reason`), and for a job that is over.
        """
        with transaction.atomic():
            requisition, content = _settled(intake)
            side = Side.of(by, requisition, now)
            if content.digest != digest:
                raise BriefChanged(None, content)
            if lacks := missing(content):
                raise ValidationError([one.text for one in lacks])
            briefs = cls.objects.filter(requisition=requisition)
            latest = briefs.filter(withdrawn_at=None).order_by("-number").first()
            if latest and latest.digest == digest:
                latest._sign(side, requisition, by=by, now=now)
                return latest
            amends = briefs.in_force().exists()
            if amends and not reason.strip():
                raise ValidationError({"reason": "Say why the brief changes."})
            for one in briefs.pending():
                one.withdrawn_at = now
                one.save(update_fields=["withdrawn_at"])
                notices.retract(one, now=now)
            last = briefs.aggregate(number=models.Max("number"))["number"] or 0
            brief = cls(requisition=requisition, number=last + 1, document=content.as_json(),
                        digest=digest, reason=reason if amends else "", by=by, at=now)  # fmt: skip
            brief.clean_fields(exclude={field.name for field in cls._meta.fields} - {"reason"})
            brief.save(force_insert=True)
            told: dict[str, Any] = {
                "client": requisition.client_id,
                "brief": str(brief.pk),
                "number": brief.number,
            }
            if amends:
                record("proposed an amendment", requisition, by=by, now=now, **told)
            else:
                record("proposed a brief", requisition, by=by, now=now, **told)
            brief._sign(side, requisition, by=by, now=now)
        return brief

    def sign(self, *, digest: str, by: "User", now: datetime) -> None:
        """Sign this version, of which the signer was shown the text with `digest`.

        Signed twice by one side it is signed once. Raises NotYours, and BriefChanged when the
        draft says something else by now or another version has taken the place of this one:
        nobody signs under other words than those that stand.
        """
        with transaction.atomic():
            requisition, content = _settled(self.requisition.intake)
            side = Side.of(by, requisition, now)
            current = Brief.objects.get(pk=self.pk)
            if current.digest != digest or current.withdrawn_at or content.digest != digest:
                raise BriefChanged(current.content, content)
            current._sign(side, requisition, by=by, now=now)
        self.signed_at = current.signed_at

    def sign_by_link(self, *, digest: str, by: "User", now: datetime) -> None:
        """The same by a link in a mail; a mail to its owner confirms it."""
        with transaction.atomic():
            self.sign(digest=digest, by=by, now=now)
            notices.confirm(self, by=by, now=now)

    def _sign(self, side: Side, requisition: Requisition, *, by: "User", now: datetime) -> None:
        """The row of the requisition is held by whoever calls."""
        on_behalf = requisition.manager if side == Side.MANAGER else requisition.recruiter
        _, new = Signature.objects.get_or_create(
            brief=self,
            side=side,
            defaults={
                "user": by,
                "name": by.display_name,
                "on_behalf_of": None if on_behalf == by else on_behalf,
                "digest": self.digest,
                "at": now,
            },
        )
        if not new:
            return
        record("signed the brief", requisition, by=by, now=now, client=requisition.client_id,
               brief=str(self.pk), number=self.number, side=side.value)  # fmt: skip
        if self.signatures.count() < len(Side):
            notices.ask_to_sign(self, side.other, requisition, by=by, now=now)
            return
        self.signed_at = now
        self.save(update_fields=["signed_at"])
        notices.tell_of_agreement(self, requisition, by=by, now=now)
        if requisition.status == Status.INTAKE:
            requisition.open_with_brief(by=by, now=now, number=self.number)

    def withdraw(self, *, by: "User", now: datetime) -> None:
        """End the asking before both have signed. Twice is once.

        Raises NotYours for all but the side that asks, ValidationError once it is in force.
        """
        with transaction.atomic():
            requisition = Requisition.objects.locked().get(pk=self.requisition_id)
            if not self.signatures.filter(side=Side.of(by, requisition, now)).exists():
                raise NotYours
            current = Brief.objects.defer("document").get(pk=self.pk)
            if current.signed_at:
                raise ValidationError("Both have signed it. Amend it instead.")
            if current.withdrawn_at is None:
                current.withdrawn_at = now
                current.save(update_fields=["withdrawn_at"])
                notices.retract(current, now=now)
                record("took back a brief", requisition, by=by, now=now,
                       client=requisition.client_id, brief=str(self.pk),
                       number=self.number)  # fmt: skip
        self.withdrawn_at = current.withdrawn_at


class Signature(models.Model):
    """Who signed which version for which side, under which name, and when."""

    brief = models.ForeignKey(Brief, models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=9, choices=Side)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="signatures")
    name = models.CharField(max_length=200)
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["brief", "side"], name="signature_of_side"),
            models.CheckConstraint(
                condition=Q(side__in=["recruiter", "manager"]), name="signature_side_known"
            ),
            models.CheckConstraint(
                condition=Q(on_behalf_of__isnull=True) | ~Q(on_behalf_of=F("user")),
                name="signature_for_somebody_else",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} for the {self.side}"


def _settled(intake: Intake) -> tuple[Requisition, Content]:
    """The requisition and the draft's text, both held: nobody writes until it is signed."""
    requisition = Requisition.objects.locked().get(pk=intake.pk)
    if requisition.is_closed:
        raise ValidationError("This requisition is closed. Reopen it to agree on a brief.")
    held = intake.held()
    held.requisition = requisition
    content = held.content()
    assert content.digest == digest_of(content.as_json()), "one text has one digest"
    return requisition, content
