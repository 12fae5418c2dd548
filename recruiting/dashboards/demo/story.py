"""What a story is made of. Plain data: days are counted from today, in workdays.

In a note and a next step `{+2}` stands for the second workday after it was written, as a weekday
("Thursday") or, from a week on, as a date ("12 March"); `{-1}` for one before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from recruiting.dashboards.demo.candidates.applicant import Applicant
from recruiting.dashboards.demo.intakes import Change, Draft
from requisitions.models import Stage

THIS_FRIDAY = "this Friday"
"""A promise's due day: the first Friday from today on, whenever it was promised."""


@dataclass(frozen=True)
class Person:
    """`login` is the part of the address before the @. `clients` are keys of `CLIENTS`."""

    login: str
    name: str
    role: str
    zone: str
    starts: time
    ends: time
    clients: tuple[str, ...] = ()
    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    joined: int = 75
    """Workdays before today."""


@dataclass(frozen=True)
class Pledge:
    """A promise: `count` more at `stage`, due so many workdays after it was given."""

    stage: Stage
    count: int
    due: int | str


@dataclass(frozen=True)
class Step:
    """Something the recruiter did `back` workdays before today, at `clock` in her own zone."""

    back: int
    clock: str


@dataclass(frozen=True)
class Open(Step):
    reason: str


@dataclass(frozen=True)
class Hold(Step):
    reason: str
    until_ahead: int
    """Workdays after today."""


@dataclass(frozen=True)
class Resume(Step):
    pass


@dataclass(frozen=True)
class Cancel(Step):
    reason: str


@dataclass(frozen=True)
class Prepare(Step):
    """The draft of the brief is written."""

    draft: Draft


@dataclass(frozen=True)
class Propose(Step):
    """The recruiter signs and asks the manager."""


@dataclass(frozen=True)
class Amend(Step):
    """The same for a change of what is in force."""

    change: Change


@dataclass(frozen=True)
class Sign(Step):
    """The manager signs."""


@dataclass(frozen=True)
class Meet(Step):
    """The intake meeting of today is scheduled."""


@dataclass(frozen=True, kw_only=True)
class Log(Step):
    """A checkpoint. `name` is for a later step that undoes or corrects it."""

    note: str = ""
    next_step: str = ""
    promise: Pledge | None = None
    name: str = ""
    found: int = 0
    contacted: int = 0
    screened: int = 0
    met: int = 0
    submitted: int = 0
    approved: int = 0
    interviewed: int = 0
    offered: int = 0
    accepted: int = 0

    @property
    def counts(self) -> dict[Stage, int]:
        return {stage: moved for stage in Stage if (moved := getattr(self, stage.value))}


@dataclass(frozen=True, kw_only=True)
class Correct(Log):
    of: str


@dataclass(frozen=True)
class Undo(Step):
    of: str


@dataclass(frozen=True, kw_only=True)
class Move(Step):
    """What the log `of` that name promised is promised for this Friday instead."""

    of: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Write(Step):
    """A note, or with `asks` a question. `by` is a login; the recruiter's when empty.

    `name` is for a later step that answers or edits it.
    """

    text: str
    by: str = ""
    asks: bool = False
    private: bool = False
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer(Step):
    of: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Edit(Step):
    of: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Spoke(Step):
    """A touchpoint, logged right after it ended."""

    kind: str
    minutes: int | None = None
    said: str = ""
    next_step: str = ""


@dataclass(frozen=True)
class Send(Step):
    """A slate goes to the manager."""

    people: tuple[Applicant, ...]
    note: str = ""


@dataclass(frozen=True)
class OfCandidate(Step):
    """Something about one candidate, by her key."""

    of: str


@dataclass(frozen=True)
class Approve(OfCandidate):
    pass


@dataclass(frozen=True, kw_only=True)
class Decline(OfCandidate):
    """`because` is a word of a requirement's text, or a reason such as "pay"; for a criterion that
    the brief does not have it is "new", and `criterion` says it."""

    because: str
    criterion: str = ""
    words: str = ""
    after_interview: bool = False


@dataclass(frozen=True)
class Ask(OfCandidate):
    """The manager asks instead of deciding."""

    text: str


@dataclass(frozen=True)
class Reply(OfCandidate):
    """The recruiter answers what was asked last."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Invite(OfCandidate):
    """An interview is set for `on`: workdays before today, and the clock."""

    on: tuple[int, str]
    round_: str = "First interview"
    minutes: int = 60
    who: str = ""
    place: str = ""


@dataclass(frozen=True)
class Held(OfCandidate):
    """The interview that was set last took place."""


@dataclass(frozen=True)
class Feedback(OfCandidate):
    """What the manager says of the interview that was held last."""

    verdict: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class MakeOffer(OfCandidate):
    """`answer` is how many workdays the candidate has to think."""

    terms: str
    answer: int


@dataclass(frozen=True)
class Accept(OfCandidate):
    pass


@dataclass(frozen=True, kw_only=True)
class DeclineOffer(OfCandidate):
    because: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Withdraw(OfCandidate):
    whose: str
    reason: str


@dataclass(frozen=True)
class ScreenedOut(Step):
    """How many were set aside for what: by a word of a requirement's text, or a reason."""

    lines: Mapping[str, int]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Story:
    """One requisition and its life. People are named by their `login`."""

    key: str
    client: str
    title: str
    recruiter: str
    manager: str | None
    created: int
    """Workdays before today."""
    steps: tuple[Step, ...] = ()
    watchers: tuple[str, ...] = ()
    code: str = ""
    place: str = ""
    description: str = ""
    openings: int = 1
    salary: tuple[int, int] | None = None
    currency: str = ""
    basis: str = ""
    target_ahead: int | None = None
    """Workdays from today to the day it should be filled; negative when that day is past."""
