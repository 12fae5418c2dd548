"""What a digest says."""

import html as html_module
import re
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client as Browser
from django.utils.html import strip_tags
from time_machine import TimeMachineFixture

from recruiting.accounts.models import (
    Absence,
    Client,
    Delegation,
    Membership,
    Preferences,
    Role,
    User,
)
from recruiting.lib.mailview import viewable
from recruiting.mailing import delivery, recording
from recruiting.mailing.links import without_personal_links
from recruiting.mailing.models import Mail, State
from requisitions.models import Requisition, Stage, Status, Watcher
from status_updates.digests import rows
from status_updates.digests.mail import render
from status_updates.digests.market import FACTS, fact_of
from status_updates.digests.schedule import Period
from status_updates.digests.snapshot import KIND, letters
from status_updates.models import Note, PersonalLine
from status_updates.models.checkpoint import PromiseMade
from tests.factories import (
    NOW,
    make_brief,
    make_checkpoint,
    make_note,
    make_requisition,
    make_slate,
    make_user,
)
from tests.queries import counted
from tests.test_open_items import approved, interview

MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


@pytest.fixture
def letter(
    db: None, mailoutbox: list[EmailMultiAlternatives]
) -> Callable[..., EmailMultiAlternatives]:
    """`letter(now)`: what the manager is sent in the week of `now`, on its Monday."""

    def sent(now: datetime = MONDAY, to: str = "manager@acme.example") -> EmailMultiAlternatives:
        rows.materialise(now)
        due = Mail.objects.kind(KIND).due(now)
        delivery.deliver(list(due.values_list("pk", flat=True)), now=now)
        return [mail for mail in mailoutbox if mail.to == [to]][-1]

    return sent


Letter = Callable[..., EmailMultiAlternatives]


def body(mail: EmailMultiAlternatives) -> str:
    return str(mail.body)


def words_of_html(mail: EmailMultiAlternatives) -> str:
    page = re.sub(r"<style>.*?</style>|<title>.*?</title>", "", html_of(mail), flags=re.DOTALL)
    return " ".join(html_module.unescape(strip_tags(page)).split())


def html_of(mail: EmailMultiAlternatives) -> str:
    return str(mail.alternatives[0][0])


# --- what it tells -------------------------------------------------------------------------


def test_letter_tells_what_moved_since_the_last_one(
    letter: Letter, requisition: Requisition, now: datetime
) -> None:
    make_checkpoint(requisition, now=now, counts={Stage.FOUND: 12, Stage.SUBMITTED: 2})
    first = body(letter())
    assert "In the last seven days: 12 found, 2 resumes submitted, over 1 requisition." in first
    make_checkpoint(requisition, now=MONDAY + HOUR, counts={Stage.FOUND: 3, Stage.MET: 1})
    second = letter(MONDAY + WEEK)
    assert "Since Monday 16 March: 3 found, 1 met, over 1 requisition." in body(second)
    assert "15 found (+3), 1 met (+1), 2 resumes submitted. Open for" in body(second)


def test_subject_states_the_counts_and_the_promise_that_is_due(
    letter: Letter, requisition: Requisition, now: datetime
) -> None:
    promise = PromiseMade(Stage.SUBMITTED, 5, date(2026, 3, 20))
    make_checkpoint(
        requisition, now=now, counts={Stage.FOUND: 12, Stage.SUBMITTED: 2}, promise=promise
    )
    assert letter().subject == (
        "1 requisition · 2 resumes submitted · 12 found · "
        "Data Engineer: 5 resumes submitted by Friday"
    )


def test_quiet_week_says_so_in_one_line(letter: Letter, requisition: Requisition) -> None:
    sent = letter()
    assert sent.subject == "1 requisition · a quiet week"
    assert "A quiet week: nothing was logged on your 1 requisition." in body(sent)
    assert "WHAT CHANGED" not in body(sent)
    assert "Nothing waits on you." in body(sent)


def test_correction_of_a_count_is_told_as_fewer(
    letter: Letter, requisition: Requisition, now: datetime
) -> None:
    checkpoint = make_checkpoint(requisition, now=now, counts={Stage.FOUND: 12})
    letter()
    checkpoint.undo(by=requisition.recruiter, now=MONDAY + HOUR)
    sent = letter(MONDAY + WEEK)
    assert "12 fewer found" in body(sent)
    assert "fewer" not in sent.subject


