"""A round pasted from a spreadsheet: read, shown, confirmed, and refused where it has shifted."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from recruiting.accounts.models import Client, User
from recruiting.dashboards import pasting
from recruiting.dashboards.pasting import Pasted, Unreadable
from requisitions.models import Requisition, Stage
from tests.factories import NOW, make_checkpoint, make_client, make_requisition
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TODAY = NOW.date()
HEADINGS = "Code\tTitle\tFound\tContacted\tMet\tResumes sent\tNotes\n"
GOOD = (
    HEADINGS
    + "DE-1\tData Engineer\t12\t5\t1\t\tOn-call again\n"
    + "NP-2\tNight Porter\t3\t–\t0\t1\t\n"
)


@pytest.fixture
def jobs(acme: Client, recruiter: User, manager: User) -> list[Requisition]:
    return [
        make_requisition(acme, recruiter=recruiter, manager=manager, title=title, code=code)
        for title, code in (("Data Engineer", "DE-1"), ("Night Porter", "NP-2"))
    ]


@pytest.fixture
def me(sign_in: Callable[[User], Browser], recruiter: User) -> Browser:
    return sign_in(recruiter)


def read(text: str, jobs: list[Requisition]) -> list[Pasted]:
    table = pasting.read(text)
    meanings = table.guess()
    pasting.check_columns(table, meanings, jobs)
    return pasting.rows(table, meanings, jobs, key=uuid.UUID(int=1), today=TODAY)


def totals(requisition: Requisition) -> dict[Stage, int]:
    funnel = Requisition.objects.select_related("funnel").get(pk=requisition.pk).funnel
    return {stage: total for stage, total in funnel.totals.items() if total}


def confirm(me: Browser, preview: Any, **changes: Any) -> Any:
    """Press the button below the preview."""
    reading = preview.context["reading"]
    fields = {
        "text": reading.form["text"].value(),
        "key": str(reading.key),
        "row": [str(row.number) for row in reading.ready],
        **{slot.html_name: slot.value() for slot, _ in reading.slots},
    }
    return me.post(reverse("round_pasted"), fields | changes)


def test_columns_are_told_by_their_headings() -> None:
    assert pasting.read(GOOD).guess() == [
        "code", "title", "found", "contacted", "met", "submitted", "note",
    ]  # fmt: skip


def test_heading_that_comes_twice_is_taken_once() -> None:
    assert pasting.read("Title\tFound\tFound\nA\t1\t2\n").guess() == ["title", "found", ""]


@pytest.mark.parametrize(
    "text", [GOOD, GOOD.replace("\t", ","), GOOD.replace("\t", ";"), GOOD.replace("\n", "\r\n")]
)
def test_rows_are_matched_and_counted(text: str, jobs: list[Requisition]) -> None:
    first, second = read(text, jobs)
    assert (first.requisition, first.words) == (
        jobs[0], "12 found, 5 contacted, 1 met, note",
    )  # fmt: skip
    assert (second.requisition, second.words) == (jobs[1], "3 found, 1 resume submitted")


def test_line_breaks_within_cells_are_of_the_cell(jobs: list[Requisition]) -> None:
    """As Excel copies them, with a first heading of two lines and a quoted comma in another."""
    text = (
        '"Job\ntitle"\tFound\t"Notes, if any"\tNotes\n'
        'Data Engineer\t1\t\t"On call.\nTwo ""asked""."\n'
    )
    assert pasting.read(text).headings == ("Job title", "Found", "Notes, if any", "Notes")
    [row] = read(text, jobs)
    assert row.form is not None
    assert row.form.cleaned_data["note"] == 'On call.\nTwo "asked".'


def test_mark_at_the_beginning_of_a_file_is_no_part_of_a_heading() -> None:
    table = pasting.read('\ufeff"Job, title","Found"\n"Data Engineer","1"\n')
    assert table.headings == ("Job, title", "Found")


def test_quoted_commas_in_headings_do_not_part_columns(jobs: list[Requisition]) -> None:
    [row] = read('Title;"Notes, wishes, rest";Found\nData Engineer;;1\n', jobs)
    assert row.words == "1 found"


def test_dash_is_no_note(jobs: list[Requisition]) -> None:
    [row] = read("Title\tFound\tNotes\tNext step\nData Engineer\t0\t–\tn/a\n", jobs)
    assert row.is_empty


def test_row_of_another_client_is_not_logged_where_the_title_is_the_same(
    jobs: list[Requisition],
) -> None:
    """The twin at Globex may be closed, or a colleague's: Acme must not get its counts."""
    [row] = read("Title\tClient\tFound\nData Engineer\tGlobex\t7\n", jobs)
    assert row.problems == [
        "“Data Engineer” is at Acme, but this row says “Globex”. If that column does not name the "
        "client, leave it out."
    ]
    [row] = read("Title\tClient\tFound\nData Engineer\tACME\t7\n", jobs)
    assert row.requisition == jobs[0]


