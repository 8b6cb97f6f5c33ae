"""A PDF: whole, not locked, and without what runs, opens or carries something when somebody looks at it.

The names of such things are looked for in the raw bytes and in object streams, also where they are written with
``#`` escapes. What is packed in a way that is not looked into is refused. What this cannot see: whatever abuses a
mistake in the reader itself; there is no scan for viruses.
"""

from __future__ import annotations

import re
import zlib
from typing import Any

from routing.domain.errors import Kind, Refusal
from routing.domain.phrases import Phrase
from routing.formats.paper_bytes import PDF_HEADER_WITHIN, Mapped, require_no_archive
from routing.formats.paper_refusals import CUT_OFF, DamagedPaper, TooHardToOpen, TooManyPages, TwoFilesInOne

KIND = "PDF"
MOST_PAGES = 500

#: What a page of the web or a program begins with, looked for where a PDF has only its header.
_FOREIGN = re.compile(rb"(?i)<\?php|<script|<html|<!doctype|__halt_compiler")
_END = b"%%EOF"
_END_WITHIN = 1024
_AFTER_END = b"\r\n\t \x00"
_MOST_UNPACKED = 64 * 1024 * 1024
_MOST_OBJECT_STREAMS = 5_000
_PIECE = 64 * 1024
#: A stream's dictionary is no longer than this.
_DICTIONARY = 4096
_STREAM = re.compile(rb"stream(?:\r\n|\n|\r)")


class LockedPdf(Refusal):
    """{file} is protected by a password or by rights. Save it without protection, or print and scan it."""

    code = "pdf_locked"
    kind = Kind.MALFORMED


class LivePdf(Refusal):
    """{file} is not only a document: it carries {what}. Print it as a new PDF and send that."""

    code = "pdf_live"
    kind = Kind.MALFORMED


class OpaquePdf(Refusal):
    """{file} has parts packed in an unusual way that cannot be looked into. Print it as a new PDF and send that."""

    code = "pdf_opaque"
    kind = Kind.MALFORMED


class PdfWithoutPages(Refusal):
    """{file} is a PDF without a page. Save it anew and look at it before you send it."""

    code = "pdf_without_pages"
    kind = Kind.MALFORMED


def _written(*names: bytes) -> re.Pattern[bytes]:
    """Matches these names however they are written: each letter itself, or as # and its number in hex."""

    def letter(code: int) -> bytes:
        number = b"".join(
            b"[%c%c]" % (digit, digit ^ 0x20) if digit > 0x40 else b"%c" % digit for digit in b"%02x" % code
        )
        return b"(?:%s|#%s)" % (re.escape(b"%c" % code), number)

    return re.compile(b"/(?:" + b"|".join(b"".join(letter(code) for code in name) for name in names) + b")")


_LIVE = _written(b"JavaScript", b"Launch", b"EmbeddedFile", b"RichMedia", b"ImportData", b"SubmitForm", b"GoToE",
                 b"Rendition")  # fmt: skip
_ENCRYPT = _written(b"Encrypt")
_OBJECT_STREAM = _written(b"ObjStm")
_FLATE = _written(b"FlateDecode", b"Fl")
_UNUSUAL = _written(b"ASCIIHexDecode", b"ASCII85Decode", b"LZWDecode", b"RunLengthDecode")
_UNUSUAL_HERE = _written(b"ASCIIHexDecode", b"ASCII85Decode", b"LZW", b"RunLength", b"RL", b"AHx", b"A85", b"Predictor",
                         b"Crypt")  # fmt: skip
#: What the live things are called in a sentence.
_WORDS = {
    "JavaScript": Phrase("a program (JavaScript)"),
    "Launch": Phrase("an order to start a program"),
    "EmbeddedFile": Phrase("another file"),
    "RichMedia": Phrase("a film or sound"),
    "Rendition": Phrase("a film or sound"),
    "ImportData": Phrase("an order to read or send data"),
    "SubmitForm": Phrase("an order to read or send data"),
    "GoToE": Phrase("another file"),
    "XFA": Phrase("a form that is a program (XFA)"),
}


