"""Event logs of other offices, in XES as it is found in the wild, become an ``EventLog``.

No public log keeps to the letter of the standard, so this reader is tolerant: packed or not, with a byte
order mark or not, namespaced or not, unknown and nested attributes passed over. What it cannot read it
refuses with file, line, what is wrong and the way out, and it gives the whole log or nothing. What a log
means for desks and steps is not said here.

A file may come from anybody: document types (and with them entities), deep nesting, endless attributes and
files that unpack to more than a cap are refused while reading.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from routing.domain.errors import BrokenLog, UnreadableFile
from routing.formats.event_log import AttributeValue, EventLog, LogCase, LogEvent
from routing.formats.packed_bytes import FETCH_AGAIN, BadBytes, unpacked
from routing.formats.xes_values import (
    ACTIVITY,
    GROUP,
    LIFECYCLE,
    RESOURCE,
    ROLE,
    TIME,
    VALUE_ELEMENTS,
    read_instant,
    read_value,
)

#: A file that unpacks to more is refused unless the caller allows it.
MOST_BYTES = 1024**3
#: The longest name of a case, an activity, a resource, a group or a role, in characters.
LONGEST_NAME = 300

_EVENT_KEYS = frozenset({ACTIVITY, RESOURCE, GROUP, ROLE, TIME, LIFECYCLE})
_LONGEST_VALUE = 4 * 1024 * 1024
_DEEPEST = 64
_CUT_OFF = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)

_GIVE_XES = "Give an XES event log."
_EXPORT_AGAIN = "Export the log again from the program it comes from."
_MEND_LINE = "Mend this line or export the log again."


def read_xes(
    source: str | os.PathLike[str] | BinaryIO, *, file: str | None = None, most_bytes: int = MOST_BYTES
) -> EventLog:
    """The log in a file or a binary stream.

    Events of a case come in the order of their time; where times tie, in the order of the file (a stable
    sort, so a file that lists a case out of order is put right). Only the completion of an activity is an
    event, or an event that names no phase; but a log in which nothing is ever ``complete`` does not use the
    standard phases, and then every event counts. A name that is blank is missing; the last one counts where
    a key stands twice.

    Args:
        source: a path, or a stream opened for bytes; a stream is read to its end and left open.
        file: what to call it in a refusal; the path or the stream's own name when not given.
        most_bytes: the most it may unpack to.

    Raises:
        BrokenLog: the file is no sound XES, or cannot be told from an attack.
        UnreadableFile: the file cannot be opened or read.
    """
    if not isinstance(source, str | os.PathLike):
        return _read_stream(source, file or str(getattr(source, "name", "(stream)")), most_bytes)
    file = file or os.fspath(source)
    try:
        with Path(source).open("rb") as stream:
            return _read_stream(stream, file, most_bytes)
    except OSError as error:
        raise UnreadableFile(file=file, problem=error.strerror or error) from error


def _read_stream(stream: BinaryIO, file: str, most_bytes: int) -> EventLog:
    reading = _Reading(file)
    try:
        for piece in unpacked(stream, most_bytes=most_bytes):
            reading.feed(piece)
    except BadBytes as error:
        reading.refuse(error.problem, error.way_out)
    return reading.finish()


class _Reading:
    """One pass over one file: what expat reports becomes cases; the first thing that is wrong ends it."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._parser = parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        self._fed = 0
        self._depth = 0
        self._log_name: str | None = None
        self._cases: list[LogCase] = []
        self._line_of_case: dict[str, int] = {}
        self._traces = 0
        self._outside = 0
        self._completed = 0
        self._other_phases = 0
        # What is being put together at the moment; at line 0: nothing is.
        self._trace_line = 0
        self._trace_name = ""
        self._attributes: dict[str, AttributeValue] = {}
        self._events: list[LogEvent] = []
        self._event_line = 0
        self._event: dict[str, str] = {}

    def refuse(self, problem: str, way_out: str, line: int = 0) -> NoReturn:
        """End the reading; without a line, at the one reached."""
        line = line or self._parser.CurrentLineNumber
        raise BrokenLog(file=self._file, line=line, problem=problem, way_out=way_out)

    def feed(self, piece: bytes) -> None:
        """Take in the next bytes."""
        self._parse(piece)
        self._fed += len(piece)
        # Expat holds a value whole until it has seen its end.
        if self._fed - self._parser.CurrentByteIndex > _LONGEST_VALUE + len(piece):
            problem = f"a single value or comment has more than {_LONGEST_VALUE:,} bytes"
            self.refuse(problem, "Shorten it or leave it out.")

    def finish(self) -> EventLog:
        """The log, once every byte has been taken in."""
        self._parse(b"", final=True)
        cases, skipped = self._cases, self._outside
        if self._completed and self._other_phases:
            skipped += self._other_phases
            cases = [replace(case, events=tuple(filter(_counts, case.events))) for case in cases]
        return EventLog(cases=tuple(cases), name=self._log_name, skipped=skipped)

    def _parse(self, piece: bytes, *, final: bool = False) -> None:
        try:
            self._parser.Parse(piece, final)
        except expat.ExpatError as error:
            if final and error.code in _CUT_OFF:
                self._refuse_end()
            what = f"{expat.ErrorString(error.code)}, column {error.offset + 1}"
            self.refuse(f"this is not well-formed XML ({what})", _EXPORT_AGAIN, error.lineno)
        except (LookupError, ValueError) as error:
            if self._depth:  # It is ours: pyexpat asks for unknown encodings before the first element only.
                raise
            self.refuse(f"its encoding cannot be read ({error})", "Save the file as UTF-8.", 1)

    def _refuse_end(self) -> NoReturn:
        if self._trace_line:
            problem = f"the file ends in the middle of the case that starts at line {self._trace_line}"
            self.refuse(problem, FETCH_AGAIN)
        if self._depth:
            self.refuse("the file ends before the log does", FETCH_AGAIN)
        self.refuse("there is no XML in this file", _GIVE_XES)

    # What expat calls. The depth tells what an element is: log 1, trace 2, event 3; attributes one more.

    def _doctype(self, *_: object) -> None:
        self.refuse("it declares a document type, which may hide entities", "Remove the DOCTYPE; XES needs none.")

    def _start(self, tag: str, xml: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 4:
            if self._event_line and (key := xml.get("key")) in _EVENT_KEYS:
                self._event[key] = xml.get("value", "")
        elif self._depth == 3:
            self._below_trace(_local(tag), xml)
        elif self._depth == 2:
            self._below_log(_local(tag), xml)
        elif self._depth == 1 and _local(tag) != "log":
            self.refuse(f"the outermost element is <{tag[:60]}>, not <log>", _GIVE_XES)
        elif self._depth > _DEEPEST:
            self.refuse(f"elements are nested more than {_DEEPEST} deep", _EXPORT_AGAIN)

    def _below_log(self, element: str, xml: dict[str, str]) -> None:
        if element == "trace":
            self._traces += 1
            self._trace_line = self._parser.CurrentLineNumber
            self._trace_name, self._attributes, self._events = "", {}, []
        elif element == "event":
            self._outside += 1
        elif element in VALUE_ELEMENTS and xml.get("key") == ACTIVITY:
            self._log_name = xml.get("value") or None

    def _below_trace(self, element: str, xml: dict[str, str]) -> None:
        if not self._trace_line:
            return
        if element == "event":
            self._event_line = self._parser.CurrentLineNumber
            self._event = {}
        elif element in VALUE_ELEMENTS and "key" in xml and "value" in xml:
            if xml["key"] == ACTIVITY:
                self._trace_name = xml["value"]
            else:
                self._attributes[sys.intern(xml["key"])] = read_value(element, xml["value"])

    def _end(self, _tag: str) -> None:
        if self._depth == 3 and self._event_line:
            self._finish_event()
            self._event_line = 0
        elif self._depth == 2 and self._trace_line:
            self._finish_case()
            self._trace_line = 0
        self._depth -= 1

    # Putting together.

    def _finish_event(self) -> None:
        line = self._event_line
        activity = self._name_of(ACTIVITY)
        if activity is None:
            self.refuse(f"this event has no {ACTIVITY}", _MEND_LINE, line)
        if TIME not in self._event:
            self.refuse(f'the event "{activity}" has no {TIME}', _MEND_LINE, line)
        try:
            at = read_instant(self._event[TIME])
        except ValueError:
            problem = f'the {TIME} of the event "{activity}" is no point in time: "{self._event[TIME][:60]}"'
            self.refuse(problem, "Write it as 2026-01-31T08:15:00.000+07:00.", line)
        lifecycle = self._name_of(LIFECYCLE)
        if lifecycle is not None:
            completed = _is_complete(lifecycle)
            self._completed += completed
            self._other_phases += not completed
        self._events.append(
            LogEvent(
                activity=activity,
                at=at,
                resource=self._name_of(RESOURCE),
                group=self._name_of(GROUP),
                role=self._name_of(ROLE),
                lifecycle=lifecycle,
                line=line,
            )
        )

    def _name_of(self, key: str) -> str | None:
        name = self._event.get(key)
        if name is None or not name.strip():
            return None
        self._check_length(key, name, self._event_line)
        return sys.intern(name)

    def _finish_case(self) -> None:
        line = self._trace_line
        name = self._trace_name if self._trace_name.strip() else f"trace {self._traces}"
        self._check_length(f"{ACTIVITY} of the case", name, line)
        if name in self._line_of_case:
            first = self._line_of_case[name]
            problem = f'the case "{name}" is here a second time; the first stands at line {first}'
            self.refuse(problem, "Give every case a name of its own, or join the two.", line)
        self._line_of_case[name] = line
        self._events.sort(key=_time_of)
        self._cases.append(LogCase(name=name, attributes=self._attributes, events=tuple(self._events), line=line))

    def _check_length(self, what: str, name: str, line: int) -> None:
        if len(name) > LONGEST_NAME:
            problem = f"the {what} has {len(name):,} characters; a name has at most {LONGEST_NAME}"
            self.refuse(problem, "Shorten it.", line)


def _local(tag: str) -> str:
    # Prefixes are cut off, not resolved: files whose prefix is declared nowhere are read too.
    return tag.rpartition(":")[2]


def _is_complete(lifecycle: str) -> bool:
    return lifecycle.strip().lower() == "complete"


def _counts(event: LogEvent) -> bool:
    return event.lifecycle is None or _is_complete(event.lifecycle)


def _time_of(event: LogEvent) -> datetime:
    return event.at
