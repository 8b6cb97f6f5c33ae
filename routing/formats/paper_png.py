"""A PNG: its chunks are walked from the first byte to the last, each with its checksum."""

from __future__ import annotations

import struct
import zlib
from itertools import count

from routing.domain.phrases import Phrase
from routing.formats.paper_bytes import Mapped, require_one_kind
from routing.formats.paper_refusals import CUT_OFF, DamagedPaper, TooManyPages, TwoFilesInOne, require_few_pixels

KIND = "PNG"

_SIGNATURE = 8
_MOST_CHUNKS = 50_000
_PIECE = 1024 * 1024
#: The chunks a reader must know; a file with others is not for the readers there are.
_NEEDED = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
#: A picture that moves is many pictures.
_MOVES = b"acTL"


def check_png(file: str, data: Mapped) -> None:
    """Raises DamagedPaper, PictureTooLarge, TooManyPages, TwoFilesInOne."""
    at, seen = _SIGNATURE, set[bytes]()
    for nth in count():
        name, start, length = _chunk(file, data, at)
        _look_at_chunk(file, name, data[start : start + 13], nth=nth)
        seen |= {name} & _NEEDED
        at = start + length + 4
        if name == b"IEND":
            break
    if b"IDAT" not in seen:
        raise DamagedPaper(file=file, kind=KIND, problem=Phrase("there is no picture in it"))
    if at != len(data):
        problem = Phrase("{count} bytes follow the end of the picture", count=len(data) - at)
        raise TwoFilesInOne(file=file, kind=KIND, problem=problem)
    require_one_kind(file, KIND, data)


def _chunk(file: str, data: Mapped, at: int) -> tuple[bytes, int, int]:
    """Name, where its content begins, how long that is."""
    if at + 12 > len(data):
        raise DamagedPaper(file=file, kind=KIND, problem=CUT_OFF)
    length, name = struct.unpack(">I4s", data[at : at + 8])
    start = at + 8
    if start + length + 4 > len(data) or (name == _MOVES and length < 4):
        raise DamagedPaper(file=file, kind=KIND, problem=CUT_OFF)
    checksum = zlib.crc32(name)
    for piece in range(start, start + length, _PIECE):
        checksum = zlib.crc32(data[piece : min(piece + _PIECE, start + length)], checksum)
    if struct.pack(">I", checksum) != data[start + length : start + length + 4]:
        raise DamagedPaper(file=file, kind=KIND, problem=Phrase("a checksum in it is wrong"))
    return name, start, length


def _look_at_chunk(file: str, name: bytes, begins: bytes, *, nth: int) -> None:
    if nth > _MOST_CHUNKS:
        raise DamagedPaper(file=file, kind=KIND, problem=Phrase("it has too many parts"))
    if (name == b"IHDR") != (nth == 0) or (name not in _NEEDED and not name[0] & 0x20):
        raise DamagedPaper(file=file, kind=KIND, problem=Phrase("its parts do not follow one another"))
    if name == _MOVES:
        raise TooManyPages(file=file, pages=struct.unpack(">I", begins[:4])[0], most=1)
    if nth == 0:
        width, height = struct.unpack(">II", begins[:8]) if len(begins) == 13 else (0, 0)
        if not width or not height:
            raise DamagedPaper(file=file, kind=KIND, problem=Phrase("it does not say how large it is"))
        require_few_pixels(file, width, height)