def check_pdf(file: str, data: Mapped) -> None:
    """Raises DamagedPaper, TwoFilesInOne, LockedPdf, LivePdf, OpaquePdf, TooHardToOpen."""
    if _FOREIGN.search(data, 0, PDF_HEADER_WITHIN) is not None:
        raise TwoFilesInOne(file=file, kind=KIND, problem=Phrase("a page of the web or a program begins inside"))
    end = data.rfind(_END)
    if end < 0:
        raise DamagedPaper(file=file, kind=KIND, problem=CUT_OFF)
    require_no_archive(file, KIND, data)
    behind = len(data) - end - len(_END)
    if behind > _END_WITHIN or data[end + len(_END) :].strip(_AFTER_END):
        raise TwoFilesInOne(file=file, kind=KIND, problem=Phrase("{count} bytes follow its end", count=behind))
    if _ENCRYPT.search(data) is not None:
        raise LockedPdf(file=file)
    _require_lifeless(file, data)
    _look_into_object_streams(file, data)


def judge_pdf(file: str, said: dict[str, Any]) -> None:
    """What the reader says of it. Raises LockedPdf, LivePdf, PdfWithoutPages, TooManyPages."""
    if said["problem"] == "locked":
        raise LockedPdf(file=file)
    if said["problem"] is not None:
        raise LivePdf(file=file, what=_WORDS[said["problem"]])
    if said["pages"] < 1:
        raise PdfWithoutPages(file=file)
    if said["pages"] > MOST_PAGES:
        raise TooManyPages(file=file, pages=said["pages"], most=MOST_PAGES)


def _require_lifeless(file: str, text: Mapped | bytes) -> None:
    found = _LIVE.search(text)
    if found is not None:
        raise LivePdf(file=file, what=_WORDS[_plain(found[0])])


def _plain(name: bytes) -> str:
    """The name without its slash and its escapes."""
    return re.sub(rb"#([0-9a-fA-F]{2})", lambda found: bytes.fromhex(found[1].decode()), name[1:]).decode()


def _look_into_object_streams(file: str, data: Mapped) -> None:
    """Objects may be packed into streams, where the raw bytes do not show them."""
    left, has_unusual = _MOST_UNPACKED, False
    for nth, found in enumerate(_OBJECT_STREAM.finditer(data)):
        if nth == 0:
            has_unusual = _UNUSUAL.search(data) is not None
        if nth >= _MOST_OBJECT_STREAMS:
            raise TooHardToOpen(file=file)
        begin = _STREAM.search(data, found.end(), found.end() + _DICTIONARY)
        start = data.rfind(b"obj", max(0, found.start() - _DICTIONARY), found.start())
        if has_unusual or begin is None or start < 0:
            raise OpaquePdf(file=file)
        dictionary = data[start : begin.start()]
        if _FLATE.search(dictionary) is None or _UNUSUAL_HERE.search(dictionary) is not None:
            raise OpaquePdf(file=file)
        left -= _look_into(file, data, begin.end(), left)


def _look_into(file: str, data: Mapped, at: int, most: int) -> int:
    """How many bytes the stream at ``at`` unpacks to, none of them live."""
    unpacking, total, before = zlib.decompressobj(), 0, b""
    while not unpacking.eof:
        packed = unpacking.unconsumed_tail or data[at : at + _PIECE]
        at += 0 if unpacking.unconsumed_tail else len(packed)
        try:
            piece = unpacking.decompress(packed, _PIECE)
        except zlib.error:
            raise OpaquePdf(file=file) from None
        total += len(piece)
        if total > most:
            raise TooHardToOpen(file=file)
        if not packed and not piece:
            raise OpaquePdf(file=file)
        _require_lifeless(file, before + piece)
        # A name may lie across two pieces; written with escapes it is at most this long.
        before = piece[-64:]
    return total
