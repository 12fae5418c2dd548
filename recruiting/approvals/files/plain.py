"""Plain text, whatever made it: decoded, cleaned, bounded."""

import codecs
import re
import unicodedata

from recruiting.approvals.files.reasons import Reason, Refused

TEXT_MAX = 60_000
"""Characters of a resume that are kept to be read in place; the rest is in the original."""

_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
_BIDI = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_BLANK_LINES = re.compile(r"\n{3,}")


def decoded(content: bytes) -> str:
    """By its mark, else UTF-8, else as Windows writes in the west. Raises Refused for what is no
    text."""
    if content.startswith((b"\0\0", b"\xff\xfe\0\0")):
        raise Refused(Reason.OTHER)
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _words(_as(content, encoding))
    text = _as(content, "utf-8") or _as(content, "cp1252") or content.decode("latin-1")
    return _words(text)


def _as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _words(text: str) -> str:
    controls = sum(unicodedata.category(one) == "Cc" and one not in "\t\n\r\f" for one in text)
    if not text.strip() or controls:
        raise Refused(Reason.OTHER)
    return text


def cleaned(text: str) -> str:
    """To be shown: no control characters, no marks that turn text round, no great gaps."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").replace("\t", "  ")
    kept = "".join(
        one for one in lines[: 2 * TEXT_MAX]
        if one == "\n" or (one not in _BIDI and unicodedata.category(one) not in ("Cc", "Cs"))
    )  # fmt: skip
    stripped = "\n".join(line.rstrip() for line in kept.split("\n"))
    return _BLANK_LINES.sub("\n\n", stripped).strip()[:TEXT_MAX]
