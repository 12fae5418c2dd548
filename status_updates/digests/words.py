"""The digest in words: prepared once for both of its bodies. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString

from recruiting.approvals.balls import Ball
from recruiting.mailing.render import one_line
from requisitions.models import Stage
from requisitions.words import day_words, days_words, moved_words, since_words, stage_words
from status_updates.digests.schedule import FORTNIGHT
from status_updates.digests.snapshot import Letter
from status_updates.facts import Facts, PromiseFact
from status_updates.waiting import Waiting

NEWEST_STAGES = 2
"""How many of the moved stages stand in the subject, the furthest along first."""

TITLE_SHOWN = 40
"""Characters of a name or a requisition's title in the subject: the counts are to be seen."""

TITLE_AGAIN = 70
"""Characters of a title where the letter has it in full elsewhere."""

NAMES_SHOWN = 3

OWN_PLACE = ("Promised: ", "Promise kept: ", "Promise missed: ")
"""News that is told under what comes next."""


# --- the subject and the first lines -------------------------------------------------------


def subject(letter: Letter, for_whom: str = "") -> str:
    """ "2 decisions waiting · 3 requisitions · Data Analyst: first slate Friday". A manager of
    several clients reads first which one it is about."""
    client = one_line(letter.client.name, TITLE_SHOWN) if letter.is_one_of_several else ""
    before = [one_line(for_whom, TITLE_SHOWN), client]
    parts = [asks(letter.waiting), count(len(letter.lines))]
    promised = _next_promise(letter)
    if not (letter.waiting and promised):
        moved = [(stage, number) for stage, number in letter.moved.items() if number > 0]
        parts += [stage_words(*one) for one in reversed(moved[-NEWEST_STAGES:])]
    if promised:
        parts.append(promised)
    elif letter.is_quiet:
        quiet = _quiet(letter)
        parts.append(quiet[0].lower() + quiet[1:])
    return "".join(f"{part}: " for part in before if part) + " · ".join(filter(None, parts))


def asks(waiting: Sequence[Waiting]) -> str:
    """ "2 decisions and 1 more waiting", "1 signature waiting", "2 things waiting"."""
    counted = {
        "decision": sum(len(one.ball.item.submissions) for one in waiting
                        if one.ball and one.is_decision),
        "signature": sum(one.brief is not None for one in waiting),
        "feedback": sum(one.ball is not None and not one.is_decision for one in waiting),
        "question": sum(one.question is not None for one in waiting),
    }  # fmt: skip
    counted["thing"] = sum(not (one.ball or one.brief or one.question) for one in waiting)
    (first, number), *others = [*((name, n) for name, n in counted.items() if n), ("", 0)]
    if not number:
        return ""
    plural = first if number == 1 or first == "feedback" else f"{first}s"
    more = sum(n for _, n in others)
    return f"{number:,} {plural}{f' and {more:,} more' if more else ''} waiting"


def _next_promise(letter: Letter) -> str:
    """What is due next, within a week, so that the name of its day is clear."""
    due = [
        (promise.due_on, line.requisition.title, promise, line)
        for line in letter.lines
        for promise in line.open_promises
        if 0 <= (promise.due_on - letter.today).days < 7
    ]
    if not due:
        return ""
    on, title, promise, line = min(due, key=lambda one: one[:2])
    is_first_slate = promise.stage == Stage.SUBMITTED and not line.totals[Stage.SUBMITTED]
    day = "today" if on == letter.today else f"by {on:%A}"
    what = f"first slate {day.removeprefix('by ')}" if is_first_slate else f"{promise.text} {day}"
    return f"{one_line(title, TITLE_SHOWN)}: {what}"


def summary(letter: Letter) -> str:
    number = count(len(letter.lines))
    if letter.is_quiet:
        return f"{_quiet(letter)}: nothing was logged on your {number}."
    since = f"Since {weekday(letter.since)}"
    if letter.is_first:
        is_week = letter.period.days < FORTNIGHT
        since = "In the last seven days" if is_week else "In the last two weeks"
    if moved := letter.moved:
        return f"{since}: {moved_words(moved)}, over {number}."
    return f"{since} no counts moved on your {number}, but other things did."


def _quiet(letter: Letter) -> str:
    """However often it comes: "A quiet day", "A quiet week", "Quiet since 2 March"."""
    days = (letter.today - letter.since).days
    if days < 2:
        return "A quiet day"
    if 5 <= days < 10:
        return "A quiet week"
    return f"Quiet since {since_words(letter.since, letter.today)}"


def preheader(waiting: Sequence[Mapping[str, Any]], coming: Sequence[Mapping[str, Any]]) -> str:
    """What a list of mails shows beside the subject, and the subject does not say: what has waited
    longest, or else what comes next."""
    if waiting:
        first = waiting[0]
        due = f", {first['due']}" if first["due"] else ""
        return f"{first['title']}: {first['text']}{due}."
    steps = [one for one in coming if one["next_step"]]
    if steps:
        return f"Nothing waits on you. {steps[0]['title']}: {steps[0]['next_step']}"
    return "Nothing waits on you."


# --- what waits ----------------------------------------------------------------------------


