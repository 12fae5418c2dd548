"""Who is the same person, what gives somebody away, and what a line of text counts."""

import pytest

from intake.content import RequirementLine
from recruiting.approvals.blind import given_away
from recruiting.approvals.likeness import address_key, name_key
from recruiting.approvals.quick_counts import read

pytestmark = pytest.mark.one_database

LINES = [
    RequirementLine("k8s", "Kubernetes in production", "dealbreaker"),
    RequirementLine("kafka", "Kafka", "dealbreaker"),
    RequirementLine("streams", "Kafka Streams", "nice"),
    RequirementLine("remote", "Remote leadership", "nice"),
]


@pytest.mark.parametrize("name", ["Maria Kovač", "KOVAC, Maria", "  maria   kovač ", "Kovač Maria"])
def test_name_is_the_same_however_it_is_typed(name: str) -> None:
    assert name_key(name) == name_key("Maria Kovac")


@pytest.mark.parametrize("name", ["Maria Kovacs", "Maria", "Mario Kovač", ""])
def test_other_name_is_another(name: str) -> None:
    assert name_key(name) != name_key("Maria Kovac")


@pytest.mark.parametrize(
    "address",
    [
        "https://www.linkedin.com/in/maria/",
        "http://de.linkedin.com/in/maria?utm_source=share&trk=x",
        "https://LinkedIn.com/in/Maria#about",
    ],
)
def test_address_is_the_same_however_it_was_copied(address: str) -> None:
    assert address_key(address) == "linkedin.com/in/maria"


def test_page_that_is_asked_for_by_its_query_is_another() -> None:
    assert address_key("https://x.example/cv?id=1") != address_key("https://x.example/cv?id=2")


@pytest.mark.parametrize("address", ["", "nothing", "http://[", "https://"])
def test_what_is_no_address_is_like_nothing(address: str) -> None:
    assert address_key(address) == ""


# --- blind -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Maria has led a team.", ["The pitch names Maria"]),
        ("Ask KOVAC about it.", ["The pitch names KOVAC"]),
        ("Runs Kafka at Northwind.", ["The pitch names the employer Northwind"]),
        ("See www.maria.example", ["The pitch holds the address www.maria.example",
                                   "The pitch names maria"]),
        ("Write to m@x.example", ["The pitch holds the address m@x.example"]),
        ("Has led a team of Marias for a company.", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_gives_a_candidate_away(text: str, told: list[str]) -> None:
    found = given_away("Dr. Maria Kovač", "Northwind GmbH", [("The pitch", text)])
    assert [str(one) for one in found] == told


def test_common_words_in_the_name_of_an_employer_name_it_only_as_a_name() -> None:
    texts = [("A", "built data pipelines"), ("B", "left Data Works in May")]
    found = given_away("Ada Ito", "Data Works Ltd", texts)
    assert [(one.place, one.word) for one in found] == [("B", "Data"), ("B", "Works")]


# --- counts in a line ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("14 screened out: 9 no Kubernetes, 5 pay", {"k8s": 9, "pay": 5}),
        ("9 kubernetes and 5 too expensive", {"k8s": 9, "pay": 5}),
        ("Kubernetes: 9; salary: 5", {"k8s": 9, "pay": 5}),
        ("3 kafka, 2 streams", {"kafka": 3, "streams": 2}),
        ("3 kafka\n2 no kafka", {"kafka": 5}),
        ("1 remote", {"remote": 1}),
        ("4 notice period, 2 relocation", {"timing": 4, "place": 2}),
    ],
)
def test_line_of_text_is_counted(text: str, counts: dict[str, int]) -> None:
    said = read(text, LINES)
    assert (said.counts, list(said.asks)) == (counts, [])


@pytest.mark.parametrize(
    ("text", "left", "why"),
    [
        ("9 kubernetes, 2 cobol", ["2 cobol"], "nothing that the brief asks for"),
        ("kafka", ["kafka"], "has no number"),
        ("0 kafka", ["0 kafka"], "between 1 and 10,000"),
        ("2 kaf", ["2 kaf"], "“Kafka” or “Kafka Streams”"),
        ("13: 9 kubernetes, 5 pay", [], "The parts come to 14, and the line says 13"),
    ],
)
def test_part_that_is_not_sure_is_asked_about(text: str, left: list[str], why: str) -> None:
    said = read(text, LINES)
    assert list(said.left) == left
    assert len(said.asks) == 1
    assert why in said.asks[0]
