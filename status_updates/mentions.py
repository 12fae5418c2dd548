"""Who is addressed in a note: `@` and a name, an address before its @, or a first name."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from recruiting.accounts.models import User
from recruiting.lib.text import written_words

_BEGINS = re.compile(r"(?<![\w@.])@(?=\w)")
_GUESS = re.compile(r"[\w.'’-]+")


@dataclass(frozen=True)
class Mentions:
    """Who was found, each with the words that stand in the text, and what named nobody."""

    found: Sequence[tuple[User, str]]
    unknown: Sequence[str]
    ambiguous: Sequence[str]


def mentions_in(text: str, people: Iterable[User]) -> Mentions:
    """Resolve each mention in Markdown against `people`. The longest name that fits wins."""
    names: defaultdict[str, list[User]] = defaultdict(list)
    for person in people:
        for name in _names_of(person):
            names[name].append(person)
    found: dict[str, User] = {}
    unknown: list[str] = []
    ambiguous: list[str] = []
    for words in written_words(text):
        for start in _BEGINS.finditer(words):
            rest = words[start.end() :]
            name = _longest(rest, names)
            typed = "@" + (rest[: len(name)] if name else _guess(rest))
            if not name:
                unknown.append(typed)
            elif len(names[name]) > 1:
                ambiguous.append(typed)
            else:
                found[typed] = names[name][0]
    return Mentions([(user, typed) for typed, user in found.items()], unknown, ambiguous)


def addressed(text: str, *, audience: Iterable[User], known: Iterable[User]) -> Mentions:
    """Those of the audience whom the text mentions.

    `known` are the people whom the writer may know of; it is asked only when somebody is not of
    the audience. Raises ValidationError that says who it is and what to do. A person whom the
    writer may not know of is told of as nobody.
    """
    mentions = mentions_in(text, audience)
    if mentions.ambiguous:
        raise ValidationError(
            f"Several people here are called {mentions.ambiguous[0]}. Write the whole name."
        )
    if mentions.unknown:
        outside = mentions_in(text, known)
        typed = mentions.unknown[0]
        who = next((user for user, words in outside.found if words.startswith(typed)), None)
        raise ValidationError(_refusal(typed, who))
    return mentions


def _refusal(typed: str, who: User | None) -> str:
    if who is not None:
        return f"{who.display_name} would not see this. Mention somebody who does, or leave out @."
    return f"{typed} is nobody who would see this. Choose a name from the list, or leave out the @."


def _names_of(person: User) -> set[str]:
    whole = person.display_name.casefold()
    return {whole, person.first_name.casefold(), person.email.partition("@")[0].casefold()}


def _longest(rest: str, names: Iterable[str]) -> str:
    """The longest of `names` with which `rest` begins, as a whole word; empty for none."""
    folded = rest.casefold()
    fits = [
        name
        for name in names
        if folded.startswith(name) and not folded[len(name) : len(name) + 1].isalnum()
    ]
    return max(fits, key=len, default="")


def _guess(rest: str) -> str:
    """What the writer may have meant as the name: one word."""
    word = _GUESS.match(rest)
    return word.group().rstrip(".'’-") if word else rest[:1]
