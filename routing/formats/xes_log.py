"""The office's applications as cases of an XES log; how XES is written, ``xes_writer`` knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from routing.formats.event_log import AttributeValue
from routing.formats.exported_log import ExportedApplication
from routing.formats.xes_writer import MINUTES, WORKING_DAYS, XesWriter

# As moments of an imported log are kept among the facts.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


class XesLog:
    """A case an application, an event an entry."""

    def __init__(self, stream: BinaryIO) -> None:
        self._log = XesWriter(stream, name="Satu Atap")

    def begin(self) -> None:
        """The head of the log."""
        self._log.begin()

    def write(self, told: ExportedApplication) -> None:
        """The application, as a whole case."""
        self._log.case(told.case, dict(_attributes(told)))
        for entry in told.entries:
            self._log.event(
                activity=entry.activity,
                at=entry.at,
                resource=entry.resource,
                group=entry.desk_name,
                role=entry.role,
                step=entry.step,
                decision=entry.decision or entry.kind,
                seq=entry.seq,
                minutes=entry.minutes,
                working_days=entry.working_days,
            )
        self._log.close_case()

    def end(self) -> None:
        """The end of the log."""
        self._log.end()

    def state(self) -> dict[str, Any]:
        """Nothing is carried from case to case."""
        return {}


def _attributes(told: ExportedApplication) -> Iterator[tuple[str, AttributeValue]]:
    said = (
        ("satuatap:number", told.number),
        ("satuatap:service", told.service),
        ("satuatap:outcome", told.outcome),
        (MINUTES, told.minutes),
        (WORKING_DAYS, told.working_days),
    )
    yield from ((key, value) for key, value in said if value is not None)
    is_imported = told.imported_case is not None
    for key, value in told.facts.items():
        if is_imported and isinstance(value, str) and _MOMENT.fullmatch(value):
            yield key, datetime.fromisoformat(value)
        elif value is not None:
            yield key, value
