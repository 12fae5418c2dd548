"""What gives a candidate away in a blind review: her name, her employer, an address. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recruiting.approvals.likeness import plain, words_of

_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|[^\s@]+@[^\s@]+\.\w+", re.IGNORECASE)
_OF_ANY_EMPLOYER = frozenset(
    words_of(
        "ag and bank bv co company consulting corp corporation das der des die for gmbh group "
        "gruppe holding inc international kg limited llc llp ltd mbh nv of oy plc sa sarl se "
        "services software solutions srl sro systems technologies technology the und university"
    )
)
"""Words in the names of so many companies that they name none."""

_TITLES = frozenset(
    words_of("dr prof mr mrs ms dipl ing phd jr sr de la el al da di van von der bin")
)
"""Of names, what names nobody."""


@dataclass(frozen=True)
class GivenAway:
    """A word of a text that tells who it is about: `place` is "The pitch", `what` "names"."""

    place: str
    what: str
    word: str

    def __str__(self) -> str:
        return f"{self.place} {self.what} {self.word}"


def given_away(name: str, works_at: str, texts: Iterable[tuple[str, str]]) -> list[GivenAway]:
    """What each of the texts, pairs of a place and its words, tells of the candidate.

    A part of a name counts in any case. An employer of one word counts in any case as well; of
    one with several, each part that begins with a capital: "Data Works" is not named by "data".
    """
    names = {word for word in words_of(name) if len(word) > 1} - _TITLES
    employer = [word for word in words_of(works_at) if word not in _OF_ANY_EMPLOYER]
    found: dict[GivenAway, None] = {}
    for place, text in texts:
        for what, word in _told(text, names, set(employer), is_one=len(employer) == 1):
            found[GivenAway(place, what, word)] = None
    return list(found)


def _told(
    text: str, names: set[str], employer: set[str], *, is_one: bool
) -> Iterator[tuple[str, str]]:
    for address in _ADDRESS.findall(text):
        yield "holds the address", address
    for word in _WORD.findall(text):
        key = plain(word)
        if key in names:
            yield "names", word
        elif key in employer and (is_one or word[0].isupper()):
            yield "names the employer", word
