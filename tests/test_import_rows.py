"""Each row is judged: good, duplicate or refused, with reasons that name heading and value."""

from datetime import date
from decimal import Decimal

import pytest

from requisitions.importing.guessing import guess
from requisitions.importing.mapping import Mapping
from requisitions.importing.prose import to_markdown
from requisitions.importing.reading import read
from requisitions.importing.rows import Outcome, parse
from requisitions.models import Requisition, Status
from tests.importing import CLIENT, TODAY, file_judged, judge, one

# --- whole files ---------------------------------------------------------------------------


def test_every_row_of_a_file_from_the_wild_ends_somewhere() -> None:
    judged = file_judged("postings.csv")
    assert {row.number: (row.outcome.value, row.errors) for row in judged.rows} == {
        2: ("good", ()),
        3: ("good", ()),
        4: ("good", ()),
        5: ("good", ()),
        6: ("good", ()),
        7: (
            "duplicate",
            ("Marked as a duplicate in “is_duplicate_job”; row 6 looks like the original.",),
        ),
        8: ("duplicate", ("Row 6 has the same title, employer, date and link.",)),
        9: ("good", ()),
        10: ("refused", ("There is no title: “job_title” is empty.",)),
        11: ("refused", ("“2025 31-Jun” in “year + date” is a day that no calendar has.",)),
        12: ("refused", ("“12 apples” in “salary_low_end” is not an amount or a range.",)),
        13: ("good", ()),
        14: ("good", ()),
        15: ("good", ()),
    }
    assert {row.number: row.warnings for row in judged.with_warnings} == {
        3: (
            "61,380.80 to 72,716.80 an hour is not plausible; a year would be. The figures"
            " are kept; what they are paid for is left open.",
        ),
        5: (
            "“biweekly” in “pay_basis” is not known here (hourly, daily, weekly, monthly, yearly):"
            " what the pay is for is left open.",
        ),
        9: (
            "Row 5 has the same title, employer and link with another date. If it is the same"
            " opening, delete one of the two.",
        ),
        13: ("The pay was the wrong way round and was turned: 72,716.80 to 61,380.80.",),
        14: (
            "43,210.08 to 83,567.16 a month is not plausible; a year would be. The figures"
            " are kept; what they are paid for is left open.",
        ),
        15: ("The pay spans a lot: 5,883 to 47,343.",),
    }


def test_second_run_over_a_file_finds_nothing_new() -> None:
    known = frozenset(row.key for row in file_judged("postings.csv").of(Outcome.GOOD))
    again = file_judged("postings.csv", known)
    assert again.of(Outcome.GOOD) == []
    assert again.rows[0].errors == (
        "A requisition with the same title, employer, date and link is here already.",
    )


def test_zoho_file_is_judged_by_its_ids() -> None:
    judged = file_judged("openings_zoho.csv")
    chef, waiter, porter, again = judged.rows
    values = chef.values
    assert (values.title, values.openings, values.opened_on) == (
        "Küchenchef", 2, date(2026, 3, 13),
    )  # fmt: skip
    assert values.place == "München, Bayern, Deutschland"
    assert (values.salary_low, values.salary_high) == (Decimal(3500), Decimal(4200))
    assert (values.currency, values.basis) == ("EUR", "month")
    assert values.description == "Café kochen.\nAbends; auch sonntags\n\nFranzösisch"
    assert waiter.values.status == Status.ON_HOLD
    assert porter.errors == (
        "“Filled” in “Job_Opening_Status” means it is over; only openings still to be filled are"
        " imported.",
    )
    assert again.errors == ("Row 3 has the same id “ZR_2_JOB”.",)


@pytest.mark.parametrize("name", ["postings.csv", "openings_zoho.csv", "openings_opencats.txt"])
def test_values_of_good_rows_pass_the_checks_of_the_model(name: str) -> None:
    for row in file_judged(name).of(Outcome.GOOD):
        values = {
            field: getattr(row.values, field)
            for field in row.values.__dataclass_fields__
            if field != "manager_email"
        }
        Requisition(**values).clean_fields(exclude=["client", "recruiter", "created_by"])


