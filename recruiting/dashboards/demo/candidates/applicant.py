"""What a candidate of the demo is made of. All of them are made up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

MET, PARTLY, NOT, UNKNOWN = "met", "partly", "not", "unknown"


LETTERS = str.maketrans("żŻńłŁśŚğĞıİşŞćęąöüäéóå", "zZnlLsSgGiIsSceaouaeoa")
"""Of names, as they stand in addresses."""


@dataclass(frozen=True)
class Post:
    """One line of a career: since when, as what, where, and what came of it."""

    years: str
    title: str
    place: str
    did: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """`marks` by a word of the requirement's text: the mark, and a line of evidence. Who has a
    `career` has a resume."""

    key: str
    name: str
    headline: str
    works_at: str
    pitch: str
    marks: Mapping[str, tuple[str, str]]
    source: str = ""
    pay: str = ""
    notice: str = ""
    links: bool = False
    """Whether there is a profile to look at."""

    career: Sequence[Post] = ()
    skills: Sequence[str] = field(default_factory=tuple)

    @property
    def details(self) -> dict[str, str]:
        """By the names of the columns."""
        return {
            "name": self.name,
            "headline": self.headline,
            "works_at": self.works_at,
            "links": self.profile,
            "source": self.source,
            "expected_pay": self.pay,
            "notice_period": self.notice,
        }

    @property
    def profile(self) -> str:
        login = self.name.lower().translate(LETTERS).replace(" ", "-")
        return f"https://profiles.example/{login}" if self.links else ""
