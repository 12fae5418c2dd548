"""The words of each requisition, kept by PostgreSQL itself, and an index on them.

The column is unknown to the model: it can be as large as the description, and no page shows it.
Whoever changes the type of a column that it is made of drops it first and makes it anew.
"""

import string
from typing import Any

from django.db import migrations

TABLE, COLUMN, INDEX = "requisitions_requisition", "words", "requisition_words"


def _plain(*columns: str) -> str:
    """The columns as one text without punctuation, which would make numbers and paths of codes.

    `translate` keeps letters of every script; only ASCII punctuation becomes blank.
    """
    text = " || ' ' || ".join(f'"{column}"' for column in columns)
    marks = string.punctuation.replace("'", "''")
    return f"translate({text}, '{marks}', '{' ' * len(string.punctuation)}')"


def _vector(config: str, weight: str, *columns: str) -> str:
    return (
        f"setweight(to_tsvector('pg_catalog.{config}'::regconfig, {_plain(*columns)}), '{weight}')"
    )


VECTOR = " || ".join(
    [
        _vector("simple", "A", "title", "code"),
        _vector("english", "A", "title"),
        _vector("simple", "B", "employer", "place"),
        _vector("simple", "D", "description"),
        _vector("english", "D", "description"),
    ]
)


def add_words(_apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(
        f'ALTER TABLE "{TABLE}" ADD COLUMN "{COLUMN}" tsvector GENERATED ALWAYS AS ({VECTOR}) STORED',
        params=None,
    )
    # Without the list of pending entries every search costs the same, whatever was just imported.
    schema_editor.execute(
        f'CREATE INDEX "{INDEX}" ON "{TABLE}" USING gin ("{COLUMN}") WITH (fastupdate = off)',
        params=None,
    )


def remove_words(_apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f'ALTER TABLE "{TABLE}" DROP COLUMN "{COLUMN}"', params=None)


class Migration(migrations.Migration):
    dependencies = [("requisitions", "0002_people_and_ledger")]
    operations = [migrations.RunPython(add_words, remove_words)]
