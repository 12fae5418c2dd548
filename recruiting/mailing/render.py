"""Mail from templates: three files a mail, on the one base, with the styles written inline.

Styles are put into a template once, not into each mail that it makes: looking through a whole
document for every mail cost more than all the rest of writing it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import css_inline
from django.conf import settings
from django.template import Context, Template
from django.template.engine import Engine

SUBJECT_MAX = 150
"""Characters; longer subjects are cut by every mail program."""

PREHEADER_ENDS = "\N{FIGURE SPACE}\N{COMBINING GRAPHEME JOINER}" * 30
"""Spaces that a list of mails shows behind the preheader instead of the first words of the mail."""

# Rules inside @media stay in the head: they are for dark mode, for phones and for paper.
_inliner = css_inline.CSSInliner(keep_at_rules=True, minify_css=True, load_remote_stylesheets=False)

_EXTENDS = re.compile(r'\s*{% extends "([^"]+)" %}')
_BLOCK = re.compile(r"{% block (\w+) %}(.*?){% endblock %}", re.DOTALL)
_TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
_DARK = re.compile(r"@media \(prefers-color-scheme: dark\) {(.*?)\n}", re.DOTALL)
_STYLE = re.compile(r"<style.*?</style>", re.DOTALL)
_SELECTORS = re.compile(r"([^{}]+){")
_MARKUP = re.compile(r"<!--.*?-->|<(title|style)\b.*?</\1>|<[^>]*>", re.DOTALL)


@dataclass(frozen=True)
class Rendered:
    """A mail as written. `headers` are those beyond From, To, Date, Subject and Message-ID;
    `calendar` is a calendar object with its method (RFC 5546), for mail that is an invitation."""

    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)
    calendar: str = ""

    def with_headers(self, headers: Mapping[str, str]) -> "Rendered":
        return replace(self, headers={**self.headers, **headers})

    def with_calendar(self, calendar: str) -> "Rendered":
        return replace(self, calendar=calendar)


def render_mail(name: str, context: Mapping[str, Any]) -> Rendered:
    """The mail `templates/emails/<name>_subject.txt`, `_body.txt` and `_body.html`.

    Templates find the address of this installation as `site`. The subject becomes one line, so
    that nothing in a name or a title can add a header.
    """
    values = {"site": settings.SITE_URL, "preheader_ends": PREHEADER_ENDS, **context}
    return Rendered(
        subject=one_line(_render(f"emails/{name}_subject.txt", values)),
        text=_tidy(_render(f"emails/{name}_body.txt", values)),
        html=_render(f"emails/{name}_body.html", values),
    )


def one_line(text: str, limit: int = SUBJECT_MAX) -> str:
    """All white space and control characters as single spaces, cut between words at `limit`."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head, _, cut_word = line[:limit].rpartition(" ")
    return f"{head or cut_word[: limit - 1]}…"


def _render(name: str, values: Mapping[str, Any]) -> str:
    # Plain text must not be escaped for HTML, which Django's engine does for every file.
    is_html = name.endswith(".html")
    rendered = _template(name).render(Context(dict(values), autoescape=is_html))
    return str.__str__(rendered)  # a plain one, which nothing takes for safe HTML later


@cache
def _template(name: str) -> Template:
    """The template made ready for many mails: one piece without a base, its styles inline."""
    source = _in_one_piece(name)
    return Engine.get_default().from_string(inlined(source) if name.endswith(".html") else source)


def _in_one_piece(name: str) -> str:
    """The source of a template with that of its base around it. Blocks hold no other blocks."""
    source: str = Engine.get_default().get_template(name).source
    extends = _EXTENDS.match(source)
    if extends is None:
        return source
    blocks = dict(_BLOCK.findall(source))
    base = _in_one_piece(extends[1])
    return _BLOCK.sub(lambda block: str(blocks.get(block[1], block[2])), base)


def inlined(source: str) -> str:
    """The source of a template with the rules of its style block at the elements they are for.

    Meanwhile its tags stand aside: in text as comments, which may be anywhere in a table, and
    inside of markup as words. A class or an attribute that only some mails have is not seen.
    """
    tags: list[str] = []

    def put_aside(text: str, mark: str) -> str:
        def put(tag: re.Match[str]) -> str:
            tags.append(tag[0])
            return mark.format(len(tags) - 1)

        return _TAG.sub(put, text)

    source, end = _with_rules_for_outlook(source), 0
    pieces = []
    for markup in _MARKUP.finditer(source):
        pieces.append(put_aside(source[end : markup.start()], "<!--tag-{}-->"))
        pieces.append(put_aside(markup[0], "tag-{}-"))
        end = markup.end()
    document = _inliner.inline("".join([*pieces, source[end:]]))
    # What the parser adds around the first row would come again before each row of a loop.
    document = re.sub(r"</?tbody>", "", document)
    document = _STYLE.sub(lambda style: " ".join(style[0].split()), document)
    return re.sub(r"<!--tag-(\d+)-->|tag-(\d+)-", lambda m: tags[int(m[1] or m[2])], document)


def _with_rules_for_outlook(source: str) -> str:
    """The rules for dark mode a second time: Outlook does not ask for it in the style sheet, but
    marks what it makes dark."""
    dark = _DARK.search(source)
    if dark is None:
        return source

    def marked(selectors: re.Match[str]) -> str:
        return ", ".join(f"[data-ogsc] {one.strip()}" for one in selectors[1].split(",")) + " {"

    rules = f'\n<style data-css-inline="keep">{_SELECTORS.sub(marked, dark[1])}</style>\n'
    return source.replace("</head>", f"{rules}</head>", 1)


def _tidy(text: str) -> str:
    """No more than one empty line in a row, no white space at the ends of lines.

    The line that opens a signature is two hyphens and a space, by an old custom of mail programs.
    """
    lines: list[str] = []
    for line in (raw if raw == "-- " else raw.rstrip() for raw in text.strip().splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"
