"""A submission: one candidate on one requisition, from the draft to the end.

Where it stands is never set: it follows from records (a slate, decisions, interviews, offers, a
parking, a withdrawal), each of which may be taken back. `settle` works it out anew after every
act and writes what the funnel's ledger lacks in the same transaction, so that the two cannot come
apart.
"""

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from intake.content import KINDS
from recruiting.approvals.states import REACHED, Records, State, reached, state_of
from recruiting.audit.models import record
from recruiting.lib.text import check_line, check_prose
from requisitions.models import Requisition, StageCount
from requisitions.models.funnel import Entry, add_entries

if TYPE_CHECKING:
    from recruiting.accounts.models import User

PITCH_MAX = 600
"""Characters of the pitch: two sentences."""

EVIDENCE_MAX = 300


class NotNow(Exception):
    """Where the candidate stands does not allow it. Says why, in words for the person."""


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user: "User") -> Self:
        """Of requisitions that the user sees; drafts only to recruiters and leads."""
        rows = self.filter(requisition__in=Requisition.objects.visible_to(user))
        return rows if user.is_recruiter else rows.exclude(slate=None)

    def sent(self) -> Self:
        return self.exclude(slate=None)

    def drafts(self) -> Self:
        """Prepared and neither sent nor removed."""
        return self.filter(slate=None, removed_at=None)

    def awaiting_decision(self) -> Self:
        return self.filter(state=State.WAITING)

    def undecided(self) -> Self:
        """Sent, and neither approved nor declined nor withdrawn; what rests as well."""
        waits = Q(state=State.WAITING) | Q(state=State.PARKED, approved_on=None)
        return self.filter(waits, candidate__erased_at=None)

    def with_records(self) -> Self:
        """With all that `state` follows from, in a fixed number of statements."""
        return self.select_related("candidate", "slate", "resume").prefetch_related(
            "decisions", "questions", "interviews__feedback", "offers", "parkings", "withdrawals"
        )