def waits(one: Waiting, zone: tzinfo, reader: UUID) -> str:
    """ "3 resumes of slate 2, waiting since Tuesday"; on whom only where it is not the reader."""
    ball = one.ball
    if ball is None:
        return one.text
    if ball.holder != reader:
        return f"{ball.item.text}, {ball.waits(zone, reader)}"
    since = since_words(ball.since.astimezone(zone).date(), ball.now.astimezone(zone).date())
    return f"{ball.item.text}, waiting since {since}"


def due_words(ball: Ball, zone: tzinfo) -> str:
    """ "due today by 17:00", "due Thursday", "overdue by 2 working days": of who holds it, in the
    reader's clocks. Nothing where nobody can say."""
    if ball.due is None:
        return ""
    due, now = ball.due.astimezone(zone), ball.now.astimezone(zone)
    days = (due.date() - now.date()).days
    if not ball.is_overdue:
        if days < 2:
            return f"due {'tomorrow' if days else 'today'} by {due:%H:%M}"
        return f"due {due:%A}" if days < 7 else f"due {day_words(due.date())}"
    if ball.days_late:
        return f"overdue by {ball.days_late:,} working day{'' if ball.days_late == 1 else 's'}"
    since = since_words(due.date(), now.date()) if days else f"{due:%H:%M}"
    return f"overdue since {since}"


def held_on(begins_at: datetime, zone: tzinfo) -> str:
    """Which of several interviews, without a name: "Tuesday 10 March, 14:00"."""
    local = begins_at.astimezone(zone)
    return f"{weekday(local.date())}, {local:%H:%M}"


# --- a line for each requisition -----------------------------------------------------------


def changed(line: Facts) -> str:
    """What is new beside the counts and the promises, which have their own places."""
    moved = line.moved_words
    news = (one for one in line.news if one != moved and not one.startswith(OWN_PLACE))
    return "; ".join(news)


def numbers(line: Facts, url: str, today: date) -> dict[str, Any]:
    figures, marked = [], []
    for stage in line.stages:
        total = line.totals[stage]
        if total or stage in line.moved:
            words, change = stage_words(stage, total), _change(line.moved, stage)
            figures.append(f"{words} ({change})" if change else words)
            marked.append(f"{words} <b>{change}</b>" if change else words)
    note = _open_for(line) if figures and line.health in ("healthy", "quiet") else line.sentence
    return {
        "title": line.requisition.title,
        "url": url,
        "figures": ", ".join(figures),
        "marked": SafeString(", ".join(marked)),  # our own words and numbers, and nobody's text
        "note": " ".join(filter(None, [note, target_words(line, today)])),
    }


def _open_for(line: Facts) -> str:
    """Where it stands, the figures left out, which stand beside it."""
    quiet = f"; nothing logged for {days_words(line.quiet_days or 0)}"
    return f"Open for {days_words(line.days_open or 0)}{quiet if line.health == 'quiet' else ''}."


def _change(moved: Mapping[Stage, int], stage: Stage) -> str:
    return f"{moved[stage]:+,}".replace("-", "\N{MINUS SIGN}") if stage in moved else ""


def target_words(line: Facts, today: date) -> str:
    """ "Target 1 March, in 14 weeks." As long as the job is to be filled."""
    on = line.requisition.target_on
    if on is None or line.requisition.is_closed:
        return ""
    days = (on - today).days
    day = day_words(on) if on.year == today.year else f"{day_words(on)} {on.year}"
    if days == 0:
        return "Target today."
    far = days_words(abs(days)) if abs(days) < 14 else f"{round(abs(days) / 7):,} weeks"
    return f"Target {day}, in {far}." if days > 0 else f"Target was {day}, {far} ago."


def coming(line: Facts) -> dict[str, Any] | None:
    """The next step, and what was promised: kept since the last letter, missed, or to come."""
    is_over = line.requisition.is_closed
    kept = [f"Promise kept: {what}" for what in line.kept]
    promises = [] if is_over else line.open_promises
    next_step = "" if is_over else line.next_step
    if not (kept or promises or next_step):
        return None
    return {
        "title": one_line(line.requisition.title, TITLE_AGAIN),
        "next_step": next_step,
        "kept": kept,
        "missed": [_missed(one) for one in promises if one.state == "missed"],
        "promised": [_promised(one) for one in promises if one.state != "missed"],
    }


def _missed(promise: PromiseFact) -> str:
    return f"Promised by {weekday(promise.due_on)} and still to come: {promise.text}"


def _promised(promise: PromiseFact) -> str:
    return f"Promised: {promise.text} by {weekday(promise.due_on)}{promise.moved_words}"


# --- small words ---------------------------------------------------------------------------


def count(number: int) -> str:
    return "1 requisition" if number == 1 else f"{number:,} requisitions"


@lru_cache(maxsize=1024)
def weekday(day: date) -> str:
    """ "Monday 16 March"."""
    return f"{day:%A} {day.day} {day:%B}"


def names(people: Sequence[str]) -> str:
    """ "Ana", "Ana and Jo", "Ana, Jo and Kim", "Ana, Jo, Kim and 4 others"."""
    if len(people) > NAMES_SHOWN + 1:
        people = [*people[:NAMES_SHOWN], f"{len(people) - NAMES_SHOWN:,} others"]
    if len(people) < 2:
        return "".join(people)
    return f"{', '.join(people[:-1])} and {people[-1]}"
