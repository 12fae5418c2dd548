"""Documents that are archives of XML: Word's and OpenDocument's."""

import io
import zipfile
import zlib
from collections.abc import Iterator

from recruiting.approvals.files import opendocument, word
from recruiting.approvals.files.reasons import Reason, Refused
from recruiting.approvals.files.sniffing import HEAD, ZIP, ZIP_END, Kind

ENTRIES_MAX = 2_000
UNFOLDED_MAX = 120 * 1024 * 1024
"""Bytes of all entries together."""

XML_MAX = 24 * 1024 * 1024
"""Bytes of one part in XML; a book has two."""

_ENTRY_RATIO = 300
"""So many times its size an entry may unfold into, past the first megabyte."""

_MEGABYTE = 1024 * 1024
_ARCHIVES = (".zip", ".jar", ".rar", ".7z", ".gz", ".tar", ".docx", ".docm", ".odt")


def kind_of(content: bytes) -> Kind:
    """Which document it is, once nothing speaks against it. Raises Refused."""
    _check_whole(content)
    with _opened(content) as package:
        _check_entries(package)
        names = set(package.namelist())
        if "[Content_Types].xml" in names:
            word.check(package)
            return Kind.DOCX
        if opendocument.is_text(package):
            opendocument.check(package)
            return Kind.ODT
        is_office = "mimetype" in names and "META-INF/manifest.xml" in names
    raise Refused(Reason.OFFICE if is_office else Reason.ARCHIVE)


def text_of(content: bytes, kind: Kind) -> str:
    """The words of a document that was checked."""
    with _opened(content) as package:
        return word.text(package) if kind == Kind.DOCX else opendocument.text(package)


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Refused(Reason.BROKEN) from None


def _check_whole(content: bytes) -> None:
    """An archive and nothing else: it begins with its first entry and ends with its directory."""
    end = content.rfind(ZIP_END)
    if end < 0:
        raise Refused(Reason.CUT_OFF)
    if len(content) < end + 22:
        raise Refused(Reason.CUT_OFF)
    if len(content) > end + 22 or b"%PDF-" in content[:HEAD]:
        raise Refused(Reason.TWO_KINDS)
    size = int.from_bytes(content[end + 12 : end + 16], "little")
    start = int.from_bytes(content[end + 16 : end + 20], "little")
    if start + size != end and start != 0xFFFFFFFF:
        raise Refused(Reason.TWO_KINDS)


def _check_entries(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    if len(entries) > ENTRIES_MAX:
        raise Refused(Reason.BOMB)
    names = [entry.filename.casefold() for entry in entries]
    if len(set(names)) < len(names):
        raise Refused(Reason.TWO_KINDS)
    unfolded = 0
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Refused(Reason.ENCRYPTED)
        if entry.filename.startswith(("/", "\\")) or ".." in entry.filename.split("/"):
            raise Refused(Reason.BROKEN)
        if entry.filename.casefold().endswith(_ARCHIVES):
            raise Refused(Reason.OBJECT)
        for chunk in _chunks(package, entry):
            unfolded += len(chunk)
            if unfolded > UNFOLDED_MAX:
                raise Refused(Reason.BOMB)


def _chunks(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """What an entry really holds, not what it says that it does."""
    allowed = max(_MEGABYTE, entry.compress_size * _ENTRY_RATIO)
    if entry.filename.casefold().endswith((".xml", ".rels")):
        allowed = min(allowed, XML_MAX)
    seen = 0
    try:
        with package.open(entry) as part:
            while chunk := part.read(64 * 1024):
                if not seen and chunk.startswith(ZIP):
                    raise Refused(Reason.OBJECT)
                seen += len(chunk)
                if seen > allowed:
                    raise Refused(Reason.BOMB)
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise Refused(Reason.BROKEN) from None
