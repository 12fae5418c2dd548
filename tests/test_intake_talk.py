"""The pure parts of the intake: agenda, wording, second looks, sentences, slots."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.agenda import AGENDA, Part, check_parts, moment, parts_of, rows_of, spans
from intake.checks import Asked, warnings
from intake.questions import QUESTIONS, questions_of
from intake.sentences import Section, sections_of, sentences_of
from intake.slots import NOTICE, is_free, least_bad, slots
from intake.times import typed
from intake.wording import DEFAULTS, Wording, hints
from recruiting.lib.businesstime import Calendar, is_working

WEEK = frozenset({1, 2, 3, 4, 5})


def asked(text: str, kind: str = "dealbreaker", *, tested: bool = True, number: int = 0) -> Asked:
    how = "By a task" if tested else ""
    return Asked(UUID(int=number or hash(text) & 0xFFFF), text, kind, how, how)


# --- agenda --------------------------------------------------------------------------------


def test_usual_agenda_is_half_an_hour_with_the_parts_at_their_minutes() -> None:
    starts = [(part.key, begins, ends) for part, begins, ends in spans(AGENDA)]
    assert starts == [
        ("why", 0, 5),
        ("requirements", 5, 12),
        ("success", 12, 16),
        ("market", 16, 21),
        ("steps", 21, 25),
        ("reasons", 25, 28),
        ("signing", 28, 30),
    ]


@pytest.mark.parametrize(
    ("minutes", "key", "left_in_part", "left", "over"),
    [
        (-3, "why", 5, 30, 0),
        (0, "why", 5, 30, 0),
        (4.9, "why", 1, 26, 0),
        (5, "requirements", 7, 25, 0),
        (29.99, "signing", 1, 1, 0),
        (30, "signing", 0, 0, 0),
        (37.5, "signing", 0, 0, 7),
    ],
)
def test_clock_says_whose_turn_it_is(
    minutes: float, key: str, left_in_part: int, left: int, over: int
) -> None:
    now = moment(AGENDA, minutes)
    assert (now.part.key, now.left_in_part, now.left, now.over) == (key, left_in_part, left, over)


@given(st.floats(-5, 60))
def test_clock_never_loses_a_minute(minutes: float) -> None:
    now = moment(AGENDA, minutes)
    assert 0 <= now.left_in_part <= now.part.minutes
    assert now.left_in_part <= now.left
    assert now.left + max(int(minutes), 0) - now.over == 30


def test_every_question_has_its_part() -> None:
    keys = {part.key for part in AGENDA}
    assert {question.part for question in QUESTIONS} == keys
    assert [question.key for question in questions_of("success")] == ["success-90", "success-year"]


def test_agenda_survives_being_kept() -> None:
    assert parts_of(rows_of(AGENDA)) == AGENDA


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([], "Keep at least one part."),
        ([Part("a", "", 5)], "Give each part a name."),
        ([Part("a", "x" * 61, 5)], "A part's name has up to 60 characters."),
        ([Part("a", "Why", 0)], "A part takes 1 to 60 minutes."),
        ([Part("a", "Why", 61)], "A part takes 1 to 60 minutes."),
        ([Part("a", "Why", 5), Part("a", "Who", 5)], "Each part stands in the agenda once."),
        ([Part("A b", "Why", 5)], "This is not an agenda."),
        ([Part(f"a{n}", "Why", 5) for n in range(13)], "An agenda has up to 12 parts."),
    ],
)
def test_bad_agenda_is_refused_in_words(parts: list[Part], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        check_parts(parts)


# --- wording -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A Rockstar developer", ["Rockstar"]),
        ("Native   speaker of German", ["Native   speaker"]),
        ("Good culture-fit", ["culture-fit"]),
        ("recent graduate, energetic", ["recent graduate", "energetic"]),
        ("5 years of experience with Python", ["5 years of experience"]),
        ("At least 5+ years of working experience", ["At least 5+ years of working experience"]),
        ("Three to 5 years", ["Three to 5 years"]),
        ("Writes contracts in German (C1)", []),
        ("Strongly typed languages", []),
        ("", []),
    ],
)  # fmt: skip
def test_loaded_words_are_found_as_whole_words(text: str, found: list[str]) -> None:
    assert [hint.found for hint in hints(text, DEFAULTS)] == found


@pytest.mark.parametrize("text", ["NİNJA", "nınja", "Dıgital Natıve", "ſtrong"])
def test_loaded_words_are_found_in_letters_that_only_match_without_case(text: str) -> None:
    """`re` takes the two i of Turkish for the one of others, and `casefold` does not."""
    assert [hint.found for hint in hints(text, DEFAULTS)] == [text]


@pytest.mark.parametrize(
    ("phrase", "found"), [("-", []), ("- -", []), ("-ista", ["ista"]), ("pre-", ["Pre"])]
)
def test_phrase_with_a_hyphen_at_its_end_breaks_no_room(phrase: str, found: list[str]) -> None:
    known = [Wording(phrase, "Why", "Instead")]
    assert [hint.found for hint in hints("Pre-sales - fast, bar-ista", known)] == found


def test_hint_says_why_and_what_to_say_instead() -> None:
    (hint,) = hints("We want a native speaker.", DEFAULTS)
    assert "where somebody was born" in hint.why
    assert "C1" in hint.instead
    assert "We want a native speaker."[hint.start : hint.end] == "native speaker"


@given(st.text(max_size=200))
def test_hints_point_into_the_text(text: str) -> None:
    for hint in hints(text, DEFAULTS):
        assert text[hint.start : hint.end].strip() == hint.found


# --- second looks --------------------------------------------------------------------------


def test_five_dealbreakers_are_no_warning_and_six_are() -> None:
    five = [asked(f"Skill {'abcdef'[n]}", number=n + 1) for n in range(5)]
    assert warnings(five) == []
    (warning,) = warnings([*five, asked("Skill f", number=6)])
    assert warning.text.startswith("6 dealbreakers.")
    assert "one in 64 meets all" in warning.text
    assert len(warning.about) == 6


def test_dealbreaker_without_a_test_is_asked_about_and_a_nice_to_have_is_not() -> None:
    rows = [asked("Kubernetes", tested=False), asked("Helm", "nice", tested=False)]
    assert [one.text for one in warnings(rows)] == ["How is “Kubernetes” tested, and by whom?"]


def test_duplicates_are_found_whatever_their_order() -> None:
    rows = [asked("Python and Django", number=1), asked("The Django, and Python", "nice", number=2)]
    assert [(one.text, one.about) for one in warnings(rows)] == [
        ("“Python and Django” stands here twice.", (UUID(int=1), UUID(int=2)))
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fully remote", "On site five days a week"),
        ("Works from home", "5 days in the office"),
        ("Remote", "100 % on-site"),
        ("No travel", "Willing to travel"),
        ("Junior", "Eight years in a senior role"),
        ("Part-time", "Full time"),
    ],
)
def test_contradictions_are_pointed_out(one: str, other: str) -> None:
    (warning,) = warnings([asked(one, number=1), asked(other, number=2)])
    assert warning.about == (UUID(int=1), UUID(int=2))
    assert f"“{one}”" in warning.text
    assert f"“{other}”" in warning.text


@pytest.mark.parametrize(
    ("one", "other"),
    [("Remote", "On site two days a week"), ("No travel", "Travel desk"), ("C", "C++")],
)
def test_what_goes_together_is_left_alone(one: str, other: str) -> None:
    assert warnings([asked(one, number=1), asked(other, number=2)]) == []


def test_not_needed_contradicts_nothing() -> None:
    rows = [asked("Fully remote"), asked("On site five days", "not needed")]
    assert warnings(rows) == []


# --- sentences -----------------------------------------------------------------------------

DESCRIPTION = """We run trains. You keep them on time, e.g. in winter.

