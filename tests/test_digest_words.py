"""How a digest says it, how long it becomes, and that the same comes out each time."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from recruiting.accounts.models import Role, User
from recruiting.approvals.balls import Kind
from recruiting.lib.businesstime import Calendar, business_days_between
from recruiting.mailing.render import Rendered, inlined
from requisitions.models import Stage, Status
from status_updates.digests import words
from status_updates.digests.mail import HTML_MAX, SHOWN, written
from status_updates.digests.snapshot import _Circle
from status_updates.waiting import Waiting
from tests.letters import (
    ACME,
    BERLIN,
    LAST,
    MANAGER,
    MONDAY,
    ROSA,
    ball,
    brief,
    busy,
    facts,
    job,
    letter,
    printed,
    promise,
    waiting,
)

FRIDAY = date(2026, 3, 20)
HOUR = timedelta(hours=1)
DECISIONS = waiting(job(), ball=ball(count=2))
FEEDBACK = waiting(job(), ball=ball(Kind.FEEDBACK))
SIGNATURE = waiting(job(), brief=brief(job()))
QUESTION = waiting(job(), question=UUID(int=7))


# --- the subject ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ([], ""),
        ([DECISIONS], "2 decisions waiting"),
        ([SIGNATURE], "1 signature waiting"),
        ([FEEDBACK, FEEDBACK], "2 feedback waiting"),
        ([QUESTION, SIGNATURE, DECISIONS], "2 decisions and 2 more waiting"),
        ([waiting(job())], "1 thing waiting"),
    ],
)
def test_subject_begins_with_what_is_asked(asked: Sequence[Waiting], says: str) -> None:
    assert words.asks(asked) == says


def test_subject_states_asks_counts_and_what_comes_first() -> None:
    line = facts(job(title="Data Analyst"), promises=[promise(Stage.SUBMITTED, 3, FRIDAY)])
    others = [facts(job(2)), facts(job(3))]
    said = words.subject(letter([line, *others], [DECISIONS]))
    assert said == "2 decisions waiting · 3 requisitions · Data Analyst: first slate Friday"


def test_subject_names_the_client_to_a_manager_of_several_and_the_manager_to_a_stand_in() -> None:
    one = letter([facts(job(), moved={Stage.FOUND: 3})], is_one_of_several=True)
    assert words.subject(one) == "Acme: 1 requisition · 3 found"
    assert words.subject(one, "For Max").startswith("For Max: Acme: 1 requisition")


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (1, "A quiet day"),
        (7, "A quiet week"),
        (3, "Quiet since Friday"),
        (14, "Quiet since 2 March"),
    ],
)
def test_quiet_time_is_called_by_its_length(days: int, says: str) -> None:
    one = letter([facts(job())], since=MONDAY.date() - timedelta(days=days))
    assert words.summary(one) == f"{says}: nothing was logged on your 1 requisition."
    assert words.subject(one) == f"1 requisition · {says[0].lower()}{says[1:]}"


def test_preheader_adds_to_the_subject() -> None:
    late = waiting(job(), ball=ball(due=MONDAY - HOUR, late=2, count=2))
    html = written(letter([facts(job())], [late])).html
    preheader = html.partition('<div class="preheader"')[2].partition("\N{FIGURE SPACE}")[0]
    assert preheader.endswith(
        ">Data Engineer: 2 resumes of slate 2, waiting since Friday, overdue by 2 working days."
    )


# --- due, overdue, and the target ----------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "late", "says"),
    [
        (None, 0, ""),
        (MONDAY + 8 * HOUR, 0, "due today by 17:00"),
        (MONDAY + 25 * HOUR, 0, "due tomorrow by 10:00"),
        (MONDAY + 73 * HOUR, 0, "due Thursday"),
        (MONDAY + 24 * 18 * HOUR, 0, "due 3 April"),
        (MONDAY - HOUR, 0, "overdue since 08:00"),
        (MONDAY - 64 * HOUR, 0, "overdue since Friday"),
        (MONDAY - 90 * HOUR, 1, "overdue by 1 working day"),
        (MONDAY - 90 * HOUR, 2, "overdue by 2 working days"),
    ],
)
def test_due_is_told_in_words_by_the_readers_clocks(
    due: datetime | None, late: int, says: str
) -> None:
    assert words.due_words(ball(due=due, late=late), BERLIN) == says


@pytest.mark.parametrize(
    ("until", "days"),
    [("16T08:59", 0), ("16T09:00", 1), ("17T12:00", 2), ("14T12:00", 0), ("18T12:00", 2)],
)
def test_days_late_are_working_days_that_have_begun(until: str, days: int) -> None:
    card = Calendar({1, 2, 3, 4, 5}, datetime.min.time().replace(hour=9),
                    datetime.min.time().replace(hour=17), "UTC",
                    holidays={date(2026, 3, 18)})  # fmt: skip
    friday = datetime.fromisoformat("2026-03-13T16:00+00:00")
    at = datetime.fromisoformat(f"2026-03-{until}+00:00")
    assert business_days_between(card, friday, at) == days


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (None, ""),
        (date(2026, 6, 22), "Target 22 June, in 14 weeks."),
        (date(2026, 3, 21), "Target 21 March, in 5 days."),
        (date(2026, 3, 16), "Target today."),
        (date(2026, 3, 15), "Target was 15 March, 1 day ago."),
        (date(2027, 3, 15), "Target 15 March 2027, in 52 weeks."),
    ],
)
def test_target_is_told_with_what_it_means(target: date | None, says: str) -> None:
    assert words.target_words(facts(job(target_on=target)), MONDAY.date()) == says
    closed = job(target_on=target, status=Status.FILLED, closed_on=MONDAY.date())
    assert words.target_words(facts(closed), MONDAY.date()) == ""


def test_promises_kept_and_missed_stand_under_what_comes_next() -> None:
    line = facts(
        job(),
        moved={Stage.MET: 3},
        promises=[
            promise(Stage.MET, 2, FRIDAY, kept_on=date(2026, 3, 13)),
            promise(Stage.SUBMITTED, 4, date(2026, 3, 13)),
            promise(Stage.INTERVIEWED, 1, FRIDAY),
        ],
        next_step="Call both finalists",
    )
    assert words.coming(line) == {
        "title": "Data Engineer",
        "next_step": "Call both finalists",
        "kept": ["Promise kept: 2 met"],
        "missed": ["Promised by Friday 13 March and still to come: 4 resumes submitted"],
        "promised": ["Promised: 1 interview held by Friday 20 March"],
    }
    assert words.changed(line) == ""


# --- what there is to tap ------------------------------------------------------------------


def test_each_thing_has_a_link_that_settles_it() -> None:
    early, later = MONDAY - 48 * HOUR, MONDAY - 24 * HOUR
    asked = [
        SIGNATURE,
        DECISIONS,
        waiting(job(), ball=ball(Kind.FEEDBACK, interviews=((early, UUID(int=8)),))),
        waiting(job(), ball=ball(Kind.FEEDBACK, count=2, interviews=(
            (early, UUID(int=8)), (later, UUID(int=9))))),
        QUESTION,
        waiting(job(status=Status.INTAKE)),
        waiting(job(status=Status.ON_HOLD)),
    ]  # fmt: skip
    text = written(letter([facts(job())], asked)).text
    found = re.findall(r"^  (.+): (?:http://[^/]+)?(/[^/]+/[^/]+/|\S+@\S+)", text, re.MULTILINE)
    assert found[:9] == [
        ("Read it and sign", "/mail/brief/"),
        ("Decide on 2 resumes", "/mail/slate/"),
        ("Say how it was", "/mail/feedback/"),
        ("Say how the one of Saturday 14 March, 09:00 was", "/mail/feedback/"),
        ("Say how the one of Sunday 15 March, 09:00 was", "/mail/feedback/"),
        ("Answer the question", f"/questions/{UUID(int=7)}/"),
        ("Answer in writing", "/mail/writing/"),
        ("Write to Rosa", "recruiter@acme.example"),
        ("Open it", f"/requisitions/{UUID(int=101)}/"),
    ]


# --- whom an answer reaches ----------------------------------------------------------------


def test_answer_reaches_recruiters_who_are_there_and_who_stands_in_for_them() -> None:
    lead = User(id=UUID(int=20), email="lead@x.example", role=Role.LEAD)
    gone = User(id=UUID(int=21), email="gone@x.example", role=Role.RECRUITER, is_active=False)
    left = User(id=UUID(int=22), email="left@x.example", role=Role.RECRUITER)
    people = {(ROSA.pk, ACME.pk), (gone.pk, ACME.pk)}
    circle = _Circle({}, people, {}, {(ROSA.pk, ACME.pk): "stand.in@x.example"})
    assert circle.answers_go_to([gone, lead, left, ROSA], ACME) == [
        "lead@x.example", "recruiter@acme.example", "stand.in@x.example",
    ]  # fmt: skip


def test_letter_that_nobody_would_answer_says_nothing_of_it() -> None:
    there, nobody = letter([facts(job())]), letter([facts(job())], answers_go_to=[])
    assert written(there).headers["Reply-To"] == "recruiter@acme.example"
    assert "Just answer this mail" in written(there).text
    assert "Reply-To" not in written(nobody).headers
    assert "Just answer this mail" not in written(nobody).text


# --- how long it becomes -------------------------------------------------------------------


def test_letter_about_60_busy_jobs_with_60_things_waiting_is_told_whole() -> None:
    html = written(busy(SHOWN)).html
    assert len(html.encode()) < HTML_MAX
    assert len(re.findall(r"/mail/(?:slate|brief)/", html)) == SHOWN
    assert len(re.findall(r"/requisitions/[^/]+/\"", html)) == SHOWN
    assert "more</a>" not in html


@pytest.mark.parametrize("number", [SHOWN, 400])
def test_longest_letter_fits_and_says_what_is_left_out(number: int) -> None:
    html = written(busy(number, "東" * 196)).html
    assert HTML_MAX * 0.8 < len(html.encode()) <= HTML_MAX
    shown = len(re.findall(r"/requisitions/[^/]+/\"", html))
    assert 20 < shown <= SHOWN
    assert html.count(f">And {number - shown} more</a>") == 2


# --- the same each time --------------------------------------------------------------------


def test_same_snapshot_gives_the_same_bytes_in_processes_that_hash_otherwise() -> None:
    here = printed(busy(7))
    assert printed(busy(7)) == here
    code = (
        "import django; django.setup()\n"
        "from tests.letters import busy, printed\nprint(printed(busy(7)))"
    )
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    there = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert there.stdout.strip() == here


# --- as mail programs want it --------------------------------------------------------------


def test_styles_are_at_their_elements_and_no_row_opens_a_table_body() -> None:
    row = '<a href="{{ x }}">{{ x }}</a></td></tr>{% endfor %}</table>'
    style = "<style>td { color: red } .a { margin: 0 }</style>"
    made = inlined(f'{style}<table>{{% for x in y %}}<tr><td class="a">{row}')
    assert f'{{% for x in y %}}<tr><td class="a" style="color:red;margin:0">{row}' in made


def test_dark_rules_are_there_for_outlook_too() -> None:
    html = written(letter([facts(job())], [DECISIONS])).html
    assert ".tap { color: #ebe7df !important;" in html.partition("@media (prefers-color")[2]
    assert "[data-ogsc] .tap { color: #ebe7df !important;" in html


def test_letter_asks_for_nothing_from_elsewhere_and_names_its_language() -> None:
    html: Rendered | str = written(replace(busy(3), manager=MANAGER, since=LAST.date())).html
    assert not re.search(r"<img|<link|<script|url\(|@import|src=", str(html))
    assert '<html lang="en" dir="ltr">' in str(html)
    assert str(html).count("<table") == str(html).count('role="presentation"')
