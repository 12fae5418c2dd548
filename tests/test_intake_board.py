"""Requirements, sections and actions of the intake: added, changed, sorted, moved, removed."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.urls import reverse

from intake.board import key_of, place_beside, read_action, section_view, seen_action
from intake.models import Action, Intake, Requirement, Section
from intake.models.pieces import REQUIREMENTS_MAX
from intake.news import changed_since
from recruiting.accounts.models import Client, User
from requisitions.models import Requisition, Status
from tests.factories import NOW, make_requisition
from tests.queries import counted
from tests.test_nasty_input import forms_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

JSON = {"Accept": "application/json"}
DESCRIPTION = (
    "We mend **pipes**.\n\n## What you bring\n\n- Kafka\n- SQL\n\n<script>alert(1)</script>"
)


@pytest.fixture
def intake(requisition: Requisition, recruiter: User) -> Intake:
    Requisition.objects.filter(pk=requisition.pk).update(description=DESCRIPTION)
    requisition.refresh_from_db()
    return Intake.prepare(requisition, by=recruiter, now=NOW)


@pytest.fixture
def browser(sign_in: Callable[[User], Browser], recruiter: User) -> Browser:
    return sign_in(recruiter)


def require(intake: Intake, text: str, kind: str = "", **fields: str) -> Requirement:
    values = {"text": text, "kind": kind, **fields}
    by = intake.requisition.recruiter
    return Requirement.add(intake, values, by=by, now=NOW, pk=uuid.uuid4())


def url(name: str, intake: Intake, *more: UUID) -> str:
    return reverse(f"intake_{name}", args=[intake.pk, *more])


def texts(intake: Intake, kind: str | None = None) -> list[str]:
    rows = intake.requirements.standing()
    return [one.text for one in rows if kind is None or one.kind == kind]


# --- adding --------------------------------------------------------------------------------


def test_requirement_sent_ten_times_is_added_once(intake: Intake, browser: Browser) -> None:
    fields = {"key": str(uuid.uuid4()), "text": "  Kafka  "}
    answers = [browser.post(url("requirements", intake), fields, headers=JSON) for _ in range(10)]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["added"] for answer in answers} == {f"requirement-{fields['key']}"}
    assert fields["key"] not in {answer.json()["key"] for answer in answers}
    assert texts(intake) == ["Kafka"]


def test_requirement_added_by_a_plain_form_leads_back_to_the_field(
    intake: Intake, browser: Browser
) -> None:
    answer = browser.post(url("requirements", intake), {"key": str(uuid.uuid4()), "text": "Kafka"})
    assert answer.status_code == 302
    assert answer["Location"] == f"/requisitions/{intake.pk}/intake/#requirement-new"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  ", "Write what is required."),
        ("x" * 301, "This has 301 characters; at most 300 fit here."),
        ("a\x00b", "This holds a control character. Type it again by hand."),
    ],
)
def test_requirement_that_cannot_be_added_keeps_what_was_typed(
    text: str, words: str, intake: Intake, browser: Browser
) -> None:
    fields = {"key": str(uuid.uuid4()), "text": text}
    told = browser.post(url("requirements", intake), fields, headers=JSON)
    assert (told.status_code, told.json()) == (422, {"errors": {"text": [words]}})
    page = browser.post(url("requirements", intake), fields)
    assert page.status_code == 422
    assert words in page.text
    assert page.context["form"]["text"].value() == text
    assert texts(intake) == []


def test_two_hundred_requirements_are_enough(intake: Intake, browser: Browser) -> None:
    Requirement.objects.bulk_create(
        Requirement(intake=intake, text=f"Skill {number}", position=number, saved_at=NOW)
        for number in range(REQUIREMENTS_MAX)
    )
    fields = {"key": str(uuid.uuid4()), "text": "One more"}
    told = browser.post(url("requirements", intake), fields, headers=JSON)
    assert told.status_code == 422
    assert "There are 200 already. Remove some first." in told.text
    first, second = intake.requirements.standing()[:2]
    browser.post(url("requirement_removal", intake, first.pk))
    assert browser.post(url("requirements", intake), fields, headers=JSON).status_code == 200
    back = browser.post(url("requirement_restoration", intake, first.pk), headers=JSON)
    assert back.json() == {"errors": {"": ["There are 200 already. Remove some first."]}}
    assert intake.requirements.standing().count() == REQUIREMENTS_MAX
    assert browser.get(reverse("intake", args=[intake.pk])).status_code == 200
    assert second.text == "Skill 1"


def test_other_words_under_a_key_that_was_used_are_added_as_well(
    intake: Intake, browser: Browser
) -> None:
    key = str(uuid.uuid4())
    for text in ("Kafka", "Kafka", "SQL", "SQL"):
        browser.post(url("requirements", intake), {"key": key, "text": text})
    assert texts(intake) == ["Kafka", "SQL"]


def test_key_of_another_intake_is_not_found(
    intake: Intake, other_requisition: Requisition, other_recruiter: User, browser: Browser
) -> None:
    theirs = Intake.prepare(other_requisition, by=other_recruiter, now=NOW)
    row = Requirement.add(theirs, {"text": "Secret"}, by=other_recruiter, now=NOW, pk=uuid.uuid4())
    fields = {"key": str(row.pk), "text": "Kafka"}
    assert browser.post(url("requirements", intake), fields).status_code == 404
    assert browser.post(url("requirement", intake, row.pk), {"text": "x"}).status_code == 404


# --- sentences -----------------------------------------------------------------------------


def bring(intake: Intake) -> Section:
    return intake.sections.get(heading="What you bring")


def test_sentence_taken_twice_is_one_requirement_and_can_be_left_and_taken_again(
    intake: Intake, browser: Browser
) -> None:
    section = bring(intake)
    address, key = url("sentences", intake, section.pk), str(key_of(section, "Kafka"))
    for _ in range(2):
        assert browser.post(address, {"take": key}, headers=JSON).status_code == 200
    assert texts(intake) == ["Kafka"]
    browser.post(address, {"leave": key}, headers=JSON)
    assert texts(intake) == []
    assert browser.post(address, {"take": key})["Location"].endswith(f"#sentences-{section.pk}")
    assert texts(intake) == ["Kafka"]


def test_sentence_that_the_description_does_not_hold_is_refused(
    intake: Intake, browser: Browser
) -> None:
    section = bring(intake)
    invented = str(key_of(section, "Knows everything"))
    answer = browser.post(url("sentences", intake, section.pk), {"take": invented}, headers=JSON)
    assert answer.status_code == 422
    assert texts(intake) == []


def test_sentences_show_what_stands_already_however_it_came_there(intake: Intake) -> None:
    section = bring(intake)
    typed = require(intake, "sql")
    own = Requirement.add(intake, {"text": "Kafka at night"}, by=intake.requisition.recruiter,
                          now=NOW, pk=key_of(section, "Kafka"))  # fmt: skip
    view = section_view(section, list(intake.requirements.standing()))
    assert [(one.text, one.stands_as, one.is_own) for one in view.sentences[:2]] == [
        ("Kafka", own.pk, True),
        ("SQL", typed.pk, False),
    ]


def test_sentence_loses_its_marks_of_markdown_and_nothing_else(intake: Intake) -> None:
    first = intake.sections.first()
    assert first is not None
    assert [one.text for one in section_view(first, []).sentences] == ["We mend pipes."]


# --- changing ------------------------------------------------------------------------------


def test_stale_edit_gets_both_texts_and_changes_nothing(
    intake: Intake, recruiter: User, manager: User, sign_in: Callable[[User], Browser]
) -> None:
    row = require(intake, "Kafka", "dealbreaker", tested_how="A talk")
    row.change({"tested_how": "An incident"}, {"tested_how": "A talk"}, by=manager, now=NOW)
    fields = {"text": "Kafka", "seen-text": "Kafka", "tested_how": "A task",
              "seen-tested_how": "A talk"}  # fmt: skip
    browser = sign_in(recruiter)
    told = browser.post(url("requirement", intake, row.pk), fields, headers=JSON)
    assert told.status_code == 409
    assert told.json() == {
        "piece": f"requirement-{row.pk}",
        "fields": ["tested_how"],
        "values": {"text": "Kafka", "tested_how": "An incident"},
        "by": "Max Manager",
    }
    page = browser.post(url("requirement", intake, row.pk), fields)
    assert page.status_code == 409
    assert "A task" in page.text
    assert "An incident" in page.text
    row.refresh_from_db()
    assert row.tested_how == "An incident"


def test_button_of_a_row_sorts_it_and_saves_what_is_typed_in_it(
    intake: Intake, browser: Browser
) -> None:
    row = require(intake, "Kafka")
    fields = {"text": "Kafka\r\nin  production", "seen-text": "Kafka", "was": "", "sort": "nice"}
    assert browser.post(url("requirement", intake, row.pk), fields).status_code == 302
    row.refresh_from_db()
    assert (row.text, row.kind) == ("Kafka in production", "nice")


def test_requirement_sorted_by_somebody_else_meanwhile_stays_where_it_is(
    intake: Intake, manager: User, browser: Browser
) -> None:
    row = require(intake, "Kafka")
    row.change({"kind": "not needed"}, {"kind": ""}, by=manager, now=NOW)
    fields = {"sort": "dealbreaker", "was": ""}
    told = browser.post(url("requirement", intake, row.pk), fields, headers=JSON)
    assert (told.status_code, told.json()["by"]) == (409, "Max Manager")
    row.refresh_from_db()
    assert row.kind == "not needed"


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"text": " ", "seen-text": "Kafka"}, "text", "Write what is required, or remove it."),
        ({"sort": "vital", "was": ""}, "kind", "Value 'vital' is not a valid choice."),
    ],
)
def test_requirement_is_not_emptied_and_has_no_kind_of_its_own(
    fields: dict[str, str], name: str, words: str, intake: Intake, browser: Browser
) -> None:
    row = require(intake, "Kafka")
    told = browser.post(url("requirement", intake, row.pk), fields, headers=JSON)
    assert (told.status_code, told.json()["errors"]) == (422, {name: [words]})


def test_section_keeps_its_own_text_until_another_wording_is_agreed(
    intake: Intake, browser: Browser
) -> None:
    section = bring(intake)
    own = section.text
    fields = {"mark": "agree", "seen-mark": "", "wording": own, "seen-wording": own}
    assert browser.post(url("section", intake, section.pk), fields).status_code == 302
    section.refresh_from_db()
    assert (section.mark, section.wording) == ("agree", "")
    fields = {"mark": "change", "seen-mark": "agree", "wording": "- Kafka", "seen-wording": own}
    assert browser.post(url("section", intake, section.pk), fields).status_code == 302
    section.refresh_from_db()
    assert (section.mark, section.wording, section.agreed) == ("change", "- Kafka", "- Kafka")


def test_script_in_the_description_is_text(intake: Intake, browser: Browser) -> None:
    page = browser.get(reverse("intake", args=[intake.pk])).text
    assert "alert(1)" in page
    assert "<script>alert" not in page


# --- moving --------------------------------------------------------------------------------

IDS = [UUID(int=number) for number in range(1, 5)]


@pytest.mark.parametrize(
    ("me", "step", "after"),
    [(0, -1, None), (1, -1, None), (2, -1, 0), (0, 1, 1), (2, 1, 3), (3, 1, 2)],
)
def test_row_goes_one_place_up_or_down(me: int, step: int, after: int | None) -> None:
    expected = None if after is None else IDS[after]
    assert place_beside(IDS, IDS[me], step) == expected


def test_requirement_moves_within_its_own_kind(intake: Intake, browser: Browser) -> None:
    for text, kind in (("A", "nice"), ("1", "dealbreaker"), ("B", "nice"), ("C", "nice")):
        require(intake, text, kind)
    last = intake.requirements.get(text="C")
    place = url("requirement_place", intake, last.pk)
    for expected in (["A", "C", "B"], ["C", "A", "B"], ["C", "A", "B"]):
        assert browser.post(place, {"move": "up"}).status_code == 302
        assert texts(intake, "nice") == expected
    browser.post(place, {"move": "down"})
    assert texts(intake, "nice") == ["A", "C", "B"]
    assert texts(intake, "dealbreaker") == ["1"]


def test_requirement_is_dropped_into_another_kind_behind_a_row_of_it(
    intake: Intake, browser: Browser
) -> None:
    for text, kind in (("A", "nice"), ("B", "nice"), ("1", "dealbreaker")):
        require(intake, text, kind)
    row, first = (intake.requirements.get(text=text) for text in ("1", "A"))
    fields = {"after": str(first.pk), "kind": "nice", "seen-kind": "dealbreaker"}
    assert browser.post(url("requirement_place", intake, row.pk), fields).status_code == 302
    assert texts(intake, "nice") == ["A", "1", "B"]


def test_stale_drop_moves_nothing(intake: Intake, manager: User, browser: Browser) -> None:
    for text in ("A", "B"):
        require(intake, text, "nice")
    row = intake.requirements.get(text="B")
    row.change({"kind": "dealbreaker"}, {"kind": "nice"}, by=manager, now=NOW)
    fields = {"after": "", "kind": "not needed", "seen-kind": "nice"}
    told = browser.post(url("requirement_place", intake, row.pk), fields, headers=JSON)
    assert told.status_code == 409
    assert texts(intake) == ["A", "B"]


# --- removing ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["requirement", "action"])
def test_what_is_removed_can_be_brought_back(kind: str, intake: Intake, browser: Browser) -> None:
    model: Any = {"requirement": Requirement, "action": Action}[kind]
    by = intake.requisition.recruiter
    row = model.add(intake, {"text": "Kafka"}, by=by, now=NOW, pk=uuid.uuid4())
    told = browser.post(url(f"{kind}_removal", intake, row.pk), headers=JSON).json()
    assert told["text"] == "Kafka"
    assert not model.objects.standing().filter(pk=row.pk).exists()
    assert browser.post(told["undo"], headers=JSON).json() == {
        "piece": f"{kind}-{row.pk}", "revision": told["revision"] + 1,
    }  # fmt: skip
    assert model.objects.standing().filter(pk=row.pk).exists()
    page = browser.post(url(f"{kind}_removal", intake, row.pk), follow=True)
    assert "Removed “Kafka”." in page.text
    assert f'action="{told["undo"]}"' in page.text


def test_what_is_written_in_a_removed_row_brings_it_back_when_that_is_wanted(
    intake: Intake, manager: User, browser: Browser
) -> None:
    row = require(intake, "Kafka")
    row.remove(by=manager, now=NOW)
    fields = {"text": "Kafka in production", "seen-text": "Kafka"}
    told = browser.post(url("requirement", intake, row.pk), fields, headers=JSON)
    assert (told.status_code, told.json()["removed"]) == (409, True)
    page: Any = browser.post(url("requirement", intake, row.pk), fields)
    assert "Max Manager removed this while you wrote" in page.text
    (form,) = [form for form in forms_on(page, "") if "restore" in form.fields]
    assert browser.post(form.action, form.fields).status_code == 302
    assert texts(intake) == ["Kafka in production"]


def test_field_for_another_wording_gets_news_as_the_page_shows_it(
    intake: Intake, recruiter: User
) -> None:
    section = bring(intake)
    section.change({"note": "Which?"}, {"note": ""}, by=recruiter, now=NOW)
    (changed,) = changed_since(intake.pk, intake.held().revision - 1)
    assert changed.values == {"mark": "", "wording": section.text, "note": "Which?"}


# --- actions -------------------------------------------------------------------------------


def test_action_has_a_holder_and_a_day_and_is_done(
    intake: Intake, manager: User, browser: Browser
) -> None:
    fields = {"key": str(uuid.uuid4()), "text": "Send the last offers",
              "holder_id": str(manager.pk), "due_on": "2026-03-20"}  # fmt: skip
    assert browser.post(url("actions", intake), fields).status_code == 302
    row = intake.actions.get()
    assert (row.holder, row.due_on, row.is_done) == (manager, date(2026, 3, 20), False)
    assert browser.post(url("action", intake, row.pk), {"done": "1", "was": ""}).status_code == 302
    fields = {"holder_id": "", "seen-holder_id": str(manager.pk), "due_on": "",
              "seen-due_on": "2026-03-20"}  # fmt: skip
    assert browser.post(url("action", intake, row.pk), fields).status_code == 302
    row.refresh_from_db()
    assert (row.holder, row.due_on, row.is_done) == (None, None, True)


def test_action_is_held_by_people_of_the_client_only(
    intake: Intake, other_manager: User, browser: Browser
) -> None:
    fields = {"key": str(uuid.uuid4()), "text": "Ask", "holder_id": str(other_manager.pk)}
    told = browser.post(url("actions", intake), fields, headers=JSON)
    assert told.json() == {"errors": {"holder_id": ["Choose from the list."]}}
    page = browser.get(reverse("intake", args=[intake.pk])).text
    assert other_manager.display_name not in page
    assert "Max Manager" in page


def test_stale_action_shows_names_and_can_be_saved_after_all(
    intake: Intake, recruiter: User, manager: User, browser: Browser
) -> None:
    values = {"text": "Ask", "holder_id": manager.pk, "due_on": date(2026, 3, 20)}
    row = Action.add(intake, values, by=manager, now=NOW, pk=uuid.uuid4())
    fields = {"holder_id": str(recruiter.pk), "seen-holder_id": "", "due_on": "2026-03-25",
              "seen-due_on": ""}  # fmt: skip
    page = browser.post(url("action", intake, row.pk), fields)
    assert page.status_code == 409
    assert [(one.mine_read, one.theirs_read) for one in page.context["rows"]] == [
        ("Rosa Recruiter", "Max Manager"),
        ("2026-03-25", "2026-03-20"),
    ]
    again = {one.name: one.mine for one in page.context["rows"]}
    again |= {f"seen-{one.name}": one.theirs for one in page.context["rows"]}
    assert browser.post(url("action", intake, row.pk), again).status_code == 302
    row.refresh_from_db()
    assert (row.holder, row.due_on) == (recruiter, date(2026, 3, 25))


def test_typed_action_is_read_or_refused_field_by_field() -> None:
    someone, today = UUID(int=7), NOW.date()
    typed = {"text": "", "holder_id": str(UUID(int=8)), "due_on": "20.3.2026"}
    with pytest.raises(ValidationError) as refused:
        read_action(typed, [someone], today=today)
    assert refused.value.message_dict == {
        "text": ["Say what is to be done, or remove it."],
        "holder_id": ["Choose from the list."],
        "due_on": ["This is no date. Write it like 2026-04-30."],
    }
    assert seen_action({"holder_id": str(someone), "due_on": "", "is_done": "1"}) == {
        "holder_id": someone, "due_on": None, "is_done": True,
    }  # fmt: skip


# --- what is shown, and to whom ------------------------------------------------------------


def test_remarks_lead_to_their_rows_and_hints_stand_beside_them(
    intake: Intake, browser: Browser
) -> None:
    rows = [require(intake, f"Skill {number}", "dealbreaker") for number in range(5)]
    page = browser.get(reverse("intake", args=[intake.pk]))
    assert page.context["board"].doubts == []
    rows.append(require(intake, "Rockstar", "dealbreaker"))
    page = browser.get(reverse("intake", args=[intake.pk]))
    (doubt,) = page.context["board"].doubts
    assert doubt.text.startswith("6 dealbreakers. Each one alone turns people away")
    assert [one.piece for one in doubt.about] == [f"requirement-{row.pk}" for row in rows]
    assert f'href="#requirement-{rows[5].pk}"' in page.text
    assert "puts many people off" in page.text


def test_watcher_reads_and_gets_no_control_to_write(
    intake: Intake, watcher: User, sign_in: Callable[[User], Browser]
) -> None:
    row = require(intake, "Kafka", "dealbreaker")
    browser = sign_in(watcher)
    page = browser.get(reverse("intake", args=[intake.pk])).text
    assert "Kafka" in page
    assert "data-does" not in page
    assert "data-adds" not in page
    assert browser.post(url("requirement", intake, row.pk), {"sort": ""}).status_code == 403


def test_room_costs_the_same_with_one_row_and_with_fifty(
    acme: Client, recruiter: User, manager: User, browser: Browser
) -> None:
    job = make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)
    intake = Intake.prepare(job, by=recruiter, now=NOW)
    room = reverse("intake", args=[job.pk])

    def fill(count: int) -> None:
        for number in range(count):
            require(intake, f"Skill {number} of {count}", "dealbreaker")
            values = {"text": f"Ask {number}", "holder_id": manager.pk}
            Action.add(intake, values, by=recruiter, now=NOW, pk=uuid.uuid4())

    fill(1)
    browser.get(room)
    few = counted(lambda: browser.get(room))
    fill(50)
    assert counted(lambda: browser.get(room)) == few
