"""Candidates of the demo on their way, through the methods that pages go through."""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from intake.content import RequirementLine
from recruiting.accounts.models import User
from recruiting.approvals.drafting import Rated, Versions, Who, Written, begin
from recruiting.approvals.models import (
    Candidate,
    Decision,
    Feedback,
    Interview,
    Offer,
    Question,
    ScreenOut,
    Slate,
    Submission,
    Withdrawal,
)
from recruiting.approvals.models.candidates import CODE_LETTERS
from recruiting.approvals.models.decisions import Reason, Why
from recruiting.approvals.models.interviews import Round
from recruiting.approvals.models.offers import Answered, Terms
from recruiting.approvals.models.screening import SetAside
from recruiting.approvals.requirements import asked_of
from recruiting.dashboards.demo import resumes, story
from recruiting.dashboards.demo.candidates.applicant import Applicant
from recruiting.dashboards.demo.cast import Cast
from recruiting.dashboards.demo.workdays import shifted
from requisitions.models import Requisition

OTHER_REASONS = {Reason.PAY, Reason.TIMING, Reason.PLACE}


def code_of(applicant: Applicant) -> str:
    """Always the same, so that the demo looks alike wherever it is loaded."""
    number = int.from_bytes(hashlib.sha256(applicant.key.encode()).digest()[:4])
    number, tail = divmod(number, 900)
    first, second = divmod(number % len(CODE_LETTERS) ** 2, len(CODE_LETTERS))
    return f"{CODE_LETTERS[first]}{CODE_LETTERS[second]}-{tail + 100}"


