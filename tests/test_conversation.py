"""Asking, answering and noting on the requisition page and on the desk."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import html5lib
import pytest
from django.test import Client as Browser
from django.urls import reverse
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Absence, Client, Delegation, Role, User
from requisitions.models import Requisition, Stage, Status
from status_updates.models import Note
from tests.factories import (
    NOW,
    make_checkpoint,
    make_note,
    make_requisition,
    make_touchpoint,
    make_user,
)
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SignIn = Callable[[User], Browser]
QUESTION = Note.Kind.QUESTION
SECRET = "Zanzibar"


def post(browser: Browser, requisition: Requisition, **data: Any) -> Any:
    return browser.post(reverse("notes", args=[requisition.pk]), data)


def items_of(page: Any) -> list[Any]:
    return list(page.context["timeline"].items)


@pytest.fixture
def question(requisition: Requisition, manager: User) -> Note:
    return make_note(requisition, "Is Ada still in?", by=manager, kind=QUESTION)


# --- writing -------------------------------------------------------------------------------


def test_manager_asks_and_the_recruiter_answers_on_the_page(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    asking, answering = sign_in(manager), sign_in(recruiter)
    answer = post(asking, requisition, text="Is *Ada* still in?", key=uuid.uuid4())
    assert (answer.status_code, answer["Location"]) == (302, requisition.get_absolute_url())
    item = items_of(answering.get(requisition.get_absolute_url()))[0]
    assert (item.kind, item.who, item.is_open) == ("question", "Max Manager", True)
    url = reverse("answers", args=[item.id])
    assert answering.post(url, {"text": "She is."}).status_code == 302
    items = {item.kind: item for item in items_of(asking.get(requisition.get_absolute_url()))}
    assert items["question"].is_open is False
    assert (items["answer"].quoted, items["answer"].to_whom) == (
        "Is Ada still in?",
        "Max Manager",
    )


def test_recruiter_chooses_among_three_forms_by_a_link(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    browser, url = sign_in(recruiter), requisition.get_absolute_url()
    for asked, shown in (
        ("", "checkpoint"),
        ("touchpoint", "touchpoint"),
        ("note", "note"),
        ("<b>", "checkpoint"),
    ):
        segments = browser.get(url, {"log": asked}).context["composers"].segments
        assert [one.name for one in segments if one.is_chosen] == [shown]
    segments = sign_in(manager).get(url).context["composers"].segments
    assert [one.name for one in segments] == ["note"]


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({"text": ""}, "text", "Write something"),
        ({"text": " \n "}, "text", "Write something"),
        ({"text": "x" * 1_000_000}, "text", "at most 10000 fit"),
        ({"text": "nul \x00"}, "text", "control character"),
        ({"text": "trick \u202e"}, "text", "reverses the text"),
        ({"text": "@Olga Other, look"}, "text", "@Olga is nobody who would see this"),
        ({"text": "Fine", "kind": "private"}, "kind", "valid choice"),
        ({"text": "Fine", "kind": "answer"}, "kind", "valid choice"),
        ({"text": "Fine", "key": "none"}, "key", "valid UUID"),
    ],
)
def test_bad_note_names_the_field_and_keeps_what_was_typed(
    sign_in: SignIn,
    requisition: Requisition,
    manager: User,
    other_manager: User,
    data: dict[str, str],
    field: str,
    message: str,
) -> None:
    answer = post(sign_in(manager), requisition, **data)
    assert answer.status_code == 422
    errors = answer.context["composers"].note.errors
    assert list(errors) == [field]
    assert message in errors[field][0]
    assert data["text"].strip(" \n\x00")[:5] in answer.text
    assert not Note.objects.exists()


def test_note_sent_ten_times_is_one(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    browser, key = sign_in(manager), uuid.uuid4()
    answers = [post(browser, requisition, text="Who?", key=key) for _ in range(10)]
    assert {answer["Location"] for answer in answers} == {requisition.get_absolute_url()}
    assert Note.objects.count() == 1


def test_old_form_with_new_words_is_asked_about_and_then_written(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    """As happens to who goes back in the browser."""
    browser, key = sign_in(manager), uuid.uuid4()
    post(browser, requisition, text="Who?", key=key)
    answer = post(browser, requisition, text="And when?", key=key)
    form = answer.context["composers"].note
    assert (answer.status_code, form["text"].value()) == (422, "And when?")
    post(browser, requisition, text="And when?", key=form["key"].value())
    assert Note.objects.count() == 2


def test_question_of_somebody_whose_access_ends_meanwhile_is_not_found(
    sign_in: SignIn,
    requisition: Requisition,
    watcher: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write = Note.write

    def after_access_ended(*args: Any, **kwargs: Any) -> Note:
        requisition.unwatch(watcher, by=requisition.recruiter, now=NOW)
        return write(*args, **kwargs)

    monkeypatch.setattr(Note, "write", after_access_ended)
    assert post(sign_in(watcher), requisition, text="Who?").status_code == 404
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "![x](http://evil.example/x.png)",
        "<style>*{}</style>",
        "@Max Manager <svg onload=alert(1)>",
    ],
)
def test_note_with_script_in_it_is_shown_without(
    sign_in: SignIn,
    requisition: Requisition,
    recruiter: User,
    manager: User,
    text: str,
) -> None:
    note = make_note(requisition, text, by=recruiter)
    note.edit(f"{text} again", version=1, by=recruiter, now=NOW)
    asked = make_note(requisition, text, by=recruiter, kind=QUESTION)
    asked.answer(text, by=manager, now=NOW, key=uuid.uuid4())
    make_touchpoint(requisition, said=text, next_step=text)
    browser = sign_in(recruiter)
    pages = [requisition.get_absolute_url(), reverse("note_history", args=[note.pk])]
    for url in [*pages, reverse("note_edit", args=[note.pk])]:
        tree = html5lib.parse(browser.get(url).content, namespaceHTMLElements=False)
        main = tree.find(".//main")
        assert main is not None
        for element in main.iter():
            assert element.tag not in ("script", "img", "style")
            assert not [name for name, _ in element.items() if name.startswith("on")]
            assert "javascript:" not in element.get("href", "")


def test_names_on_offer_are_those_of_people_who_see_it(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, watcher: User
) -> None:
    manager.leave(requisition.client, by=recruiter, now=NOW)
    User.objects.filter(pk=watcher.pk).update(is_active=False)
    page = sign_in(recruiter).get(requisition.get_absolute_url())
    assert page.context["mentionable"] == []
    told = {one.name: (one.about, one.availability.words) for one in page.context["people"]}
    assert told["Max Manager"] == ("Hiring manager · no longer sees this page", "")
    assert told["Wanda Watcher"] == ("Watches · no longer sees this page", "")


def test_who_writes_is_told_whether_the_other_side_is_there(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, acme: Client,
    clock: TimeMachineFixture,
) -> None:  # fmt: skip
    petra = make_user("petra@acme.example", clients=[acme], name="Petra Deputy")
    Delegation.settle(manager, {acme.pk: petra.pk}, by=manager, now=NOW)
    Absence.plan(date(2026, 3, 12), date(2026, 3, 13), by=manager, now=NOW)
    clock.move_to(NOW + timedelta(days=1, hours=11, minutes=40), tick=False)
    forms = {
        user: sign_in(user).get(requisition.get_absolute_url()).text.partition("data-mentions")[2]
        for user in (recruiter, manager, petra)
    }
    at_manager = "Max is away until 13 March; Petra Deputy stands in; back Monday 09:00."
    at_recruiter = "It is 21:40 for Rosa; back Friday 09:00."
    assert at_manager in forms[recruiter].partition("Add note")[0]
    for reader in (manager, petra):
        assert at_recruiter in forms[reader].partition("Send</button>")[0]


# --- private -------------------------------------------------------------------------------


def test_private_note_is_nowhere_in_what_managers_and_watchers_get(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, watcher: User
) -> None:
    answer = post(sign_in(recruiter), requisition, text=SECRET, kind="private")
    assert answer.status_code == 302
    note = Note.objects.get()
    page = sign_in(recruiter).get(requisition.get_absolute_url()).text
    assert SECRET in page
    assert "Only recruiters and leads see this</p>" in page
    for reader in (manager, watcher):
        browser = sign_in(reader)
        for url in (requisition.get_absolute_url(), "/", "/requisitions/"):
            assert SECRET not in browser.get(url).text
            assert str(note.pk) not in browser.get(url).text
        for name in ("note_edit", "note_history"):
            assert browser.get(reverse(name, args=[note.pk])).status_code == 404
        assert browser.post(reverse("note_withdrawal", args=[note.pk])).status_code == 404


def test_private_notes_change_no_page_of_a_managers_timeline(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    for hour in range(19):
        make_note(requisition, f"Note {hour}", now=NOW - timedelta(hours=hour))
    browser, url = sign_in(manager), requisition.get_absolute_url()
    before = browser.get(url).context["timeline"]
    for hour in range(30):
        make_note(requisition, SECRET, is_private=True, now=NOW - timedelta(minutes=hour))
    assert browser.get(url).context["timeline"].earlier == before.earlier
    assert [item.id for item in items_of(browser.get(url))] == [item.id for item in before.items]


# --- editing, history, withdrawal ----------------------------------------------------------


def test_edit_of_a_stale_text_shows_both_and_saves_on_the_second_try(
    sign_in: SignIn, requisition: Requisition, recruiter: User, lead: User
) -> None:
    note = make_note(requisition, "First")
    browser, url = sign_in(recruiter), reverse("note_edit", args=[note.pk])
    assert browser.get(url).context["form"]["version"].value() == 1
    note.edit("Lea's text", version=1, by=lead, now=NOW)
    conflict = browser.post(url, {"text": "Rosa's text", "version": 1})
    assert conflict.status_code == 409
    assert "Lea&#x27;s text" in conflict.text
    assert "Rosa&#x27;s text" in conflict.text
    again = browser.post(
        url, {"text": "Both", "version": conflict.context["form"]["version"].value()}
    )
    assert again.status_code == 302
    history = browser.get(reverse("note_history", args=[note.pk]))
    assert [version.text for version in history.context["versions"]] == ["Lea's text", "First"]
    assert "edited" in browser.get(requisition.get_absolute_url()).text


def test_manager_edits_own_words_alone(
    sign_in: SignIn, requisition: Requisition, manager: User, watcher: User, recruiter: User
) -> None:
    mine = make_note(requisition, by=manager)
    url = reverse("note_edit", args=[mine.pk])
    codes = [sign_in(user).get(url).status_code for user in (manager, watcher, recruiter)]
    assert codes == [200, 403, 403]


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "9" * 30])
def test_edit_with_a_version_that_is_none_changes_nothing(
    sign_in: SignIn, requisition: Requisition, recruiter: User, version: str
) -> None:
    note = make_note(requisition, "First")
    url = reverse("note_edit", args=[note.pk])
    answer = sign_in(recruiter).post(url, {"text": "Second", "version": version})
    assert answer.status_code in (409, 422)
    note.refresh_from_db()
    assert note.text == "First"


def test_withdrawn_note_is_gone_from_every_page_and_comes_back(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    note = make_note(requisition, SECRET)
    browser = sign_in(recruiter)
    browser.post(reverse("note_withdrawal", args=[note.pk]))
    for user in (recruiter, manager):
        page = sign_in(user).get(requisition.get_absolute_url())
        assert SECRET not in page.text
        assert items_of(page)[0].withdrawn == "Rosa Recruiter"
    for name in ("note_edit", "note_history"):
        assert browser.get(reverse(name, args=[note.pk])).status_code == 404
    browser.post(reverse("note_restoration", args=[note.pk]))
    assert SECRET in browser.get(requisition.get_absolute_url()).text


def test_answer_to_a_withdrawn_question_does_not_quote_it(
    sign_in: SignIn, requisition: Requisition, manager: User, recruiter: User
) -> None:
    question = make_note(requisition, SECRET, by=manager, kind=QUESTION)
    question.answer("Yes.", by=recruiter, now=NOW, key=uuid.uuid4())
    question.withdraw(by=manager, now=NOW)
    assert SECRET not in sign_in(recruiter).get(requisition.get_absolute_url()).text


def test_words_for_what_was_withdrawn_meanwhile_are_kept_in_the_form(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, lead: User
) -> None:
    question = make_note(requisition, SECRET, by=manager, kind=QUESTION)
    note = make_note(requisition, SECRET)
    question.withdraw(by=manager, now=NOW)
    note.withdraw(by=lead, now=NOW)
    browser = sign_in(recruiter)
    answers = [
        browser.post(reverse("answers", args=[question.pk]), {"text": "My long words"}),
        browser.post(reverse("note_edit", args=[note.pk]), {"text": "My long words", "version": 1}),
    ]
    for answer in answers:
        assert answer.status_code == 422
        assert "withdrawn meanwhile" in answer.context["form"].non_field_errors()[0]
        assert answer.context["form"]["text"].value() == "My long words"
        assert SECRET not in answer.text
    assert Note.objects.count() == 2


# --- the desk ------------------------------------------------------------------------------


def asked_on(desk: Any) -> list[str]:
    """Titles of what stands on the desk for a manager's question."""
    return [one.title for group in desk.groups if group.kind == "questions" for one in group.items]


