"""Descriptions out of other systems: HTML becomes Markdown, invisible characters go."""

import html
import re
from html.parser import HTMLParser

from django.core.exceptions import ValidationError

from recruiting.lib.text import check_prose

_TAG = re.compile(
    r"</?(?:p|br|div|span|ul|ol|li|b|strong|i|em|u|a|h[1-6]|table|tr|td|th|tbody|thead|font"
    r"|blockquote|hr|script|style|img|section|article)\b[^<>]*>",
    re.IGNORECASE,
)
_BREAKS = str.maketrans("\r\v\f\x85\u2028", "\n\n\n\n\n")
_BLOCKS = frozenset(
    {"p", "div", "ul", "ol", "table", "blockquote", "section", "article", "hr",
     "h1", "h2", "h3", "h4", "h5", "h6"}
)  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript"})


def to_markdown(text: str) -> tuple[str, int]:
    """The text with tidy line breaks and without markup, and how many characters were dropped.

    Dropped are control characters and text-direction overrides, which nobody can see. The result
    is source for `render_markdown`, which alone decides what is safe.
    """
    text = text.replace("_x000D_", "").replace("\r\n", "\n").translate(_BREAKS)
    if _TAG.search(text):
        text = _from_html(text)
    kept = "".join(char for char in text if _is_visible(char))
    lines = (line.rstrip() for line in kept.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), len(text) - len(kept)


def one_line(text: str) -> str:
    """A name or a title: entities resolved, white space of any kind as single spaces."""
    return " ".join(html.unescape(text).split())


def _is_visible(char: str) -> bool:
    if char.isprintable() or char in "\n\t":
        return True
    try:
        check_prose(char)
    except ValidationError:
        return False
    return True


def _from_html(text: str) -> str:
    converter = _Converter()
    converter.feed(text)
    converter.close()
    return converter.markdown()


class _Converter(HTMLParser):
    """Keeps paragraphs, lists, headings, emphasis and web links; everything else is text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._unseen = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self._out.append("\n")
        elif tag == "li":
            self._out.append("\n- ")
        elif tag in ("tr", "td", "th"):
            self._out.append("\n" if tag == "tr" else " ")
        elif tag in _BLOCKS:
            self._out.append("\n\n### " if tag in _HEADINGS else "\n\n")
        elif tag in _MARKS:
            self._out.append(_MARKS[tag])
        elif tag == "a":
            address = (dict(attrs).get("href") or "").strip()
            is_web = re.fullmatch(r"(?:https?://|mailto:)[^\s()<>]+", address, re.IGNORECASE)
            self._links.append(address if is_web else "")
            self._out.append("[" if is_web else "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BLOCKS:
            self._out.append("\n\n")
        elif tag in _MARKS:
            self._out.append(_MARKS[tag])
        elif tag == "a" and self._links:
            address = self._links.pop()
            self._out.append(f"]({address})" if address else "")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            # Line breaks inside HTML text are only where the author's editor broke the line.
            self._out.append(re.sub(r"[ \t\n]+", " ", data))

    def markdown(self) -> str:
        text = "".join(self._out).replace("****", "").replace("\xa0", " ")
        # A leading space would turn a paragraph into code.
        return "\n".join(line.strip() for line in text.split("\n"))