class Approving:
    """The candidates of one requisition, each by her key, and what was done last with each."""

    def __init__(self, told: story.Story, cast: Cast) -> None:
        self.told = told
        self.cast = cast
        self.recruiter: User = cast.users[told.recruiter]
        self.sent: dict[str, Submission] = {}
        self.asked: dict[str, Question] = {}
        self.met: dict[str, Interview] = {}
        self.offers: dict[str, Offer] = {}

    @property
    def manager(self) -> User:
        assert self.told.manager is not None, "candidates are sent to somebody"
        return self.cast.users[self.told.manager]

    def do(self, step: story.Step, requisition: Requisition, at: datetime) -> None:
        """What one step tells. Raises TypeError for one that is not about candidates."""
        match step:
            case story.Send():
                self._send(step, requisition, at)
            case story.ScreenedOut():
                self._screen_out(step, requisition, at)
            case story.Approve() | story.Decline() | story.Ask() | story.Reply():
                self._judge(step, requisition, at)
            case story.Invite() | story.Held() | story.Feedback():
                self._meet(step, at)
            case story.MakeOffer() | story.Accept() | story.DeclineOffer() | story.Withdraw():
                self._end(step, at)
            case _:
                raise TypeError(f"A story cannot hold a {type(step).__name__}.")

    # --- before the manager ------------------------------------------------------------------

    def _send(self, step: story.Send, requisition: Requisition, at: datetime) -> None:
        drafts = [self._draft(one, requisition, at) for one in step.people]
        said: dict[str, Any] = {"note": step.note, "by": self.recruiter, "now": at}
        Slate.send(requisition, drafts, pk=uuid.uuid4(), **said)

    def _draft(self, applicant: Applicant, requisition: Requisition, at: datetime) -> Submission:
        """Rated by the brief in force."""
        ratings = {
            uuid.UUID(line.id): Rated(*applicant.marks[word])
            for line in asked_of(requisition).lines
            for word in applicant.marks
            if word in line.text
        }
        made = begin(
            requisition,
            Written(applicant.details, applicant.pitch, ratings),
            pk=uuid.uuid4(),
            who=Who(is_another=True),
            versions=Versions(),
            resume=resumes.upload_of(applicant),
            by=self.recruiter,
            now=at,
        )
        Candidate.objects.filter(pk=made.candidate_id).update(code=code_of(applicant))
        self.sent[applicant.key] = made
        return made

    def _screen_out(self, step: story.ScreenedOut, requisition: Requisition, at: datetime) -> None:
        lines = [*self._set_aside(step, requisition)]
        said: dict[str, Any] = {"note": step.note, "by": self.recruiter, "now": at}
        ScreenOut.log(requisition, lines, pk=uuid.uuid4(), on=at.date(), **said)

    def _set_aside(self, step: story.ScreenedOut, requisition: Requisition) -> Iterator[SetAside]:
        for thing, count in step.lines.items():
            if thing in OTHER_REASONS:
                yield SetAside(count, thing)
            else:
                line = _line(requisition, thing)
                pk = uuid.UUID(line.id)
                yield SetAside(count, Reason.REQUIREMENT, pk, text=line.text, kind=line.kind)

    # --- the manager's word ------------------------------------------------------------------

    def _judge(self, step: story.OfCandidate, requisition: Requisition, at: datetime) -> None:
        submission, by = self.sent[step.of], self.manager
        match step:
            case story.Approve():
                Decision.make(submission, Decision.Verdict.APPROVE, by=by, now=at)
            case story.Decline(after_interview=True):
                self._say(step.of, Feedback.Verdict.STOP, step.words, _why(requisition, step), at)
            case story.Decline():
                why = _why(requisition, step)
                Decision.make(submission, Decision.Verdict.DECLINE, why, by=by, now=at)
            case story.Ask(text=text):
                pk = uuid.uuid4()
                self.asked[step.of] = Question.ask(submission, text, pk=pk, by=by, now=at)
            case story.Reply(text=text):
                self.asked[step.of].give_answer(text, by=self.recruiter, now=at)

    # --- interviews and offers ---------------------------------------------------------------

    def _meet(self, step: story.OfCandidate, at: datetime) -> None:
        match step:
            case story.Invite(on=(back, clock)):
                begins = self.cast.days_ago(self.told.recruiter, back, clock)
                wanted = Round(begins, step.minutes, step.place, step.round_, step.who)
                by: dict[str, Any] = {"by": self.recruiter, "now": at}
                made = Interview.schedule(self.sent[step.of], wanted, pk=uuid.uuid4(), **by)
                self.met[step.of] = made
            case story.Held():
                self.met[step.of].record_held(by=self.recruiter, now=at)
            case story.Feedback(verdict=verdict, text=text):
                self._say(step.of, verdict, text, None, at)

    def _say(self, of: str, verdict: str, text: str, why: Why | None, at: datetime) -> None:
        Feedback.give(self.met[of], verdict, text, why, by=self.manager, now=at)

    def _end(self, step: story.OfCandidate, at: datetime) -> None:
        of, on = step.of, at.date()
        by: dict[str, Any] = {"by": self.recruiter, "now": at}
        match step:
            case story.MakeOffer(terms=terms, answer=days):
                said = Terms(on, terms, shifted(on, days))
                self.offers[of] = Offer.make(self.sent[of], said, pk=uuid.uuid4(), **by)
            case story.Accept():
                self.offers[of].give_answer(Answered(Offer.Answer.ACCEPTED, on), **by)
            case story.DeclineOffer(because=because, words=words):
                said_no = Answered(Offer.Answer.DECLINED, on, because, words)
                self.offers[of].give_answer(said_no, **by)
            case story.Withdraw(whose=whose, reason=reason):
                Withdrawal.withdraw(self.sent[of], whose=whose, reason=reason, **by)


def _why(requisition: Requisition, step: story.Decline) -> Why:
    if step.because == Reason.NEW:
        return Why(Reason.NEW, text=step.criterion, words=step.words)
    if step.because in OTHER_REASONS:
        return Why(step.because, words=step.words)
    line = _line(requisition, step.because)
    told = partial(Why, Reason.REQUIREMENT, uuid.UUID(line.id), line.text, line.kind)
    return told(words=step.words)


def _line(requisition: Requisition, word: str) -> RequirementLine:
    """The one requirement of the brief in force that has this word."""
    [line] = [one for one in asked_of(requisition).lines if word in one.text]
    return line
