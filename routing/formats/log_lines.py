"""The log as lines, one an entry: CSV for a spreadsheet, JSON Lines for a program."""

from __future__ import annotations

import csv
import io
import json
from functools import lru_cache
from typing import Any, BinaryIO

from routing.formats.exported_log import ExportedApplication, ExportedEntry

COLUMNS = ("application", "case", "service", "seq", "at", "kind", "actor", "role", "desk", "step", "activity",
           "decision", "to", "hash", "minutes", "working_days")  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_encode = json.JSONEncoder(ensure_ascii=False).encode


class CsvLines:
    """A line of names, then a line an entry."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._text = io.StringIO(newline="")
        self._rows = csv.writer(self._text)

    def begin(self) -> None:
        """The names of the columns."""
        self._rows.writerow(COLUMNS)
        self._flush()

    def write(self, told: ExportedApplication) -> None:
        """Its entries."""
        whose = [harmless(told.number), harmless(told.case), harmless(told.service)]
        self._rows.writerows([[*whose, *_cells(entry)] for entry in told.entries])
        self._flush()

    def end(self) -> None:
        """Nothing: the last line is the last entry."""

    def state(self) -> dict[str, Any]:
        """Nothing is carried from line to line."""
        return {}

    def _flush(self) -> None:
        self._stream.write(self._text.getvalue().encode())
        self._text.seek(0)
        self._text.truncate()


class JsonLines:
    """A JSON object an entry, with all that the entry says and its bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def begin(self) -> None:
        """Nothing: every line stands for itself."""

    def write(self, told: ExportedApplication) -> None:
        """Its entries."""
        self._stream.write("".join([_json_line(told, entry) for entry in told.entries]).encode())

    def end(self) -> None:
        """Nothing: the last line is the last entry."""

    def state(self) -> dict[str, Any]:
        """Nothing is carried from line to line."""
        return {}


def harmless(value: str | int | None) -> str | int | None:
    """A cell a spreadsheet does not take for a formula (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


#: The same, kept: few people, desks and steps are said millions of times.
_known_harmless = lru_cache(maxsize=8192)(harmless)


def _cells(entry: ExportedEntry) -> list[str | int | None]:
    seq, at, *words, link, minutes, working_days = _values(entry)
    return [seq, at, *map(_known_harmless, words), link, minutes, working_days]


def _json_line(told: ExportedApplication, entry: ExportedEntry) -> str:
    values = (told.number, told.case, told.service, *_values(entry))
    row: dict[str, Any] = dict(zip(COLUMNS, values, strict=True))
    row["said"] = entry.said
    row["body"] = entry.body.decode() if entry.body is not None else None
    return _encode(row) + "\n"


def _values(entry: ExportedEntry) -> tuple[str | int | None, ...]:
    return (entry.seq, entry.at.isoformat(), entry.kind, entry.actor, entry.role, entry.desk, entry.step,
            entry.activity, entry.decision, entry.to, entry.hash.hex() if entry.hash is not None else None,
            entry.minutes, entry.working_days)  # fmt: skip
