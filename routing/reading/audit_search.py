"""Which transitions were there? The whole log, filtered, newest first, in pages that cost the same however deep."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.office import Office
from routing.reading.catalogue import names_of
from routing.reading.history import Event, event_of
from routing.reading.moved_dues import whys_of
from routing.reading.versions_then import GONE_OVER, workflow_then
from routing.storage.instant import Instant
from routing.storage.tables import applications, audit_entries

ENTRIES_ON_A_PAGE = 50

_KEY = (audit_entries.c.at, audit_entries.c.application_id, audit_entries.c.seq)
_LOG = (
    sa.select(audit_entries, applications.c.number, applications.c.workflow, GONE_OVER)
    .join_from(audit_entries, applications, applications.c.id == audit_entries.c.application_id)
    .order_by(*(column.desc() for column in _KEY))
    .limit(sa.bindparam("most"))
)
# Each filter is one clause, added where it is asked for; the index on (at, application, entry) gives the order.
_CLAUSES = {
    "application": audit_entries.c.application_id == sa.bindparam("application"),
    "kind": audit_entries.c.kind == sa.bindparam("kind"),
    "desk": audit_entries.c.desk == sa.bindparam("desk"),
    "actor": audit_entries.c.actor == sa.bindparam("actor"),
    "since": audit_entries.c.at >= sa.bindparam("since", type_=Instant()),
    "until": audit_entries.c.at < sa.bindparam("until", type_=Instant()),
}
_BEHIND = sa.tuple_(*_KEY) < sa.tuple_(
    sa.bindparam("at", type_=Instant()),
    sa.bindparam("application_id", type_=sa.BigInteger()),
    sa.bindparam("seq", type_=sa.Integer()),
)
_ID_OF_NUMBER = sa.select(applications.c.id).where(applications.c.number == sa.bindparam("number"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """What is looked for; everything empty: all of it."""

    number: str = ""
    kind: str = ""
    desk: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Some of what was found, newest first."""

    events: tuple[Event, ...]
    #: the cursor of the next (older) page; None: this is the last
    next: str | None


def search_log(office: Office, wanted: LogFilter, cursor: str = "", most: int = ENTRIES_ON_A_PAGE) -> LogPage:
    """A page of the log. A cursor nobody gave out begins at the newest."""
    with office.reading() as connection:
        values = _values(connection, wanted)
        if values is None:
            return LogPage(events=(), next=None)
        statement = _LOG.where(*(_CLAUSES[name] for name in values))
        behind = _place(cursor)
        if behind is not None:
            statement, values = statement.where(_BEHIND), values | behind
        rows = connection.execute(statement, values | {"most": most + 1}).all()
        names = names_of(connection, (row.actor for row in rows))
        whys = whys_of(connection, rows)
    events = tuple(
        event_of(row, workflow_then(office, row), names, because=whys.get((row.application_id, row.seq), ()))
        for row in rows
    )
    return LogPage(events=events[:most], next=_cursor(events[most - 1]) if len(events) > most else None)


def _values(connection: Connection, wanted: LogFilter) -> dict[str, Any] | None:
    """What the clauses are filled with; None: the application does not exist, so nothing is found."""
    values: dict[str, Any] = {
        name: value for name in ("kind", "desk", "actor", "since", "until") if (value := getattr(wanted, name))
    }
    if wanted.number:
        found = connection.execute(_ID_OF_NUMBER, {"number": wanted.number}).scalar()
        if found is None:
            return None
        values["application"] = found
    return values


def _cursor(event: Event) -> str:
    place = json.dumps([event.at.isoformat(), event.application_id, event.seq]).encode()
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def _place(cursor: str) -> dict[str, Any] | None:
    place: dict[str, Any]
    try:
        said, application_id, seq = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        at = datetime.fromisoformat(said)
        place = {"at": at.astimezone(UTC), "application_id": int(application_id), "seq": int(seq)}
    except (ValueError, TypeError, OverflowError, binascii.Error):
        return None
    # A number no column can hold, or a time without a zone, was not given out by us either.
    is_ours = at.tzinfo is not None and abs(place["application_id"]) < 2**63 and abs(place["seq"]) < 2**31
    return place if is_ours else None
