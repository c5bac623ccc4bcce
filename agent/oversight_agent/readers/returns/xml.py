"""A census return in XML as a stream of records, of which only the named elements are kept.

Rules kept here:

1. XML is hostile until it is read. A document type, and with it every entity, is refused by
   defusedxml at its first line; nothing outside the file is ever opened.
2. The file is read in pieces. No more than one record is held, whatever the file's size: a token,
   a text, a value, a record, the depth, the names and the elements each have a limit.
3. What is not named is not kept: an element that nobody asked for is passed over with all that it
   holds, and so is text between elements. Names and dates of birth are never in a record.
4. Elements are compared without prefix and without regard to case, which changed over the years.
5. The parser's own messages are not passed on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import create_parser

from oversight_agent.problems import SourceError
from oversight_agent.readers.request import Request
from oversight_agent.sources import check_file, read_start, too_large

_PIECE = 64 * 1024


@dataclass(frozen=True)
class XmlLimits:
    """The most that a return may hold, far above what one holds.

    Attributes:
        depth: elements inside each other.
        names: different names of elements and attributes; the parser remembers each.
        token: bytes without any element or text, as one tag or comment may take.
        text: characters of one text.
        value: characters of a text that is kept.
        record: elements that are kept of one record.
    """

    depth: int = 64
    names: int = 1_000
    token: int = 1024 * 1024
    text: int = 100_000
    value: int = 1_000
    record: int = 100_000


XML_LIMITS = XmlLimits()


@dataclass(frozen=True)
class Layout:
    """Which elements are kept. All names are in lower case.

    Attributes:
        record: the element that is one record.
        groups: those inside a record that hold others.
        values: those inside a record, or inside its groups, that hold a text.
        header: those before the records that hold a text.
    """

    record: str
    groups: frozenset[str]
    values: frozenset[str]
    header: frozenset[str] = frozenset({"collection", "year", "referencedate"})


@dataclass
class Element:
    """An element that was kept, with those kept inside it.

    Attributes:
        line: the line on which it starts, from 1.
    """

    name: str
    line: int
    text: str = field(default="", repr=False)
    inside: list[Element] = field(default_factory=list, repr=False)

    def value(self, *names: str) -> str:
        """The trimmed text of the first element of these names that has one, or nothing."""
        texts = (one.text.strip() for name in names for one in self.all(name))
        return next(filter(None, texts), "")

    def all(self, name: str) -> Iterator[Element]:
        """The elements of a name that stand directly in this one."""
        return (one for one in self.inside if one.name == name)


class _Parser(Protocol):
    def setContentHandler(self, handler: ContentHandler) -> None: ...  # noqa: N802 (SAX)
    def getLineNumber(self) -> int: ...  # noqa: N802
    def feed(self, data: bytes) -> None: ...
    def close(self) -> None: ...


class Return:
    """A return as it is read; what its header says is known when the records are through.

    Attributes:
        header: the header's values by name.
    """

    def __init__(self, request: Request, layout: Layout, limits: XmlLimits = XML_LIMITS) -> None:
        self._request = request
        self._parser: _Parser = create_parser(forbid_dtd=True)
        self._handler = _Handler(self._parser, request, layout, limits)
        self._parser.setContentHandler(self._handler)
        self.header = self._handler.header

    def records(self) -> Iterator[Element]:
        """Each record, in the file's order.

        Raises:
            InputError: the file is missing, too large, not sound XML, or passes a limit.
        """
        self._parse(b"")
        for piece in _pieces(self._request):
            self._parse(piece)
            self._handler.check_token(len(piece))
            yield from self._handler.take()
        self._parse(None)
        yield from self._handler.take()

    def _parse(self, piece: bytes | None) -> None:
        try:
            if piece is None:
                self._parser.close()
            else:
                self._parser.feed(piece)
        except DefusedXmlException:
            raise self._hostile() from None
        except (SAXException, LookupError, ValueError):
            raise self._unsound() from None

    def _hostile(self) -> SourceError:
        return SourceError(
            "the XML declares a document type or entities",
            file=self._request.name,
            row=self._parser.getLineNumber(),
            expected="a return without a document type: none has one, and it can do harm",
            advice="export the return again from the system that makes it",
        )

    def _unsound(self) -> SourceError:
        return SourceError(
            "the XML is cut off, damaged or in another encoding than it says",
            file=self._request.name,
            row=self._parser.getLineNumber(),
            expected="sound XML, as the census collects it",
            advice="export the return again, whole; do not edit it by hand",
        )


def _pieces(request: Request) -> Iterator[bytes]:
    check_file(request.path, request.name, request.limits.bytes)
    read_start(request.path, request.name, 1)  # tells what hinders reading
    size = 0
    try:
        with request.path.open("rb") as file:
            while piece := file.read(_PIECE):
                size += len(piece)
                if size > request.limits.bytes:
                    raise too_large(request.name, request.limits.bytes)
                yield piece
    except OSError:
        raise SourceError(
            "the file could not be read to its end",
            file=request.name,
            advice="check its disk, then try again",
        ) from None


class _Handler(ContentHandler):
    """Keeps what the layout names, and the limits."""

    def __init__(
        self, parser: _Parser, request: Request, layout: Layout, limits: XmlLimits
    ) -> None:
        super().__init__()
        self.header: dict[str, str] = {}
        self._parser, self._request, self._layout, self._limits = parser, request, layout, limits
        self._open: list[Element | None] = []
        self._ready: list[Element] = []
        self._names: set[str] = set()
        self._elements = self._kept = self._text = self._quiet = 0

    def take(self) -> list[Element]:
        """The records that are complete, each once."""
        ready, self._ready = self._ready, []
        return ready

    def check_token(self, size: int) -> None:
        """Refuse a token that goes on and on; call it after each piece."""
        self._quiet += size
        self._check(self._quiet <= self._limits.token, "a tag or comment has no end")

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 (SAX)
        """Open an element."""
        self._quiet = self._text = 0
        self._elements += 1
        self._names.add(name)
        if attrs.getLength():
            self._names.update(attrs.getNames())
        limits = self._limits
        self._check(len(self._names) <= limits.names, "there are too many different elements")
        self._check(len(self._open) < limits.depth, "elements stand too deep inside each other")
        self._check(self._elements <= self._request.limits.cells, "there are too many elements")
        self._open.append(self._opened(name.rpartition(":")[2].lower()))

    def characters(self, content: str) -> None:
        """Add to the text of an element that is kept."""
        self._quiet = 0
        self._text += len(content)
        self._check(self._text <= self._limits.text, "a text is far too long")
        element = self._open[-1] if self._open else None
        if element is not None and self._is_value(element.name):
            element.text += content
            self._check(len(element.text) <= self._limits.value, "a value is far too long")

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802 (SAX)
        """Close an element."""
        self._quiet = self._text = 0
        element = self._open.pop()
        if element is None:
            return
        if element.name == self._layout.record:
            self._ready.append(element)
        elif element.name in self._layout.header and self._outside():
            self.header.setdefault(element.name, element.text.strip())

    def _opened(self, name: str) -> Element | None:
        """The element if it is kept."""
        layout = self._layout
        if self._outside():
            kept = name == layout.record or name in layout.header
            self._kept = 0
            return Element(name, self._parser.getLineNumber()) if kept else None
        parent = self._open[-1]
        if parent is None or self._is_value(parent.name):
            return None
        if name not in layout.groups and name not in layout.values:
            return None
        self._kept += 1
        self._check(self._kept <= self._limits.record, "a record holds far too much")
        element = Element(name, self._parser.getLineNumber())
        parent.inside.append(element)
        return element

    def _outside(self) -> bool:
        """Whether no record is open."""
        return not any(one is not None and one.name == self._layout.record for one in self._open)

    def _is_value(self, name: str) -> bool:
        return name in self._layout.values or name in self._layout.header

    def _check(self, holds: bool, what: str) -> None:
        if not holds:
            raise SourceError(
                what,
                file=self._request.name,
                row=self._parser.getLineNumber(),
                expected="a return as the census collects it",
                advice="export the return again from the system that makes it",
            )
