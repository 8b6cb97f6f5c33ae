"""What is due, where does it lie, and what stands still? Of the whole office, or of some desks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.countable_days import end_of
from routing.domain.days_left import DaysLeft, desk_left, legal_left, promise_left
from routing.domain.desks import Label, Unit
from routing.domain.due_dates import NO_LIMIT
from routing.domain.due_window import DueBy, UnknownUnit, due_before
from routing.domain.errors import UnknownDesk, UnknownService
from routing.domain.time_limits import Pause
from routing.domain.workflow import Step
from routing.office import Office
from routing.reading.catalogue import Directory, names_of, service_codes
from routing.reading.due_queries import (
    MOST_COUNTED,
    DueFilter,
    Place,
    count_of,
    open_visits_of,
    overdue_by_desk,
    page_of,
    pauses_of,
)

ROWS_ON_A_PAGE = 50
#: "Soon" on the board: until the end of so many working days from today.
SOON_DAYS = 3
_SECOND = timedelta(seconds=1)
#: Later than this is only what has no limit at all.
_NEVER = NO_LIMIT / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DueStay:
    """A desk at which it lies, or to which it is on its way."""

    visit: int
    desk: str
    step_code: str
    step: Step
    has_arrived: bool
    #: None: the step sets the desk no limit
    left: DaysLeft | None
    holder: str | None
    holder_name: str | None
    #: since when the desk says that something is in its way
    obstacle_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandsStill:
    """Why a promise is paused."""

    pause: Pause
    since: datetime
    #: whose move began it
    granted_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """An open application with all that is due of it."""

    number: str
    service: str
    service_name: Label
    step: str
    step_name: Label
    #: the visit a list by desk's time means; None: the list is one of applications
    visit: int | None
    stays: tuple[DueStay, ...]
    promise: DaysLeft | None
    legal: DaysLeft | None
    still: StandsStill | None
    #: when the law deemed it granted
    deemed_at: datetime | None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """Some rows, what is due first, first; of what stands still, what has done so longest."""

    rows: tuple[DueRow, ...]
    #: where the next page begins; None: this is the last
    next: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCounts:
    """How many there are; ``MOST_COUNTED`` + 1 of anything: more than that."""

    overdue: int
    today: int
    #: later than today, and within ``SOON_DAYS`` working days
    soon: int
    still: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCount:
    """How many files have lain at a unit's desks for longer than those have."""

    unit: Unit
    overdue: int


def due_filter(
    office: Office,
    directory: Directory,
    *,
    by: DueBy | None = None,
    desk: str = "",
    unit: str = "",
    service: str = "",
    within: str = "",
    overdue: bool = False,
    seen: Sequence[str] | None = None,
) -> DueFilter:
    """What somebody asks for; everything empty: the whole office by its promises, one desk or unit by their own time.

    ``seen``: the desks they may see; None: all. Raises UnknownDesk, UnknownUnit, UnknownService, MalformedField.
    """
    if desk and desk not in directory.desks:
        raise UnknownDesk(desk=desk[:100], known=", ".join(directory.desks))
    if unit and unit not in directory.units:
        raise UnknownUnit(unit=unit[:100], known=", ".join(directory.units))
    if service:
        known = service_codes(office)
        if service not in known:
            raise UnknownService(service=service[:100], known=", ".join(known) or "-")
    now = office.now()
    before = due_before(within, office.calendar(), now) if within else None
    return DueFilter(
        by=by or (DueBy.DESK if desk or unit else DueBy.PROMISE),
        before=now if overdue else before,
        desks=_desks(directory, desk, unit, seen),
        service=service or None,
    )


def due_page(office: Office, wanted: DueFilter, behind: Place | None = None, most: int = ROWS_ON_A_PAGE) -> DuePage:
    """What is due, from ``behind`` on."""
    if wanted.desks == ():
        return DuePage(rows=(), next=None)
    now = office.now()
    if wanted.by is DueBy.DESK:
        wanted = replace(wanted, before=min(wanted.before or now + _NEVER, now + _NEVER))
    with office.reading() as connection:
        found = connection.execute(page_of(wanted, behind, most + 1)).all()
        shown = found[:most]
        ids = sorted({row.id for row in shown})
        stays = _by_application(connection, *open_visits_of(ids))
        pauses = {row.application_id: row for row in connection.execute(*pauses_of(ids))}
        names = names_of(connection, (row.holder for rows in stays.values() for row in rows))
    rows = tuple(_row(office, row, stays.get(row.id, ()), pauses.get(row.id), names, now) for row in shown)
    return DuePage(rows=rows, next=rows[-1].place if len(found) > most else None)


