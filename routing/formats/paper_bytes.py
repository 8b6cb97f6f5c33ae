"""Looks for what does not belong into a file, in its raw bytes and in memory that does not grow with it."""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Iterator

from routing.domain.phrases import Phrase
from routing.formats.paper_refusals import TwoFilesInOne

#: A file that is being looked at: mapped, so that only the pages in use are in memory.
Mapped = mmap.mmap

PDF_HEADER = b"%PDF-"
#: Readers of PDF look for its header this far into a file.
PDF_HEADER_WITHIN = 1024
#: An archive's directory is looked for this far from the end: its own 22 bytes and the longest comment.
_ZIP_END_WITHIN = 22 + 65_535
_PIECE = 1024 * 1024
#: What makes a picture a page or a program to those who do not look at its kind; in small letters.
_FOREIGN = (b"<?php", b"<script", b"<html", b"<!doctype", b"__halt_compiler")
_LONGEST = max(len(one) for one in _FOREIGN)
_NOT_ZERO = re.compile(rb"[^\x00]")


def require_one_kind(file: str, kind: str, data: Mapped) -> None:
    """Neither a PDF nor an archive nor a page or program to those who look for one. Raises TwoFilesInOne."""
    require_no_pdf(file, kind, data)
    require_no_archive(file, kind, data)
    for piece in _pieces(data):
        for foreign in _FOREIGN:
            if foreign in piece:
                problem = Phrase("it holds {what}", what=foreign.decode())
                raise TwoFilesInOne(file=file, kind=kind, problem=problem)


def require_no_pdf(file: str, kind: str, data: Mapped) -> None:
    """Raises TwoFilesInOne where a reader of PDF would find one."""
    if PDF_HEADER in data[:PDF_HEADER_WITHIN]:
        raise TwoFilesInOne(file=file, kind=kind, problem=Phrase("a PDF begins inside"))


def require_no_archive(file: str, kind: str, data: Mapped) -> None:
    """Raises TwoFilesInOne where a reader of ZIP archives would find one."""
    if _ends_in_an_archive(data):
        raise TwoFilesInOne(file=file, kind=kind, problem=Phrase("a ZIP archive is hidden in it"))


def end_without_zeros(data: Mapped, start: int) -> int:
    """Where something other than zeros begins at or after ``start``; the file's end if nothing does."""
    found = _NOT_ZERO.search(data, start)
    return found.start() if found is not None else len(data)


def _ends_in_an_archive(data: Mapped) -> bool:
    start = max(0, len(data) - _ZIP_END_WITHIN)
    tail = data[start:]
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if len(tail) - at >= 22:
            entries, size = struct.unpack_from("<HI", tail, at + 10)
            begins = start + at - size
            # Four bytes may meet by chance; a directory where they say it is does not.
            if entries and begins >= 0 and data[begins : begins + 4] == b"PK\x01\x02":
                return True
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return False


def _pieces(data: Mapped) -> Iterator[bytes]:
    for start in range(0, len(data), _PIECE):
        yield data[start : start + _PIECE + _LONGEST].lower()
