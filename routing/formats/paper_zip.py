"""The directory of a ZIP archive, read by hand and with suspicion: nothing it says of sizes is believed.

Python's own reader would build an object for each of a million entries before anybody could count them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from routing.domain.errors import Kind, Refusal
from routing.domain.phrases import Phrase
from routing.formats.paper_bytes import Mapped
from routing.formats.paper_refusals import CUT_OFF, DamagedPaper, TwoFilesInOne

KIND = "DOCX"

MOST_ENTRIES = 2_000
MOST_UNPACKED = 100 * 1024 * 1024
#: So many times its packed size: text packs to a tenth, a drawing to a fiftieth, a bomb to a thousandth.
MOST_RATIO = 200
#: A small part may be as empty as it likes.
_RATIO_FROM = 1024 * 1024
_PIECE = 64 * 1024
_END = struct.Struct("<4s4H2IH")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_STORED, _DEFLATED = 0, 8
#: Encrypted, strongly encrypted, its directory masked.
_SECRET = 0x0001 | 0x0040 | 0x2000
#: What may lie between two entries: the sizes of the first, told once more.
_DESCRIPTOR = 24


class LockedArchive(Refusal):
    """{file} is protected by a password. Save it without one."""

    code = "docx_locked"
    kind = Kind.MALFORMED


class ZipBomb(Refusal):
    """{file} unpacks to far more than a document holds ({problem}). Save it as PDF and send that."""

    code = "docx_bomb"
    kind = Kind.TOO_LARGE


class PartsOverlap(Refusal):
    """{file} is no honest archive: parts of it lie over one another or hide between the others. Save it anew."""

    code = "docx_parts_overlap"
    kind = Kind.MALFORMED


class UnsafePartName(Refusal):
    """{file} has a part whose name leads out of it ({part}). Save it anew with a text program."""

    code = "docx_unsafe_part"
    kind = Kind.MALFORMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One entry of the archive, where it really lies."""

    name: str
    method: int
    #: where its packed content begins, and how long that is
    at: int
    packed: int
    #: what the directory says; held against what comes out
    size: int
    checksum: int


def parts_of(file: str, data: Mapped) -> list[Part]:
    """The entries in the order in which they lie, without a gap.

    Raises DamagedPaper, TwoFilesInOne, LockedArchive, PartsOverlap, UnsafePartName, ZipBomb.
    """
    parts, directory = _directory(file, data)
    parts.sort(key=lambda part: part[1])
    names = {part.name.lower() for part, _ in parts}
    if len(names) != len(parts):
        raise PartsOverlap(file=file)
    end = 0
    for part, header in parts:
        if not end <= header <= (end + _DESCRIPTOR if end else 0):
            raise (
                TwoFilesInOne(file=file, kind=KIND, problem=_BEFORE) if not end and header else PartsOverlap(file=file)
            )
        end = part.at + part.packed
    if not end <= directory <= end + _DESCRIPTOR:
        raise PartsOverlap(file=file)
    return [part for part, _ in parts]


