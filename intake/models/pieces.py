"""The pieces of a draft: what two people can change at the same time without losing a word.

A field is saved by comparing and swapping: with the new text comes the one that the writer saw.
Where another has been saved since, nothing is written and both are shown.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q

from intake.models.drafts import Intake
from intake.questions import BY_KEY
from recruiting.lib.text import PROSE_MAX, check_line, check_prose

if TYPE_CHECKING:
    from recruiting.accounts.models import User

REQUIREMENTS_MAX = 200
ACTIONS_MAX = 100
LINE_MAX = 300


def too_long(length: int, limit: int) -> str:
    """What to say of a text that has more characters than there is room for."""
    return f"This has {length:,} characters; there is room for {limit:,}. Shorten it."


def begun_wording(wording: str, text: str) -> str:
    """What stands in the field for another wording of a section: the one agreed, else the text
    itself, to be changed there. What is too long for the field is not begun in it."""
    begun = wording or text
    return begun if len(begun) <= PROSE_MAX else ""


class StalePiece(Exception):
    """Somebody has saved another text since. Holds the piece as it stands, and the fields that
    differ."""

    def __init__(self, current: "Piece", fields: list[str]) -> None:
        super().__init__(f"{current.pk}: {', '.join(fields)}")
        self.current, self.fields = current, fields


_P = TypeVar("_P", bound="Piece")


class PieceQuerySet(models.QuerySet[_P]):
    def standing(self) -> Self:
        return self.filter(removed_at=None)

    def since(self, revision: int) -> Self:
        """What was saved after the reader's revision; removed ones too, so that they go."""
        return self.filter(revision__gt=revision)


class Piece(models.Model):
    """Something of a draft that is edited by itself."""

    EDITABLE: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    intake = models.ForeignKey(Intake, models.CASCADE, related_name="%(class)ss")
    revision = models.PositiveBigIntegerField(default=0)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    saved_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def change(
        self, wanted: Mapping[str, Any], seen: Mapping[str, Any], *, by: "User", now: datetime
    ) -> int:
        """Save fields of which the writer saw `seen`; returns the revision of the piece.

        A field that holds what is wanted already is no conflict. Raises StalePiece, and
        ValidationError keyed by field; nothing is written then.
        """
        with transaction.atomic():
            held = self.intake.held()
            current = type(self)._base_manager.get(pk=self.pk)
            changed = current._change(held, wanted, seen, by=by, now=now)
        self.__dict__.update({name: getattr(current, name) for name in (*changed, "revision")})
        return current.revision

    def _change(
        self,
        held: Intake,
        wanted: Mapping[str, Any],
        seen: Mapping[str, Any],
        *,
        by: "User",
        now: datetime,
    ) -> list[str]:
        """On the piece as it stands in the database; returns the names of what has changed."""
        changed = [name for name in self._known(wanted) if getattr(self, name) != wanted[name]]
        stale = [name for name in changed if getattr(self, name) != seen.get(name)]
        if stale or (changed and self.removed_at):
            raise StalePiece(self, stale or changed)
        if changed:
            for name in changed:
                setattr(self, name, wanted[name])
            self._check(changed)
            self._save(held, by, now, *changed)
        return changed

    def remove(self, *, by: "User", now: datetime) -> None:
        """Twice is once."""
        self._set_removed(now, by=by, now=now)

    def restore(self, *, by: "User", now: datetime) -> None:
        """Take the removal back. Twice is once. Raises ValidationError where its place is gone."""
        self._set_removed(None, by=by, now=now)

    def _set_removed(self, at: datetime | None, *, by: "User", now: datetime) -> None:
        with transaction.atomic():
            held = self.intake.held()
            current = type(self)._base_manager.get(pk=self.pk)
            if (current.removed_at is None) != (at is None):
                if at is None:
                    current._check_room()
                current.removed_at = at
                current._save(held, by, now, "removed_at")
        self.removed_at, self.revision = current.removed_at, current.revision

    def _check_room(self) -> None:
        """Raises ValidationError when there is no room for another one."""

    def _known(self, wanted: Mapping[str, Any]) -> list[str]:
        if unknown := set(wanted) - set(self.EDITABLE):
            raise ValueError(f"not editable: {sorted(unknown)}")
        return list(wanted)

    def _check(self, changed: list[str]) -> None:
        everything = {field.name for field in self._meta.fields}
        self.clean_fields(exclude=everything - set(changed))
        for name in changed:
            # Django leaves the length of a TextField to forms.
            limit = getattr(self._meta.get_field(name), "max_length", None)
            if limit and len(value := str(getattr(self, name))) > limit:
                raise ValidationError({name: [too_long(len(value), limit)]})

    def _save(self, held: Intake, by: "User", now: datetime, *names: str) -> None:
        self.revision, self.saved_by, self.saved_at = held.next_revision(), by, now
        self.save(update_fields=[*names, "revision", "saved_by", "saved_at"])


class Answer(Piece):
    """What was said to one question of the intake."""

    EDITABLE = ("text",)

    key = models.CharField(max_length=30)
    text = models.TextField(blank=True, max_length=PROSE_MAX, validators=[check_prose])

    objects = PieceQuerySet["Answer"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["intake", "key"], name="answer_unique")]

    def __str__(self) -> str:
        return f"{self.key} of {self.intake_id}"

    @classmethod
    def write(
        cls, intake: Intake, key: str, text: str, *, seen: str, by: "User", now: datetime
    ) -> int:
        """Raises KeyError for a question that is not asked, and as `change` does."""
        if key not in BY_KEY:
            raise KeyError(key)
        with transaction.atomic():
            held = intake.held()
            answer = cls.objects.filter(intake=held, key=key).select_related("saved_by").first()
            if answer is None:
                answer = cls.objects.create(intake=held, key=key, saved_by=by, saved_at=now)
            answer._change(held, {"text": text}, {"text": seen}, by=by, now=now)
        return answer.revision


