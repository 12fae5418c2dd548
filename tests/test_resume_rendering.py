"""Resumes are stored under ids, prepared by a worker, and handed to those who may read them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, Http404
from django.template.loader import render_to_string
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from recruiting.accounts.models import Client, User
from recruiting.approvals import erasure, tasks
from recruiting.approvals.files import folders, limited, preparing, serving
from recruiting.approvals.files.pdfs import PAGES_SHOWN
from recruiting.approvals.models import Candidate, Decision, Resume, Submission
from requisitions.models import Requisition
from tests import resumes
from tests.factories import NOW, make_candidate, make_slate, make_submission

State = Resume.State


pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Where files lie in a test that is about them."""
    default = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path)},
    }
    settings.STORAGES = settings.STORAGES | {"default": default}
    return tmp_path


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What workers were asked to do, which no worker does."""
    asked: list[tuple[Any, ...]] = []

    def note(arguments: tuple[Any, ...], **options: Any) -> None:
        asked.append(arguments)

    monkeypatch.setattr(tasks.prepare, "apply_async", note)
    return asked


@pytest.fixture
def ada(acme: Client, recruiter: User) -> Candidate:
    return make_candidate(acme, by=recruiter, name="Ada Lovelace")


def add(
    candidate: Candidate, content: bytes, name: str = "CV Ada.pdf", now: datetime = NOW
) -> Resume:
    return Resume.add(candidate, resumes.upload(content, name), by=candidate.by, now=now)


def ready(candidate: Candidate, content: bytes | None = None, name: str = "CV Ada.pdf") -> Resume:
    """Stored and prepared."""
    resume = add(candidate, content or resumes.pdf(pages=2), name)
    preparing.prepare(resume.pk, tries=0)
    resume.refresh_from_db()
    assert resume.state == State.READY
    return resume


def files(folder: Path) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())


# --- storing -------------------------------------------------------------------------------


def test_file_lies_under_its_id_alone(ada: Candidate, folder: Path) -> None:
    resume = add(ada, resumes.pdf(), "../../x\r\nSet-Cookie: a=b.pdf")
    assert files(folder) == [f"resumes/{resume.pk}/original"]
    assert (resume.kind, resume.name) == ("pdf", "x Set-Cookie_ a=b.pdf")


def test_refused_file_leaves_nothing(ada: Candidate, folder: Path) -> None:
    with pytest.raises(ValidationError, match="web page"):
        add(ada, b"<!doctype html><script>1</script>")
    assert (files(folder), Resume.objects.count()) == ([], 0)


def test_same_file_sent_again_is_the_same_resume(ada: Candidate, folder: Path) -> None:
    once = add(ada, resumes.pdf())
    assert add(ada, resumes.pdf(), "Another name.pdf") == once
    assert len(files(folder)) == 1


def test_older_file_sent_again_is_the_latest(ada: Candidate) -> None:
    first = add(ada, b"Ada, first words")
    add(ada, b"Ada, second words", now=NOW + timedelta(minutes=1))
    again = add(ada, b"Ada, first words", now=NOW + timedelta(minutes=2))
    assert (again == first, ada.resumes.first()) == (False, again)


def test_erased_candidate_gets_no_file(ada: Candidate, recruiter: User, folder: Path) -> None:
    ada.erase(by=recruiter, now=NOW)
    with pytest.raises(ValidationError, match="erased"):
        add(ada, resumes.pdf())
    assert files(folder) == []


def test_row_that_cannot_be_written_leaves_no_file(
    ada: Candidate, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(Resume, "save", broken)
    with pytest.raises(RuntimeError):
        add(ada, resumes.pdf())
    assert files(folder) == []


def test_file_of_a_transaction_that_was_rolled_back_is_found_an_hour_later(
    ada: Candidate, folder: Path
) -> None:
    kept = add(ada, b"Ada")
    with transaction.atomic():
        add(ada, resumes.pdf())
        transaction.set_rollback(True)
    assert len(files(folder)) == 2
    now = datetime.now(tz=NOW.tzinfo)
    erasure.remove_left_over(now)
    assert len(files(folder)) == 2, "somebody may be at work on it"
    erasure.remove_left_over(now + timedelta(hours=1, minutes=1))
    assert files(folder) == [f"resumes/{kept.pk}/original"]


def test_files_stay_where_most_belong_to_no_row(
    ada: Candidate, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The database is another one, such as an older copy."""
    monkeypatch.setattr(erasure, "LOST_MAX", 2)
    for number in range(3):
        default_storage.save(folders.original(UUID(int=number)), ContentFile(b"a resume"))
    erasure.remove_left_over(datetime.now(tz=NOW.tzinfo) + timedelta(days=1))
    assert len(files(folder)) == 3
    assert "files_of_another_database" in caplog.text


