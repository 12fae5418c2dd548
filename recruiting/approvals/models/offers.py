"""Offers made to a candidate, and the answer."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from recruiting.approvals import notices
from recruiting.approvals.models.decisions import check_kept, held_submission
from recruiting.approvals.models.interviews import check_open
from recruiting.approvals.models.submissions import NotNow, Submission
from recruiting.approvals.states import State
from recruiting.audit.models import record
from recruiting.lib.repeats import check_repeats
from recruiting.lib.text import check_line, check_prose
from requisitions.models import Requisition, Status

if TYPE_CHECKING:
    from recruiting.accounts.models import User

YEAR = timedelta(days=366)
TERMS_MAX = 200
WORDS_MAX = 1_000


class StaleOffer(Exception):
    """It was answered or taken back since. Holds what stands now."""

    def __init__(self, current: "Offer") -> None:
        super().__init__(f"{current.pk} {current.answer}")
        self.current = current


@dataclass(frozen=True)
class Terms:
    """What is offered, when that was, and by when the candidate answers, if that was said."""

    made_on: date
    terms: str = ""
    answer_by: date | None = None


@dataclass(frozen=True)
class Answered:
    """What the candidate said and on which day; a no with its reason."""

    answer: str
    answered_on: date
    because: str = ""
    words: str = ""


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(submission__in=Submission.objects.visible_to(user))

    def standing(self) -> Self:
        return self.filter(undone_at=None)


class Offer(models.Model):
    """One offer. `answer` is empty while the candidate thinks, until `answer_by` if that was
    said. Taken back, it stays with `undone_at`."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"

    class Because(models.TextChoices):
        """Why a candidate says no."""

        PAY = "pay", "Pay"
        OTHER_OFFER = "other offer", "Another offer"
        COUNTER = "counter offer", "A counter-offer where they work"
        ROLE = "role", "The job itself"
        PLACE = "place", "Place or remote work"
        TIMING = "timing", "Timing"
        PROCESS = "process", "How long it took"
        PERSONAL = "personal", "Personal reasons"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="offers")
    terms = models.CharField(max_length=TERMS_MAX, blank=True, validators=[check_line])
    made_on = models.DateField()
    answer_by = models.DateField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    because = models.CharField(max_length=13, choices=Because, blank=True)
    words = models.TextField(max_length=WORDS_MAX, blank=True, validators=[check_prose])
    answered_on = models.DateField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"],
                condition=Q(undone_at__isnull=True) & ~Q(answer="declined"),
                name="offer_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | Q(answer="accepted", answered_at__isnull=False)
                | (Q(answer="declined", answered_at__isnull=False) & ~Q(because="")),
                name="offer_answer_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"Offer to {self.submission_id}"

    @property
    def answered(self) -> Answered | None:
        if not self.answer or self.answered_on is None:
            return None
        return Answered(self.answer, self.answered_on, self.because, self.words)

    @classmethod
    def make(
        cls, submission: Submission, said: Terms, *, pk: uuid.UUID, by: "User", now: datetime
    ) -> "Offer":
        """Write down an offer. `pk` comes from the form: sent again, it is the same offer.

        Raises NotNow for a candidate who is not that far, ValidationError keyed by field, and
        DoesNotExist for a `pk` of another submission.
        """
        with transaction.atomic():
            held, current = held_submission(submission)
            if found := cls.objects.filter(pk=pk).first():
                if found.submission_id != current.pk:
                    raise cls.DoesNotExist
                made = Terms(found.made_on, found.terms, found.answer_by)
                check_repeats(says_the_same=made == said, was_taken_back=bool(found.undone_at))
                return found
            _check_offer(held, current)
            _check_days(said, timezone.localdate(now))
            offer = cls(pk=pk, submission=current, by=by, at=now, **vars(said))
            offer.clean_fields(exclude={f.name for f in cls._meta.fields} - {"terms"})
            offer.save(force_insert=True)
            current.settle(held, by=by, now=now, on=said.made_on)
            record("made an offer", held, by=by, now=now, client=held.client_id,
                   submission=str(current.pk))  # fmt: skip
            notices.tell_of_step(current, "recorded an offer for {what}", cause=f"offer:{pk}",
                                 by=by, now=now)  # fmt: skip
        return offer

    def give_answer(self, said: Answered, *, by: "User", now: datetime) -> None:
        """Write down what the candidate said. An acceptance counts, and the one that fills the
        last opening fills the requisition. The same again is once.

        Raises StaleOffer when it has another answer or was taken back, NotNow, and ValidationError
        keyed by field, also for more acceptances than there are openings.
        """
        with transaction.atomic():
            held, submission = held_submission(self.submission)
            current = Offer.objects.get(pk=self.pk)
            if current.answered == said and not current.undone_at:
                return
            if current.answer or current.undone_at:
                raise StaleOffer(current)
            check_kept(submission)
            _check_answer(held, submission, said, current, timezone.localdate(now))
            for name, value in vars(said).items():
                setattr(current, name, value)
            current.answered_by, current.answered_at = by, now
            current.clean_fields(exclude={f.name for f in self._meta.fields} - {"words"})
            current.save()
            submission.parkings.filter(ended_at=None).update(ended_at=now, ended_by=by)
            _settle(held, submission, by=by, now=now, on=said.answered_on)
            told: dict[str, Any] = {"client": held.client_id, "submission": str(submission.pk)}
            if said.answer == self.Answer.ACCEPTED:
                record("recorded an acceptance", held, by=by, now=now, **told)
            else:
                record("recorded a refusal", held, by=by, now=now, **told)
            words = f"recorded that an offer was {said.answer} for {{what}}"
            cause = f"answer:{self.pk}:{now.isoformat()}"
            notices.tell_of_step(submission, words, cause=cause, by=by, now=now)
        self.__dict__.update(current.__dict__)

    def take_back_answer(self, *, by: "User", now: datetime) -> None:
        """It was not said, or not so. What it filled is open again. Twice is once. Raises NotNow
        when another offer was made since."""
        with transaction.atomic():
            held, submission = held_submission(self.submission)
            current = Offer.objects.get(pk=self.pk)
            if not current.answer or current.undone_at:
                return
            check_kept(submission)
            others = submission.offers.standing().exclude(pk=self.pk)
            if others.exclude(answer=self.Answer.DECLINED).exists():
                raise NotNow("Another offer was made since. Take that one back first.")
            current.answer = current.because = current.words = ""
            current.answered_on = current.answered_by = current.answered_at = None
            current.save()
            _settle(held, submission, by=by, now=now)
            record("took back an answer", held, by=by, now=now, client=held.client_id,
                   submission=str(submission.pk))  # fmt: skip
        self.__dict__.update(current.__dict__)

    def undo(self, *, by: "User", now: datetime) -> None:
        """There was no such offer. Twice is once. Raises NotNow while it has an answer."""
        with transaction.atomic():
            held, submission = held_submission(self.submission)
            current = Offer.objects.get(pk=self.pk)
            if current.undone_at:
                return
            if current.answer:
                raise NotNow("It has an answer. Take that back first.")
            current.undone_at = now
            current.save(update_fields=["undone_at"])
            submission.settle(held, by=by, now=now)
            record("took back an offer", held, by=by, now=now, client=held.client_id,
                   submission=str(submission.pk))  # fmt: skip
        self.undone_at = current.undone_at


