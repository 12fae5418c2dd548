"""What makes a row of a file the same opening as one that was imported before."""

import hashlib
import json
import unicodedata
import uuid
from datetime import date
from functools import lru_cache

# Kinds of dashes, quotes and spaces differ between exports of the same opening.
_PLAIN = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "‐": "-", "‘": "'", "’": "'", "“": '"', "”": '"'}
)


def import_key(
    client_id: uuid.UUID,
    source: str,
    *,
    external_id: str = "",
    title: str = "",
    employer: str = "",
    opened_on: date | None = None,
    link: str = "",
) -> str:
    """SHA-256 in hex: of source and external id, or without an id of what describes the opening.

    Without an id the source does not count: the same row is the same opening however the file is
    called.
    """
    if external_id:
        parts = [str(client_id), "id", normal(source), normal(external_id)]
    else:
        day = opened_on.isoformat() if opened_on else ""
        parts = [str(client_id), "row", normal(title), normal(employer), day, _normal_link(link)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@lru_cache(maxsize=4096)  # a pasted round compares each of its rows with each requisition
def normal(text: str) -> str:
    """Letters as they compare: no case, one kind of dash and quote, single spaces."""
    folded = unicodedata.normalize("NFKC", text).translate(_PLAIN).casefold()
    return " ".join(folded.split())


def _normal_link(link: str) -> str:
    """The host does not care for case, nor the reader for http or a final slash."""
    scheme, mark, rest = link.strip().partition("://")
    host, slash, path = (rest if mark else scheme).partition("/")
    return f"{host.lower()}{slash}{path}".rstrip("/")
