"""Which column is what: guessed from headings and cells, changed by people, checked."""

import pytest

from requisitions.importing.guessing import guess
from requisitions.importing.mapping import FIELDS, Mapping, UnusableMapping

POSTINGS = (
    "year,date,description,link,job_title,employer,state,salary_low_end,salary_high_end,"
    "salary_mean,pay_basis,full_text_preview,is_duplicate_job"
)


def named(headings: str, *rows: str, separator: str = ",") -> dict[str, list[str]]:
    """The guess for such a sheet, with headings in place of indexes."""
    names = headings.split(separator)
    mapping = guess(names, [row.split("|") for row in rows])
    return {field: [names[i] for i in indexes] for field, indexes in mapping.columns.items()}


def test_postings_of_the_wild_are_mapped_with_year_and_date_joined() -> None:
    row = (
        "2026|8-Jan|Text|https://x.example/1|Clerk|Tarn|Ohio|52000.0|61000.0|56500.0|hourly||False"
    )
    assert named(POSTINGS, row) == {
        "title": ["job_title"],
        "employer": ["employer"],
        "place": ["state"],
        "opened_on": ["year", "date"],
        "description": ["description"],
        "salary_low": ["salary_low_end"],
        "salary_high": ["salary_high_end"],
        "basis": ["pay_basis"],
        "link": ["link"],
        "duplicate_mark": ["is_duplicate_job"],
    }


@pytest.mark.parametrize("space", ["_", " "])
def test_zoho_recruit_is_mapped_with_spaces_or_underscores(space: str) -> None:
    headings = (
        "Posting_Title,Job_Opening_Name,Job_Opening_ID,Job_Opening_Status,Client_Name,"
        "Account_Manager,Assigned_Recruiter,Number_of_Positions,Date_Opened,Target_Date,Job_Type,"
        "City,State,Country,Salary,Required_Skills,Job_Description"
    )
    row = (
        "Nurse|Nurse|ZR_1_JOB|In-progress|Tarn|Ann Lee|Bo Ek|2|03/05/2026|06/01/2026|Full time|"
        "Reno|Nevada|USA|$70,000 - $80,000|Ward work|Cares"
    )
    expected = {
        "title": ["Posting_Title"],
        "external_id": ["Job_Opening_ID"],
        "status": ["Job_Opening_Status"],
        "employer": ["Client_Name"],
        "openings": ["Number_of_Positions"],
        "opened_on": ["Date_Opened"],
        "target_on": ["Target_Date"],
        "place": ["City", "State", "Country"],
        "salary": ["Salary"],
        "description": ["Job_Description", "Required_Skills"],
    }
    assert named(headings.replace("_", space), row) == {
        field: [heading.replace("_", space) for heading in headings_of]
        for field, headings_of in expected.items()
    }


def test_opencats_is_mapped_without_its_private_notes() -> None:
    headings = "Reference,Title,Company,City,State,Type,Description,Notes,Openings,Public,Is Hot"
    rows = ["R-1|Clerk|Tarn|Reno|NV|H|Files|Do not show|1|1|0", "R-2|Cook|Tarn|Ely|NV|H|||2|1|0"]
    assert named(headings, *rows) == {
        "title": ["Title"],
        "employer": ["Company"],
        "code": ["Reference"],
        "external_id": ["Reference"],
        "place": ["City", "State"],
        "description": ["Description"],
        "openings": ["Openings"],
    }


def test_code_that_repeats_is_no_id() -> None:
    assert "external_id" not in named("Title,Reference", "Clerk|R-1", "Cook|R-1")


def test_greenhouse_export_is_mapped() -> None:
    headings = (
        "id,name,requisition_id,notes,confidential,status,created_at,opened_at,closed_at,"
        "custom_fields.salary_range.min_value,custom_fields.salary_range.max_value,"
        "custom_fields.salary_range.unit"
    )
    row = "1|Clerk|R-1||false|open|2026-01-02T00:00:00Z|2026-01-03T00:00:00Z||50000|60000|USD"
    assert named(headings, row) == {
        "title": ["name"],
        "external_id": ["id"],
        "code": ["requisition_id"],
        "status": ["status"],
        "opened_on": ["opened_at"],
        "salary_low": ["custom_fields.salary_range.min_value"],
        "salary_high": ["custom_fields.salary_range.max_value"],
        "currency": ["custom_fields.salary_range.unit"],
    }


def test_state_is_a_status_or_a_place_by_what_stands_in_it() -> None:
    assert named("title,state", "Clerk|published")["status"] == ["state"]
    assert named("title,state", "Clerk|Nevada")["place"] == ["state"]


