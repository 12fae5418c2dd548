"""A job description taken apart: its sections, and the sentences that may become requirements.

Nothing is invented and nothing is reworded: what comes out stands in the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

SENTENCES_MAX = 400
"""A text of more than so many sentences is read that far; the rest stays in the description."""

_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(?P<hashes>.+?)\s*#*\s*$")
_BOLD_LINE = re.compile(r"^\s*(?:\*\*|__)(?P<bold>[^*_]{2,80}?)(?:\*\*|__):?\s*$")
_COLON_LINE = re.compile(r"^\s*(?P<plain>[^\W\d_][^.!?:;]{1,60}):\s*$")
_UNDERLINE = re.compile(r"^\s*(?:=+|-{3,})\s*$")
_BULLET = re.compile(r"^\s*(?:[-*+•·‣–—]|\(?\d{1,2}[.)])\s+")
_ENDS = re.compile(r"(?<=[.!?…])(?=\s+[\"“(\[]?[A-ZÀ-ÖØ-ÞА-Я0-9])")
_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|z\.B|bzw|ca|approx|incl|min|max|vs|Mr|Mrs|Ms|Dr|Prof|No|Nr|St|Inc|Ltd"
    r"|Co|Sr|Jr)|\b[A-Z])\.$"
)


@dataclass(frozen=True)
class Section:
    """A heading, empty for what stands before the first, and the text below it."""

    heading: str
    text: str


def sections_of(description: str) -> list[Section]:
    """In their order. Headings are Markdown's, lines in bold, and lines that end in a colon
    with nothing behind it."""
    found: list[Section] = []
    heading, lines = "", list[str]()
    for line in [*description.replace("\r\n", "\n").split("\n"), None]:
        title = None if line is None else _heading_in(line)
        if line is not None and title is None and _UNDERLINE.match(line) and _is_lone(lines):
            title = lines.pop().strip()  # the line above was a heading, underlined
        if line is not None and title is None:
            lines.append(line)
            continue
        text = "\n".join(lines).strip()
        if heading or text:
            found.append(Section(heading, text))
        heading, lines = title or "", []
    return found


def sentences_of(text: str) -> list[str]:
    """Sentences and points of a list, each on one line, without its bullet; each once."""
    return list(dict.fromkeys(_sentences(text)))[:SENTENCES_MAX]


def _sentences(text: str) -> Iterator[str]:
    for block in _blocks(text):
        pending = ""
        for piece in _ENDS.split(block):
            pending = f"{pending}{piece}"
            if not _NO_END.search(pending.rstrip()):
                yield from _kept(pending)
                pending = ""
        yield from _kept(pending)


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs and points: lines that belong together, as one line."""
    lines = list[str]()
    for line in [*text.replace("\r\n", "\n").split("\n"), ""]:
        is_new = not line.strip() or _BULLET.match(line) or _heading_in(line) is not None
        if is_new and lines:
            yield " ".join(lines)
            lines = []
        if line.strip() and _heading_in(line) is None:
            lines.append(_BULLET.sub("", line, count=1).strip())


def _kept(piece: str) -> Iterator[str]:
    """Without marks of Markdown at its ends; what holds no letter is no sentence."""
    line = " ".join(piece.split()).strip("*_ ").strip()
    if sum(char.isalpha() for char in line) >= 2:
        yield line


def _heading_in(line: str) -> str | None:
    for pattern in (_HEADING, _BOLD_LINE, _COLON_LINE):
        if (match := pattern.match(line)) and not _BULLET.match(line):
            return next(group for group in match.groups() if group).strip("*_ ")
    return None


def _is_lone(lines: list[str]) -> bool:
    """Whether the last line is a paragraph of its own, as an underlined heading is."""
    return bool(lines and lines[-1].strip()) and (len(lines) == 1 or not lines[-2].strip())
