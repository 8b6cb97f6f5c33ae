"""What the clock has to look at: applications and visits whose moment has come, found by their partial indexes.

What is done about them is written by the pen; here only the next look at each is put off where there is no move.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.time_passing import Place
from routing.storage.instant import Instant
from routing.storage.tables import applications, visits

_NOW = sa.bindparam("now", type_=Instant())
_AFTER = sa.tuple_(
    sa.bindparam("moment", type_=Instant()), sa.bindparam("id", type_=sa.BigInteger()),
    sa.bindparam("no", type_=sa.Integer()),
)  # fmt: skip
_APPLICATIONS = (
    sa.select(applications.c.wake_at, applications.c.id, sa.literal(0))
    .where(
        applications.c.wake_at <= _NOW,
        sa.tuple_(applications.c.wake_at, applications.c.id, sa.literal(0, sa.Integer())) > _AFTER,
    )
    .order_by(applications.c.wake_at, applications.c.id)
    .limit(sa.bindparam("most"))
)
_VISITS = (
    sa.select(visits.c.warn_at, visits.c.application_id, visits.c.no)
    .where(visits.c.warn_at <= _NOW, sa.tuple_(visits.c.warn_at, visits.c.application_id, visits.c.no) > _AFTER)
    .order_by(visits.c.warn_at, visits.c.application_id, visits.c.no)
    .limit(sa.bindparam("most"))
)
_WAKE = (
    sa.update(applications).where(applications.c.id == sa.bindparam("b_id")).values(wake_at=sa.bindparam("b_wake_at"))
)
_WARN = (
    sa.update(visits)
    .where(visits.c.application_id == sa.bindparam("b_id"), visits.c.no == sa.bindparam("b_no"))
    .values(warn_at=sa.bindparam("b_warn_at"))
)


class ClockRounds:
    """The clock's rounds, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due_applications(self, *, now: datetime, after: Place, most: int) -> list[Place]:
        """The applications whose moment has come, behind that place, in the order of their moments; not locked."""
        return self._due(_APPLICATIONS, now, after, most)

    def due_visits(self, *, now: datetime, after: Place, most: int) -> list[Place]:
        """The same of visits."""
        return self._due(_VISITS, now, after, most)

    def put_off(
        self, applications_at: Mapping[int, datetime | None], visits_at: Mapping[tuple[int, int], datetime | None]
    ) -> None:
        """When the clock looks next at these (locked) applications, by id, and at visits of theirs, by id and number.

        Bookkeeping, no move.
        """
        if applications_at:
            asleep = [{"b_id": one, "b_wake_at": at} for one, at in applications_at.items()]
            self._connection.execute(_WAKE, asleep)
        if visits_at:
            silent = [{"b_id": one, "b_no": no, "b_warn_at": at} for (one, no), at in visits_at.items()]
            self._connection.execute(_WARN, silent)

    def _due(self, question: sa.Select[*tuple[Any, ...]], now: datetime, after: Place, most: int) -> list[Place]:
        moment, application_id, no = after
        wanted = {"now": now, "moment": moment, "id": application_id, "no": no, "most": most}
        return [(row[0], row[1], row[2]) for row in self._connection.execute(question, wanted)]
