"""What a file is by what stands in it. Its name and what the browser says of it are not asked."""

import re
from enum import StrEnum

from recruiting.approvals.files.reasons import Reason, Refused


class Kind(StrEnum):
    """Kinds that are taken; the values are those of `Resume.Kind`."""

    PDF = "pdf"
    DOCX = "docx"
    ODT = "odt"
    TXT = "txt"


HEAD = 1024
"""Bytes in which a reader looks for what a file begins with."""

ZIP = b"PK\x03\x04"
ZIP_END = b"PK\x05\x06"
ZIP_TAIL = 22 + 65_535
"""Bytes from the end in which the directory of an archive has its last record."""

_BLANK = b"\xef\xbb\xbf \t\r\n\f"

_BEGINNINGS: list[tuple[bytes, Reason]] = [
    (b"{\\rt", Reason.RICH_TEXT),
    (b"\x89PNG\r\n", Reason.PICTURE),
    (b"\xff\xd8\xff", Reason.PICTURE),
    (b"GIF8", Reason.PICTURE),
    (b"II*\0", Reason.PICTURE),
    (b"MM\0*", Reason.PICTURE),
    (b"BM", Reason.PICTURE),
    (b"RIFF", Reason.PICTURE),
    (b"PK", Reason.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", Reason.ARCHIVE),
    (b"Rar!", Reason.ARCHIVE),
    (b"\x1f\x8b", Reason.ARCHIVE),
    (b"BZh", Reason.ARCHIVE),
    (b"\xfd7zXZ\0", Reason.ARCHIVE),
    (b"MZ", Reason.PROGRAM),
    (b"\x7fELF", Reason.PROGRAM),
    (b"\xca\xfe\xba\xbe", Reason.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Reason.PROGRAM),
    (b"#!", Reason.PROGRAM),
    (b"%!PS", Reason.OTHER),
]
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED_OFFICE = "EncryptedPackage".encode("utf-16le")
_HIDDEN_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")
_DRAWING = re.compile(rb"<(?:[\w-]+:)?svg[\s>]", re.IGNORECASE)
_MARKUP = re.compile(
    rb"<(?:!doctype|html|head|body|script|iframe|object|embed|style|title|div|table|meta|base"
    rb"|form|img|\?php|\?xml|%@)[\s/>]",
    re.IGNORECASE,
)
_MAILED_PAGE = re.compile(rb"mime-version:\s|content-type:\s*multipart/", re.IGNORECASE)


def kind_of(content: bytes) -> Kind | None:
    """PDF, TXT, or None for an archive, which may be a document. Raises Refused."""
    if not content.strip(_BLANK + b"\0"):
        raise Refused(Reason.EMPTY)
    head = content[:HEAD]
    if head.lstrip(_BLANK).startswith(b"%PDF-"):
        check_single(content)
        return Kind.PDF
    if b"%PDF-" in head:
        raise Refused(Reason.TWO_KINDS)
    if head.startswith(ZIP):
        return None
    if head.startswith(_OLE):
        locked = _LOCKED_OFFICE in content
        raise Refused(Reason.ENCRYPTED if locked else Reason.OLD_WORD)
    for beginning, reason in _BEGINNINGS:
        if head.startswith(beginning) and not (len(beginning) == 2 and _is_words(head)):
            raise Refused(reason)
    if content[257:262] == b"ustar":
        raise Refused(Reason.ARCHIVE)
    if content[4:8] == b"ftyp":
        raise Refused(Reason.PICTURE)
    check_single(content)
    return Kind.TXT


def check_single(content: bytes) -> None:
    """Raises Refused for what another program would take for an archive, a page or a drawing."""
    head = content[:HEAD].replace(b"\0", b"")  # markup in UTF-16 as well
    if _DRAWING.search(head):
        raise Refused(Reason.TWO_KINDS if head.startswith(b"%PDF-") else Reason.DRAWING)
    if _MARKUP.search(head) or _MAILED_PAGE.match(head):
        raise Refused(Reason.TWO_KINDS if head.startswith(b"%PDF-") else Reason.WEB_PAGE)
    if ZIP_END in content[-ZIP_TAIL:] or any(one in content for one in _HIDDEN_ARCHIVES):
        raise Refused(Reason.TWO_KINDS)


def _is_words(head: bytes) -> bool:
    """A text may begin with "BMW" or "MZ"; a picture or a program holds other bytes."""
    return not any(byte < 9 or 13 < byte < 32 for byte in head) and not head.startswith(b"#!")
