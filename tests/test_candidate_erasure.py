"""A candidate's data is exported and erased: what names her goes, what was counted stays."""

import io
import json
import logging
import uuid
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from recruiting.accounts.models import Client, Notification, User
from recruiting.approvals import erasure, tasks
from recruiting.approvals.files import folders
from recruiting.approvals.models import (
    Candidate,
    Decision,
    DecisionContest,
    Feedback,
    Interview,
    NotNow,
    Offer,
    Parking,
    Question,
    Rating,
    Resume,
    Slate,
    Submission,
    Why,
    Withdrawal,
)
from recruiting.approvals.models.interviews import Round
from recruiting.approvals.models.offers import Terms
from recruiting.approvals.notices import SLATE
from recruiting.approvals.states import State
from recruiting.audit.models import Event
from recruiting.mailing import delivery
from recruiting.mailing.models import Mail
from recruiting.mailing.models import State as MailState
from recruiting.mailing.signed_links import link_url
from requisitions.models import Requisition, StageCount
from requisitions.models.funnel import Funnel
from tests import resumes
from tests.factories import (
    NOW,
    make_brief,
    make_candidate,
    make_requisition,
    make_resume,
    make_slate,
    make_submission,
)
from tests.queries import counted

CANARY = "Canarina"
"""In every text that somebody wrote about her."""

Commit = DjangoCaptureOnCommitCallbacks


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    default = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path)},
    }
    settings.STORAGES = settings.STORAGES | {"default": default}
    return tmp_path


def canary(client: Client, by: User) -> Candidate:
    candidate = make_candidate(
        client, by=by, name=f"{CANARY} Vox", headline=f"{CANARY} sings", works_at=f"{CANARY} Ltd",
        links=f"https://{CANARY}.example", source=f"From {CANARY}", expected_pay=f"{CANARY} 1",
        notice_period=f"{CANARY} 2",
    )  # fmt: skip
    make_resume(candidate, by=by, text=f"{CANARY} in the resume", name=f"{CANARY}.pdf")
    return candidate


@pytest.fixture
def submission(requisition: Requisition, recruiter: User, manager: User) -> Submission:
    """One about whom all has been written that can be, and who was declined in the end."""
    make_brief(requisition)
    made = make_submission(requisition, canary(requisition.client, recruiter), pitch=f"{CANARY}!")
    made.ratings.update(evidence=f"{CANARY} said so")
    slate = make_slate(requisition, made, note=f"{CANARY.lower()} is my favourite")
    made.refresh_from_db()
    _written(made, slate, recruiter, manager)
    return made


def _written(made: Submission, slate: Slate, recruiter: User, manager: User) -> None:
    by = {"by": recruiter, "at": NOW}
    answered = {"answered_by": recruiter, "answered_at": NOW}
    Question.objects.create(submission=made, text=f"Is {CANARY} free?", by=manager, at=NOW,
                            answer=f"{CANARY} is.", **answered)  # fmt: skip
    Decision.make(made, "approve", by=manager, now=NOW)
    interview = Interview.objects.create(
        submission=made, round=f"With {CANARY}", uid="a", begins_at=NOW - timedelta(days=1),
        minutes=30, place=f"{CANARY} street", who=f"{CANARY}’s uncle", organizer=recruiter,
        organizer_address="a@a.example", guest=manager, guest_address="b@a.example", held_at=NOW,
        **by,
    )  # fmt: skip
    Feedback.objects.create(interview=interview, verdict="stop", text=f"{CANARY} no", by=manager,
                            at=NOW)  # fmt: skip
    Offer.objects.create(submission=made, terms=f"{CANARY} car", made_on=NOW.date(), **by,
                         answer="declined", because="pay", words=f"{CANARY} wants more",
                         answered_on=NOW.date(), **answered)  # fmt: skip
    Parking.objects.create(submission=made, reason=f"{CANARY} ill", ended_at=NOW, **by)
    Withdrawal.objects.create(submission=made, whose="candidate", reason=f"{CANARY} left",
                              undone_at=NOW, **by)  # fmt: skip
    DecisionContest.objects.create(slate=slate, user=manager, text=f"Not {CANARY}", at=NOW)
    why = Why("new", text=f"Less {CANARY}", words=f"{CANARY} it is")
    Decision.make(made, "decline", why, stage="interview", by=manager, now=NOW)
    made.refresh_from_db()