def test_what_is_no_folder_of_a_resume_is_left_alone(db: None, folder: Path) -> None:
    default_storage.save("resumes/notes/read.me", ContentFile(b"ours"))
    erasure.remove_left_over(datetime.now(tz=NOW.tzinfo) + timedelta(days=1))
    assert files(folder) == ["resumes/notes/read.me"]


def test_worker_is_woken_once_the_row_stands(
    ada: Candidate,
    woken: list[Any],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        resume = add(ada, resumes.pdf())
        assert woken == []
    assert woken == [(str(resume.pk), 0)]


def test_queue_that_is_away_is_no_error(
    ada: Candidate,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(tasks.prepare, "apply_async", away)
    with django_capture_on_commit_callbacks(execute=True):
        resume = add(ada, resumes.pdf())
    assert list(preparing.due(NOW)) == [(resume.pk, 0)]


# --- preparing -----------------------------------------------------------------------------


def test_pages_of_a_pdf_become_images(ada: Candidate, folder: Path) -> None:
    resume = ready(ada)
    pages = list(resume.pages.values_list("number", "file", "width", "height"))
    paths = [f"resumes/{resume.pk}/page-{number}.webp" for number in (1, 2)]
    assert pages == [(1, paths[0], 1240, 1755), (2, paths[1], 1240, 1755)]
    assert files(folder) == [f"resumes/{resume.pk}/original", *paths]
    image = Image.open(folder / paths[0])
    assert (image.format, image.size) == ("WEBP", (1240, 1755))
    assert image.convert("L").histogram()[0] > 0, "something is written on it"


def test_words_of_a_pdf_are_kept_to_be_read_aloud(ada: Candidate) -> None:
    assert ready(ada).text == f"{resumes.WORDS}, page 1\n\n{resumes.WORDS}, page 2"


def test_long_pdf_shows_its_first_pages(ada: Candidate) -> None:
    resume = ready(ada, resumes.pdf(pages=300, size=(60, 80)))
    assert (resume.page_count, resume.pages.count()) == (300, PAGES_SHOWN)


@pytest.mark.parametrize(
    ("size", "shown"),
    [((14_000, 100), (1240, 9)), ((100, 14_000), (26, 3508)), ((3, 3), (1240, 1240))],
)
def test_page_of_any_size_becomes_an_image_that_fits(
    size: tuple[int, int], shown: tuple[int, int], ada: Candidate
) -> None:
    page = ready(ada, resumes.pdf(size=size)).pages.get()
    assert (page.width, page.height) == shown


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: resumes.docx(words="Ada Lovelace\nKafka"), "Ada Lovelace\nKafka"),
        (lambda: resumes.odt(words="Ada Lovelace\nKafka"), "Ada Lovelace\nKafka"),
        ("Grüße\r\n\r\n\r\n\r\nAda\u202e\tLovelace".encode, "Grüße\n\nAda  Lovelace"),
    ],
    ids=["Word", "OpenDocument", "text"],
)
def test_words_of_the_other_kinds_are_shown(
    make: Callable[[], bytes], text: str, ada: Candidate
) -> None:
    resume = ready(ada, make())
    assert (resume.text, resume.pages.count()) == (text, 0)


def test_words_of_word_are_told_as_they_are_read(ada: Candidate) -> None:
    body = (
        "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>Kafka</w:t><w:tab/><w:t>7</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        "<w:p><w:del><w:r><w:delText>Gone</w:delText></w:r></w:del></w:p>"
    )
    assert ready(ada, resumes.docx(words="Ada", body=body)).text == "Ada\n• Kafka  7\nCell"


def test_prepared_twice_is_prepared_once(ada: Candidate, folder: Path) -> None:
    resume = ready(ada)
    before = files(folder)
    preparing.prepare(resume.pk, tries=0)
    preparing.prepare(resume.pk, tries=1)
    assert (files(folder), resume.pages.count()) == (before, 2)


