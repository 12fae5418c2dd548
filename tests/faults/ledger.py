"""The ledger seen from outside, and time travel: not the clock moves, the rows do."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg

from recruiting.celery import app
from tests.faults.stage import Stage, wait_until

log = logging.getLogger(__name__)

_INSTANTS = (
    "created_at", "scheduled_at", "due_at", "next_attempt_at", "rendered_at", "finished_at",
    "expires_at",
)  # fmt: skip


class Ledger:
    """Each question has a connection of its own, so none minds that the database was restarted."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        for _ in range(200):
            try:
                with psycopg.connect(self.stage.url, autocommit=True) as connection:
                    cursor = connection.execute(sql.encode(), values)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                time.sleep(0.1)  # it is starting
        raise TimeoutError("PostgreSQL does not answer.")

    def states(self, kind: str = "digest") -> Counter[str]:
        sql = "SELECT state, count(*) FROM mailing_mail WHERE kind = %s GROUP BY state"
        return Counter(dict(self.ask(sql, kind)))

    @property
    def interruptions(self) -> int:
        return int(self.ask("SELECT coalesce(sum(interruptions), 0) FROM mailing_mail")[0][0])

    def reasons(self) -> dict[str, tuple[str, str, str]]:
        """State, reason and the server's words, by address of the person."""
        sql = """SELECT person.email, state, reason, server_said FROM mailing_mail mail
                 JOIN accounts_user person ON person.id = mail.recipient_id
                 WHERE kind = 'digest'"""
        return {email: (state, reason, said) for email, state, reason, said in self.ask(sql)}

    # --- waking ------------------------------------------------------------------------

    def sweep(self) -> None:
        """Ask a worker to sweep, as beat does each minute; nothing when the queue is away."""
        try:
            with app.connection_for_write() as connection:
                app.send_task("recruiting.mailing.tasks.sweep", connection=connection)
        except Exception as error:  # the queue is away, as it is to be
            log.debug("no sweep", exc_info=error)

    def sweep_until(
        self, is_so: Callable[[], object], what: str, *, every: float = 2, seconds: float = 120
    ) -> float:
        """Sweep again and again, as weeks of ticks would."""
        next_at = time.monotonic()

        def tried() -> bool:
            nonlocal next_at
            if time.monotonic() >= next_at:
                self.sweep()
                next_at = time.monotonic() + every
            return bool(is_so())

        return wait_until(tried, what, seconds)

    def is_at_rest(self) -> bool:
        """Nothing is being sent, and what waits waits for later."""
        return not self.ask(
            """SELECT 1 FROM mailing_mail WHERE state IN ('claimed', 'sending')
               OR (state = 'pending' AND next_attempt_at <= now()) LIMIT 1"""
        )

    def nothing_is_sent(self) -> bool:
        return not self.states().keys() & {"claimed", "sending"}

    def has_ended(self) -> bool:
        """Nothing is unfinished."""
        return not self.states().keys() & {"pending", "claimed", "sending"}

    # --- time travel -------------------------------------------------------------------

    def travel(self, by: timedelta) -> None:
        """Let all that stands in the ledger have happened, and be due, so much earlier."""
        moved = ", ".join(f"{name} = {name} - %(by)s" for name in _INSTANTS)
        with psycopg.connect(self.stage.url, autocommit=True) as connection:
            connection.execute(f"UPDATE mailing_mail SET {moved}".encode(), {"by": by})  # noqa: S608

    def travel_to_next_attempt(self) -> timedelta | None:
        """To the instant at which the next mail that waits is due; None when none waits."""
        [(wait,)] = self.ask(
            "SELECT min(next_attempt_at) - now() FROM mailing_mail WHERE state = 'pending'"
        )
        if wait is None:
            return None
        by: timedelta = max(wait, timedelta(0)) + timedelta(seconds=1)
        self.travel(by)
        return by

    def watch_claims(self) -> None:
        """From now on keep account of the worker that made each claim."""
        self.ask(
            """
            CREATE TABLE faults_claim (
                mail uuid PRIMARY KEY, worker text, at timestamptz, is_dead boolean
            );
            CREATE FUNCTION faults_claimed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO faults_claim VALUES
                (NEW.id, current_setting('application_name'), clock_timestamp(), false)
                ON CONFLICT (mail) DO UPDATE
                SET worker = excluded.worker, at = excluded.at, is_dead = false;
                RETURN NULL;
            END $$;
            CREATE TRIGGER faults_claimed AFTER UPDATE OF fence ON mailing_mail
                FOR EACH ROW EXECUTE FUNCTION faults_claimed();
            """
        )

    def workers_at_work(self) -> set[str]:
        """The names of the workers that hold claims."""
        sql = """SELECT DISTINCT worker FROM faults_claim JOIN mailing_mail ON id = mail
                 WHERE state IN ('claimed', 'sending') AND lease_until > now() AND NOT is_dead"""
        return {worker for (worker,) in self.ask(sql)}

    def note_death_of(self, worker: str) -> None:
        """Nobody who has claimed something by that name until now is alive."""
        self.ask("UPDATE faults_claim SET is_dead = true WHERE worker = %s", worker)

    def let_leases_of_the_dead_run_out(self) -> None:
        """Ten minutes pass for those who are known to be dead; for nobody else."""
        self.ask(
            """UPDATE mailing_mail SET lease_until = now() - interval '1 second' FROM faults_claim
               WHERE id = mail AND state IN ('claimed', 'sending') AND lease_until > now()
               AND is_dead"""
        )

    def let_all_leases_run_out(self) -> None:
        self.ask(
            """UPDATE mailing_mail SET lease_until = now() - interval '1 second'
               WHERE state IN ('claimed', 'sending')"""
        )

    def let_waits_end(self) -> None:
        """A minute or an hour passes for what waits to be tried again."""
        self.ask(
            """UPDATE mailing_mail SET next_attempt_at = now()
               WHERE state = 'pending' AND next_attempt_at > now() AND due_at <= now()"""
        )
