"""The database as migrations left it, quicker than Django's `flush` has it."""

from contextlib import suppress

from django.db import OperationalError, connection, transaction

KEPT = {"django_migrations", "django_content_type", "auth_permission"}
"""Tables with what migrations wrote into them."""


TRIES = 5
"""A page that saves once more while its browser closes may hold a row that is to go, and wait for
one that has gone: the database ends one of the two."""


def empty_database() -> None:
    """Delete what tests wrote.

    Django truncates every table, which makes a new file for each, and writes content types and
    permissions anew: half a second, and few tables hold rows after a test.
    """
    name = connection.ops.quote_name
    tables = sorted(set(connection.introspection.django_table_names()) - KEPT)
    filled = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {name(table)})"  # noqa: S608 - our tables
        for table in tables
    )
    for _ in range(TRIES - 1):
        with suppress(OperationalError):
            return _delete(filled)
    return _delete(filled)


def _delete(filled: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(filled)
        for (table,) in cursor.fetchall():  # in any order: constraints are checked at the end
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608
