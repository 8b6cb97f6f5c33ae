"""A JPEG: its segments are walked from the first byte to the last; nothing may stand behind the picture.

Telephones put further pictures behind the first (a preview, a gain map): those are walked, too, and taken.
"""

from __future__ import annotations

import re
import struct

from routing.domain.phrases import Phrase
from routing.formats.paper_bytes import Mapped, end_without_zeros, require_one_kind
from routing.formats.paper_refusals import CUT_OFF, DamagedPaper, TooManyPages, TwoFilesInOne, require_few_pixels

KIND = "JPEG"

_BEGIN, _END, _SCAN = 0xD8, 0xD9, 0xDA
#: Frames of every coding there is; C4, C8 and CC are tables.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))
# A marker inside packed dots: not an escaped FF, not a restart, not filling.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_MOST_SEGMENTS = 20_000
#: Passes over the whole picture: a progressive one has about ten, and each costs as much as the first.
_MOST_SCANS = 100
_MOST_PICTURES = 8
#: The first segment would be as long as these two letters say, and the file a script that begins with a comment.
_COMMENT = b"/*"


def check_jpeg(file: str, data: Mapped) -> None:
    """Raises DamagedPaper, PictureTooLarge, TooManyPages, TwoFilesInOne."""
    if data[4:6] == _COMMENT:
        raise TwoFilesInOne(file=file, kind=KIND, problem=Phrase("it can be run as a script"))
    at = pictures = 0
    while at < len(data):
        if data[at : at + 3] != b"\xff\xd8\xff":
            problem = Phrase("{count} bytes follow the end of the picture", count=len(data) - at)
            raise TwoFilesInOne(file=file, kind=KIND, problem=problem)
        pictures += 1
        if pictures > _MOST_PICTURES:
            raise TooManyPages(file=file, pages=pictures, most=_MOST_PICTURES)
        at = end_without_zeros(data, _end_of_picture(file, data, at + 2))
    require_one_kind(file, KIND, data)


def _end_of_picture(file: str, data: Mapped, at: int) -> int:
    """Where the picture that begins before ``at`` ends."""
    frames = scans = 0
    for _ in range(_MOST_SEGMENTS):
        marker, at = _marker(file, data, at)
        if marker == _END:
            if not frames or not scans:
                raise DamagedPaper(file=file, kind=KIND, problem=Phrase("there is no picture in it"))
            return at
        if marker in _ALONE:
            continue
        start, at = at + 2, at + _length(file, data, at)
        if marker in _FRAMES:
            frames += 1
            _look_at_frame(file, data, start)
        if marker == _SCAN:
            scans += 1
            at = _end_of_scan(file, data, at)
        if frames > 1 or scans > _MOST_SCANS:
            raise DamagedPaper(file=file, kind=KIND, problem=Phrase("it is drawn too many times over"))
    raise DamagedPaper(file=file, kind=KIND, problem=Phrase("it has too many parts"))


def _marker(file: str, data: Mapped, at: int) -> tuple[int, int]:
    if at < len(data) and data[at] != 0xFF:
        raise DamagedPaper(file=file, kind=KIND, problem=Phrase("its parts do not follow one another"))
    while at < len(data) and data[at] == 0xFF:
        at += 1
    if at >= len(data):
        raise DamagedPaper(file=file, kind=KIND, problem=CUT_OFF)
    if data[at] in (0x00, _BEGIN):
        raise DamagedPaper(file=file, kind=KIND, problem=Phrase("its parts do not follow one another"))
    return data[at], at + 1


def _length(file: str, data: Mapped, at: int) -> int:
    if at + 2 > len(data):
        raise DamagedPaper(file=file, kind=KIND, problem=CUT_OFF)
    (length,) = struct.unpack(">H", data[at : at + 2])
    if length < 2 or at + length > len(data):
        raise DamagedPaper(file=file, kind=KIND, problem=CUT_OFF)
    return int(length)


def _look_at_frame(file: str, data: Mapped, at: int) -> None:
    if at + 5 > len(data):
        raise DamagedPaper(file=file, kind=KIND, problem=CUT_OFF)
    height, width = struct.unpack(">HH", data[at + 1 : at + 5])
    if not height or not width:
        raise DamagedPaper(file=file, kind=KIND, problem=Phrase("it does not say how large it is"))
    require_few_pixels(file, width, height)


def _end_of_scan(file: str, data: Mapped, at: int) -> int:
    found = _MARKER.search(data, at)
    if found is None:
        raise DamagedPaper(file=file, kind=KIND, problem=CUT_OFF)
    return found.start()
