"""KML's XML and KMZ's archive, read under guard: placemarks come out as small trees, one at a time.

What makes XML and ZIP dangerous is refused before it does anything: document types and entities (external files,
«billion laughs»), deep nesting, archives that unpack to more than they should. Nothing outside the file is read.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat  # every declaration that expat could act on is refused below

from keepclear.errors import InvalidInput, TooLarge

MOST_KML_BYTES = 200_000_000
MOST_KMZ_BYTES = 100_000_000
MOST_KMZ_MEMBERS = 10_000
MOST_KMZ_RATIO = 200
"""How many times its packed size a member may have; text packs some 10 to 50 times, a bomb a thousand times."""

RATIO_MATTERS_OVER_BYTES = 1_000_000
MOST_DEPTH = 64

_GX = "http://www.google.com/kml/ext/2.2"
_KML = ("http://www.opengis.net/kml/", "http://earth.google.com/kml/")


@dataclass(slots=True)
class Element:
    """An element inside a placemark; ``name`` is without its namespace, or ``gx:…``, or ``?`` for a foreign one."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly inside, without the blanks around it."""
        return "".join(self.pieces).strip()

    def child(self, name: str) -> Element | None:
        """The first child of that name."""
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator[Element]:
        """The children of that name."""
        return (child for child in self.children if child.name == name)

    def text_of(self, name: str) -> str:
        """The text of the first child of that name; empty where there is none."""
        found = self.child(name)
        return "" if found is None else found.text


def placemarks(data: bytes) -> Iterator[Element]:
    """The placemarks of a KML document, in file order."""
    if len(data) > MOST_KML_BYTES:
        raise TooLarge("", f"{len(data):,} bytes of KML", f"at most {MOST_KML_BYTES:,}")
    reader = _Reader()
    chunk = 1 << 16
    for start in range(0, max(len(data), 1), chunk):
        reader.feed(data[start : start + chunk], last=start + chunk >= len(data))
        yield from reader.finished
        reader.finished.clear()


class _Reader:
    """Expat with everything refused that a plan file has no need of."""

    def __init__(self) -> None:
        self.finished: list[Element] = []
        self._open: list[Element] = []
        self._depth = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.EntityDeclHandler = self._refuse_entity
        self._parser.ExternalEntityRefHandler = self._refuse_entity

    def feed(self, data: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError as error:
            what = expat.ErrorString(error.code)
            raise InvalidInput(self._here(error.lineno), f"no XML: {what}", "a KML document") from None
        except (ValueError, LookupError) as error:
            raise InvalidInput(self._here(), f"no XML: {error}", "a KML document in UTF-8") from None

    def _here(self, line: int | None = None) -> str:
        return f"line {self._parser.CurrentLineNumber if line is None else line}"

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise TooLarge(self._here(), f"elements nested over {MOST_DEPTH} deep", f"at most {MOST_DEPTH} levels")
        local = _local(name)
        if self._depth == 1 and local != "kml":
            raise InvalidInput(self._here(), f"the document is a {local!r}", "a KML document")
        if local == "NetworkLink":
            expected = "the placemarks themselves in this file: nothing is fetched"
            raise InvalidInput(self._here(), "a NetworkLink, which leads elsewhere", expected)
        if self._open or local == "Placemark":
            element = Element(local, attributes)
            if self._open:
                self._open[-1].children.append(element)
            self._open.append(element)

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if self._open:
            element = self._open.pop()
            if not self._open:
                self.finished.append(element)

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].pieces.append(text)

    def _refuse_doctype(self, *_: object) -> None:
        raise InvalidInput(self._here(), "a document type declaration", "KML without one")

    def _refuse_entity(self, *_: object) -> int:
        raise InvalidInput(self._here(), "an entity of the document's own", "KML without entities")


def _local(name: str) -> str:
    namespace, _, local = name.rpartition(" ")
    if namespace == _GX:
        return f"gx:{local}"
    return local if not namespace or namespace.startswith(_KML) else "?"


def kml_of_kmz(data: bytes) -> bytes:
    """The KML document of a KMZ archive: ``doc.kml``, or else the first ``.kml`` in it. Nothing else is unpacked."""
    if len(data) > MOST_KMZ_BYTES:
        raise TooLarge("", f"{len(data):,} bytes of KMZ", f"at most {MOST_KMZ_BYTES:,}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            member = _kml_member(archive.infolist())
            with archive.open(member) as file:
                return file.read(MOST_KML_BYTES)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise InvalidInput("", f"the archive cannot be read ({error})", "a KMZ file") from None


def _kml_member(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    if len(members) > MOST_KMZ_MEMBERS:
        raise TooLarge("", f"an archive of {len(members):,} files", f"at most {MOST_KMZ_MEMBERS:,}")
    documents = [member for member in members if member.filename.lower().endswith(".kml")]
    if not documents:
        raise InvalidInput("", "an archive without a .kml file", "a KMZ file with doc.kml")
    member = next((one for one in documents if one.filename == "doc.kml"), documents[0])
    if member.file_size > MOST_KML_BYTES:
        raise TooLarge(member.filename, f"{member.file_size:,} bytes unpacked", f"at most {MOST_KML_BYTES:,}")
    ratio = member.file_size / max(member.compress_size, 1)
    if member.file_size > RATIO_MATTERS_OVER_BYTES and ratio > MOST_KMZ_RATIO:
        raise TooLarge(member.filename, f"packed {ratio:,.0f} to 1", f"at most {MOST_KMZ_RATIO} to 1")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InvalidInput(member.filename, "packed in an uncommon way", "stored or deflated")
    return member