def texts_with(word: str) -> dict[str, int]:
    """Every table of the database that holds a word, in whatever column, with its rows."""
    found = {}
    for model in apps.get_models():
        columns = [
            one.name for one in model._meta.fields
            if isinstance(one, models.CharField | models.TextField | models.JSONField)
        ]  # fmt: skip
        rows = [
            row for row in model._default_manager.values_list(*columns)
            if word.casefold() in str(row).casefold()
        ] if columns else []  # fmt: skip
        if rows:
            found[model.__name__] = len(rows)
    return found


def erase(candidate: Candidate, by: User, commit: Commit) -> None:
    with commit(execute=True):
        candidate.erase(by=by, now=NOW)


# --- what goes, what stays -----------------------------------------------------------------


def test_every_text_about_the_person_goes(
    submission: Submission, recruiter: User, django_capture_on_commit_callbacks: Commit
) -> None:
    before = texts_with(CANARY)
    assert before == dict.fromkeys(
        ["Candidate", "Resume", "Submission", "Slate", "Rating", "Question", "Interview",
         "Feedback", "Offer", "Parking", "Withdrawal", "DecisionContest", "Decision"], 1
    ), "each of them has to be tried"  # fmt: skip
    erase(submission.candidate, recruiter, django_capture_on_commit_callbacks)
    assert texts_with(CANARY) == {}


def test_counts_decisions_and_reasons_stay(
    submission: Submission, recruiter: User, django_capture_on_commit_callbacks: Commit
) -> None:
    def stands() -> list[Any]:
        return [
            list(Funnel.objects.values()),
            list(StageCount.objects.values_list("stage", "delta", "submission")),
            list(Decision.objects.values_list("verdict", "stage", "reason", "requirement")),
            list(Rating.objects.values_list("requirement", "text", "mark")),
            list(Submission.objects.values_list("state", "submitted_on", "approved_on")),
            list(Offer.objects.values_list("answer", "because")),
            list(Feedback.objects.values_list("verdict")),
            list(Candidate.objects.values_list("code", "client", "at")),
        ]

    before = stands()
    assert all(before)
    erase(submission.candidate, recruiter, django_capture_on_commit_callbacks)
    assert stands() == before


