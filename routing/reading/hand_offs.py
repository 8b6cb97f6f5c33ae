"""How many documents are on their way right now, and since when?"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from routing.office import Office
from routing.storage.tables import applications, visits

# A document of an imported case was sent in the past; only the office's own say how the courier is doing.
_OLDEST = (
    sa.select(visits.c.sent_at)
    .select_from(visits.join(applications, applications.c.id == visits.c.application_id))
    .where(visits.c.arrived_at.is_(None), visits.c.closed_at.is_(None), applications.c.imported_case.is_(None))
    .order_by(visits.c.sent_at)
    .limit(1)
)
_COUNT = sa.select(sa.func.count()).where(visits.c.arrived_at.is_(None), visits.c.closed_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTheirWay:
    """Documents sent and not arrived."""

    count: int
    #: age of the oldest, in seconds; 0 when there is none
    oldest_seconds: float


def hand_offs_on_their_way(office: Office) -> OnTheirWay:
    """The answer, from the index of open hand-offs alone."""
    with office.reading() as connection:
        count = int(connection.execute(_COUNT).scalar_one())
        oldest = connection.execute(_OLDEST).scalar()
    age = (office.now() - oldest).total_seconds() if oldest is not None else 0.0
    return OnTheirWay(count=count, oldest_seconds=max(0.0, age))
