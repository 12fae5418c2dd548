from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created

STOPPED_AFTER = "5min"
"""When PostgreSQL ends a transaction that goes on no more, unless its own settings say when."""


class MailingConfig(AppConfig):
    name = "recruiting.mailing"
    label = "mailing"

    def ready(self) -> None:
        connection_created.connect(let_go_when_stopped)


def let_go_when_stopped(connection: Any, **_: Any) -> None:
    """A process that was stopped within a transaction, or whose machine is gone, does not keep its
    locks: the sweepers would wait for rows that it was writing, one worker after the other."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('idle_in_transaction_session_timeout', %s, false)"
            " WHERE current_setting('idle_in_transaction_session_timeout') = '0'",
            [STOPPED_AFTER],
        )
