"""What does a counter have to do today: who registered, who has to come back, what can be handed over?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import sqlalchemy as sa

from routing.domain.application import Particulars
from routing.domain.desks import Label
from routing.domain.workflow import ORIGIN, Step
from routing.office import Office
from routing.reading.who_applies import SEALED, who_applies_in, with_what_is_sealed
from routing.storage.instant import Instant
from routing.storage.tables import applications, visits

ROWS_ON_A_LIST = 50

_COLUMNS = (
    applications.c.number, applications.c.workflow, applications.c.submitted_at, applications.c.step,
    visits.c.no, visits.c.desk, visits.c.step.label("visit_step"), visits.c.arrived_at, *SEALED,
)  # fmt: skip
_AT_A_COUNTER = (
    sa.select(*_COLUMNS)
    .select_from(with_what_is_sealed(sa.join(visits, applications, applications.c.id == visits.c.application_id)))
    .where(visits.c.desk.in_(sa.bindparam("desks", expanding=True)))
)
# The id grows with the time of registration, so today's are the end of the primary key.
_TODAY = (
    _AT_A_COUNTER.where(
        visits.c.no == 1,
        applications.c.id >= sa.bindparam("first_id", type_=sa.BigInteger()),
        applications.c.submitted_at >= sa.bindparam("midnight", type_=Instant()),
    )
    .order_by(applications.c.id.desc())
    .limit(ROWS_ON_A_LIST)
)
_LYING_HERE = (
    _AT_A_COUNTER.where(visits.c.closed_at.is_(None), visits.c.arrived_at.is_not(None))
    .order_by(visits.c.arrived_at, applications.c.id)
    .limit(ROWS_ON_A_LIST)
)
# A visit has an origin exactly while the ball is with the applicant.
_WITH_THE_APPLICANT = _LYING_HERE.where(visits.c.origin_step.is_not(None))
_TO_DECIDE = _LYING_HERE.where(visits.c.origin_step.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRow:
    """An application, as the counter calls it up: counters see names, because the person stands before them."""

    number: str
    name: str | None
    service: Label
    #: where the application is now
    stage: Label
    submitted_at: datetime
    since: datetime
    visit: int
    desk: str
    #: the step of the visit; only its decisions can be said here
    step: Step | None
    #: the decision by which a repaired document goes back to the desk that asked
    takes_back: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterDay:
    """Three short lists; each shows its oldest (today's: its newest) rows."""

    registered: tuple[CounterRow, ...]
    with_the_applicant: tuple[CounterRow, ...]
    to_hand_over: tuple[CounterRow, ...]


def counter_day(office: Office, desks: Sequence[str]) -> CounterDay:
    """The day at these counters."""
    local = office.now().astimezone(office.time_zone)
    midnight = datetime.combine(local.date(), time(), tzinfo=office.time_zone)
    if not desks:
        return CounterDay(registered=(), with_the_applicant=(), to_hand_over=())
    wanted = {"desks": list(desks)}
    since = {"midnight": midnight, "first_id": int(midnight.timestamp() * 1000) << 20}
    with office.reading() as connection:
        registered, waiting, ready = (
            [(row, who_applies_in(office, connection, row)) for row in connection.execute(statement, asked)]
            for statement, asked in ((_TODAY, wanted | since), (_WITH_THE_APPLICANT, wanted), (_TO_DECIDE, wanted))
        )
    return CounterDay(
        registered=tuple(_row(office, row, who) for row, who in registered),
        with_the_applicant=tuple(_row(office, row, who) for row, who in waiting),
        to_hand_over=tuple(_row(office, row, who) for row, who in ready),
    )


def _row(office: Office, row: sa.Row[*tuple[Any, ...]], who: Particulars | None) -> CounterRow:
    workflow = office.rule_book(row.workflow).workflow
    step = workflow.steps.get(row.visit_step)
    back = [code for code, rule in step.decisions.items() if rule.to == ORIGIN] if step is not None else []
    return CounterRow(
        number=row.number,
        name=who.name if who is not None else None,
        service=workflow.label,
        stage=workflow.label_of(row.step),
        submitted_at=row.submitted_at,
        since=row.arrived_at,
        visit=row.no,
        desk=row.desk,
        step=step,
        takes_back=back[0] if back else None,
    )
