"""Which rows are due? The statements behind ``satuatap due`` and the deadline board.

All of them know only what is open: the whole office's promises go along a partial index, everything else through the
small table of open dues, so that what has ended, the most of an office's years, costs nothing. They go by keyset and
read no more than they must. Measured by ``satuatap bench due``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.domain.due_window import DueBy
from routing.storage.instant import Instant
from routing.storage.tables import applications, clock_intervals, open_dues, visits

#: Where a page ends: date, application and visit (0: the list is one of applications) of its last row.
Place = tuple[datetime, int, int]

#: More than these are not counted but said to be more: an exact number of thousands helps nobody.
MOST_COUNTED = 1000

_Statement = sa.Select[*tuple[Any, ...]]

_APPLICATION = (
    applications.c.id, applications.c.number, applications.c.service, applications.c.workflow, applications.c.step,
    applications.c.calendar, applications.c.promise_due, applications.c.legal_due, applications.c.deemed_at,
    applications.c.answered_at,
)  # fmt: skip
_STILL = clock_intervals.c.until.is_(None) & clock_intervals.c.pause.is_not(None)
_HERE = visits.c.closed_at.is_(None)
_NO_VISIT = sa.literal(0, sa.Integer()).label("visit")
_DATES = {DueBy.PROMISE: "promise_due", DueBy.LEGAL: "legal_due", DueBy.DESK: "desk_due", DueBy.STILL: "still_since"}

_OPEN_VISITS = (
    sa.select(
        visits.c.application_id, visits.c.no, visits.c.step, visits.c.desk, visits.c.due_at, visits.c.arrived_at,
        visits.c.holder, visits.c.obstacle_at,
    )
    .where(visits.c.application_id.in_(sa.bindparam("ids", expanding=True)), _HERE)
    .order_by(visits.c.application_id, visits.c.no)
)  # fmt: skip
_PAUSES = sa.select(
    clock_intervals.c.application_id, clock_intervals.c.pause, clock_intervals.c.since, clock_intervals.c.granted_by
).where(clock_intervals.c.application_id.in_(sa.bindparam("ids", expanding=True)), _STILL)
_OVERDUE_BY_DESK = (
    sa.select(open_dues.c.desk, sa.func.count().label("count"))
    .where(open_dues.c.desk_due < sa.bindparam("now", type_=Instant()))
    .group_by(open_dues.c.desk)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFilter:
    """What is looked for among what is open."""

    by: DueBy = DueBy.PROMISE
    #: due at or after
    since: datetime | None = None
    #: due before
    before: datetime | None = None
    #: lies at one of these, or is on its way there; None: wherever
    desks: tuple[str, ...] | None = None
    service: str | None = None


def page_of(wanted: DueFilter, behind: Place | None, most: int) -> _Statement:
    """So many rows from that place on, what is due first, first; each has its date as ``due``."""
    keys = _keys(wanted)
    if behind is not None:
        key = (keys.selected_columns.due, keys.selected_columns.id, keys.selected_columns.visit)
        shown = 3 if wanted.by is DueBy.DESK else 2
        keys = keys.where(sa.tuple_(*_bare(key[:shown])) > sa.tuple_(*_values(_bare(key[:shown]), behind)))
    if not _is_of_the_whole_office(wanted):
        # First all that lies there, then its order: going along the whole office's order in search of the few rows of
        # a quiet desk would read nearly all there are.
        here = keys.cte("here").prefix_with("MATERIALIZED", dialect="postgresql")
        keys = sa.select(here.c.due, here.c.id, here.c.visit)
    columns = keys.selected_columns
    found = keys.order_by(columns.due, columns.id, columns.visit).limit(most).subquery("found")
    return (
        sa.select(*_APPLICATION, found.c.due, found.c.visit)
        .join_from(found, applications, applications.c.id == found.c.id)
        .order_by(found.c.due, found.c.id, found.c.visit)
    )


def count_of(wanted: DueFilter) -> _Statement:
    """How many there are, or one more than ``MOST_COUNTED``."""
    return sa.select(sa.func.count()).select_from(_keys(wanted).limit(MOST_COUNTED + 1).subquery("found"))


def open_visits_of(ids: Sequence[int]) -> tuple[_Statement, dict[str, object]]:
    """Where these applications lie, or are on their way to."""
    return _OPEN_VISITS, {"ids": list(ids)}


def pauses_of(ids: Sequence[int]) -> tuple[_Statement, dict[str, object]]:
    """Why those of these applications whose promise is paused wait."""
    return _PAUSES, {"ids": list(ids)}


def overdue_by_desk(now: datetime) -> tuple[_Statement, dict[str, object]]:
    """How many visits have lain at each desk for longer than it has."""
    return _OVERDUE_BY_DESK, {"now": now}


def _keys(wanted: DueFilter) -> _Statement:
    """Date, application and visit of all that is looked for, each once, in no order."""
    if _is_of_the_whole_office(wanted) and wanted.by in (DueBy.PROMISE, DueBy.LEGAL):
        due = applications.c[_DATES[wanted.by]]
        # What has been answered is not due any more, however long nobody fetches it.
        keys = sa.select(due.label("due"), applications.c.id, _NO_VISIT).where(
            applications.c.outcome.is_(None), applications.c.answered_at.is_(None)
        )
        return _between(keys, due, wanted)
    due = open_dues.c[_DATES[wanted.by]]
    application = open_dues.c.application_id.label("id")
    if wanted.by is DueBy.DESK:
        keys = sa.select(due.label("due"), application, open_dues.c.visit)
    else:
        # At several desks at once it is one application all the same.
        keys = sa.select(due.label("due"), application, _NO_VISIT).distinct()
    if wanted.by is DueBy.STILL:
        # Where a pause only extends the promise, or pauses are used up, it goes on, and has its date.
        keys = keys.where(open_dues.c.promise_due.is_(None))
    if wanted.desks is not None:
        keys = keys.where(open_dues.c.desk.in_(wanted.desks))
    if wanted.service is not None:
        keys = keys.where(open_dues.c.service == wanted.service)
    return _between(keys, due, wanted)


def _between(keys: _Statement, due: sa.ColumnElement[Any], wanted: DueFilter) -> _Statement:
    keys = keys.where(due.is_not(None))
    if wanted.by is DueBy.STILL:
        return keys
    if wanted.since is not None:
        keys = keys.where(due >= wanted.since)
    return keys.where(due < wanted.before) if wanted.before is not None else keys


def _is_of_the_whole_office(wanted: DueFilter) -> bool:
    return wanted.desks is None and wanted.service is None


def _bare(key: Sequence[Any]) -> list[sa.ColumnElement[Any]]:
    """The columns behind the names a list gives them: a condition knows only those."""
    return [one.element if isinstance(one, sa.Label) else one for one in key]


def _values(key: Sequence[sa.ColumnElement[Any]], place: Place) -> list[sa.ColumnElement[Any]]:
    return [sa.literal(value, type_=column.type) for column, value in zip(key, place, strict=False)]