# --- titles and lines ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("", "There is no title: “Title” is empty."),
        (" \n ", "There is no title: “Title” is empty."),
        ("n/a", "“n/a” in “Title” is no title."),
        ("#REF!", "“#REF!” in “Title” is no title."),
        ("\u200b", "“\ufffd” in “Title” is no title."),
        ("x" * 201, f"“Title” has 201 characters; at most 200 fit: “{'x' * 59}…”."),
        (
            "Clerk\x07",
            "“Clerk\ufffd” in “Title”: This holds a control character. Type it again by hand.",
        ),
        (
            "Clerk \u202egnp",
            "“Clerk \ufffdgnp” in “Title”: This holds an invisible mark that reverses the text."
            " Type it again by hand.",
        ),
    ],
)
def test_row_without_a_proper_title_is_refused(title: str, reason: str) -> None:
    row = one("Title,City", [title, "Reno"])
    assert (row.outcome, row.errors) == (Outcome.REFUSED, (reason,))


def test_title_is_tidied() -> None:
    row = one("Title,City", [" Clerk &amp; \n Recorder\u00a0II ", "Reno"])
    assert row.values.title == "Clerk & Recorder II"


def test_title_of_the_greatest_length_is_good() -> None:
    assert one("Title,City", ["x" * 200, "Reno"]).outcome == Outcome.GOOD


def test_broken_character_in_a_title_is_a_warning() -> None:
    row = one("Title,City", ["Caf\ufffd chef", "Reno"])
    assert row.warnings == ("“Title” holds a broken character: “Caf\ufffd chef”.",)


@pytest.mark.parametrize(
    ("heading", "longest"), [("Employer", 200), ("Code", 60), ("Job ID", 120), ("City", 200)]
)
def test_text_too_long_for_its_field_is_refused(heading: str, longest: int) -> None:
    assert one(f"Title,{heading}", ["Clerk", "x" * longest]).outcome == Outcome.GOOD
    refused = one(f"Title,{heading}", ["Clerk", "x" * (longest + 1)])
    assert refused.errors[0].startswith(f"“{heading}” has {longest + 1} characters; at most")


def test_parts_of_a_place_that_say_nothing_are_left_out() -> None:
    row = one("Title,City,State,Country", ["Clerk", "unknown", "Nevada", "Not specified"])
    assert row.values.place == "Nevada"


# --- dates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("soon", "“soon” in “Opened” is not a date."),
        ("1999-12-31", "“1999-12-31” in “Opened” lies before 2000."),
        ("2031-01-01", "“2031-01-01” in “Opened” lies more than 2 years ahead."),
    ],
)
def test_row_with_an_unreadable_or_absurd_date_is_refused(typed: str, reason: str) -> None:
    row = one("Title,Opened", ["Clerk", typed], mapping=Mapping({"title": (0,), "opened_on": (1,)}))
    assert (row.outcome, row.errors) == (Outcome.REFUSED, (reason,))


def test_row_without_a_date_is_imported_with_a_warning() -> None:
    row = one("Title,Opened", ["Clerk", ""])
    assert (row.outcome, row.values.opened_on) == (Outcome.GOOD, None)
    assert row.warnings == ("There is no date in “Opened”: its days count from the import.",)


def test_date_in_the_near_future_is_a_warning() -> None:
    row = one("Title,Opened", ["Clerk", "2026-04-01"])
    assert row.warnings == ("“Opened” lies ahead: 2026-04-01.",)


def test_column_that_shows_the_day_first_is_read_so() -> None:
    judged = judge("Title,Opened", ["Clerk", "3/1/2026"], ["Cook", "13/1/2026"])
    assert [row.values.opened_on for row in judged.rows] == [date(2026, 1, 3), date(2026, 1, 13)]
    assert judged.notes == ()


def test_column_that_shows_no_order_is_read_month_first_and_noted_once() -> None:
    judged = judge("Title,Opened", ["Clerk", "3/1/2026"], ["Cook", "2/1/2026"])
    assert judged.rows[0].values.opened_on == date(2026, 3, 1)
    assert judged.notes == (
        "“Opened” does not show which comes first, day or month: a date such as 3/4/2026 was read"
        " as 4 March. If that is wrong, change the order of dates beside the columns.",
    )


