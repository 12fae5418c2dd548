"""All that is kept about one candidate, as an archive: what a person may ask for."""

import json
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from recruiting.approvals.erasure import mails_about
from recruiting.approvals.models import Candidate, Resume, Submission
from recruiting.audit.models import record

if TYPE_CHECKING:
    from recruiting.accounts.models import User

IN_MEMORY = 2 * 1024 * 1024
"""Bytes of an archive that need no file on the disk."""

_CANDIDATE = (
    "code", "name", "headline", "works_at", "links", "source", "expected_pay", "notice_period",
    "at", "erased_at",
)  # fmt: skip
_SUBMISSION = (
    "pitch", "state", "at", "removed_at", "submitted_on", "approved_on", "interviewed_on",
    "offered_on", "accepted_on",
)  # fmt: skip
_PARTS: Mapping[str, tuple[str, ...]] = {
    "ratings": ("text", "kind", "mark", "evidence"),
    "decisions": ("verdict", "stage", "reason", "text", "words", "at", "undone_at"),
    "questions": ("text", "at", "answer", "answered_at"),
    "interviews": (
        "round", "begins_at", "minutes", "place", "who", "reason", "cancelled_at", "held_at",
    ),
    "offers": (
        "terms", "made_on", "answer_by", "answer", "because", "words", "answered_on", "undone_at",
    ),
    "parkings": ("reason", "at", "ended_at"),
    "withdrawals": ("whose", "reason", "at", "undone_at"),
}  # fmt: skip
"""What hangs on a submission, by the names of the relations, with the columns about the person."""


def export(candidate: Candidate, *, by: "User", now: datetime) -> IO[bytes]:
    """An archive with `data.json` and the files, at its beginning. That it was made is recorded."""
    archive = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - for the reader
    with transaction.atomic():
        record("exported a candidate's data", candidate, by=by, now=now,
               client=candidate.client_id, is_private=True)  # fmt: skip
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
            _write(candidate, package, now)
    archive.seek(0)
    return archive


def _write(candidate: Candidate, package: zipfile.ZipFile, now: datetime) -> None:
    resumes = []
    for number, resume in enumerate(candidate.resumes.order_by("at", "id"), 1):
        name = f"resumes/{number} {resume.name}" if resume.file else ""
        try:
            if name:
                _pack(resume, package, name)
        except FileNotFoundError:
            name = ""  # a copy of all that is left
        resumes.append({**_row(resume, ("name", "kind", "size", "at", "text")), "file": name})
    data = {
        "exported_at": now,
        "client": candidate.client.name,
        "candidate": _row(candidate, _CANDIDATE),
        "resumes": resumes,
        "submissions": [_submission(one) for one in _submissions(candidate)],
        "mails": [_row(one, ("kind", "subject", "state", "finished_at"))
                  for one in mails_about(candidate).order_by("scheduled_at", "key")],
    }  # fmt: skip
    written = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    package.writestr("data.json", written)


def _pack(resume: Resume, package: zipfile.ZipFile, name: str) -> None:
    with resume.file.open("rb") as source, package.open(name, "w") as target:
        for chunk in source.chunks():
            target.write(chunk)


def _submissions(candidate: Candidate) -> Iterable[Submission]:
    rows = candidate.submissions.select_related("requisition", "slate").order_by("at", "id")
    return rows.prefetch_related(*_PARTS, "interviews__feedback")


def _submission(submission: Submission) -> dict[str, Any]:
    found: dict[str, Any] = {
        "requisition": submission.requisition.title,
        "note_to_the_manager": submission.slate.note if submission.slate else "",
        **_row(submission, _SUBMISSION),
    }
    for relation, columns in _PARTS.items():
        found[relation] = [_row(one, columns) for one in getattr(submission, relation).all()]
    found["feedback"] = [
        _row(one.feedback, ("verdict", "text", "at"))
        for one in submission.interviews.all()
        if hasattr(one, "feedback")
    ]
    return found


def _row(one: models.Model, columns: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(one, name) for name in columns}
