"""How long earlier applications took, as rows: what the forecast is computed from, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.forecast import ANSWERS, Course
from routing.storage.tables import applications, forecasts, visits

#: So many of the latest answered applications of a service are gone through, however few of them passed a desk.
_LOOKED_THROUGH = 3000
_AT_ONCE = 5000

# One reading of the table an hour: an index over ``changed_at`` would make every move of every application dearer.
_ANSWERED = (
    sa.select(
        applications.c.id,
        applications.c.service,
        applications.c.answered_at,
        sa.func.row_number()
        .over(
            partition_by=applications.c.service,
            order_by=(applications.c.changed_at.desc(), applications.c.id.desc()),
        )
        .label("place"),
    )
    # What was erased lately was answered long ago, and looks as if it had just changed.
    .where(applications.c.outcome.in_([str(one) for one in ANSWERS]), applications.c.erased_at.is_(None))
    .subquery()
)
_last = visits.alias("last")
# Not ``changed_at``: something may be written down about an application long after its answer.
_ENDED = sa.func.coalesce(
    _ANSWERED.c.answered_at,
    sa.select(sa.func.max(_last.c.closed_at))
    .where(_last.c.application_id == visits.c.application_id)
    .scalar_subquery(),
)
_PASSED = (
    sa.select(
        _ANSWERED.c.service,
        visits.c.step,
        visits.c.desk,
        sa.func.min(visits.c.arrived_at).label("arrived"),
        _ENDED.label("ended"),
    )
    .join_from(_ANSWERED, visits, visits.c.application_id == _ANSWERED.c.id)
    # Who hands an answer over, or follows up on it, comes behind it.
    .where(
        _ANSWERED.c.place <= _LOOKED_THROUGH,
        visits.c.arrived_at.is_not(None),
        _ANSWERED.c.answered_at.is_(None) | (visits.c.arrived_at <= _ANSWERED.c.answered_at),
    )
    .group_by(
        _ANSWERED.c.service,
        _ANSWERED.c.place,
        _ANSWERED.c.answered_at,
        visits.c.application_id,
        visits.c.step,
        visits.c.desk,
    )
    .order_by(_ANSWERED.c.service, _ANSWERED.c.place, visits.c.step, visits.c.desk)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """An answered application that passed a step and desk: when it first came there, and when it was answered."""

    service: str
    step: str
    desk: str
    arrived: datetime
    ended: datetime


class ForecastBook:
    """Forecasts, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def passages(self) -> Iterator[Passage]:
        """Where the latest answered applications have been; of each service the latest first."""
        for row in self._connection.execution_options(yield_per=_AT_ONCE).execute(_PASSED):
            yield Passage(service=row.service, step=row.step, desk=row.desk, arrived=row.arrived, ended=row.ended)

    def replace(self, courses: Sequence[Course], *, at: datetime) -> None:
        """These, and no others, from now on."""
        self._connection.execute(sa.delete(forecasts))
        if courses:
            self._connection.execute(sa.insert(forecasts), [{**asdict(one), "computed_at": at} for one in courses])
