"""Mail servers that refuse, hang, hang up, or are slow. Time goes by as the rows are moved."""

import re
import time
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from recruiting.accounts.models import User
from tests.faults import crowd
from tests.faults.ledger import Ledger
from tests.faults.smtp import FOR_EVER, Answer, Moment
from tests.faults.stage import Figures, Process, Stage, promise, wait_until

MINUTE = timedelta(minutes=1)
TWO_HOURS = timedelta(hours=2)
GREY = timedelta(minutes=6)
TIMEOUT = 2
"""Seconds for EMAIL_TIMEOUT, so that those who hang are given up soon."""

DATA_TIMEOUT = 40
"""Seconds for EMAIL_DATA_TIMEOUT: less than usual, and more than the slow server takes."""

SOON = 10 * MINUTE
"""Time within which a batch goes out in which every fourth recipient's server is out of order."""

OUT_OF_ORDER: dict[str, tuple[Moment, Answer]] = {
    "421": (Moment.RCPT, Answer("421 4.3.2 Closing", hangs_up=True)),
    "450": (Moment.RCPT, Answer("450 4.2.1 Mailbox busy")),
    "451": (Moment.RCPT, Answer("451 4.3.0 Local error")),
    "450 after the message": (Moment.END, Answer("450 4.7.1 Try later")),
    "451 at DATA": (Moment.DATA, Answer("451 4.3.0 Local error")),
}
"""For two hours, then as usual."""

FOR_GOOD: dict[str, tuple[Moment, Answer]] = {
    "550": (Moment.RCPT, Answer("550 5.1.1 No such user")),
    "multi-line 550": (
        Moment.RCPT,
        Answer("550-5.7.1 Our system has found\r\n550-5.7.1 this to be spam\r\n550 5.7.1 End"),
    ),
    "552": (Moment.RCPT, Answer("552 5.2.2 Mailbox full")),
    "552 after the message": (Moment.END, Answer("552 5.3.4 Too big")),
}

_SLOW = "250 after 30 s"
_DROP = "taken, then dropped"
_HANG = "hangs in DATA for an hour"
_HANG_END = "hangs after the message, never takes it"
_DEAD = "hangs at the recipient for ever"
_GREY = "greylisted for six minutes"
SINGLES = (_SLOW, _DROP, _HANG, _HANG_END, _DEAD, _GREY)


class Moody:
    """Who is treated how, by the address, at a time that travels with the rows."""

    def __init__(self, people: Sequence[User]) -> None:
        cases = (*OUT_OF_ORDER, *FOR_GOOD, *SINGLES)
        self.case = {user.email: case for user, case in zip(people, cases, strict=False)}
        self.good = {user.email for user in people[len(cases) :]}
        self.elapsed = timedelta(0)

    def who(self, case: str) -> str:
        return next(email for email, given in self.case.items() if given == case)

    def __call__(self, moment: Moment, recipient: str) -> Answer | None:
        case = self.case.get(recipient, "")
        if case in OUT_OF_ORDER:
            at, answer = OUT_OF_ORDER[case]
            return answer if moment is at and self.elapsed < TWO_HOURS else None
        if case in FOR_GOOD:
            at, answer = FOR_GOOD[case]
            return answer if moment is at else None
        match case, moment:
            case "250 after 30 s", Moment.END:
                return Answer(wait=30, keeps=True)
            case "taken, then dropped", Moment.END:
                return Answer(keeps=True, hangs_up=True)
            case "hangs in DATA for an hour", Moment.DATA if self.elapsed < timedelta(hours=1):
                return Answer("421 4.4.2 Timeout", wait=FOR_EVER)
            case "hangs after the message, never takes it", Moment.END:
                return Answer("421 4.4.2 Timeout", wait=FOR_EVER)
            case "hangs at the recipient for ever", Moment.RCPT:
                return Answer("421 4.4.2 Timeout", wait=FOR_EVER)
            case "greylisted for six minutes", Moment.RCPT if self.elapsed < GREY:
                return Answer("450 4.2.0 Greylisted, come back in five minutes")
        return None


def moody_server(stage: Stage) -> Figures:
    """Fifteen ways of refusing, for two hours and for good, in one batch with good recipients"""
    ledger = Ledger(stage)
    people = crowd.managers(60)
    crowd.wish_for_now(people, timezone.now())
    moody = Moody(people)
    stage.mail.behaviour = moody
    worker = stage.worker(EMAIL_TIMEOUT=str(TIMEOUT), EMAIL_DATA_TIMEOUT=str(DATA_TIMEOUT))
    held_up, rounds = timedelta(0), 0
    while moody.elapsed < timedelta(days=4):
        _go_round(ledger, worker)
        rounds += 1
        if not moody.good <= stage.mail.tally.copies.keys():
            held_up = moody.elapsed
        wait = ledger.travel_to_next_attempt()
        if wait is None:
            break
        moody.elapsed += wait
    tally, ended = stage.mail.tally, ledger.reasons()
    copies = tally.copies
    figures: Figures = {
        "recipients": f"{len(moody.good)} good, {len(moody.case)} others",
        "minutes until all good ones had theirs": round(held_up / MINUTE),
    }
    for email, case in moody.case.items():
        figures[case] = f"{ended[email][0]}, {copies[email]} on plain SMTP"
    figures |= {"hours travelled": round(moody.elapsed / timedelta(hours=1), 1), "rounds": rounds}
    figures["suspended addresses"] = ledger.ask("SELECT count(*) FROM mailing_suspension")[0][0]
    promise(held_up <= SOON, f"the others are not held up: {figures}")
    _check(moody, ended, copies, tally.copies_by_relay, figures)
    return figures


