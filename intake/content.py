"""A brief as it is signed: one document of plain values, the same bytes whoever compiles it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from intake.questions import QUESTIONS
from recruiting.lib.text import without_marks

FORMAT = 1
"""Of the document. A signed one is never rewritten, so each that was in use stays readable."""

KINDS = {"dealbreaker": "Dealbreakers", "nice": "Nice to have", "not needed": "Not needed"}


@dataclass(frozen=True)
class RequirementLine:
    """A requirement as it stands in a brief. `id` stays the same from version to version."""

    id: str
    text: str
    kind: str
    tested_how: str = ""
    tested_by: str = ""
    unless: str = ""


@dataclass(frozen=True)
class Terms:
    """What the two promise each other. None where nothing is agreed.

    A decision and a slate take business days of the one who has to act; feedback takes hours and
    an update days by the calendar and the clock, as in the agreements that others publish."""

    decision_days: int | None = None
    feedback_hours: int | None = None
    slate_days: int | None = None
    update_days: int | None = None
    channel: str = ""
    stand_in: str = ""


@dataclass(frozen=True)
class Content:
    """All that is signed. `texts` by the key of their question, without empty ones."""

    title: str
    client: str
    texts: Mapping[str, str] = field(default_factory=dict)
    requirements: Sequence[RequirementLine] = ()
    sections: Sequence[Mapping[str, str]] = ()
    terms: Terms = field(default_factory=Terms)

    def of_kind(self, kind: str) -> list[RequirementLine]:
        return [one for one in self.requirements if one.kind == kind]

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "title": self.title,
            "client": self.client,
            "texts": {q.key: self.texts[q.key] for q in QUESTIONS if self.texts.get(q.key)},
            "requirements": [vars(one) for one in self.requirements],
            "sections": [dict(one) for one in self.sections],
            "terms": vars(self.terms),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Content":
        """Raises ValueError for a format that this version of the software does not know."""
        if document.get("format") != FORMAT:
            raise ValueError(f"a brief of format {document.get('format')!r}")
        return cls(
            title=document["title"],
            client=document["client"],
            texts=document["texts"],
            requirements=[RequirementLine(**one) for one in document["requirements"]],
            sections=document["sections"],
            terms=Terms(**document["terms"]),
        )

    @property
    def digest(self) -> str:
        """What a signature binds: SHA-256, in hex, of the document with its keys in order."""
        return digest_of(self.as_json())


def digest_of(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Missing:
    """What a brief still lacks to be signed, and the part of the agenda where it is said."""

    text: str
    part: str


def missing(content: Content) -> list[Missing]:
    """Why it cannot be signed yet; empty when it can. Nothing else keeps two from agreeing."""
    found = []
    breakers = content.of_kind("dealbreaker")
    if not content.texts.get("why-job"):
        found.append(Missing("Say why this job exists.", "why"))
    if not breakers:
        found.append(Missing("Agree on at least one dealbreaker.", "requirements"))
    untested = [one for one in breakers if not (one.tested_how and one.tested_by)]
    if untested:
        count = (
            "One dealbreaker needs" if len(untested) == 1 else f"{len(untested)} dealbreakers need"
        )
        words = f"{count} a word on how it is tested, and by whom."
        found.append(Missing(words, "requirements"))
    if any(not one.kind for one in content.requirements):
        found.append(Missing("Sort every requirement, or remove it.", "requirements"))
    return found


def five_lines(content: Content) -> list[tuple[str, str]]:
    """The brief at a glance: up to five lines, each a heading and its words."""
    breakers = " · ".join(one.text for one in content.of_kind("dealbreaker"))
    nice = " · ".join(one.text for one in content.of_kind("nice"))
    texts = content.texts
    lines = [
        ("Why", without_marks(texts.get("why-job", ""))),
        ("Dealbreakers", breakers),
        ("Nice to have", nice),
        ("After 90 days", without_marks(texts.get("success-90", ""))),
        ("Pay", without_marks(texts.get("pay", ""))),
    ]
    return [(name, " ".join(words.split())) for name, words in lines if words]
