"""Notes, questions, answers: who reads them, who is addressed, and two people at once."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from recruiting.accounts.models import Client, Role, User
from recruiting.audit.models import Event
from recruiting.lib.text import render_markdown
from requisitions.models import Requisition
from requisitions.readers import readers_of
from status_updates import facts
from status_updates.mentions import mentions_in
from status_updates.models import Note, NoteVersion
from status_updates.models.note import StaleNote
from tests.factories import NOW, make_note, make_user

pytestmark = pytest.mark.django_db
QUESTION = Note.Kind.QUESTION
LATER = NOW + timedelta(hours=1)


def test_readers_are_those_to_whom_it_is_visible(
    requisition: Requisition, watcher: User, lead: User, other_requisition: Requisition
) -> None:
    acme = requisition.client
    make_user("idle@acme.example", clients=[acme], name="Ida Idle")
    make_user("second@acme.example", role=Role.RECRUITER, clients=[acme], name="Sam Second")
    gone = make_user("gone@acme.example", clients=[acme], name="Gus Gone", is_active=False)
    requisition.watchers.create(user=gone)
    for one in (requisition, other_requisition):
        seeing = {
            user.email
            for user in User.objects.active()
            if Requisition.objects.visible_to(user).filter(pk=one.pk).exists()
        }
        assert {user.email for user in readers_of(one)} == seeing
    assert watcher in readers_of(requisition)


def test_manager_who_left_the_client_is_no_reader(requisition: Requisition, manager: User) -> None:
    manager.leave(requisition.client, by=requisition.recruiter, now=NOW)
    assert manager not in readers_of(requisition)


# --- mentions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hello @Max Manager, and you?", {"@Max Manager"}),
        ("@max", {"@max"}),
        ("(@manager)", {"@manager"}),
        ("@Wanda Watcher @Wanda Watcher", {"@Wanda Watcher"}),
        ("**@Max Manager**", {"@Max Manager"}),
        ("write to max@acme.example", set()),
        ("`@Max Manager` is code", set()),
        ("@ Max", set()),
    ],
)
def test_mention_is_found_where_people_write_one(
    text: str, found: set[str], manager: User, watcher: User
) -> None:
    mentions = mentions_in(text, [manager, watcher])
    assert {words for _, words in mentions.found} == found
    assert mentions.unknown == []


def test_longest_name_wins_and_a_longer_word_is_another(acme: Client) -> None:
    max_ = make_user("max@acme.example", clients=[acme], name="Max")
    maxine = make_user("m@acme.example", clients=[acme], name="Max Maximilian")
    mentions = mentions_in("@Max Maximilian", [max_, maxine])
    assert mentions.found == [(maxine, "@Max Maximilian")]
    assert mentions_in("@Maxwell", [max_]).unknown == ["@Maxwell"]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Kim Strauß", "@Kim Strauß, please", "@Kim Strauß"),
        ("İbrahim Kaya", "(@İbrahim Kaya)", "@İbrahim Kaya"),
        ("Zoë Quist", "@Zoe\u0308 Quist?", "@Zoe\u0308 Quist"),
        ("Sean O'Brien", "@sean o’brien’s view", "@sean o’brien"),
        ("שרה כהן", "שלום @שרה כהן, תודה", "@שרה כהן"),
        ("हिन्दी राय", "@हिन्दी राय, ठीक?", "@हिन्दी राय"),
        ("田中 太郎", "はい@田中 太郎さん", "@田中 太郎"),
        ("김민수", "@김민수님", "@김민수"),
    ],
)
def test_names_of_any_script_are_found_to_the_letter(
    name: str, text: str, found: str, acme: Client
) -> None:
    person = make_user("p@acme.example", clients=[acme], name=name)
    assert mentions_in(text, [person]).found == [(person, found)]


def test_namesake_who_does_not_see_it_is_not_taken_for_one_who_does(
    requisition: Requisition, acme: Client, manager: User
) -> None:
    """What is said of one Max must not be addressed to the other."""
    make_user("twin@acme.example", clients=[acme], name="Max Twin")
    make_user("marie@acme.example", clients=[acme], name="Max-Marie Lee")
    for name in ("Max Twin", "Max-Marie"):
        with pytest.raises(ValidationError, match=f"{name}.* would not see this"):
            make_note(requisition, f"@{name} is difficult")
    assert make_note(requisition, "@Max is fine").mentions == [(str(manager.pk), "@Max")]


def test_who_has_one_name_alone_can_be_told_from_a_namesake(
    requisition: Requisition, acme: Client, manager: User
) -> None:
    max_ = make_user("m2@acme.example", clients=[acme], name="Max")
    requisition.watch(max_, by=requisition.recruiter, now=NOW)
    assert make_note(requisition, "@Max, a word").mentions == [(str(max_.pk), "@Max")]


def test_mention_is_kept_and_set_in_bold(requisition: Requisition, manager: User) -> None:
    note = make_note(requisition, "Dear @max manager, see `@max manager`")
    note.refresh_from_db()
    assert note.mentions == [[str(manager.pk), "@max manager"]]
    assert note.html == (
        "<p>Dear <strong>@max manager</strong>, see <code>@max manager</code></p>\n"
    )


def test_mention_of_a_colleague_who_does_not_see_it_is_refused_by_name(
    requisition: Requisition, acme: Client
) -> None:
    make_user("ida@acme.example", clients=[acme], name="Ida Idle")
    with pytest.raises(ValidationError) as refused:
        make_note(requisition, "What does @Ida Idle say?")
    assert refused.value.message_dict == {
        "text": ["Ida Idle would not see this. Mention somebody who does, or leave out @."]
    }
    assert not Note.objects.exists()


def test_mention_of_a_stranger_tells_nothing_of_whether_there_is_one(
    requisition: Requisition, other_manager: User
) -> None:
    messages = set()
    for name in ("Olga", "Nobody"):
        with pytest.raises(ValidationError) as refused:
            make_note(requisition, f"Ask @{name} Other")
        messages.add(refused.value.message_dict["text"][0].replace(name, "…"))
    assert len(messages) == 1


def test_mention_that_fits_two_people_asks_for_the_whole_name(
    requisition: Requisition, acme: Client, manager: User
) -> None:
    twin = make_user("max.two@acme.example", clients=[acme], name="Max Twin")
    requisition.watch(twin, by=requisition.recruiter, now=NOW)
    with pytest.raises(ValidationError, match="Several people here are called @Max"):
        make_note(requisition, "@Max, a word")
    assert make_note(requisition, "@Max Twin, a word").mentions == [(str(twin.pk), "@Max Twin")]


def test_private_note_addresses_no_manager(requisition: Requisition, lead: User) -> None:
    with pytest.raises(ValidationError, match="Max Manager would not see this"):
        make_note(requisition, "@Max Manager is hesitant", is_private=True)
    assert make_note(requisition, "@Lea Lead, help", is_private=True).mentions


@pytest.mark.parametrize(
    "name",
    ["<img src=x onerror=alert(1)>", "*a*", "</strong><script>x</script>", "[a](javascript:b)"],
)
def test_name_that_holds_markup_stays_text(name: str) -> None:
    html = render_markdown(f"Hello @{name} `@{name}`", emphasize=[f"@{name}"])
    assert "<img" not in html
    assert "<script" not in html
    assert 'href="javascript' not in html


# --- private -------------------------------------------------------------------------------


def test_private_note_is_visible_to_recruiters_and_leads_alone(
    requisition: Requisition, manager: User, watcher: User, lead: User, other_recruiter: User
) -> None:
    note = make_note(requisition, is_private=True)
    people = (requisition.recruiter, lead, manager, watcher, other_recruiter)
    sees = [note in Note.objects.visible_to(user) for user in people]
    assert sees == [True, True, False, False, False]


def test_private_note_is_in_no_shared_event_of_the_requisition_or_its_client(
    requisition: Requisition,
) -> None:
    note = make_note(requisition, "Careful", is_private=True)
    note.edit("Careful with pay", version=1, by=requisition.recruiter, now=NOW)
    note.withdraw(by=requisition.recruiter, now=NOW)
    of_client = Event.objects.filter(client=requisition.client)
    told = (of_client | Event.objects.filter(requisition=requisition)).shared()
    assert not [event for event in told if str(note.pk) in str(event.particulars)]
    assert not [event for event in told if "note" in event.action]
    assert [event.action for event in Event.objects.about(note)] == [
        "withdrew a private note", "edited a private note", "wrote a private note",
    ]  # fmt: skip


def test_private_note_is_no_news(requisition: Requisition) -> None:
    make_note(requisition, is_private=True)
    known = facts.load([requisition], since=NOW - timedelta(days=1), now=NOW).facts(
        requisition, since=NOW - timedelta(days=1), today=NOW.date()
    )
    assert known.news == []


def test_manager_writes_no_private_note(requisition: Requisition, manager: User) -> None:
    with pytest.raises(ValidationError):
        make_note(requisition, by=manager, is_private=True)


def test_private_question_is_impossible(requisition: Requisition) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_note(requisition, kind=QUESTION, is_private=True)


# --- questions -----------------------------------------------------------------------------


def test_question_is_open_until_an_answer_stands(requisition: Requisition, manager: User) -> None:
    recruiter = requisition.recruiter
    question = make_note(requisition, "Who?", by=manager, kind=QUESTION)
    assert list(Note.objects.open_questions()) == [question]
    answer = question.answer("Ada.", by=recruiter, now=LATER, key=uuid.uuid4())
    assert not Note.objects.open_questions().exists()
    answer.withdraw(by=recruiter, now=LATER)
    assert list(Note.objects.open_questions()) == [question]
    answer.restore(by=recruiter, now=LATER)
    question.withdraw(by=manager, now=LATER)
    assert not Note.objects.open_questions().exists()


def test_question_is_not_answered_by_who_asked_nor_once_it_is_gone(
    requisition: Requisition, manager: User
) -> None:
    question = make_note(requisition, by=manager, kind=QUESTION)
    with pytest.raises(ValidationError, match="by somebody else"):
        question.answer("Me", by=manager, now=NOW, key=uuid.uuid4())
    question.withdraw(by=manager, now=NOW)
    with pytest.raises(ValidationError, match="withdrawn meanwhile"):
        question.answer("Ada", by=requisition.recruiter, now=NOW, key=uuid.uuid4())


def test_question_and_answer_are_news(requisition: Requisition, manager: User) -> None:
    since = NOW - timedelta(days=1)
    question = make_note(requisition, by=manager, kind=QUESTION)
    make_note(requisition, by=manager, kind=QUESTION)

    def news() -> list[str]:
        material = facts.load([requisition], since=since, now=NOW)
        return list(material.facts(requisition, since=since, today=NOW.date()).news)

    assert news() == ["2 questions asked"]
    question.answer("Ada.", by=requisition.recruiter, now=NOW, key=uuid.uuid4())
    assert news() == ["2 questions asked", "Question answered"]


# --- editing -------------------------------------------------------------------------------


def test_edit_keeps_the_older_text_with_who_and_when(requisition: Requisition, lead: User) -> None:
    note = make_note(requisition, "First")
    note.edit("Second", version=1, by=lead, now=LATER)
    note.refresh_from_db()
    assert (note.text, note.version, note.saved_by, note.saved_at) == ("Second", 2, lead, LATER)
    (older,) = note.versions.all()
    assert (older.number, older.text, older.by, older.at) == (1, "First", note.by, NOW)


def test_edit_of_a_text_that_changed_meanwhile_is_refused(
    requisition: Requisition, lead: User
) -> None:
    note = make_note(requisition, "First")
    note.edit("Lea's", version=1, by=lead, now=LATER)
    with pytest.raises(StaleNote) as stale:
        note.edit("Rosa's", version=1, by=requisition.recruiter, now=LATER)
    assert stale.value.current.text == "Lea's"
    note.edit("Lea's", version=1, by=requisition.recruiter, now=LATER)  # says the same: no quarrel
    assert NoteVersion.objects.count() == 1


def test_withdrawn_note_cannot_be_edited(requisition: Requisition) -> None:
    note = make_note(requisition)
    note.withdraw(by=requisition.recruiter, now=NOW)
    with pytest.raises(ValidationError, match="withdrawn meanwhile"):
        note.edit("New", version=1, by=requisition.recruiter, now=NOW)


def test_withdrawal_twice_is_once(requisition: Requisition, lead: User) -> None:
    note = make_note(requisition)
    note.withdraw(by=requisition.recruiter, now=NOW)
    note.withdraw(by=lead, now=LATER)
    note.refresh_from_db()
    assert (note.withdrawn_by, note.withdrawn_at) == (requisition.recruiter, NOW)
    assert Event.objects.filter(action="withdrew a note").count() == 1


def test_write_with_one_key_makes_one(requisition: Requisition) -> None:
    key = uuid.uuid4()
    assert make_note(requisition, key=key) == make_note(requisition, key=key)
    with pytest.raises(ValidationError, match="said something else then"):
        make_note(requisition, "Else", key=key)
    assert Note.objects.count() == 1


def test_question_of_somebody_who_lost_access_meanwhile_is_not_written(
    requisition: Requisition, watcher: User, manager: User
) -> None:
    question = make_note(requisition, by=manager, kind=QUESTION)
    mine = make_note(requisition, by=watcher)
    requisition.unwatch(watcher, by=requisition.recruiter, now=NOW)
    with pytest.raises(Requisition.DoesNotExist):
        make_note(requisition, by=watcher, kind=QUESTION)
    with pytest.raises(Requisition.DoesNotExist):
        question.answer("Ada", by=watcher, now=NOW, key=uuid.uuid4())
    with pytest.raises(Note.DoesNotExist):
        mine.edit("New", version=1, by=watcher, now=NOW)
    assert Note.objects.count() == 2
