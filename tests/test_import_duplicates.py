"""The same opening is imported once: told by its id, else by what describes it."""

from datetime import date
from uuid import UUID

from requisitions.importing.keys import import_key
from requisitions.importing.rows import Outcome
from tests.importing import CLIENT, TODAY, judge, one


def test_refused_row_does_not_make_a_later_one_a_duplicate() -> None:
    judged = judge(
        "Title,Job ID,Opened", ["Clerk", "7", "2026-02-30"], ["Clerk", "7", "2026-02-28"]
    )
    assert [row.outcome for row in judged.rows] == [Outcome.REFUSED, Outcome.GOOD]


def test_marked_row_without_an_original_is_still_a_duplicate() -> None:
    row = one("Title,Is duplicate", ["Clerk", "Yes"])
    assert (row.outcome, row.twin) == (Outcome.DUPLICATE, None)
    assert row.errors == ("Marked as a duplicate in “Is duplicate”.",)


def test_rows_with_different_ids_are_different_openings() -> None:
    judged = judge("Title,Job ID", ["Clerk", "7"], ["Clerk", "8"])
    assert judged.counts[Outcome.GOOD] == 2


def test_row_without_an_id_among_rows_with_ids_is_told_by_its_description() -> None:
    judged = judge("Title,Job ID", ["Clerk", "7"], ["Cook", ""], ["Cook", ""])
    assert [row.outcome for row in judged.rows] == ["good", "good", "duplicate"]


def test_key_of_an_id_depends_on_source_and_client() -> None:
    keys = {
        import_key(CLIENT, "Zoho", external_id="7"),
        import_key(CLIENT, "OpenCATS", external_id="7"),
        import_key(UUID(int=2), "Zoho", external_id="7"),
        import_key(CLIENT, "Zoho", external_id="8"),
    }
    assert len(keys) == 4
    assert import_key(CLIENT, "zoho ", external_id=" 7", title="Clerk") in keys


def test_key_without_an_id_depends_on_what_describes_the_opening() -> None:
    row = {"title": "Clerk", "employer": "Tarn", "opened_on": TODAY, "link": "https://x.example/1"}
    keys = {
        import_key(CLIENT, "a", **row),  # type: ignore[arg-type]
        import_key(UUID(int=2), "a", **row),  # type: ignore[arg-type]
        *(
            import_key(CLIENT, "a", **{**row, name: value})  # type: ignore[arg-type]
            for name, value in {
                "title": "Cook", "employer": "Larkfield", "opened_on": date(2026, 3, 12),
                "link": "https://x.example/2",
            }.items()
        ),
    }  # fmt: skip
    assert len(keys) == 6
    assert all(len(key) == 64 for key in keys)


def test_key_does_not_care_how_the_same_thing_is_written() -> None:
    first = import_key(
        CLIENT, "a", title="Clerk – Night", employer="TARN  County", link="http://X.example/1/"
    )
    second = import_key(
        CLIENT, "b", title="clerk - night", employer="Tarn County", link="https://x.example/1"
    )
    assert first == second
