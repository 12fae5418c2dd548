"""Outages from an hour to three weeks, and clocks that jump: processes on clocks of their own."""

import signal
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as hour_of_day
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils import timezone

from recruiting.accounts.models import Preferences, User, WorkingCard
from recruiting.lib.businesstime import Calendar, is_working, next_working_instant
from recruiting.run import commands
from tests.faults import crowd
from tests.faults.ledger import Ledger
from tests.faults.smtp import Taken, Tally
from tests.faults.stage import Figures, Process, Stage, promise, wait_until

ZONES = (
    "Australia/Lord_Howe", "Asia/Tokyo", "Asia/Kolkata", "Europe/Berlin", "America/New_York",
    "America/Los_Angeles",
)  # fmt: skip
HOUR = timedelta(hours=1)
OUTAGES = {
    "1 hour": HOUR,
    "26 hours": timedelta(hours=26),
    "4 days": timedelta(days=4),
    "3 weeks": timedelta(weeks=3),
}
RATE_CAP = 20
"""Messages in a second that docs/digest.md promises at most."""

JITTER = 6
"""Messages that may come in the same second beside those: a moment that a busy machine has missed
by less than a quarter of a second is still used."""

STARTS, ENDS = hour_of_day(9), hour_of_day(17)


def outages(stage: Stage) -> Figures:
    """Outages of 1 hour, 26 hours, 4 days and 3 weeks, in six zones"""
    figures: Figures = {}
    for name, lasts in OUTAGES.items():
        crowd.fresh_scene(stage)
        stage.restart_redis()
        stage.mail.reset()
        figures[name] = _outage(stage, lasts)
        stage.clear()
    return figures


def _outage(stage: Stage, lasts: timedelta) -> str:
    """Digests are due on Monday at 8 by each one's clock; nothing runs from Sunday 22:00 in UTC
    until `lasts` after it is 8 in Berlin."""
    ledger = Ledger(stage)
    people = crowd.managers()
    monday = a_monday()
    begins = monday - 2 * HOUR
    ends = datetime.combine(monday, hour_of_day(8), ZoneInfo("Europe/Berlin")) + lasts
    _spread(people, begins - HOUR)
    stage.manage("send_digests", "--now", begins.isoformat()).wait()
    before = stage.mail.count
    shifted(stage, "beat", ends)
    worker = shifted(stage, "worker", ends)
    stage.wait_for_worker(worker)
    swept = _swept(worker)
    wait_until(lambda: _swept(worker) > swept or swept, "the restored worker sweeps", 30)
    wait_until(lambda: is_at_rest(ledger, ends), "what is due at the end has gone", 120)
    stage.clear()
    burst = stage.mail.count - before
    now = ends
    for _ in range(60):
        stage.manage("send_digests", "--now", now.isoformat()).wait()
        [(waits,)] = ledger.ask(
            "SELECT min(next_attempt_at) FROM mailing_mail WHERE state = 'pending'"
        )
        if waits is None and now >= ends + timedelta(days=1):
            break
        now = waits or max(now, ends) + timedelta(days=1)
    states = ledger.states()
    tally = stage.mail.tally
    _check(people, tally, monday, begins, ends, ledger)
    duplicates = len(tally.taken) - len({one.message_id for one in tally.taken})
    return (
        f"{stage.mail.count} sent, {burst} at once when it ended, {states['skipped']} skipped, "
        f"{duplicates} duplicates, none late outside working hours, "
        f"at most {tally.most_in_a_second()} in a second"
    )


def _check(
    people: Sequence[User],
    tally: Tally,
    monday: datetime,
    begins: datetime,
    ends: datetime,
    ledger: Ledger,
) -> None:
    """By the rule as the design words it, worked out anew for every person and week."""
    most = tally.most_in_a_second()
    promise(most <= RATE_CAP + JITTER, f"never above the rate cap: {most} in a second")
    promise(len({t.message_id for t in tally.taken}) == len(tally.taken), "0 duplicates")
    zones = {user.email: ZONES[number % len(ZONES)] for number, user in enumerate(people)}
    sent_at: dict[str, list[datetime]] = {email: [] for email in zones}
    for one in tally.taken:
        sent_at[one.recipient].append(written_at(one))
    for email, zone in zones.items():
        hours = Calendar(frozenset({1, 2, 3, 4, 5}), STARTS, ENDS, zone)
        expected = []
        for week in range(4):
            slot = _slot(monday + timedelta(weeks=week), zone)
            if slot > ends + timedelta(days=2):
                break
            goes = _goes(slot, begins, ends, hours)
            if goes is not None and _is_written_down(slot, begins, ends, zone):
                expected.append(goes)
        got = sent_at[email]
        close = len(got) == len(expected) and all(
            abs(one - other) <= timedelta(minutes=10)
            for one, other in zip(got, expected, strict=True)
        )
        promise(close, f"{email} in {zone}: went {got}, should go {expected}")
        for at in got:
            local = at.astimezone(ZoneInfo(zone))
            on_time = local.isoweekday() == 1 and hour_of_day(8) <= local.time() <= STARTS
            promise(on_time or is_working(hours, at), f"{email} in {zone} gets it at {local}")


