"""Event logs for other programs, in XES exactly as IEEE 1849-2016 has it, written as they come.

The files have no XML namespace, because the standard's schema has none. What is exported, and under which
names, is ``audit export``'s to decide; here it only becomes well-formed, valid XML, whatever stands in the
texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from types import TracebackType
from typing import BinaryIO, Self

from routing.formats.event_log import AttributeValue
from routing.formats.xes_values import (
    ACTIVITY,
    GROUP,
    LIFECYCLE,
    RESOURCE,
    ROLE,
    TIME,
    escape,
    write_instant,
    write_key,
    write_value,
)

#: Our own codes beside the standard's names; docs/satuatap.xesext tells what each means.
STEP = "satuatap:step"
DECISION = "satuatap:decision"
SEQ = "satuatap:seq"
MINUTES = "satuatap:minutes"
WORKING_DAYS = "satuatap:working_days"
#: The name of our extension: an address would have to be one of a host that is ours for ever.
EXTENSION = "urn:satuatap:xes:1"

_HEAD = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <extension name="SatuAtap" prefix="satuatap" uri="{EXTENSION}"/>
  <global scope="trace">
    <string key="{ACTIVITY}" value="UNKNOWN"/>
  </global>
  <global scope="event">
    <string key="{ACTIVITY}" value="UNKNOWN"/>
    <string key="{RESOURCE}" value="UNKNOWN"/>
    <date key="{TIME}" value="1970-01-01T00:00:00.000+00:00"/>
    <string key="{LIFECYCLE}" value="complete"/>
  </global>
  <classifier name="Activity" scope="event" keys="{ACTIVITY}"/>
  <classifier name="Resource" scope="event" keys="{RESOURCE}"/>
"""


class XesWriter:
    """A log being written: ``with XesWriter(stream) as log``, then a ``case``, its ``event``s, the next.

    The stream takes bytes (UTF-8) and stays open. When the block is left by an exception the log is not
    closed, so that nobody takes half an export for a whole one. Two cases of one name are the caller's to
    avoid. Whoever goes on behind a case that was closed calls no ``begin``, and ``end`` when all is written.
    """

    def __init__(self, stream: BinaryIO, *, name: str | None = None) -> None:
        self._stream = stream
        self._name = name
        self._in_case = False

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.end()

    def begin(self) -> None:
        """What stands before the first case."""
        self._write(_HEAD)
        if self._name:
            self._write(_attribute(ACTIVITY, self._name, "  "))
        self._write(_attribute("lifecycle:model", "standard", "  "))

    def end(self) -> None:
        """Closes the log."""
        self.close_case()
        self._write("</log>\n")

    def case(self, name: str, attributes: Mapping[str, AttributeValue] | None = None) -> None:
        """Start the next case.

        In a key that the schema does not take, ``_`` stands for what it refuses; a key that would then stand
        there twice gets a number.
        """
        _require(name, "a case", ACTIVITY)
        self.close_case()
        self._in_case = True
        lines = ["  <trace>\n", _attribute(ACTIVITY, name, "    ")]
        lines += (_attribute(key, value, "    ") for key, value in _with_own_keys(attributes or {}))
        self._write("".join(lines))

    def event(
        self,
        *,
        activity: str,
        at: datetime,
        resource: str,
        group: str | None = None,
        role: str | None = None,
        lifecycle: str = "complete",
        step: str | None = None,
        decision: str | None = None,
        seq: int | None = None,
        minutes: int | None = None,
        working_days: int | None = None,
    ) -> None:
        """Add the next event to the case; what is ``None`` is left out, activity and resource never are."""
        if not self._in_case:
            raise ValueError("an event needs a case to stand in")
        self._write(
            f'{_who(activity, resource, group, role)}      <date key="{TIME}" value="{write_instant(at)}"/>\n'
            f"{_what(lifecycle, step, decision)}"
            f"{_number(SEQ, seq)}{_number(MINUTES, minutes)}{_number(WORKING_DAYS, working_days)}    </event>\n"
        )

    def close_case(self) -> None:
        """Nothing more belongs to the case."""
        if self._in_case:
            self._write("  </trace>\n")
            self._in_case = False

    def _write(self, text: str) -> None:
        self._stream.write(text.encode())


def _attribute(key: str, value: AttributeValue, indent: str) -> str:
    element, text = write_value(value)
    return f'{indent}<{element} key="{key}" value="{escape(text)}"/>\n'


@lru_cache(maxsize=65536)
def _who(activity: str, resource: str, group: str | None, role: str | None) -> str:
    """An event up to its time, kept: few activities, people and desks are said millions of times."""
    _require(activity, "an event", ACTIVITY)
    _require(resource, "an event", RESOURCE)
    said = ((ACTIVITY, activity), (RESOURCE, resource), (GROUP, group), (ROLE, role))
    return "    <event>\n" + _texts(said)


@lru_cache(maxsize=8192)
def _what(lifecycle: str, step: str | None, decision: str | None) -> str:
    """What stands behind the time, kept for the same reason."""
    _require(lifecycle, "an event", LIFECYCLE)
    return _texts(((LIFECYCLE, lifecycle), (STEP, step), (DECISION, decision)))


def _texts(said: Iterable[tuple[str, str | None]]) -> str:
    return "".join([_attribute(key, value, "      ") for key, value in said if value is not None])


def _number(key: str, value: int | None) -> str:
    return f'      <int key="{key}" value="{value}"/>\n' if value is not None else ""


def _with_own_keys(attributes: Mapping[str, AttributeValue]) -> Iterator[tuple[str, AttributeValue]]:
    taken = {ACTIVITY}
    for key, value in attributes.items():
        wanted = own = write_key(key)
        number = 2
        while own in taken:
            own = f"{wanted}.{number}"
            number += 1
        taken.add(own)
        yield own, value


def _require(text: str, owner: str, key: str) -> None:
    if not text.strip():
        raise ValueError(f"{owner} needs a {key} that is not empty")
