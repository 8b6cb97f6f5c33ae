"""What a file really is: decided from its bytes, held against what it calls itself, and refused where it is not safe.

Nothing is believed that the file says of itself, and nothing grows with it: it is mapped into memory and walked, what
is packed is unpacked in pieces and thrown away, and the libraries that would show it run apart (``paper_opening``).
"""

from __future__ import annotations

import mmap
from collections.abc import Callable
from pathlib import Path

from routing.domain.attachment import PaperKind
from routing.domain.phrases import Phrase
from routing.formats.paper_bytes import PDF_HEADER, PDF_HEADER_WITHIN, Mapped
from routing.formats.paper_docx import check_docx
from routing.formats.paper_jpeg import check_jpeg
from routing.formats.paper_opening import PaperOpening
from routing.formats.paper_pdf import check_pdf, judge_pdf
from routing.formats.paper_png import check_png
from routing.formats.paper_refusals import (
    EmptyPaper,
    MediaTypeDiffers,
    MislabelledPaper,
    TwoFilesInOne,
    UnknownPaperKind,
)
from routing.formats.paper_tiff import check_tiff

_BEGINNINGS = {
    PDF_HEADER: PaperKind.PDF,
    b"\xff\xd8\xff": PaperKind.JPEG,
    b"\x89PNG\r\n\x1a\n": PaperKind.PNG,
    b"II*\0": PaperKind.TIFF,
    b"MM\0*": PaperKind.TIFF,
    b"PK\x03\x04": PaperKind.DOCX,
}
_CHECKS: dict[PaperKind, Callable[[str, Mapped], None]] = {
    PaperKind.PDF: check_pdf,
    PaperKind.JPEG: check_jpeg,
    PaperKind.PNG: check_png,
    PaperKind.TIFF: check_tiff,
    PaperKind.DOCX: check_docx,
}
#: Other names programs have for the same.
_ALSO_CALLED = {
    "image/jpg": PaperKind.JPEG,
    "image/pjpeg": PaperKind.JPEG,
    "image/x-png": PaperKind.PNG,
    "image/tif": PaperKind.TIFF,
    "image/x-tiff": PaperKind.TIFF,
    "application/x-pdf": PaperKind.PDF,
}
#: What a browser says when it does not know.
_SAYS_NOTHING = ("", "application/octet-stream", "binary/octet-stream", "application/x-download")
_LONGEST_NAME = 100


class PaperInspection:
    """Looks at files; one serves a whole program."""

    def __init__(self, opening: PaperOpening | None = None) -> None:
        self._opening = opening or PaperOpening()

    def kind_of(self, path: Path, *, name: str, media_type: str = "") -> PaperKind:
        """What the file is; ``name`` and ``media_type`` are what whoever sent it says, empty where they say nothing.

        Raises EmptyPaper, UnknownPaperKind, MislabelledPaper, MediaTypeDiffers and what the check of its kind raises.
        """
        file = shown_name(name)
        with path.open("rb") as opened:
            if not path.stat().st_size:
                raise EmptyPaper(file=file)
            with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
                kind = _kind(file, data)
                _require_label(file, name, kind)
                _require_media_type(file, media_type, kind)
                _CHECKS[kind](file, data)
        if kind is PaperKind.DOCX:
            return kind
        said = self._opening.look(file, kind, path)
        if kind is PaperKind.PDF:
            judge_pdf(file, said)
        return kind


def shown_name(name: str) -> str:
    """The name a file was sent under, as it is said back to whoever sent it."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    return "".join(sign for sign in last if sign.isprintable())[:_LONGEST_NAME] or Phrase("The file")


def _kind(file: str, data: Mapped) -> PaperKind:
    head = data[:PDF_HEADER_WITHIN]
    for begins, kind in _BEGINNINGS.items():
        if head.startswith(begins):
            return kind
    if PDF_HEADER in head:
        # Readers of PDF open it all the same, and others see what stands in front.
        raise TwoFilesInOne(file=file, kind="PDF", problem=Phrase("something stands before the document"))
    raise UnknownPaperKind(file=file, kinds=", ".join(kind.words for kind in PaperKind))


def _require_label(file: str, name: str, kind: PaperKind) -> None:
    stem, dot, ending = name.strip().rpartition(".")
    if stem and dot and ending.lower() not in kind.endings:
        raise MislabelledPaper(file=file, ending=ending[:20].lower(), found=kind.words, right=kind.endings[0])


def _require_media_type(file: str, media_type: str, kind: PaperKind) -> None:
    said = media_type.partition(";")[0].strip().lower()
    if said not in _SAYS_NOTHING and said != kind.media_type and _ALSO_CALLED.get(said) is not kind:
        raise MediaTypeDiffers(file=file, said=said[:80], found=kind.words, right=kind.media_type)
