"""An old backup is restored while everything runs."""

import re
import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from tests.faults import crowd
from tests.faults.ledger import Ledger
from tests.faults.queue import Browser
from tests.faults.stage import Figures, Stage, promise, wait_until

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PEOPLE = 60
AGE = timedelta(weeks=3)


def restored_backup(stage: Stage) -> Figures:
    """A three-week-old backup restored while beat runs"""
    ledger = Ledger(stage)
    people = crowd.managers(PEOPLE)
    taken_at = timezone.now().replace(hour=10, minute=30, second=0, microsecond=0) - AGE
    crowd.wish_for_now(people, taken_at - 90 * MINUTE)
    crowd.wish_for_now(people[PEOPLE // 2 :], taken_at + 90 * MINUTE, others=False)
    _send(stage, taken_at - 90 * MINUTE)
    _send(stage, taken_at)  # the afternoon's rows are in the backup, waiting
    backup = stage.folder / "backup"
    _postgres(stage, "pg_dump", "--format=custom", f"--file={backup}", _place(stage))
    for week in range(3):
        _send(stage, taken_at + timedelta(weeks=week) + 2 * HOUR)
    sent_before = stage.mail.count

    beat, worker = stage.beat(), stage.worker()
    ledger.sweep_until(lambda: "sweep" in worker.said, "it runs as ever")
    wait_until(ledger.is_at_rest, "what is due today has gone")
    sent_today = stage.mail.count - sent_before
    crowd.administer(stage, "CREATE DATABASE restored")
    restored = _place(stage).replace(f"/{crowd.SCENE}?", "/restored?")
    _postgres(stage, "pg_restore", f"--dbname={restored}", str(backup))
    crowd.administer(
        stage,
        "DROP DATABASE IF EXISTS lost WITH (FORCE)",
        f"ALTER DATABASE {crowd.SCENE} ALLOW_CONNECTIONS false",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'same_page'",
        f"ALTER DATABASE {crowd.SCENE} RENAME TO lost",
        f"ALTER DATABASE restored RENAME TO {crowd.SCENE}",
    )
    ledger.sweep_until(lambda: _held(ledger), "sending is held", seconds=90)
    [(why,)] = _held(ledger)
    _sweep_for_a_while(ledger)
    before_release = stage.mail.count
    waiting = ledger.states()["pending"]

    stage.collect_static()
    web, browser = stage.of_procfile("web"), Browser(stage.environment["SITE_URL"])
    wait_until(browser.answers, "the web server answers")
    browser.post("/accounts/login/", login="lead@same-page.example", password=crowd.PASSWORD)
    shown = re.search(r'name="hold" value="([0-9a-f-]+)"', browser.get("/mail/"))
    promise(shown, "the lead is shown that mail is held")
    assert shown is not None
    browser.post("/mail/release/", seen="/mail/", hold=shown[1], due="skip")
    promise(not _held(ledger), "the lead has released it")
    _sweep_for_a_while(ledger)
    promise(worker.is_running and beat.is_running and web.is_running, "all lived through it")
    after_release = stage.mail.count - before_release
    stage.clear()
    _send(stage, timezone.now().replace(hour=12, minute=30) + timedelta(weeks=1))
    figures: Figures = {
        "digests in the weeks before": sent_before + sent_today,
        "held because": why,
        "waiting in the backup": waiting,
        "went while held": before_release - sent_before - sent_today,
        "old digests after the release": after_release,
        "digests of the week after it": stage.mail.count - before_release - after_release,
        "duplicates": stage.mail.count - len({one.message_id for one in stage.mail.tally.taken}),
    }
    promise(waiting >= PEOPLE // 2, f"old digests wait in it, or it proves nothing: {figures}")
    promise(not figures["went while held"] and not after_release, f"0 old digests: {figures}")
    promise(figures["digests of the week after it"] == PEOPLE, f"the next ones go: {figures}")
    promise(not figures["duplicates"], f"0 duplicates: {figures}")
    return figures


def _held(ledger: Ledger) -> list[tuple[str]]:
    return ledger.ask("SELECT why FROM mailing_sendinghold WHERE released_at IS NULL")


def _sweep_for_a_while(ledger: Ledger) -> None:
    for _ in range(6):
        ledger.sweep()
        time.sleep(1)
    wait_until(ledger.nothing_is_sent, "nothing is on its way")


def _send(stage: Stage, at: datetime) -> None:
    promise(stage.manage("send_digests", "--now", at.isoformat()).wait() == 0, f"a sweep at {at}")


def _place(stage: Stage) -> str:
    """The database as PostgreSQL's own programs name it."""
    return stage.url.replace("postgres://", "postgresql://")


def _postgres(stage: Stage, program: str, *words: str) -> None:
    command, *_ = stage.started("postgres")
    subprocess.run([str(Path(command).parent / program), *words], check=True)


SCENARIOS = (restored_backup,)
