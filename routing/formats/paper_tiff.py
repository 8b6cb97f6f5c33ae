"""A TIFF: the directories of its pages are followed; every part they name must lie in the file, and nothing behind."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from routing.domain.phrases import Phrase
from routing.formats.paper_bytes import Mapped, end_without_zeros, require_one_kind
from routing.formats.paper_refusals import CUT_OFF, DamagedPaper, TooManyPages, TwoFilesInOne, require_few_pixels

KIND = "TIFF"
MOST_PAGES = 200

_WIDTH, _HEIGHT = 256, 257
#: Where the parts of a picture begin, and the tag that says how long they are: in strips, or in tiles.
_PARTS = {273: 279, 324: 325}
#: Further directories: smaller pictures, what the camera says, where it was.
_FURTHER = (330, 34665, 34853, 40965)
_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_NUMBERS = {1: "B", 3: "H", 4: "I", 13: "I"}
_MOST_ENTRIES = 500
_MOST_NUMBERS = 500_000
_MOST_DIRECTORIES = 1_000
#: Scanners end a file on a full block.
_PADDING = 16


@dataclass(frozen=True, slots=True)
class _Field:
    type: int
    count: int
    at: int


class _Tiff:
    def __init__(self, file: str, data: Mapped) -> None:
        self.file, self.data = file, data
        self.order = "<" if data[:2] == b"II" else ">"
        #: the end of the last byte that something in the file speaks of
        self.extent = 8
        #: so many are read; pages that share one endless list are no document
        self.numbers_left = _MOST_NUMBERS

    def directory(self, at: int) -> tuple[dict[int, _Field], int]:
        """The fields of the directory at ``at``, and where the next one is."""
        (count,) = self.unpack("H", at)
        if not 0 < count <= _MOST_ENTRIES:
            raise self.damaged(Phrase("its list of pages is broken"))
        fields = {}
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            tag, kind, values = self.unpack("HHI", entry)
            size = _TYPE_SIZES.get(kind, 0) * values
            where = entry + 8 if size <= 4 else self.unpack("I", entry + 8)[0]
            self.reach(where, size)
            fields[tag] = _Field(kind, values, where)
        end = at + 2 + 12 * count
        self.reach(end, 4)
        return fields, self.unpack("I", end)[0]

    def numbers(self, field: _Field | None) -> Iterator[int]:
        """The whole numbers of a field."""
        if field is None or field.type not in _NUMBERS:
            raise self.damaged(Phrase("its list of pages is broken"))
        self.numbers_left -= field.count
        if self.numbers_left < 0:
            raise self.damaged(Phrase("its list of pages is broken"))
        letter, size = _NUMBERS[field.type], _TYPE_SIZES[field.type]
        for index in range(field.count):
            yield self.unpack(letter, field.at + index * size)[0]

    def first(self, field: _Field | None) -> int:
        return next(self.numbers(field), 0)

    def unpack(self, letters: str, at: int) -> tuple[int, ...]:
        size = struct.calcsize(self.order + letters)
        self.reach(at, size)
        return struct.unpack(self.order + letters, self.data[at : at + size])

    def reach(self, at: int, size: int) -> None:
        """Notes that something lies there. Raises DamagedPaper where the file has ended before."""
        if at + size > len(self.data):
            raise self.damaged(CUT_OFF)
        self.extent = max(self.extent, at + size)

    def damaged(self, problem: Phrase) -> DamagedPaper:
        return DamagedPaper(file=self.file, kind=KIND, problem=problem)


def check_tiff(file: str, data: Mapped) -> None:
    """Raises DamagedPaper, PictureTooLarge, TooManyPages, TwoFilesInOne."""
    tiff = _Tiff(file, data)
    (at,) = tiff.unpack("I", 4)
    seen: set[int] = set()
    pages = 0
    while at:
        pages += 1
        if pages > MOST_PAGES:
            raise TooManyPages(file=file, pages=pages, most=MOST_PAGES)
        fields, at = _directory(tiff, at, seen)
        _look_at_page(tiff, fields)
        _follow(tiff, fields, seen)
    if not pages:
        raise tiff.damaged(Phrase("there is no picture in it"))
    rest = len(data) - tiff.extent
    if rest > _PADDING or end_without_zeros(data, tiff.extent) < len(data):
        problem = Phrase("{count} bytes follow the end of the picture", count=rest)
        raise TwoFilesInOne(file=file, kind=KIND, problem=problem)
    require_one_kind(file, KIND, data)


def _directory(tiff: _Tiff, at: int, seen: set[int]) -> tuple[dict[int, _Field], int]:
    if at in seen or len(seen) >= _MOST_DIRECTORIES:
        raise tiff.damaged(Phrase("its list of pages is broken"))
    seen.add(at)
    return tiff.directory(at)


def _look_at_page(tiff: _Tiff, fields: dict[int, _Field]) -> None:
    width, height = tiff.first(fields.get(_WIDTH)), tiff.first(fields.get(_HEIGHT))
    if not width or not height:
        raise tiff.damaged(Phrase("it does not say how large it is"))
    require_few_pixels(tiff.file, width, height)
    if not _look_at_parts(tiff, fields):
        raise tiff.damaged(Phrase("there is no picture in it"))


def _look_at_parts(tiff: _Tiff, fields: dict[int, _Field]) -> int:
    """How many parts the picture is in; each lies in the file."""
    count = 0
    for begin, length in _PARTS.items():
        if begin in fields:
            for at, size in zip(tiff.numbers(fields[begin]), tiff.numbers(fields.get(length)), strict=False):
                tiff.reach(at, size)
                count += 1
    return count


def _follow(tiff: _Tiff, fields: dict[int, _Field], seen: set[int]) -> None:
    """Every directory below the page's; a list and not a recursion, because they can be nested without end."""
    waiting = [fields]
    while waiting:
        above = waiting.pop()
        for tag in _FURTHER:
            for at in tiff.numbers(above[tag]) if tag in above else ():
                further, _ = _directory(tiff, at, seen)
                _look_at_parts(tiff, further)
                waiting.append(further)
