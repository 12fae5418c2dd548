"""A brief as a document: what was agreed, in the order in which one reads it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from intake.content import KINDS, Content, RequirementLine
from intake.differences import term_words
from intake.questions import BY_KEY
from recruiting.lib.text import render_markdown

WHY = ("why-job", "why-empty")

BLOCKS = {
    "Ideal candidate": (
        "profile-background", "profile-done", "profile-where", "profile-drive", "profile-move",
        "profile-not", "example-1", "example-2", "example-3",
    ),
    "What success looks like": ("success-90", "success-year"),
    "Pay, place, market": ("pay", "place", "market"),
    "Reasons to move": (
        "reason-pay", "reason-growth", "reason-team", "reason-flexibility", "reason-mission",
    ),
    "Interviews and dates": ("panel", "steps", "dates"),
}  # fmt: skip
"""Which answers stand together under which heading, whatever order the meeting talked in."""


@dataclass(frozen=True)
class Line:
    """A name and what was said to it."""

    name: str
    html: SafeString | str


@dataclass(frozen=True)
class Block:
    name: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class RequirementGroup:
    """The requirements of one kind. `is_told_in_full`: with how each is tested."""

    kind: str
    name: str
    rows: Sequence[RequirementLine]

    @property
    def is_told_in_full(self) -> bool:
        return self.kind in ("", "dealbreaker")


@dataclass(frozen=True)
class Document:
    """All that is signed, ready for a page. `why` comes first and needs no heading of its own."""

    title: str
    client: str
    why: Sequence[Line] = ()
    groups: Sequence[RequirementGroup] = ()
    blocks: Sequence[Block] = ()
    terms: Sequence[tuple[str, str]] = ()
    sections: Sequence[Line] = field(default_factory=tuple)

    @property
    def is_empty(self) -> bool:
        """Nothing was agreed on this job yet: its description and the terms of the pair are older
        than it."""
        return not (self.why or self.groups or self.blocks)


def document_of(content: Content) -> Document:
    """Headings without words below them are left out."""
    return Document(
        title=content.title,
        client=content.client,
        why=_lines(content, WHY),
        groups=_groups(content),
        blocks=[
            Block(name, lines) for name, keys in BLOCKS.items() if (lines := _lines(content, keys))
        ],
        terms=[(name, words) for name, words in term_words(content.terms) if words],
        sections=[
            Line(one["heading"], render_markdown(one["text"]))
            for one in content.sections
            if one["heading"] or one["text"]
        ],
    )


def _lines(content: Content, keys: Sequence[str]) -> list[Line]:
    texts = content.texts
    return [Line(BY_KEY[key].name, render_markdown(texts[key])) for key in keys if texts.get(key)]


def _groups(content: Content) -> list[RequirementGroup]:
    names = {"": "Not sorted yet", **KINDS}
    return [
        RequirementGroup(kind, name, rows)
        for kind, name in names.items()
        if (rows := content.of_kind(kind))
    ]
