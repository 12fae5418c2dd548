"""What people type: cleaned, bounded, and turned into safe HTML."""

import re
import unicodedata
from collections.abc import Collection, Iterator

import nh3
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

PROSE_MAX = 10_000
"""Characters of a note or a description that a person types by hand."""

# Explicit bidirectional overrides and isolates reorder what stands around them.
_BIDI = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_markdown = MarkdownIt("commonmark", {"linkify": False, "breaks": True}).enable("table")
_TAGS = {
    "p", "br", "em", "strong", "ul", "ol", "li", "a", "code", "pre", "blockquote", "hr",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def check_line(value: str) -> None:
    """A name or a title: one line, no control characters, no text-direction overrides."""
    for char in value:
        if char in _BIDI:
            raise ValidationError(
                "This holds an invisible mark that reverses the text. Type it again by hand."
            )
        if unicodedata.category(char) in {"Cc", "Cs"}:
            raise ValidationError("This holds a control character. Type it again by hand.")


def check_prose(value: str) -> None:
    """A note: line breaks and tabs are fine, other control characters and overrides are not."""
    check_line(value.replace("\r", "").replace("\n", "").replace("\t", ""))


def render_markdown(source: str, *, emphasize: Collection[str] = ()) -> SafeString:
    """Markdown as HTML that holds no script, style, image or handler, headings from h3 down.

    Words in `emphasize`, such as the names of people addressed, stand in bold.
    """
    tokens = _markdown.parse(source)
    if emphasize:
        longest_first = sorted(map(re.escape, emphasize), key=len, reverse=True)
        words = re.compile(f"({'|'.join(longest_first)})")
        for token in tokens:
            if token.children:
                token.children = [one for child in token.children for one in _bold(child, words)]
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    html = html.replace("<h1>", "<h3>").replace("</h1>", "</h3>")
    html = html.replace("<h2>", "<h3>").replace("</h2>", "</h3>")
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - nh3 has just cleaned it


def written_words(source: str) -> Iterator[str]:
    """The runs of plain text in Markdown: what is neither code nor the address of a link."""
    for token in _markdown.parse(source):
        for child in token.children or ():
            if child.type == "text":
                yield child.content


def without_marks(source: str) -> str:
    """Markdown as one line of plain text, to be quoted; blocks of code are left out."""
    lines = (
        "".join(" " if "break" in child.type else child.content for child in token.children)
        for token in _markdown.parse(source)
        if token.children
    )
    return " ".join(" ".join(lines).split())


def _bold(token: Token, words: re.Pattern[str]) -> Iterator[Token]:
    """A run of text cut in pieces, with strong marks around those of `words`."""
    if token.type != "text":
        yield token
        return
    for index, piece in enumerate(words.split(token.content)):
        if index % 2:
            yield Token("strong_open", "strong", 1)
        if piece:
            yield Token("text", "", 0, content=piece)
        if index % 2:
            yield Token("strong_close", "strong", -1)
