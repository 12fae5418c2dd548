"""Word's documents (DOCX): what may not stand in one, and its words."""

import re
import zipfile

from recruiting.approvals.files.plain import TEXT_MAX
from recruiting.approvals.files.reasons import Reason, Refused
from recruiting.approvals.files.xmlwalk import Lines, Walk, walk_part

DOCUMENT = "word/document.xml"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"

_LINKS = ("hyperlink",)
"""Relations that may lead out of a document: they wait for a click."""

_LOCAL_TEMPLATE = re.compile(r"file:///[A-Za-z]:|[A-Za-z]:[\\/]|[\w .-]+\.dot[xm]?$", re.ASCII)
"""A template on the writer's own disk, which Word notes in what was made from it. It leads nowhere
on another machine, unlike one that is fetched from a server."""

_FIELDS = re.compile(r"\s*(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE\s+\"?\\\\)\b", re.IGNORECASE)
_HEADERS = re.compile(r"word/header\d*\.xml")


def check(package: zipfile.ZipFile) -> None:
    """Raises Refused for macros, foreign objects, and what is fetched from elsewhere."""
    for name in package.namelist():
        _check_name(name.casefold())
    types = _Types()
    walk_part(package, "[Content_Types].xml", types)
    if _MAIN not in types.found or DOCUMENT not in package.namelist():
        raise Refused(Reason.OFFICE)
    for name in package.namelist():
        if name.casefold().endswith(".rels"):
            walk_part(package, name, _Relations())
        elif name.casefold().endswith(".xml"):
            walk_part(package, name, _Fields())


def text(package: zipfile.ZipFile) -> str:
    """Headers first, since names stand there, then the document."""
    names = sorted(one for one in package.namelist() if _HEADERS.fullmatch(one))
    words = []
    for name in [*names, DOCUMENT]:
        lines = _Words(TEXT_MAX)
        walk_part(package, name, lines)
        if lines.text.strip() and lines.text not in words:
            words.append(lines.text)
    return "\n".join(words)


def _check_name(name: str) -> None:
    if "vbaproject" in name or "vbadata" in name or name.startswith("customui/"):
        raise Refused(Reason.MACRO)
    if "/embeddings/" in name or "/activex/" in name or name.endswith((".ole", ".exe", ".htm")):
        raise Refused(Reason.OBJECT)


class _Types(Walk):
    """The content types that a document declares."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def began(self, name: str, attributes: dict[str, str]) -> None:
        declared = attributes.get("ContentType", "")
        lower = declared.casefold()
        if "macroenabled" in lower or "vbaproject" in lower:
            raise Refused(Reason.MACRO)
        if "oleobject" in lower or "activex" in lower:
            raise Refused(Reason.OBJECT)
        if name == "Override":
            self.found.add(declared)


class _Relations(Walk):
    """To what a part is related."""

    def began(self, name: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2].casefold()
        target = attributes.get("Target", "")
        if kind in ("vbaproject", "wordvbadata", "keymapcustomizations", "ui/extensibility"):
            raise Refused(Reason.MACRO)
        if kind in ("oleobject", "package", "control", "activexcontrolbinary", "afchunk"):
            raise Refused(Reason.OBJECT)
        if attributes.get("TargetMode", "").casefold() != "external" or kind in _LINKS:
            return
        if kind == "attachedtemplate" and _LOCAL_TEMPLATE.match(target):
            return
        raise Refused(Reason.REMOTE)


class _Fields(Walk):
    """Field codes, which may be written in pieces."""

    def __init__(self) -> None:
        super().__init__()
        self._code: list[str] = []
        self._inside = False

    def began(self, name: str, attributes: dict[str, str]) -> None:
        if name == "fldSimple":
            _check_field(attributes.get("instr", ""))
        elif name == "fldChar":
            self._ends()
        self._inside = name == "instrText"

    def ended(self, name: str) -> None:
        self._inside = False
        if name in ("p", "document"):
            self._ends()

    def said(self, text: str) -> None:
        if self._inside:
            self._code.append(text)

    def _ends(self) -> None:
        _check_field("".join(self._code))
        self._code.clear()


def _check_field(code: str) -> None:
    if _FIELDS.match(code):
        raise Refused(Reason.REMOTE)


class _Words(Lines):
    """Paragraphs as lines. What was deleted and what is written twice for older Words is not
    told."""

    def __init__(self, longest: int) -> None:
        super().__init__(longest)
        self._older = 0
        self._inside = False

    def began(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Fallback":
            self._older += 1
        self._inside = name == "t" and not self._older
        if self._older:
            return
        if name in ("br", "cr"):
            self.add("\n")
        elif name == "tab":
            self.add("\t")
        elif name == "numPr":
            self.add("• ")

    def ended(self, name: str) -> None:
        self._inside = False
        if name == "Fallback":
            self._older -= 1
        elif name == "p" and not self._older:
            self.add("\n")

    def said(self, text: str) -> None:
        if self._inside:
            self.add(text)
