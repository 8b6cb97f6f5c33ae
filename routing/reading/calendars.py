"""Which versions of the working calendar were there: who made each, when, why, by which decree, and what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.calendar_differences import CalendarDifference, differences
from routing.domain.errors import Kind, Refusal
from routing.domain.working_calendar import WorkingCalendar
from routing.office import Office
from routing.reading.catalogue import names_of
from routing.storage.tables import calendar_versions
from routing.storage.transaction import Transaction

VERSIONS_ON_A_PAGE = 20

_WITHOUT_DOCUMENT = (
    calendar_versions.c.hash,
    calendar_versions.c.number,
    calendar_versions.c.made_at,
    calendar_versions.c.made_by,
    calendar_versions.c.reason,
    calendar_versions.c.decree,
)
_NEWEST_FIRST = sa.select(*_WITHOUT_DOCUMENT).order_by(calendar_versions.c.number.desc()).limit(sa.bindparam("most"))
_OLDER = _NEWEST_FIRST.where(calendar_versions.c.number < sa.bindparam("before"))
_NUMBERED = sa.select(*_WITHOUT_DOCUMENT).where(calendar_versions.c.number == sa.bindparam("number"))
_FROM_TO = (
    sa.select(*_WITHOUT_DOCUMENT)
    .where(calendar_versions.c.number.between(sa.bindparam("first"), sa.bindparam("last")))
    .order_by(calendar_versions.c.number)
)


class UnknownCalendarVersion(Refusal):
    """There is no version {number} of the working calendar. Known versions: 1 to {newest}."""

    code = "unknown_calendar_version"
    kind = Kind.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarVersion:
    """One version, and how it came about."""

    number: int
    content_hash: str
    made_at: datetime
    #: code of the account, and its name where it has one
    made_by: str
    made_by_name: str
    reason: str
    #: None: it rests on none
    decree: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarStep:
    """A version with what it changed; None: it is the first."""

    version: CalendarVersion
    difference: CalendarDifference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage:
    """The calendar as it stands, or stood, with the version it is of."""

    calendar: WorkingCalendar
    version: CalendarVersion
    is_in_force: bool


def calendar_page(office: Office, number: int | None = None) -> CalendarPage:
    """A version by its number; None: the one in force. Raises UnknownCalendarVersion."""
    with office.reading() as connection:
        in_force = office.calendar(tx=Transaction(connection))
        wanted = {"number": in_force.number if number is None else number}
        row = connection.execute(_NUMBERED, wanted).first() if wanted["number"] < 2**31 else None
        if row is None:
            raise UnknownCalendarVersion(number=number, newest=in_force.number)
        return CalendarPage(
            calendar=office.calendar(row.hash, Transaction(connection)),
            version=_version(row, names_of(connection, (row.made_by,))),
            is_in_force=row.number == in_force.number,
        )


def calendar_versions_told(
    office: Office, *, before: int | None = None, most: int = VERSIONS_ON_A_PAGE
) -> tuple[CalendarStep, ...]:
    """The versions, newest first, each with what differs from the one before it; ``before``: only older ones."""
    with office.reading() as connection:
        statement, values = _NEWEST_FIRST, {"most": most + 1}
        if before is not None:
            statement, values = _OLDER, values | {"before": min(before, 2**31 - 1)}
        rows = connection.execute(statement, values).all()
        names = names_of(connection, (row.made_by for row in rows))
        tx = Transaction(connection)
        calendars = [office.calendar(row.hash, tx) for row in rows]
    # One more was read than is told, so that the last of the page has something to differ from.
    older: list[WorkingCalendar | None] = [*calendars[1:], None]
    return tuple(
        CalendarStep(
            version=_version(row, names),
            difference=differences(old, new) if old is not None else None,
        )
        for row, new, old in zip(rows, calendars, older, strict=False)
    )[:most]


def counters(office: Office) -> tuple[str, ...]:
    """The counters of the office, which may have hours of their own."""
    with office.reading() as connection:
        return Transaction(connection).published.counters()


def versions_numbered(connection: Connection, first: int, last: int) -> tuple[CalendarVersion, ...]:
    """The versions from one number to another, oldest first: why due dates moved between them."""
    rows = connection.execute(_FROM_TO, {"first": first, "last": last}).all()
    names = names_of(connection, (row.made_by for row in rows))
    return tuple(_version(row, names) for row in rows)


def _version(row: sa.Row[*tuple[Any, ...]], names: dict[str, str]) -> CalendarVersion:
    return CalendarVersion(
        number=row.number,
        content_hash=row.hash,
        made_at=row.made_at,
        made_by=row.made_by,
        made_by_name=names.get(row.made_by, row.made_by),
        reason=row.reason,
        decree=row.decree,
    )
