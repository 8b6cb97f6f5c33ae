"""What do the books say around some entries? Applications, visits, versions then, calendars then: read in one go each.

For integrity signals alone; what is made of it is ``signal_deeds``'.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.application import Application
from routing.domain.workflow import Workflow
from routing.domain.working_calendar import WorkingCalendar
from routing.office import Office
from routing.reading.application_file import application_of
from routing.reading.signal_entries import Candidate
from routing.reading.versions_then import has_migrations
from routing.storage.tables import applications, audit_entries, calendar_versions, desks, visits
from routing.storage.transaction import Transaction

_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_APPLICATIONS = sa.select(*(applications.c[name] for name in Application.__dataclass_fields__)).where(
    applications.c.id.in_(_IDS)
)
_VISITS = (
    sa.select(
        visits.c.application_id,
        visits.c.no,
        visits.c.step,
        visits.c.desk,
        visits.c.sent_at,
        visits.c.arrived_at,
        visits.c.claimed_at,
        visits.c.closed_at,
        visits.c.decided_by,
        visits.c.due_at,
    )
    .where(visits.c.application_id.in_(_IDS))
    .order_by(visits.c.application_id, visits.c.no)
)
_MIGRATED = (
    sa.select(audit_entries.c.application_id, audit_entries.c.seq, audit_entries.c.body)
    .where(audit_entries.c.application_id.in_(_IDS), audit_entries.c.kind == "migrated")
    .order_by(audit_entries.c.seq)
)
_CALENDARS = sa.select(calendar_versions.c.hash, calendar_versions.c.made_at).order_by(calendar_versions.c.number)
_DESKS = sa.select(desks.c.code, desks.c.unit, desks.c.counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A visit as it stands in the books now."""

    application_id: int
    no: int
    step: str
    desk: str
    sent_at: datetime
    arrived_at: datetime | None
    claimed_at: datetime | None
    closed_at: datetime | None
    decided_by: str | None
    due_at: datetime

    def lay_there(self, at: datetime) -> bool:
        """Whether the document was at the desk, or on its way there, at that moment."""
        return self.sent_at <= at and (self.closed_at is None or self.closed_at > at)


class OfficeThen:
    """What is the same for every entry: desks, and which calendar was in force when."""

    def __init__(self, office: Office, connection: Connection) -> None:
        self._office, self._tx = office, Transaction(connection)
        rows = connection.execute(_CALENDARS).all()
        self._hashes = [row.hash for row in rows]
        self._made = [row.made_at for row in rows]
        found = connection.execute(_DESKS).all()
        self.counters = frozenset(row.code for row in found if row.counter)
        self._units = {row.code: row.unit for row in found}
        self.is_migrated = has_migrations(connection)

    def calendar(self, at: datetime) -> WorkingCalendar:
        """The version in force at that moment; of a time before all of them, the first. An office has one."""
        return self._office.calendar(self._hashes[max(0, bisect_right(self._made, at) - 1)], self._tx)

    def workflow(self, content_hash: str) -> Workflow:
        """The version of a route with this hash."""
        return self._office.rule_book(content_hash, self._tx).workflow

    def desks_of(self, unit: str) -> frozenset[str]:
        """The desks of an agency."""
        return frozenset(code for code, of in self._units.items() if of == unit)


class Files:
    """The applications of some entries, and their visits."""

    def __init__(self, connection: Connection, then: OfficeThen, ids: Iterable[int]) -> None:
        self._then = then
        wanted = {"ids": sorted(set(ids))}
        rows = connection.execute(_APPLICATIONS, wanted).all() if wanted["ids"] else ()
        self.applications = {row.id: application_of(row) for row in rows}
        self._visits: dict[int, list[Stay]] = {}
        for row in connection.execute(_VISITS, wanted) if wanted["ids"] else ():
            self._visits.setdefault(row.application_id, []).append(Stay(**row._mapping))  # noqa: SLF001 - public API
        self._migrations = _migrations(connection, wanted) if then.is_migrated and wanted["ids"] else {}

    @property
    def stays(self) -> Iterable[Stay]:
        """Every visit of all of them."""
        return (stay for some in self._visits.values() for stay in some)

    def visits(self, application_id: int) -> Sequence[Stay]:
        """The application's visits, in their order."""
        return self._visits.get(application_id, ())

    def workflow(self, entry: Candidate) -> Workflow:
        """The version the entry was written under."""
        later = (before for seq, before in self._migrations.get(entry.application_id, ()) if seq > entry.seq)
        return self._then.workflow(next(later, self.applications[entry.application_id].workflow))


def _migrations(connection: Connection, wanted: dict[str, Any]) -> dict[int, list[tuple[int, str]]]:
    """The versions these applications have left, with the entry that tells of it."""
    found: dict[int, list[tuple[int, str]]] = {}
    for row in connection.execute(_MIGRATED, wanted):
        found.setdefault(row.application_id, []).append((row.seq, json.loads(bytes(row.body))["workflow_before"]))
    return found
