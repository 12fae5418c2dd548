"""Resumes on their way to a reader: the original as an attachment, the pages as images.

Both views of signed-in people and of work links answer through here, so that nobody is handed a
file of a candidate whom he is not shown.
"""

from typing import TYPE_CHECKING

from django.http import FileResponse, Http404

from recruiting.approvals.access import shown
from recruiting.approvals.models import Resume, Submission

if TYPE_CHECKING:
    from django.db.models.fields.files import FieldFile

    from recruiting.accounts.models import User

TYPES = {
    Resume.Kind.PDF: "application/pdf",
    Resume.Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Resume.Kind.ODT: "application/vnd.oasis.opendocument.text",
    Resume.Kind.TXT: "text/plain; charset=utf-8",
}

POLICY = "default-src 'none'; sandbox"
"""Of what came from outside: whatever a browser takes it for, it may do nothing."""

PAGE_AGE = 600
"""Seconds for which a browser may keep the image of a page: paging back and forth costs nothing."""


def resume_of(submission: Submission, reader: "User") -> Resume:
    """What a reader may read of it: the resume that was sent, of a draft the latest.

    Raises Http404 where there is none, and where the candidate is veiled or erased.
    """
    seen = shown(submission, reader)
    resume = submission.resume
    if resume is None and submission.slate_id is None:
        resume = submission.candidate.resumes.first()
    if seen.is_veiled or submission.candidate.erased_at or resume is None or not resume.file:
        raise Http404
    return resume


def original_response(submission: Submission, reader: "User") -> FileResponse:
    """The file as it was sent, to be saved. Raises Http404 as `resume_of`."""
    resume = resume_of(submission, reader)
    response = _file_response(resume.file, TYPES[Resume.Kind(resume.kind)], name=resume.name)
    response["Cache-Control"] = "private, no-store"
    return response


def page_response(submission: Submission, number: int, reader: "User") -> FileResponse:
    """The image of one page, from 1. Raises Http404 as `resume_of`, and for other numbers."""
    page = resume_of(submission, reader).pages.filter(number=number).first()
    if page is None:
        raise Http404
    response = _file_response(page.file, "image/webp")
    response["Cache-Control"] = f"private, max-age={PAGE_AGE}"
    return response


def _file_response(file: "FieldFile", content_type: str, *, name: str = "") -> FileResponse:
    try:
        content = file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        content, content_type=content_type, as_attachment=bool(name), filename=name
    )
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response
