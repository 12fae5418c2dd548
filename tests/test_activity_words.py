"""Every action that the code records has words; every field that can be edited has a name."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from recruiting.audit.models import Event
from recruiting.dashboards.activity.words import (
    ACTIONS,
    FIELDS,
    Kind,
    Names,
    counts,
    did,
    kind_of,
    of_kind,
)
from recruiting.mailing import kinds
from requisitions.forms import RequisitionForm
from requisitions.models import Status
from status_updates.models.note import _A, _DONE

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("recruiting", "requisitions", "intake", "status_updates")
SOURCES = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
RECORDER = re.compile(r"record|event_of|_record\w*|_add_event")
HANDED_ON = {
    "recruiting/accounts/models/clients.py",
    "recruiting/audit/models.py",
    "recruiting/dashboards/demo/volume.py",
    "requisitions/importing/reading.py",
    "status_updates/models/note.py",
    "status_updates/models/touchpoint.py",
}
"""Where a function hands on the action that its callers name, which are read instead; and two with
a function of that name that records no event."""

STOPPABLE = [kind.name for kind in kinds.registered() if kind.can_stop]
MADE_UP = {
    "became {}": [f"became {status}" for status in Status],
    "stopped the {}": [f"stopped the {kind}" for kind in STOPPABLE],
    "resumed the {}": [f"resumed the {kind}" for kind in STOPPABLE],
    **{f"{verb} {{}}": [f"{verb} {a}" for a in _A.values()]
       for verb in ("edited", "withdrew", "restored")},
}  # fmt: skip
"""Actions with a part that is filled in, and all that can come of them."""


def actions_in(path: Path) -> Iterator[str | None]:
    """What is recorded, with "{}" for what is filled in; None for what is no text at all."""
    for call in ast.walk(ast.parse(path.read_text())):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        name = getattr(call.func, "id", "") or getattr(call.func, "attr", "")
        if not RECORDER.fullmatch(name):
            continue
        action = call.args[0]
        if isinstance(action, ast.Constant):
            yield str(action.value)
        elif isinstance(action, ast.JoinedStr):
            parts = [getattr(part, "value", None) for part in action.values]
            yield "".join(part if isinstance(part, str) else "{}" for part in parts)
        else:
            yield None


@cache
def recorded() -> set[str]:
    found = {action for path in SOURCES for action in actions_in(path) if action} | set(
        _DONE.values()
    )
    private = {f"{verb} a private note" for verb in ("wrote", "edited", "withdrew", "restored")}
    closings = {f"{verb} closed days" for verb in ("added", "removed", "brought back")}
    return {made for action in found for made in MADE_UP.get(action, [action])} | private | closings


def words_known() -> set[str]:
    """The actions, without the target's type that narrows some."""
    keys = [key for told in ACTIONS.values() for key in told]
    return {key.rpartition(" ")[0] if "." in key.rpartition(" ")[2] else key for key in keys}


def test_every_action_that_is_recorded_has_words() -> None:
    assert recorded() - words_known() == set()


def test_every_action_can_be_read_here() -> None:
    """An action in a variable would escape the test above."""
    found = {path for path in SOURCES for action in actions_in(path) if action is None}
    assert {str(path.relative_to(ROOT)) for path in found} == HANDED_ON


def test_every_field_that_can_be_edited_has_a_name() -> None:
    assert set(RequisitionForm.Meta.fields) - set(FIELDS) == set()


@pytest.mark.parametrize("key", [key for told in ACTIONS.values() for key in told])
def test_words_need_no_particulars(key: str) -> None:
    """Older events hold fewer of them."""
    action, _, target_type = key.rpartition(" ")
    event = (
        Event(action=action, target_type=target_type) if "." in target_type else Event(action=key)
    )
    words = did(event, Names())
    assert words
    assert not set("{}_.") & set(words)
    assert kind_of(event) is not None
    assert counts(event) == []


def test_action_that_nobody_knows_is_told_in_general() -> None:
    event = Event(action="frobbed the_widget", particulars={"reason": "x"})
    assert (did(event, Names()), kind_of(event)) == ("changed something", None)


@pytest.mark.django_db
def test_every_event_with_words_is_of_one_kind() -> None:
    """What the filters find, all together, is everything, and nothing twice."""
    for told in ACTIONS.values():
        for key in told:
            action, _, target_type = key.rpartition(" ")
            narrow = "." in target_type
            Event.objects.create(
                at="2026-03-11T10:00Z",
                action=action if narrow else key,
                target_type=target_type if narrow else "",
                target_id="00000000-0000-0000-0000-000000000001",
            )
    found = [event.pk for kind in Kind for event in Event.objects.filter(of_kind(kind))]
    assert sorted(found) == sorted(Event.objects.values_list("pk", flat=True))
    for kind in Kind:
        assert {kind_of(event) for event in Event.objects.filter(of_kind(kind))} == {kind}
