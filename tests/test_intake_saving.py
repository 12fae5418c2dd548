"""Saving in the intake room: by script and by plain form, refused in words, and by many at once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client as Browser
from django.urls import reverse

from intake.models import Answer, Intake
from recruiting.accounts.models import Client, User
from requisitions.models import Requisition, Status
from tests.factories import NOW, make_requisition
from tests.test_every_page import parse_errors
from tests.test_nasty_input import Form, forms_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SignIn = Callable[[User], Browser]


def forms_with(field: str, page: Any) -> list[Form]:
    return [form for form in forms_on(page, "") if field in form.fields]


JSON = {"accept": "application/json"}


@pytest.fixture
def intake(acme: Client, recruiter: User, manager: User) -> Intake:
    job = make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)
    return Intake.prepare(job, by=recruiter, now=NOW)


def path(intake: Intake, key: str = "pay") -> str:
    return reverse("intake_answers", args=[intake.pk, key])


def text_of(intake: Intake, key: str = "pay") -> str:
    return Answer.objects.get(intake=intake, key=key).text


def test_script_is_told_what_is_saved(intake: Intake, manager: User, sign_in: SignIn) -> None:
    sent = {"text": "60 to 70\r\na year ", "seen-text": ""}
    answer = sign_in(manager).post(path(intake), sent, headers=JSON)
    intake.refresh_from_db()
    assert answer.json() == {
        "piece": "answer-pay",
        "revision": intake.revision,
        "values": {"text": "60 to 70\na year"},
    }
    assert text_of(intake) == "60 to 70\na year"


def test_plain_form_leads_back_to_its_place(intake: Intake, manager: User, sign_in: SignIn) -> None:
    answer = sign_in(manager).post(path(intake), {"text": "60", "seen-text": ""})
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/requisitions/{intake.pk}/intake/#answer-pay",
    )


def test_stale_text_is_answered_with_the_other_one(
    intake: Intake, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    Answer.write(intake, "pay", "60", seen="", by=recruiter, now=NOW)
    sent = {"text": "70", "seen-text": ""}
    answer = sign_in(manager).post(path(intake), sent, headers=JSON)
    assert answer.status_code == 409
    assert answer.json() == {
        "piece": "answer-pay",
        "fields": ["text"],
        "values": {"text": "60"},
        "by": "Rosa Recruiter",
    }
    assert text_of(intake) == "60"


def test_stale_text_without_a_script_is_shown_beside_the_other_and_can_be_saved(
    intake: Intake, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    Answer.write(intake, "pay", "60 < 65", seen="", by=recruiter, now=NOW)
    browser = sign_in(manager)
    page = browser.post(path(intake), {"text": "70 & more", "seen-text": ""})
    assert page.status_code == 409
    assert parse_errors(page.content) == []
    assert "Rosa Recruiter saved another text while you wrote, at" in page.text
    assert "60 &lt; 65" in page.text
    (form,) = forms_with("text", page)
    assert (form.fields["text"], form.fields["seen-text"]) == ("70 & more", "60 < 65")
    assert browser.post(form.action, form.fields).status_code == 302
    assert text_of(intake) == "70 & more"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * 1_000_000, "This has 1,000,000 characters; there is room for 10,000. Shorten it."),
        ("60\x0070", "This holds a control character. Type it again by hand."),
        ("60\u202e70", "This holds an invisible mark that reverses the text."),
    ],
    ids=["a megabyte", "a NUL", "an override"],
)
def test_text_that_cannot_be_saved_is_refused_in_words_and_stays(
    text: str, words: str, intake: Intake, manager: User, sign_in: SignIn
) -> None:
    browser, sent = sign_in(manager), {"text": text, "seen-text": ""}
    answer = browser.post(path(intake), sent, headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["errors"]["text"][0].startswith(words)
    page = browser.post(path(intake), sent)
    assert page.status_code == 422
    assert words in page.text
    (form,) = forms_with("text", page)
    assert len(form.fields["text"]) == len(text)
    assert not Answer.objects.filter(intake=intake).exclude(text="").exists()


def test_nothing_sent_is_refused(intake: Intake, manager: User, sign_in: SignIn) -> None:
    browser = sign_in(manager)
    assert browser.post(path(intake), {}, headers=JSON).json() == {
        "piece": "answer-pay",
        "errors": {"": ["Nothing arrived to be saved. Go back to the room and try again."]},
    }
    page = browser.post(path(intake), {"seen-text": ""})
    assert (page.status_code, parse_errors(page.content)) == (422, [])


def test_room_of_a_closed_requisition_is_read_and_not_written(
    intake: Intake, manager: User, recruiter: User, sign_in: SignIn
) -> None:
    Requisition.objects.get(pk=intake.pk).cancel(by=recruiter, now=NOW, reason="No budget.")
    browser = sign_in(manager)
    page = browser.get(reverse("intake", args=[intake.pk]))
    assert "its intake is only read" in page.text
    assert [form for form in forms_with("key", page) if "/intake/" in form.action] == []
    answer = browser.post(path(intake), {"text": "60", "seen-text": ""})
    assert answer.status_code == 403
    assert "This requisition is cancelled, so its intake is only read." in answer.text


# --- many at once --------------------------------------------------------------------------

Outcome = tuple[str, str, str, int, str]
"""Field, text, what was seen, status, and the text that stands where it was refused."""


def save_as(person: Browser, intake: Intake, key: str, texts: list[str]) -> list[Outcome]:
    """One writer types on and on, upon what he last knew to stand."""
    seen, outcomes = "", []
    for text in texts:
        sent = {"text": text, "seen-text": seen}
        answer: Any = person.post(path(intake, key), sent, headers=JSON)
        stands = answer.json()["values"]["text"]
        outcomes.append((key, text, seen, answer.status_code, stands))
        seen = stands
    connections.close_all()
    return outcomes


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("keys", [["pay"], ["pay", "place", "market", "panel", "steps"]])
def test_hundred_edits_at_once_lose_nothing(
    keys: list[str], intake: Intake, manager: User, recruiter: User, sign_in: SignIn
) -> None:
    """Each text is saved upon one that its writer saw, or refused with the one that stands."""
    jobs = [
        (sign_in((manager, recruiter)[number % 2]), intake, keys[number % len(keys)],
         [f"{number}.{turn}" for turn in range(10)])
        for number in range(10)
    ]  # fmt: skip
    with ThreadPoolExecutor(10) as pool:
        outcomes = [one for done in pool.map(lambda job: save_as(*job), jobs) for one in done]
    assert len(outcomes) == 100
    assert Counter(status for *_, status, _ in outcomes).keys() <= {200, 409}
    for key in keys:
        mine = [one for one in outcomes if one[0] == key]
        follows = {seen: text for _, text, seen, status, _ in mine if status == 200}
        saved = [text for _, text, _, status, _ in mine if status == 200]
        assert len(follows) == len(saved), "two were saved upon the same text"
        chain, last = [], ""
        while last in follows:
            last = follows[last]
            chain.append(last)
        assert sorted(chain) == sorted(saved), "a text was overwritten unseen"
        assert text_of(intake, key) == last
        assert all(stands in saved and stands != text
                   for _, text, _, status, stands in mine if status == 409)  # fmt: skip