def test_employer_may_stand_for_the_client(jobs: list[Requisition]) -> None:
    jobs[0].employer = "Acme Rail"
    [row] = read("Title\tEmployer\tFound\nData Engineer\tAcme Rail\t7\n", jobs)
    assert row.requisition == jobs[0]


def test_row_with_the_code_of_another_is_not_logged_where_the_title_is_the_same(
    jobs: list[Requisition],
) -> None:
    [row] = read("Code\tTitle\tFound\nDE-9\tData Engineer\t7\n", jobs)
    assert row.problems == [
        "“Data Engineer” has the code “DE-1” here, but this row says “DE-9”. If that column does "
        "not hold the code, leave it out."
    ]
    jobs[0].external_id = "DE-9"
    [row] = read("Code\tTitle\tFound\nDE-9\tData Engineer\t7\n", jobs)
    assert row.requisition == jobs[0]
    jobs[0].code = jobs[0].external_id = ""
    [row] = read("Code\tTitle\tFound\nDE-9\tData Engineer\t7\n", jobs)
    assert row.requisition == jobs[0]


def test_code_of_two_clients_needs_the_client(jobs: list[Requisition]) -> None:
    jobs[1].code = "DE-1"
    [row] = read("Code\tFound\nDE-1\t7\n", jobs)
    assert row.problems == ["2 of your requisitions have the code “DE-1”. Add their titles."]


def test_title_is_matched_whatever_its_case_and_spaces(jobs: list[Requisition]) -> None:
    [row] = read("Title\tFound\n  data   ENGINEER \t1\n", jobs)
    assert row.requisition == jobs[0]


def test_thousand_is_read_as_people_write_it(jobs: list[Requisition]) -> None:
    [row] = read('Title,Found\nData Engineer,"1,200"\n', jobs)
    assert row.words == "1,200 found"


@pytest.mark.parametrize("cell", ["1.000", "12.500", "1.000.000"])
def test_point_between_thousands_is_no_guess(cell: str, jobs: list[Requisition]) -> None:
    [row] = read(f"Title\tFound\nData Engineer\t{cell}\n", jobs)
    assert (row.is_ready, len(row.problems)) == (False, 1)


def test_lines_of_a_cell_are_not_one_number(jobs: list[Requisition]) -> None:
    [row] = read('Title\tFound\nData Engineer\t"2\n345"\n', jobs)
    assert row.problems == ["Found: Write a whole number."]


def test_row_without_counts_is_left_as_it_is(jobs: list[Requisition]) -> None:
    [row] = read("Title\tFound\tMet\nData Engineer\t0\t-\n", jobs)
    assert (row.is_empty, row.is_ready, row.problems) == (True, False, [])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("DE-1\tData Engineer\t12\t5\t1\t", "A cell is missing: this row has 6"),
        ("DE-1\tData Engineer\t12\t5\t1\t\t\t4", "A cell has moved to the right"),
        ("DE-1\tNight Porter\t12\t\t\t\t", "is the code of “Data Engineer”, but the title says"),
        ("\tBaker\t12\t\t\t\t", "No requisition that you have in work is called “Baker”."),
        ("XX-9\t\t12\t\t\t\t", "has the code “XX-9”"),
        ("\t\t12\t\t\t\t", "Neither a title nor a code stands here."),
        ("NP-2\t\t1\t\t\t\t", "Row 2 is for this requisition as well."),
        ("DE-1\tData Engineer\tmany\t\t\t\t", "Found: Write a whole number."),
        ("DE-1\tData Engineer\t-3\t\t\t\t", "Found: Counts start at 0"),
        ("DE-1\tData Engineer\t10001\t\t\t\t", "Found: One checkpoint holds 10,000 at most."),
        ("DE-1\tData Engineer\t1\t\t\t\ta\x07b", "Note: This holds a control character"),
    ],
)
def test_row_is_refused_with_its_reason(row: str, reason: str, jobs: list[Requisition]) -> None:
    first = "NP-2\tNight Porter\t3\t2\t1\t1\t\n"
    good, refused = read(f"{HEADINGS}{first}{row}\n", jobs)
    assert good.is_ready
    assert reason in " ".join(refused.problems)
    assert not refused.is_ready


