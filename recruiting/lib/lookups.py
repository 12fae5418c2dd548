"""Asking the database for the rows of many ids."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import Q, UUIDField
from django.db.models.lookups import In


class _Ids(frozenset[UUID]):
    """Ids with the words in which PostgreSQL is told them, put together once."""

    @cached_property
    def literal(self) -> str:
        return f"{{{','.join(map(str, self))}}}"


@UUIDField.register_lookup
class AnyOf(In):
    """`IN`, which PostgreSQL gets as one array instead of thousands of parameters: reading a
    statement of a megabyte took it ten times as long as answering it."""

    lookup_name = "any_of"

    def get_prep_lookup(self) -> Any:
        return self.rhs  # ids as they are: looking at each again costs more than the question

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        if not self.rhs:
            raise EmptyResultSet
        return f"{column} = ANY(%s::uuid[])", [*params, self.rhs.literal]


def any_of(name: str, ids: Iterable[UUID]) -> Q:
    """Rows whose `name`, the path to a primary key such as `requisition__pk`, is one of these."""
    return Q(**{f"{name}__any_of": ids if isinstance(ids, _Ids) else _Ids(ids)})


def gathered(ids: Iterable[UUID]) -> Iterable[UUID]:
    """Ids for several questions with `any_of`, put into words once for all of them."""
    return _Ids(ids)
