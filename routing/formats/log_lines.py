"""The log as lines, one an entry: CSV for a spreadsheet, JSON Lines for a program."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, BinaryIO

from routing.formats.exported_log import ExportedApplication, ExportedEntry

COLUMNS = ("application", "case", "service", "seq", "at", "kind", "actor", "role", "desk", "step", "activity",
           "decision", "to", "hash", "minutes", "working_days")  # fmt: skip
_WORDS = COLUMNS[5:13]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_encode = json.JSONEncoder(ensure_ascii=False).encode


class CsvLines:
    """A line of names, then a line an entry."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def begin(self) -> None:
        """The names of the columns."""
        self._stream.write(f"{_row(COLUMNS)}\r\n".encode())

    def write(self, told: ExportedApplication) -> None:
        """Its entries."""
        whose = _row((harmless(told.number), harmless(told.case), harmless(told.service)))
        self._stream.write("".join([_csv_line(whose, entry) for entry in told.entries]).encode())

    def end(self) -> None:
        """Nothing: the last line is the last entry."""

    def state(self) -> dict[str, Any]:
        """Nothing is carried from line to line."""
        return {}


class JsonLines:
    """A JSON object an entry, with all that the entry says and its bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def begin(self) -> None:
        """Nothing: every line stands for itself."""

    def write(self, told: ExportedApplication) -> None:
        """Its entries."""
        whose = _members(("application", "case", "service"), told.number, told.case, told.service)
        self._stream.write("".join([_json_line(whose, entry) for entry in told.entries]).encode())

    def end(self) -> None:
        """Nothing: the last line is the last entry."""

    def state(self) -> dict[str, Any]:
        """Nothing is carried from line to line."""
        return {}


def harmless(value: str | int | None) -> str | int | None:
    """A cell a spreadsheet does not take for a formula (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _row(cells: Iterable[str | int | None]) -> str:
    """As the standard library writes it, without the end of the line."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


@lru_cache(maxsize=65536)
def _cells(*words: str | None) -> str:
    """The words of a line, kept: few people, desks and steps are said millions of times."""
    return _row(map(harmless, words))


def _csv_line(whose: str, entry: ExportedEntry) -> str:
    words = _cells(*_words(entry))
    own = entry.hash.hex() if entry.hash is not None else ""
    minutes = entry.minutes if entry.minutes is not None else ""
    days = entry.working_days if entry.working_days is not None else ""
    return f"{whose},{entry.seq},{entry.at.isoformat()},{words},{own},{minutes},{days}\r\n"


@lru_cache(maxsize=65536)
def _members(names: tuple[str, ...], *values: str | None) -> str:
    """Members of an object without its brackets, kept for the same reason."""
    return _encode(dict(zip(names, values, strict=True)))[1:-1]


def _json_line(whose: str, entry: ExportedEntry) -> str:
    words = _members(_WORDS, *_words(entry))
    own = f'"{entry.hash.hex()}"' if entry.hash is not None else "null"
    minutes = entry.minutes if entry.minutes is not None else "null"
    days = entry.working_days if entry.working_days is not None else "null"
    said = body = "null"
    if entry.body is not None:
        # What an entry says is JSON already, and where it is canonical it has no line of its own.
        said = entry.body.decode()
        body = _encode(said)
        said = said if "\n" not in said and "\r" not in said else _encode(entry.said)
    return (
        f'{{{whose}, "seq": {entry.seq}, "at": "{entry.at.isoformat()}", {words}, "hash": {own}, "minutes": {minutes}, '
        f'"working_days": {days}, "said": {said}, "body": {body}}}\n'
    )


def _words(entry: ExportedEntry) -> tuple[str | None, ...]:
    """Those of ``_WORDS``."""
    return (entry.kind, entry.actor, entry.role, entry.desk, entry.step, entry.activity, entry.decision, entry.to)
