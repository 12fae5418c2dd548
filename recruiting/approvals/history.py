"""What became of a submission, step by step, in words. Pure functions over fetched rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.text import capfirst

from intake.times import day_words, moment_words
from intake.versions import Clock
from recruiting.accounts.models import User
from recruiting.approvals.models import (
    Decision,
    Feedback,
    Interview,
    Offer,
    Parking,
    Question,
    Submission,
    Withdrawal,
)
from recruiting.approvals.models.decisions import Reason
from recruiting.approvals.states import State

SAID = {
    Feedback.Verdict.ON: "wants to go on",
    Feedback.Verdict.UNSURE: "is not sure yet",
    Feedback.Verdict.STOP: "stops here",
}
YOU_SAID = {
    Feedback.Verdict.ON: "want to go on",
    Feedback.Verdict.UNSURE: "are not sure yet",
    Feedback.Verdict.STOP: "stop here",
}


@dataclass(frozen=True)
class Step:
    """One thing that happened. `side` is of whom: "recruiter", "manager" or "candidate". `words`
    goes on after the name; `quote` is what somebody wrote. `taken_back`: it stands no more."""

    at: datetime
    who: str
    words: str
    side: str = "recruiter"
    quote: str = ""
    taken_back: bool = False


def history_of(submission: Submission, reader: User, clock: Clock) -> list[Step]:
    """The newest first, without what stands on the page already: feedback, terms, questions. The
    rows come as `candidacy.with_all` fetches them."""
    steps = [
        *_sent(submission, reader),
        *(_decision(one, reader) for one in submission.decisions.all()),
        *(step for one in submission.questions.all() for step in _question(one, reader)),
        *(step for one in submission.interviews.all() for step in _interview(one, reader, clock)),
        *(step for one in submission.offers.all() for step in _offer(one, reader, clock)),
        *(step for one in submission.parkings.all() for step in _parking(one, reader)),
        *(_withdrawal(one, reader) for one in submission.withdrawals.all()),
    ]
    return sorted(steps, key=lambda one: one.at, reverse=True)


def _who(person: User, reader: User, instead: User | None = None) -> str:
    """ "You", "Max Manager", "Dana Delegate for Max Manager"."""
    name = "You" if person.pk == reader.pk else person.display_name
    if instead is None:
        return name
    return f"{name} for {'you' if instead.pk == reader.pk else instead.display_name}"


def _sent(submission: Submission, reader: User) -> Iterable[Step]:
    slate = submission.slate
    if slate is None:
        return []
    return [Step(slate.at, _who(slate.by, reader), f"sent the resume for approval, in slate "
                 f"{slate.number}")]  # fmt: skip


def _decision(said: Decision, reader: User) -> Step:
    words = "approved" if said.is_approval else f"declined: {reason_words(said)}"
    if said.stage == Decision.At.INTERVIEW:
        words = f"stopped after an interview: {reason_words(said)}"
    return Step(
        said.at, _who(said.by, reader, said.in_name_of), words, "manager", said.words,
        taken_back=said.undone_at is not None,
    )  # fmt: skip


def reason_words(said: Decision) -> str:
    """ "no Kubernetes" is the requirement itself; what is new is said to be."""
    if said.reason == Reason.NEW and said.text:
        return f"{said.text} (new to the brief)"
    return said.text or Reason(said.reason).label.lower() if said.reason else ""


def _question(one: Question, reader: User) -> Iterable[Step]:
    """What was asked and answered stands elsewhere on the page; here only that it was."""
    yield Step(one.at, _who(one.by, reader), "asked a question", "manager")
    if one.answered_at and one.answered_by:
        yield Step(one.answered_at, _who(one.answered_by, reader), "answered the question")


def _interview(one: Interview, reader: User, clock: Clock) -> Iterable[Step]:
    when = moment_words(one.begins_at, str(clock.zone))
    recorded = one.held_at == one.at
    verb = "recorded" if recorded else "scheduled"
    yield Step(one.at, _who(one.by, reader), f"{verb} {the(one.round)} on {when}",
               taken_back=one.cancelled_at is not None)  # fmt: skip
    if one.cancelled_at:
        why = f": {one.reason}" if one.reason else ""
        yield Step(one.cancelled_at, "", f"{capfirst(the(one.round))} was called off{why}")
    elif one.held_at and not recorded:
        yield Step(one.held_at, "", f"{capfirst(the(one.round))} took place")
    if said := feedback_of(one):
        verbs = YOU_SAID if said.by_id == reader.pk else SAID
        words = f"{verbs[Feedback.Verdict(said.verdict)]} after {the(one.round)}"
        yield Step(said.at, _who(said.by, reader, said.in_name_of), words, "manager")


def _offer(one: Offer, reader: User, clock: Clock) -> Iterable[Step]:
    gone = one.undone_at is not None
    day = "" if clock.day(one.at) == one.made_on else f", made on {day_words(one.made_on)}"
    yield Step(one.at, _who(one.by, reader), f"recorded an offer{day}", taken_back=gone)
    if one.answered_at and one.answered_by:
        words = "The offer was accepted"
        if one.answer == Offer.Answer.DECLINED:
            words = f"The offer was declined: {Offer.Because(one.because).label.lower()}"
        yield Step(one.answered_at, "", words, "candidate", taken_back=gone)


def _parking(one: Parking, reader: User) -> Iterable[Step]:
    yield Step(one.at, _who(one.by, reader), "put it on hold", quote=one.reason)
    if one.ended_at and one.ended_by:
        yield Step(one.ended_at, _who(one.ended_by, reader), "took it up again")


def _withdrawal(one: Withdrawal, reader: User) -> Step:
    words = "withdrew"
    if one.whose == Withdrawal.Whose.CANDIDATE:
        words = "recorded that the candidate withdrew"
    return Step(one.at, _who(one.by, reader), words, quote=one.reason,
                taken_back=one.undone_at is not None)  # fmt: skip


def feedback_of(one: Interview) -> Feedback | None:
    return getattr(one, "feedback", None)


def the(name: str) -> str:
    """ "the first interview", "an hour at the desk", "the HR round": a round within a sentence."""
    first, _, rest = name.partition(" ")
    if rest and first.lower() in ("a", "an", "the"):
        return f"{first.lower()} {rest}"
    return f"the {lowered(name)}"


def lowered(name: str) -> str:
    """ "First interview" within a sentence; a name such as "HR round" stays."""
    return name[0].lower() + name[1:] if name[1:2].islower() else name


# --- where it stands -----------------------------------------------------------------------


def stands(submission: Submission, requisition_manager: User | None, clock: Clock,
           now: datetime) -> str:  # fmt: skip
    """In a sentence or two, for both alike."""
    name = requisition_manager.display_name if requisition_manager else "the hiring manager"
    state = State(submission.state)
    if state == State.DRAFT:
        return "Not sent yet. Only recruiters see this page."
    if state == State.WAITING:
        return _waiting(submission, name, clock)
    if state == State.PARKED:
        parking = next(one for one in submission.parkings.all() if one.ended_at is None)
        return f"On hold since {clock.since(parking.at)}."
    if state == State.WITHDRAWN:
        gone = next(one for one in submission.withdrawals.all() if one.undone_at is None)
        who = (
            "The candidate withdrew" if gone.whose == "candidate" else "Withdrawn by the recruiter"
        )
        return f"{who} {clock.on(gone.at)}."
    if state == State.DECLINED:
        said = _last(
            one for one in submission.decisions.all() if not one.undone_at and not one.is_approval
        )
        after = "Stopped after an interview" if said.stage == "interview" else "Declined"
        return f"{after} {clock.on(said.at)}: {reason_words(said)}."
    if state in (State.OFFERED, State.ACCEPTED, State.REFUSED):
        return _offered(submission, clock)
    return _interviews(submission, name, clock, now)


def _waiting(submission: Submission, name: str, clock: Clock) -> str:
    assert submission.slate is not None
    if any(one.answered_at is None for one in submission.questions.all()):
        return "A question waits for its answer; the decision comes after it."
    return f"Waiting for {name} to decide since {clock.since(submission.slate.at)}."


def _offered(submission: Submission, clock: Clock) -> str:
    offer = _last(one for one in submission.offers.all() if not one.undone_at)
    if offer.answer == Offer.Answer.ACCEPTED:
        return f"The offer was accepted {_on_day(offer.answered_on, clock)}."
    if offer.answer == Offer.Answer.DECLINED:
        because = Offer.Because(offer.because).label
        return f"The offer was declined {_on_day(offer.answered_on, clock)}: {because.lower()}."
    by = f", an answer is expected by {day_words(offer.answer_by)}" if offer.answer_by else ""
    return f"An offer was made {_on_day(offer.made_on, clock)}{by}."


def _interviews(submission: Submission, name: str, clock: Clock, now: datetime) -> str:
    standing = [one for one in submission.interviews.all() if not one.cancelled_at]
    held = [one for one in standing if one.held_at]
    to_come = [one for one in standing if not one.held_at and not one.is_over(now)]
    if silent := [one for one in held if feedback_of(one) is None]:
        last = silent[-1]
        return (f"{capfirst(the(last.round))} took place {clock.on(last.begins_at)}. "
                f"Waiting for {name} to say how it was.")  # fmt: skip
    if to_come:
        one = to_come[0]
        return f"{one.round} on {moment_words(one.begins_at, str(clock.zone))}."
    if over := [one for one in standing if not one.held_at]:
        one = over[-1]
        return (f"{capfirst(the(one.round))} was to be {clock.on(one.begins_at)}. "
                "Nobody has recorded yet whether it took place.")  # fmt: skip
    if held and (said := feedback_of(held[-1])):
        return f"{name} {SAID[Feedback.Verdict(said.verdict)]} after {the(held[-1].round)}."
    approved = _last(
        one for one in submission.decisions.all() if one.is_approval and not one.undone_at
    )
    return f"Approved {clock.on(approved.at)}. An interview comes next."


def _on_day(day: date | None, clock: Clock) -> str:
    if day is None or day == clock.today:
        return "today"
    return f"on {day_words(day)}"


def _last(rows: Iterable[Any]) -> Any:
    found: Sequence[Any] = sorted(rows, key=lambda one: (one.at, one.pk))
    return found[-1]
