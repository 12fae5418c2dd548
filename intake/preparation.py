"""What an intake begins with: the job description, an earlier brief, or nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Case, OuterRef, QuerySet, Subquery, Value, When

from intake.content import Content
from intake.models import Brief, Intake
from intake.sentences import sections_of, sentences_of
from recruiting.accounts.models import User
from recruiting.lib.fields import ProseField
from requisitions.models import Requisition
from requisitions.models.requisition import DESCRIPTION_MAX

BRIEFS_MAX = 20
DESCRIPTION, EMPTY = "description", "empty"


@dataclass(frozen=True)
class Start:
    """One thing to begin with, as the page offers it."""

    radio: Any
    brief: Brief | None = None
    is_same_title: bool = False

    @property
    def content(self) -> Content | None:
        return self.brief.content if self.brief else None

    @property
    def counts(self) -> list[str]:
        """What is taken over, in words."""
        if not self.content:
            return []
        dealbreakers, nice = (len(self.content.of_kind(kind)) for kind in ("dealbreaker", "nice"))
        texts = len(self.content.texts)
        return [
            "1 dealbreaker" if dealbreakers == 1 else f"{dealbreakers} dealbreakers",
            f"{nice} nice to have",
            "1 text" if texts == 1 else f"{texts} texts",
        ]


def earlier_briefs(user: User, requisition: Requisition) -> QuerySet[Brief]:
    """The brief in force of each other job at the same client that `user` sees; those of the same
    title first, then the latest."""
    of_job = Brief.objects.in_force().filter(requisition=OuterRef("requisition"))
    same = When(requisition__title__iexact=requisition.title.strip(), then=Value(True))
    return (
        Brief.objects.visible_to(user)
        .filter(
            requisition__client=requisition.client_id,
            pk=Subquery(of_job.order_by("-number").values("pk")[:1]),
        )
        .exclude(requisition=requisition.pk)
        .annotate(is_same_title=Case(same, default=Value(False)))
        .select_related("requisition")
        .prefetch_related("signatures")
        .order_by("-is_same_title", "-signed_at")
    )


class PreparationForm(forms.Form):
    """With the version of the requisition whose description its reader saw."""

    start = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="Start from",
        error_messages={
            "required": "Choose what to start from.",
            "invalid_choice": "Choose from the list.",
        },
    )
    description = ProseField(
        max_length=DESCRIPTION_MAX,
        required=False,
        label="Job description",
        help_text="Headings become sections to go through; sentences can become requirements.",
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, requisition: Requisition, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.requisition = requisition
        self.briefs = {str(one.pk): one for one in earlier_briefs(user, requisition)[:BRIEFS_MAX]}
        same = [pk for pk, one in self.briefs.items() if one.is_same_title]  # type: ignore[attr-defined]
        has_text = bool(requisition.description.strip())
        self.initial = {
            "start": DESCRIPTION if has_text or not same else same[0],
            "description": requisition.description,
            "version": requisition.version,
        }
        field = self.fields["start"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (DESCRIPTION, "The job description"),
            *((pk, one.requisition.title) for pk, one in self.briefs.items()),
            (EMPTY, "Nothing"),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("start") == DESCRIPTION and data.get("description") == "":
            self.add_error("description", "Paste the job description, or choose another start.")
        return data

    def starts(self) -> Iterator[Start]:
        for radio in self["start"]:
            brief = self.briefs.get(str(radio.data["value"]))
            yield Start(radio, brief, bool(brief and brief.is_same_title))  # type: ignore[attr-defined]

    @property
    def description_counts(self) -> tuple[int, int]:
        """Sections, and sentences in them, of the description as it is saved."""
        sections = sections_of(self.requisition.description)
        return len(sections), sum(len(sentences_of(one.text)) for one in sections)

    @property
    def new_description(self) -> str | None:
        """What was typed where it differs from what is saved."""
        typed: str = self.cleaned_data["description"]
        saved = self.requisition.description.replace("\r\n", "\n").strip()
        return typed if typed and typed != saved else None

    def prepare(self, *, by: User, now: datetime) -> Intake:
        """Raises StaleVersion when somebody has changed the requisition since it was shown, and a
        new description would overwrite theirs."""
        start = self.cleaned_data["start"]
        with transaction.atomic():
            if (text := self.new_description) is not None:
                version = self.cleaned_data["version"]
                self.requisition.edit({"description": text}, version=version, by=by, now=now)
            return Intake.prepare(
                self.requisition,
                by=by,
                now=now,
                brief=self.briefs.get(start),
                is_empty=start == EMPTY,
            )
