"""The rate cap, which holds for all workers of an installation together.

Moments for handing over a message are given away a second at a time: two statements a second and
worker, instead of some for each message.
"""

import time
from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil

from django.conf import settings
from django.db.models import DateTimeField
from django.db.models.functions import Now

from recruiting.mailing.flights import patiently
from recruiting.mailing.models import Pace

AHEAD_MAX = timedelta(minutes=2)
"""Moments further ahead than that were given away before the database's clock was set back."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

LATE_MAX = 0.05
"""Seconds for which moments may be used past the last of them; after that they are another's."""


class Slots:
    """The moments at which one worker hands over its messages."""

    def __init__(self) -> None:
        self._left = 0
        self._next = self._ends = 0.0

    def wait(self, wanted: int) -> float:
        """Seconds until the next moment. `wanted`: messages that are still to go, this included.

        What comes late is not caught up with: that would be a burst.
        """
        now = time.monotonic()
        moment = max(self._next, now)
        if not self._left or moment > self._ends + LATE_MAX:
            self._left = min(wanted, max(ceil(settings.MAIL_PER_SECOND), 1))
            # What the server took until then is recorded when the database is back.
            moment = now + patiently(partial(reserve, self._left))
            self._ends = moment + self._left / settings.MAIL_PER_SECOND
        self._left -= 1
        self._next = moment + 1 / settings.MAIL_PER_SECOND
        return moment - now


def reserve(messages: int) -> float:
    """Take the next moments of the installation. Returns the seconds until the first of them.

    Who finds them taken meanwhile looks again: with a lock in its place, a worker that was stopped
    while it had it would hold up all the others.
    """
    needed = timedelta(seconds=messages / settings.MAIL_PER_SECOND)
    while True:
        clock = Now(output_field=DateTimeField())
        found = Pace.objects.filter(pk=1).values_list("taken_until", clock).first()
        if found is None:  # after a crash of the database, or the first time
            Pace.objects.bulk_create([Pace(taken_until=LONG_AGO)], ignore_conflicts=True)
            continue
        taken_until, now = found
        start = now if taken_until - now > AHEAD_MAX else max(taken_until, now)
        free = Pace.objects.filter(pk=1, taken_until=taken_until)
        if free.update(taken_until=start + needed):
            return float((start - now).total_seconds())