def test_title_of_two_requisitions_needs_their_codes_or_their_clients(
    jobs: list[Requisition], recruiter: User
) -> None:
    initech = make_client("Initech", by=recruiter)
    twin = Requisition.create(
        by=recruiter, now=NOW, client=initech, recruiter=recruiter, manager=None,
        title="Data Engineer",
    )  # fmt: skip
    both = [*jobs, twin]
    [row] = read("Title\tFound\nData Engineer\t1\n", both)
    assert row.problems == ["2 of your requisitions are called “Data Engineer”. Add their codes."]
    [row] = read("Title\tClient\tFound\nData Engineer\tinitech\t1\n", both)
    assert row.requisition == twin


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('Title\tFound\tNote\n"Data Engineer\t1\tx\nNight Porter\t2\ty\n', "is never closed"),
        (
            'Title\tNote\tFound\nData Engineer\t"Said: no\t1\nNight Porter\t"Yes\t2\n',
            "is never closed",
        ),
        (
            "Title\tFound\tMet\n12\tData Engineer\t3\n4\tNight Porter\t1\n",
            "The columns have shifted",
        ),
        ("Note\tTitle\tFound\nData Engineer\tx\t3\nNight Porter\ty\t1\n", "stand under “Note”"),
        ("Title\tFound\n", "a row of headings and below it a row"),
        ("Data Engineer\t12\nNight Porter\t3\n", "Say which column holds the title or the code"),
        ("Title\tColour\nData Engineer\tred\n", "No column is said to hold counts"),
        ("just some words\nand more of them\n", "1 columns can be told apart"),
        ("Title\tFound\n" + "A\t1\n" * 301, "These are 301 rows"),
    ],
)
def test_table_that_cannot_be_trusted_is_refused_as_a_whole(
    text: str, reason: str, jobs: list[Requisition]
) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(text, jobs)


def test_preview_shows_what_goes_where_and_writes_nothing(
    me: Browser, jobs: list[Requisition]
) -> None:
    text = GOOD + "\tBaker\t1\t\t\t\t\n"
    preview = me.post(reverse("round_paste"), {"text": text})
    assert preview.status_code == 200
    assert "2 of 3 rows can be saved, 1 is refused." in preview.text
    assert "12 found, 5 contacted, 1 met, note" in preview.text
    assert "is called “Baker”" in preview.text
    assert totals(jobs[0]) == {}


def test_confirmed_rows_are_logged_and_a_second_time_nothing(
    me: Browser, jobs: list[Requisition], clock: Any
) -> None:
    preview = me.post(reverse("round_paste"), {"text": GOOD})
    for _ in range(2):
        answer = confirm(me, preview)
        assert answer.status_code == 200
        assert "2 rows saved" in answer.text
        clock.shift(60)
    assert [totals(job) for job in jobs] == [
        {Stage.FOUND: 12, Stage.CONTACTED: 5, Stage.MET: 1},
        {Stage.FOUND: 3, Stage.SUBMITTED: 1},
    ]
    assert jobs[0].checkpoints.get().note == "On-call again"


def test_table_that_was_saved_today_is_marked_when_it_is_pasted_again(
    me: Browser, jobs: list[Requisition]
) -> None:
    confirm(me, me.post(reverse("round_paste"), {"text": GOOD}), row=["2"])
    again = me.post(reverse("round_paste"), {"text": GOOD})
    assert again.text.count("Logged today already") == 1
    assert "Logged today already: 12 found, 5 contacted, 1 met." in again.text