def _settle(
    held: Requisition, submission: Submission, *, by: "User", now: datetime, on: date | None = None
) -> None:
    """What the ledger refuses, such as more acceptances than openings, is said of the answer."""
    try:
        submission.settle(held, by=by, now=now, on=on)
    except ValidationError as error:
        raise ValidationError({"answer": error.messages}) from error


def _check_offer(held: Requisition, submission: Submission) -> None:
    check_open(held)
    check_kept(submission)
    state = State(submission.state)
    if state == State.PARKED:
        raise NotNow("This candidate is on hold. Take it up again first.")
    if state in (State.OFFERED, State.ACCEPTED):
        raise NotNow("An offer stands already.")
    if state not in (State.APPROVED, State.INTERVIEWING, State.REFUSED):
        raise NotNow(f"An offer cannot be made now: {state.label.lower()}.")


def _check_days(said: Terms, today: date) -> None:
    if said.made_on > today:
        raise ValidationError({"made_on": "An offer that was made: choose today or earlier."})
    if said.made_on < today - YEAR:
        raise ValidationError({"made_on": "That is more than a year ago. Check the year."})
    if said.answer_by and said.answer_by < said.made_on:
        raise ValidationError({"answer_by": "That is before the offer was made."})
    if said.answer_by and said.answer_by > today + YEAR:
        raise ValidationError({"answer_by": "That is more than a year away. Check the year."})


def _check_answer(
    held: Requisition, submission: Submission, said: Answered, offer: Offer, today: date
) -> None:
    if said.answer not in Offer.Answer.values:
        raise ValidationError({"answer": "Choose what the candidate said."})
    if said.answer == Offer.Answer.DECLINED and said.because not in Offer.Because.values:
        raise ValidationError({"because": "Choose the candidate’s reason."})
    if said.answer == Offer.Answer.ACCEPTED and said.because:
        raise ValidationError({"because": "An acceptance needs no reason."})
    if said.answered_on > today:
        raise ValidationError({"answered_on": "An answer that was given: choose today or earlier."})
    if said.answered_on < offer.made_on:
        raise ValidationError({"answered_on": "That is before the offer was made."})
    state = State(submission.state)
    if state not in (State.OFFERED, State.PARKED):
        raise NotNow(f"There is no answer to wait for: {state.label.lower()}.")
    if said.answer == Offer.Answer.ACCEPTED and held.status in (Status.CANCELLED, Status.PARTED):
        check_open(held)
