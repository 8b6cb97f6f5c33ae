"""How far has each case of an imported log come, and which of these hand-offs have arrived?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from routing.domain.visits import HandOffName
from routing.office import Office
from routing.storage.straight import Question, ask
from routing.storage.tables import applications, visits

_FIRST = visits.alias("first_visit")
_DECIDED = sa.func.count(visits.c.decision)
_PROGRESS = (
    sa.select(
        applications.c.imported_case, applications.c.id, applications.c.number, applications.c.visit_count,
        applications.c.outcome, _DECIDED.label("decided"), _FIRST.c.step, _FIRST.c.decided_by, _FIRST.c.closed_at,
    )
    .join_from(applications, visits, visits.c.application_id == applications.c.id)
    .join(_FIRST, (_FIRST.c.application_id == applications.c.id) & (_FIRST.c.no == 1))
    .where(applications.c.service == sa.bindparam("service"), applications.c.imported_case.is_not(None))
    .group_by(applications.c.id, _FIRST.c.application_id, _FIRST.c.no)
)  # fmt: skip
_ARRIVED = sa.select(visits.c.application_id, visits.c.no).where(
    visits.c.application_id.in_(sa.bindparam("ids", expanding=True)),
    visits.c.arrived_at.is_not(None),
)
_IDS, _NOS = (sa.bindparam(name, type_=ARRAY(kind)) for name, kind in (("ids", sa.BigInteger), ("nos", sa.Integer)))
_WANTED = sa.func.unnest(_IDS, _NOS).table_valued("application_id", "no", name="wanted").render_derived()
#: The same on PostgreSQL, where it is asked at every ring while documents travel, so that each is a look at one row.
_THESE_ARRIVED = Question(
    sa.select(visits.c.application_id, visits.c.no)
    .join_from(_WANTED, visits, (visits.c.application_id == _WANTED.c.application_id) & (visits.c.no == _WANTED.c.no))
    .where(visits.c.arrived_at.is_not(None)),
    is_prepared=False,
)
_MESSAGES = (
    sa.select(sa.func.count(sa.distinct(visits.c.message)))
    .join_from(visits, applications, visits.c.application_id == applications.c.id)
    .where(applications.c.service == sa.bindparam("service"))
)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseProgress:
    """A case that is already in."""

    application_id: int
    number: str
    #: decisions carried out so far; the next event of the log is the one with this index
    decided: int
    #: its last visit; where it waits, if it is open
    visit: int
    is_open: bool
    #: its first event: step, actor, time
    began: tuple[str, str | None, datetime | None]


def case_progress(office: Office, service: str) -> dict[str, CaseProgress]:
    """The cases of the service's log that are in, by their name in the log."""
    with office.reading() as connection:
        return {
            row.imported_case: CaseProgress(
                application_id=row.id,
                number=row.number,
                decided=row.decided,
                visit=row.visit_count,
                is_open=row.outcome is None,
                began=(row.step, row.decided_by, row.closed_at),
            )
            for row in connection.execute(_PROGRESS, {"service": service})
        }


def arrived(office: Office, hand_offs: Iterable[HandOffName]) -> set[HandOffName]:
    """Those of the hand-offs that have arrived."""
    wanted = sorted(set(hand_offs))
    with office.reading() as connection:
        if connection.dialect.name == "postgresql":
            values = {"ids": [one for one, _ in wanted], "nos": [no for _, no in wanted]}
            [here] = ask(connection, (_THESE_ARRIVED, values))
            return {(row[0], row[1]) for row in here}
        ids = sorted({application_id for application_id, _ in wanted})
        found: set[HandOffName] = set()
        for start in range(0, len(ids), _AT_ONCE):
            rows = connection.execute(_ARRIVED, {"ids": ids[start : start + _AT_ONCE]})
            found.update((row[0], row[1]) for row in rows)
    return found.intersection(wanted)


def messages_of(office: Office, service: str) -> int:
    """How many broker messages have carried the service's documents."""
    with office.reading() as connection:
        return int(connection.execute(_MESSAGES, {"service": service}).scalar_one())