def test_files_and_previews_go_once_it_stands(
    submission: Submission,
    recruiter: User,
    folder: Path,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    assert len(list(folder.rglob("*.*"))) == 1
    with django_capture_on_commit_callbacks(execute=True):
        submission.candidate.erase(by=recruiter, now=NOW)
        assert (folder / f"resumes/{submission.resume_id}/original").exists()
    assert list((folder / "resumes").iterdir()) == []
    resume = Resume.objects.get()
    assert (resume.file.name, resume.pages.count()) == ("", 0)


def test_files_of_an_erasure_that_was_rolled_back_stay(
    submission: Submission, recruiter: User, folder: Path
) -> None:
    with transaction.atomic():
        submission.candidate.erase(by=recruiter, now=NOW)
        transaction.set_rollback(True)
    assert (folder / f"resumes/{submission.resume_id}/original").exists()
    assert texts_with(CANARY)


def test_files_that_a_crash_left_behind_are_found(
    submission: Submission, recruiter: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission.candidate.erase(by=recruiter, now=NOW)  # nothing runs on commit in this test
    assert (folder / f"resumes/{submission.resume_id}/original").exists()
    monkeypatch.setattr(folders, "LEFT_FOR", timedelta(seconds=-60))
    tasks.tidy()
    assert list((folder / "resumes").iterdir()) == []


def test_erased_twice_is_erased_once(submission: Submission, recruiter: User, lead: User) -> None:
    submission.candidate.erase(by=recruiter, now=NOW)
    submission.candidate.erase(by=lead, now=NOW + timedelta(days=1))
    events = Event.objects.filter(action="erased a candidate's data")
    assert [(one.actor, one.is_private, one.particulars) for one in events] == [
        (recruiter, True, {"resumes": 1, "submissions": 1})
    ]
    assert submission.candidate.erased_at == NOW


def test_word_of_others_in_a_note_on_the_slate_stays(
    requisition: Requisition, recruiter: User
) -> None:
    ada, bob = (make_candidate(requisition.client, by=recruiter, name=name)
                for name in ("Ada Lovelace", "Bo Li"))  # fmt: skip
    slate = make_slate(
        requisition, *(make_submission(requisition, one) for one in (ada, bob)),
        note="Lovelace first, please",
    )  # fmt: skip
    bob.erase(by=recruiter, now=NOW)
    slate.refresh_from_db()
    assert slate.note == "Lovelace first, please"
    ada.erase(by=recruiter, now=NOW)
    slate.refresh_from_db()
    assert slate.note == ""


@pytest.mark.usefixtures("clock")
def test_no_page_shows_what_was_erased(
    submission: Submission, recruiter: User, manager: User, sign_in: Callable[[User], Browser]
) -> None:
    job, slate = submission.requisition_id, submission.slate_id
    assert slate is not None
    paths = [
        reverse("submission", args=[submission.pk]),
        *(reverse(name, args=[job]) for name in ("candidates", "review", "requisition", "impact")),
        reverse("requisition_activity", args=[job]),
        link_url(manager, SLATE, slate, now=NOW),
    ]  # fmt: skip
    shown = {path: _words_of(sign_in(manager), path) for path in paths}
    assert CANARY in shown[paths[0]]
    submission.candidate.erase(by=recruiter, now=NOW)
    for person in (recruiter, manager):
        browser = sign_in(person)
        found = {path for path in paths if CANARY in _words_of(browser, path)}
        assert found == set()


def _words_of(browser: Browser, path: str) -> str:
    page = browser.get(path, follow=True)
    assert page.status_code in (200, 403), path
    return page.content.decode()


# --- what still runs -----------------------------------------------------------------------


def test_who_waits_for_a_decision_counts_as_withdrawn(
    requisition: Requisition, recruiter: User
) -> None:
    submission = make_slate(requisition).submissions.get()
    submission.candidate.erase(by=recruiter, now=NOW)
    submission.refresh_from_db()
    assert submission.state == State.WITHDRAWN
    Withdrawal.undo(submission, by=recruiter, now=NOW)
    submission.refresh_from_db()
    assert submission.state == State.WITHDRAWN, "there is nobody to go on with"


def test_nothing_is_written_of_who_was_erased_and_nothing_taken_back(
    submission: Submission, recruiter: User, manager: User
) -> None:
    """Words written after the erasure would stay for ever, and a decision that is taken back would
    leave somebody waiting who is not there any more."""
    submission.decisions.filter(stage="interview").get().undo(by=manager, now=NOW)
    offer, interview = submission.offers.get(), submission.interviews.get()
    asked = Question.objects.create(submission=submission, text="Why?", by=manager, at=NOW)
    state = Submission.objects.get(pk=submission.pk).state
    assert state == State.REFUSED
    submission.candidate.erase(by=recruiter, now=NOW)
    words = f"{CANARY} again"
    wanted = Round(NOW + timedelta(days=1), 30, words, words, words)
    acts: list[Callable[[], object]] = [
        lambda: submission.decisions.get(undone_at=None).undo(by=manager, now=NOW),
        lambda: Offer.make(
            submission, Terms(NOW.date(), words), pk=uuid.uuid4(), by=recruiter, now=NOW
        ),
        lambda: offer.take_back_answer(by=recruiter, now=NOW),
        lambda: Parking.park(submission, reason=words, by=recruiter, now=NOW),
        lambda: Interview.schedule(submission, wanted, pk=uuid.uuid4(), by=recruiter, now=NOW),
        lambda: Feedback.give(interview, "on", words, by=manager, now=NOW),
        lambda: asked.give_answer(words, by=recruiter, now=NOW),
    ]
    for act in acts:
        with pytest.raises((NotNow, ValidationError), match="was erased"):
            act()
    submission.refresh_from_db()
    assert (submission.state, texts_with(CANARY)) == (state, {})


def test_reason_for_which_it_ends_after_the_erasure_is_not_kept(
    submission: Submission, recruiter: User, manager: User
) -> None:
    """What still stands can be ended by hand all the same."""
    submission.decisions.filter(stage="interview").get().undo(by=manager, now=NOW)
    submission.offers.all().delete()
    Interview.objects.update(held_at=None)
    submission.candidate.erase(by=None, now=NOW)
    interview, words = submission.interviews.get(), f"{CANARY} again"
    interview.cancel(sequence=0, by=recruiter, now=NOW, reason=words)
    Withdrawal.withdraw(submission, whose="candidate", reason=words, by=recruiter, now=NOW)
    assert texts_with(CANARY) == {}


def test_draft_of_the_moment_before_is_removed_as_well(
    requisition: Requisition, recruiter: User, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was written while the erasure waited for the candidate."""
    candidate = make_slate(requisition).submissions.get().candidate
    other = make_requisition(requisition.client, recruiter=recruiter, manager=manager)
    lock = Candidate.objects.select_for_update

    def late(*args: Any, **options: Any) -> Any:
        if not other.submissions.exists():
            make_submission(other, candidate)
        return lock(*args, **options)

    monkeypatch.setattr(Candidate.objects, "select_for_update", late)
    candidate.erase(by=recruiter, now=NOW)
    assert candidate.erased_at
    assert other.submissions.get().removed_at == NOW


def test_criterion_that_went_with_her_is_told_as_what_it_was(
    requisition: Requisition, recruiter: User, manager: User, sign_in: Callable[[User], Browser]
) -> None:
    make_brief(requisition)
    submission = make_slate(requisition).submissions.get()
    Decision.make(submission, "decline", Why("new", text="Rows"), by=manager, now=NOW)
    submission.candidate.erase(by=recruiter, now=NOW)
    browser = sign_in(recruiter)
    said = "omething that the brief does not say"
    assert f"Because of: s{said}" in browser.get(requisition.get_absolute_url()).text
    assert f"S{said}" in browser.get(reverse("impact", args=[requisition.pk])).text


def test_draft_is_removed_for_good(requisition: Requisition, recruiter: User) -> None:
    draft = make_submission(requisition)
    draft.candidate.erase(by=recruiter, now=NOW)
    draft.refresh_from_db()
    assert draft.removed_at == NOW
    with pytest.raises(NotNow, match="erased"):
        draft.bring_back(by=recruiter, now=NOW)


# --- mails ---------------------------------------------------------------------------------


def mail(recipient: User, client: Client, state: MailState, **payload: Any) -> Mail:
    written = {"rendered_at": NOW, "text": CANARY, "html": CANARY, "calendar": CANARY}
    words: dict[str, Any] = {} if state == MailState.PENDING else written
    return Mail.objects.create(
        key=f"slate:{uuid.uuid4()}", kind="slate", recipient=recipient, client=client, state=state,
        payload=payload, created_at=NOW, scheduled_at=NOW, due_at=NOW, next_attempt_at=NOW,
        **words,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (MailState.SENT, MailState.SENT),
        (MailState.FAILED, MailState.FAILED),
        (MailState.SENDING, MailState.AMBIGUOUS),
        (MailState.CLAIMED, MailState.SKIPPED),
        (MailState.PENDING, MailState.SKIPPED),
    ],
)
def test_mail_that_tells_of_her_alone_is_wiped_and_sent_no_more(
    state: MailState, after: MailState, requisition: Requisition, recruiter: User, manager: User
) -> None:
    slate = make_slate(requisition)
    submission = slate.submissions.get()
    Mail.objects.all().delete()
    one = mail(manager, requisition.client, state, slate=str(slate.pk))
    other = mail(manager, requisition.client, state, submissions=[str(submission.pk)])
    submission.candidate.erase(by=recruiter, now=NOW)
    for written in (one, other):
        written.refresh_from_db()
        assert (written.state, written.text, written.html, written.calendar) == (after, "", "", "")
        assert bool(written.redacted_at) == (state != MailState.PENDING or after != state)
        assert written.fence == (0 if state == after else 1)


@pytest.mark.parametrize("state", [MailState.PENDING, MailState.CLAIMED])
def test_mail_that_tells_of_others_too_is_written_anew(
    state: MailState, requisition: Requisition, recruiter: User, manager: User
) -> None:
    first, second = (make_submission(requisition) for _ in range(2))
    slate = make_slate(requisition, first, second)
    Mail.objects.all().delete()
    one = mail(manager, requisition.client, state, slate=str(slate.pk))
    first.candidate.erase(by=recruiter, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.rendered_at, one.text) == (MailState.PENDING, None, "")


def test_slate_that_has_not_left_goes_without_her(
    requisition: Requisition, recruiter: User, manager: User, clock: Any
) -> None:
    gone = make_submission(requisition, canary(requisition.client, recruiter), pitch=CANARY)
    stays = make_submission(requisition)
    make_slate(requisition, gone, stays)
    gone.candidate.erase(by=recruiter, now=NOW)
    written = Mail.objects.get(kind="slate")
    delivery.deliver([written.pk], now=NOW)
    written.refresh_from_db()
    assert written.state == MailState.SENT
    assert stays.candidate.name in written.text
    assert CANARY not in written.text + written.html + written.subject


def test_words_in_what_a_mail_is_made_from_go(
    requisition: Requisition, recruiter: User, manager: User
) -> None:
    submission = make_slate(requisition).submissions.get()
    invite = {"uid": "a", "place": f"{CANARY} street", "sequence": 1}
    one = mail(
        manager, requisition.client, MailState.SENT, submissions=[str(submission.pk)],
        why=CANARY, round=CANARY, invite=invite, others=True,
    )  # fmt: skip
    submission.candidate.erase(by=recruiter, now=NOW)
    one.refresh_from_db()
    assert one.payload == {
        "submissions": [str(submission.pk)], "why": "", "round": "Interview", "others": True,
        "invite": {"uid": "a", "place": "", "sequence": 1},
    }  # fmt: skip


def test_mails_of_others_keep_their_words(
    requisition: Requisition, recruiter: User, manager: User
) -> None:
    mine, others = make_slate(requisition), make_slate(requisition)
    one = mail(manager, requisition.client, MailState.SENT, slate=str(others.pk))
    mine.submissions.get().candidate.erase(by=recruiter, now=NOW)
    one.refresh_from_db()
    assert (one.text, one.redacted_at) == (CANARY, None)


# --- when the client's time is over --------------------------------------------------------


def closed(client: Client, days: int, *, by: User, manager: User) -> Requisition:
    """Filled so many days before NOW."""
    job = make_requisition(client, recruiter=by, manager=manager)
    make_slate(job)
    Requisition.objects.filter(pk=job.pk).update(
        status="filled", closed_on=NOW.date() - timedelta(days=days)
    )
    return job


@pytest.mark.parametrize(("days", "is_due"), [(89, False), (90, False), (91, True)])
def test_candidate_is_erased_once_the_time_of_the_client_is_over(
    days: int, is_due: bool, acme: Client, recruiter: User, manager: User
) -> None:
    Client.objects.filter(pk=acme.pk).update(keep_days=90)
    closed(acme, days, by=recruiter, manager=manager)
    erasure.erase_due(NOW)
    candidate = Candidate.objects.get()
    assert bool(candidate.erased_at) == is_due
    actors = list(
        Event.objects.filter(action="erased a candidate's data").values_list("actor", flat=True)
    )
    assert actors == ([None] if is_due else [])


def test_client_without_a_time_keeps_everybody(
    acme: Client, recruiter: User, manager: User
) -> None:
    closed(acme, 4_000, by=recruiter, manager=manager)
    assert erasure.due(NOW) == []


def test_candidate_of_another_open_requisition_is_kept(
    acme: Client, requisition: Requisition, recruiter: User, manager: User
) -> None:
    Client.objects.filter(pk=acme.pk).update(keep_days=1)
    closed(acme, 30, by=recruiter, manager=manager)
    candidate = Candidate.objects.get()
    make_submission(requisition, candidate)
    assert erasure.due(NOW) == []
    Requisition.objects.filter(pk=requisition.pk).update(
        status="cancelled", closed_on=NOW.date() - timedelta(days=2)
    )
    assert erasure.due(NOW) == [candidate]


def test_one_that_breaks_does_not_hold_up_the_others(
    acme: Client, recruiter: User, manager: User, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    Client.objects.filter(pk=acme.pk).update(keep_days=1)
    for _ in range(2):
        closed(acme, 30, by=recruiter, manager=manager)
    broken, _ = erasure.due(NOW)
    real = erasure.erase

    def erased(candidate: Candidate, **options: Any) -> None:
        if candidate == broken:
            raise RuntimeError
        real(candidate, **options)

    monkeypatch.setattr(erasure, "erase", erased)
    tasks.sweep()
    assert list(Candidate.objects.standing()) == [broken]


# --- the pages -----------------------------------------------------------------------------


def test_page_says_what_goes(
    submission: Submission, recruiter: User, sign_in: Callable[[User], Browser]
) -> None:
    candidate = submission.candidate
    page = sign_in(recruiter).get(reverse("candidate_erasure", args=[candidate.pk]))
    text = " ".join(page.content.decode().split())
    assert "1 resume with its page images" in text
    assert f"Type {candidate.code} to erase" in text
    assert "still under way" not in text


def test_page_costs_the_same_for_many(
    submission: Submission, recruiter: User, manager: User, sign_in: Callable[[User], Browser]
) -> None:
    candidate, browser = submission.candidate, sign_in(recruiter)
    path = reverse("candidate_erasure", args=[candidate.pk])
    browser.get(path)
    once = counted(lambda: browser.get(path))
    for _ in range(5):
        job = make_requisition(candidate.client, recruiter=recruiter, manager=manager)
        make_slate(job, make_submission(job, candidate))
    assert counted(lambda: browser.get(path)) == once


def test_wrong_code_erases_nothing(
    submission: Submission, recruiter: User, sign_in: Callable[[User], Browser]
) -> None:
    candidate = submission.candidate
    path = reverse("candidate_erasure", args=[candidate.pk])
    answer = sign_in(recruiter).post(path, {"code": "ZZ-999"})
    assert answer.status_code == 422
    assert f"Type the code {candidate.code} as it stands here." in answer.content.decode()
    candidate.refresh_from_db()
    assert candidate.erased_at is None


def test_typed_code_erases_and_a_second_time_does_nothing(
    submission: Submission, recruiter: User, sign_in: Callable[[User], Browser]
) -> None:
    candidate = submission.candidate
    path, browser = reverse("candidate_erasure", args=[candidate.pk]), sign_in(recruiter)
    for expected in (302, 200):
        answer = browser.post(path, {"code": candidate.code.lower()})
        assert answer.status_code == expected
    assert "Erased on" in answer.content.decode()
    assert CANARY not in answer.content.decode()
    assert Event.objects.filter(action="erased a candidate's data").count() == 1


def test_export_holds_every_text_and_the_files(
    submission: Submission, recruiter: User, sign_in: Callable[[User], Browser]
) -> None:
    candidate = submission.candidate
    answer = sign_in(recruiter).post(reverse("candidate_export", args=[candidate.pk]))
    assert answer["Content-Disposition"] == f'attachment; filename="candidate-{candidate.code}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as package:
        names = package.namelist()
        data = json.loads(package.read("data.json"))
        content = package.read(names[0])
    assert names == [f"resumes/1 {CANARY}.pdf", "data.json"]
    assert content == f"{CANARY} in the resume".encode()
    missing = [
        one for one in ("headline", "works_at", "links", "source", "expected_pay", "notice_period")
        if CANARY not in data["candidate"][one]
    ]  # fmt: skip
    assert missing == []
    (sent,) = data["submissions"]
    assert {key: CANARY.casefold() in str(sent[key]).casefold() for key in (
        "pitch", "note_to_the_manager", "ratings", "decisions", "questions", "interviews",
        "feedback", "offers", "parkings", "withdrawals",
    )} == dict.fromkeys(
        ["pitch", "note_to_the_manager", "ratings", "decisions", "questions", "interviews",
         "feedback", "offers", "parkings", "withdrawals"], True
    )  # fmt: skip


def test_export_holds_the_rest_where_a_file_is_lost(
    submission: Submission, recruiter: User, sign_in: Callable[[User], Browser]
) -> None:
    resume = submission.candidate.resumes.get()
    resume.file.storage.delete(str(resume.file.name))
    path = reverse("candidate_export", args=[submission.candidate_id])
    with zipfile.ZipFile(io.BytesIO(sign_in(recruiter).post(path).getvalue())) as package:
        assert package.namelist() == ["data.json"]
        (told,) = json.loads(package.read("data.json"))["resumes"]
    assert (told["file"], CANARY in told["text"]) == ("", True)


def test_export_is_recorded_by_ids_alone(
    submission: Submission, recruiter: User, sign_in: Callable[[User], Browser]
) -> None:
    path = reverse("candidate_export", args=[submission.candidate_id])
    sign_in(recruiter).post(path).getvalue()
    event = Event.objects.get(action="exported a candidate's data")
    assert (event.target_id, event.actor, event.client, event.is_private, event.particulars) == (
        submission.candidate_id, recruiter, submission.requisition.client, True, {},
    )  # fmt: skip


# --- canaries ------------------------------------------------------------------------------


def test_nothing_of_a_candidate_stands_in_logs_events_notifications_subjects_or_paths(
    submission: Submission,
    recruiter: User,
    manager: User,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    sign_in: Callable[[User], Browser],
    django_capture_on_commit_callbacks: Commit,
    clock: Any,
) -> None:
    caplog.set_level(logging.DEBUG)
    with django_capture_on_commit_callbacks(execute=True):
        Resume.add(submission.candidate, resumes.upload(CANARY.encode(), f"{CANARY}.txt"),
                   by=recruiter, now=NOW)  # fmt: skip
        browser = sign_in(manager)
        for name, more in (("resume", []), ("resume_page", [1]), ("resume_page", [9])):
            browser.get(reverse(name, args=[submission.pk, *more])).getvalue()
        path = reverse("candidate_export", args=[submission.candidate_id])
        sign_in(recruiter).post(path).getvalue()
    delivery.deliver(list(Mail.objects.values_list("pk", flat=True)), now=NOW)
    tasks.sweep()
    assert CANARY not in caplog.text
    assert [one for one in folder.rglob("*") if CANARY in str(one)] == []
    told = [*Event.objects.values_list(), *Notification.objects.values_list()]
    assert told
    assert CANARY not in str(told)
    assert CANARY not in str(list(Mail.objects.values_list("subject", "headers", "payload", "key")))


def test_row_that_the_database_refuses_stands_in_no_log(
    requisition: Requisition, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """PostgreSQL quotes it with the error, and the traceback tells that twice."""
    submission = make_submission(requisition, pitch=f"{CANARY}\n\n{CANARY}")
    make_slate(requisition, submission)
    try:
        with transaction.atomic():
            Submission.objects.filter(pk=submission.pk).update(removed_at=NOW)
    except IntegrityError as error:
        logging.getLogger("tests").exception("Task broke: %r", error)
    formatter: Any = settings.LOGGING["formatters"]["line"]
    line = formatter["()"](**{k: v for k, v in formatter.items() if k != "()"})
    told = line.format(caplog.records[-1])
    assert "submission_removed_as_draft" in told
    assert CANARY not in told


def test_candidate_of_one_client_stands_on_no_page_of_another(
    submission: Submission,
    other_requisition: Requisition,
    other_recruiter: User,
    other_manager: User,
    sign_in: Callable[[User], Browser],
) -> None:
    make_submission(other_requisition)
    for person in (other_recruiter, other_manager):
        browser = sign_in(person)
        for path in (
            reverse("resume", args=[submission.pk]),
            reverse("resume_page", args=[submission.pk, 1]),
        ):
            assert browser.get(path).status_code == 404
        page = browser.get(reverse("candidates", args=[other_requisition.pk]))
        assert CANARY not in page.content.decode()
