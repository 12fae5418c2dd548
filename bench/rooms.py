"""Fifty intake rooms of two people on one web process: when the other sees what one has typed.

`python -m bench.rooms` measures these alone and prints their section. Each of the hundred asks for
news as `intake.js` does; in every second room one types, which is saved once a second, and takes
the brief anew after what has changed. A text counts as seen when the other's page has it.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from statistics import median, quantiles
from urllib.parse import urlencode

import psycopg

from bench import installation
from tests.servers import Servers

ROOMS = 50
SECONDS = 15
WARM_UP_SECONDS = 3
POLL_SECONDS = 1.1
SAVE_SECONDS = 1.0
DRAFT_SECONDS = 4.0
FLOOR = 200
"""Empty pages asked for, one after the other, to say what a request costs at least."""

TOKEN = "x" * 32
"""Both halves of the check against forged requests are ours here."""


@dataclass
class Taken:
    """What was measured. Times in seconds."""

    seen: list[float] = field(default_factory=list)
    polls: list[float] = field(default_factory=list)
    saves: list[float] = field(default_factory=list)
    requests: int = 0
    seconds: float = 0
    cpu: float = 0
    floor: float = 0


class Page:
    """A browser's connection, signed in."""

    def __init__(self, port: int, session: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {
            "Accept": "application/json",
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
        }

    def get(self, path: str) -> tuple[int, bytes]:
        return self._send("GET", path, None, {})

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, bytes]:
        form = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": TOKEN}
        return self._send("POST", path, urlencode(fields), form)

    def _send(
        self, method: str, path: str, body: str | None, more: dict[str, str]
    ) -> tuple[int, bytes]:
        self._connection.request(method, path, body, self._headers | more)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 204):
            raise RuntimeError(f"{method} {path} answered {answer.status}.")
        return answer.status, content


class Room:
    """One room: who types and when, and what the two pages know of it."""

    def __init__(self, port: int, pk: str, sessions: list[str], taken: Taken) -> None:
        self.base = f"/requisitions/{pk}/intake/"
        self.port, self.sessions, self.taken = port, sessions, taken
        self.sent: dict[str, float] = {}
        """When each text was sent that nobody has seen yet, in their order."""

    def person(self, number: int, wait: float, until: Callable[[], bool]) -> None:
        """Asks for news; takes the brief anew, at most every so often, when there was some."""
        page, revision, draft_at = Page(self.port, self.sessions[number]), 0, 0.0
        mark = ticket = ""
        time.sleep(wait)
        while until():
            started = time.perf_counter()
            query = urlencode({"since": revision, "mark": mark, "ticket": ticket})
            status, content = page.get(f"{self.base}news/?{query}")
            self._count(self.taken.polls, started)
            if status == 200:
                news = json.loads(content)
                revision, mark = news["revision"], news["mark"]
                ticket = news.get("ticket", ticket)
                if number == 1:
                    self._look(news["changed"])
                if news["changed"] and time.perf_counter() - draft_at > DRAFT_SECONDS:
                    draft_at = time.perf_counter()
                    page.get(f"{self.base}draft/?{urlencode({'ticket': ticket})}")
                    self.taken.requests += 1
            time.sleep(max(0.0, POLL_SECONDS - (time.perf_counter() - started)))

    def typist(self, wait: float, until: Callable[[], bool]) -> None:
        page, seen, number = Page(self.port, self.sessions[0]), "", 0
        time.sleep(wait)
        while until():
            text = f"{'What they do in the first year. ' * 5}{number}"
            number += 1
            started = time.perf_counter()
            self.sent[text] = started
            page.post(f"{self.base}answers/success-year/", {"text": text, "seen-text": seen})
            self._count(self.taken.saves, started)
            seen = text
            time.sleep(max(0.0, SAVE_SECONDS - (time.perf_counter() - started)))

    def _look(self, changed: list[dict[str, dict[str, str]]]) -> None:
        """With a text those before it are seen as well, whose place it has taken."""
        now = time.perf_counter()
        for one in changed:
            shown = one["values"].get("text", "")
            if shown not in self.sent:
                continue
            for text in list(self.sent):
                self.taken.seen.append(now - self.sent.pop(text))
                if text == shown:
                    break

    def _count(self, times: list[float], started: float) -> None:
        times.append(time.perf_counter() - started)
        self.taken.requests += 1