def test_manager_column_counts_only_if_it_holds_addresses() -> None:
    assert named("Title,Hiring Manager", "Clerk|ana@tarn.example")["manager_email"] == [
        "Hiring Manager"
    ]
    assert "manager_email" not in named("Title,Hiring Manager", "Clerk|Ana Ruiz")


def test_sheet_with_odd_headings_is_mapped_by_its_cells() -> None:
    assert named("What,When,More", "Night nurse|3/1/2026|https://x.example/1") == {
        "title": ["What"],
        "opened_on": ["When"],
        "link": ["More"],
    }


def test_column_named_for_a_date_is_mapped_whatever_stands_in_it() -> None:
    assert named("Title,Opened", "Clerk|2026-02-30")["opened_on"] == ["Opened"]


def test_full_dates_need_no_year_beside_them() -> None:
    assert named("Title,Year,Date", "Clerk|2026|2026-03-01")["opened_on"] == ["Date"]


def test_year_month_and_day_apart_are_joined() -> None:
    assert named("Title,Year,Month,Day", "Clerk|2026|3|1")["opened_on"] == ["Year", "Month", "Day"]


def test_pay_column_with_few_readable_cells_is_still_mapped() -> None:
    rows = ["Clerk|12 apples", "Cook|lots", "Maid|70,000", "Porter|60k"]
    assert named("Title,Salary", *rows)["salary"] == ["Salary"]


@pytest.mark.parametrize(
    ("cells", "currency"),
    [(["$70k", "$80k"], "USD"), (["70.000 €"], "EUR"), (["£30,000"], "GBP"), (["70000"], "")],
)
def test_currency_is_what_the_amounts_bear(cells: list[str], currency: str) -> None:
    assert guess(["Title", "Salary"], [["Clerk", cell] for cell in cells]).currency == currency


def test_currency_is_found_in_the_description_when_amounts_are_bare() -> None:
    mapping = guess(["Title", "Description", "Salary"], [["Clerk", "Pays $29.51", "61380.8"]])
    assert mapping.currency == "USD"


def test_sheet_of_nothing_known_has_no_title() -> None:
    assert guess(["a", "b"], [["1", "2"]]).columns == {}


# --- the mapping as a value ----------------------------------------------------------------


def test_mapping_survives_being_kept_as_json() -> None:
    mapping = Mapping({"title": (1,), "place": (4, 2)}, "EUR", "day")
    assert Mapping.from_json(mapping.as_json()) == mapping


def test_columns_are_joined_in_their_order_without_empty_ones() -> None:
    mapping = Mapping({"place": (2, 0, 1), "opened_on": (1, 0), "description": (0, 2)})
    cells = ("Reno", "", " USA ")
    assert mapping.value("place", cells) == "USA, Reno"
    assert mapping.value("opened_on", cells) == "Reno"
    assert mapping.value("description", cells) == "Reno\n\nUSA"


def test_field_without_columns_is_left_out() -> None:
    mapping = Mapping({"title": (0,), "code": (1,)}).with_columns("code")
    assert mapping.columns == {"title": (0,)}


@pytest.mark.parametrize(
    ("mapping", "errors"),
    [
        (Mapping({"code": (0,)}), {"title": "Choose the column that holds the title."}),
        (Mapping({"title": (9,)}), {"title": "Choose a column of this file."}),
        (Mapping({"title": (-1,)}), {"title": "Choose a column of this file."}),
        (Mapping({"title": (0, 1)}), {"title": "Choose one column: these cannot be joined."}),
        (
            Mapping({"title": (0,), "place": (1, 1)}),
            {"place": "The same column was chosen twice."},
        ),
        (
            Mapping({"title": (0,), "salary": (1,), "salary_high": (2,)}),
            {"salary": "Choose this, or “Pay from” and “Pay to”, not both."},
        ),
        (
            Mapping({"title": (0,)}, currency="XXX"),
            {"currency_default": "Choose a currency from the list."},
        ),
        (
            Mapping({"title": (0,)}, date_order="year"),
            {"date_order": "Choose an order from the list."},
        ),
        (
            Mapping({"title": (0,), "shoe_size": (1,)}),
            {"": "There is a field that does not exist. Reload the page."},
        ),
    ],
)
def test_mapping_that_does_not_fit_is_refused(mapping: Mapping, errors: dict[str, str]) -> None:
    with pytest.raises(UnusableMapping) as refused:
        mapping.check(3)
    assert refused.value.errors == errors


def test_every_field_can_be_mapped() -> None:
    mapping = Mapping({field.name: (0,) for field in FIELDS if field.name != "salary"})
    mapping.check(1)