def unpacked(file: str, data: Mapped, part: Part, *, most: int) -> Iterator[bytes]:
    """The part's content in pieces. Raises ZipBomb beyond ``most`` bytes, DamagedPaper."""
    total = checksum = 0
    for piece in _inflated(file, data, part) if part.method == _DEFLATED else _as_it_lies(data, part):
        total += len(piece)
        if total > most:
            raise ZipBomb(file=file, problem=Phrase("more than {most} MiB", most=MOST_UNPACKED // 1_048_576))
        if total > _RATIO_FROM and total > MOST_RATIO * part.packed:
            raise ZipBomb(file=file, problem=Phrase("more than {times} times its size", times=MOST_RATIO))
        checksum = zlib.crc32(piece, checksum)
        yield piece
    if (total, checksum) != (part.size, part.checksum):
        raise DamagedPaper(file=file, kind=KIND, problem=Phrase("a checksum in it is wrong"))


_BEFORE = Phrase("something stands before the document")


def _directory(file: str, data: Mapped) -> tuple[list[tuple[Part, int]], int]:
    """Every entry with the place of its header, and where the directory begins."""
    at = len(data) - _END.size
    if at < 0 or data[at : at + 4] != b"PK\x05\x06":
        if data.rfind(b"PK\x05\x06") >= 0:
            raise TwoFilesInOne(file=file, kind=KIND, problem=Phrase("something follows the end of the document"))
        raise DamagedPaper(file=file, kind=KIND, problem=CUT_OFF)
    _, disk, first, here, count, size, start, comment = _END.unpack(data[at : at + _END.size])
    if count > MOST_ENTRIES:
        raise ZipBomb(file=file, problem=Phrase("{count} parts", count=count))
    if disk or first or here != count or comment or start + size != at:
        raise TwoFilesInOne(file=file, kind=KIND, problem=_BEFORE)
    parts, entry = [], start
    for _ in range(count):
        part, header, entry = _entry(file, data, entry, at)
        parts.append((part, header))
    if entry != at:
        raise PartsOverlap(file=file)
    return parts, start


def _entry(file: str, data: Mapped, at: int, end: int) -> tuple[Part, int, int]:
    if at + _CENTRAL.size > end or data[at : at + 4] != b"PK\x01\x02":
        raise DamagedPaper(file=file, kind=KIND, problem=Phrase("its list of parts is broken"))
    said = _CENTRAL.unpack(data[at : at + _CENTRAL.size])
    flags, method, checksum, packed, size, longs, header = (
        said[3],
        said[4],
        said[7],
        said[8],
        said[9],
        said[10:13],
        said[16],
    )
    if flags & _SECRET:
        raise LockedArchive(file=file)
    if method not in (_STORED, _DEFLATED):
        raise DamagedPaper(file=file, kind=KIND, problem=Phrase("it is packed in an unusual way"))
    raw = data[at + _CENTRAL.size : at + _CENTRAL.size + longs[0]]
    local = data[header : header + _LOCAL.size]
    if len(local) < _LOCAL.size or local[:4] != b"PK\x03\x04":
        raise DamagedPaper(file=file, kind=KIND, problem=Phrase("its list of parts is broken"))
    here = _LOCAL.unpack(local)
    start = header + _LOCAL.size + here[9] + here[10]
    if here[2] & _SECRET:
        raise LockedArchive(file=file)
    if data[header + _LOCAL.size : header + _LOCAL.size + here[9]] != raw or start + packed > len(data):
        raise PartsOverlap(file=file)
    part = Part(name=_name(file, raw), method=method, at=start, packed=packed, size=size, checksum=checksum)
    return part, header, at + _CENTRAL.size + sum(longs)


def _name(file: str, raw: bytes) -> str:
    """The entry's name, if it leads nowhere but into the archive. Raises UnsafePartName."""
    name = raw.decode("utf-8", "replace")
    is_unsafe = (
        not name
        or len(name) > 255
        or name.startswith("/")
        or any(sign in name for sign in ("\\", ":", "\0", "\N{REPLACEMENT CHARACTER}"))
        or ".." in name.split("/")
    )
    if is_unsafe:
        shown = "".join(sign if sign.isprintable() else "?" for sign in name[:60])
        raise UnsafePartName(file=file, part=shown)
    return name


def _as_it_lies(data: Mapped, part: Part) -> Iterator[bytes]:
    for at in range(part.at, part.at + part.packed, _PIECE):
        yield data[at : min(at + _PIECE, part.at + part.packed)]


def _inflated(file: str, data: Mapped, part: Part) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in _as_it_lies(data, part):
            waiting = packed
            while waiting and not unpacking.eof:
                piece = unpacking.decompress(waiting, _PIECE)
                waiting = unpacking.unconsumed_tail
                if piece:
                    yield piece
        yield unpacking.flush()
    except zlib.error:
        raise DamagedPaper(file=file, kind=KIND, problem=Phrase("a part of it cannot be unpacked")) from None
    if not unpacking.eof or unpacking.unused_data:
        raise DamagedPaper(file=file, kind=KIND, problem=Phrase("a part of it cannot be unpacked"))
