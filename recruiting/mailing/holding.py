"""Whether mail may go at all: after a backup was restored it waits until a lead lets it.

A restored database has forgotten what was sent since the backup was taken, and would send it again.
It cannot know that it went back; three things outside of its rows tell. What this machine remembers
(`witness.py`) is ahead of it, or is of another history; or it lies in another place: another
cluster, timeline, database or table than the one in which the sweeper last ran. A long outage
changes none of them, so that after it mail goes by itself.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import structlog
from django.db import connection, transaction
from django.db.models import CharField, F, Func, Q, Subquery

from recruiting.audit.models import record
from recruiting.mailing import kinds, witness
from recruiting.mailing.flights import settle_lost
from recruiting.mailing.models import Mail, SendingHold, State, SweepBeat
from recruiting.mailing.witness import Mark

if TYPE_CHECKING:
    from recruiting.accounts.models import User

log = structlog.get_logger(__name__)

OLDER = "The database is older than it was: a backup seems to have been restored."
ANOTHER = "The database is not the one that was used here before: it seems to have been restored."
MOVED = "The database lies in another place than before: a backup seems to have been restored."

TIMELINE = 1
"""Which part of a place changes too when a standby takes over and nothing is lost."""

CRASH_LOSES = 2
"""Sweeps: a database that is told not to wait for its disk loses a moment when it crashes, which is
no restore."""

VOUCHES = 30
"""Sweeps, half an hour of them: a memory as fresh as this shows that nothing was lost."""

ASKED_BEFORE = timedelta(minutes=15)
"""A sign-in code that was asked for so long before anybody noticed goes as well."""

PASSES_OVER_FOR = timedelta(days=15)
"""How long after a release slots that lie before the restore may still be written down: a
fortnight's digest and a day."""

PASSED_OVER = "Due before the backup was restored: it may have gone in the time that was lost."


@dataclass(frozen=True)
class Known:
    """What the database says of itself, in one statement. `place` is where it was when the sweeper
    last ran, `here` where it is. What was due before `passes_over` is not sent any more."""

    lineage: uuid.UUID | None = None
    sweeps: int = 0
    place: str = ""
    here: str = ""
    swept_at: datetime | None = None
    held_since: datetime | None = None
    passes_over: datetime | None = None


# --- asking --------------------------------------------------------------------------------


def look(now: datetime) -> Known:
    """What is known of the database, and whether mail is held; one statement, unless it looks
    restored: then mail is held from here on."""
    # Remembered first, asked then: others sweep meanwhile, and would seem to be ahead of it.
    remembered = witness.remembered()
    known = _known(now)
    if known.held_since is None and known.swept_at:
        marks = [mark for mark in remembered if mark.lineage not in _ended(known, mark)]
        if why := doubt(known, marks):
            hold(why, now=now, ended={mark.lineage for mark in marks})
            known = _known(now)
    if known.lineage:
        witness.remember(Mark(known.lineage, known.sweeps))
    return known


def going(known: Known) -> Q:
    """Which mails may go: all of known kinds; while they are held, what one needs to sign in."""
    if known.held_since is None:
        return Q(kind__in=kinds.names())
    names = [kind.name for kind in kinds.registered() if kind.despite_hold]
    return Q(kind__in=names, created_at__gte=known.held_since - ASKED_BEFORE)


def doubt(known: Known, marks: Sequence[Mark]) -> str:
    """Why the database looks restored, in words; nothing when it is what it was."""
    for mark in marks:
        if mark.lineage != known.lineage:
            return ANOTHER
        if mark.sweeps > known.sweeps + CRASH_LOSES:
            return OLDER
    moved = _moved(known.place, known.here)
    is_vouched_for = any(known.sweeps - mark.sweeps <= VOUCHES for mark in marks)
    if not moved or (moved == {TIMELINE} and is_vouched_for):
        return ""
    return MOVED


def _moved(place: str, here: str) -> set[int]:
    """Which parts differ; what cannot be asked, then or now, counts as the same."""
    pairs = zip(place.split(), here.split(), strict=False)
    return {part for part, (was, now) in enumerate(pairs) if was != now and "-" not in (was, now)}


def _known(now: datetime) -> Known:
    holds = SendingHold.objects.order_by()
    over = holds.filter(released_at__gte=now - PASSES_OVER_FOR, sends_what_was_due=False)
    found = (
        SweepBeat.objects.annotate(
            here=_Here(),
            held_since=Subquery(holds.open().values("since")),
            passes_over=Subquery(over.order_by("-since").values("since")[:1]),
        )
        .values("lineage", "sweeps", "place", "here", "held_since", "passes_over", swept_at=F("at"))
        .first()
    )
    if found:
        return Known(**found)
    return Known(held_since=holds.open().values_list("since", flat=True).first())