def _go_round(ledger: Ledger, worker: Process) -> None:
    """One sweep, and all that comes of it."""

    def count(task: str, end: str) -> int:
        return len(re.findall(rf"mailing\.tasks\.{task}\[[^\]]+\] {end}", worker.said))

    before = count("sweep", "succeeded")
    ledger.sweep()
    wait_until(lambda: count("sweep", "succeeded") > before, "a sweep")
    time.sleep(0.5)
    wait_until(lambda: count("deliver", "received") == count("deliver", "succeeded"),
               "the batch has ended", 300)  # fmt: skip


def _check(moody: Moody, ended: dict, copies: dict, by_relay: dict, figures: object) -> None:  # type: ignore[type-arg]
    for email in moody.good:
        promise(copies[email] == 1 and ended[email][0] == "sent", f"{email} is good: {figures}")
    for case in (*OUT_OF_ORDER, _GREY, _SLOW, _HANG):
        email = moody.who(case)
        promise(ended[email][0] == "sent" and copies[email] == 1, f"{case}: once: {figures}")
    for case in FOR_GOOD:
        state, _, said = ended[moody.who(case)]
        promise(state == "failed" and copies[moody.who(case)] == 0, f"{case}: {figures}")
        promise(said.startswith(case.removeprefix("multi-line ")[:3]), f"{case}: {said}")
    for case in (_DROP, _HANG_END):
        promise(ended[moody.who(case)][0] == "ambiguous", f"{case}: perhaps sent: {figures}")
    promise(copies[moody.who(_DROP)] <= 2, f"{_DROP}: twice at most: {figures}")
    promise(by_relay[moody.who(_DROP)] == 1, f"{_DROP}: once through a relay: {figures}")
    promise(ended[moody.who(_DEAD)][0] in {"failed", "skipped"}, f"{_DEAD}: given up: {figures}")


def dead_recipient(stage: Stage) -> Figures:
    """One recipient whose server hangs for ever does not hold up the batch"""
    ledger = Ledger(stage)
    people = crowd.managers(60)
    crowd.wish_for_now(people, timezone.now())
    dead = people[30].email
    stage.mail.behaviour = lambda at, who: (
        Answer("421 4.4.2 Timeout", wait=FOR_EVER) if at is Moment.RCPT and who == dead else None
    )
    worker = stage.worker(EMAIL_TIMEOUT=str(TIMEOUT))
    started = time.monotonic()
    ledger.sweep()
    wait_until(lambda: stage.mail.count == len(people) - 1, "all others have theirs", 60)
    took = time.monotonic() - started
    wait_until(lambda: '"mail_delivered"' in worker.said, "the batch has ended")
    figures: Figures = {
        "mails": stage.mail.count,
        "seconds": round(took),
    }
    promise(worker.said.count('"mail_delivered"') == 1, f"in one batch: {figures}")
    return figures


def silent_server(stage: Stage) -> Figures:
    """A server that takes the connection and says nothing, for two hours"""
    ledger = Ledger(stage)
    people = crowd.managers(60)
    crowd.wish_for_now(people, timezone.now())
    stage.mail.behaviour = lambda at, who: (
        Answer("421 4.4.2 Timeout", wait=FOR_EVER) if at is Moment.BANNER else None
    )
    stage.worker(EMAIL_TIMEOUT=str(TIMEOUT))
    ledger.sweep()
    for _ in range(3):
        wait_until(lambda: ledger.states()["pending"] == len(people), "it is given up", 60)
        ledger.travel(timedelta(minutes=40))
        ledger.sweep()
        time.sleep(1)
    [(most,)] = ledger.ask("SELECT max(attempts) FROM mailing_mail")
    stage.mail.behaviour = lambda at, who: None
    ledger.let_waits_end()
    ledger.sweep_until(lambda: ledger.states()["sent"] == len(people), "all are sent", every=5)
    figures: Figures = {
        "mails": stage.mail.count,
        "duplicates": stage.mail.tally.duplicates,
        "attempts used up": most,
    }
    promise(figures["mails"] == len(people) and most == 0, f"each once: {figures}")
    return figures


SCENARIOS = (moody_server, dead_recipient, silent_server)