def section(servers: Servers, database: str) -> str:
    """Seed, measure, and say it as a section of the documentation."""
    volume = installation.Volume("rooms", managers=ROOMS, busy_managers=0)
    one = installation.make(servers, database, volume, installation.free_port())
    one.manage("migrate", "--verbosity", "0")
    one.manage("createcachetable")
    seeding = ("--checkpoints-per", "1", "--managers", str(ROOMS))
    one.manage("seed", "--requisitions", str(3 * ROOMS), *seeding)
    people = subprocess.run(
        [sys.executable, "-m", "bench.room_people", str(ROOMS)],
        env=os.environ | one.environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    with psycopg.connect(one.environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    with ExitStack() as stack:
        one.start()
        stack.callback(one.stop)
        return _written(_measure(one, json.loads(people.stdout)))


def _measure(one: installation.Installation, people: list[list[str]]) -> Taken:
    taken = Taken()
    rooms = [Room(one.port, pk, sessions, taken) for pk, *sessions in people]
    taken.floor = _floor(one.port, people[0][1])
    ends = time.perf_counter() + WARM_UP_SECONDS + SECONDS
    threads = []
    for place, room in enumerate(rooms):
        # Spread evenly over the interval, as pages that were opened at any moment are.
        for number in (0, 1):
            wait = POLL_SECONDS * (2 * place + number) / (2 * len(rooms))
            threads.append(_started(room.person, number, wait, lambda: time.perf_counter() < ends))
        if place % 2 == 0:
            wait = SAVE_SECONDS * place / len(rooms)
            threads.append(_started(room.typist, wait, lambda: time.perf_counter() < ends))
    time.sleep(WARM_UP_SECONDS)
    before, began = one.cpu_seconds(), time.perf_counter()
    for times in (taken.seen, taken.polls, taken.saves):
        times.clear()
    taken.requests = 0
    for thread in threads:
        thread.join()
    taken.seconds = time.perf_counter() - began
    taken.cpu = one.cpu_seconds() - before
    return taken


def _started(target: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments)
    thread.start()
    return thread


def _floor(port: int, session: str) -> float:
    """What an empty page takes, by one person alone, in seconds."""
    page, times = Page(port, session), []
    for _ in range(FLOOR):
        started = time.perf_counter()
        page.get("/empty/")
        times.append(time.perf_counter() - started)
    return median(times)


def _written(taken: Taken) -> str:
    seen, polls, saves = (
        f"{median(times):.2f} | {quantiles(times, n=20)[-1]:.2f}"
        for times in (taken.seen, taken.polls, taken.saves)
    )
    each = taken.cpu / taken.requests
    return f"""
## Intake rooms
{ROOMS} rooms of two on one web process, for {SECONDS} seconds. Each of the {2 * ROOMS} asks for
news every {POLL_SECONDS} seconds; in every second room one types without a pause, saved every
second, and both pages take the brief anew. Seconds; what is typed waits for up to 0.6 before it is
sent, and the aim is that the other sees it within two.

| | median | 95th percentile |
|---|---|---|
| from sending a text to its being seen | {seen} |
| asking for news | {polls} |
| saving | {saves} |

{taken.requests / taken.seconds:.0f} requests a second took {taken.cpu / taken.seconds:.0%} of one
core: {each * 1000:.1f} ms each, {each / taken.floor:.1f} times what an empty page takes one person
alone, from asking to answer.
"""


def main() -> None:
    servers = Servers()
    with ExitStack() as stack:
        stack.callback(servers.stop)
        database = servers.start_postgres()
        servers.start_redis()
        print(section(servers, database))


if __name__ == "__main__":
    main()
