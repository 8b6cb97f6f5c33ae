"""What lies at a desk, and how much?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.domain.days_left import DaysLeft, desk_left, promise_left
from routing.domain.desks import Label
from routing.domain.due_dates import has_limit
from routing.domain.workflow import Step
from routing.office import Office
from routing.reading.catalogue import names_of
from routing.storage.instant import Instant
from routing.storage.tables import applications, visits

ROWS_ON_A_PAGE = 50

_HERE = visits.c.closed_at.is_(None) & visits.c.arrived_at.is_not(None)
_QUEUE = (
    sa.select(
        visits.c.application_id, visits.c.no, visits.c.step, visits.c.desk, visits.c.arrived_at, visits.c.due_at,
        visits.c.holder, visits.c.lease_until, visits.c.act_at, visits.c.needs_attention,
        visits.c.obstacle_at,
        applications.c.number, applications.c.workflow, applications.c.version,
        applications.c.calendar, applications.c.promise_due, applications.c.answered_at,
    )
    .join_from(visits, applications, applications.c.id == visits.c.application_id)
    .where(visits.c.desk == sa.bindparam("desk"), _HERE)
    .order_by(visits.c.due_at, visits.c.arrived_at, visits.c.application_id)
    .limit(sa.bindparam("most"))
)  # fmt: skip
_QUEUE_BEHIND = _QUEUE.where(
    sa.tuple_(visits.c.due_at, visits.c.arrived_at, visits.c.application_id)
    > sa.tuple_(
        sa.bindparam("due_at", type_=Instant()),
        sa.bindparam("arrived_at", type_=Instant()),
        sa.bindparam("behind", type_=sa.BigInteger()),
    )
)
_UNTAKEN = _QUEUE.where(
    visits.c.holder.is_(None) | (visits.c.lease_until <= sa.bindparam("now", type_=Instant())),
    # What a program is at is not taken out of its hands by chance.
    visits.c.act_at.is_(None),
)
_COUNTS = (
    sa.select(
        visits.c.desk,
        sa.func.count(visits.c.arrived_at).label("here"),
        sa.func.count(visits.c.holder).label("taken"),
        sa.func.count().label("open"),
    )
    .where(visits.c.desk.in_(sa.bindparam("desks", expanding=True)), visits.c.closed_at.is_(None))
    .group_by(visits.c.desk)
)

#: Where a page of the queue ends: due date, arrival and application of its last row.
Place = tuple[datetime, datetime, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A document that lies at the desk."""

    application_id: int
    number: str
    visit: int
    service: Label
    step: Step
    since: datetime
    due_at: datetime
    #: whether the step sets this desk a limit, so that the due date means something
    has_limit: bool
    #: how far off the end of the desk's own time is; None: it has no limit
    left: DaysLeft | None
    #: the same of the promise; None: there is none, or it stands still
    promise: DaysLeft | None
    holder: str | None
    holder_name: str | None
    #: until when it is held
    lease_until: datetime | None
    #: the holder's time is over: anybody may take it
    has_lapsed: bool
    #: a program is at it
    is_automatic: bool
    #: the program has given up
    needs_attention: bool
    #: when the desk said that something is in its way
    obstacle_at: datetime | None
    version: int

    @property
    def place(self) -> Place:
        """Where the next page begins, should this be a page's last row."""
        return (self.due_at, self.since, self.application_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """Some rows of a queue: what is due first, first; of those due at once, what came first."""

    rows: tuple[QueueRow, ...]
    #: where the next page begins; None: this is the last
    next: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCount:
    """How much lies at a desk."""

    #: arrived and not decided
    here: int = 0
    #: of these, held by somebody
    taken: int = 0
    #: sent here and not arrived
    on_the_way: int = 0


def queue(office: Office, desk: str, behind: Place | None = None, most: int = ROWS_ON_A_PAGE) -> QueuePage:
    """What lies at the desk, from ``behind`` on."""
    wanted: dict[str, object] = {"desk": desk, "most": most + 1}
    if behind is not None:
        wanted |= {"due_at": behind[0], "arrived_at": behind[1], "behind": behind[2]}
    rows = _rows(office, _QUEUE if behind is None else _QUEUE_BEHIND, wanted)
    return QueuePage(rows=rows[:most], next=rows[most - 1].place if len(rows) > most else None)


def untaken(office: Office, desk: str, most: int) -> tuple[QueueRow, ...]:
    """The most urgent documents at the desk that nobody holds, or whose holder's lease has lapsed."""
    return _rows(office, _UNTAKEN, {"desk": desk, "most": most, "now": office.now()})


def desk_counts(office: Office, desks: Sequence[str]) -> dict[str, DeskCount]:
    """How much lies at each of these desks."""
    counts = dict.fromkeys(desks, DeskCount())
    if desks:
        with office.reading() as connection:
            for row in connection.execute(_COUNTS, {"desks": list(desks)}):
                counts[row.desk] = DeskCount(here=row.here, taken=row.taken, on_the_way=row.open - row.here)
    return counts


def _rows(office: Office, statement: sa.Select[*tuple[Any, ...]], wanted: dict[str, object]) -> tuple[QueueRow, ...]:
    with office.reading() as connection:
        found = connection.execute(statement, wanted).all()
        names = names_of(connection, (row.holder for row in found))
    now = office.now()
    return tuple(_row(office, row, names, now) for row in found)


def _row(office: Office, row: sa.Row[*tuple[Any, ...]], names: dict[str, str], now: datetime) -> QueueRow:
    workflow, calendar = office.rule_book(row.workflow).workflow, office.calendar(row.calendar)
    step = workflow.steps[row.step]
    return QueueRow(
        application_id=row.application_id,
        number=row.number,
        visit=row.no,
        service=workflow.label,
        step=step,
        since=row.arrived_at,
        due_at=row.due_at,
        has_limit=has_limit(step, row.desk),
        left=desk_left(step, row.desk, row.due_at, calendar, now),
        promise=promise_left(workflow, calendar, row.promise_due, now) if row.answered_at is None else None,
        holder=row.holder,
        holder_name=names.get(row.holder, row.holder),
        lease_until=row.lease_until,
        has_lapsed=row.lease_until is not None and row.lease_until <= now,
        is_automatic=row.act_at is not None and row.holder is None,
        needs_attention=row.needs_attention,
        obstacle_at=row.obstacle_at,
        version=row.version,
    )
