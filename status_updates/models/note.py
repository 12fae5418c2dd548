"""What people write to one another on a requisition: notes, questions and answers."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q

from recruiting.accounts.models import Notification, User
from recruiting.audit.models import record
from recruiting.lib.repeats import check_repeats
from recruiting.lib.text import PROSE_MAX, check_prose, render_markdown
from requisitions.models import Requisition
from requisitions.readers import held_for, readers_of
from status_updates import notices
from status_updates.mentions import addressed

if TYPE_CHECKING:
    from django.utils.safestring import SafeString


class StaleNote(Exception):
    """Somebody has saved the note since it was shown. Holds it as it stands now."""

    def __init__(self, current: "Note") -> None:
        super().__init__(f"{current.pk} is at version {current.version}")
        self.current = current


class NoteQuerySet(models.QuerySet["Note"]):
    def visible_to(self, user: "User") -> Self:
        """Private notes are for recruiters and leads alone."""
        seen = self.filter(requisition__in=Requisition.objects.visible_to(user))
        return seen if user.is_recruiter else seen.filter(is_private=False)

    def standing(self) -> Self:
        return self.filter(withdrawn_at=None)

    def with_answers(self) -> Self:
        """Each with `is_answered`: whether an answer to it stands."""
        answers = Note.objects.standing().filter(answers=OuterRef("pk"))
        return self.annotate(is_answered=Exists(answers))

    def open_questions(self) -> Self:
        standing = self.standing().filter(kind=Note.Kind.QUESTION)
        return standing.with_answers().filter(is_answered=False)


class Note(models.Model):
    """A note, a question, or an answer to a question. A question is open until it is answered.

    Edited notes keep their older texts as `NoteVersion` rows; a withdrawn one stays as a record
    that nobody is shown. `mentions` holds pairs of a person's id and the words that name her.
    """

    class Kind(models.TextChoices):
        NOTE = "note", "Note"
        QUESTION = "question", "Question"
        ANSWER = "answer", "Answer"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, related_name="notes"
    )
    key = models.UUIDField(unique=True, default=uuid.uuid4)
    kind = models.CharField(max_length=8, choices=Kind)
    is_private = models.BooleanField(default=False)
    answers = models.ForeignKey("self", models.PROTECT, null=True, related_name="answered_by")
    text = models.TextField(max_length=PROSE_MAX, validators=[check_prose])
    mentions = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["note", "question", "answer"]), name="note_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="answer", answers__isnull=False)
                | (~Q(kind="answer") & Q(answers__isnull=True)),
                name="note_answer_has_question",
            ),
            models.CheckConstraint(
                condition=Q(is_private=False) | Q(kind="note"), name="note_private_is_plain"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="note_has_text"),
            models.CheckConstraint(condition=Q(version__gte=1), name="note_version"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="note_withdrawn_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["requisition", "-at"], name="note_latest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.requisition_id}"

    @property
    def html(self) -> "SafeString":
        return render_markdown(self.text, emphasize=[words for _, words in self.mentions])

    def may_be_edited_by(self, user: "User") -> bool:
        """One's own; and on the recruiters' side, who stand in for one another, a colleague's."""
        return self.by_id == user.pk or (user.is_recruiter and self.by.is_recruiter)

    def may_be_answered_by(self, user: "User") -> bool:
        return self.kind == self.Kind.QUESTION and self.by_id != user.pk

    # --- writing ---------------------------------------------------------------------------

    @classmethod
    def write(
        cls,
        requisition: Requisition,
        text: str,
        *,
        kind: Kind = Kind.NOTE,
        is_private: bool = False,
        by: "User",
        now: datetime,
        key: uuid.UUID,
    ) -> "Note":
        """A note or a question; with a `key` written before, that one.

        Raises Requisition.DoesNotExist when `by` may not see it any more, ValidationError keyed
        by `text` when somebody is mentioned who would not see it, and with the code SENT_BEFORE
        when what was written with `key` says something else. Nothing is written then.
        """
        if is_private and not by.is_recruiter:
            raise ValidationError("Only recruiters and leads write private notes.")
        with transaction.atomic():
            current = held_for(requisition, by)
            if written := cls.objects.filter(key=key, by=by).first():
                written._check_repeats((current, kind, is_private, None, text))
                return written
            note = cls(requisition=current, key=key, kind=kind, is_private=is_private)
            note._save_first(text, by=by, now=now)
            note._record(_DONE[kind], by=by, now=now)
            notices.tell_of_note(note, by=by, now=now)
        return note

    def answer(self, text: str, *, by: "User", now: datetime, key: uuid.UUID) -> "Note":
        """Answer this question. Raises as `write` does, and ValidationError once it is gone."""
        if not self.may_be_answered_by(by):
            raise ValidationError("A question is answered by somebody else.")
        with transaction.atomic():
            current = held_for(self.requisition, by)
            if written := Note.objects.filter(key=key, by=by).first():
                written._check_repeats((current, self.Kind.ANSWER, False, self.pk, text))
                return written
            if not Note.objects.standing().filter(pk=self.pk).exists():
                raise ValidationError(_GONE)
            answer = Note(requisition=current, key=key, kind=self.Kind.ANSWER, answers=self)
            answer._save_first(text, by=by, now=now)
            answer._record(_DONE[self.Kind.ANSWER], by=by, now=now, question=str(self.pk))
            notices.tell_of_note(answer, by=by, now=now)
            Notification.settle(*notices.causes_of(self), by=by, now=now)
        return answer

    def edit(self, text: str, *, version: int, by: "User", now: datetime) -> None:
        """Say it otherwise. `version` is what the writer saw; the text of before stays readable.

        Raises StaleNote when another text has been saved since, Note.DoesNotExist when `by` may
        not see it any more, ValidationError for a mention or when it has been withdrawn.
        """
        with transaction.atomic():
            current = self._locked(by)
            if current.withdrawn_at:
                raise ValidationError(_GONE)
            if current.text == text:
                return
            if current.version != version:
                raise StaleNote(current)
            NoteVersion.objects.create(
                note=current, number=current.version, text=current.text,
                mentions=current.mentions, by=current.saved_by, at=current.saved_at,
            )  # fmt: skip
            mentioned = [pk for pk, _ in current.mentions]
            current.mentions = current._resolve(text, by, now)
            current.text, current.version = text, version + 1
            current.saved_by, current.saved_at = by, now
            current.save(update_fields=["text", "mentions", "version", "saved_by", "saved_at"])
            current._record(f"edited {_A[current.kind]}", by=by, now=now, version=current.version)
            notices.tell_of_mentions(current, mentioned, by=by, now=now)

    def withdraw(self, *, by: "User", now: datetime) -> None:
        """Nobody reads it any more; that it was there stays on record. Twice is once."""
        with transaction.atomic():
            current = self._locked(by)
            if not current.withdrawn_at:
                current._withdrawn(now, by)
                current._record(f"withdrew {_A[current.kind]}", by=by, now=now)
                Notification.retract(*notices.causes_of(current), now=now)

    def restore(self, *, by: "User", now: datetime) -> None:
        """Take the withdrawal back. Twice is once."""
        with transaction.atomic():
            current = self._locked(by)
            if current.withdrawn_at:
                current._withdrawn(None, None)
                current._record(f"restored {_A[current.kind]}", by=by, now=now)
                Notification.reinstate(*notices.causes_of(current))

    # --- inside ----------------------------------------------------------------------------

    def _check_repeats(self, said: tuple[Any, ...]) -> None:
        mine = (self.requisition, self.kind, self.is_private, self.answers_id, self.text)
        check_repeats(says_the_same=said == mine, was_taken_back=self.withdrawn_at is not None)

    def _locked(self, by: "User") -> "Note":
        rows = Note.objects.visible_to(by).select_related("requisition", "saved_by")
        return rows.select_for_update(of=("self",)).get(pk=self.pk)

    def _save_first(self, text: str, *, by: "User", now: datetime) -> None:
        self.text, self.mentions = text, self._resolve(text, by, now)
        self.by = self.saved_by = by
        self.at = self.saved_at = now
        self.save(force_insert=True)

    def _resolve(self, text: str, by: "User", now: datetime) -> Sequence[tuple[str, str]]:
        """The mentions as they are kept. Raises ValidationError keyed by `text`."""
        if "@" not in text:
            return []
        audience = readers_of(self.requisition, now)
        if self.is_private:
            audience = audience.recruiters()
        known = User.objects.visible_to(by).active()
        try:
            found = addressed(text, audience=audience, known=known).found
        except ValidationError as error:
            raise ValidationError({"text": error.messages}) from None
        return [(str(user.pk), words) for user, words in found]

    def _withdrawn(self, at: datetime | None, by: "User | None") -> None:
        self.withdrawn_at, self.withdrawn_by = at, by
        self.save(update_fields=["withdrawn_at", "withdrawn_by"])

    def _record(self, action: str, *, by: "User", now: datetime, **particulars: Any) -> None:
        """A private note is told of under its own name, and in private."""
        particulars["mentioned"] = [pk for pk, _ in self.mentions]
        if self.is_private:
            record(action.replace(" a ", " a private "), self, by=by, now=now,
                   client=self.requisition.client_id, requisition=self.requisition_id,
                   is_private=True, **particulars)  # fmt: skip
            return
        record(action, self.requisition, by=by, now=now, client=self.requisition.client_id,
               note=str(self.pk), **particulars)  # fmt: skip


class NoteVersion(models.Model):
    """A text that a note had before it was edited: who saved it, and when."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField(max_length=PROSE_MAX)
    mentions = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["note", "number"], name="note_version_unique")
        ]

    def __str__(self) -> str:
        return f"{self.note_id} {self.number}"

    @property
    def html(self) -> "SafeString":
        return render_markdown(self.text, emphasize=[words for _, words in self.mentions])


_GONE = "This has been withdrawn meanwhile. Reload the page to see how things stand."
_A = {"note": "a note", "question": "a question", "answer": "an answer"}
_DONE = {
    Note.Kind.NOTE: "wrote a note",
    Note.Kind.QUESTION: "asked a question",
    Note.Kind.ANSWER: "answered a question",
}
