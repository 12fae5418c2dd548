"""Workers and the database die; many sweep at once; a worker sleeps past its lease."""

import os
import random
import re
import signal
import time
from contextlib import suppress
from threading import Event

from django.utils import timezone

from tests.faults import crowd
from tests.faults.ledger import Ledger
from tests.faults.smtp import Answer, Moment
from tests.faults.stage import Broken, Figures, Process, Stage, promise, wait_until

KILLS = 40
RESTARTS = 2
SEED = 6

GRACE = 0.5
"""Seconds until what a dead worker had on the wire has surely ended."""


def killed_workers(stage: Stage) -> Figures:
    """200 managers, 40 kills of workers, 2 immediate restarts of PostgreSQL"""
    chance = random.Random(SEED)  # noqa: S311 - the same moments each time
    ledger = Ledger(stage)
    people = crowd.managers()
    crowd.wish_for_now(people, timezone.now())
    ledger.watch_claims()
    stage.mail.pause = 0.03
    beat = stage.beat()
    workers = {name: stage.worker(name) for name in ("worker-a", "worker-b", "worker-c")}
    restart_after = {chance.randrange(KILLS // 4, KILLS // 2), chance.randrange(KILLS // 2, KILLS)}
    kinds = {"a whole worker": 0, "its children": 0}
    kills = 0
    while kills < KILLS:
        ledger.sweep()
        with suppress(Broken):
            wait_until(ledger.workers_at_work, "a worker is at work", 4)
        if kills in restart_after:
            restart_after.remove(kills)
            time.sleep(chance.uniform(0, 0.6))
            stage.restart_postgres_at_once()
        time.sleep(chance.uniform(0, 0.9))
        busy = sorted(ledger.workers_at_work()) or sorted(workers)
        name = chance.choice(busy)
        kinds[_kill(workers[name], chance)] += 1
        ledger.note_death_of(name)
        kills += 1
        if not workers[name].is_running:
            workers[name] = stage.worker(name)
        time.sleep(GRACE)
        ledger.let_leases_of_the_dead_run_out()
        ledger.let_waits_end()
    left_after_kills = sum(ledger.states().values()) - ledger.states()["sent"]

    def done() -> bool:
        ledger.let_leases_of_the_dead_run_out()
        ledger.let_waits_end()
        return ledger.has_ended()

    ledger.sweep_until(done, "every mail has come to its end", seconds=240)
    promise(beat.is_running, "beat lived through it")
    tally, states = stage.mail.tally, ledger.states()
    missing = {one.email for one in people} - set(tally.copies)
    figures: Figures = {
        "managers": len(people),
        "kills": ", ".join([str(kills), *(f"{count} of {what}" for what, count in kinds.items())]),
        "immediate restarts of PostgreSQL": RESTARTS,
        "left when the last kill had come": left_after_kills,
        "missing": len(missing),
        "duplicates through a relay": tally.duplicates_by_relay,
        "duplicates on plain SMTP": tally.duplicates,
        "interruptions in the ledger": ledger.interruptions,
        "states": dict(states),
    }
    promise(sum(states.values()) == len(people), f"one row each: {figures}")
    promise(not missing, f"0 missing: {figures} {missing}")
    promise(tally.duplicates_by_relay == 0, f"0 duplicates through a relay: {figures}")
    promise(tally.duplicates <= kills, f"no more duplicates than kills: {figures}")
    promise(tally.duplicates <= ledger.interruptions, f"each is counted: {figures}")
    return figures


def _kill(worker: Process, chance: random.Random) -> str:
    """All of a worker at once, or those that work in it, as the kernel does without memory."""
    children = worker.children()
    if chance.random() < 0.5 or not children:
        worker.kill()
        return "a whole worker"
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    return "its children"


def many_sweepers(stage: Stage) -> Figures:
    """Three beats and ten sweepers at once"""
    ledger = Ledger(stage)
    people = crowd.managers()
    crowd.wish_for_now(people, timezone.now())
    workers = [stage.worker(name) for name in ("worker-a", "worker-b")]
    beats = [stage.beat(f"beat-{number}") for number in range(3)]
    sweepers = [stage.manage("send_digests", name=f"sweeper-{number}") for number in range(10)]
    codes = [sweeper.wait() for sweeper in sweepers]
    ledger.sweep_until(lambda: ledger.states()["sent"] >= len(people), "all are sent", every=5)

    def ticks() -> int:
        return sum(beat.said.count("Sending due task sweep-mail") for beat in beats)

    wait_until(lambda: ticks() >= len(beats), "each beat ticks", 100)
    sweeps = sum(len(re.findall(r"mailing\.tasks\.sweep\S+ received", w.said)) for w in workers)
    time.sleep(3)
    figures: Figures = {
        "rows": sum(ledger.states().values()),
        "mails": stage.mail.count,
        "beats": f"{len(beats)} ({ticks()} ticks)",
        "sweepers": f"{len(sweepers)} and {sweeps} sweeps by workers",
        "duplicates": stage.mail.tally.duplicates,
    }
    promise(codes == [0] * len(sweepers), f"no sweeper failed: {codes}")
    promise(figures["rows"] == figures["mails"] == len(people), f"{len(people)} each: {figures}")
    promise(len(stage.mail.tally.copies) == len(people), f"each manager has one: {figures}")
    return figures


def sleeping_worker(stage: Stage) -> Figures:
    """A worker stopped (SIGSTOP) past its lease and continued: its late send is fenced off"""
    before = _slept(stage, Moment.RCPT)
    crowd.fresh_scene(stage)
    stage.mail.reset()
    during = _slept(stage, Moment.END)
    promise(before["duplicates"] == 0, f"stopped before DATA, nothing goes twice: {before}")
    promise(during["duplicates"] <= 1, f"stopped on the wire, that one mail at most: {during}")
    promise(during["interruptions"] == 1, f"and it is counted: {during}")
    figures: Figures = {f"{key}, stopped before DATA": value for key, value in before.items()}
    return figures | {f"{key}, stopped on the wire": value for key, value in during.items()}


def _slept(stage: Stage, moment: Moment) -> dict[str, int]:
    """Worker A is stopped at `moment` of the sixth mail, B sends them all, A wakes up."""
    ledger = Ledger(stage)
    people = crowd.managers(20)
    crowd.wish_for_now(people, timezone.now())
    reached, seen = Event(), 0

    def behaviour(at: Moment, recipient: str) -> Answer | None:
        nonlocal seen
        seen += at is moment
        if seen == 6 and not reached.is_set():
            reached.set()
            return Answer(wait=1.5, keeps=at is Moment.END)
        return None

    stage.mail.behaviour = behaviour
    first = stage.worker("worker-a")
    ledger.sweep()
    promise(reached.wait(30), "the first worker came to its sixth mail")
    first.signal(signal.SIGSTOP)
    ledger.let_all_leases_run_out()
    second = stage.worker("worker-b")
    ledger.sweep_until(lambda: ledger.states()["sent"] == len(people), "the second sends the rest")
    first.signal(signal.SIGCONT)
    wait_until(lambda: "mail_claim_lost" in first.said or "mail_delivered" in first.said,
               "the first notices that it has lost its claims")  # fmt: skip
    wait_until(lambda: "mailing.tasks.deliver" in first.said.rpartition("succeeded")[0],
               "the first has ended its task", 30)  # fmt: skip
    result = {
        "mails": len(stage.mail.tally.copies),
        "duplicates": stage.mail.tally.duplicates,
        "interruptions": ledger.interruptions,
        "sends fenced off": first.said.count("mail_claim_lost"),
    }
    first.kill()
    second.kill()
    promise(result["mails"] == len(people), f"everybody has one: {result}")
    return result


SCENARIOS = (killed_workers, many_sweepers, sleeping_worker)
