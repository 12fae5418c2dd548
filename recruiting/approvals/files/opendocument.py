"""OpenDocument texts (ODT): what may not stand in one, and its words."""

import re
import zipfile

from recruiting.approvals.files.plain import TEXT_MAX
from recruiting.approvals.files.reasons import Reason, Refused
from recruiting.approvals.files.xmlwalk import Lines, Walk, walk_part

MIMETYPE = b"application/vnd.oasis.opendocument.text"
_MANIFEST = "META-INF/manifest.xml"
_CODE = ("basic/", "scripts/", "dialogs/", "configurations2/scripts/")
_ACTS = re.compile(
    r"\s*(?:javascript|vbscript|data|macro|script|vnd\.sun\.star\.\w+):", re.IGNORECASE
)
_ELSEWHERE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]+:|//|\\\\)", re.IGNORECASE)


def is_text(package: zipfile.ZipFile) -> bool:
    """Whether it says in its first entry, as it must, that it is one."""
    first = package.infolist()[:1]
    return bool(first) and first[0].filename == "mimetype" and package.read("mimetype") == MIMETYPE


def check(package: zipfile.ZipFile) -> None:
    """Raises Refused for passwords, macros, foreign objects, and what is fetched from elsewhere."""
    if any(name.casefold().startswith(_CODE) for name in package.namelist()):
        raise Refused(Reason.MACRO)
    walk_part(package, _MANIFEST, _Manifest())
    for entry in package.infolist():
        if entry.filename.casefold().endswith(".xml") and entry.file_size:  # some are left empty
            walk_part(package, entry.filename, _Content())
    if "content.xml" not in package.namelist():
        raise Refused(Reason.BROKEN)


def text(package: zipfile.ZipFile) -> str:
    lines = _Words(TEXT_MAX)
    walk_part(package, "content.xml", lines)
    return lines.text


class _Manifest(Walk):
    """What a document says that it is made of."""

    def began(self, name: str, attributes: dict[str, str]) -> None:
        if name == "encryption-data":
            raise Refused(Reason.ENCRYPTED)
        if "oleobject" in attributes.get("media-type", "").casefold():
            raise Refused(Reason.OBJECT)


class _Content(Walk):
    def began(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("script", "event-listener", "applet"):
            raise Refused(Reason.SCRIPT)
        if name in ("object-ole", "plugin", "floating-frame"):
            raise Refused(Reason.OBJECT)
        if name.startswith("dde-"):
            raise Refused(Reason.REMOTE)
        target = attributes.get("href", "")
        if _ACTS.match(target):
            raise Refused(Reason.SCRIPT)
        if name != "a" and _ELSEWHERE.match(target):
            raise Refused(Reason.REMOTE)


class _Words(Lines):
    """Paragraphs as lines; notes and tracked deletions are left out."""

    def __init__(self, longest: int) -> None:
        super().__init__(longest)
        self._left_out = 0
        self._inside = 0

    def began(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("tracked-changes", "annotation"):
            self._left_out += 1
        if self._left_out:
            return
        if name in ("p", "h"):
            self._inside += 1
        elif name == "list-item":
            self.add("• ")
        elif name == "tab":
            self.add("\t")
        elif name == "line-break":
            self.add("\n")
        elif name == "s":
            count = attributes.get("c", "1")
            self.add(" " * min(int(count) if count.isdecimal() else 1, 40))

    def ended(self, name: str) -> None:
        if name in ("tracked-changes", "annotation"):
            self._left_out -= 1
        elif name in ("p", "h") and not self._left_out:
            self._inside -= 1
            self.add("\n")

    def said(self, text: str) -> None:
        if self._inside and not self._left_out:
            self.add(text)
