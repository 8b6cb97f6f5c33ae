"""A DOCX: an honest archive with a Word document in it, and nothing that runs, loads from elsewhere or explodes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from xml.parsers import expat

from routing.domain.errors import Kind, Refusal
from routing.domain.phrases import Phrase
from routing.formats.paper_bytes import Mapped, require_no_pdf
from routing.formats.paper_refusals import DamagedPaper
from routing.formats.paper_zip import KIND, MOST_UNPACKED, Part, parts_of, unpacked

_TYPES = "[Content_Types].xml"
_DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
#: Where the parts of a Word document lie; anything elsewhere is something else's.
_FOLDERS = ("_rels/", "word/", "docProps/", "customXml/", "docMetadata/", "_xmlsignatures/")
#: What a part of a document must not begin with: another archive, an OLE object, programs.
_CARRIES = {
    b"PK\x03\x04": Phrase("another archive"),
    b"\xd0\xcf\x11\xe0": Phrase("an embedded object"),
    b"MZ": Phrase("a program"),
    b"\x7fELF": Phrase("a program"),
    b"%PDF": Phrase("another file"),
}
_LONGEST_BEGINNING = 64
#: How XML begins: with a bracket, in one of two widths, or with a mark of its encoding.
_XML = (b"<", b"\x00<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
#: Bytes an XML reader may hold back before something comes of them.
_MOST_HELD_BACK = 8 * 1024 * 1024


class NotAWordDocument(Refusal):
    """{file} is an archive and no Word document (.docx): {problem}. Save it as .docx or PDF and send that."""

    code = "docx_not_word"
    kind = Kind.MALFORMED


class MacrosInside(Refusal):
    """{file} has macros in it. Save it as a document without macros (.docx), or as PDF."""

    code = "docx_macros"
    kind = Kind.MALFORMED


class ThingsInside(Refusal):
    """{file} carries {what} ({part}). Remove it, or save the document as PDF."""

    code = "docx_things_inside"
    kind = Kind.MALFORMED


class LoadsFromElsewhere(Refusal):
    """{file} loads a part of itself from elsewhere ({part}). Save it as PDF, or with everything in it."""

    code = "docx_loads_from_elsewhere"
    kind = Kind.MALFORMED


class EntitiesInside(Refusal):
    """{file} defines words of its own in its XML ({part}), which can unpack without end. Save it anew."""

    code = "docx_entities"
    kind = Kind.MALFORMED


def check_docx(file: str, data: Mapped) -> None:
    """Raises the refusals of this file and of ``paper_zip``, DamagedPaper, TwoFilesInOne."""
    require_no_pdf(file, KIND, data)
    parts = parts_of(file, data)
    _require_word(file, [part.name for part in parts])
    left = MOST_UNPACKED
    seen = _Seen()
    for part in parts:
        left -= _look_into(file, data, part, left, seen)
    if not seen.is_word:
        raise NotAWordDocument(file=file, problem=Phrase("no part of it is a Word document"))


class _Seen:
    """What the parts have told so far."""

    is_word = False


def _require_word(file: str, names: list[str]) -> None:
    if _TYPES not in names or "_rels/.rels" not in names:
        raise NotAWordDocument(file=file, problem=Phrase("it does not say what its parts are"))
    for name in names:
        lower = name.lower()
        if "vbaproject" in lower or "vbadata" in lower:
            raise MacrosInside(file=file)
        if name != _TYPES and not name.startswith(_FOLDERS):
            raise NotAWordDocument(file=file, problem=Phrase("{part} does not belong there", part=_shown(name)))
        if "/activex" in lower or "/embeddings/" in lower:
            raise ThingsInside(file=file, what=Phrase("an embedded object"), part=_shown(name))


def _look_into(file: str, data: Mapped, part: Part, most: int, seen: _Seen) -> int:
    """How many bytes the part really has."""
    pieces = unpacked(file, data, part, most=most)
    first = b""
    # An archive can be packed so that a piece of it unpacks to nothing.
    while len(first) < _LONGEST_BEGINNING and (piece := next(pieces, b"")):
        first += piece
    for begins, what in _CARRIES.items():
        if first.startswith(begins):
            raise ThingsInside(file=file, what=what, part=_shown(part.name))
    # Not by the ending alone: what a part is, the list of types may say of any name.
    if part.name.lower().endswith((".xml", ".rels")) or first.lstrip().startswith(_XML):
        return _read_xml(file, part, first, pieces, seen)
    return len(first) + sum(len(piece) for piece in pieces)


def _read_xml(file: str, part: Part, first: bytes, rest: Iterator[bytes], seen: _Seen) -> int:
    parser = expat.ParserCreate()

    def forbid(*_said: object) -> None:
        raise EntitiesInside(file=file, part=_shown(part.name))

    parser.StartDoctypeDeclHandler = forbid
    parser.EntityDeclHandler = forbid
    if part.name == _TYPES:
        parser.StartElementHandler = lambda _tag, said: _look_at_type(file, said, seen)
    elif part.name.lower().endswith(".rels"):
        parser.StartElementHandler = lambda _tag, said: _look_at_relation(file, part, said)
    total = 0
    try:
        for piece in chain((first,), rest):
            parser.Parse(piece)
            total += len(piece)
            if total - max(parser.CurrentByteIndex, 0) > _MOST_HELD_BACK:
                raise EntitiesInside(file=file, part=_shown(part.name))
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords
    # It knows neither every encoding a file can name, nor every one that Python knows.
    except (expat.ExpatError, LookupError, ValueError):
        raise DamagedPaper(file=file, kind=KIND, problem=Phrase("its text cannot be read")) from None
    return total


def _look_at_type(file: str, said: dict[str, str], seen: _Seen) -> None:
    kind = said.get("ContentType", "")
    if "macroEnabled" in kind or "vbaProject" in kind:
        raise MacrosInside(file=file)
    seen.is_word = seen.is_word or kind == _DOCUMENT


def _look_at_relation(file: str, part: Part, said: dict[str, str]) -> None:
    """A link is followed by a click; a template, a picture or an object is loaded without asking."""
    is_link = said.get("Type", "").endswith("/hyperlink")
    target = said.get("Target", "")
    if said.get("TargetMode") == "External" and not is_link:
        raise LoadsFromElsewhere(file=file, part=_shown(part.name))
    if is_link and target.strip().lower().startswith(("file:", "\\\\", "javascript:", "vbscript:", "data:")):
        raise LoadsFromElsewhere(file=file, part=_shown(part.name))


def _shown(name: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in name[:60])
