"""Rows that stand beside the log, read once in the order of the applications' ids.

What they must say, their own modules know.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.storage.tables import applications

_ROWS_AT_ONCE = 2_000


class RowsBeside:
    """The rows of one table, of all applications, of a service's, or of one."""

    def __init__(
        self, connection: Connection, table: sa.Table, order: tuple[str, ...], service: str | None, number: str | None
    ) -> None:
        """``order``: the columns by which the rows of an application come."""
        statement = sa.select(table).order_by(table.c.application_id, *(table.c[name] for name in order))
        if number or service:
            statement = statement.join(applications, applications.c.id == table.c.application_id)
        if number:
            statement = statement.where(applications.c.number == number)
        elif service:
            statement = statement.where(applications.c.service == service)
        self._rows = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement)
        owner = list(table.c).index(table.c.application_id)
        self._groups = groupby(self._rows, key=itemgetter(owner))
        self._next: tuple[int, list[Any]] | None = None
        self._is_asked_for = False
        self._ownerless: list[Any] = []

    def of(self, application_id: int) -> list[Any]:
        """The rows of this application; to be asked for in the order of the ids."""
        while self._next is None or self._next[0] < application_id:
            if not self._goes_on():
                return []
        if self._next[0] != application_id:
            return []
        self._is_asked_for = True
        return self._next[1]

    def ownerless(self) -> list[Any]:
        """The first row of each application that was never asked for, after all of them were."""
        while self._goes_on():
            pass
        return self._ownerless

    def close(self) -> None:
        """Lets go of what was not read."""
        self._rows.close()

    def _goes_on(self) -> bool:
        if self._next is not None and not self._is_asked_for:
            self._ownerless.append(self._next[1][0])
        group = next(self._groups, None)
        # The last one stays where it is.
        self._is_asked_for = group is None
        self._next = (group[0], list(group[1])) if group is not None else self._next
        return group is not None
