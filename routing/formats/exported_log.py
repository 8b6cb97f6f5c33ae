"""What an export tells, whatever it is written as: applications, and in each its entries, visits and papers.

These values are what ``reading.log_export`` gives and the writers take. Entries, visits and papers are named tuples
and not dataclasses: there are millions of them, and a frozen dataclass takes five times as long to make.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol


class ExportedEntry(NamedTuple):
    """One entry with the words that were in force for it."""

    seq: int
    at: datetime
    kind: str
    #: the account, or its pseudonym
    actor: str
    #: the role it was done in; the log's own words for an imported case
    role: str | None
    desk: str | None
    desk_name: str | None
    step: str | None
    #: the step's label; the log's activity for an imported case
    activity: str
    decision: str | None
    to: str | None
    #: number of the visit it was done at, and those of the visits it opens
    visit: int | None
    sent: tuple[int, ...]
    #: number of the document it attached
    attachment: int | None
    #: open minutes, and working days, from the arrival of the visit to its decision; None: it is no decision
    minutes: int | None
    working_days: int | None
    #: what the entry says, its bytes and its place in the chain; None where people have pseudonyms, because whoever
    #: knows the names of the staff could try them out on the hash
    said: Mapping[str, Any] | None
    body: bytes | None
    hash: bytes | None

    @property
    def is_of_a_program(self) -> bool:
        """Whether nobody did it."""
        return is_program(self.actor)

    @property
    def resource(self) -> str:
        """Who did it, for an event log: whatever arrives, arrives by itself."""
        return self.actor if self.kind != "arrived" else f"auto.{self.desk}"


class ExportedVisit(NamedTuple):
    """One stay of the application at a desk."""

    no: int
    step: str
    desk: str
    desk_name: str
    sent_at: datetime
    arrived_at: datetime | None
    closed_at: datetime | None
    decision: str | None


class ExportedPaper(NamedTuple):
    """An attached document; neither its content nor a hash of it, which would prove it to whoever has another copy."""

    no: int
    requirement: str | None
    media_type: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedApplication:
    """One application with what is exported of it, in the order of its chain."""

    id: int
    number: str
    service: str
    imported_case: str | None
    channel: str
    outcome: str | None
    submitted_at: datetime
    facts: Mapping[str, str | int | float | bool | None]
    #: open minutes, and working days, from its submission to its end; None: it has not ended
    minutes: int | None
    working_days: int | None
    entries: tuple[ExportedEntry, ...]
    visits: tuple[ExportedVisit, ...]
    papers: tuple[ExportedPaper, ...]

    @property
    def case(self) -> str:
        """The case's name in an event log: the imported log's own, else our number."""
        return self.imported_case or self.number


def is_program(actor: str) -> bool:
    """Whether that actor of an entry is nobody."""
    return actor.startswith("auto.")


class LogWriter(Protocol):
    """Whatever an export can be written as."""

    def begin(self) -> None:
        """What stands before the first application; not said again where an export is continued."""

    def write(self, told: ExportedApplication) -> None:
        """The next application, whole."""

    def end(self) -> None:
        """What stands behind the last."""

    def state(self) -> dict[str, Any]:
        """What a writer has to be told to go on from here; everything written so far is on its way to the disk."""