def test_what_waits_on_the_manager_comes_first(
    letter: Letter, requisition: Requisition, recruiter: User, manager: User, acme: Client
) -> None:
    make_requisition(
        acme, recruiter=recruiter, manager=manager, status=Status.INTAKE, title="Data Analyst"
    )
    until = date(2026, 3, 18)
    requisition.put_on_hold(by=recruiter, now=MONDAY - HOUR, reason="Budget.", until=until)
    text = body(letter())
    waiting = text[text.index("WAITING ON YOU") : text.index("WHAT CHANGED")]
    assert "Data Analyst: agree with Rosa Recruiter on what the job needs" in waiting
    assert "Data Engineer: the hold ends on Wednesday 18 March" in waiting


def test_watcher_is_told_but_nothing_waits_on_her(
    letter: Letter, watcher: User, requisition: Requisition, recruiter: User
) -> None:
    until = date(2026, 3, 18)
    requisition.put_on_hold(by=recruiter, now=MONDAY - HOUR, reason="Budget.", until=until)
    sent = letter(to=watcher.email)
    assert "Data Engineer" in body(sent)
    assert "Nothing waits on you." in body(sent)


def test_promises_are_told_as_made_kept_and_missed(
    letter: Letter, requisition: Requisition, now: datetime
) -> None:
    missed = PromiseMade(Stage.MET, 2, date(2026, 3, 13))
    made = PromiseMade(Stage.SUBMITTED, 4, date(2026, 3, 27))
    make_checkpoint(requisition, now=now, promise=missed)
    make_checkpoint(requisition, now=now + HOUR, promise=made)
    text = body(letter())
    assert "Promised by Friday 13 March and still to come: 2 met" in text
    assert text.count("4 resumes submitted") == 1
    assert "Promised: 4 resumes submitted by Friday 27 March" in text
    make_checkpoint(requisition, now=MONDAY + HOUR, counts={Stage.SUBMITTED: 4})
    assert "Promise kept: 4 resumes submitted" in body(letter(MONDAY + WEEK))


def test_next_step_is_told(letter: Letter, requisition: Requisition, now: datetime) -> None:
    make_checkpoint(requisition, now=now, next_step="Call both finalists")
    assert "* Data Engineer: Call both finalists" in body(letter())


def test_requisition_just_filled_is_told_once_more(
    letter: Letter, requisition: Requisition, now: datetime
) -> None:
    make_checkpoint(requisition, now=now, counts={Stage.ACCEPTED: 1})
    sent = letter()
    assert "1 offer accepted" in sent.subject
    assert "Filled on 11 March" in body(sent)
    rows.materialise(MONDAY + WEEK)
    [due] = Mail.objects.kind(KIND).due(MONDAY + WEEK)
    delivery.deliver([due.pk], now=MONDAY + WEEK)
    due.refresh_from_db()
    assert (due.state, due.reason) == (State.SKIPPED, "No requisition to tell of.")


def test_personal_line_stands_at_the_top_signed(
    letter: Letter, requisition: Requisition, recruiter: User, manager: User, acme: Client
) -> None:
    PersonalLine.write(
        "Two <good> people\nare waiting.", manager=manager, client=acme, period="2026-W12",
        version=0, by=recruiter, now=MONDAY,
    )  # fmt: skip
    sent = letter()
    assert "Two <good> people\nare waiting.\n(Rosa Recruiter)\n" in body(sent)
    assert "Two &lt;good&gt; people<br>are waiting." in html_of(sent)
    later = letter(MONDAY + WEEK)
    assert "good" not in body(later)


def test_both_bodies_tell_the_same(letter: Letter, requisition: Requisition, now: datetime) -> None:
    make_checkpoint(requisition, now=now, counts={Stage.FOUND: 12}, next_step="Call both finalists")
    sent = letter()
    shown = words_of_html(sent)
    for told in ("In the last seven days: 12 found, over 1 requisition.", "12 found +12",
                 "Call both finalists", "Nothing waits on you.", "Rosa Recruiter"):  # fmt: skip
        assert told in shown
        assert told.replace(" +12", " (+12)") in body(sent)


def test_day_is_the_managers_own(
    letter: Letter, requisition: Requisition, manager: User, now: datetime
) -> None:
    manager.working_card.zone = "Pacific/Auckland"
    manager.working_card.save()
    promise = PromiseMade(Stage.MET, 1, date(2026, 3, 16))
    make_checkpoint(requisition, now=now, promise=promise)
    # 08:00 on Monday in Auckland is still Sunday in UTC.
    sent = letter(datetime(2026, 3, 15, 19, 0, tzinfo=UTC))
    assert sent.subject.endswith("Data Engineer: 1 met today")


