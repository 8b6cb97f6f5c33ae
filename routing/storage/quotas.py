"""How much of a quota has been used, as rows: counted in the transaction of the application that uses it."""

from __future__ import annotations

from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from routing.storage.tables import quota_counts


def _taking(insert: sqlite.Insert | postgresql.Insert) -> sa.Executable:
    """One statement that looks and counts: nobody can come between the two, and whoever tries waits for the commit."""
    first = insert.values(service=sa.bindparam("service"), counted_as=sa.bindparam("counted_as"), count=1)
    return first.on_conflict_do_update(
        index_elements=[quota_counts.c.service, quota_counts.c.counted_as],
        set_={"count": quota_counts.c.count + 1},
        where=quota_counts.c.count < sa.bindparam("most"),
    ).returning(quota_counts.c.count)


_TAKE = MappingProxyType(
    {"sqlite": _taking(sqlite.insert(quota_counts)), "postgresql": _taking(postgresql.insert(quota_counts))}
)


class QuotaBook:
    """Counts of quotas, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, service: str, counted_as: str, most: int) -> bool:
        """Counts one more, unless there are as many already (at least one is always taken); False: there are."""
        values = {"service": service, "counted_as": counted_as, "most": most}
        return self._connection.execute(_TAKE[self._connection.dialect.name], values).first() is not None
