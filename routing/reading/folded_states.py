"""Does every application stand where its own log led it? Folded from its entries alone, and held against the tables.

It finds what was changed beside the pen in the rows that people work with; whether the entries themselves are as they
were written is ``chains``' and ``sealed_chains``' to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.audit_chain import said_in
from routing.domain.errors import Fault
from routing.domain.state_from_log import Folded, differences, state_from_log
from routing.domain.workflow import Workflow
from routing.office import Office
from routing.reading.rows_beside import RowsBeside
from routing.storage.tables import applications, audit_entries, open_dues, visits
from routing.storage.transaction import Transaction

_APPLICATIONS = sa.select(
    applications.c.id, applications.c.number, applications.c.service, applications.c.workflow, applications.c.channel,
    applications.c.imported_case, applications.c.submitted_at, applications.c.step, applications.c.outcome,
    applications.c.version, applications.c.papers, applications.c.facts, applications.c.promise_due,
    applications.c.legal_due, applications.c.answered_at,
).order_by(applications.c.id)  # fmt: skip
_ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StateDifference:
    """An application that does not stand where its log led it."""

    number: str
    #: what differs, each in a sentence
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateReport:
    """What was folded, and what was found."""

    applications: int
    differences: tuple[StateDifference, ...]


def verify_states(office: Office, *, number: str | None = None) -> StateReport:
    """Folds every application's entries (or one's), in memory that does not grow with the log."""
    count, found = 0, []
    with (
        office.reading() as connection,
        closing(RowsBeside(connection, audit_entries, ("seq",), None, number)) as entries,
        closing(RowsBeside(connection, visits, ("no",), None, number)) as stays,
        closing(RowsBeside(connection, open_dues, ("visit",), None, number)) as dues,
    ):
        routes = _Routes(office, connection)
        for application in _applications(connection, number):
            count += 1
            said = [said_in(bytes(row.body)) or {} for row in entries.of(application.id)]
            rows, due = stays.of(application.id), dues.of(application.id)
            problems = (*_problems(application, said, rows, routes), *_board_problems(application, rows, due))
            if problems:
                found.append(StateDifference(number=application.number, problems=problems))
        for kind, beside in (("entries", entries), ("visits", stays)):
            found += [_ownerless(row, kind) for row in beside.ownerless()]
    return StateReport(applications=count, differences=tuple(found))


class _Routes:
    """Workflow versions by their hash; a forged entry may name one that never was."""

    def __init__(self, office: Office, connection: Connection) -> None:
        self._office, self._tx = office, Transaction(connection)

    def of(self, content_hash: str) -> Workflow:
        """Raises Fault."""
        return self._office.rule_book(content_hash, self._tx).workflow


def _applications(connection: Connection, number: str | None) -> Iterator[Any]:
    statement = _APPLICATIONS if number is None else _APPLICATIONS.where(applications.c.number == number)
    yield from connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement)


def _ownerless(row: Any, kind: str) -> StateDifference:
    problem = f"its {kind} are there, and the application is not"
    return StateDifference(number=f"application {row.application_id}", problems=(problem,))


def _problems(
    application: Any, said: Sequence[Mapping[str, Any]], rows: Sequence[Any], routes: _Routes
) -> Iterator[str]:
    try:
        told: Folded = state_from_log(said)
        yield from differences(told, application, routes.of(told.workflow), rows)
    except (Fault, LookupError, TypeError, ValueError) as error:
        # Whoever could rewrite the whole chain could write anything into it.
        yield f"where it stands cannot be told from the log: {type(error).__name__}"


def _board_problems(application: Any, rows: Sequence[Any], due: Sequence[Any]) -> Iterator[str]:
    """The board of what is due says of each open visit what the visit and the application say."""
    there = {one.visit: (one.desk, one.service, one.desk_due) for one in due}
    wanted = {row.no: (row.desk, application.service, row.due_at) for row in rows if row.closed_at is None}
    if there != wanted:
        yield f"the board of what is due shows the visits {sorted(there)} otherwise than they are, {sorted(wanted)}"
