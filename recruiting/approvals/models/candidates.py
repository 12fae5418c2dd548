"""Candidates of a client, and the resumes they gave."""

import secrets
import uuid
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import models, transaction
from django.db.models import Q

from recruiting.approvals.files import folders
from recruiting.approvals.files.checking import check
from recruiting.lib.text import check_line, check_prose

if TYPE_CHECKING:
    from django.core.files.storage import Storage
    from django.core.files.uploadedfile import UploadedFile

    from recruiting.accounts.models import User

NAME_MAX = 120
LINE_MAX = 200
LINKS_MAX = 1_000
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Of codes; I and O are left out, since they read as digits."""


def new_code() -> str:
    """Such as "QK-472": what a candidate is called where her name is not told."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(2))
    return f"{letters}-{secrets.randbelow(900) + 100}"


def file_store() -> "Storage":
    """Where resumes lie."""
    return folders.store()


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def visible_to(self, user: "User") -> Self:
        """For recruiters and leads. Managers see submissions, never a candidate by himself."""
        if not user.is_recruiter:
            return self.none()
        if user.is_lead:
            return self
        return self.filter(client__in=user.memberships.values("client"))

    def standing(self) -> Self:
        """Those whose data has not been erased."""
        return self.filter(erased_at=None)


class Candidate(models.Model):
    """A person who may be sent for jobs of one client. Two clients never share one.

    `code` names her in a blind review. `links` are addresses, one a line. Once `erased_at`, all
    texts are empty and the files are gone; what was counted stays counted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey("accounts.Client", models.PROTECT, related_name="candidates")
    code = models.CharField(max_length=12, default=new_code)
    name = models.CharField(max_length=NAME_MAX, blank=True, validators=[check_line])
    headline = models.CharField(max_length=LINE_MAX, blank=True, validators=[check_line])
    works_at = models.CharField(max_length=LINE_MAX, blank=True, validators=[check_line])
    links = models.TextField(max_length=LINKS_MAX, blank=True, validators=[check_prose])
    source = models.CharField(max_length=LINE_MAX, blank=True, validators=[check_line])
    expected_pay = models.CharField(max_length=LINE_MAX, blank=True, validators=[check_line])
    notice_period = models.CharField(max_length=LINE_MAX, blank=True, validators=[check_line])
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["client", "code"], name="candidate_code_unique"),
            models.CheckConstraint(
                condition=~Q(name="") | Q(erased_at__isnull=False), name="candidate_has_a_name"
            ),
        ]
        indexes = [models.Index(fields=["client", "name"], name="candidate_by_name")]

    def __str__(self) -> str:
        return self.code

    @property
    def addresses(self) -> list[str]:
        return [line for line in self.links.splitlines() if line]

    def erase(self, *, by: "User | None", now: datetime) -> None:
        """Empty all that was written of the person, and delete the files; what was counted stays.
        It cannot be undone. Twice is once. `by` is nobody when the client's time is over."""
        from recruiting.approvals import erasure

        erasure.erase(self, by=by, now=now)


class Resume(models.Model):
    """One file that a candidate gave, checked before it was stored.

    The file lies under ids alone; `name` is only what it is called when it is downloaded. A PDF is
    shown as images of its pages, of the others their `text` is shown; until then it is WAITING.
    """

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        DOCX = "docx", "Word"
        ODT = "odt", "OpenDocument"
        TXT = "txt", "Text"

    class State(models.TextChoices):
        WAITING = "waiting", "Being prepared"
        READY = "ready", "Ready"
        FAILED = "failed", "Cannot be shown"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="resumes")
    file = models.FileField(max_length=200, storage=file_store, blank=True)
    name = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=4, choices=Kind)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    page_count = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    text = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["pdf", "docx", "odt", "txt"]), name="resume_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "ready", "failed"]), name="resume_state_known"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="resume_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"Resume {self.pk}"

    @classmethod
    def add(
        cls, candidate: Candidate, upload: "UploadedFile[Any]", *, by: "User", now: datetime
    ) -> "Resume":
        """Check a file and store it; it is shown once a worker has prepared it.

        The one that the candidate gave last, sent again, is the same. Raises ValidationError with
        the reason for a file that is not taken. A form that checked it before it took any lock
        has left the answer with the upload (`ResumeField`).
        """
        checked = getattr(upload, "checked", None) or check(upload)
        with transaction.atomic():
            held = Candidate.objects.select_for_update(of=("self",)).get(pk=candidate.pk)
            if held.erased_at:
                raise ValidationError("The data of this candidate was erased a moment ago.")
            last = held.resumes.first()
            if last and last.sha256 == checked.sha256:
                return last
            resume = cls(
                candidate=held, name=checked.name, kind=checked.kind, size=checked.size,
                sha256=checked.sha256, page_count=checked.pages, by=by, at=now,
            )  # fmt: skip
            resume.file.save(folders.original(resume.pk), File(upload), save=False)
            try:
                resume.save(force_insert=True)
            except BaseException:
                folders.remove([resume.pk])
                raise
            transaction.on_commit(partial(_wake, resume.pk))
        return resume


def _wake(pk: uuid.UUID) -> None:
    from recruiting.approvals import tasks

    tasks.wake(pk, tries=0)


class ResumePage(models.Model):
    """The image of one page, from 1. Sizes in pixels."""

    resume = models.ForeignKey(Resume, models.CASCADE, related_name="pages")
    number = models.PositiveSmallIntegerField()
    file = models.FileField(max_length=200, storage=file_store)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["resume", "number"], name="resume_page_unique")
        ]

    def __str__(self) -> str:
        return f"Page {self.number}"
