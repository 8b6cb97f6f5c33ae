"""Which transitions were there? The whole log, filtered, newest first, in pages that cost the same however deep.

Asked of the index behind the log (``storage.entry_index``): every filter goes along an index of its own in the order
of time. What is shown is read from the entries themselves.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.errors import Kind, Refusal
from routing.office import Office
from routing.reading.catalogue import names_of
from routing.reading.history import Event, event_of
from routing.reading.moved_dues import whys_of
from routing.reading.versions_then import GONE_OVER, workflow_then
from routing.storage.instant import Instant
from routing.storage.patience import OutOfPatienceError, patience
from routing.storage.tables import applications, audit_entries, entry_index, entry_reasons

ENTRIES_ON_A_PAGE = 50
#: A page may take so many times what its counts may.
_PAGE_TAKES = 5
_ID_OF_NUMBER = sa.select(applications.c.id).where(applications.c.number == sa.bindparam("number"))
#: Filters that are a column of the index.
COLUMNS = ("service", "channel", "kind", "desk", "unit", "actor", "decision", "outcome")
#: Each filter is one clause, added where it is asked for.
_CLAUSES = {
    "application": entry_index.c.application_id == sa.bindparam("application"),
    **{name: entry_index.c[name] == sa.bindparam(name) for name in COLUMNS},
}


class SearchTooWide(Refusal):
    """The database did not find this within {seconds} seconds. Narrow the time, or add a filter, and ask again."""

    code = "search_too_wide"
    kind = Kind.BUSY


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """What is looked for; everything empty: all of it."""

    number: str = ""
    service: str = ""
    unit: str = ""
    desk: str = ""
    actor: str = ""
    kind: str = ""
    decision: str = ""
    outcome: str = ""
    reason: str = ""
    channel: str = ""
    since: datetime | None = None
    #: not in it any more
    until: datetime | None = None

    @property
    def said(self) -> dict[str, str]:
        """What is asked for, by name; times in UTC."""
        asked = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
            for name, value in asked.items()
            if value
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Some of what was found, newest first."""

    events: tuple[Event, ...]
    #: the cursor of the next (older) page; None: this is the last
    next: str | None


def search_log(office: Office, wanted: LogFilter, cursor: str = "", most: int = ENTRIES_ON_A_PAGE) -> LogPage:
    """A page of the log. A cursor nobody gave out begins at the newest. Raises SearchTooWide."""
    milliseconds = _PAGE_TAKES * office.settings.search_milliseconds
    try:
        with office.reading() as connection, patience(connection, milliseconds):
            values = filled_in(connection, wanted)
            if values is None:
                return LogPage(events=(), next=None)
            found = matching(values, place_in(cursor)).limit(most + 1)
            rows = connection.execute(_told(found), values | (place_in(cursor) or {})).all()
            names = names_of(connection, (row.actor for row in rows))
            whys = whys_of(connection, rows)
    except OutOfPatienceError:
        raise SearchTooWide(seconds=f"{milliseconds / 1000:g}") from None
    events = tuple(
        event_of(row, workflow_then(office, row), names, because=whys.get((row.application_id, row.seq), ()))
        for row in rows
    )
    return LogPage(events=events[:most], next=_cursor(events[most - 1]) if len(events) > most else None)


def filled_in(connection: Connection, wanted: LogFilter) -> dict[str, Any] | None:
    """What the clauses are filled with; None: the application does not exist, so nothing is found."""
    names = (*COLUMNS, "reason", "since", "until")
    values: dict[str, Any] = {name: value for name in names if (value := getattr(wanted, name))}
    if wanted.number:
        found = connection.execute(_ID_OF_NUMBER, {"number": wanted.number}).scalar()
        if found is None:
            return None
        values["application"] = found
    return values


def matching(values: dict[str, Any], behind: dict[str, Any] | None = None) -> sa.Select[*tuple[Any, ...]]:
    """The rows of the index that fit, newest first; whoever asks says how many."""
    # An entry has several reasons, each of them a row; those are then what is gone along.
    along = entry_reasons if "reason" in values else entry_index
    key = (along.c.at, along.c.application_id, along.c.seq)
    statement = sa.select(*(entry_index.c[name] for name in ("at", "application_id", "seq", *COLUMNS, "reasons")))
    if along is entry_reasons:
        same = (entry_index.c.application_id == along.c.application_id) & (entry_index.c.seq == along.c.seq)
        statement = statement.join_from(along, entry_index, same).where(along.c.reason == sa.bindparam("reason"))
    statement = statement.where(*(clause for name, clause in _CLAUSES.items() if name in values))
    if "since" in values:
        statement = statement.where(along.c.at >= sa.bindparam("since", type_=Instant()))
    if "until" in values:
        statement = statement.where(along.c.at < sa.bindparam("until", type_=Instant()))
    if behind is not None:
        place = (
            sa.bindparam("b_at", type_=Instant()),
            sa.bindparam("b_application", type_=sa.BigInteger()),
            sa.bindparam("b_seq", type_=sa.Integer()),
        )
        # Said twice, since not every planner takes the first column of a row for a limit.
        statement = statement.where(sa.tuple_(*key) < sa.tuple_(*place), along.c.at <= place[0])
    return statement.order_by(*(column.desc() for column in key))


def place_in(cursor: str) -> dict[str, Any] | None:
    """Where a page ended; None: no page has ended so."""
    try:
        return place_of(json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))))
    except (ValueError, binascii.Error):
        return None


def place_of(parts: Any) -> dict[str, Any] | None:
    """The place of time, application and seq, whoever says them; None: no entry can have it."""
    place: dict[str, Any]
    try:
        said, application_id, seq = parts
        at = datetime.fromisoformat(said)
        place = {"b_at": at.astimezone(UTC), "b_application": int(application_id), "b_seq": int(seq)}
    except (ValueError, TypeError, OverflowError):
        return None
    # A number no column can hold, or a time without a zone, was not given out by us either.
    is_ours = at.tzinfo is not None and abs(place["b_application"]) < 2**63 and abs(place["b_seq"]) < 2**31
    return place if is_ours else None


def _told(found: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
    """What is shown of these: looked up for them alone, after it is known which they are."""
    page = found.subquery("found")
    entry = (audit_entries.c.application_id == page.c.application_id) & (audit_entries.c.seq == page.c.seq)
    return (
        sa.select(audit_entries, applications.c.number, applications.c.workflow, GONE_OVER)
        .select_from(page)
        .join(audit_entries, entry)
        .join(applications, applications.c.id == page.c.application_id)
        .order_by(page.c.at.desc(), page.c.application_id.desc(), page.c.seq.desc())
    )


def _cursor(event: Event) -> str:
    place = json.dumps([event.at.isoformat(), event.application_id, event.seq]).encode()
    return base64.urlsafe_b64encode(place).decode().rstrip("=")
