"""Asking the database for the rows of many ids."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import Q, UUIDField
from django.db.models.lookups import In


@UUIDField.register_lookup
class AnyOf(In):
    """`IN`, which PostgreSQL gets as one array instead of thousands of parameters: reading a
    statement of a megabyte took it ten times as long as answering it."""

    lookup_name = "any_of"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        if not self.rhs:
            raise EmptyResultSet
        return f"{column} = ANY(%s)", [*params, list(self.rhs)]


def any_of(name: str, ids: Iterable[UUID]) -> Q:
    """Rows whose `name`, the path to a primary key such as `requisition__pk`, is one of these."""
    return Q(**{f"{name}__any_of": list(ids)})
