"""Who is addressed in a note: `@` and a name, an address before its @, or a first name."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from recruiting.accounts.models import User
from recruiting.lib.text import written_words

_NO_SPACES = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Kana, Chinese characters and Hangul: a name in them begins and ends without a space."""

_BEGINS = re.compile(rf"(?:(?<![\w@.])|(?<=[{_NO_SPACES}]))@(?=\w)")
_GOES_ON = re.compile(rf"[ .'’-]+\w|[{_NO_SPACES}]")
_GUESS = re.compile(r"[\w.'’-]+")

LOOKS_AT = 500
"""Characters after an @ that may be a name: more than any name or address has."""


@dataclass(frozen=True)
class Mentions:
    """Who was found, each with the words that stand in the text, and what named nobody.

    `goes_on`: after part of a name comes what may be more of it, perhaps of another person's.
    """

    found: Sequence[tuple[User, str]]
    unknown: Sequence[str]
    ambiguous: Sequence[str]
    goes_on: bool


def mentions_in(text: str, people: Iterable[User]) -> Mentions:
    """Resolve each mention in Markdown against `people`. The longest name that fits wins."""
    names = _by_name(people)
    found: dict[str, User] = {}
    unknown: list[str] = []
    ambiguous: list[str] = []
    goes_on = False
    for words in written_words(text):
        for start in _BEGINS.finditer(words):
            rest = words[start.end() :][:LOOKS_AT]
            called, length = _longest(rest, names)
            typed = "@" + (rest[:length] or _guess(rest))
            if not called:
                unknown.append(typed)
            elif len(called) > 1:
                ambiguous.append(typed)
            else:
                found[typed] = called[0]
                is_part = _fold(typed[1:]) != _fold(called[0].display_name)
                goes_on |= is_part and bool(_GOES_ON.match(rest, length))
    people_found = [(user, typed) for typed, user in found.items()]
    return Mentions(people_found, unknown, ambiguous, goes_on)


def addressed(text: str, *, audience: Iterable[User], known: Iterable[User]) -> Mentions:
    """Those of the audience whom the text mentions.

    `known` are the people whom the writer may know of; it is asked only when somebody may not be
    of the audience. Raises ValidationError that says who it is and what to do. A person whom the
    writer may not know of is told of as nobody.
    """
    audience = list(audience)
    mentions = mentions_in(text, audience)
    if mentions.ambiguous:
        raise ValidationError(
            f"Several people here are called {mentions.ambiguous[0]}. "
            "Write the whole name, or the email address up to its @."
        )
    if mentions.unknown or mentions.goes_on:
        outside = mentions_in(text, {*audience, *known})
        strangers = [user for user, _ in outside.found if user not in audience]
        if strangers or mentions.unknown:
            raise ValidationError(_refusal(mentions.unknown, strangers))
    return mentions


def _refusal(unknown: Sequence[str], strangers: Sequence[User]) -> str:
    if strangers:
        name = strangers[0].display_name
        return f"{name} would not see this. Mention somebody who does, or leave out @."
    return (
        f"{unknown[0]} is nobody who would see this. "
        "Choose a name from the list, or leave out the @."
    )


def _by_name(people: Iterable[User]) -> Mapping[str, Sequence[User]]:
    """Who is called so. A whole name is that of its bearer, also where it is another's first."""
    whole: defaultdict[str, list[User]] = defaultdict(list)
    short: defaultdict[str, list[User]] = defaultdict(list)
    for person in people:
        name = _fold(person.display_name)
        whole[name].append(person)
        for part in {_fold(person.first_name), _fold(person.email.partition("@")[0])} - {name}:
            short[part].append(person)
    return {**short, **whole}


def _fold(text: str) -> str:
    """As names are compared: not by case, the kind of apostrophe, or how an accent is typed."""
    return unicodedata.normalize("NFC", text).casefold().replace("’", "'")


def _longest(rest: str, names: Mapping[str, Sequence[User]]) -> tuple[Sequence[User], int]:
    """Who bears the longest of `names` with which `rest` begins, as a whole word, and how many
    characters of `rest` it takes; nobody and 0 for none."""
    folded = _fold(rest)
    for name in sorted((one for one in names if folded.startswith(one)), key=len, reverse=True):
        for length in range(1, len(rest) + 1):
            if _fold(rest[:length]) == name and not _is_one_word(rest, length):
                return names[name], length
            if len(_fold(rest[:length])) > 2 * len(name):
                break
    return (), 0


def _is_one_word(text: str, at: int) -> bool:
    """Whether what stands before `at` goes on there: with a letter, a digit or an accent."""
    following = text[at : at + 1]
    if not following or re.match(f"[{_NO_SPACES}]", following):
        return False
    return following.isalnum() or unicodedata.category(following).startswith("M")


def _guess(rest: str) -> str:
    """What the writer may have meant as the name: one word."""
    word = _GUESS.match(rest)
    return word.group().rstrip(".'’-") if word else rest[:1]
