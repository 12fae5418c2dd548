"""Mail from templates: three files a mail, on the one base, with the styles written inline."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import css_inline
from django.conf import settings
from django.template import Context
from django.template.loader import get_template

SUBJECT_MAX = 150
"""Characters; longer subjects are cut by every mail program."""

# Rules inside @media stay in the head: they are for dark mode and for phones.
_inliner = css_inline.CSSInliner(keep_at_rules=True, minify_css=True, load_remote_stylesheets=False)


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
    values = {"site": settings.SITE_URL, **context}
    return Rendered(
        subject=one_line(_render(f"emails/{name}_subject.txt", values, escape=False)),
        text=_tidy(_render(f"emails/{name}_body.txt", values, escape=False)),
        html=_inliner.inline(_render(f"emails/{name}_body.html", values, escape=True)),
    )


def one_line(text: str, limit: int = SUBJECT_MAX) -> str:
    """All white space and control characters as single spaces, cut between words at `limit`."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(line) <= limit:
        return line
    head, _, cut_word = line[:limit].rpartition(" ")
    return f"{head or cut_word[: limit - 1]}…"


def _render(name: str, values: Mapping[str, Any], *, escape: bool) -> str:
    # Plain text must not be escaped for HTML, which Django's engine does for every file.
    template: Any = get_template(name).template  # type: ignore[attr-defined]
    rendered: str = template.render(Context(dict(values), autoescape=escape))
    return rendered


def _tidy(text: str) -> str:
    """No more than one empty line in a row, no white space at the ends of lines.

    The line that opens a signature is two hyphens and a space, by an old custom of mail programs.
    """
    lines: list[str] = []
    for line in (raw if raw == "-- " else raw.rstrip() for raw in text.strip().splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"
