"""Words to think twice about, as a lead edits them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.db.models.functions import Lower

from intake import wording
from recruiting.audit.models import Event, record
from recruiting.lib.text import check_line

if TYPE_CHECKING:
    from recruiting.accounts.models import User

COMES_WITH = {one.phrase.casefold(): one for one in wording.DEFAULTS}
"""The hints of the product, by phrase."""

State = dict[str, Any]
"""A row as an event can carry it. None stands for no row."""


class StaleWording(Exception):
    """The hint of this phrase says something else than the writer was shown."""

    def __init__(self, why: str, instead: str) -> None:
        super().__init__(why)
        self.why, self.instead = why, instead


class LoadedWording(models.Model):
    """What a lead says otherwise than the list that the product comes with (`wording.DEFAULTS`):
    another phrase, another hint for one of those, or, with `is_off`, none for it."""

    phrase = models.CharField(max_length=60, validators=[check_line])
    why = models.CharField(max_length=200, blank=True, validators=[check_line])
    instead = models.CharField(max_length=200, blank=True, validators=[check_line])
    is_off = models.BooleanField(default=False)

    class Meta:
        ordering = [Lower("phrase")]
        constraints = [
            models.UniqueConstraint(Lower("phrase"), name="wording_phrase_unique"),
            models.CheckConstraint(condition=~Q(phrase=""), name="wording_has_phrase"),
            models.CheckConstraint(
                condition=Q(is_off=True) | (~Q(why="") & ~Q(instead="")), name="wording_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.phrase

    @property
    def is_ours(self) -> bool:
        """The product comes with a hint for this phrase."""
        return self.phrase.casefold() in COMES_WITH

    @property
    def is_changed(self) -> bool:
        """A lead says otherwise than the product, or says it alone."""
        return not (self._state.adding or self.is_off)

    @property
    def as_state(self) -> State:
        return {"phrase": self.phrase, "why": self.why, "instead": self.instead,
                "is_off": self.is_off}  # fmt: skip

    # --- reading ---------------------------------------------------------------------------

    @classmethod
    def known(cls) -> list[wording.Wording]:
        """All that get a hint, in the order of the alphabet."""
        return [
            wording.Wording(row.phrase, row.why, row.instead)
            for row in cls.listed()
            if not row.is_off
        ]

    @classmethod
    def listed(cls) -> list[Self]:
        """All that a lead can set, in the order of the alphabet, those of the product as rows that
        are not saved. What is turned off shows the hint that it would have."""
        rows = {row.phrase.casefold(): row for row in cls.objects.all()}
        for key, one in COMES_WITH.items():
            row = rows.setdefault(key, cls(phrase=one.phrase, why=one.why, instead=one.instead))
            if not (row.why and row.instead):
                row.why, row.instead = one.why, one.instead
        return [rows[key] for key in sorted(rows)]

    # --- writing ---------------------------------------------------------------------------

    @classmethod
    def keep(
        cls,
        phrase: str,
        why: str,
        instead: str,
        *,
        by: "User",
        now: datetime,
        seen: tuple[str, str] | None = None,
    ) -> None:
        """Give a phrase this hint, whether it had one before or not. With `seen`, the reason and
        the alternative that the writer was shown, another hint is not written over.

        Raises ValidationError keyed by field, and StaleWording.
        """
        row = cls(phrase=" ".join(phrase.split()), why=why.strip(), instead=instead.strip())
        row.clean_fields()
        lacking = [name for name in ("why", "instead") if not getattr(row, name)]
        if lacking:
            raise ValidationError(dict.fromkeys(lacking, "Say it in a few words."))
        with transaction.atomic():
            before = cls._held(row.phrase)
            stands = next((one for one in cls.listed() if one.is_about(row.phrase)), None)
            wanted = (row.why, row.instead)
            if stands and seen is not None and (stands.why, stands.instead) not in (seen, wanted):
                raise StaleWording(stands.why, stands.instead)
            if stands and not stands.is_off and (stands.why, stands.instead) == wanted:
                return
            after = row.as_state | ({"phrase": before["phrase"]} if before else {})
            cls._put(row.phrase, after)
            record("kept a wording", by, by=by, now=now, phrase=row.phrase, before=before,
                   after=after)  # fmt: skip

    @classmethod
    def turn_off(cls, phrase: str, *, by: "User", now: datetime) -> None:
        """No hint for this phrase any more. Twice is once. What a lead had said of it stays, for
        the day on which it is turned on again. Raises ValidationError for what is no phrase."""
        off = cls(phrase=phrase, is_off=True)
        off.clean_fields()
        with transaction.atomic():
            before = cls._held(phrase)
            if before and before["is_off"]:
                return
            after = {**(before or off.as_state), "is_off": True}
            cls._put(phrase, after)
            record("turned off a wording", by, by=by, now=now, phrase=after["phrase"],
                   before=before, after=after)  # fmt: skip

    @classmethod
    def bring_back(cls, phrase: str, *, by: "User", now: datetime) -> None:
        """What is off is on again, as it was. What is on, and said otherwise than the product says
        it, is as the product says it. Anything else stays as it is."""
        with transaction.atomic():
            before = cls._held(phrase)
            if before is None:
                return
            after: State | None = None
            if before["is_off"] and before["why"]:
                after = {**before, "is_off": False}
            elif phrase.casefold() not in COMES_WITH:
                return
            cls._put(phrase, after)
            record("brought back a wording", by, by=by, now=now, phrase=before["phrase"],
                   before=before, after=after)  # fmt: skip

    @classmethod
    def undo(cls, *, by: "User", now: datetime) -> str | None:
        """Take back what this person did last to the list; returns the phrase. None when it was
        nothing, has been taken back, or the phrase was changed since."""
        done = Event.objects.about(by).filter(actor=by, particulars__has_key="after")
        with transaction.atomic():
            last = done.first()
            if last is None:
                return None
            phrase = str(last.particulars["phrase"])
            if cls._held(phrase) != last.particulars["after"]:
                return None
            cls._put(phrase, last.particulars["before"])
            record("took back a change of a wording", by, by=by, now=now, phrase=phrase)
        return phrase

    def is_about(self, phrase: str) -> bool:
        return self.phrase.casefold() == phrase.casefold()

    @classmethod
    def _held(cls, phrase: str) -> State | None:
        row = cls.objects.select_for_update().filter(phrase__iexact=phrase).first()
        return row.as_state if row else None

    @classmethod
    def _put(cls, phrase: str, state: State | None) -> None:
        rows = cls.objects.filter(phrase__iexact=phrase)
        if state is None:
            rows.delete()
        elif not rows.update(**state):
            try:
                with transaction.atomic():
                    cls.objects.create(**state)
            except IntegrityError:  # somebody else was first, in this very moment
                row = cls.objects.get(phrase__iexact=phrase)
                raise StaleWording(row.why, row.instead) from None
