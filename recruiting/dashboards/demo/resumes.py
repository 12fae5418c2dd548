"""Resumes of the demo: small PDFs with text, set by a few lines of code."""

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from pikepdf import Array, Dictionary, Name, Page, Pdf, Stream

from recruiting.approvals.files import child, preparing
from recruiting.approvals.files.checking import Checked
from recruiting.approvals.models import Resume, Submission
from recruiting.dashboards.demo.candidates.applicant import Applicant

WIDTH, HEIGHT = 595, 842
"""Of an A4 page, in points."""

LEFT, TOP, BOTTOM = 64, 770, 70
LINE = 90
"""Characters that fit beside the margins at the size of the text."""

_LOOKALIKES = str.maketrans("żŻńłŁśŚğĞıİşŞćęą", "zZnlLsSgGiIsScea")
"""What the fonts that every viewer has do not hold."""


@dataclass(frozen=True)
class Line:
    text: str
    size: int = 10
    is_bold: bool = False
    above: int = 0
    """Points left free before it."""


def upload_of(applicant: Applicant) -> SimpleUploadedFile | None:
    """What the candidate sent, as a form would bring it after its check, which asks a process of
    its own for each file and is not needed for ours. Nothing from who has no career."""
    if not applicant.career:
        return None
    name, (content, pages) = f"Resume {applicant.name}.pdf", pdf_of(applicant)
    upload = SimpleUploadedFile(name, content, content_type="application/pdf")
    digest = hashlib.sha256(content).hexdigest()
    upload.checked = Checked("pdf", pages, name, len(content), digest)  # type: ignore[attr-defined]
    return upload


def draw() -> None:
    """Make what is to be decided on readable at once; the others a worker draws in a moment."""
    undecided = Submission.objects.awaiting_decision().values("resume")
    for resume in Resume.objects.filter(pk__in=undecided, state=Resume.State.WAITING, tries=0):
        preparing.prepare(resume.pk, tries=0, ask=_shown)


def _shown(task: str, chunks: Iterable[bytes], folder: Path) -> dict[str, Any]:
    """By the same code as in that process, in this one."""
    return child.answer_to(task, b"".join(chunks), str(folder))


def pdf_of(applicant: Applicant) -> tuple[bytes, int]:
    """The same bytes each time, and how many pages they hold."""
    pdf = Pdf.new()
    fonts = Dictionary(
        R=pdf.make_indirect(_font("Helvetica")), B=pdf.make_indirect(_font("Helvetica-Bold"))
    )
    for drawn in _pages(list(_lines(applicant))):
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, WIDTH, HEIGHT]),
            Resources=Dictionary(Font=fonts),
            Contents=Stream(pdf, drawn),
        )
        pdf.pages.append(Page(page))
    file = io.BytesIO()
    pdf.save(file, static_id=True)
    return file.getvalue(), len(pdf.pages)


def _font(name: str) -> Dictionary:
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type1,
        BaseFont=Name(f"/{name}"),
        Encoding=Name.WinAnsiEncoding,
    )


def _lines(applicant: Applicant) -> Iterator[Line]:
    yield Line(applicant.name, 22, is_bold=True)
    yield Line(applicant.headline, 12, above=4)
    contact = [f"{applicant.name.split()[0].lower()}@mail.example", applicant.profile]
    yield Line("   ".join(one for one in contact if one), 9, above=6)
    yield Line("Experience", 13, is_bold=True, above=22)
    for post in applicant.career:
        yield Line(f"{post.title}, {post.place}", 11, is_bold=True, above=10)
        yield Line(post.years, 9, above=1)
        for did in post.did:
            yield from _wrapped(f"\u2022  {did}", above=3)
    if applicant.skills:
        yield Line("Skills", 13, is_bold=True, above=22)
        yield from _wrapped(", ".join(applicant.skills), above=6)
    yield Line("Availability", 13, is_bold=True, above=22)
    yield Line(applicant.notice, above=6)


def _wrapped(text: str, *, above: int) -> Iterator[Line]:
    row = ""
    for word in text.split(" "):
        if len(row) + len(word) > LINE:
            yield Line(row, above=above)
            row, above = f"    {word}", 1
        else:
            row = f"{row} {word}" if row else word
    yield Line(row, above=above)


def _pages(lines: Sequence[Line]) -> Iterator[bytes]:
    """The marks of each page, in the language of PDF."""
    drawn, y = [_rule(TOP + 34)], TOP
    for line in lines:
        y -= line.above + round(line.size * 1.3)
        if y < BOTTOM:
            yield b"\n".join(drawn)
            drawn, y = [], TOP - line.size
        drawn.append(_text(line, y))
    yield b"\n".join(drawn)


def _rule(y: int) -> bytes:
    return f"0.2 0.35 0.5 rg {LEFT} {y} {WIDTH - 2 * LEFT} 3 re f 0 g".encode()


def _text(line: Line, y: int) -> bytes:
    told = line.text.translate(_LOOKALIKES).encode("cp1252", "replace")
    for mark in (b"\\", b"(", b")"):
        told = told.replace(mark, b"\\" + mark)
    font = "B" if line.is_bold else "R"
    return f"BT /{font} {line.size} Tf {LEFT} {y} Td (".encode() + told + b") Tj ET"
