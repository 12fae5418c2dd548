"""Words that say too little or too much in a requirement, and what to say instead."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Wording:
    """A word or phrase, why it is a problem, and a concrete alternative."""

    phrase: str
    why: str
    instead: str


@dataclass(frozen=True)
class Hint:
    """A phrase that was found, as it stands in the text from `start` to `end`."""

    found: str
    why: str
    instead: str
    start: int
    end: int


DEFAULTS = (
    Wording("rockstar", "It says nothing that can be tested, and puts many people off.",
            "Name what the person will deliver in the first 90 days."),
    Wording("ninja", "It says nothing that can be tested, and puts many people off.",
            "Name the skill and the level at which it is used."),
    Wording("guru", "It says nothing that can be tested.",
            "Name the questions that others would bring to this person."),
    Wording("native speaker", "It asks where somebody was born, which in many places is unlawful.",
            "Name the level and its use: “writes contracts in German (C1)”."),
    Wording("culture fit", "Everybody means something else by it, and it favours the familiar.",
            "Name a behaviour: “gives feedback directly”, “works with the door open”."),
    Wording("recent graduate", "It asks for an age, which in many places is unlawful.",
            "Say “no experience needed”, or what is taught on the job."),
    Wording("young", "It asks for an age, which in many places is unlawful.",
            "Leave it out, or say what the work asks for."),
    Wording("digital native", "It asks for an age.", "Name the tools that are used daily."),
    Wording("energetic", "It cannot be tested and is often read as an age.",
            "Name the pace: “four releases a week”, “twenty calls a day”."),
    Wording("team player", "Nobody would say of themselves that they are not.",
            "Name whom the person works with, and on what."),
    Wording("self-starter", "Nobody would say of themselves that they are not.",
            "Name a decision that the person takes alone."),
    Wording("good communication skills", "It names neither the listener nor the occasion.",
            "Name both: “presents results to the board each quarter”."),
    Wording("strong", "Strong compared with whom?",
            "Say what the person can do without help."),
    Wording("excellent", "Excellent compared with whom?",
            "Say what the person can do without help."),
    Wording("top school", "It tests where somebody studied, not what they can do.",
            "Name what has to be known, and how it is tested."),
    Wording("no gaps", "It asks about illness and family rather than about the work.",
            "Leave it out."),
)  # fmt: skip

_YEARS = re.compile(
    r"\b(?:(?:at least|minimum(?: of)?|min\.?|over|more than)\s+)?"
    r"(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)"
    r"(?:\s?(?:\+|plus|or more)|\s?(?:-|–|to)\s?\d{1,2}\+?)?"
    r"\s+years?(?:['’])?(?:\s+of)?(?:\s+(?:relevant|professional|working|work|hands-on))?"
    r"(?:\s+experience)?",
    re.IGNORECASE,
)
_WHY_YEARS = "Years measure time, not skill: some learn it in two, some never."
_INSTEAD_OF_YEARS = "Name what somebody with those years can do, and how you would see it."


def hints(text: str, wordings: Iterable[Wording]) -> list[Hint]:
    """What in the text could be said better, in the order in which it stands there.

    Phrases are found as whole words in any case; a longer one that holds a shorter is told once.
    Bare years of experience are found by rule.
    """
    known = tuple(wordings)
    by_phrase = {_plain(one.phrase): one for one in known}
    found = [
        Hint(match[0], by_phrase[_plain(match[0])].why, by_phrase[_plain(match[0])].instead,
             match.start(), match.end())
        for match in _pattern(tuple(by_phrase)).finditer(text)
    ]  # fmt: skip
    found += [
        Hint(match[0].strip(), _WHY_YEARS, _INSTEAD_OF_YEARS, match.start(), match.end())
        for match in _YEARS.finditer(text)
    ]
    return sorted(found, key=lambda hint: (hint.start, hint.end))


def _plain(phrase: str) -> str:
    """One form of a phrase for its spellings: "Rock-Star", "rock star" are other words than
    "rockstar", but "culture-fit" is "culture fit", and "NİNJA" is found as "ninja" is."""
    folded = phrase.casefold().replace("i\u0307", "i").replace("ı", "i")
    return " ".join(re.split(r"[\s-]+", folded)).strip()


@lru_cache(maxsize=64)
def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted((one for one in phrases if one), key=len, reverse=True)
    if not longest_first:
        return re.compile(r"(?!)")
    words = "|".join(r"[\s-]+".join(map(re.escape, one.split())) for one in longest_first)
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
