"""PDF: what may not stand in one, its pages as images, and its words. Runs in `child` alone."""

import io
import re
import zlib
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

from recruiting.approvals.files.plain import TEXT_MAX
from recruiting.approvals.files.reasons import Reason, Refused
from recruiting.approvals.files.sniffing import HEAD

PAGES_MAX = 1_000
PAGES_SHOWN = 20
"""Pages that are shown in place; the rest is in the original."""

PAGE_POINTS_MAX = 14_400
"""The longest side of a page, in points: five metres, what PDF itself allows."""

OBJECTS_MAX = 100_000
VALUES_MAX = 3_000_000
IMAGE_PIXELS_MAX = 100_000_000
STREAM_MAX = 64 * 1024 * 1024
"""Bytes into which one stream may unfold that is no image."""

STREAMS_MAX = 256 * 1024 * 1024

WIDTH, HEIGHT_MAX = 1_240, 3_508
"""Pixels of a page's image: A4 at 150 dots an inch, and twice its height for long ones."""

QUALITY = 82

_END = re.compile(rb"startxref\s+\d+\s+%%EOF[\s\0]*\Z")
_KEYS = {
    "/JS": Reason.SCRIPT,
    "/JavaScript": Reason.SCRIPT,
    "/EmbeddedFiles": Reason.ATTACHMENT,
    "/EF": Reason.ATTACHMENT,
    "/XFA": Reason.FORM,
    "/RichMediaContent": Reason.MEDIA,
    "/RichMediaSettings": Reason.MEDIA,
}
_ACTIONS = {
    "/JavaScript": Reason.SCRIPT,
    "/Launch": Reason.LAUNCH,
    "/GoToE": Reason.LAUNCH,
    "/GoToR": Reason.LAUNCH,
    "/ImportData": Reason.FORM,
    "/SubmitForm": Reason.FORM,
    "/Rendition": Reason.MEDIA,
    "/Movie": Reason.MEDIA,
    "/Sound": Reason.MEDIA,
    "/RichMediaExecute": Reason.MEDIA,
}
_SUBTYPES = {
    "/FileAttachment": Reason.ATTACHMENT,
    "/RichMedia": Reason.MEDIA,
    "/Movie": Reason.MEDIA,
    "/Sound": Reason.MEDIA,
    "/Screen": Reason.MEDIA,
    "/3D": Reason.MEDIA,
}


def check(content: bytes) -> int:
    """How many pages it has. Raises Refused for what has none or may act, or unfolds endlessly."""
    _check_end(content)
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise Refused(Reason.ENCRYPTED)
            if len(pdf.objects) > OBJECTS_MAX:
                raise Refused(Reason.BOMB)
            _check_objects(pdf)
            count = _check_pages(pdf)
            if any("reconstruct" in one for one in pdf.get_warnings()):
                raise Refused(Reason.BROKEN)
    except pikepdf.PasswordError:
        raise Refused(Reason.ENCRYPTED) from None
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError, RuntimeError):
        raise Refused(Reason.BROKEN) from None
    with _opened(content) as shown:
        if len(shown) != count:
            raise Refused(Reason.TWO_KINDS)  # two readers see two documents
    return count


def _check_end(content: bytes) -> None:
    last = content.rfind(b"%%EOF")
    if last < 0 or b"startxref" not in content[max(0, last - 64) : last]:
        raise Refused(Reason.CUT_OFF)
    if not _END.search(content[max(0, last - 64) :]):
        # A PDF for the web holds an end near its beginning as well: this one stops before the last.
        is_short = b"/Linearized" in content[:HEAD]
        raise Refused(Reason.CUT_OFF if is_short else Reason.TWO_KINDS)


def _check_pages(pdf: pikepdf.Pdf) -> int:
    count = len(pdf.pages)
    if count == 0:
        raise Refused(Reason.BROKEN)
    if count > PAGES_MAX:
        raise Refused(Reason.BOMB)
    for page in pdf.pages:
        left, bottom, right, top = (float(one) for one in page.mediabox)
        unit = float(page.obj.get("/UserUnit", 1))
        if max(abs(right - left), abs(top - bottom)) * max(unit, 1) > PAGE_POINTS_MAX:
            raise Refused(Reason.BOMB)
    return count


def _check_objects(pdf: pikepdf.Pdf) -> None:
    """Every object of the file, those in object streams and those that nothing refers to too."""
    values = unfolded = 0
    for top in pdf.objects:
        if isinstance(top, pikepdf.Stream):
            unfolded += _check_stream(top)
            if unfolded > STREAMS_MAX:
                raise Refused(Reason.BOMB)
        waiting: list[Any] = [top]
        while waiting:
            one = waiting.pop()
            values += 1
            if values > VALUES_MAX:
                raise Refused(Reason.BOMB)
            if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
                inside = dict(one.items())
                _check_dictionary(inside)
                parts = list(inside.values())
            elif isinstance(one, pikepdf.Array):
                parts = list(one)
            else:
                continue
            waiting += [
                part for part in parts
                if isinstance(part, pikepdf.Dictionary | pikepdf.Array)
                and not part.is_indirect
            ]  # fmt: skip


def _check_dictionary(inside: dict[str, Any]) -> None:
    for key in inside.keys() & _KEYS.keys():
        raise Refused(_KEYS[key])
    for key, words in (("/S", _ACTIONS), ("/Subtype", _SUBTYPES)):
        if (reason := words.get(str(inside.get(key, "")))) is not None:
            raise Refused(reason)
    if str(inside.get("/Type", "")) == "/EmbeddedFile":
        raise Refused(Reason.ATTACHMENT)


def _check_stream(stream: pikepdf.Stream) -> int:
    """Bytes into which it unfolds. An image unfolds into its pixels, which it declares."""
    if str(stream.get("/Subtype", "")) == "/Image":
        if int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) > IMAGE_PIXELS_MAX:
            raise Refused(Reason.BOMB)
        return 0
    filters: Any = stream.get("/Filter", [])
    names = [str(filters)] if isinstance(filters, pikepdf.Name) else [str(one) for one in filters]
    content = stream.read_raw_bytes()
    for name in names[:4]:
        if name not in ("/FlateDecode", "/Fl"):
            break
        content = _inflated(content)
    return len(content)


def _inflated(content: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        unfolded = unpacker.decompress(content, STREAM_MAX)
    except zlib.error:
        return b""  # readers leave out such a stream as well
    if unpacker.unconsumed_tail:
        raise Refused(Reason.BOMB)
    return unfolded


def _opened(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        raise Refused(Reason.BROKEN) from None


def draw(content: bytes, folder: Path) -> dict[str, Any]:
    """Write the images of its first pages into `folder`; say their sizes and the words on them."""
    sizes: list[tuple[int, int]] = []
    words: list[str] = []
    with _opened(content) as pdf:
        for number in range(min(len(pdf), PAGES_SHOWN)):
            page = pdf[number]
            width, height = page.get_size()
            scale = min(WIDTH / max(width, 1), HEIGHT_MAX / max(height, 1))
            image = page.render(scale=scale, may_draw_forms=False).to_pil()
            image.save(folder / f"{number + 1}.webp", "WEBP", quality=QUALITY, method=3)
            sizes.append(image.size)
            words.append(page.get_textpage().get_text_bounded()[:TEXT_MAX])
            page.close()
        return {"count": len(pdf), "sizes": sizes, "text": "\n\n".join(words)}