def test_question_stands_on_the_desk_until_it_is_answered(
    sign_in: SignIn, requisition: Requisition, recruiter: User, lead: User, question: Note
) -> None:
    make_checkpoint(requisition)
    browser = sign_in(recruiter)
    assert asked_on(browser.get("/").context["desk"]) == [requisition.title]
    assert asked_on(sign_in(lead).get("/").context["desk"]) == [requisition.title]
    browser.post(reverse("answers", args=[question.pk]), {"text": "She is."})
    assert asked_on(browser.get("/").context["desk"]) == []


def test_question_of_another_recruiters_requisition_is_on_her_desk_alone(
    sign_in: SignIn, requisition: Requisition, question: Note
) -> None:
    make_checkpoint(requisition)
    colleague = make_user("c@acme.example", role=Role.RECRUITER, clients=[requisition.client])
    assert asked_on(sign_in(colleague).get("/").context["desk"]) == []


def test_question_by_a_recruiter_is_on_no_desk(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    make_checkpoint(requisition)
    make_note(requisition, kind=QUESTION)
    assert asked_on(sign_in(recruiter).get("/").context["desk"]) == []


def test_line_of_the_desk_opens_with_the_question_that_waited_longest_first(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    for hour in range(8):
        now = NOW - timedelta(hours=hour)
        make_note(requisition, f"Question {hour}", by=manager, kind=QUESTION, now=now)
    panel = sign_in(recruiter).get(f"/desk/{requisition.pk}/").context["panel"]
    assert [one.text for one in panel.questions][:2] == [
        "<p>Question 7</p>\n",
        "<p>Question 6</p>\n",
    ]


def test_empty_answer_keeps_the_question_in_sight(
    sign_in: SignIn, recruiter: User, question: Note
) -> None:
    answer = sign_in(recruiter).post(reverse("answers", args=[question.pk]))
    assert answer.status_code == 422
    assert "Is Ada still in?" in answer.text


def test_answer_to_what_is_no_question_is_not_found(
    sign_in: SignIn, requisition: Requisition, recruiter: User, question: Note, manager: User
) -> None:
    browser = sign_in(recruiter)
    question.withdraw(by=manager, now=NOW)
    assert browser.get(reverse("answers", args=[question.pk])).status_code == 404
    url = reverse("answers", args=[make_note(requisition, by=manager).pk])
    assert browser.post(url, {"text": "Yes"}).status_code == 404


# --- the timeline --------------------------------------------------------------------------


def test_timeline_of_all_kinds_is_paged_and_loses_none_of_the_same_instant(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    for number in range(25):
        make_note(requisition, f"Note {number}")
        make_touchpoint(requisition, happened_at=NOW)
        make_checkpoint(requisition, note=f"Checkpoint {number}")
    wrong = make_checkpoint(requisition, now=NOW - timedelta(days=1))
    right = partial(wrong.correct, by=recruiter, counts={Stage.FOUND: 1}, on=wrong.on)
    right(now=NOW, key=uuid.uuid4())
    browser, earlier, seen = sign_in(recruiter), "", []
    for _ in range(10):
        page = browser.get(requisition.get_absolute_url(), {"earlier": earlier})
        seen += [(item.on, item.at, item.id) for item in items_of(page)]
        earlier = page.context["timeline"].earlier
        if earlier is None:
            break
    assert len(seen) == len(set(seen)) == 25 * 3 + 1 + requisition.status_changes.count()
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    "earlier",
    [
        "2026-03-11_x_y",
        f"0001-01-01_2026-03-11T10:00:00_{uuid.UUID(int=1)}",
        f"2026-03-11_9999-12-31T23:59:59_{uuid.UUID(int=1)}",
        f"2026-03-11_2026-03-11T10:00:00+99:00_{uuid.UUID(int=1)}",
        "_" * 400,
    ],
)
def test_timeline_asked_for_a_place_that_is_none_begins_at_the_top(
    sign_in: SignIn, requisition: Requisition, recruiter: User, earlier: str
) -> None:
    make_note(requisition, "Newest")
    page = sign_in(recruiter).get(requisition.get_absolute_url(), {"earlier": earlier})
    assert items_of(page)[0].note == "<p>Newest</p>\n"


def test_statements_of_page_and_desk_do_not_grow_with_the_conversation(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    def talk() -> None:
        make_checkpoint(requisition)
        asked = make_note(requisition, "For @Rosa Recruiter", by=manager, kind=QUESTION)
        asked.answer("@Max Manager, yes", by=recruiter, now=NOW, key=uuid.uuid4())
        make_note(requisition, "Open?", by=manager, kind=QUESTION)
        make_note(requisition, is_private=True)
        make_touchpoint(requisition)

    def costs() -> list[int]:
        url = requisition.get_absolute_url()
        pairs = [(recruiter, url), (manager, url), (recruiter, "/")]
        return [counted(partial(sign_in(user).get, path)) for user, path in pairs]

    talk()
    few = costs()
    for _ in range(15):
        talk()
    assert costs() == few
    assert max(few[:2]) <= 19
    assert few[2] <= 12


def test_statements_of_writing(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, question: Note
) -> None:
    asking, answering = sign_in(manager), sign_in(recruiter)
    text = "For @Rosa Recruiter: who?"
    note = make_note(requisition, "First")
    url = reverse("note_edit", args=[note.pk])
    costs = [
        counted(lambda: post(asking, requisition, text=text)),
        counted(lambda: answering.post(reverse("answers", args=[question.pk]), {"text": text})),
        counted(lambda: answering.post(url, {"text": f"@Max Manager {text}", "version": 1})),
        counted(lambda: answering.post(reverse("note_withdrawal", args=[note.pk]))),
    ]
    assert Note.objects.count() == 4
    assert max(costs) <= 12


# --- the update as text --------------------------------------------------------------------


def test_update_is_plain_text_that_needs_no_context(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    make_checkpoint(requisition, counts={Stage.FOUND: 41, Stage.MET: 7}, next_step="Call Ada")
    make_note(requisition, SECRET, is_private=True)
    updates = {
        sign_in(user).get(requisition.get_absolute_url()).context["update"]
        for user in (recruiter, manager)
    }
    (update,) = updates
    assert update.splitlines() == [
        "Data Engineer (Acme)",
        "Open for 30 days, 41 found and 7 met.",
        "In the last 7 days: 41 found, 7 met.",
        "So far: 41 found, 7 met.",
        "Next, by Rosa Recruiter: Call Ada",
        "As of Wednesday 11 March, 10:00. "
        f"All of it: http://127.0.0.1:8000{requisition.get_absolute_url()}",
    ]


def test_update_of_a_title_with_markup_stays_in_its_box(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    nasty = make_requisition(
        requisition.client,
        recruiter=recruiter,
        manager=manager,
        title="</textarea><b>x",
        status=Status.FILLED,
    )
    page = sign_in(recruiter).get(nasty.get_absolute_url())
    assert "</textarea><b>" not in page.text
    html5lib.HTMLParser(strict=True).parse(page.text)
