"""Which rows are due? The statements behind ``satuatap due`` and the deadline board, each along one partial index.

All of them know only what is open, go by keyset and read no more rows than are shown or counted, so that what has
ended, the most of an office's years, costs nothing. Measured by ``satuatap bench due``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.domain.due_window import DueBy
from routing.storage.instant import Instant
from routing.storage.tables import applications, clock_intervals, visits

#: Where a page ends: date, application and visit (0: the list is one of applications) of its last row.
Place = tuple[datetime, int, int]

#: More than these are not counted but said to be more: an exact number of thousands helps nobody and costs as many rows.
MOST_COUNTED = 1000
#: So many of the longest overdue visits are told apart by desk.
_TOLD_APART = 5000

_Statement = sa.Select[*tuple[Any, ...]]

_APPLICATION = (
    applications.c.id, applications.c.number, applications.c.service, applications.c.workflow, applications.c.step,
    applications.c.calendar, applications.c.promise_due, applications.c.legal_due, applications.c.deemed_at,
)  # fmt: skip
_OPEN = applications.c.outcome.is_(None)
_HERE = visits.c.closed_at.is_(None)
_STILL = clock_intervals.c.until.is_(None) & clock_intervals.c.pause.is_not(None)
_NO_VISIT = sa.literal(0).label("visit")

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
_LONGEST_OVERDUE = (
    sa.select(visits.c.desk)
    .where(_HERE, visits.c.due_at < sa.bindparam("now", type_=Instant()))
    .order_by(visits.c.due_at)
    .limit(_TOLD_APART)
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
    statement, key = _list_of(wanted)
    if behind is not None:
        statement = statement.where(sa.tuple_(*key) > sa.tuple_(*_values(key, behind)))
    return statement.order_by(*key).limit(most)


def count_of(wanted: DueFilter) -> _Statement:
    """How many there are, or one more than ``MOST_COUNTED``."""
    statement, key = _list_of(wanted)
    bounded = statement.with_only_columns(key[0]).order_by(key[0]).limit(MOST_COUNTED + 1).subquery()
    return sa.select(sa.func.count()).select_from(bounded)


def open_visits_of(ids: Sequence[int]) -> tuple[_Statement, dict[str, object]]:
    """Where these applications lie, or are on their way to."""
    return _OPEN_VISITS, {"ids": list(ids)}


def pauses_of(ids: Sequence[int]) -> tuple[_Statement, dict[str, object]]:
    """Why those of these applications whose promise is paused wait."""
    return _PAUSES, {"ids": list(ids)}


def overdue_by_desk(now: datetime) -> tuple[_Statement, dict[str, object]]:
    """How many of the longest overdue visits lie at each desk."""
    longest = _LONGEST_OVERDUE.subquery()
    counted = sa.select(longest.c.desk, sa.func.count().label("count")).group_by(longest.c.desk)
    return counted, {"now": now}


def is_told_apart_whole(counts: Sequence[int]) -> bool:
    """Whether these counts by desk are all there are."""
    return sum(counts) < _TOLD_APART


def _list_of(wanted: DueFilter) -> tuple[_Statement, tuple[sa.ColumnElement[Any], ...]]:
    """The list without its end and beginning, and its key."""
    if wanted.by is DueBy.DESK:
        statement, key = _of_visits(wanted)
    elif wanted.by is DueBy.STILL:
        statement, key = _of_pauses(wanted)
    else:
        statement, key = _of_applications(wanted)
    if wanted.service is not None:
        statement = statement.where(applications.c.service == wanted.service)
    if wanted.by is not DueBy.STILL:
        statement = _between(statement, key[0], wanted)
    return statement, key


def _of_applications(wanted: DueFilter) -> tuple[_Statement, tuple[sa.ColumnElement[Any], ...]]:
    due = applications.c.legal_due if wanted.by is DueBy.LEGAL else applications.c.promise_due
    statement = sa.select(*_APPLICATION, due.label("due"), _NO_VISIT).where(_OPEN, due.is_not(None))
    if wanted.desks is not None:
        statement = statement.where(_lies_at(wanted.desks, applications.c.id))
    return statement, (due, applications.c.id)


def _of_visits(wanted: DueFilter) -> tuple[_Statement, tuple[sa.ColumnElement[Any], ...]]:
    statement = (
        sa.select(*_APPLICATION, visits.c.due_at.label("due"), visits.c.no.label("visit"))
        .join_from(visits, applications, applications.c.id == visits.c.application_id)
        .where(_HERE)
    )
    if wanted.desks is not None:
        statement = statement.where(visits.c.desk.in_(wanted.desks))
    return statement, (visits.c.due_at, visits.c.application_id, visits.c.no)


def _of_pauses(wanted: DueFilter) -> tuple[_Statement, tuple[sa.ColumnElement[Any], ...]]:
    statement = (
        sa.select(*_APPLICATION, clock_intervals.c.since.label("due"), _NO_VISIT)
        .join_from(clock_intervals, applications, applications.c.id == clock_intervals.c.application_id)
        # Where a pause only extends the promise, or pauses are used up, it goes on, and has its date.
        .where(_STILL, applications.c.promise_due.is_(None))
    )
    if wanted.desks is not None:
        statement = statement.where(_lies_at(wanted.desks, clock_intervals.c.application_id))
    return statement, (clock_intervals.c.since, clock_intervals.c.application_id)


def _lies_at(desks: Sequence[str], application: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    return sa.exists().where(visits.c.application_id == application, _HERE, visits.c.desk.in_(desks))


def _between(statement: _Statement, due: sa.ColumnElement[Any], wanted: DueFilter) -> _Statement:
    if wanted.since is not None:
        statement = statement.where(due >= wanted.since)
    if wanted.before is not None:
        statement = statement.where(due < wanted.before)
    return statement


def _values(key: Sequence[sa.ColumnElement[Any]], place: Place) -> list[sa.ColumnElement[Any]]:
    return [sa.literal(value, type_=column.type) for column, value in zip(key, place, strict=False)]
