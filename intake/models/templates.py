"""What a lead edits of the intake itself: agendas by client, and words to think twice about."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower

from intake import wording
from intake.agenda import AGENDA, Part, check_parts, parts_of, rows_of
from recruiting.accounts.models import Client
from recruiting.audit.models import record
from recruiting.lib.text import check_line

if TYPE_CHECKING:
    from recruiting.accounts.models import User


class AgendaTemplate(models.Model):
    """The agenda with which the meetings at a client begin."""

    client = models.OneToOneField(
        "accounts.Client", models.CASCADE, primary_key=True, related_name="agenda_template"
    )
    parts = models.JSONField()

    def __str__(self) -> str:
        return f"Agenda at {self.client_id}"

    @classmethod
    def parts_at(cls, client: Client) -> tuple[Part, ...]:
        """The client's own agenda, or the usual one."""
        return cls.by_client([client.pk])[client.pk]

    @classmethod
    def by_client(cls, clients: Iterable[UUID]) -> dict[UUID, tuple[Part, ...]]:
        """The same for several, in one statement."""
        wanted = set(clients)
        kept = dict(cls.objects.filter(client__in=wanted).values_list("client", "parts"))
        return {pk: parts_of(kept[pk]) if pk in kept else AGENDA for pk in wanted}

    @classmethod
    def keep(cls, client: Client, parts: tuple[Part, ...], *, by: "User", now: datetime) -> None:
        """Begin the next meetings at this client with `parts`. Raises ValidationError."""
        check_parts(parts)
        with transaction.atomic():
            cls.objects.update_or_create(client=client, defaults={"parts": rows_of(parts)})
            record("changed the agenda", client, by=by, now=now, client=client,
                   minutes=sum(part.minutes for part in parts))  # fmt: skip


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

    @classmethod
    def known(cls) -> list[wording.Wording]:
        """All that get a hint, in the order of the alphabet."""
        found = {one.phrase.casefold(): one for one in wording.DEFAULTS}
        for row in cls.objects.all():
            found.pop(row.phrase.casefold(), None)
            if not row.is_off:
                key = row.phrase.casefold()
                found[key] = wording.Wording(row.phrase, row.why, row.instead)
        return [found[key] for key in sorted(found)]

    @classmethod
    def keep(cls, phrase: str, why: str, instead: str, *, by: "User", now: datetime) -> None:
        """Give a phrase this hint, whether it had one before or not.

        Raises ValidationError keyed by field.
        """
        row = cls(phrase=" ".join(phrase.split()), why=why.strip(), instead=instead.strip())
        row.clean_fields()
        lacking = [name for name in ("why", "instead") if not getattr(row, name)]
        if lacking:
            raise ValidationError(dict.fromkeys(lacking, "Say it in a few words."))
        cls._write(row, by=by, now=now)

    @classmethod
    def turn_off(cls, phrase: str, *, by: "User", now: datetime) -> None:
        """No hint for this phrase any more. Twice is once."""
        cls._write(cls(phrase=phrase, is_off=True), by=by, now=now)

    @classmethod
    def _write(cls, row: "LoadedWording", *, by: "User", now: datetime) -> None:
        values = {"why": row.why, "instead": row.instead, "is_off": row.is_off}
        with transaction.atomic():
            changed = cls.objects.filter(phrase__iexact=row.phrase).update(**values)
            if not changed:
                row.save(force_insert=True)
            if row.is_off:
                record("turned off a wording", by, by=by, now=now, phrase=row.phrase)
            else:
                record("kept a wording", by, by=by, now=now, phrase=row.phrase)
