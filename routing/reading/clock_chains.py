"""Do the ledger and the due dates in the books say what the log alone tells? Asked by ``chains``, one by one.

They are what a citizen or a court is answered with, and rows that anybody with the database's password can change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy.engine import Connection

from routing.domain.clock_from_log import Retold, clock_from_log
from routing.domain.errors import Fault
from routing.domain.state_machine import RuleBook
from routing.office import Office
from routing.reading.rows_beside import RowsBeside
from routing.storage.tables import clock_intervals
from routing.storage.transaction import Transaction

#: What an interval says, by which two are compared.
_NAMES = ("no", "pause", "since", "until", "granted_by")


class ClockRows:
    """The ledgers beside the log, read once in the order of the applications' ids."""

    def __init__(self, office: Office, connection: Connection, service: str | None, number: str | None) -> None:
        self._office, self._tx = office, Transaction(connection)
        self._rows = RowsBeside(connection, clock_intervals, ("no",), service, number)
        self._books: dict[tuple[str, str], RuleBook] = {}

    def problems(self, application: Any, said: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """What differs; ``said``: the application's entries. To be asked for in the order of the ids."""
        stored = self._rows.of(application.id)
        try:
            told = clock_from_log(said, self._rules)
        except (Fault, LookupError, TypeError, ValueError) as error:
            # Whoever could rewrite the whole chain could write anything into it.
            yield f"the clock cannot be told from the log: {type(error).__name__}"
            return
        if told.calendar is None and application.calendar is None and not stored:
            return
        yield from _ledger_problems(stored, told)
        for name, row, log in (
            ("promise", application.promise_due, told.dues.promise),
            ("limit of the law", application.legal_due, told.dues.legal),
        ):
            if row != log:
                yield f"the {name} is due {_moment(row)} in the books, by the log {_moment(log)}"
        if application.answered_at != told.answered_at:
            said_so, tells = _moment(application.answered_at), _moment(told.answered_at)
            yield f"the office answered {said_so} in the books, by the log {tells}"

    def close(self) -> None:
        """Lets go of what was not read."""
        self._rows.close()

    def _rules(self, workflow: str, calendar: str) -> RuleBook:
        asked = (workflow, calendar)
        if asked not in self._books:
            book = self._office.rule_book(workflow, self._tx)
            self._books[asked] = book.counted_by(self._office.calendar(calendar, self._tx))
        return self._books[asked]


def _ledger_problems(stored: Sequence[Any], told: Retold) -> Iterator[str]:
    """The first interval that differs."""
    for place, (row, log) in enumerate(zip_longest(stored, told.ledger), start=1):
        if row is None:
            yield f"interval {place} of the ledger is missing"
        elif log is None:
            yield f"the log knows no interval {row.no} of the ledger"
        else:
            different = next((name for name in _NAMES if getattr(row, name) != getattr(log, name)), None)
            if different is None:
                continue
            yield f"interval {place} of the ledger has another {different} than the log tells"
        return


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at is not None else "never"