def test_two_workers_at_one_resume_leave_one_set_of_pages(
    ada: Candidate, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second begins while the first is at it, as after a lease that ran out."""
    resume = add(ada, resumes.pdf())
    real = limited.ask

    def slowly(*arguments: Any) -> Any:
        monkeypatch.setattr(limited, "ask", real)
        preparing.prepare(resume.pk, tries=1)
        return real(*arguments)

    monkeypatch.setattr(limited, "ask", slowly)
    preparing.prepare(resume.pk, tries=0)
    resume.refresh_from_db()
    assert (resume.state, resume.pages.count(), resume.tries) == (State.READY, 1, 2)
    assert files(folder) == [f"resumes/{resume.pk}/{one}" for one in ("original", "page-1.webp")]


def test_resume_erased_while_it_is_prepared_leaves_nothing(
    ada: Candidate, recruiter: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resume = add(ada, resumes.pdf())
    real = limited.ask

    def slowly(*arguments: Any) -> Any:
        ada.erase(by=recruiter, now=NOW)
        folders.remove([resume.pk])
        return real(*arguments)

    monkeypatch.setattr(limited, "ask", slowly)
    preparing.prepare(resume.pk, tries=0)
    assert (files(folder), resume.pages.count()) == ([], 0)


def test_file_that_cannot_be_drawn_says_so(ada: Candidate, folder: Path) -> None:
    resume = add(ada, resumes.pdf())
    (folder / f"resumes/{resume.pk}/original").write_bytes(b"%PDF-1.7 broken")
    preparing.prepare(resume.pk, tries=0)
    resume.refresh_from_db()
    assert resume.state == State.FAILED


def test_what_no_worker_took_is_found_by_the_sweeper(
    ada: Candidate, woken: list[Any], clock: Any
) -> None:
    resume = add(ada, resumes.pdf())
    tasks.sweep()
    assert woken == [(str(resume.pk), 0)]
    tasks.prepare(*woken[0])
    woken.clear()
    tasks.sweep()
    assert woken == []


def test_resume_is_tried_three_times_in_turn(
    ada: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    resume = add(ada, resumes.pdf())

    def dies(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr(limited, "ask", dies)
    for tries in range(preparing.TRIES_MAX):
        soon = NOW + tries * preparing.LEASE
        assert list(preparing.due(soon)) == [(resume.pk, tries)]
        with pytest.raises(OSError, match=r"^$"):
            preparing.prepare(resume.pk, tries=tries)
        assert list(preparing.due(soon)) == []
    assert list(preparing.due(NOW + 4 * preparing.LEASE)) == []
    resume.refresh_from_db()
    assert resume.state == State.FAILED


# --- serving -------------------------------------------------------------------------------


def done(answer: FileResponse) -> None:
    """Close the file; closing the answer would end the test's connection as well."""
    assert answer.file_to_stream is not None
    answer.file_to_stream.close()


def sent(requisition: Requisition, candidate: Candidate) -> Submission:
    submission = make_submission(requisition, candidate)
    make_slate(requisition, submission)
    submission.refresh_from_db()
    return submission


def test_original_comes_as_an_attachment_that_may_do_nothing(
    ada: Candidate, requisition: Requisition, manager: User, sign_in: Callable[[User], Browser]
) -> None:
    content = resumes.pdf()
    ready(ada, content, "Lebenslauf Müller.pdf")
    submission = sent(requisition, ada)
    answer = sign_in(manager).get(reverse("resume", args=[submission.pk]))
    assert (answer.status_code, answer.getvalue()) == (200, content)
    name = answer["Content-Disposition"]
    assert name.startswith("attachment; filename*=utf-8''")
    assert unquote(name).endswith("Lebenslauf Müller.pdf")
    assert {one: answer[one] for one in (
        "Content-Type", "X-Content-Type-Options", "Content-Security-Policy", "Cache-Control",
    )} == {
        "Content-Type": "application/pdf",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("make", "content_type"),
    [
        (resumes.docx, serving.TYPES[Resume.Kind.DOCX]),
        (resumes.odt, serving.TYPES[Resume.Kind.ODT]),
        (lambda: b"Ada", "text/plain; charset=utf-8"),
    ],
    ids=["Word", "OpenDocument", "text"],
)
def test_original_has_the_type_that_it_is(
    make: Callable[[], bytes],
    content_type: str,
    ada: Candidate,
    requisition: Requisition,
    recruiter: User,
) -> None:
    add(ada, make(), "what.pdf")
    answer = serving.original_response(sent(requisition, ada), recruiter)
    assert answer["Content-Type"] == content_type
    done(answer)


def test_name_with_a_header_in_it_adds_none(
    ada: Candidate, requisition: Requisition, recruiter: User
) -> None:
    add(ada, resumes.pdf(), '"; x\r\nSet-Cookie: a=b.pdf')
    answer = serving.original_response(sent(requisition, ada), recruiter)
    assert answer["Content-Disposition"] == 'attachment; filename="_; x Set-Cookie_ a=b.pdf"'
    assert "Set-Cookie" not in answer
    done(answer)


def test_page_comes_as_an_image(
    ada: Candidate, requisition: Requisition, manager: User, sign_in: Callable[[User], Browser]
) -> None:
    ready(ada)
    submission = sent(requisition, ada)
    browser = sign_in(manager)
    answer = browser.get(reverse("resume_page", args=[submission.pk, 2]))
    assert Image.open(BytesIO(answer.getvalue())).format == "WEBP"
    assert (answer["Content-Type"], answer["Cache-Control"]) == (
        "image/webp",
        "private, max-age=600",
    )
    assert browser.get(reverse("resume_page", args=[submission.pk, 3])).status_code == 404


def test_blind_candidate_has_no_resume_until_she_is_approved(
    acme: Client, ada: Candidate, requisition: Requisition, manager: User, recruiter: User
) -> None:
    Client.objects.filter(pk=acme.pk).update(blind_review=True)
    ready(ada)
    submission = sent(requisition, ada)
    assert submission.is_blind
    with pytest.raises(Http404):
        serving.original_response(submission, manager)
    with pytest.raises(Http404):
        serving.page_response(submission, 1, manager)
    done(serving.original_response(submission, recruiter))
    Decision.make(submission, "approve", by=manager, now=NOW)
    submission.refresh_from_db()
    done(serving.page_response(submission, 1, manager))


def test_draft_shows_its_recruiter_the_latest_resume(
    ada: Candidate, requisition: Requisition, recruiter: User
) -> None:
    add(ada, b"Ada, first words")
    latest = add(ada, b"Ada, second words", now=NOW + timedelta(minutes=1))
    assert serving.resume_of(make_submission(requisition, ada), recruiter) == latest


def test_file_that_is_gone_from_the_store_is_not_found(
    ada: Candidate, requisition: Requisition, recruiter: User, folder: Path
) -> None:
    resume = add(ada, resumes.pdf())
    (folder / f"resumes/{resume.pk}/original").unlink()
    with pytest.raises(Http404):
        serving.original_response(sent(requisition, ada), recruiter)


# --- read in place -------------------------------------------------------------------------


def shown_in(resume: Resume, method: str = "get") -> str:
    request = getattr(RequestFactory(), method)("/review/?candidate=1")
    return render_to_string(
        "approvals/_resume.html", {"resume": resume, "base": "/here/resume/"}, request
    )


def test_pages_are_shown_with_their_sizes_and_words_for_who_cannot_see_them(ada: Candidate) -> None:
    page = shown_in(ready(ada))
    assert 'src="/here/resume/pages/2/" width="1240" height="1755"' in page
    assert 'alt="Resume, page 2 of 2"' in page
    assert "Read as text" in page


def test_waiting_resume_is_asked_for_again_from_the_page_it_stands_on(ada: Candidate) -> None:
    page = shown_in(add(ada, resumes.pdf()))
    assert "being prepared" in page
    assert 'data-hx-get="/review/?candidate=1"' in page


def test_waiting_resume_on_a_page_that_was_posted_is_not_asked_for(ada: Candidate) -> None:
    assert "data-hx-get" not in shown_in(add(ada, resumes.pdf()), "post")


def test_resume_that_cannot_be_shown_leads_to_the_original(ada: Candidate) -> None:
    resume = add(ada, resumes.pdf())
    Resume.objects.update(state=State.FAILED)
    resume.refresh_from_db()
    page = shown_in(resume)
    assert "can't be shown here" in " ".join(page.split()).replace("&#x27;", "'")
    assert 'href="/here/resume/"' in page


def test_markup_in_a_resume_is_shown_as_it_is_written(ada: Candidate) -> None:
    page = shown_in(ready(ada, b"Ada " * 300 + b"<script>alert(1)</script>"))
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_rest_of_a_long_resume_is_said_to_be_in_the_original(ada: Candidate) -> None:
    resume = ready(ada, resumes.pdf(pages=21, size=(60, 80)))
    assert "Pages 21 to 21 are in the original." in shown_in(resume)