## What you do
- Plan shifts with the crew
* Talk to drivers, Dr. Smith and others!
1. Own the timetable

**What you bring:**
You know Python. You have worked with i.e. MQTT before? Good.
Two lines that
belong together.

Benefits:
30 days off
"""


def test_sections_are_found_by_their_headings() -> None:
    assert [section.heading for section in sections_of(DESCRIPTION)] == [
        "",
        "What you do",
        "What you bring:",
        "Benefits",
    ]
    assert sections_of(DESCRIPTION)[3] == Section("Benefits", "30 days off")


def test_underlined_heading() -> None:
    assert sections_of("Intro\n\nTasks\n=====\nPlan") == [
        Section("", "Intro"),
        Section("Tasks", "Plan"),
    ]


def test_sentences_are_those_of_the_text() -> None:
    assert sentences_of(DESCRIPTION) == [
        "We run trains.",
        "You keep them on time, e.g. in winter.",
        "Plan shifts with the crew",
        "Talk to drivers, Dr. Smith and others!",
        "Own the timetable",
        "You know Python.",
        "You have worked with i.e. MQTT before?",
        "Good.",
        "Two lines that belong together.",
        "30 days off",
    ]


@given(st.text(max_size=300))
def test_nothing_is_invented(text: str) -> None:
    plain = "".join(text.split())
    for sentence in sentences_of(text):
        assert "".join(sentence.split()) in plain.replace("\r", "")


@given(st.text(alphabet="ab.:#*-_=\n ", max_size=120))
def test_sections_keep_every_letter(text: str) -> None:
    kept = "".join(f"{one.heading}{one.text}" for one in sections_of(text))
    assert sorted(c for c in kept if c in "ab") == sorted(c for c in text if c in "ab")


# --- slots ---------------------------------------------------------------------------------


def calendar(zone: str, starts: int = 9, ends: int = 17, **more: object) -> Calendar:
    return Calendar(WEEK, time(starts), time(ends), zone, **more)  # type: ignore[arg-type]


NOW = datetime(2026, 3, 11, 10, 0, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def test_slots_lie_in_the_hours_of_both() -> None:
    berlin, new_york = calendar("Europe/Berlin"), calendar("America/New_York")
    found = slots(berlin, new_york, after=NOW, lasting=HALF_HOUR, limit=3)
    assert found == [
        datetime(2026, 3, 11, 13, 0, tzinfo=UTC),
        datetime(2026, 3, 12, 13, 0, tzinfo=UTC),
        datetime(2026, 3, 13, 13, 0, tzinfo=UTC),
    ]


def test_slots_leave_out_absences() -> None:
    away = ((NOW.date(), NOW.date() + timedelta(days=1)),)
    both = calendar("UTC"), calendar("UTC", absences=away)
    assert slots(*both, after=NOW, lasting=HALF_HOUR, limit=1) == [
        datetime(2026, 3, 13, 9, 0, tzinfo=UTC)
    ]


def test_people_at_opposite_ends_of_the_day_have_no_slot() -> None:
    far = calendar("Pacific/Kiritimati"), calendar("Pacific/Niue")
    # 9 to 17 at +14 and at -11: a day and an hour apart, so their hours meet after all
    assert slots(*far, after=NOW, lasting=HALF_HOUR, limit=1) != []
    apart = calendar("Asia/Tokyo"), calendar("America/New_York")
    assert slots(*apart, after=NOW, lasting=HALF_HOUR, limit=1) == []


@given(
    st.sampled_from(["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Kiritimati"]),
    st.sampled_from(["America/New_York", "Pacific/Niue", "Africa/Casablanca", "Asia/Kathmandu"]),
    st.integers(0, 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
)
def test_every_slot_is_worked_by_both_from_end_to_end(one: str, other: str, now: datetime) -> None:
    both = calendar(one, 6, 20), calendar(other, 6, 20)
    for at in slots(*both, after=now, lasting=HALF_HOUR, limit=6):
        assert at >= now
        assert is_free(*both, at, HALF_HOUR)
        last = at + HALF_HOUR - timedelta(seconds=1)
        assert all(is_working(card, moment_) for card in both for moment_ in (at, last))


ZONES = ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Kiritimati", "Pacific/Niue"]


@given(
    st.sampled_from(ZONES),
    st.sampled_from(["America/New_York", "Asia/Tokyo", "Africa/Casablanca", "Asia/Kathmandu"]),
    st.integers(0, 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
)
@settings(max_examples=10)
def test_least_bad_time_is_no_worse_than_any_full_hour_of_the_week(
    one: str, other: str, now: datetime
) -> None:
    """A slow walk through the days finds none that asks less of whoever it asks the most."""
    both = calendar(one, 8, 10), calendar(other, 20, 22)

    def asks(at: datetime) -> timedelta:
        return max(_beyond(card, at, at + HALF_HOUR) for card in both)

    found = least_bad(*both, after=now, lasting=HALF_HOUR)
    assert found is not None
    assert found >= now + NOTICE
    assert found.minute % 15 == 0
    hours = (found.replace(minute=0) + timedelta(hours=number) for number in range(1, 5 * 24))
    assert asks(found) <= min(asks(at) for at in hours)


def _beyond(card: Calendar, begins: datetime, ends: datetime) -> timedelta:
    days = (begins.date() + timedelta(days=number) for number in range(-4, 6))
    hours = [found for day in days if (found := card.hours_of(day))]
    return min(max(since - begins, ends - until, timedelta()) for since, until in hours)


@given(
    st.sampled_from([*ZONES, "Pacific/Apia", "Africa/Casablanca", "America/Scoresbysund"]),
    st.datetimes(datetime(2011, 12, 28), datetime(2030, 1, 1)),  # noqa: DTZ001 - by clocks
)
def test_typed_time_is_the_one_that_the_clocks_show_or_none(zone: str, local: datetime) -> None:
    local = local.replace(second=0, microsecond=0, fold=0)
    try:
        at = typed(local.date(), local.time(), zone)
    except ValidationError:
        shown = {local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)}
        assert len(shown) == 2, "only what is left out or repeated is refused"
    else:
        assert at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
