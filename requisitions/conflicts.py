"""Two people changed one requisition at once: both texts side by side, and who wins."""

import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.forms import BoundField, ChoiceField
from django.http import QueryDict

from recruiting.accounts.models import User
from recruiting.audit.models import Event
from requisitions.forms import EditRequisitionForm
from requisitions.models import Requisition

TAKE = "take"
"""The name under which a form lists the fields whose saved text is to win."""


@dataclass(frozen=True)
class Difference:
    """One field as one person typed it and as the other saved it."""

    mine: BoundField
    theirs: str
    takes_theirs: bool


def settled(sent: QueryDict, requisition: Requisition) -> QueryDict:
    """What was sent, with the saved text in the fields for which the reader chose it."""
    data = sent.copy()
    for name in sent.getlist(TAKE):
        if name in EditRequisitionForm.Meta.fields:
            data[name] = _as_sent(requisition, name)
    return data


def compared(
    current: Requisition, mine: EditRequisitionForm, *, user: User, today: date
) -> dict[str, Any]:
    """The context of the page that asks which text shall stand.

    A field that the reader never touched is set to take what the other has saved.
    """
    data = QueryDict(mutable=True)
    data.update(mine.data)
    data["version"] = str(current.version)
    form = EditRequisitionForm(data, instance=copy.copy(current), user=user, today=today)
    form.is_valid()
    differing = [name for name, value in mine.changes.items() if getattr(current, name) != value]
    saved = Event.objects.about(current).filter(action="edited").select_related("actor").first()
    return {
        "requisition": current,
        "form": form,
        "differences": [
            Difference(form[name], _shown(form, current, name), mine.untouched(name))
            for name in differing
        ],
        "same": [form[name] for name in form.fields if name not in differing],
        "saved": saved,
    }


def _as_sent(requisition: Requisition, name: str) -> str:
    value = getattr(requisition, name)
    return "" if value is None else str(getattr(value, "pk", value))


def _shown(form: EditRequisitionForm, requisition: Requisition, name: str) -> str:
    """The saved value as the field's own control shows it."""
    value, field = getattr(requisition, name), form.fields[name]
    if value is None or isinstance(value, Model):
        return str(value or "")
    if isinstance(field, ChoiceField):
        labels: dict[Any, Any] = dict(field.choices)  # type: ignore[arg-type]  # pairs here
        return str(labels.get(value, value)) if value else ""
    return str(field.prepare_value(value))
