"""How many statements something costs."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

_CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


def counted(do: Callable[[], Any]) -> int:
    """The statements that `do` costs; marks of transactions are not counted."""
    with CaptureQueriesContext(connection) as captured:
        do()
    return sum(not query["sql"].startswith(_CONTROL) for query in captured)
