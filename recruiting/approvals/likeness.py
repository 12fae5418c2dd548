"""When two texts mean the same person or thing: names, addresses, words. Pure."""

import re
import unicodedata
from urllib.parse import parse_qsl, urlencode, urlsplit

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters that Unicode does not take apart."""

_WORD = re.compile(r"[^\W_]+")
_TRACKING = re.compile(r"utm_\w+|trk|ref|fbclid|gclid")
_LOCAL_HOST = re.compile(r"^(?:www|m|[a-z]{2})\.(?=linkedin\.com$|xing\.com$)|^www\.")


def plain(text: str) -> str:
    """In small letters without accents: "Kovač" and "KOVAC" are the same."""
    parts = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(char for char in parts if not unicodedata.combining(char))


def words_of(text: str) -> list[str]:
    """Its words, plain, in their order."""
    return _WORD.findall(plain(text))


def name_key(name: str) -> str:
    """The same for "Maria Kovač", "kovac, maria" and "KOVAC Maria"."""
    return " ".join(sorted(words_of(name)))


def address_key(address: str) -> str:
    """The same for an address however it was copied: without its scheme, "www.", a slash at its
    end, and what only tells where somebody clicked. Empty for what is no address."""
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return ""
    if not host:
        return ""
    asked = [pair for pair in parse_qsl(parts.query) if not _TRACKING.fullmatch(pair[0].lower())]
    query = f"?{urlencode(asked)}" if asked else ""
    return _LOCAL_HOST.sub("", host) + parts.path.rstrip("/").lower() + query
