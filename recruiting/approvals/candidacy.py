"""The page of one submission, which both sides see alike: what it shows to whom, and what may be
done next. A fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Prefetch
from django.forms import Form
from django.shortcuts import get_object_or_404
from django.utils import timezone

from intake.scheduling import Diaries
from intake.times import Told
from intake.versions import Clock
from recruiting.accounts.models import User
from recruiting.approvals.access import Shown, decides, shown
from recruiting.approvals.after_forms import (
    AnswerForm,
    FeedbackForm,
    InterviewForm,
    OfferForm,
    ParkingForm,
    SequenceForm,
    WithdrawalForm,
)
from recruiting.approvals.ball_lines import BallLine, ball_line
from recruiting.approvals.history import Step, feedback_of, history_of, lowered, stands
from recruiting.approvals.models import (
    Decision,
    Feedback,
    Interview,
    Offer,
    Parking,
    Question,
    Rating,
    Submission,
    Withdrawal,
)
from recruiting.approvals.models.parking import UNDER_WAY
from recruiting.approvals.models.submissions import SubmissionQuerySet
from recruiting.approvals.open_items import OpenItems
from recruiting.approvals.reasons import Reasons, reasons_of
from recruiting.approvals.states import OVER, State
from requisitions.models import Requisition, Status

_Form = TypeVar("_Form", bound=Form)

TO_INTERVIEW = (State.APPROVED, State.INTERVIEWING, State.OFFERED)
TO_OFFER = (State.APPROVED, State.INTERVIEWING, State.REFUSED)


@dataclass(frozen=True)
class Refused:
    """What a form has just been refused for: `name` says which form of the page it is. `late` is
    what stood in the way."""

    name: str = ""
    form: Any = None
    late: str = ""
    pk: UUID | None = None


@dataclass(frozen=True)
class Line:
    """One interview on the page. The forms are there for whoever may use them."""

    interview: Interview
    told: Told
    name: str
    feedback: Feedback | None
    may_undo: bool = False
    is_over: bool = False
    has_begun: bool = False
    form: InterviewForm | None = None
    cancelling: SequenceForm | None = None
    asks: FeedbackForm | None = None
    is_refused: bool = False


@dataclass(frozen=True)
class Candidacy:
    """All that the page shows to one reader."""

    submission: Submission
    requisition: Requisition
    reader: User
    now: datetime
    refused: Refused = field(default_factory=Refused)

    @cached_property
    def shown(self) -> Shown:
        return shown(self.submission, self.reader)

    @cached_property
    def state(self) -> State:
        return State(self.submission.state)

    @property
    def is_recruiter(self) -> bool:
        return self.reader.is_recruiter

    @cached_property
    def decides(self) -> bool:
        return decides(self.reader, self.requisition, self.now)

    @cached_property
    def is_open(self) -> bool:
        return not self.requisition.is_closed and not self.is_erased

    @property
    def is_erased(self) -> bool:
        return self.submission.candidate.erased_at is not None

    @cached_property
    def clock(self) -> Clock:
        return Clock(timezone.localdate(self.now), timezone.get_current_timezone())

    @cached_property
    def balls(self) -> list[BallLine]:
        """Who has to act, and until when: as the page of the requisition says it."""
        known = OpenItems.load([self.requisition], now=self.now, submission=self.submission.pk)
        balls = known.balls.get(self.requisition.pk, ())
        return [ball_line(ball, self.clock.zone) for ball in balls]

    @cached_property
    def diaries(self) -> Diaries:
        manager = self.requisition.manager
        assert manager is not None, "what is sent is sent to somebody"
        return Diaries.load(
            self.requisition.recruiter, manager, self.requisition.client,
            reader=self.reader, now=self.now,
        )  # fmt: skip

    # --- what it tells ---------------------------------------------------------------------

    @property
    def sentence(self) -> str:
        return stands(self.submission, self.requisition.manager, self.clock, self.now)

    @property
    def turn(self) -> str:
        """Whose turn it is: the manager's while he has yet to decide or to say how it was. Nobody's
        while the job rests, as `open_items` has it."""
        if self.requisition.status != Status.OPEN or self.state in OVER:
            return ""
        waits = self.state == State.WAITING and not self.open_question
        silent = self.state == State.INTERVIEWING and any(
            line.interview.held_at and not line.feedback for line in self.interviews
        )
        return "manager" if waits or silent else "recruiter"

    @cached_property
    def history(self) -> Sequence[Step]:
        return history_of(self.submission, self.reader, self.clock)

    @cached_property
    def ratings(self) -> Sequence[Rating]:
        return list(self.submission.ratings.all())

    @cached_property
    def questions(self) -> Sequence[Question]:
        """Without those of which an erasure has left nothing."""
        return [one for one in self.submission.questions.all() if one.text]

    @property
    def links(self) -> Sequence[str]:
        return [one for one in self.shown.addresses if one.startswith(("https://", "http://"))]

    @property
    def other_links(self) -> Sequence[str]:
        return [one for one in self.shown.addresses if one not in self.links]

    @cached_property
    def interviews(self) -> Sequence[Line]:
        """Those that stand, in their order."""
        rows = [one for one in self.submission.interviews.all() if not one.cancelled_at]
        return [self._line(one) for one in rows]

    @cached_property
    def offers(self) -> Sequence[Offer]:
        return [one for one in self.submission.offers.all() if not one.undone_at]

    @property
    def offer(self) -> Offer | None:
        """The last one."""
        return self.offers[-1] if self.offers else None

    @property
    def withdrawal(self) -> Withdrawal | None:
        rows = self.submission.withdrawals.all()
        return (
            None if self.is_erased else next((one for one in rows if one.undone_at is None), None)
        )

    # --- what waits on the reader ----------------------------------------------------------

    @property
    def may_decide(self) -> bool:
        return self.decides and self.is_open and self.state in (State.WAITING, State.PARKED) and (
            self.submission.is_undecided
        )  # fmt: skip

    @property
    def asks_feedback(self) -> Sequence[Line]:
        """Interviews of which this reader has yet to say how they were."""
        return [line for line in self.interviews if line.asks]

    @property
    def unrecorded(self) -> Sequence[Line]:
        """Over, and nobody said whether they took place."""
        rows = [line for line in self.interviews if line.is_over and not line.interview.held_at]
        return rows if self.is_recruiter else []

    @property
    def open_question(self) -> Question | None:
        return next((one for one in self.questions if one.is_open), None)

    @cached_property
    def reasons(self) -> Reasons:
        return reasons_of(self.requisition.pk)

    # --- what the recruiter may do ---------------------------------------------------------

    @cached_property
    def new_interview(self) -> InterviewForm | None:
        if not (self.is_recruiter and self.is_open and self.state in TO_INTERVIEW):
            refused: InterviewForm | None = self._form("interview", None)
            return refused
        number = len(self.interviews) + 1
        return self._form("interview", InterviewForm.blank(self.diaries, number=number))

    @cached_property
    def new_offer(self) -> OfferForm | None:
        may = self.is_recruiter and self.is_open and self.state in TO_OFFER
        return self._form("offer", OfferForm.blank(self.clock.today) if may else None)

    @cached_property
    def answer(self) -> AnswerForm | None:
        waits = self.state in (State.OFFERED, State.PARKED) and self.offer and not self.offer.answer
        may = self.is_recruiter and waits and not self.is_erased
        return self._form("answer", AnswerForm.blank(self.clock.today) if may else None)

    @cached_property
    def parking(self) -> ParkingForm | None:
        may = self.is_recruiter and self.is_open and self.state in UNDER_WAY
        return self._form("parking", ParkingForm(auto_id="id_parking_%s") if may else None)

    @cached_property
    def withdrawing(self) -> WithdrawalForm | None:
        may = self.is_recruiter and self.state in (*UNDER_WAY, State.PARKED)
        return self._form("withdrawal", WithdrawalForm(auto_id="id_withdrawal_%s") if may else None)

    @property
    def may_take_up(self) -> bool:
        return self.is_recruiter and self.state == State.PARKED

    @property
    def may_undo_answer(self) -> bool:
        has_answer = self.offer and self.offer.answer
        return bool(self.is_recruiter and has_answer and not self.is_erased)

    @property
    def may_undo_offer(self) -> bool:
        return bool(self.is_recruiter and self.offer and not self.offer.answer)

    @property
    def has_next(self) -> bool:
        """Whether there is anything that a recruiter may do."""
        return any((self.new_interview, self.new_offer, self.answer, self.parking,
                    self.withdrawing, self.may_take_up, self.withdrawal))  # fmt: skip

    # --- how -------------------------------------------------------------------------------

    def _form(self, name: str, fresh: _Form | None) -> _Form | None:
        """The form that was refused, or a fresh one."""
        if self.refused.name != name or self.refused.form is None:
            return fresh
        form: _Form = self.refused.form
        return form

    def _line(self, one: Interview) -> Line:
        said, begun = feedback_of(one), one.begins_at <= self.now
        goes_on = self.is_open and self.state not in OVER
        changes = self.is_recruiter and one.is_standing
        told = self.diaries.told(one.begins_at)
        mine = self.refused.pk == one.pk
        name, over = lowered(one.round), one.is_over(self.now)
        line = Line(one, told, name, said, has_begun=begun, is_over=over, is_refused=mine)
        wanted: dict[str, Any] = {}
        if changes:
            wanted["cancelling"] = SequenceForm(
                initial={"sequence": one.sequence}, auto_id=f"id_off_{one.pk}_%s"
            )
        if changes and goes_on:
            wanted["form"] = InterviewForm.of(one, self.diaries)
        if self.decides and goes_on and begun and said is None:
            wanted["asks"] = FeedbackForm(auto_id=f"id_said_{one.pk}_%s")
        if mine and self.refused.form is not None:
            names: Mapping[str, str] = {"moving": "form", "cancelling": "cancelling",
                                        "feedback": "asks"}  # fmt: skip
            wanted[names[self.refused.name]] = self.refused.form
        may_undo = bool(said and self.decides and said.may_be_undone(self.now))
        may_undo = may_undo and not self.is_erased
        return Line(**{**vars(line), **wanted, "may_undo": may_undo})


_PEOPLE = ("recruiter__working_card", "manager__working_card", "client", "funnel")


def fetched(user: User, pk: UUID) -> Submission:
    """One that the user sees, with all that the page needs; 404 for others and removed drafts."""
    rows = with_all(Submission.objects.visible_to(user).filter(removed_at=None))
    found: Submission = get_object_or_404(rows, pk=pk)
    return found


def with_all(rows: SubmissionQuerySet) -> SubmissionQuerySet:
    """Nine statements for any number of rows."""
    by = ("by", "in_name_of")
    return rows.select_related(
        "candidate", "slate__by", "resume", *(f"requisition__{name}" for name in _PEOPLE)
    ).prefetch_related(
        "ratings",
        "resume__pages",
        Prefetch("decisions", Decision.objects.select_related(*by)),
        Prefetch("questions", Question.objects.select_related("by", "answered_by")),
        Prefetch("interviews", Interview.objects.select_related(
            "by", "organizer", "guest", "feedback__by", "feedback__in_name_of")),
        Prefetch("offers", Offer.objects.select_related("by", "answered_by")),
        Prefetch("parkings", Parking.objects.select_related("by", "ended_by")),
        Prefetch("withdrawals", Withdrawal.objects.select_related("by", "undone_by")),
    )  # fmt: skip


def candidacy_of(
    submission: Submission, reader: User, *, now: datetime, refused: Refused | None = None
) -> Candidacy:
    return Candidacy(submission, submission.requisition, reader, now, refused or Refused())
