"""Which mails are under way, written down so that whatever dies, at most one of them is in doubt.

A commit that waits for the disk takes ten times as long as handing over a message. So mails are
marked as being sent in flights: one durable commit records the last flight and marks the next.
How far a flight has come is noted for each message in a table that waits for no disk, see `Flight`.

Killed workers leave that note behind: what the server took is recorded from it, what was not yet on
the wire goes freely, and the one that was goes once more. A worker outlives a crash of the database
and records what it knows by itself. Only when both die at once is a whole flight in doubt.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid4

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now

from recruiting.mailing.models import Flight, Mail, State
from recruiting.mailing.recording import finish_all
from recruiting.mailing.transport import ClaimLost

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=10)
"""How long a claim lasts: longer than a worker ever spends on a batch, see `delivery.SEND_FOR`."""

FLIGHT = 25
"""Mails marked in one commit, and at most in doubt when worker and database die together."""

FLIGHT_SECONDS = 1.0
"""After that a flight is recorded, however many have gone: a slow server leaves little in doubt."""

SLOW = 0.005
"""Seconds after which it pays to note at once that a message has been taken."""

PATIENCE = 60.0
"""Seconds for which a worker tries to record what it knows while the database is away."""

T = TypeVar("T")


class UnderWay:
    """A worker's mails, from the first mark to the last record."""

    def __init__(self, mails: Sequence[Mail], now: datetime, ended: Counter[State]) -> None:
        self._row = uuid4()
        self._mails = list(mails)
        self._places = {mail.pk: place for place, mail in enumerate(mails)}
        self._now = now
        self._ended = ended
        self._aboard: dict[object, int] = {}
        self._taken: list[Mail] = []
        self._marked_at = self._noted_at = 0.0

    def mark(self, mail: Mail) -> None:
        """Commit that this one is about to go out. Raises ClaimLost when it is another worker's."""
        place = self._aboard.get(mail.pk)
        is_fresh = time.monotonic() - self._marked_at < FLIGHT_SECONDS
        if place is None or not is_fresh or not self._note(place, on_wire=True):
            patiently(lambda: self._board(mail))
        mail.state = State.SENDING
        # A worker that was stopped just now, and for long, must not go on with what it had begun.
        self._noted_at = time.monotonic()
        if self._noted_at - self._marked_at > LEASE.total_seconds():
            raise ClaimLost

    def took(self, mail: Mail) -> None:
        """The server has it. When that took long, the next one may as well."""
        self._taken.append(mail)
        if time.monotonic() - self._noted_at > SLOW:
            self._note(self._aboard[mail.pk] + 1, on_wire=False)

    def rest(self, seconds: float) -> None:
        """Nothing goes out for that long: nothing stays in doubt meanwhile."""
        if not self._taken:
            return
        if seconds > FLIGHT_SECONDS:
            self.land()
        elif (place := self._aboard.get(self._taken[-1].pk)) is not None:
            self._note(place + 1, on_wire=False)

    def land(self, also: Callable[[], None] = lambda: None) -> None:
        """Record what the server took, and give back what has not gone out. `also` is written in
        the same transaction."""

        def record() -> None:
            with transaction.atomic(durable=True):
                Flight.objects.filter(pk=self._row).delete()
                sent = self._record_taken()
                back = [mail for mail in self._mails if mail.pk in self._aboard]
                Mail.objects.held(back).filter(state=State.SENDING).update(state=State.CLAIMED)
                also()
            self._ended[State.SENT] += sent
            self._taken, self._aboard = [], {}

        if self._aboard or self._taken:
            patiently(record)
        else:
            patiently(also)

    def _board(self, mail: Mail) -> None:
        """Record the last flight and mark the next one, which this mail leads."""
        first = self._places[mail.pk]
        next_ones = self._mails[first : first + FLIGHT]
        marked_at = time.monotonic()
        with transaction.atomic(durable=True):
            # First, as for those who settle it: in two orders each would wait for the other.
            Flight.objects.filter(pk=self._row).delete()
            sent = self._record_taken()
            held = Mail.objects.held(next_ones)
            mine = set(held.select_for_update().order_by().values_list("pk", flat=True))
            if mail.pk not in mine:
                raise ClaimLost
            aboard = [one for one in next_ones if one.pk in mine]
            flight = [[str(one.pk), one.fence] for one in aboard]
            Flight.objects.bulk_create([Flight(pk=self._row, mails=flight)])
            Mail.objects.filter(pk__in=mine).update(state=State.SENDING, lease_until=Now() + LEASE)
        self._ended[State.SENT] += sent
        self._taken = []
        self._aboard = {one.pk: place for place, one in enumerate(aboard)}
        self._marked_at = marked_at

    def _record_taken(self) -> int:
        return finish_all(self._taken, State.SENT, self._now) if self._taken else 0

    def _note(self, place: int, *, on_wire: bool) -> bool:
        """How far the flight is. False when the note is gone: the lease has run out and another
        worker has settled the flight, or the database has crashed."""
        try:
            return Flight.note(self._row, place, on_wire=on_wire)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()
            return False


def settle_lost(now: datetime) -> list[UUID]:
    """Tidy up after workers whose lease has run out: see how far each one's flight had come.

    Belongs into the transaction that claims their mails, before it does. Returns the mails of the
    flights that are still under way; nobody may claim those.
    """
    flights = {flight.pk: flight for flight in Flight.objects.all()}
    if not flights:
        return []
    under_way = Mail.objects.filter(state=State.SENDING, lease_until__gte=Now())
    going = set(under_way.values_list("pk", flat=True))
    lost = [pk for pk, flight in flights.items() if not going.intersection(flight.ids)]
    # Once more and locked: the worker may have come further, or be back. One that was stopped while
    # it wrote keeps its row locked, and nobody else waits for that.
    rows = Flight.objects.filter(pk__in=lost).select_for_update(skip_locked=True)
    for flight in rows.order_by("pk"):
        del flights[flight.pk]
        _settle(flight, now)
    return [pk for flight in flights.values() for pk in flight.ids]


def call_back(mails: Collection[UUID], now: datetime) -> None:
    """Let none of these count as on its way that is not on the wire yet.

    Their flights are settled as if they were lost. A worker that lives finds its flight gone, and
    asks for its mails again before it goes on.
    """
    wanted = set(mails)
    theirs = [flight.pk for flight in Flight.objects.all() if wanted.intersection(flight.ids)]
    for flight in Flight.objects.filter(pk__in=theirs).select_for_update().order_by("pk"):
        _settle(flight, now)


def _settle(flight: Flight, now: datetime) -> None:
    for place, (pk, fence) in enumerate(flight.mails):
        mail = Mail.objects.filter(pk=pk, fence=fence, state=State.SENDING).first()
        if mail is None:
            continue
        if place < flight.place:
            finish_all([mail], State.SENT, now)
        elif place > flight.place or not flight.on_wire:
            Mail.objects.held([mail]).update(state=State.CLAIMED)
    log.warning("flight_settled", flight=str(flight))
    flight.delete()


def patiently(write: Callable[[], T]) -> T:
    """Again, as long as the database is away and patience lasts. `write` is a whole transaction
    that may be repeated."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or time.monotonic() > until:
                raise
            log.warning("mail_ledger_away", error=repr(error))
            connection.close()
            time.sleep(0.2)
