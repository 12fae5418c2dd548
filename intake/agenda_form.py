"""An agenda as a form: what is talked about, for how long, in which order."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from intake.agenda import AGENDA, MINUTES_MAX, NAME_MAX, PARTS_MAX, Part, check_parts, rows_of
from intake.models import AgendaTemplate, Intake
from intake.news import agenda_mark
from recruiting.accounts.models import User
from recruiting.lib.text import check_line


class PartForm(forms.Form):
    """One part that is known, whether it is in this meeting or not."""

    name = forms.CharField(
        max_length=NAME_MAX,
        validators=[check_line],
        error_messages={"required": "Give this part a name."},
    )
    minutes = forms.IntegerField(
        min_value=1, max_value=MINUTES_MAX,
        widget=forms.NumberInput({"inputmode": "numeric"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            f"A part takes 1 to {MINUTES_MAX} minutes.",
        ),
    )  # fmt: skip
    place = forms.IntegerField(
        label="Order", min_value=1, max_value=99,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )  # fmt: skip
    is_in = forms.BooleanField(label="In this meeting", required=False)

    def __init__(self, part: Part, data: Mapping[str, Any] | None, **initial: Any) -> None:
        initial |= {"name": part.name, "minutes": part.minutes}
        super().__init__(data, prefix=f"part-{part.key}", initial=initial)
        self.part = part

    @property
    def title(self) -> str:
        """What the part is called where nobody has given it another name."""
        return _USUAL.get(self.part.key, self.part.name) or "A part of your own"


_USUAL = {part.key: part.name for part in AGENDA}


class PartsForm(forms.Form):
    """Every known part as a row. `seen` marks the agenda that the writer was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, current: Sequence[Part], data: Mapping[str, Any] | None = None, **fields: Any
    ) -> None:
        super().__init__(data, initial={"seen": agenda_mark(rows_of(current))} | fields)
        self.current = tuple(current)
        self.rows = [
            PartForm(part, data, place=place, is_in=is_in)
            for place, (part, is_in) in enumerate(self._known(), start=1)
        ]

    def _known(self) -> list[tuple[Part, bool]]:
        """The parts of this agenda, then those of the usual half hour that are not in it."""
        keys = {part.key for part in self.current}
        others = [(part, False) for part in AGENDA if part.key not in keys]
        return [*((part, True) for part in self.current), *others]

    def is_valid(self) -> bool:
        rows = [row.is_valid() or not self._is_in(row) for row in self.rows]
        return super().is_valid() and all(rows) and self._are_parts()

    def _is_in(self, row: PartForm) -> bool:
        return bool(row.cleaned_data.get("is_in"))

    def _are_parts(self) -> bool:
        try:
            check_parts(self.parts)
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True

    @property
    def parts(self) -> Sequence[Part]:
        """Those of the agenda in their order; of a form that is valid."""
        rows = [row for row in self.rows if self._is_in(row)]
        rows.sort(key=lambda row: row.cleaned_data["place"])
        return [
            Part(row.part.key, row.cleaned_data["name"], row.cleaned_data["minutes"])
            for row in rows
        ]

    @property
    def is_stale(self) -> bool:
        """Whether somebody else has changed the agenda since this form was made."""
        return bool(self.cleaned_data["seen"] != agenda_mark(rows_of(self.current)))


class AgendaForm(PartsForm):
    """The agenda of one meeting."""

    keep = forms.BooleanField(
        label="Begin the next meetings at this client so, too", required=False
    )

    def __init__(
        self, intake: Intake, data: Mapping[str, Any] | None = None, *, may_keep: bool
    ) -> None:
        super().__init__(intake.agenda, data)
        self.intake = intake
        if not may_keep:
            del self.fields["keep"]

    def save(self, *, by: User, now: datetime) -> None:
        """Of a form that is valid and not stale. Raises StaleAgenda when it is by now."""
        self.intake.set_agenda(self.parts, seen=self.current, by=by, now=now)
        if self.cleaned_data.get("keep"):
            client = self.intake.requisition.client
            AgendaTemplate.keep(client, tuple(self.parts), by=by, now=now)


class TemplateForm(PartsForm):
    """The agenda with which the meetings at a client begin, with an empty row at its end for a
    part of the client's own. A row of its own that is not in it is gone."""

    def __init__(self, current: Sequence[Part], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(current, data)
        for row in self.rows:
            row.fields["is_in"].label = "In the agenda"
        self.rows[-1].fields["name"].required = False

    def _known(self) -> list[tuple[Part, bool]]:
        keys = {part.key for part in self.current}
        own = next(key for n in range(1, PARTS_MAX + 2) if (key := f"own-{n}") not in keys)
        return [*super()._known(), (Part(own, "", 5), False)]

    @property
    def minutes(self) -> int:
        return sum(part.minutes for part in self.current)