def test_what_is_logged_while_a_letter_waits_for_its_server_is_in_the_next(
    letter: Letter, requisition: Requisition
) -> None:
    rows.materialise(MONDAY)
    [mail] = Mail.objects.kind(KIND)
    [claimed] = delivery.claim([mail.pk], MONDAY)
    delivery._write([claimed], MONDAY, Counter())
    make_checkpoint(requisition, now=MONDAY + HOUR / 2, counts={Stage.FOUND: 4})
    recording.finish(claimed, State.SENT, MONDAY + HOUR)
    assert "4 found" in body(letter(MONDAY + WEEK))


# --- one market fact -----------------------------------------------------------------------


def test_market_fact_has_its_source_and_changes_every_week() -> None:
    first, second = fact_of(Period.parse("2026-W12")), fact_of(Period.parse("2026-W13"))
    assert first != second
    assert {fact_of(Period.parse(f"2026-W{week:02}")) for week in range(1, 54)} == set(FACTS)
    for fact in FACTS:
        assert fact.source in fact.credit
        assert str(fact.year) in fact.credit
        assert fact.population in fact.credit


# --- headers -------------------------------------------------------------------------------


def test_headers_let_the_reader_answer_thread_and_stop(
    letter: Letter, requisition: Requisition
) -> None:
    first, second = letter(), letter(MONDAY + WEEK)
    headers = first.message()
    assert headers["Reply-To"] == "recruiter@acme.example"
    assert headers["List-Id"] == "Same Page digests <digests.127.0.0.1>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/mail/unsubscribe/" in str(headers["List-Unsubscribe"])
    assert headers["References"] == second.message()["References"]
    assert headers["Message-ID"] != second.message()["Message-ID"]


@pytest.mark.parametrize("nasty", ["Boss\r\nBcc: all@acme.example", "Boss\nX: y", "Bo\x00ss\u2028"])
def test_line_breaks_in_names_and_titles_add_no_header(
    nasty: str, letter: Letter, requisition: Requisition, manager: User, acme: Client, now: datetime
) -> None:
    # As they could stand in a database that was filled by hand.
    title = nasty.replace("\x00", "\x01")
    Requisition.objects.update(title=title)
    User.objects.update(name=title)
    Client.objects.filter(pk=acme.pk).update(name=title)
    make_checkpoint(requisition, now=now, promise=PromiseMade(Stage.MET, 1, date(2026, 3, 17)))
    message = letter().message()
    assert "\n" not in str(message["Subject"]).replace("\n ", "")
    assert message["Bcc"] is None
    assert message["X"] is None


def test_subject_that_is_not_ascii_is_kept(letter: Letter, requisition: Requisition) -> None:
    Requisition.objects.update(title="Škoda 東京")
    make_checkpoint(requisition, promise=PromiseMade(Stage.MET, 1, date(2026, 3, 17)))
    assert letter().subject == "1 requisition · 3 found · Škoda 東京: 1 met by Tuesday"


# --- what it must not tell -----------------------------------------------------------------


def test_other_clients_data_never_stands_in_it(
    letter: Letter,
    requisition: Requisition,
    other_requisition: Requisition,
    manager: User,
    other_manager: User,
    globex: Client,
    now: datetime,
) -> None:
    # The manager once managed and watched there, and left.
    other_requisition.watchers.create(user=manager)
    make_checkpoint(other_requisition, now=now, next_step="Meet the agent", counts={Stage.MET: 777})
    PersonalLine.objects.create(
        manager=other_manager, client=globex, period="2026-W12", text="For Olga alone",
        by=other_requisition.recruiter, at=now,
    )  # fmt: skip
    letters_sent = {to: letter(to=to) for to in (manager.email, other_manager.email)}
    ours = body(letters_sent[manager.email]) + html_of(letters_sent[manager.email])
    for secret in (
        "Secret Agent",
        "Meet the agent",
        " 777 met",
        "For Olga alone",
        "Globex",
        "Omar",
    ):
        assert secret not in ours
        assert secret in body(letters_sent[other_manager.email])


