"""Redis forgets, restarts, is away; and hands out a task twice."""

import re
import signal
import time
from collections import Counter
from functools import partial
from http.cookiejar import CookieJar
from threading import Timer
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener
from uuid import uuid4

from django.utils import timezone

from recruiting.celery import app
from tests.faults import crowd
from tests.faults.ledger import Ledger
from tests.faults.smtp import Answer, Moment
from tests.faults.stage import Figures, Process, Stage, promise, wait_until

_TAKEN = re.compile(r"mailing\.tasks\.sweep\[[^\]]+\] received")

WAVE = 40
CONSUMES_AGAIN = 60
"""Seconds within which workers take tasks after the queue came back."""

AWAY = 75
"""Seconds for which Redis is really away: more than a tick of beat."""


def forgetful_queue(stage: Stage) -> Figures:
    """FLUSHALL and a restart of Redis at five points"""
    ledger = Ledger(stage)
    people = crowd.managers()
    worker, beat = stage.worker(), stage.beat()
    slowest = 0.0
    points = {
        "before anything is due": _when_idle,
        "wake-ups lie in the queue": _when_queued,
        "a batch is taken, nothing sent": _when_taken,
        "in the middle of a batch": _when_sending,
        "all sent, the task not yet ended": _when_sent,
    }
    for number, (point, comes_to) in enumerate(points.items()):
        wave = people[number * WAVE : (number + 1) * WAVE]
        before = stage.mail.count
        stage.mail.pause = 0.02
        crowd.wish_for_now(wave, timezone.now())
        comes_to(stage, ledger, worker, before)
        _forget(stage)
        slowest = max(slowest, _until_it_works(ledger, worker, f"workers consume again: {point}"))
        stage.restart_redis()
        stage.mail.behaviour = lambda at, recipient: None
        slowest = max(slowest, _until_it_works(ledger, worker, f"workers consume again: {point}"))
        # A worker whose message was acknowledged to nobody still has its claim, and goes on.
        ledger.sweep_until(partial(_has_gone, stage, before + WAVE), f"all are delivered: {point}")
    ticks_before = beat.said.count("Sending due task sweep-mail")
    wait_until(lambda: beat.said.count("Sending due task sweep-mail") > ticks_before, "beat ticks")
    time.sleep(2)
    figures: Figures = {
        "points": len(points),
        "mails": stage.mail.count,
        "missing": len({one.email for one in people} - set(stage.mail.tally.copies)),
        "duplicates": stage.mail.tally.duplicates,
        "slowest until a worker consumed again, seconds": round(slowest, 1),
    }
    promise(worker.is_running and beat.is_running, "neither worker nor beat was restarted")
    promise(figures["missing"] == figures["duplicates"] == 0, f"each once: {figures}")
    return figures


def _has_gone(stage: Stage, goal: int) -> bool:
    return stage.mail.count >= goal


def _when_idle(stage: Stage, ledger: Ledger, worker: Process, before: int) -> None:
    time.sleep(1)


def _when_queued(stage: Stage, ledger: Ledger, worker: Process, before: int) -> None:
    worker.signal(signal.SIGSTOP)
    for _ in range(3):
        ledger.sweep()
    Timer(1.5, worker.signal, [signal.SIGCONT]).start()


def _when_taken(stage: Stage, ledger: Ledger, worker: Process, before: int) -> None:
    stage.mail.behaviour = lambda at, who: Answer(wait=2) if at is Moment.BANNER else None
    ledger.sweep()
    wait_until(lambda: ledger.states()["claimed"], "a batch is taken", 30)