class Ordered(Piece):
    """A piece that has its place among others of its kind."""

    position = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "id"]

    @classmethod
    def add(
        cls, intake: Intake, values: Mapping[str, Any], *, by: "User", now: datetime, pk: uuid.UUID
    ) -> Self:
        """A new one at the end. Its id, `pk`, comes from the form: sent again, it is the same row.

        Raises ValidationError keyed by field, and DoesNotExist for an id of another intake.
        """
        with transaction.atomic():
            held = intake.held()
            if found := cls._base_manager.filter(pk=pk).first():
                if found.intake_id != intake.pk:
                    raise cls.DoesNotExist
                return found
            last = cls._base_manager.filter(intake=held).aggregate(last=models.Max("position"))
            piece = cls(pk=pk, intake=held, saved_by=by, saved_at=now)
            piece.position = 0 if last["last"] is None else last["last"] + 1
            for name in piece._known(values):
                setattr(piece, name, values[name])
            piece._check_room()
            piece._check(list(cls.EDITABLE))
            piece.revision = held.next_revision()
            piece.save(force_insert=True)
        return piece

    def place(self, after: uuid.UUID | None, *, by: "User", now: datetime) -> None:
        """Put it right behind another one, or first. Behind one that is gone, it goes last."""
        with transaction.atomic():
            held = self.intake.held()
            rows = list(type(self)._base_manager.filter(intake=held).order_by("position", "id"))
            me = next(row for row in rows if row.pk == self.pk)
            rest = [row for row in rows if row.pk != self.pk]
            ids = [row.pk for row in rest]
            place = 0 if after is None else (ids.index(after) + 1 if after in ids else len(ids))
            wanted = [*rest[:place], me, *rest[place:]]
            moved = [row for index, row in enumerate(wanted) if row.position != index]
            if [row.pk for row in wanted] == [row.pk for row in rows] or not moved:
                return
            revision = held.next_revision()
            for index, row in enumerate(wanted):
                row.position = index
            for row in moved:
                row.revision = revision
            type(self)._base_manager.bulk_update(moved, ["position", "revision"])
        self.position, self.revision = me.position, revision


class Requirement(Ordered):
    """What a candidate should bring: sorted, tested, and with what would make up for it."""

    class Kind(models.TextChoices):
        DEALBREAKER = "dealbreaker", "Dealbreaker"
        NICE = "nice", "Nice to have"
        NOT_NEEDED = "not needed", "Not needed"

    EDITABLE = ("text", "kind", "tested_how", "tested_by", "unless")

    text = models.CharField(max_length=LINE_MAX, validators=[check_line])
    kind = models.CharField(max_length=11, choices=Kind, blank=True)
    tested_how = models.CharField(max_length=LINE_MAX, blank=True, validators=[check_line])
    tested_by = models.CharField(max_length=LINE_MAX, blank=True, validators=[check_line])
    unless = models.CharField(max_length=LINE_MAX, blank=True, validators=[check_line])

    objects = PieceQuerySet["Requirement"].as_manager()

    class Meta(Ordered.Meta):
        indexes = [models.Index(fields=["intake", "position"], name="requirement_in_order")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["", "dealbreaker", "nice", "not needed"]),
                name="requirement_kind_known",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="requirement_has_text"),
        ]

    def __str__(self) -> str:
        return self.text

    def _check_room(self) -> None:
        if Requirement.objects.standing().filter(intake=self.intake).count() >= REQUIREMENTS_MAX:
            raise ValidationError(f"There are {REQUIREMENTS_MAX} already. Remove some first.")


class Section(Ordered):
    """A section of the job description under review: agreed, to be changed, or unclear."""

    class Mark(models.TextChoices):
        AGREE = "agree", "Agree"
        CHANGE = "change", "Change"
        UNCLEAR = "unclear", "Unclear"

    EDITABLE = ("mark", "wording", "note")

    heading = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True, max_length=50_000)
    mark = models.CharField(max_length=7, choices=Mark, blank=True)
    wording = models.TextField(blank=True, max_length=PROSE_MAX, validators=[check_prose])
    note = models.TextField(blank=True, max_length=PROSE_MAX, validators=[check_prose])

    objects = PieceQuerySet["Section"].as_manager()

    class Meta(Ordered.Meta):
        indexes = [models.Index(fields=["intake", "position"], name="section_in_order")]
        constraints = [
            models.CheckConstraint(
                condition=Q(mark__in=["", "agree", "change", "unclear"]), name="section_mark_known"
            )
        ]

    def __str__(self) -> str:
        return self.heading or "Job description"

    @property
    def agreed(self) -> str:
        """The wording agreed on the spot where there is one, else the text as it stood."""
        return self.wording if self.mark == self.Mark.CHANGE and self.wording else self.text


class Action(Ordered):
    """An open question or a thing to do after the meeting, with its holder and date."""

    EDITABLE = ("text", "holder_id", "due_on", "is_done")

    text = models.CharField(max_length=LINE_MAX, validators=[check_line])
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_on = models.DateField(null=True, blank=True)
    is_done = models.BooleanField(default=False)

    objects = PieceQuerySet["Action"].as_manager()

    class Meta(Ordered.Meta):
        indexes = [models.Index(fields=["intake", "position"], name="action_in_order")]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="action_has_text")]

    def __str__(self) -> str:
        return self.text

    def _check_room(self) -> None:
        if Action.objects.standing().filter(intake=self.intake).count() >= ACTIONS_MAX:
            raise ValidationError(f"There are {ACTIONS_MAX} already. Remove some first.")