def test_manager_of_two_clients_reads_of_each_in_its_own_letter(
    letter: Letter,
    requisition: Requisition,
    globex: Client,
    other_recruiter: User,
    manager: User,
    mailoutbox: list[EmailMultiAlternatives],
    now: datetime,
) -> None:
    manager.join(globex, by=manager, now=now)
    make_requisition(globex, recruiter=other_recruiter, manager=manager, title="Secret Agent")
    letter()
    ours = {mail.subject.partition(":")[0]: body(mail) for mail in mailoutbox}
    assert sorted(ours) == ["Acme", "Globex"]
    assert "Secret Agent" not in ours["Acme"]
    assert "Data Engineer" not in ours["Globex"]


# --- cost ----------------------------------------------------------------------------------


def batch_of(number: int, acme: Client, recruiter: User, now: datetime) -> list[Any]:
    for _ in range(number):
        person = make_user(clients=[acme])
        requisition = make_requisition(acme, recruiter=recruiter, manager=person, now=now)
        make_checkpoint(requisition, now=now)
        make_slate(requisition, now=now)
    made = []
    for membership in Membership.objects.filter(user__role="manager").select_related(
        "user__working_card", "client"
    ):
        row = rows.preview_row(membership.user, membership.client, Period.parse("2026-W12"), MONDAY)
        made.append(row)
    return made


def test_letters_of_a_batch_cost_the_same_for_1_and_for_40(
    acme: Client, recruiter: User, now: datetime
) -> None:
    one = batch_of(1, acme, recruiter, now)
    cost = counted(lambda: render(one, MONDAY))
    many = batch_of(39, acme, recruiter, now)
    assert len(letters(many, MONDAY)) == 40
    assert counted(lambda: render(many, MONDAY)) == cost
    # In a batch of 1,000 that is 0.01 statements a manager.
    assert cost <= 10


def test_watched_requisition_of_one_manager_is_not_told_to_another(
    letter: Letter, requisition: Requisition, acme: Client, recruiter: User, now: datetime
) -> None:
    stranger = make_user("stranger@acme.example", clients=[acme])
    watched = make_requisition(acme, recruiter=recruiter, manager=stranger, title="Watched Job")
    Watcher.objects.create(requisition=watched, user=make_user(clients=[acme]))
    assert "Watched Job" not in body(letter())


def test_draft_is_not_told(letter: Letter, requisition: Requisition, watcher: User) -> None:
    draft = make_requisition(
        requisition.client, recruiter=requisition.recruiter, manager=None, status=Status.DRAFT,
        title="Not Yet",
    )  # fmt: skip
    Watcher.objects.create(requisition=draft, user=watcher)
    assert "Not Yet" not in body(letter(to=watcher.email))


# --- briefs --------------------------------------------------------------------------------


def test_brief_not_signed_is_the_first_item_with_a_link_that_signs_it(
    letter: Letter, requisition: Requisition, acme: Client, recruiter: User, manager: User,
    clock: TimeMachineFixture,
) -> None:  # fmt: skip
    held = make_requisition(acme, recruiter=recruiter, manager=manager, title="A Held Job")
    held.put_on_hold(by=recruiter, now=NOW, reason="Budget.", until=MONDAY.date())
    brief = make_brief(requisition, recruiter)
    sent = letter()
    told = body(sent).partition("WAITING ON YOU\n")[2]
    asks = "Data Engineer: brief not signed yet, waiting on you since Wednesday, when Rosa"
    assert told.startswith(f"* {asks} Recruiter signed it.\n  Read it and sign: http")
    assert told.index("A Held Job") > told.index("Data Engineer")
    (link,) = set(re.findall(rf"http\S+?(/mail/brief/{brief.pk}/\S+)", body(sent)))
    assert html_of(sent).count(f'{link}"') == 1
    clock.move_to(MONDAY)
    page = Browser().get(link, follow=True)
    assert "You sign brief 1 as Max Manager for the hiring manager." in page.text


def test_link_that_signs_is_inert_for_others(
    letter: Letter, requisition: Requisition, recruiter: User
) -> None:
    make_brief(requisition, recruiter)
    letter()
    mail = Mail.objects.kind(KIND).get()
    assert "/mail/brief/" in mail.text
    assert "/mail/" not in without_personal_links(mail.text)
    assert "/mail/brief/" not in viewable(mail.html, inert=True).html


def test_brief_that_waits_for_the_recruiter_does_not_wait_on_the_manager(
    letter: Letter, acme: Client, recruiter: User, manager: User
) -> None:
    make_brief(
        make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE), manager
    )
    assert "Nothing waits on you." in body(letter())


