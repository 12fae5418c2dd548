"""Reading the XML of a document as a stream: no entities, and never more than fits."""

import zipfile
from typing import IO
from xml.sax import ContentHandler, SAXException
from xml.sax.handler import feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl

import defusedxml.sax
from defusedxml import DefusedXmlException

from recruiting.approvals.files.reasons import Reason, Refused

ELEMENTS_MAX = 1_000_000
DEPTH_MAX = 200
Name = tuple[str | None, str]


class Walk(ContentHandler):
    """Counts elements and how deep they stand. `attributes` are by their local names, so
    that a prefix or a second spelling hides nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._elements = 0
        self._depth = 0

    def began(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins. `name` is without its namespace."""

    def ended(self, name: str) -> None:
        """An element ends."""

    def said(self, text: str) -> None:
        """Characters between elements."""

    def startElementNS(  # noqa: N802 - the name that the parser calls
        self, name: Name, qname: str | None, attrs: AttributesNSImpl
    ) -> None:
        self._elements += 1
        self._depth += 1
        if self._elements > ELEMENTS_MAX or self._depth > DEPTH_MAX:
            raise Refused(Reason.BOMB)
        self.began(name[1], {key[1]: value for key, value in attrs.items()})

    def endElementNS(self, name: Name, qname: str | None) -> None:  # noqa: N802
        self._depth -= 1
        self.ended(name[1])

    def characters(self, content: str) -> None:
        self.said(content)


def walk(source: IO[bytes], handler: Walk) -> None:
    """Raises Refused for XML that declares anything of its own, or is none."""
    parser = defusedxml.sax.make_parser()
    parser.forbid_dtd = True
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(handler)
    try:
        parser.parse(source)
    except DefusedXmlException:
        raise Refused(Reason.BOMB) from None
    except SAXException:
        raise Refused(Reason.BROKEN) from None


def walk_part(package: zipfile.ZipFile, name: str, handler: Walk) -> None:
    """The same for one part of a document. Raises Refused for a document without it."""
    try:
        part = package.open(name)
    except KeyError:
        raise Refused(Reason.BROKEN) from None
    with part:
        walk(part, handler)


class Lines(Walk):
    """Gathers the words of paragraphs. It stops at `longest` characters, which is no error."""

    def __init__(self, longest: int) -> None:
        super().__init__()
        self._longest = longest
        self._length = 0
        self._parts: list[str] = []

    def add(self, text: str) -> None:
        if self._length < self._longest:
            self._parts.append(text)
            self._length += len(text)

    @property
    def text(self) -> str:
        return "".join(self._parts)
