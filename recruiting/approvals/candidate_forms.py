"""The form of a candidate: who she is, how she stands to each requirement, and the pitch."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import QueryDict

from intake.content import KINDS, RequirementLine
from recruiting.accounts.fields import KeyField
from recruiting.approvals.drafting import DETAILS, Rated, Versions, Written
from recruiting.approvals.files.fields import ResumeField
from recruiting.approvals.models import Mark, NotNow, Submission
from recruiting.approvals.models.candidates import LINE_MAX, LINKS_MAX, NAME_MAX
from recruiting.approvals.models.submissions import EVIDENCE_MAX, PITCH_MAX
from recruiting.approvals.requirements import Asked, Changed
from recruiting.lib.fields import LineField, ProseField

TAKE = "take"
"""The name under which a form lists what the other has saved and is to stand."""

ANOTHER = "another"
"""Who is meant: somebody else of the same name."""

SOURCES = ("Referral", "LinkedIn", "Applied", "Own network", "Job board", "Agency", "Event")
_OFF = {"autocomplete": "off"}
_check_address = URLValidator(schemes=["http", "https"])


class LinksField(ProseField):
    """Addresses, one a line. One without a scheme, as people copy them, is https."""

    def clean(self, value: Any) -> str:
        lines = [line.strip() for line in super().clean(value).split("\n")]
        return "\n".join(self._address(line) for line in lines if line)

    def _address(self, line: str) -> str:
        address = line if "://" in line else f"https://{line}"
        try:
            _check_address(address)
        except (ValidationError, ValueError):
            shown = line if len(line) <= 80 else f"{line[:80]}…"
            raise ValidationError(
                f"“{shown}” is no address of a page. Write one a line, such as "
                "https://example.com/in/ada."
            ) from None
        return address


class DetailsForm(forms.Form):
    """What is said of a candidate. `theirs` is what stands where something else was typed."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    candidate_version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    name = LineField(max_length=NAME_MAX, widget=forms.TextInput(attrs=_OFF))
    headline = LineField(
        max_length=LINE_MAX,
        required=False,
        help_text="One line, such as “Data engineer, eight years, two of them leading”.",
        widget=forms.TextInput(attrs=_OFF),
    )
    works_at = LineField(
        max_length=LINE_MAX, required=False, label="Where they work",
        widget=forms.TextInput(attrs=_OFF),
    )  # fmt: skip
    links = LinksField(
        max_length=LINKS_MAX,
        required=False,
        help_text="A profile, a portfolio: one address a line.",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "inputmode": "url"}),
    )
    source = LineField(
        max_length=LINE_MAX, required=False, label="Where you found them",
        widget=forms.TextInput(attrs={**_OFF, "list": "sources"}),
    )  # fmt: skip
    expected_pay = LineField(
        max_length=LINE_MAX, required=False, widget=forms.TextInput(attrs=_OFF)
    )
    notice_period = LineField(
        max_length=LINE_MAX, required=False, widget=forms.TextInput(attrs=_OFF)
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.theirs: dict[str, str] = {}
        self.sources = SOURCES

    @property
    def written(self) -> Written:
        """What was typed. Call it on a valid form."""
        return Written({name: self.cleaned_data[name] for name in DETAILS})

    @property
    def versions(self) -> Versions:
        typed = self.cleaned_data
        return Versions(typed["version"], typed["candidate_version"])

    @property
    def detail_fields(self) -> "Iterator[Beside]":
        for name in DETAILS:
            yield Beside(self[name], name, self.theirs.get(name))

    def compare(self, stands: Written, versions: Versions) -> None:
        """Show what stands beside what was typed; the next save has seen both."""
        mine = self.written
        for name in DETAILS:
            if mine.details[name] != stands.details[name]:
                self.theirs[name] = stands.details[name] or _EMPTY
        seen = {"version": versions.submission, "candidate_version": versions.candidate}
        self.data = holding(self.data, seen)


def holding(data: Mapping[str, Any], values: Mapping[str, object]) -> QueryDict:
    """What was sent, with other values in some fields."""
    assert isinstance(data, QueryDict), "a form of a page gets what was posted"
    changed = data.copy()
    for name, value in values.items():
        changed[name] = str(value)
    return changed


_EMPTY = "(empty)"


@dataclass(frozen=True)
class Beside:
    """A field, and beside it what somebody else has saved there."""

    field: forms.BoundField
    take: str
    theirs: str | None


@dataclass(frozen=True)
class Row:
    """One requirement and how the candidate stands to it."""

    line: RequirementLine
    mark: forms.BoundField
    evidence: forms.BoundField
    take: str
    theirs: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Group:
    name: str
    rows: Sequence[Row] = field(default_factory=list)


class CandidateForm(DetailsForm):
    """A draft. Without a brief in force it has no requirements to rate."""

    brief = forms.IntegerField(widget=forms.HiddenInput, initial=0, required=False)
    pitch = ProseField(
        max_length=PITCH_MAX,
        required=False,
        label="Pitch",
        help_text="Two sentences: why this person, for this job. Managers read it first.",
        widget=forms.Textarea(attrs={"rows": 3, "data-counts": str(PITCH_MAX)}),
    )
    resume = ResumeField(required=False, label="Resume")

    def __init__(self, *args: Any, asked: Asked, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asked = asked
        for line in asked.lines:
            self.fields[f"mark-{line.id}"] = forms.ChoiceField(
                choices=Mark.choices, required=False, initial=Mark.UNKNOWN,
                label=line.text, widget=forms.RadioSelect,
            )  # fmt: skip
            self.fields[f"evidence-{line.id}"] = LineField(
                max_length=EVIDENCE_MAX, required=False, label=f"Evidence on {line.text}",
                widget=forms.TextInput(attrs={**_OFF, "placeholder": "Evidence, in a line"}),
            )  # fmt: skip

    @property
    def written(self) -> Written:
        typed = self.cleaned_data
        rated = {
            UUID(line.id): Rated(
                typed[f"mark-{line.id}"] or Mark.UNKNOWN, typed[f"evidence-{line.id}"]
            )
            for line in self.asked.lines
        }
        return Written(super().written.details, typed["pitch"], rated)

    @property
    def pitch_field(self) -> Beside:
        return Beside(self["pitch"], "pitch", self.theirs.get("pitch"))

    @property
    def groups(self) -> list[Group]:
        """The requirements by kind, dealbreakers first."""
        found: dict[str, list[Row]] = {}
        for line in self.asked.lines:
            found.setdefault(line.kind, []).append(self._row(line))
        return [Group(KINDS[kind], rows) for kind, rows in found.items()]

    def _row(self, line: RequirementLine) -> Row:
        take = f"rating-{line.id}"
        mark, evidence = self[f"mark-{line.id}"], self[f"evidence-{line.id}"]
        return Row(line, mark, evidence, take, self.theirs.get(take))

    def compare(self, stands: Written, versions: Versions) -> None:
        super().compare(stands, versions)
        mine = self.written
        if mine.pitch != stands.pitch:
            self.theirs["pitch"] = stands.pitch or _EMPTY
        for line in self.asked.lines:
            theirs = stands.rated(UUID(line.id))
            if mine.rated(UUID(line.id)) != theirs:
                words = [Mark(theirs.mark).label, theirs.evidence]
                self.theirs[f"rating-{line.id}"] = ": ".join(filter(None, words))

    def refuse(self, why: NotNow | ValidationError) -> None:
        """What the models object to: to a resume, beside it."""
        if isinstance(why, NotNow):
            self.add_error(None, str(why))
        else:
            self.add_error("resume", why.messages)

    @property
    def was_amended(self) -> bool:
        """The brief is another one than when the form was shown. Call it on a valid form."""
        return (self.cleaned_data["brief"] or 0) != self.asked.number

    @property
    def unasked(self) -> list[str]:
        """Evidence that was typed for requirements which the brief in force does not have."""
        own = {f"evidence-{line.id}" for line in self.asked.lines}
        typed = [(name, text) for name, text in self.data.items() if name.startswith("evidence-")]
        return [str(text) for name, text in typed if name not in own and text]

    def show_brief(self) -> None:
        """The next save has seen the brief in force."""
        self.data = holding(self.data, {"brief": self.asked.number})


class NewCandidateForm(CandidateForm):
    """`who` is empty, the id of a candidate whom the client has, or ANOTHER."""

    key = KeyField()
    who = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def clean_who(self) -> UUID | str:
        who = self.cleaned_data["who"]
        if who in ("", ANOTHER):
            return str(who)
        try:
            return UUID(who)
        except ValueError:
            raise ValidationError("Choose one of these.") from None


def shown_first(asked: Asked) -> dict[str, Any]:
    """What the form of a new candidate holds."""
    return {"key": uuid.uuid4(), "brief": asked.number}


def shown(submission: Submission, written: Written, asked: Asked) -> dict[str, Any]:
    """What the form of a draft holds."""
    values: dict[str, Any] = {
        "version": submission.version,
        "candidate_version": submission.candidate.version,
        "brief": asked.number,
        "pitch": written.pitch,
        **written.details,
    }
    for line in asked.lines:
        rated = written.rated(UUID(line.id))
        values |= {f"mark-{line.id}": rated.mark, f"evidence-{line.id}": rated.evidence}
    return values


def settled(sent: QueryDict, stands: Written) -> QueryDict:
    """What was sent, with what stands in the places for which the writer chose it."""
    data = sent.copy()
    for name in sent.getlist(TAKE):
        if name in DETAILS:
            data[name] = stands.details[name]
        elif name == "pitch":
            data["pitch"] = stands.pitch
        elif name.startswith("rating-"):
            _take_rating(data, name.removeprefix("rating-"), stands.ratings)
    return data


def _take_rating(data: QueryDict, requirement: str, ratings: Mapping[UUID, Rated]) -> None:
    rated = {str(pk): one for pk, one in ratings.items()}.get(requirement)
    if rated:
        data[f"mark-{requirement}"] = rated.mark
        data[f"evidence-{requirement}"] = rated.evidence


def amendment_words(changed: Changed) -> list[str]:
    """What the page says of an amendment since the draft was rated."""
    told = [
        ("New, and not rated yet", changed.new),
        ("Worded anew, look again", changed.reworded),
        ("No longer asked for, left out at the next save", changed.gone),
    ]
    return [f"{words}: {' · '.join(texts)}." for words, texts in told if texts]
