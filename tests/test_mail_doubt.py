"""Whether a database looks restored, by what it says and what machines remember."""

import uuid
from dataclasses import replace

import pytest

from recruiting.mailing.holding import ANOTHER, MOVED, OLDER, Known, doubt
from recruiting.mailing.witness import Mark

OURS, OTHERS = uuid.UUID(int=1), uuid.UUID(int=2)
KNOWN = Known(lineage=OURS, sweeps=1000, place="7 1 16384 16400", here="7 1 16384 16400")


@pytest.mark.parametrize(
    ("here", "marks", "why"),
    [
        pytest.param("7 1 16384 16400", [], "", id="a new machine"),
        pytest.param("7 1 16384 16400", [Mark(OURS, 1000)], "", id="as it was left"),
        pytest.param("7 1 16384 16400", [Mark(OURS, 3)], "", id="others swept since"),
        pytest.param("7 1 16384 16400", [Mark(OURS, 1002)], "", id="a crash lost a moment"),
        pytest.param("7 1 16384 16400", [Mark(OURS, 3), Mark(OURS, 1003)], OLDER, id="one knows"),
        pytest.param("7 1 16384 16400", [Mark(OTHERS, 3)], ANOTHER, id="another history"),
        pytest.param("8 1 16384 16400", [Mark(OURS, 1000)], MOVED, id="another cluster"),
        pytest.param("7 1 20000 16400", [Mark(OURS, 1000)], MOVED, id="another database"),
        pytest.param("7 1 16384 20000", [Mark(OURS, 1000)], MOVED, id="restored with --clean"),
        pytest.param("7 2 16384 16400", [], MOVED, id="point in time, nobody remembers"),
        pytest.param("7 2 16384 16400", [Mark(OURS, 900)], MOVED, id="point in time, long ago"),
        pytest.param("7 2 16384 16400", [Mark(OURS, 1003)], OLDER, id="point in time"),
        pytest.param("7 2 16384 16400", [Mark(OURS, 990)], "", id="a standby took over"),
        pytest.param("- - 16384 16400", [], "", id="the cluster may not be asked"),
        pytest.param("- - 20000 16400", [], MOVED, id="the rest may"),
        pytest.param("", [], "", id="no PostgreSQL"),
    ],
)  # fmt: skip
def test_doubt(here: str, marks: list[Mark], why: str) -> None:
    assert doubt(replace(KNOWN, here=here), marks) == why


def test_database_that_was_never_asked_is_not_doubted() -> None:
    assert doubt(replace(KNOWN, place=""), []) == ""