def due_counts(office: Office, wanted: DueFilter) -> DueCounts:
    """How much is due by the clock of the filter and stands still, at its desks and of its service."""
    now = office.now()
    calendar = office.calendar()
    tomorrow = end_of(calendar.local(now).date(), calendar.time_zone) + _SECOND
    dated = replace(wanted, by=DueBy.PROMISE) if wanted.by is DueBy.STILL else wanted
    asked = (
        replace(dated, since=None, before=now),
        replace(dated, since=now, before=tomorrow),
        replace(dated, since=tomorrow, before=due_before(f"{SOON_DAYS}d", calendar, now)),
        replace(dated, by=DueBy.STILL),
    )
    if wanted.desks == ():
        return DueCounts(overdue=0, today=0, soon=0, still=0)
    with office.reading() as connection:
        overdue, today, soon, still = (connection.execute(count_of(one)).scalar_one() for one in asked)
    return DueCounts(overdue=overdue, today=today, soon=soon, still=still)


def unit_counts(office: Office, directory: Directory) -> tuple[UnitCount, ...]:
    """The units at whose desks files have lain too long, most first."""
    by_unit: Counter[str] = Counter()
    with office.reading() as connection:
        for row in connection.execute(*overdue_by_desk(office.now())):
            by_unit[directory.desks[row.desk].unit] += row._mapping["count"]  # noqa: SLF001 - SQLAlchemy's public name
    counted = (UnitCount(unit=directory.units[code], overdue=count) for code, count in by_unit.items())
    return tuple(sorted(counted, key=lambda one: (-one.overdue, one.unit.code)))


def is_more(count: int) -> bool:
    """Whether the count only says that there are more than ``MOST_COUNTED``."""
    return count > MOST_COUNTED


def _desks(directory: Directory, desk: str, unit: str, seen: Sequence[str] | None) -> tuple[str, ...] | None:
    if not desk and not unit:
        return tuple(seen) if seen is not None else None
    asked = [one.code for one in directory.desks.values() if desk in ("", one.code) and unit in ("", one.unit)]
    return tuple(code for code in asked if seen is None or code in seen)


def _by_application(
    connection: Connection, statement: sa.Select[*tuple[Any, ...]], values: dict[str, object]
) -> dict[int, list[sa.Row[*tuple[Any, ...]]]]:
    found: dict[int, list[sa.Row[*tuple[Any, ...]]]] = {}
    for row in connection.execute(statement, values):
        found.setdefault(row.application_id, []).append(row)
    return found


def _row(
    office: Office,
    row: sa.Row[*tuple[Any, ...]],
    stays: Iterable[sa.Row[*tuple[Any, ...]]],
    pause: sa.Row[*tuple[Any, ...]] | None,
    names: Mapping[str, str],
    now: datetime,
) -> DueRow:
    workflow, calendar = office.rule_book(row.workflow).workflow, office.calendar(row.calendar)
    return DueRow(
        number=row.number,
        service=row.service,
        service_name=workflow.label,
        step=row.step,
        step_name=workflow.label_of(row.step),
        visit=row.visit or None,
        stays=tuple(
            DueStay(
                visit=one.no,
                desk=one.desk,
                step_code=one.step,
                step=workflow.steps[one.step],
                has_arrived=one.arrived_at is not None,
                left=desk_left(workflow.steps[one.step], one.desk, one.due_at, calendar, now),
                holder=one.holder,
                holder_name=names.get(one.holder, one.holder),
                obstacle_at=one.obstacle_at,
            )
            for one in stays
        ),
        promise=promise_left(workflow, calendar, row.promise_due, now) if row.answered_at is None else None,
        legal=legal_left(workflow, calendar, row.legal_due, now) if row.answered_at is None else None,
        still=StandsStill(pause=Pause(pause.pause), since=pause.since, granted_by=pause.granted_by) if pause else None,
        deemed_at=row.deemed_at,
        place=(row.due, row.id, row.visit),
    )