def _ended(known: Known, mark: Mark) -> set[uuid.UUID]:
    """Histories of which it is known that they ended; asked for those alone that are not ours."""
    if mark.lineage == known.lineage:
        return set()
    every = SendingHold.objects.values_list("ended", flat=True)
    return {uuid.UUID(one) for ended in every for one in ended}


class _Here(Func):
    """Cluster, timeline, database and table as PostgreSQL numbers them; nothing elsewhere."""

    output_field = CharField()

    def as_sql(self, *args: Any, **options: Any) -> Any:
        return "''", []

    def as_postgresql(self, *args: Any, **options: Any) -> Any:
        cluster, source = "'-', '-'", ""
        if _may_ask_for_cluster():
            cluster = "system_identifier, timeline_id"
            source = " FROM pg_control_system(), pg_control_checkpoint()"
        database = "(SELECT oid FROM pg_database WHERE datname = current_database())"
        table = f"'{Mail._meta.db_table}'::regclass::oid"
        return f"(SELECT concat_ws(' ', {cluster}, {database}, {table}){source})", []


@cache
def _may_ask_for_cluster() -> bool:
    """Some who host databases do not allow it. Asked once a process, beside all that counts
    statements."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_function_privilege(to_regprocedure('pg_control_system()')::oid, 'execute')"
            " AND has_function_privilege(to_regprocedure('pg_control_checkpoint()')::oid,"
            " 'execute')"
        )
        return bool(cursor.fetchone()[0])


# --- writing -------------------------------------------------------------------------------


def swept(known: Known, now: datetime) -> None:
    """The sweeper has run. The first time it also writes down which database this is."""
    place = known.here if known.here != known.place else ""
    if known.lineage:
        SweepBeat.mark(now, place=place)
        witness.remember(Mark(known.lineage, known.sweeps + 1))
        return
    SweepBeat.mark(now, lineage=uuid.uuid4(), place=place)
    lineage, sweeps = SweepBeat.objects.values_list("lineage", "sweeps").get()
    if lineage:
        witness.remember(Mark(lineage, sweeps))


def hold(
    why: str, *, now: datetime, by: "User | None" = None, ended: Iterable[uuid.UUID] = ()
) -> None:
    """Keep all mail back from now on. Held already, it stays as it is."""
    with transaction.atomic():
        beat = SweepBeat.objects.annotate(here=_Here()).select_for_update().first()
        over = {str(one) for one in (*ended, *([beat.lineage] if beat else ())) if one}
        made = SendingHold(since=now, why=why, ended=sorted(over))
        SendingHold.objects.bulk_create([made], ignore_conflicts=True)
        if not SendingHold.objects.filter(pk=made.pk).exists():
            return
        if beat:
            SweepBeat.objects.filter(pk=1).update(lineage=uuid.uuid4(), place=beat.here)
        record("held all mail", made, by=by, now=now, reason=why)
    log.error("mail_held", why=why)


def release(
    held: SendingHold, *, by: "User | None", now: datetime, sends_what_was_due: bool
) -> int | None:
    """Let mail go again; returns how many were passed over, or None if it was released before."""
    with transaction.atomic():
        mine = SendingHold.objects.open().filter(pk=held.pk)
        if not mine.update(released_at=now, released_by=by, sends_what_was_due=sends_what_was_due):
            return None
        settle_lost(now)  # of what was under way when the backup was taken, much had not begun
        passed = 0 if sends_what_was_due else pass_over(held.since, now)
        if not sends_what_was_due:
            for kind in kinds.registered():
                if kind.forget:
                    kind.forget(held.since)
        record(
            "released the mail", held, by=by, now=now, passed_over=passed,
            sends_what_was_due=sends_what_was_due,
        )  # fmt: skip
    log.warning("mail_released", passed_over=passed)
    return passed


def pass_over(before: datetime, now: datetime) -> int:
    """Skip what was due before; what was on its way by then has perhaps arrived."""
    rows = Mail.objects.unfinished().filter(scheduled_at__lt=before, again_of=None)
    perhaps = Q(state=State.SENDING) | Q(interruptions__gt=0)
    wiped = [kind.name for kind in kinds.registered() if kind.redact]
    rows.filter(kind__in=wiped).update(
        subject="", text="", html="", calendar="", payload={}, redacted_at=now
    )
    ended = {
        "finished_at": now,
        "lease_until": None,
        "reason": PASSED_OVER,
        "fence": F("fence") + 1,
    }
    over = rows.filter(perhaps).update(state=State.AMBIGUOUS, **ended)
    return over + rows.update(state=State.SKIPPED, **ended)
