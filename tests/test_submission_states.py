"""The pure part: where a submission stands, what counts, for any records in any order."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recruiting.approvals.history import the
from recruiting.approvals.states import OVER, REACHED, Records, State, reached, state_of
from requisitions.models import Stage

pytestmark = pytest.mark.one_database

SENT = {"sent": True}
APPROVED = SENT | {"verdict": "approve", "was_approved": True}
MET = APPROVED | {"interviews": 1}
HELD = MET | {"held": True}
DAY = date(2026, 3, 11)


@pytest.mark.parametrize(
    ("records", "state", "stages"),
    [
        ({}, State.DRAFT, ""),
        (SENT, State.WAITING, "submitted"),
        (SENT | {"parked": True}, State.PARKED, "submitted"),
        (SENT | {"withdrawn": True}, State.WITHDRAWN, "submitted"),
        (SENT | {"verdict": "decline"}, State.DECLINED, "submitted"),
        (SENT | {"verdict": "decline", "withdrawn": True}, State.WITHDRAWN, "submitted"),
        (APPROVED, State.APPROVED, "submitted approved"),
        (MET, State.INTERVIEWING, "submitted approved"),
        (HELD, State.INTERVIEWING, "submitted approved interviewed"),
        (HELD | {"parked": True}, State.PARKED, "submitted approved interviewed"),
        (HELD | {"verdict": "decline"}, State.DECLINED, "submitted approved interviewed"),
        (APPROVED | {"offer": "open"}, State.OFFERED, "submitted approved offered"),
        (HELD | {"offer": "declined"}, State.REFUSED, "submitted approved interviewed offered"),
        (
            HELD | {"offer": "accepted", "withdrawn": True, "parked": True},
            State.ACCEPTED,
            "submitted approved interviewed offered accepted",
        ),
        # What was decided is taken back while something came of it: nobody is interviewed or has
        # an offer who was never approved.
        (SENT | {"interviews": 1, "held": True}, State.WAITING, "submitted"),
    ],
)
def test_records_say_where_it_stands(records: dict[str, object], state: State, stages: str) -> None:
    found = Records(**records)  # type: ignore[arg-type]
    assert state_of(found) == state
    days = reached(found, {}, DAY)
    assert [stage.value for stage, day in days.items() if day] == stages.split()


def test_stage_keeps_the_day_on_which_it_was_reached() -> None:
    before = dict.fromkeys(REACHED) | {Stage.SUBMITTED: DAY - timedelta(days=3)}
    days = reached(Records(**APPROVED), before, DAY)  # type: ignore[arg-type]
    assert days[Stage.SUBMITTED] == DAY - timedelta(days=3)
    assert days[Stage.APPROVED] == DAY


# --- a thousand lives ----------------------------------------------------------------------

ACTS = (
    "send", "approve", "decline", "undo decision", "interview", "hold interview", "unhold",
    "cancel", "stop", "unstop", "offer", "undo offer", "accept", "refuse", "undo answer", "park",
    "unpark", "withdraw", "unwithdraw",
)  # fmt: skip


class Life:
    """A submission without rows: the same guards as the models', and a ledger of entries."""

    def __init__(self) -> None:
        self.sent = self.parked = self.withdrawn = self.stopped = False
        self.decision = ""
        self.interviews: list[bool] = []
        self.offers: list[str] = []
        self.days: dict[Stage, date | None] = dict.fromkeys(REACHED)
        self.ledger: dict[Stage, int] = dict.fromkeys(REACHED, 0)

    @property
    def records(self) -> Records:
        answers = set(self.offers)
        return Records(
            sent=self.sent,
            verdict="decline" if self.stopped else self.decision,
            was_approved=self.decision == "approve",
            interviews=len(self.interviews),
            held=any(self.interviews),
            offer=next((one for one in ("accepted", "open", "declined") if one in answers), ""),
            parked=self.parked,
            withdrawn=self.withdrawn,
        )

    def do(self, act: str) -> None:  # noqa: C901, PLR0912 - a table reads best as one
        """Whatever the models allow; the rest is refused and changes nothing."""
        state, goes_on = state_of(self.records), (State.APPROVED, State.INTERVIEWING)
        open_offer = "open" in self.offers
        match act:
            case "send":
                self.sent = True
            case "approve" | "decline" if state in (State.WAITING, State.PARKED) and (
                not self.decision
            ):
                self.decision, self.parked = act, False
            case "undo decision" if not self.interviews and not self.offers:
                self.decision = ""
            case "interview" if state in (*goes_on, State.OFFERED):
                self.interviews.append(False)
            case "hold interview" if self.interviews:
                self.interviews[-1] = True
            case "unhold" if self.interviews:
                self.interviews[-1] = False
            case "cancel" if self.interviews and not self.interviews[-1]:
                self.interviews.pop()
            case "stop" if state in (*goes_on, State.PARKED) and self.decision == "approve":
                self.stopped, self.parked = True, False
            case "unstop":
                self.stopped = False
            case "offer" if state in (*goes_on, State.REFUSED):
                self.offers.append("open")
            case "undo offer" if open_offer:
                self.offers.remove("open")
            case "accept" | "refuse" if open_offer and state in (State.OFFERED, State.PARKED):
                answer = {"accept": "accepted", "refuse": "declined"}[act]
                self.offers[self.offers.index("open")] = answer
                self.parked = False
            case "undo answer" if self.offers and not open_offer:
                self.offers[-1] = "open"
            case "park" if state in (*goes_on, State.WAITING, State.OFFERED):
                self.parked = True
            case "unpark":
                self.parked = False
            case "withdraw" if state not in (*OVER, State.DRAFT):
                self.withdrawn = True
            case "unwithdraw":
                self.withdrawn = False
        self.settle()

    def settle(self) -> None:
        """As `Submission.settle`: only what changes is entered."""
        after = reached(self.records, self.days, DAY)
        for stage in REACHED:
            self.ledger[stage] += (after[stage] is not None) - (self.days[stage] is not None)
        self.days = after


