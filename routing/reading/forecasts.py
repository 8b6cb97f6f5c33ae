"""When can an answer be expected? From the table the beat computes, for each desk that has the document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.forecast import Course, Expected, expected, slowest
from routing.domain.working_calendar import WorkingCalendar
from routing.reading.application_file import ApplicationFile
from routing.storage.tables import forecasts, visits

_OF_SERVICE = sa.select(*(forecasts.c[name] for name in Course.__dataclass_fields__)).where(
    forecasts.c.service == sa.bindparam("service")
)
_FIRST_THERE = (
    sa.select(visits.c.step, visits.c.desk, sa.func.min(visits.c.arrived_at).label("at"))
    .where(visits.c.application_id == sa.bindparam("id"))
    .group_by(visits.c.step, visits.c.desk)
)


def expected_answer(
    connection: Connection, file: ApplicationFile, calendar: WorkingCalendar, at: datetime
) -> Expected | None:
    """For the slowest of the desks that have it; None: none of them has, or the office has answered."""
    application = file.application
    if application.answered_at is not None:
        return None
    courses = {
        (row.step, row.desk): Course(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
        for row in connection.execute(_OF_SERVICE, {"service": application.service})
    }
    first = {(row.step, row.desk): row.at for row in connection.execute(_FIRST_THERE, {"id": application.id})}

    def each() -> Iterator[Expected]:
        for visit in file.open_visits:
            where = (visit.step, visit.desk)
            # On its way it is as good as there.
            came = calendar.local(first.get(where) or visit.sent_at).date()
            yield expected(courses.get(where), calendar, came, calendar.local(at).date())

    return slowest(list(each()))
