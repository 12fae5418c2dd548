"""A round pasted from a spreadsheet: text, preview, and what came of it. Nothing lies between:
the text goes along in the page, and its key makes a second confirmation harmless."""

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import User
from recruiting.dashboards import pasting
from recruiting.dashboards.pasting import MEANINGS, Pasted, Table, Unreadable
from recruiting.dashboards.rounds import Round, log_row, with_related
from recruiting.lib.fields import ProseField
from requisitions.models import Requisition


class PasteForm(forms.Form):
    """The text, and the key of this paste once it has been previewed."""

    text = ProseField(
        max_length=pasting.TEXT_MAX,
        strip=False,
        label="Cells of your spreadsheet, headings included",
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "wrap": "off"}),
        error_messages={"required": "Copy the cells in your spreadsheet and paste them here."},
    )
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)


class ColumnsForm(forms.Form):
    """What each pasted column holds."""

    def __init__(self, data: Any, table: Table) -> None:
        first = {f"column_{n}": meaning for n, meaning in enumerate(table.guess())}
        super().__init__(data if data and "column_0" in data else None, initial=first)
        for number, heading in enumerate(table.headings):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                choices=[("", "Left out"), *MEANINGS.items()],
                required=False,
                label=heading or f"Column {number + 1}",
                error_messages={"invalid_choice": "Choose from the list."},
            )

    def meanings(self) -> list[str]:
        """One for each column. Raises Unreadable where one was made up."""
        if not self.is_bound:
            return [str(self.initial[name]) for name in self.fields]
        if not self.is_valid():
            raise Unreadable("Choose from the list what each column holds.")
        return [self.cleaned_data[name] for name in self.fields]


@dataclass
class Reading:
    """A paste as far as it could be read."""

    form: PasteForm
    table: Table | None = None
    columns: ColumnsForm | None = None
    rows: list[Pasted] | None = None
    key: uuid.UUID | None = None
    problem: str = ""

    @property
    def ready(self) -> list[Pasted]:
        return [row for row in self.rows or [] if row.is_ready]

    @property
    def slots(self) -> list[tuple[forms.BoundField, str]]:
        """Each column's choice with an example of what stands in it."""
        if self.columns is None or self.table is None:
            return []
        return [(slot, self.table.sample(n)) for n, slot in enumerate(self.columns)]

    @property
    def context(self) -> dict[str, Any]:
        rows = self.rows or []
        refused = [row for row in rows if row.problems]
        empty = [row for row in rows if row.is_empty]
        return {"reading": self, "form": self.form, "refused": refused, "empty": empty}


@require_http_methods(["GET", "POST"])
@recruiter_required
def paste(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Take the text; show what of it would be saved where."""
    if request.method == "GET":
        return _answer(request, Reading(PasteForm()))
    reading = _read(request, key=uuid.uuid4())
    _mark_logged(request.user, reading.rows or [])
    return _answer(request, reading, status=422 if reading.problem or reading.form.errors else 200)


@require_POST
@recruiter_required
def rows(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Save the rows that were chosen, each for itself, and name those that were refused."""
    reading = _read(request)
    if reading.rows is None or reading.key is None:
        return _answer(request, reading, status=422)
    wanted = set(request.POST.getlist("row"))
    chosen = [row for row in reading.rows if str(row.number) in wanted]
    if not chosen:
        reading.problem = "Choose at least one row to save."
        return _answer(request, reading, status=422)
    now = timezone.now()
    for row in chosen:
        if row.is_ready and row.requisition and row.form:
            log_row(row.requisition, row.form, by=request.user, now=now)
            row.problems += row.form.problems
    saved = [row for row in chosen if row.is_ready]
    refused = [row for row in chosen if not row.is_ready]
    context = {"saved": saved, "refused": refused}
    return render(request, "dashboards/round_pasted.html", context, status=200 if saved else 422)


def _read(request: AuthenticatedHttpRequest, *, key: uuid.UUID | None = None) -> Reading:
    """The paste that was sent; with its own key, or with a new one when it is to be previewed."""
    form = PasteForm(request.POST)
    reading = Reading(form)
    if not form.is_valid():
        return reading
    reading.key = key or form.cleaned_data["key"]
    mine = _mine(request.user)
    try:
        reading.table = pasting.read(form.cleaned_data["text"])
        reading.columns = ColumnsForm(request.POST, reading.table)
        meanings = reading.columns.meanings()
        pasting.check_columns(reading.table, meanings, mine)
    except Unreadable as refusal:
        reading.problem = str(refusal)
        return reading
    if reading.key is None:
        reading.problem = "Read the table again before you save it."
        return reading
    reading.rows = pasting.rows(
        reading.table, meanings, mine, key=reading.key, today=timezone.localdate()
    )
    return reading


def _mine(user: User) -> list[Requisition]:
    own = Requisition.objects.visible_to(user).held_by(user).active()
    return list(with_related(own).order_by("title", "pk"))


def _mark_logged(user: User, rows: list[Pasted]) -> None:
    """Two statements, for any number of rows."""
    round_ = Round(user, None, timezone.localdate(), timezone.get_current_timezone())
    logged = round_.logged([row.requisition for row in rows if row.requisition])
    for row in rows:
        row.logged = logged.get(row.requisition.pk) if row.requisition else None


def _answer(
    request: AuthenticatedHttpRequest, reading: Reading, *, status: int = 200
) -> HttpResponse:
    preview, empty = "dashboards/round_preview.html", "dashboards/round_paste.html"
    page = preview if reading.table else empty
    return render(request, page, reading.context, status=status)
