"""What others agree on, each figure with its source: the proposals of the working agreement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """What somebody has published. `year` is None where the source bears no date."""

    text: str
    source: str
    year: int | None = None

    @property
    def cited(self) -> str:
        """The source as it stands in brackets behind the fact."""
        return f"{self.source}, {self.year or 'undated'}"


USUAL_TERMS: Mapping[str, Sequence[Fact]] = {
    "decision_days": (Fact("1 business day in one vendor's agreement", "Engage Talent"),),
    "feedback_hours": (
        Fact("24 hours in one vendor's agreement", "Engage Talent"),
        Fact("48 hours at most in a guide", "Lever"),
    ),
    "slate_days": (
        Fact("4 to 5 candidates after 5 to 15 business days in one company's agreement; "
             "10 lies in the middle", "Scribd"),
    ),
    "update_days": (Fact("every 7 days in one company's agreement", "Scribd"),),
}  # fmt: skip
"""By the field of the agreement for which `agreements.USUAL` proposes a number."""

WHY_AGREE = Fact(
    "67 % of about 300 recruiters wait 2 working days or more for an answer to a resume",
    "Phenom and Talent Board",
    2021,
)
"""Why the two should say how long an answer takes."""