def _goes(slot: datetime, begins: datetime, ends: datetime, hours: Calendar) -> datetime | None:
    """None: never. What was due before the outage goes with the last sweep, at its begin."""
    if slot <= begins or slot >= ends:
        return max(slot, begins)
    late = ends - slot
    if late <= HOUR:
        return ends
    return next_working_instant(hours, ends) if late < timedelta(days=3) else None


def _is_written_down(slot: datetime, begins: datetime, ends: datetime, zone: str) -> bool:
    """Whether its week was the current one for the person when something ran."""
    here = ZoneInfo(zone)
    week, before, after = (at.astimezone(here).isocalendar()[:2] for at in (slot, begins, ends))
    return slot <= begins or slot >= ends or week in {before, after}


def written_at(one: Taken) -> datetime:
    """By the clock of the worker that wrote it."""
    return parsedate_to_datetime(str(BytesHeaderParser().parsebytes(one.content)["Date"]))


def a_monday() -> datetime:
    """Midnight in UTC of a Monday to come, when everything in the crowd has happened."""
    today = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=15 - today.isoweekday())


def _slot(monday: datetime, zone: str) -> datetime:
    return datetime.combine(monday.date(), hour_of_day(8), ZoneInfo(zone)).astimezone(UTC)


def _spread(people: Sequence[User], since: datetime) -> None:
    for number, zone in enumerate(ZONES):
        WorkingCard.objects.filter(user__in=people[number :: len(ZONES)]).update(
            zone=zone, days=[1, 2, 3, 4, 5], starts=STARTS, ends=ENDS
        )
    Preferences.objects.update(digest_weekday=1, digest_hour=8, digest_since=since)


def shifted(stage: Stage, kind: str, at: datetime, **environment: str) -> Process:
    """A process of the Procfile on a clock that begins at `at`."""
    celery, *words = commands(Path("Procfile"))[kind]
    promise(celery == "celery", "the Procfile starts Celery")
    state = stage.folder / f"var-{kind}-{at:%Y%m%d%H%M}-{len(stage.processes)}"
    state.mkdir(exist_ok=True)
    command = ["python", "-m", "tests.faults.shifted", at.isoformat(), *words]
    return stage.run(kind, command, VAR_DIR=str(state), **environment)


def _swept(worker: Process) -> int:
    return worker.said.count("recruiting.mailing.tasks.sweep")


def is_at_rest(ledger: Ledger, now: datetime) -> bool:
    sql = """SELECT 1 FROM mailing_mail WHERE state IN ('claimed', 'sending')
             OR (state = 'pending' AND next_attempt_at <= %s) LIMIT 1"""
    some = ledger.ask("SELECT 1 FROM mailing_sweepbeat WHERE at >= %s", now)
    return bool(some) and not ledger.ask(sql, now)


# --- a clock that jumps --------------------------------------------------------------------

JUMPS = {"back an hour": -HOUR, "forward an hour": 2 * HOUR, "forward eight days": 8 * 24 * HOUR}
"""What is jumped by, so that the clock is an hour behind, an hour ahead, and days ahead."""


def jumping_clock(stage: Stage) -> Figures:
    """The clock jumps back an hour, forward an hour and forward eight days while mail goes out"""
    ledger = Ledger(stage)
    people = crowd.managers()
    start = a_monday() + 8 * HOUR
    Preferences.objects.update(digest_weekday=1, digest_hour=8, digest_since=start - 9 * HOUR)
    jump = stage.folder / "jump"
    stage.mail.pause = 0.02
    worker = shifted(stage, "worker", start, FAULTS_JUMP=str(jump))
    stage.wait_for_worker(worker)
    beat = shifted(stage, "beat", start, FAULTS_JUMP=str(jump))
    for number, by in enumerate(JUMPS.values(), start=1):
        goal = number * len(people) // 4
        ledger.sweep_until(partial(_has_gone, stage, goal), f"{goal} have gone")
        jump.write_text(str(by.total_seconds()))
        for process in (worker, beat):
            process.signal(signal.SIGUSR2)
    ledger.sweep_until(lambda: ledger.states()["sent"] >= 2 * len(people), "both weeks have gone")
    jump.write_text(str(-8 * 24 * HOUR.total_seconds()))
    for process in (worker, beat):
        process.signal(signal.SIGUSR2)
    for _ in range(5):
        ledger.sweep()
        time.sleep(1)
    wait_until(ledger.is_at_rest, "nothing more goes")
    weeks = Counter(
        period for (period,) in ledger.ask("SELECT period FROM mailing_mail WHERE kind = 'digest'")
    )
    figures: Figures = {
        "jumps": ", ".join(JUMPS) + ", and back",
        "mails by week": dict(weeks),
        "mails": stage.mail.count,
        "duplicates": stage.mail.count - len({one.message_id for one in stage.mail.tally.taken}),
    }
    promise(worker.is_running and beat.is_running, "worker and beat lived through it")
    promise(figures["duplicates"] == 0, f"0 duplicates: {figures}")
    promise(set(weeks.values()) == {len(people)}, f"one a week: {figures}")
    promise(stage.mail.count == 2 * len(people), f"one a week: {figures}")
    return figures


def _has_gone(stage: Stage, goal: int) -> bool:
    return stage.mail.count >= goal


SCENARIOS = (outages, jumping_clock)