class Submission(models.Model):
    """`state` and the dates of the stages reached are kept by `settle` alone.

    `place` is its place in the slate, from 1. Pitch and ratings do not change once it is sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, related_name="submissions"
    )
    candidate = models.ForeignKey("approvals.Candidate", models.PROTECT, related_name="submissions")
    slate = models.ForeignKey(
        "approvals.Slate", models.PROTECT, null=True, related_name="submissions"
    )
    place = models.PositiveSmallIntegerField(default=0)
    resume = models.ForeignKey(
        "approvals.Resume", models.SET_NULL, null=True, related_name="submissions"
    )
    pitch = models.TextField(max_length=PITCH_MAX, blank=True, validators=[check_prose])
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    submitted_on = models.DateField(null=True)
    approved_on = models.DateField(null=True)
    interviewed_on = models.DateField(null=True)
    offered_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["slate__number", "place", "at"]
        constraints = [
            models.UniqueConstraint(
                fields=["requisition", "candidate"],
                condition=Q(removed_at__isnull=True),
                name="submission_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="submission_state_known"
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(slate__isnull=True),
                name="submission_removed_as_draft",
            ),
        ]
        indexes = [
            models.Index(fields=["requisition", "state"], name="submission_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} for {self.requisition_id}"

    @property
    def is_blind(self) -> bool:
        """Whether name, links and resume are closed to all but recruiters."""
        return bool(self.slate and self.slate.is_blind and not self.approved_on)

    @property
    def is_undecided(self) -> bool:
        """As `undecided` has it; needs the candidate."""
        waits = self.state == State.WAITING or (
            self.state == State.PARKED and self.approved_on is None
        )
        return waits and self.candidate.erased_at is None

    # --- as a draft -------------------------------------------------------------------------

    def remove(self, *, by: "User", now: datetime) -> None:
        """Take a draft away; it can be brought back. Twice is once. Raises NotNow for one that
        was sent."""
        with transaction.atomic():
            held, current = self._held_draft()
            if current.removed_at is None:
                current.removed_at = now
                current.save(update_fields=["removed_at"])
                record("removed a draft", held, by=by, now=now, client=held.client_id,
                       is_private=True, submission=str(current.pk))  # fmt: skip
        self.removed_at = current.removed_at

    def bring_back(self, *, by: "User", now: datetime) -> None:
        """The draft is there again. Raises NotNow where the candidate has got another one."""
        with transaction.atomic():
            held, current = self._held_draft()
            if current.candidate.erased_at:
                raise NotNow("The data of this candidate has been erased.")
            if current.removed_at:
                others = Submission.objects.filter(requisition=held, removed_at=None)
                if others.filter(candidate=current.candidate_id).exists():
                    raise NotNow("This candidate has been added anew since.")
                current.removed_at = None
                current.save(update_fields=["removed_at"])
                record("brought back a draft", held, by=by, now=now, client=held.client_id,
                       is_private=True, submission=str(current.pk))  # fmt: skip
        self.removed_at = None

    def _held_draft(self) -> tuple[Requisition, "Submission"]:
        held = Requisition.objects.locked().get(pk=self.requisition_id)
        current = Submission.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if current.slate_id:
            raise NotNow("This candidate has been sent already, and stays on the requisition.")
        return held, current

    # --- where it stands -------------------------------------------------------------------

    def settle(
        self, held: Requisition, *, by: "User", now: datetime, on: date | None = None
    ) -> None:
        """Work out where it stands, and bring the funnel into step with it. `on` is the day of
        what happened, where that is not today.

        Call it in the transaction of what changed, with the requisition locked
        (`Requisition.objects.locked`). Raises ValidationError, keyed by stage, for an accepted
        offer more than there are openings; the transaction is then to be rolled back.
        """
        records = self.records()
        today = on or timezone.localdate(now)
        before = {stage: getattr(self, column) for stage, column in REACHED.items()}
        stands = reached(records, before, today)
        entries = []
        for stage, column in REACHED.items():
            was, is_ = before[stage], stands[stage]
            if was is not None and is_ is None:
                entries.append(self._entry(stage.value, -1, was))
            elif was is None and is_ is not None:
                entries.append(self._entry(stage.value, +1, is_))
            setattr(self, column, is_)
        self.state = state_of(records)
        self.save(update_fields=["state", *REACHED.values()])
        if entries:
            add_entries(held, entries, by=by, now=now)

    def records(self) -> Records:
        """What stands in the database now, as plain values. Five statements."""
        return Records.of(
            sent=self.slate_id is not None,
            decisions=list(self.decisions.filter(undone_at=None)),
            interviews=list(self.interviews.filter(cancelled_at=None)),
            offers=list(self.offers.filter(undone_at=None)),
            parked=self.parkings.filter(ended_at=None).exists(),
            withdrawn=self.withdrawals.filter(undone_at=None).exists(),
        )

    def records_at_hand(self) -> Records:
        """The same of rows fetched by `with_records`, in no statement."""
        return Records.of(
            sent=self.slate_id is not None,
            decisions=[one for one in self.decisions.all() if not one.undone_at],
            interviews=[one for one in self.interviews.all() if not one.cancelled_at],
            offers=[one for one in self.offers.all() if not one.undone_at],
            parked=any(one.ended_at is None for one in self.parkings.all()),
            withdrawn=any(one.undone_at is None for one in self.withdrawals.all()),
        )

    def _entry(self, stage: str, delta: int, on: date) -> Entry:
        from requisitions.models import Stage

        return Entry(Stage(stage), delta, on, StageCount.Source.RECORD, submission_id=self.pk)


class Mark(models.TextChoices):
    """How a candidate stands to one requirement. Words first, the sign beside them."""

    MET = "met", "Met"
    PARTLY = "partly", "Partly"
    NOT = "not", "Not met"
    UNKNOWN = "unknown", "Not known yet"

    @property
    def sign(self) -> str:
        return {"met": "✓", "partly": "◐", "not": "✕", "unknown": "?"}[self.value]


class Rating(models.Model):
    """How one candidate stands to one requirement of the brief, with a line of evidence.

    `requirement` is its id, which stays the same from version to version of the brief; `text` and
    `kind` are those of the version that was rated.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="ratings")
    requirement = models.UUIDField()
    text = models.CharField(max_length=300)
    kind = models.CharField(max_length=12)
    place = models.PositiveSmallIntegerField()
    mark = models.CharField(max_length=7, choices=Mark, default=Mark.UNKNOWN)
    evidence = models.CharField(max_length=EVIDENCE_MAX, blank=True, validators=[check_line])

    class Meta:
        ordering = ["place", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "requirement"], name="rating_of_requirement"
            ),
            models.CheckConstraint(condition=Q(mark__in=Mark.values), name="rating_mark_known"),
        ]

    def __str__(self) -> str:
        return f"{self.mark} {self.requirement}"

    @property
    def sign(self) -> str:
        return Mark(self.mark).sign

    @property
    def heading(self) -> str:
        return KINDS.get(self.kind, "Not sorted")

    @property
    def rank(self) -> tuple[int, int]:
        """Dealbreakers first, in each kind as the brief has them."""
        kinds = list(KINDS)
        return (kinds.index(self.kind) if self.kind in kinds else len(kinds), self.place)
