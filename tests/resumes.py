"""Resumes and other files, made for tests: whole, broken and hostile ones."""

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from pikepdf import Array, Dictionary, Name, Pdf, String

A4 = (595, 842)
WORDS = "Seven years of Kafka"

Change = Callable[[Pdf], None]


def pdf(
    *changes: Change,
    words: str = WORDS,
    pages: int = 1,
    size: tuple[float, float] = A4,
    **saved: Any,
) -> bytes:
    """A PDF of so many pages that say `words` and their number. Each change is done to it before
    it is saved; `saved` are options of saving."""
    made = pikepdf.new()
    font = made.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    )
    for number in range(1, pages + 1):
        made.add_blank_page(page_size=size)
        page = made.pages[-1]
        page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
        line = f"BT /F1 18 Tf 60 {size[1] - 90} Td ({words}, page {number}) Tj ET"
        page.obj.Contents = made.make_stream(line.encode("latin-1"))
    for change in changes:
        change(made)
    file = io.BytesIO()
    made.save(file, deterministic_id="encryption" not in saved, **saved)
    return file.getvalue()


def rooted(**entries: Any) -> Change:
    """Entries of the catalogue of a PDF."""

    def change(made: Pdf) -> None:
        for key, value in entries.items():
            made.Root[f"/{key}"] = value

    return change


def annotated(annotation: Dictionary) -> Change:
    """Something on the first page that can be clicked."""

    def change(made: Pdf) -> None:
        annotation.Type, annotation.Rect = Name.Annot, Array([60, 700, 200, 720])
        made.pages[0].obj.Annots = Array([made.make_indirect(annotation)])

    return change


def link(address: str) -> Change:
    action = Dictionary(S=Name.URI, URI=String(address))
    return annotated(Dictionary(Subtype=Name.Link, A=action))


def archive(parts: Mapping[str, str | bytes], *, first: str = "") -> bytes:
    """A zip of these parts; `first` stands first and is stored as it is."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(parts, key=lambda one: one != first):
            how = zipfile.ZIP_STORED if name == first else zipfile.ZIP_DEFLATED
            package.writestr(zipfile.ZipInfo(name), parts[name], how)
    return file.getvalue()


_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def relations(*rows: tuple[str, str, str]) -> str:
    """Of a Word document: kind, target, mode."""
    lines = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/{kind}" Target="{target}"'
        f'{f" TargetMode={mode!r}" if mode else ""}/>'
        for number, (kind, target, mode) in enumerate(rows)
    )  # fmt: skip
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def docx(
    more: Mapping[str, str | bytes] | None = None,
    *,
    words: str = WORDS,
    body: str = "",
    types: str = "",
    main: str = _MAIN,
) -> bytes:
    """A Word document that says `words`, with `body` after them and `more` parts."""
    written = "".join(
        f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in words.splitlines()
    )  # fmt: skip
    return archive(
        {
            "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/>{types}</Types>',
            "_rels/.rels": relations(("officeDocument", "word/document.xml", "")),
            "word/document.xml": f'{_XML}<w:document xmlns:w="{_W}"><w:body>{written}{body}'
            "</w:body></w:document>",
            **(more or {}),
        },
        first="[Content_Types].xml",
    )


_ODF = "urn:oasis:names:tc:opendocument:xmlns"


def odt(
    more: Mapping[str, str | bytes] | None = None,
    *,
    words: str = WORDS,
    body: str = "",
    manifest: str = "",
    mimetype: str = "application/vnd.oasis.opendocument.text",
) -> bytes:
    """An OpenDocument text that says `words`, with `body` after them and `more` parts."""
    written = "".join(f"<text:p>{line}</text:p>" for line in words.splitlines())
    return archive(
        {
            "mimetype": mimetype,
            "META-INF/manifest.xml": f"{_XML}<manifest:manifest"
            f' xmlns:manifest="{_ODF}:manifest:1.0"><manifest:file-entry'
            f' manifest:full-path="/" manifest:media-type="{mimetype}">'
            f"{manifest}</manifest:file-entry></manifest:manifest>",
            "content.xml": f'{_XML}<office:document-content xmlns:office="{_ODF}:office:1.0"'
            f' xmlns:text="{_ODF}:text:1.0" xmlns:script="{_ODF}:script:1.0"'
            f' xmlns:draw="{_ODF}:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink">'
            f"<office:body><office:text>{written}{body}</office:text></office:body>"
            "</office:document-content>",
            **(more or {}),
        },
        first="mimetype",
    )


def upload(content: bytes, name: str = "resume.pdf") -> SimpleUploadedFile:
    """As a browser sends it, which claims what it likes of the type."""
    return SimpleUploadedFile(name, content, content_type="application/pdf")