def test_only_the_chosen_rows_are_saved(me: Browser, jobs: list[Requisition]) -> None:
    preview = me.post(reverse("round_paste"), {"text": GOOD})
    assert "1 row saved" in confirm(me, preview, row=["3"]).text
    assert [totals(job) for job in jobs] == [{}, {Stage.FOUND: 3, Stage.SUBMITTED: 1}]


def test_row_that_the_ledger_refuses_leaves_the_others_saved(
    me: Browser, jobs: list[Requisition]
) -> None:
    text = "Title\tFound\tHires\nData Engineer\t1\t2\nNight Porter\t3\t\n"
    answer = confirm(me, me.post(reverse("round_paste"), {"text": text}))
    assert (answer.status_code, totals(jobs[0]), totals(jobs[1])) == (200, {}, {Stage.FOUND: 3})
    assert "1 row saved, 1 refused" in answer.text
    assert "That makes 2 accepted offers for 1 opening" in answer.text


def test_requisition_closed_since_the_preview_is_refused(
    me: Browser, jobs: list[Requisition], recruiter: User
) -> None:
    preview = me.post(reverse("round_paste"), {"text": "Title\tFound\nNight Porter\t3\n"})
    jobs[1].cancel(by=recruiter, now=NOW, reason="The team is not growing.")
    answer = confirm(me, preview)
    assert (answer.status_code, totals(jobs[1])) == (422, {})
    assert "is called “Night Porter”" in answer.text


def test_column_can_be_said_to_be_another(me: Browser, jobs: list[Requisition]) -> None:
    text = "Opening\tNew ones\nData Engineer\t12\n"
    first = me.post(reverse("round_paste"), {"text": text})
    assert first.status_code == 422
    assert "Say which column holds the title" in first.text
    told = {"text": text, "column_0": "title", "column_1": "found"}
    preview = me.post(reverse("round_paste"), told)
    assert "1 of 1 rows can be saved" in preview.text
    confirm(me, preview)
    assert totals(jobs[0]) == {Stage.FOUND: 12}


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        (("title", "title"), "Title is chosen for 2 columns."),
        (("title", "colour"), "Choose from the list what each column holds."),
    ],
)
def test_columns_that_cannot_be_are_refused(
    me: Browser, jobs: list[Requisition], columns: tuple[str, str], reason: str
) -> None:
    told = {"text": "A\tB\nData Engineer\t12\n", "column_0": columns[0], "column_1": columns[1]}
    answer = me.post(reverse("round_paste"), told)
    assert (answer.status_code, reason in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Copy the cells in your spreadsheet and paste them here."),
        ("a\x00\tb\nc\td\n", "This holds a control character"),
        ("x" * 200_001, "at most 200000 fit here"),
        ("words alone", "Paste a row of headings"),
    ],
)
def test_text_that_is_no_table_is_refused_and_stays(me: Browser, text: str, reason: str) -> None:
    answer = me.post(reverse("round_paste"), {"text": text})
    assert answer.status_code == 422
    assert reason in answer.text


def test_saving_without_a_row_or_without_the_key_saves_nothing(
    me: Browser, jobs: list[Requisition]
) -> None:
    preview = me.post(reverse("round_paste"), {"text": GOOD})
    for change, reason in (
        ({"row": []}, "at least one row"),
        ({"key": ""}, "Read the table again"),
    ):
        answer = confirm(me, preview, **change)
        assert (answer.status_code, reason in answer.text) == (422, True)
    assert totals(jobs[0]) == {}


def test_requisition_of_a_colleague_is_not_matched(
    me: Browser, acme: Client, lead: User, manager: User
) -> None:
    make_requisition(acme, recruiter=lead, manager=manager, title="Baker")
    answer = me.post(reverse("round_paste"), {"text": "Title\tFound\nBaker\t1\n"})
    assert "0 of 1 rows can be saved" in answer.text


def test_preview_costs_the_same_for_1_and_for_50_rows(
    me: Browser, acme: Client, recruiter: User, manager: User
) -> None:
    def preview(rows: int) -> int:
        text = "Title\tFound\n" + "".join(f"Job {n}\t1\n" for n in range(rows))
        return counted(lambda: me.post(reverse("round_paste"), {"text": text}))

    for number in range(50):
        one = make_requisition(acme, recruiter=recruiter, manager=manager, title=f"Job {number}")
        make_checkpoint(one)
    assert (preview(1), preview(50)) == (5, 5)
