"""Requisitions by words: every word must stand in the title, code, employer, place or description.

PostgreSQL keeps the words of each requisition in a generated column with an index (migration
`full_text_search`). The model does not name that column, so that no page fetches it. There words
are also found in their other forms, "engineers" by "engineer", and the last one, which may still be
being typed, by its beginning. SQLite has no such index; there the words are looked for as they are.
A single letter is a word of its own on both: "C++" means C, and not all that begins with it.
"""

import unicodedata
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.search import (
    SearchQuery,
    SearchRank,
    SearchVectorExact,
    SearchVectorField,
)
from django.db import connection
from django.db.models import Case, Func, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.sql.compiler import SQLCompiler

FIELDS = ("title", "code", "employer", "place", "description")
WORDS_MAX = 12
"""More words than these make a search slower, not more exact; the rest is not looked for."""


def words_of(text: str) -> list[str]:
    """What stands between blanks and punctuation, as the column's words do.

    A mark belongs to its letter: Hindi writes most vowels so, and some programs "é".
    """
    belongs = (one.isalnum() or unicodedata.category(one).startswith("M") for one in text)
    spaced = (one if is_of_word else " " for one, is_of_word in zip(text, belongs, strict=True))
    return "".join(spaced).split()[:WORDS_MAX]


def matching(text: str) -> Q:
    """The condition on requisitions. A text of punctuation alone matches nothing."""
    words = words_of(text)
    if not words:
        return Q(pk__in=[]) if text.strip() else Q()
    if connection.vendor == "postgresql":
        return Q(SearchVectorExact(_Words("pk"), _query(words)))
    return reduce(and_, (_contains(word) for word in words))


def relevance(text: str) -> Combinable:
    """The larger the better a requisition fits: words of the title weigh most."""
    words = words_of(text)
    if connection.vendor == "postgresql":
        return SearchRank(_Words("pk"), _query(words))
    in_title = reduce(and_, (_stands_in("title", word) for word in words))
    return Case(When(in_title, then=Value(1)), default=Value(0), output_field=IntegerField())


class _Words(Func):
    """The generated column of the row whose key is given, whatever its table is called there."""

    output_field = SearchVectorField()

    def as_sql(self, compiler: SQLCompiler, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (key,) = self.get_source_expressions()
        alias = compiler.quote_name_unless_alias(key.alias)
        return f"{alias}.{connection.ops.quote_name('words')}", []


def _query(words: list[str]) -> Any:
    *whole, last = words
    begun = last if _is_letter(last) else f"{last}:*"
    parts = [*(_either(word, word) for word in whole), _either(begun, last)]
    return reduce(and_, parts)


def _either(exact: str, stem: str) -> Any:
    as_is = SearchQuery(exact, config="simple", search_type="raw")
    return as_is | SearchQuery(stem, config="english", search_type="raw")


def _contains(word: str) -> Q:
    return reduce(or_, (_stands_in(field, word) for field in FIELDS))


def _stands_in(field: str, word: str) -> Q:
    """For SQLite, which by itself knows upper and lower case of ASCII alone."""
    if _is_letter(word):
        return Q(**{f"{field}__iregex": rf"(?<![^\W_]){word}(?![^\W_])"})
    return Q(**{f"{field}__{'icontains' if word.isascii() else 'iregex'}": word})


def _is_letter(word: str) -> bool:
    """One sign of an alphabet; one of Chinese or Japanese says much more."""
    return len(word) == 1 and word.isascii()
