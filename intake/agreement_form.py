"""The form of the working agreement, with what it proposes where nothing is agreed yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from intake.content import Terms
from intake.models import Agreement
from intake.models.agreements import LIMITS, USUAL, WORDS
from intake.usual import USUAL_TERMS, Fact
from recruiting.lib.fields import LineField


@dataclass(frozen=True)
class Line:
    """One promise: its field, the word before and behind the number, and what others do."""

    field: forms.BoundField
    unit: str
    usual: Sequence[Fact]


@dataclass(frozen=True)
class Compared:
    """One field as one of the two typed it and as the other saved it."""

    mine: forms.BoundField
    theirs: str
    is_other: bool
    unit: str


_UNITS = {
    "decision_days": "business days",
    "feedback_hours": "hours",
    "slate_days": "business days",
    "update_days": "days",
}

_LABELS = {
    "decision_days": "A resume is decided on within",
    "feedback_hours": "Feedback on an interview within",
    "slate_days": "The first candidates within",
    "update_days": "A word on how it stands every",
}


def _number(name: str) -> forms.IntegerField:
    limit = LIMITS[name]
    return forms.IntegerField(
        required=False,
        min_value=1,
        max_value=limit,
        label=_LABELS[name],
        widget=forms.NumberInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input input--num"}
        ),
        error_messages={
            "invalid": "Write a whole number, or leave it empty.",
            "min_value": "Write 1 or more, or leave it empty.",
            "max_value": f"At most {limit} {_UNITS[name]} can be agreed on.",
        },
    )


class AgreementForm(forms.Form):
    """What the two promise each other. An empty field is not agreed on."""

    version = forms.IntegerField(
        min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput, initial=0
    )
    decision_days = _number("decision_days")
    feedback_hours = _number("feedback_hours")
    slate_days = _number("slate_days")
    update_days = _number("update_days")
    channel = LineField(
        required=False,
        max_length=120,
        label="We reach each other by",
        help_text="Chat, phone, mail: the one that is read.",
    )
    stand_in = LineField(
        required=False,
        max_length=120,
        label="When one is away, ask",
        help_text="Who decides then, for each side.",
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, auto_id="agreement-%s", **options)

    @classmethod
    def of(cls, agreement: Agreement | None) -> "AgreementForm":
        """As it stands, or with what others agree on where nothing stands yet."""
        terms = agreement.terms if agreement else USUAL
        version = agreement.version if agreement else 0
        return cls(initial={**vars(terms), "version": version})

    @property
    def terms(self) -> Terms:
        names = (*LIMITS, *WORDS)
        return Terms(**{name: self.cleaned_data[name] for name in names})

    def compared(self, theirs: Terms) -> Iterator["Compared"]:
        """Each field as it was typed, beside what stands."""
        mine = self.terms
        for name, saved in vars(theirs).items():
            unit = _UNITS.get(name, "")
            words = f"{saved} {unit}".strip() if saved else ""
            yield Compared(self[name], words, is_other=getattr(mine, name) != saved, unit=unit)

    def lines(self) -> Iterator[Line]:
        """The promises that are numbers."""
        for name in LIMITS:
            yield Line(self[name], _UNITS[name], USUAL_TERMS[name])

    def words(self) -> Iterator[forms.BoundField]:
        for name in WORDS:
            yield self[name]