def test_order_of_dates_that_was_chosen_holds() -> None:
    mapping = Mapping({"title": (0,), "opened_on": (1,)}, date_order="day")
    judged = judge("Title,Opened", ["Clerk", "3/1/2026"], mapping=mapping)
    assert judged.rows[0].values.opened_on == date(2026, 1, 3)
    assert judged.notes == ()


# --- pay -----------------------------------------------------------------------------------


def test_pay_takes_currency_and_basis_from_wherever_they_stand() -> None:
    row = one("Title,Salary,Currency,Pay Basis", ["Clerk", "70-90k", "eur", "Annual"])
    values = row.values
    assert (values.salary_low, values.salary_high) == (Decimal(70000), Decimal(90000))
    assert (values.currency, values.basis) == ("EUR", "year")


def test_amount_without_a_currency_is_in_that_of_the_file() -> None:
    mapping = Mapping({"title": (0,), "salary": (1,)}, currency="CHF")
    assert one("Title,Salary", ["Clerk", "70000"], mapping=mapping).values.currency == "CHF"


def test_row_without_pay_has_neither_currency_nor_basis() -> None:
    mapping = Mapping({"title": (0,), "salary": (1,), "basis": (2,)}, currency="USD")
    values = one("Title,Salary,Basis", ["Clerk", "", "hourly"], mapping=mapping).values
    assert (values.salary_low, values.currency, values.basis) == (None, "", "")


@pytest.mark.parametrize("typed", ["12 apples", "-5", "99999999999"])
def test_row_with_unreadable_pay_is_refused(typed: str) -> None:
    mapping = Mapping({"title": (0,), "salary": (1,)})
    row = one("Title,Salary", ["Clerk", typed], mapping=mapping)
    assert row.outcome == Outcome.REFUSED
    assert row.errors[0].startswith(f"“{typed}” in “Salary” is ")


def test_pay_in_words_without_a_figure_is_a_warning() -> None:
    row = one("Title,Salary", ["Clerk", "Competitive"])
    assert row.warnings == ("“Competitive” in “Salary” holds no figure: imported without pay.",)


def test_pay_that_stands_the_wrong_way_round_is_turned() -> None:
    values = one("Title,Pay from,Pay to", ["Clerk", "60,000", "50,000"]).values
    assert (values.salary_low, values.salary_high) == (Decimal(50000), Decimal(60000))


def test_zero_is_no_pay() -> None:
    values = one("Title,Pay from,Pay to", ["Clerk", "0", "50,000"]).values
    assert (values.salary_low, values.salary_high) == (None, Decimal(50000))


def test_range_in_the_first_of_two_columns_is_taken_whole() -> None:
    values = one("Title,Min salary,Max salary", ["Clerk", "$70k-$90k", ""]).values
    assert (values.salary_low, values.salary_high) == (Decimal(70000), Decimal(90000))


def test_unknown_currency_is_left_open_with_a_warning() -> None:
    mapping = Mapping({"title": (0,), "salary": (1,), "currency": (2,)})
    row = one("Title,Salary,Currency", ["Clerk", "70000", "Taler"], mapping=mapping)
    assert row.values.currency == ""
    assert row.warnings == ("“Taler” in “Currency” is no currency that is known here: left open.",)


# --- openings, status, link, manager, description -------------------------------------------


@pytest.mark.parametrize(("typed", "count"), [("", 1), ("3", 3), ("2.0", 2), ("999", 999)])
def test_openings_are_counted(typed: str, count: int) -> None:
    mapping = Mapping({"title": (0,), "openings": (1,)})
    assert one("Title,Openings", ["Clerk", typed], mapping=mapping).values.openings == count


@pytest.mark.parametrize("typed", ["0", "-1", "1000", "several", "1.5", "1e9"])
def test_absurd_openings_are_refused(typed: str) -> None:
    mapping = Mapping({"title": (0,), "openings": (1,)})
    row = one("Title,Openings", ["Clerk", typed], mapping=mapping)
    assert row.errors == (f"“{typed}” in “Openings” is not a number from 1 to 999.",)


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("", Status.OPEN), ("In-progress", Status.OPEN), ("published", Status.OPEN),
        ("Waiting for approval", Status.OPEN), ("DRAFT", Status.DRAFT), ("pending", Status.DRAFT),
        ("On_Hold", Status.ON_HOLD), ("inactive", Status.ON_HOLD),
    ],
)  # fmt: skip
def test_status_of_other_systems_is_understood(typed: str, status: Status) -> None:
    mapping = Mapping({"title": (0,), "status": (1,)})
    row = one("Title,Status", ["Clerk", typed], mapping=mapping)
    assert (row.outcome, row.values.status, row.warnings) == (Outcome.GOOD, status, ())