@settings(max_examples=1_000)
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(ACTS)), max_size=60))
def test_ledger_equals_the_records_after_a_thousand_sequences(
    acts: list[tuple[int, str]],
) -> None:
    lives = [Life() for _ in range(3)]
    for which, act in acts:
        lives[which].do(act)
        totals = [sum(one.ledger[stage] for one in lives) for stage in REACHED]
        came = [sum(one.days[stage] is not None for one in lives) for stage in REACHED]
        assert totals == came
        submitted, approved, interviewed, offered, accepted = totals
        assert submitted >= approved >= max(interviewed, offered)
        assert offered >= accepted >= 0
        for one in lives:
            assert (state_of(one.records) == State.ACCEPTED) == bool(one.ledger[Stage.ACCEPTED])
            assert set(one.ledger.values()) <= {0, 1}


def test_lives_reach_every_state() -> None:
    """Or else the sequences would prove little."""
    stories = {
        State.DRAFT: [],
        State.WAITING: ["send"],
        State.DECLINED: ["send", "decline"],
        State.APPROVED: ["send", "approve"],
        State.INTERVIEWING: ["send", "approve", "interview"],
        State.OFFERED: ["send", "approve", "offer"],
        State.ACCEPTED: ["send", "approve", "offer", "accept"],
        State.REFUSED: ["send", "approve", "offer", "refuse"],
        State.PARKED: ["send", "park"],
        State.WITHDRAWN: ["send", "withdraw"],
    }
    for state, acts in stories.items():
        life = Life()
        for act in acts:
            life.do(act)
        assert state_of(life.records) == state
    assert set(stories) == set(State)


@pytest.mark.parametrize(
    ("name", "within"),
    [
        ("First interview", "the first interview"),
        ("An hour at the desk", "an hour at the desk"),
        ("The morning call", "the morning call"),
        ("HR round", "the HR round"),
        ("A", "the A"),
    ],
)
def test_round_is_named_within_a_sentence(name: str, within: str) -> None:
    assert the(name) == within
