"""What an event log says, whatever file it came from: cases, and in each its events in order of time.

These values are what readers give and ``replay`` and ``workflow discover`` take. What an event means here
(desk, step, decision) is not theirs to know; a name that is missing is ``None`` and gets its stand-in where
it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

#: What an attribute of a case can hold.
AttributeValue = str | int | float | bool | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """Something that was done in a case, as the log's own words tell it."""

    #: what was done, verbatim
    activity: str
    #: when it was done; never naive
    at: datetime
    #: who did it
    resource: str | None = None
    #: where in the organisation
    group: str | None = None
    #: in which role
    role: str | None = None
    #: the phase of the activity, verbatim: ``complete``, or ``None`` where the log does not speak of phases
    lifecycle: str | None = None
    #: the line of the file at which it stands; 0 when it came from no file
    line: int = 0

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"the time of {self.activity!r} has no time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCase:
    """One document's past; it may have no events."""

    #: the log's own identifier, or "trace N" (from 1) where it has none
    name: str
    #: what is known of the case as a whole, without its name
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    #: in the order of their time; where times tie, in the order of the file
    events: tuple[LogEvent, ...] = ()
    #: the line of the file at which it starts; 0 when it came from no file
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLog:
    """A whole log, its cases in the order of the file and no two of one name."""

    cases: tuple[LogCase, ...]
    #: the log's own name
    name: str | None = None
    #: events of the file that are none here: other phases of an activity than its completion, or in no case
    skipped: int = 0
