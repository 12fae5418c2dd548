"""Mail shown in a page whose security policy forbids style attributes.

A mail carries its styles in attributes, because mail programs want them there. Here each distinct
attribute becomes a class in one style block, which the response then permits by its hash.
"""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from html.parser import HTMLParser

_DROPPED = {"base", "button", "embed", "form", "iframe", "input", "link", "object", "select",
            "textarea"}  # fmt: skip
_DROPPED_WITH_CONTENT = {"script", "style", "noscript", "template"}
_DARK = "(prefers-color-scheme: dark)"
_DARK_RULES = {"dark": "all", "light": "not all"}
_URL_ATTRIBUTES = {"href", "src", "action", "formaction", "background", "ping", "srcset"}


@dataclass(frozen=True)
class Viewable:
    """A document to show, and the source expression that permits its style block."""

    html: str
    style_source: str


def viewable(html: str, *, inert: bool, theme: str = "") -> Viewable:
    """The mail as a document without style attributes, scripts, handlers, forms and images.

    With `inert` no link leads anywhere: for archives and previews, whose reader is not the person
    to whom the links belong. Otherwise links open in the whole window. `theme` is "light" or
    "dark" where the reader has chosen one; else the mail follows the system as it does elsewhere.
    """
    view = _View(inert=inert)
    view.feed(html)
    view.close()
    css = view.css()
    if theme in _DARK_RULES:
        css = css.replace(_DARK, _DARK_RULES[theme])
    digest = b64encode(sha256(css.encode()).digest()).decode()
    return Viewable(view.document(css), f"'sha256-{digest}'")


class _View(HTMLParser):
    def __init__(self, *, inert: bool) -> None:
        super().__init__(convert_charrefs=False)
        self.inert = inert
        self.parts: list[str] = []
        self.classes: dict[str, str] = {}
        self.blocks: list[str] = []
        self.inside = ""
        self.head_ends: int | None = None

    def css(self) -> str:
        """The classes first, so that the mail's own rules for dark mode still win over them."""
        rules = [f".{name}{{{style}}}" for style, name in self.classes.items()]
        return "\n".join([*rules, *self.blocks])

    def document(self, css: str) -> str:
        at = self.head_ends or 0
        style = f"<style>{css}</style>"
        return "".join([*self.parts[:at], style, *self.parts[at:]])

    def handle_decl(self, decl: str) -> None:
        self.parts.append(f"<!{decl}>")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED_WITH_CONTENT:
            self.inside = tag
        elif tag not in _DROPPED and not self.inside and not _redirects(tag, attrs):
            self.parts.append(f"<{tag}{self._attributes(tag, attrs)}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.inside == tag:
            self.inside = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == self.inside:
            self.inside = ""
        elif tag not in _DROPPED and not self.inside:
            if tag == "head":
                self.head_ends = len(self.parts)
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.inside == "style":
            self.blocks.append(data.replace("<", ""))
        elif not self.inside:
            self.parts.append(data)

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name};")

    def _reference(self, text: str) -> None:
        if not self.inside:
            self.parts.append(text)

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> str:
        kept = {name: value or "" for name, value in attrs if not name.startswith("on")}
        style = kept.pop("style", "").strip()
        if style and not set(style) & set("{}<@"):
            name = self.classes.setdefault(style, f"mail-{len(self.classes) + 1}")
            kept["class"] = f"{kept.get('class', '')} {name}".strip()
        links = tag == "a" and not self.inert and _leads_to_a_page(kept.get("href", ""))
        for name in _URL_ATTRIBUTES & kept.keys():
            if not (links and name == "href"):
                del kept[name]
        kept.pop("target", None)
        if links:
            kept |= {"target": "_top", "rel": "noopener noreferrer"}
        return "".join(f' {name}="{escape(value)}"' for name, value in kept.items())


def _leads_to_a_page(url: str) -> bool:
    return url.startswith(("https://", "http://", "mailto:"))


def _redirects(tag: str, attrs: list[tuple[str, str | None]]) -> bool:
    return tag == "meta" and any(name == "http-equiv" for name, _ in attrs)
