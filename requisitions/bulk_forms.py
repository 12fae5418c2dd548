"""What is asked before many requisitions are changed at once."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict

from recruiting.accounts.models import User
from requisitions.fields import ReasonField, RowField, day_field
from requisitions.forms import check_hold_end
from requisitions.models import BulkAction, Requisition
from requisitions.models.bulk import BULK_MAX, BulkChange, Order, Shown

Kind = BulkAction.Kind


class BulkForm(forms.Form):
    """`rows` are those that the person sees of the ones chosen; the form carries how they stood."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    person = RowField(User.objects.none(), empty_label="Choose")
    reason = ReasonField()
    until = day_field(required=False, label="Until", help_text="When work is likely to go on.")

    labels = {
        Kind.RECRUITER: "New recruiter",
        Kind.MANAGER: "New hiring manager",
        Kind.WATCH: "Who is to see them",
        Kind.UNWATCH: "Who is to see them no more",
    }

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        kind: BulkAction.Kind,
        by: User,
        rows: Sequence[Requisition],
        today: date,
    ) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
        self.kind, self.today, self.rows = kind, today, rows
        if kind == Kind.HOLD:
            del self.fields["person"]
            return
        del self.fields["reason"], self.fields["until"]
        person = self.fields["person"]
        assert isinstance(person, forms.ModelChoiceField)
        person.label = self.labels[kind]
        person.queryset = _people(kind, by, rows, is_sent=data is not None)

    def clean_until(self) -> date | None:
        return check_hold_end(self.cleaned_data["until"], self.today)

    def clean(self) -> dict[str, Any]:
        if not self.rows:
            raise ValidationError("Choose at least one requisition in the list.")
        return super().clean() or self.cleaned_data

    def refuse_as_sent_before(self) -> None:
        """Who goes back in the browser has the old form, and must not be told that what it says
        now was done. What is sent next is another message."""
        self.add_error(
            None,
            "This form was sent before and said something else then, which is done. "
            "Go back to the list and choose again what to change.",
        )
        data = cast(QueryDict, self.data).copy()
        data["key"] = str(uuid.uuid4())
        self.data = data

    @property
    def shown(self) -> list[Shown]:
        """How the rows stood when the person chose them: as sent, else as they stand now."""
        if isinstance(self.data, QueryDict) and self.is_bound:
            return read_shown(self.data)
        return [Shown(row.pk, row.version, row.status) for row in self.rows]

    @property
    def order(self) -> Order:
        data = self.cleaned_data
        return Order(self.kind, data.get("person"), data.get("reason", ""), data.get("until"))

    @property
    def spoken_key(self) -> uuid.UUID:
        return self.cleaned_data["key"] or uuid.uuid4()


def read_shown(data: QueryDict) -> list[Shown]:
    """The rows that a form carries. What no form of ours writes is passed over."""
    shown = []
    for text in data.getlist("row")[:BULK_MAX]:
        try:
            shown.append(Shown.read(text))
        except ValueError:
            continue
    return shown


def _people(kind: BulkAction.Kind, by: User, rows: Sequence[Requisition], *, is_sent: bool) -> Any:
    """Who can be chosen. A form that ends a watching may be sent twice: it still knows of whom."""
    active = User.objects.active().visible_to(by)
    if kind == Kind.RECRUITER:
        people = active.recruiters()
    elif kind == Kind.UNWATCH:
        keys = [row.pk for row in rows]
        known = Q(watching__requisition__in=keys)
        if is_sent:
            mine = BulkChange.objects.filter(action__by=by, requisition__in=keys)
            known |= Q(pk__in=mine.filter(action__kind=kind).values("before"))
        people = User.objects.filter(known)
    else:
        people = active.managers().filter(memberships__client__in={row.client_id for row in rows})
    return people.distinct().order_by("name", "email")
