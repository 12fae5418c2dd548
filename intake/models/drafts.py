"""The working draft of a brief, which two people write at once."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from intake import content
from intake.agenda import Part, check_parts, parts_of, rows_of
from intake.sentences import sections_of
from recruiting.audit.models import record
from requisitions.models import Requisition

if TYPE_CHECKING:
    from intake.models.agreements import Agreement
    from intake.models.briefs import Brief
    from recruiting.accounts.models import User


class IntakeQuerySet(models.QuerySet["Intake"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(requisition__in=Requisition.objects.visible_to(user))


class Intake(models.Model):
    """The draft of a requisition's brief. Its pieces are rows of their own, see `pieces`.

    `revision` counts what was saved in it. Each piece carries the revision of its last change, so
    that a reader who has seen one revision is told what came after it and nothing else.
    """

    requisition = models.OneToOneField(
        "requisitions.Requisition", models.CASCADE, primary_key=True, related_name="intake"
    )
    parts = models.JSONField()
    revision = models.PositiveBigIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = IntakeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Intake of {self.requisition_id}"

    @property
    def agenda(self) -> tuple[Part, ...]:
        return parts_of(self.parts)

    # --- beginning -------------------------------------------------------------------------

    @classmethod
    def prepare(
        cls,
        requisition: Requisition,
        *,
        by: "User",
        now: datetime,
        brief: "Brief | None" = None,
        is_empty: bool = False,
    ) -> "Intake":
        """The draft of this requisition; made at the first call, the same at every later one.

        It begins with the sections of the job description, and with the requirements and texts
        of `brief`, an earlier one of the same client, when one is given; with neither when it
        `is_empty`. Raises ValidationError for a brief of another client.
        """
        from intake.models.templates import AgendaTemplate

        if brief and brief.requisition.client_id != requisition.client_id:
            raise ValidationError("This brief belongs to another client.")
        with transaction.atomic():
            agenda = rows_of(AgendaTemplate.parts_at(requisition.client))
            intake, new = cls.objects.get_or_create(
                requisition=requisition,
                defaults={"parts": agenda, "created_at": now, "created_by": by},
            )
            if not new:
                return intake
            if not is_empty:
                intake._take_description(requisition.description, by=by, now=now)
            if brief:
                intake._take_brief(brief, by=by, now=now)
            record("began the intake", requisition, by=by, now=now, client=requisition.client_id)
        return intake

    def _take_description(self, description: str, *, by: "User", now: datetime) -> None:
        from intake.models.pieces import Section

        sections = sections_of(description)
        revision = self.next_revision() if sections else 0
        Section.objects.bulk_create(
            Section(intake=self, position=place, heading=section.heading[:200],
                    text=section.text, revision=revision, saved_by=by, saved_at=now)
            for place, section in enumerate(sections)
        )  # fmt: skip

    def _take_brief(self, brief: "Brief", *, by: "User", now: datetime) -> None:
        from intake.models.pieces import Answer, Requirement

        earlier, revision = brief.content, self.next_revision()
        saved = {"revision": revision, "saved_by": by, "saved_at": now}
        Requirement.objects.bulk_create(
            Requirement(intake=self, position=place, text=one.text, kind=one.kind,
                        tested_how=one.tested_how, tested_by=one.tested_by, unless=one.unless,
                        **saved)
            for place, one in enumerate(earlier.requirements)
        )  # fmt: skip
        Answer.objects.bulk_create(
            Answer(intake=self, key=key, text=text, **saved) for key, text in earlier.texts.items()
        )

    def begin(self, *, by: "User", now: datetime) -> None:
        """The meeting has begun; its clock runs from the first time that this is said."""
        with transaction.atomic():
            current = Intake.objects.select_for_update().get(pk=self.pk)
            if current.begun_at is None:
                current.begun_at = now
                current.save(update_fields=["begun_at"])
                record("began the intake meeting", self.requisition, by=by, now=now,
                       client=self.requisition.client_id)  # fmt: skip
        self.begun_at = current.begun_at

    def set_agenda(
        self,
        parts: Iterable[Part],
        *,
        by: "User",
        now: datetime,
        seen: Iterable[Part] | None = None,
    ) -> None:
        """Another agenda for this meeting, in place of the one that was `seen`.

        Raises ValidationError, and StaleAgenda when another stands by now.
        """
        from intake.models.templates import StaleAgenda

        wanted = tuple(parts)
        check_parts(wanted)
        with transaction.atomic():
            held = self.held()
            if held.parts == rows_of(wanted):
                return
            if seen is not None and held.parts != rows_of(tuple(seen)):
                raise StaleAgenda(held.agenda)
            held.parts = rows_of(wanted)
            held.save(update_fields=["parts"])
            record("changed the agenda of the intake", self.requisition, by=by, now=now,
                   client=self.requisition.client_id)  # fmt: skip
        self.parts = held.parts

    # --- what pieces need ------------------------------------------------------------------

    def held(self) -> "Intake":
        """The row as it is now. Who holds it writes alone in this room until the transaction
        ends; that keeps revisions in the order in which readers come to see them."""
        return Intake.objects.select_for_update().get(pk=self.pk)

    def next_revision(self) -> int:
        """Call it in the transaction of the change that bears it, holding the row."""
        self.revision += 1
        self.save(update_fields=["revision"])
        return self.revision

    # --- reading ---------------------------------------------------------------------------

    def content(self, agreement: "Agreement | None" = None) -> content.Content:
        """The brief as it would be signed now. Four statements, and one for the agreement when
        it is not given."""
        from intake.models.agreements import Agreement

        found = agreement or Agreement.of(self.requisition)
        return content.Content(
            title=self.requisition.title,
            client=self.requisition.client.name,
            texts={one.key: one.text for one in self.answers.all() if one.text},
            requirements=[
                content.RequirementLine(
                    str(one.pk), one.text, one.kind, one.tested_how, one.tested_by, one.unless
                )
                for one in self.requirements.standing()
            ],
            sections=[
                {"id": str(one.pk), "heading": one.heading, "text": one.agreed}
                for one in self.sections.standing()
            ],
            terms=found.terms if found else content.Terms(),
        )


class Editing(models.Model):
    """Who has the cursor where. Nothing depends on it: it is shown for a few seconds and left."""

    intake = models.ForeignKey(Intake, models.CASCADE, related_name="editing")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    piece = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["intake", "user"], name="editing_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.piece}"

    @classmethod
    def say(cls, intake: Intake, piece: str, *, by: "User", now: datetime) -> None:
        """`by` is at this piece now; at none when it is empty."""
        cls.objects.update_or_create(
            intake=intake, user=by, defaults={"piece": piece[:60], "at": now}
        )