def _when_sending(stage: Stage, ledger: Ledger, worker: Process, before: int) -> None:
    ledger.sweep()
    wait_until(lambda: stage.mail.count >= before + WAVE // 2, "half of them are sent", 60)


def _when_sent(stage: Stage, ledger: Ledger, worker: Process, before: int) -> None:
    ledger.sweep()
    wait_until(lambda: stage.mail.count >= before + WAVE, "all of them are sent", 60)


def _forget(stage: Stage) -> None:
    with app.connection_for_write() as connection:
        connection.default_channel.client.flushall()  # type: ignore[attr-defined]


def _until_it_works(ledger: Ledger, worker: Process, what: str) -> float:
    """Seconds until the worker takes a task that is sent from now on."""
    taken = len(_TAKEN.findall(worker.said))
    return ledger.sweep_until(
        lambda: len(_TAKEN.findall(worker.said)) > taken, what, every=1, seconds=CONSUMES_AGAIN
    )


# --- away for an hour ----------------------------------------------------------------------


def absent_queue(stage: Stage) -> Figures:
    """Redis away for an hour"""
    ledger = Ledger(stage)
    people = crowd.managers(WAVE)
    stage.collect_static()
    web, worker, beat = stage.of_procfile("web"), stage.worker(), stage.beat()
    wait_until(Browser(stage.environment["SITE_URL"]).answers, "the web server answers")
    stage.halt("redis-server")
    crowd.wish_for_an_hour_ago(people, timezone.now())
    started = time.monotonic()
    slowest, visits = 0.0, 0
    while time.monotonic() - started < AWAY:
        asked = time.monotonic()
        _works_on(stage, visits)
        slowest = max(slowest, time.monotonic() - asked)
        visits += 1
        time.sleep(5)
    states = ledger.states()
    promise(not states["sent"], f"nobody was woken: {states}")
    stage.resume("redis-server")
    back = time.monotonic()
    wait_until(lambda: ledger.states()["sent"] >= len(people), "beat's own tick catches up", 200)
    caught_up = time.monotonic() - back
    promise(web.is_running and worker.is_running and beat.is_running, "nothing was restarted")
    copies = stage.mail.tally.copies
    figures: Figures = {
        "visits while it was away: password, sign-in code, a note": visits,
        "slowest visit, seconds": round(slowest, 1),
        "notes kept": ledger.ask("SELECT count(*) FROM status_updates_note")[0][0],
        "sign-in codes delivered without a queue": ledger.states("sign-in")["sent"],
        "missing": len({one.email for one in people} - set(copies)),
        "duplicates": stage.mail.tally.duplicates,
        "all delivered, seconds after it came back": round(caught_up),
    }
    promise(figures["missing"] == figures["duplicates"] == 0, f"each once: {figures}")
    promise(figures["notes kept"] == visits, f"each note is kept: {figures}")
    promise(figures["sign-in codes delivered without a queue"] == visits, f"codes: {figures}")
    return figures


def _works_on(stage: Stage, number: int) -> None:
    """A manager asks for a sign-in code; a recruiter signs in with a password and writes a note."""
    email = f"m{crowd.MANAGERS - 1 - number:03}@people.example"
    Browser(stage.environment["SITE_URL"]).post("/accounts/login/code/", email=email)
    browser = Browser(stage.environment["SITE_URL"])
    browser.post(
        "/accounts/login/",
        login=f"recruiter{number % crowd.CLIENTS}@same-page.example",
        password=crowd.PASSWORD,
    )
    [path, *_] = re.findall(r'href="(/requisitions/[0-9a-f-]{36}/)"', browser.get("/requisitions/"))
    browser.post(f"{path}notes/", seen=path, text=f"Note {number}", kind="note", key=str(uuid4()))


class Browser:
    """Cookies and forms, nothing else."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.jar = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self.jar))

    def answers(self) -> bool:
        try:
            return bool(self.get("/healthz"))
        except OSError:
            return False

    def get(self, path: str) -> str:
        with self._opener.open(f"{self.site}{path}", timeout=30) as answer:
            return str(answer.read().decode())

    def post(self, path: str, seen: str = "", **values: str) -> str:
        """Send a form that stands on the page `seen`, else on the page of its own address."""
        self.get(seen or path)
        token = next(cookie.value for cookie in self.jar if cookie.name == "csrftoken")
        data = urlencode(values | {"csrfmiddlewaretoken": token or ""}).encode()
        headers = {"Referer": f"{self.site}{seen or path}"}
        request = Request(f"{self.site}{path}", data, headers)  # noqa: S310 - our own address
        with self._opener.open(request, timeout=30) as answer:
            return str(answer.read().decode())


# --- handed out twice ----------------------------------------------------------------------

VISIBILITY = 5
"""Seconds after which Redis thinks that a worker has forgotten its task."""


def redelivery(stage: Stage) -> Figures:
    """Celery hands out a task again that is still being worked on"""
    ledger = Ledger(stage)
    people = crowd.managers(WAVE)
    crowd.wish_for_now(people, timezone.now())
    short = {
        "DJANGO_SETTINGS_MODULE": "tests.faults.forgetful_settings",
        "FAULTS_VISIBILITY": str(VISIBILITY),
    }
    stage.mail.pause = 130 / WAVE / 3  # longer than its sweep for lost tasks takes to come round
    workers = [stage.worker(name, **short) for name in ("worker-a", "worker-b")]
    ledger.sweep()
    wait_until(lambda: ledger.states()["sent"] >= len(people), "all are sent", 240)
    twice = _received_twice(workers)
    time.sleep(3)
    figures: Figures = {
        "mails": stage.mail.count,
        "tasks received twice": twice,
        "seconds that the task took": round(
            stage.mail.tally.taken[-1].at - stage.mail.tally.taken[0].at
        ),
        "extra mails": stage.mail.count - len(people),
    }
    promise(twice > 0, f"a task was handed out again, or nothing is proven: {figures}")
    promise(figures["extra mails"] == 0 and not stage.mail.tally.duplicates, f"0 extra: {figures}")
    return figures


def _received_twice(workers: list[Process]) -> int:
    ids = [
        found
        for worker in workers
        for found in re.findall(r"mailing\.tasks\.deliver\[([^\]]+)\] received", worker.said)
    ]
    return sum(count > 1 for count in Counter(ids).values())


SCENARIOS = (forgetful_queue, absent_queue, redelivery)
