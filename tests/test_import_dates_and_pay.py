"""Dates and pay as people and programs write them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requisitions.importing.dates import (
    UnreadableDate,
    check_plausible,
    orders_seen,
    read_date,
)
from requisitions.importing.money import (
    AMOUNT_MAX,
    CURRENCIES,
    Pay,
    UnreadableMoney,
    is_plausible,
    read_basis,
    read_currency,
    read_pay,
)

TODAY = date(2026, 3, 11)
MARCH_1 = date(2026, 3, 1)

# --- dates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01", "2026/3/1", "2026.03.01", "20260301", "3/1/2026", "03-01-2026", "3/1/26",
        "1.3.2026", "01.03.26", "1 March 2026", "1st of March 2026", "March 1, 2026",
        "Mar 1st, 2026", "1-Mar-26", "1 mar '26", "Sun, 1 Mar 2026", "Sunday, March 1, 2026",
        "2026 03-01", "2026 3/1", "2026 1-Mar", "2026 Mar 1", "1-Mar 2026", "03-01 2026",
        "2026 3 1", "46082", "46082.75", "2026-03-01 00:00:00", "2026-03-01T09:30:00Z",
        "2026-03-01T09:30:00.123+02:00", "3/1/2026 9:30 PM", "2026 2026-03-01", " 2026-03-01\n",
    ],
)  # fmt: skip
def test_date_is_read_however_it_is_written(text: str) -> None:
    assert read_date(text) == MARCH_1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("06-25", "has no year: join the column that holds the year"),
        ("8-Jan", "has no year: join the column that holds the year"),
        ("2026", "names a year, but no day"),
        ("2026-02-30", "is a day that no calendar has"),
        ("31/31/2026", "is a day that no calendar has"),
        ("2025 31-Jun", "is a day that no calendar has"),
        ("2025 2026-03-13", "names two different years"),
        ("yesterday", "is not a date"),
        ("March", "is not a date"),
        ("1 2 3 4", "is not a date"),
        ("12:30", "is not a date"),
        ("soon, 2026", "is not a date"),
        ("", "is not a date"),
    ],
)
def test_date_that_is_none_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(UnreadableDate) as refused:
        read_date(text)
    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("text", "day_first", "expected"),
    [
        ("3/4/2026", False, date(2026, 3, 4)),
        ("3/4/2026", True, date(2026, 4, 3)),
        ("13/4/2026", False, date(2026, 4, 13)),
        ("4/13/2026", True, date(2026, 4, 13)),
        ("3.4.2026", False, date(2026, 4, 3)),
        ("2026 25-06", False, date(2026, 6, 25)),
    ],
)
def test_day_and_month_are_told_apart(text: str, day_first: bool, expected: date) -> None:
    assert read_date(text, day_first=day_first) == expected


@pytest.mark.parametrize(
    ("column", "seen"),
    [
        (["3/4/2026", "2026-03-13"], {"either"}),
        (["13/4/2026", "3/4/2026"], {"day", "either"}),
        (["4/13/2026 9:00"], {"month"}),
        (["4/4/2026", "13.4.2026", "May 1, 2026", ""], set()),
    ],
)
def test_order_of_a_column_is_what_its_dates_show(column: list[str], seen: set[str]) -> None:
    assert orders_seen(column) == seen


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(1999, 12, 31), "lies before 2000"),
        (TODAY + timedelta(days=733), "lies more than 2 years ahead"),
    ],
)
def test_date_far_away_is_implausible(day: date, reason: str) -> None:
    with pytest.raises(UnreadableDate, match=reason):
        check_plausible(day, TODAY)


@pytest.mark.parametrize("day", [date(2000, 1, 1), TODAY, TODAY + timedelta(days=732)])
def test_date_within_reach_is_plausible(day: date) -> None:
    check_plausible(day, TODAY)


FORMATS = [
    "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%m/%d/%Y", "%d.%m.%Y", "%d %B %Y", "%B %d, %Y", "%d-%b-%Y",
    "%d-%b-%y", "%Y %m-%d", "%Y %d-%b", "%A, %d %B %Y", "%Y-%m-%dT%H:%M:%SZ",
]  # fmt: skip


@given(day=st.dates(date(2000, 1, 1), date(2068, 12, 31)), written=st.sampled_from(FORMATS))
def test_any_date_that_is_written_is_read_back(day: date, written: str) -> None:
    assert read_date(day.strftime(written)) == day


@given(day=st.dates(date(2000, 1, 1), date(2068, 12, 31)))
def test_serial_of_excel_is_read_back(day: date) -> None:
    assert read_date(str((day - date(1899, 12, 30)).days)) == day


@given(st.text() | st.text(alphabet="0123456789-/. :TZJanMar", max_size=20))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    for day_first in (False, True):
        try:
            assert isinstance(read_date(text, day_first=day_first), date)
        except UnreadableDate as refused:
            assert str(refused)  # noqa: PT017 - either outcome is fine, another exception is not


# --- pay -----------------------------------------------------------------------------------


def pay(low: str | None, high: str | None, currency: str = "", basis: str = "") -> Pay:
    return Pay(
        None if low is None else Decimal(low),
        None if high is None else Decimal(high),
        currency,
        basis,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("195288.0", pay("195288", "195288")),
        ("138432.41999999998", pay("138432.42", "138432.42")),
        ("$81.5k", pay("81500", "81500", "USD")),
        ("70,000–90,000", pay("70000", "90000")),
        ("$70-90k", pay("70000", "90000", "USD")),
        ("70k to 90k", pay("70000", "90000")),
        ("$29.51 – $34.96", pay("29.51", "34.96", "USD")),
        ("1.234,56 €", pay("1234.56", "1234.56", "EUR")),
        ("80.000", pay("80000", "80000")),
        ("12,50", pay("12.5", "12.5")),
        ("1,234,567.89", pay("1234567.89", "1234567.89")),
        ("1'234.50 CHF", pay("1234.5", "1234.5", "CHF")),
        ("70 000 – 90 000 €", pay("70000", "90000", "EUR")),
        ("8,00,000 INR", pay("800000", "800000", "INR")),
        ("USD 80,000", pay("80000", "80000", "USD")),
        ("A$90k", pay("90000", "90000", "AUD")),
        ("£45,000 - £50,000 per annum", pay("45000", "50000", "GBP", "year")),
        ("29.51/hr", pay("29.51", "29.51", "", "hour")),
        ("$35 an hour", pay("35", "35", "USD", "hour")),
        ("$4,500 monthly", pay("4500", "4500", "USD", "month")),
        ("60.000 € p.a.", pay("60000", "60000", "EUR", "year")),
        ("3500 p.m.", pay("3500", "3500", "", "month")),
        ("$1,000-$1,200/week", pay("1000", "1200", "USD", "week")),
        ("up to 90k", pay(None, "90000")),
        ("from $70k", pay("70000", None, "USD")),
        ("70k+", pay("70000", None)),
        ("0", pay("0", "0")),
        ("competitive", pay(None, None)),
        ("DOE", pay(None, None)),
        ("n/a", pay(None, None)),
        ("", pay(None, None)),
    ],
)
def test_pay_is_read_however_it_is_written(text: str, expected: Pay) -> None:
    assert read_pay(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("12 apples", "is not an amount or a range"),
        ("1,2345", "is not an amount or a range"),
        ("1.23.45,6", "is not an amount or a range"),
        ("$70,000 - $90,000 + bonus", "is not an amount or a range"),
        ("5 5", "is not an amount or a range"),
        ("seventy thousand", "is not an amount"),
        ("-5000", "is below zero"),
        ("(5,000)", "is below zero"),
        ("99999999999", "is too large to be pay"),
        ("9999999999.999", "is too large to be pay"),
    ],
)
def test_pay_that_is_none_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(UnreadableMoney) as refused:
        read_pay(text)
    assert str(refused.value) == reason


def test_dollar_sign_means_the_dollar_of_the_file() -> None:
    assert read_pay("$90k", currency="CAD").currency == "CAD"
    assert read_pay("$90k", currency="EUR").currency == "USD"
    assert read_pay("US$90k", currency="CAD").currency == "USD"


AMOUNTS = st.decimals(Decimal("0.01"), Decimal(9_999_999), places=2)
WAYS = [
    lambda a: f"{a:.2f}",
    lambda a: f"{a:,.2f}",
    lambda a: f"${a:,.2f}",
    lambda a: f"{a:,.2f} USD a year",
    lambda a: f"{a:,.2f}".translate(str.maketrans(",.", ".,")) + " €",
    lambda a: f"{a:,.2f}".replace(",", "\u202f").replace(".", ","),
    lambda a: f"CHF {a:,.2f}".replace(",", "'"),
]


@given(amount=AMOUNTS, way=st.sampled_from(range(len(WAYS))))
def test_any_amount_that_is_written_is_read_back(amount: Decimal, way: int) -> None:
    read = read_pay(WAYS[way](amount))
    assert (read.low, read.high) == (amount, amount)


@given(low=AMOUNTS, high=AMOUNTS, dash=st.sampled_from(["-", " – ", "—", " to "]))
def test_any_range_that_is_written_is_read_back(low: Decimal, high: Decimal, dash: str) -> None:
    read = read_pay(f"${low:,.2f}{dash}${high:,.2f}")
    assert (read.low, read.high, read.currency) == (low, high, "USD")


@given(st.text() | st.text(alphabet="0123456789.,'-–$€km/ hraup", max_size=24))
def test_any_text_is_pay_or_refused(text: str) -> None:
    try:
        read = read_pay(text)
    except UnreadableMoney as refused:
        assert str(refused)  # noqa: PT017 - either outcome is fine, another exception is not
    else:
        amounts = [amount for amount in (read.low, read.high) if amount is not None]
        assert all(0 <= amount < AMOUNT_MAX for amount in amounts)
        assert all(amount.as_tuple().exponent == -2 for amount in amounts)


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        ("hourly", "hour"), ("Per hour", "hour"), ("/hr", "hour"), ("Daily rate", "day"),
        ("weekly", "week"), ("Monthly", "month"), ("per annum", "year"), ("p.a.", "year"),
        ("Annual salary", "year"), ("YEARLY", "year"), ("unknown", ""), ("doq", ""),
        ("not specified", ""), ("", ""), ("biweekly", None), ("per unit", None),
    ],
)  # fmt: skip
def test_basis_is_known_open_or_unknown(text: str, basis: str | None) -> None:
    assert read_basis(text) == basis


@pytest.mark.parametrize(
    ("text", "currency"),
    [("usd", "USD"), ("€", "EUR"), ("US Dollar (USD)", "USD"), ("", ""), ("Taler", None)],
)
def test_currency_is_known_open_or_unknown(text: str, currency: str | None) -> None:
    assert read_currency(text) == currency


@pytest.mark.parametrize(
    ("amount", "basis", "currency", "plausible"),
    [
        ("61380.80", "hour", "USD", False),
        ("29.51", "hour", "USD", True),
        ("29.51", "year", "", False),
        ("70000", "year", "EUR", True),
        ("43210.08", "month", "USD", False),
        ("300000", "month", "JPY", True),
        ("61380.80", "", "USD", True),
    ],
)
def test_pay_is_plausible_for_what_it_is_per(
    amount: str, basis: str, currency: str, plausible: bool
) -> None:
    assert is_plausible(Decimal(amount), basis, currency) is plausible


def test_currencies_have_three_letters_and_stand_once() -> None:
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)
    assert len(set(CURRENCIES)) == len(CURRENCIES)
