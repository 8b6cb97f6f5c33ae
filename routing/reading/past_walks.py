"""How did each application of a service go, entry by entry? To be gone through once more under other rules."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.application import Application
from routing.domain.visits import Trouble, Visit
from routing.office import Office
from routing.reading.application_file import application_of
from routing.storage.tables import applications, audit_entries, visits

_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_IDS_OF_SERVICE = (
    sa.select(applications.c.id)
    .where(
        applications.c.service == sa.bindparam("service"),
        applications.c.id > sa.bindparam("after"),
        # Of an erased one nobody knows any more what its form said, and conditions would be told wrongly.
        applications.c.erased_at.is_(None),
    )
    .order_by(applications.c.id)
    .limit(sa.bindparam("most"))
)
_APPLICATIONS = (
    sa.select(*(applications.c[name] for name in Application.__dataclass_fields__))
    .where(applications.c.id.in_(_IDS))
    .order_by(applications.c.id)
)
_VISITS = (
    sa.select(*(visits.c[name] for name in Visit.__dataclass_fields__))
    .where(visits.c.application_id.in_(_IDS))
    .order_by(visits.c.application_id, visits.c.no)
)
_ENTRIES = (
    sa.select(audit_entries.c.application_id, audit_entries.c.at, audit_entries.c.actor, audit_entries.c.body)
    .where(audit_entries.c.application_id.in_(_IDS))
    .order_by(audit_entries.c.application_id, audit_entries.c.seq)
)
_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEntry:
    """One entry, as its bytes say it."""

    at: datetime
    actor: str
    said: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """What it tells of."""
        return str(self.said["kind"])

    @property
    def sent(self) -> list[dict[str, Any]]:
        """The visits that began with it: number, step, desk. The first entries had one at most, and no list."""
        sent = self.said.get("sent") or []
        return [sent] if isinstance(sent, dict) else sent


@dataclass(frozen=True, slots=True, kw_only=True)
class PastWalk:
    """An application as it stands, all its visits, and what the log tells of it."""

    application: Application
    visits: Mapping[int, Visit]
    entries: tuple[PastEntry, ...]

    @property
    def open_visits(self) -> tuple[Visit, ...]:
        """Where it lies, or is on its way to."""
        return tuple(visit for visit in self.visits.values() if visit.is_open)


def past_walks(office: Office, service: str) -> Iterator[PastWalk]:
    """The applications of the service but the erased ones, in the order of their submission. Memory does not grow.

    All times are in the office's time zone: on which day something was depends on where one asks.
    """
    with office.reading() as connection:
        after = -1
        while ids := _next_ids(connection, service, after):
            yield from _walks(connection, ids, office.time_zone)
            after = ids[-1]


def _next_ids(connection: Connection, service: str, after: int) -> Sequence[int]:
    wanted = {"service": service, "after": after, "most": _AT_ONCE}
    return connection.execute(_IDS_OF_SERVICE, wanted).scalars().all()


def _walks(connection: Connection, ids: Sequence[int], zone: tzinfo) -> Iterator[PastWalk]:
    been_at: dict[int, dict[int, Visit]] = defaultdict(dict)
    for row in connection.execute(_VISITS, {"ids": ids}):
        been_at[row.application_id][row.no] = _visit(row, zone)
    told: dict[int, list[PastEntry]] = defaultdict(list)
    for row in connection.execute(_ENTRIES, {"ids": ids}):
        entry = PastEntry(at=row.at.astimezone(zone), actor=row.actor, said=json.loads(bytes(row.body)))
        told[row.application_id].append(entry)
    for row in connection.execute(_APPLICATIONS, {"ids": ids}):
        application = application_of(row)
        application = replace(application, submitted_at=application.submitted_at.astimezone(zone))
        yield PastWalk(application=application, visits=been_at[row.id], entries=tuple(told[row.id]))


def _visit(row: sa.Row[*tuple[Any, ...]], zone: tzinfo) -> Visit:
    said = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    said["trouble"] = Trouble(**row.trouble) if row.trouble is not None else None
    said |= {"sent_at": row.sent_at.astimezone(zone), "due_at": row.due_at.astimezone(zone)}
    return Visit(**said)
