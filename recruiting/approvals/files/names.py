"""What a file is called when it is downloaded. Nowhere else is its name used."""

import re
import unicodedata

NAME_MAX = 120
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*]')
_HIDDEN = ("Cf", "Cs", "Co", "Cn")
"""Marks that turn text round, and what stands for no character."""

_KNOWN = (
    "pdf", "docx", "docm", "dotx", "doc", "odt", "txt", "text", "rtf", "pages", "html", "htm",
    "svg", "xml", "zip", "exe", "com", "bat", "cmd", "scr", "js", "vbs", "lnk", "jar", "php", "sh",
)  # fmt: skip


def clean_name(name: str, kind: str) -> str:
    """Its last part, without what no name may hold, ending as what the file is."""
    parts = [part for part in re.split(r"[/\\]", name) if part.strip(". ")]
    stem = "".join(" " if _is_space(one) else one for one in (parts or [""])[-1])
    stem = "".join(one for one in stem if unicodedata.category(one) not in _HIDDEN)
    stem = " ".join(_NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", stem)).split())
    while stem.rpartition(".")[2].casefold() in _KNOWN and "." in stem:
        stem = stem.rpartition(".")[0].rstrip(". ")
    return f"{stem.strip('. ')[: NAME_MAX - len(kind) - 1].rstrip('. ') or 'resume'}.{kind}"


def _is_space(one: str) -> bool:
    return unicodedata.category(one) in ("Cc", "Zs", "Zl", "Zp")
