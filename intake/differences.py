"""What changed from one brief to another, in the words that people see on the page."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from intake.content import KINDS, Content, RequirementLine, Terms
from intake.questions import QUESTIONS

Mark = Literal["same", "removed", "added"]

EXACT_TOKENS = 400
"""Longer texts are compared without their most frequent words as anchors: exact comparison takes
minutes where much of a long job description was rewritten."""

_TOKEN = re.compile(r"\s*(?:\w+(?:[.,'’-]\w+)*|[^\w\s])|\s+")
"""A word, a number with its separators or a sign, each with the space before it."""


@dataclass(frozen=True)
class Run:
    """A run of words that stayed, went or came."""

    mark: Mark
    text: str

    @property
    def words(self) -> str:
        """Without the space before them, which is not worth a mark of its own."""
        return self.text.lstrip() or self.text

    @property
    def space(self) -> str:
        return self.text.removesuffix(self.words)


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was. `before` is empty for what is new, `after` for what is
    gone; `runs` tells of both at once, word by word."""

    name: str
    before: str
    after: str

    @property
    def runs(self) -> list[Run]:
        return runs(self.before, self.after)


def differences(before: Content, after: Content) -> list[Change]:
    """All changes in the order of the brief; none exactly when both would bear one signature."""
    return [
        *_if_changed("Job", before.title, after.title),
        *_if_changed("Client", before.client, after.client),
        *_in_requirements(before.requirements, after.requirements),
        *_in_texts(before.texts, after.texts),
        *_in_terms(before.terms, after.terms),
        *_in_sections(before.sections, after.sections),
    ]


def runs(before: str, after: str) -> list[Run]:
    """The two texts as one: joined without the added runs they are `before`, without the removed
    ones `after`."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    middle = _compared(old[head : len(old) - tail], new[head : len(new) - tail])
    ends = (_run("same", old[:head]), *middle, _run("same", old[len(old) - tail :]))
    return [run for run in ends if run.text]


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """How many tokens both begin with."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(old), len(new)))


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Run]:
    is_long = max(len(old), len(new)) > EXACT_TOKENS
    for code, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=is_long).get_opcodes():
        if code == "equal":
            yield _run("same", old[i1:i2])
        else:
            yield _run("removed", old[i1:i2])
            yield _run("added", new[j1:j2])


def _run(mark: Mark, tokens: Sequence[str]) -> Run:
    return Run(mark, "".join(tokens))


def _if_changed(name: str, before: str, after: str) -> Iterator[Change]:
    if before != after:
        yield Change(name, before, after)


def _in_requirements(
    before: Sequence[RequirementLine], after: Sequence[RequirementLine]
) -> Iterator[Change]:
    old, new = {one.id: one for one in before}, {one.id: one for one in after}
    for one in after:
        if one.id not in old:
            yield Change("New requirement", "", _words(one))
        elif old[one.id] != one:
            yield Change("Requirement", _words(old[one.id]), _words(one))
    for one in before:
        if one.id not in new:
            yield Change("Requirement removed", _words(one), "")
    kept_before = [one.id for one in before if one.id in new]
    kept_after = [one.id for one in after if one.id in old]
    if kept_before != kept_after:
        yield Change("Order of the requirements", _list(old[pk].text for pk in kept_before),
                     _list(new[pk].text for pk in kept_after))  # fmt: skip


def _words(one: RequirementLine) -> str:
    kind = {"dealbreaker": "Dealbreaker", "nice": "Nice to have"}.get(one.kind, KINDS.get(one.kind))
    lines = [f"{kind or 'Not sorted'}: {one.text}"]
    lines += [f"Unless: {one.unless}"] * bool(one.unless)
    lines += [f"Tested: {one.tested_how}"] * bool(one.tested_how)
    lines += [f"By: {one.tested_by}"] * bool(one.tested_by)
    return "\n".join(lines)


def _in_texts(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for question in QUESTIONS:
        yield from _if_changed(
            question.name, before.get(question.key, ""), after.get(question.key, "")
        )


def _in_terms(before: Terms, after: Terms) -> Iterator[Change]:
    for (name, old), (_, new) in zip(term_words(before), term_words(after), strict=True):
        yield from _if_changed(name, old, new)


def term_words(terms: Terms) -> list[tuple[str, str]]:
    """The working agreement, line by line; a line without words is not agreed."""
    return [
        ("Resume decision", _count(terms.decision_days, "business day")),
        ("Interview feedback", _count(terms.feedback_hours, "hour")),
        ("First slate", _count(terms.slate_days, "business day")),
        ("Update", f"every {_count(terms.update_days, 'day')}" if terms.update_days else ""),
        ("Channel", terms.channel),
        ("Stands in", terms.stand_in),
    ]


def _count(count: int | None, unit: str) -> str:
    if count is None:
        return ""
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _in_sections(
    before: Sequence[Mapping[str, str]], after: Sequence[Mapping[str, str]]
) -> Iterator[Change]:
    old, new = {one["id"]: one for one in before}, {one["id"]: one for one in after}
    for pk in dict.fromkeys([*new, *old]):
        was, now = old.get(pk, {}), new.get(pk, {})
        name = now.get("heading") or was.get("heading") or "Job description"
        yield from _if_changed(name, _section(was), _section(now))
    kept_before = [one["heading"] for one in before if one["id"] in new]
    kept_after = [one["heading"] for one in after if one["id"] in old]
    if [one["id"] for one in before if one["id"] in new] != [
        one["id"] for one in after if one["id"] in old
    ]:
        yield Change("Order of the job description", _list(kept_before), _list(kept_after))


def _section(section: Mapping[str, str]) -> str:
    return "\n".join(filter(None, (section.get("heading"), section.get("text"))))


def _list(names: Iterable[str]) -> str:
    return "\n".join(names)