@pytest.mark.parametrize("typed", ["closed", "Filled", "canceled", "Cancelled", "archived"])
def test_opening_that_is_over_stays_out(typed: str) -> None:
    mapping = Mapping({"title": (0,), "status": (1,)})
    assert one("Title,Status", ["Clerk", typed], mapping=mapping).outcome == Outcome.REFUSED


def test_unknown_status_is_imported_as_open_with_a_warning() -> None:
    mapping = Mapping({"title": (0,), "status": (1,)})
    row = one("Title,Status", ["Clerk", "Sourcing"], mapping=mapping)
    assert row.values.status == Status.OPEN
    assert row.warnings == (
        "“Sourcing” in “Status” is not a status that is known here: imported as open.",
    )


def test_link_without_scheme_gets_one() -> None:
    assert one("Title,Link", ["Clerk", "www.x.example/1"]).values.link == "https://www.x.example/1"


@pytest.mark.parametrize(
    "typed", ["javascript:alert(1)", "see HR", "https://", "https://x.example/a b", "ftp://x.org/"]
)
def test_link_that_is_no_web_address_is_left_out_with_a_warning(typed: str) -> None:
    row = one("Title,Link", ["Clerk", typed], mapping=Mapping({"title": (0,), "link": (1,)}))
    assert (row.outcome, row.values.link) == (Outcome.GOOD, "")
    assert row.warnings == (f"“{typed}” in “Link” is no web address: left out.",)


def test_manager_of_the_client_is_taken() -> None:
    managers = frozenset({"ana@tarn.example"})
    row = one("Title,Hiring manager email", ["Clerk", "Ana@Tarn.example"], managers=managers)
    assert (row.values.manager_email, row.warnings) == ("ana@tarn.example", ())


def test_unknown_manager_is_left_out_with_a_warning() -> None:
    row = one("Title,Hiring manager email", ["Clerk", "bo@else.example"])
    assert row.values.manager_email == ""
    assert row.warnings == (
        "“bo@else.example” in “Hiring manager email” is no hiring manager of this client: imported"
        " without a manager. Invite the person, then choose them on the requisition.",
    )


def test_description_too_long_is_refused() -> None:
    row = one("Title,Description", ["Clerk", "x" * 50_001])
    assert row.errors == ("“Description” has 50,001 characters; at most 50,000 fit. Shorten it.",)


def test_invisible_characters_in_a_description_are_left_out_with_a_warning() -> None:
    row = one("Title,Description", ["Clerk", "Files\x07 and \u202efolders"])
    assert row.values.description == "Files and folders"
    assert row.warnings == ("2 invisible characters in “Description” left out.",)


def test_html_becomes_markdown_without_what_could_run() -> None:
    html = (
        "<h2>Ward clerk</h2><p>Keeps <b>records</b> &amp; <i>files</i>.<script>alert(1)</script>"
        "</p><ul><li>one</li><li><a href='https://x.example/a'>two</a></li>"
        "<li><a href='javascript:alert(1)'>three</a></li></ul>"
    )
    assert to_markdown(html) == (
        "### Ward clerk\n\nKeeps **records** & *files*.\n\n- one\n- [two](https://x.example/a)\n"
        "- three",
        0,
    )


def test_plain_text_with_angles_stays_as_it_is() -> None:
    assert to_markdown("Pay < 5 & > 3 <per hour>") == ("Pay < 5 & > 3 <per hour>", 0)


def test_row_that_sticks_out_is_a_warning() -> None:
    sheet = read(b"Title,City\nClerk,Reno,NV\nCook,Ely,\nMaid,Elko,\nPorter,Reno\n", "x.csv")
    mapping = guess(sheet.headings, [row.cells for row in sheet.rows])
    judged = parse(sheet, mapping, client_id=CLIENT, source="x", today=TODAY)
    assert [row.number for row in judged.with_warnings] == [2]
    assert judged.rows[0].warnings[0].startswith("This row has more cells than there are headings.")
