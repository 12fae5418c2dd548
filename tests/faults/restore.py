"""An old backup is restored while everything runs."""

import subprocess
from datetime import datetime, timedelta
from pathlib import Path

from tests.faults import crowd
from tests.faults.ledger import Ledger
from tests.faults.outages import HOUR, a_monday, is_at_rest, restart_clock, shifted
from tests.faults.queue import Browser
from tests.faults.stage import Stage, promise, wait_until

PEOPLE = 60
AGE = timedelta(weeks=3)


def restored_backup(stage: Stage) -> dict[str, object]:
    """A three-week-old backup restored while beat runs"""
    ledger = Ledger(stage)
    people = crowd.managers(PEOPLE)
    monday = a_monday()
    crowd.wish_for(people[: PEOPLE // 2], monday + 8 * HOUR)
    crowd.wish_for(people[PEOPLE // 2 :], monday + timedelta(days=2, hours=8))
    _send(stage, monday + 8 * HOUR)
    taken_at = monday + timedelta(days=1, hours=10)
    _send(stage, taken_at)  # the Wednesday's rows are in the backup, waiting
    backup = stage.folder / "backup"
    _postgres(stage, "pg_dump", "--format=custom", f"--file={backup}", _place(stage))
    at = monday + timedelta(days=2, hours=8)
    while at < taken_at + AGE:
        _send(stage, at)
        at += timedelta(days=5) if at.isoweekday() == 3 else timedelta(days=2)
    sent_before = stage.mail.count

    restored_at = taken_at + AGE
    beat = shifted(stage, "beat", restored_at)
    worker = shifted(stage, "worker", restored_at)
    stage.wait_for_worker(worker)
    ledger.sweep()
    wait_until(lambda: is_at_rest(ledger, restored_at), "it runs as ever")
    crowd.administer(stage, "CREATE DATABASE restored")
    restored = _place(stage).replace(f"/{crowd.SCENE}?", "/restored?")
    _postgres(stage, "pg_restore", f"--dbname={restored}", str(backup))
    crowd.administer(
        stage,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'same_page'",
        f"ALTER DATABASE {crowd.SCENE} RENAME TO lost",
        f"ALTER DATABASE restored RENAME TO {crowd.SCENE}",
    )
    held = lambda: ledger.ask("SELECT why FROM mailing_sendinghold WHERE released_at IS NULL")  # noqa: E731
    ledger.sweep_until(held, "sending is held", seconds=90)
    [(why,)] = held()
    for _ in range(5):
        ledger.sweep()
        restart_clock(1)
    went_while_held = stage.mail.count - sent_before
    waiting = ledger.states()["pending"]

    stage.manage("collectstatic", "--no-input", "--verbosity", "0").wait()
    web = shifted(stage, "web", restored_at + HOUR)
    site = stage.environment["SITE_URL"]
    wait_until(Browser(site).answers, "the web server answers")
    _release(Browser(site))
    wait_until(lambda: not held(), "a lead releases it", 10)
    for _ in range(5):
        ledger.sweep()
        restart_clock(1)
    wait_until(lambda: is_at_rest(ledger, restored_at), "nothing is on its way")
    old = stage.mail.count - sent_before
    promise(worker.is_running and beat.is_running and web.is_running, "all lived through it")
    stage.clear()

    _send(stage, restored_at + timedelta(days=1) - 2 * HOUR)  # the Wednesday of that week, at 8
    _send(stage, monday + timedelta(days=28, hours=8))
    new = stage.mail.count - sent_before - old
    figures: dict[str, object] = {
        "digests before": sent_before,
        "held because": why,
        "waiting in the backup": waiting,
        "went while held": went_while_held,
        "old digests after the release": old,
        "digests of the days after it": new,
        "duplicates": stage.mail.count - len({one.message_id for one in stage.mail.tally.taken}),
    }
    promise(waiting > 0, f"the backup holds old digests, or nothing is proven: {figures}")
    promise(went_while_held == 0 and old == 0, f"0 old digests: {figures}")
    promise(new >= PEOPLE // 2, f"the next ones go: {figures}")
    promise(figures["duplicates"] == 0, f"0 duplicates: {figures}")
    return figures


def _send(stage: Stage, at: datetime) -> None:
    promise(stage.manage("send_digests", "--now", at.isoformat()).wait() == 0, f"a sweep at {at}")


def _release(browser: Browser) -> None:
    browser.post("/accounts/login/", login="lead@same-page.example", password=crowd.PASSWORD)
    browser.post("/mail/release/", seen="/mail/")


def _place(stage: Stage) -> str:
    """The database as PostgreSQL's own programs name it."""
    return stage.url.replace("postgres://", "postgresql://")


def _postgres(stage: Stage, program: str, *words: str) -> None:
    command, *_ = stage.started("postgres")
    subprocess.run([str(Path(command).parent / program), *words], check=True)


SCENARIOS = (restored_backup,)
