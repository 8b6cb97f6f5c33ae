"""When did each case of an imported log come in, when was it due, and when was it closed?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from routing.domain.errors import Refusal
from routing.domain.lateness import CaseTimes
from routing.office import Office
from routing.storage.tables import applications

_CASES = (
    sa.select(
        applications.c.imported_case, applications.c.number, applications.c.submitted_at, applications.c.changed_at,
        applications.c.outcome, applications.c.promise_due, applications.c.facts,
    )
    .where(applications.c.service == sa.bindparam("service"), applications.c.imported_case.is_not(None))
    .order_by(applications.c.id)
)  # fmt: skip


class NothingWasDue(Refusal):
    """The cases of {service} carry no due date. Name a service that was derived from a log whose cases do."""

    code = "nothing_was_due"


def case_times(office: Office, service: str) -> Iterator[CaseTimes]:
    """The cases of the service that were due at all, in the order of their submission.

    Raises UnknownService, NothingWasDue.
    """
    clock = office.book_in_force(service).workflow.clock
    if clock.due_fact is None:
        raise NothingWasDue(service=service)
    with office.reading() as connection:
        for row in connection.execute(_CASES, {"service": service}):
            due = _moment(row.facts, clock.due_fact)
            if due is None:
                continue
            closed_at = row.changed_at if row.outcome is not None else None
            ended = _moment(row.facts, clock.ended_fact) if clock.ended_fact is not None else closed_at
            yield CaseTimes(
                case=row.imported_case,
                number=row.number,
                began=_moment(row.facts, clock.began_fact) or row.submitted_at,
                due=due,
                ended=ended if row.outcome is not None else None,
                promise_due=row.promise_due,
            )


def _moment(facts: dict[str, object], name: str | None) -> datetime | None:
    said = facts.get(name) if name is not None else None
    return datetime.fromisoformat(said) if isinstance(said, str) else None
