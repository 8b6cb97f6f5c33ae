"""The bytes of a file as they were before packing, in pieces; gzip is known by its first bytes, not its name.

A piece is handed over before the next one is looked at, so a reader knows how far it came when the rest is
damaged. What the bytes mean is the reader's business.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

FETCH_AGAIN = "Fetch the file again; it was cut off or damaged on its way."

_PIECE = 128 * 1024
_GZIP = b"\x1f\x8b"
_OTHER_PACKINGS = {
    b"PK": "a ZIP archive",
    b"BZ": "packed with bzip2",
    b"\xfd7": "packed with xz",
    b"7z": "a 7z archive",
}


class BadBytes(Exception):
    """The bytes cannot be had; a reader adds file and line and refuses."""

    def __init__(self, problem: str, way_out: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.way_out = way_out


def unpacked(stream: BinaryIO, *, most_bytes: int) -> Iterator[bytes]:
    """The stream's content in pieces, unpacked if it is gzip; the stream itself stays open.

    Raises:
        BadBytes: it is cut off, damaged, packed in another way, or unpacks to more than ``most_bytes``.
    """
    # Whatever has readinto() can be buffered; the annotation of BufferedReader asks for more.
    reader = io.BufferedReader(cast("Any", stream))
    try:
        head = reader.peek(2)[:2]
        if head in _OTHER_PACKINGS:
            raise BadBytes(f"this is {_OTHER_PACKINGS[head]}", "Unpack it first; only gzip is read packed.")
        if head == _GZIP:
            with gzip.GzipFile(fileobj=reader, mode="rb") as contents:
                yield from _pieces(contents, most_bytes)
        else:
            yield from _pieces(reader, most_bytes)
    finally:
        reader.detach()


def _pieces(contents: gzip.GzipFile | io.BufferedReader[Any], most_bytes: int) -> Iterator[bytes]:
    total = 0
    try:
        # read1 hands over what there is before it meets the damage; read would drop it.
        while piece := contents.read1(_PIECE):
            total += len(piece)
            if total > most_bytes:
                raise BadBytes(f"the file unpacks to more than {most_bytes:,} bytes", "Split it into several files.")
            yield piece
    except EOFError as error:
        raise BadBytes("the packed file ends too early", FETCH_AGAIN) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise BadBytes(f"the packed file is damaged ({error})", FETCH_AGAIN) from error
