"""Every action that the code records has words; every field that can be edited has a name."""

import ast
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
RECORDERS = {"record", "event_of", "_record", "_add_event"}

STOPPABLE = [kind.name for kind in kinds.registered() if kind.can_stop]
MADE_UP = {
    "became {}": [f"became {status}" for status in Status],
    "stopped the {}": [f"stopped the {kind}" for kind in STOPPABLE],
    "resumed the {}": [f"resumed the {kind}" for kind in STOPPABLE],
    **{f"{verb} {{}}": [f"{verb} {a}" for a in _A.values()]
       for verb in ("edited", "withdrew", "restored")},
}  # fmt: skip
"""Actions with a part that is filled in, and all that can come of them."""


def actions_in(path: Path) -> Iterator[tuple[str, str]]:
    """What is recorded, and by which function: what is handed on by name is not read."""
    for call in ast.walk(ast.parse(path.read_text())):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        function = call.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        if name not in RECORDERS:
            continue
        action = call.args[0]
        if isinstance(action, ast.Constant) and isinstance(action.value, str):
            yield name, action.value
        elif isinstance(action, ast.JoinedStr):
            parts = (
                part.value if isinstance(part, ast.Constant) else "{}" for part in action.values
            )
            yield name, "".join(map(str, parts))


@cache
def recorded() -> set[str]:
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    found = {action for path in files for _, action in actions_in(path)}
    found |= set(_DONE.values())
    private = {f"{verb} a private note" for verb in ("wrote", "edited", "withdrew", "restored")}
    closings = {f"{verb} closed days" for verb in ("added", "removed", "brought back")}
    return {made for action in found for made in MADE_UP.get(action, [action])} | private | closings


def words_known() -> set[str]:
    """The actions, without the target's type that narrows some."""
    keys = [key for told in ACTIONS.values() for key in told]
    return {key.rpartition(" ")[0] if "." in key.rpartition(" ")[2] else key for key in keys}


def test_every_action_that_is_recorded_has_words() -> None:
    assert recorded() - words_known() == set()


def test_no_words_are_kept_for_what_nobody_records() -> None:
    assert words_known() - recorded() == set()


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
