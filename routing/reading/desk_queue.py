"""What lies at a desk, and how much?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.domain.desks import Label
from routing.domain.workflow import Step, Workflow
from routing.office import Office
from routing.reading.catalogue import names_of
from routing.storage.tables import Instant, applications, visits

ROWS_ON_A_PAGE = 50

_HERE = visits.c.closed_at.is_(None) & visits.c.arrived_at.is_not(None)
_QUEUE = (
    sa.select(
        visits.c.application_id, visits.c.no, visits.c.step, visits.c.arrived_at, visits.c.holder,
        applications.c.number, applications.c.workflow, applications.c.version,
    )
    .join_from(visits, applications, applications.c.id == visits.c.application_id)
    .where(visits.c.desk == sa.bindparam("desk"), _HERE)
    .order_by(visits.c.arrived_at, visits.c.application_id)
    .limit(sa.bindparam("most"))
)  # fmt: skip
_QUEUE_BEHIND = _QUEUE.where(
    sa.tuple_(visits.c.arrived_at, visits.c.application_id)
    > sa.tuple_(sa.bindparam("arrived_at", type_=Instant()), sa.bindparam("behind", type_=sa.BigInteger()))
)
_UNTAKEN = _QUEUE.where(visits.c.holder.is_(None))
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

#: Where a page of the queue ends: the moment and the application of its last row.
Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A document that lies at the desk."""

    application_id: int
    number: str
    visit: int
    service: Label
    step: Step
    since: datetime
    holder: str | None
    holder_name: str | None
    version: int

    @property
    def place(self) -> Place:
        """Where the next page begins, should this be a page's last row."""
        return (self.since, self.application_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """Some rows of a queue, oldest first."""

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
        wanted |= {"arrived_at": behind[0], "behind": behind[1]}
    rows = _rows(office, _QUEUE if behind is None else _QUEUE_BEHIND, wanted)
    return QueuePage(rows=rows[:most], next=rows[most - 1].place if len(rows) > most else None)


def untaken(office: Office, desk: str, most: int) -> tuple[QueueRow, ...]:
    """The oldest documents at the desk that nobody holds."""
    return _rows(office, _UNTAKEN, {"desk": desk, "most": most})


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
    return tuple(_row(row, office.rule_book(row.workflow).workflow, names) for row in found)


def _row(row: sa.Row[*tuple[Any, ...]], workflow: Workflow, names: dict[str, str]) -> QueueRow:
    return QueueRow(
        application_id=row.application_id,
        number=row.number,
        visit=row.no,
        service=workflow.label,
        step=workflow.steps[row.step],
        since=row.arrived_at,
        holder=row.holder,
        holder_name=names.get(row.holder, row.holder),
        version=row.version,
    )