# --- questions and feedback ----------------------------------------------------------------


def test_question_of_the_recruiter_waits_until_somebody_answers_it(
    letter: Letter, requisition: Requisition, manager: User, sign_in: Callable[[User], Browser],
    clock: TimeMachineFixture,
) -> None:  # fmt: skip
    asked = make_note(requisition, "Would 32 hours do?", kind=Note.Kind.QUESTION)
    make_note(requisition, "And this?", kind=Note.Kind.QUESTION, by=manager)
    sent = letter()
    told = body(sent).partition("WAITING ON YOU\n")[2]
    assert told.startswith(
        "* Data Engineer: Rosa Recruiter waits for an answer since Wednesday.\n"
        f"  Answer the question: http://127.0.0.1:8000/questions/{asked.pk}/answers/\n\n"
    )
    assert sent.subject.startswith("1 question waiting · 1 requisition")
    assert "32 hours" not in body(sent) + html_of(sent)
    clock.move_to(MONDAY)
    home = sign_in(manager).get("/").text
    assert "Answer a question on " in home
    assert f'href="/questions/{asked.pk}/answers/"' in home
    asked.answer("Yes.", by=manager, now=MONDAY + HOUR, key=uuid.uuid4())
    assert "Nothing waits on you." in body(letter(MONDAY + WEEK))


def test_feedback_is_asked_for_by_the_link_of_its_own_mail(
    letter: Letter, requisition: Requisition, manager: User, clock: TimeMachineFixture
) -> None:
    held = interview(approved(requisition, manager), manager, held_at=MONDAY - 60 * HOUR)
    sent = letter()
    waits = "feedback on an interview, waiting since Friday, due tomorrow by 09:00"
    assert f"* Data Engineer: {waits}.\n  Say how it was: http" in body(sent)
    (link,) = set(re.findall(rf"http\S+?(/mail/feedback/{held.pk}/\S+)", body(sent)))
    clock.move_to(MONDAY)
    assert "How was the interview with " in Browser().get(link, follow=True).text


def test_answer_reaches_the_stand_in_of_a_recruiter_who_is_away(
    letter: Letter, requisition: Requisition, acme: Client, recruiter: User
) -> None:
    sam = make_user("sam@acme.example", role=Role.RECRUITER, clients=[acme])
    Delegation.settle(recruiter, {acme.pk: sam.pk}, by=recruiter, now=NOW)
    assert letter().message()["Reply-To"] == "recruiter@acme.example"
    Absence.plan(date(2026, 3, 20), date(2026, 3, 24), by=recruiter, now=NOW)
    second = letter(MONDAY + WEEK).message()
    assert second["Reply-To"] == "recruiter@acme.example, sam@acme.example"


def test_letter_leads_to_no_recruiter_who_has_left_the_client(
    letter: Letter, requisition: Requisition, recruiter: User
) -> None:
    requisition.put_on_hold(reason="Budget", until=date(2026, 3, 25), by=recruiter, now=NOW)
    assert "Write to Rosa: recruiter@acme.example" in body(letter(MONDAY + WEEK))
    Membership.objects.filter(user=recruiter).delete()
    second = letter(MONDAY + 2 * WEEK)
    assert "Waiting on you" in html_of(second)
    assert "recruiter@acme.example" not in body(second) + html_of(second)
    assert "\nRosa Recruiter\n" not in body(second)


def test_first_letter_of_every_other_week_tells_of_both_weeks(
    letter: Letter, requisition: Requisition
) -> None:
    """The recruiter logged it in the first of the two, before the manager had any letter."""
    Preferences.objects.update(digest_rhythm="fortnightly")
    make_checkpoint(requisition, counts={Stage.FOUND: 7}, now=NOW)
    told = body(letter(MONDAY + WEEK))
    assert "In the last two weeks: 7 found" in told


def test_long_names_leave_room_for_the_counts(
    letter: Letter, requisition: Requisition, manager: User, acme: Client, globex: Client
) -> None:
    Membership.objects.create(user=manager, client=globex, created_at=NOW)
    Client.objects.filter(pk=acme.pk).update(name=("Havelmark Hospitals and Clinics " * 4)[:120])
    make_brief(requisition, requisition.recruiter)
    assert letter().subject.startswith(
        "Havelmark Hospitals and Clinics…: 1 signature waiting · 1 requisition"
    )
