"""The index the log is searched by, as rows: which entries are not in it yet, and how far it is complete.

It follows the log and is never written with it, so that a decision costs nothing more. What an entry is found by is
``domain.entry_facets``' to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection

from routing.domain.entry_facets import IndexState
from routing.storage.tables import applications, audit_entries, desks, entry_index, entry_index_state, entry_reasons

# Any number will do, as long as nothing else in the database uses it as an advisory lock.
_LEAD = sa.text("SELECT pg_try_advisory_xact_lock(23163)")

_later = audit_entries.alias("later")
#: The first migration behind an entry, which names the version the application followed before it.
_GONE_OVER = (
    sa.select(_later.c.body)
    .where(
        _later.c.application_id == audit_entries.c.application_id,
        _later.c.seq > audit_entries.c.seq,
        _later.c.kind == "migrated",
    )
    .order_by(_later.c.seq)
    .limit(1)
    .scalar_subquery()
    .label("gone_over")
)
_is_indexed = (
    sa.select(1)
    .where(entry_index.c.application_id == audit_entries.c.application_id, entry_index.c.seq == audit_entries.c.seq)
    .exists()
)
_PLACE = (audit_entries.c.application_id, audit_entries.c.seq)
_ROWID = sa.literal_column("audit_entries.rowid", sa.BigInteger())
# Unlike the sequencer's, a look may go beyond the oldest transaction that still runs: order does not matter here, and
# what is passed over is whatever has its row. Only the mark stays behind it.
_NOW_ON_POSTGRESQL = sa.text(
    "SELECT pg_snapshot_xmin(s)::text::bigint AS over, pg_snapshot_xmax(s)::text::bigint AS newest"
    " FROM pg_current_snapshot() s"
)
_NOW_ON_SQLITE = sa.text("SELECT coalesce(max(rowid), 0) + 1 AS over, coalesce(max(rowid), 0) + 1 AS newest"
                         " FROM audit_entries")  # fmt: skip
_NEW_ON_POSTGRESQL = (
    sa.select(*_PLACE, audit_entries.c.written_in.label("mark"))
    .where(audit_entries.c.written_in.is_not(None), audit_entries.c.written_in >= sa.bindparam("mark"), ~_is_indexed)
    .order_by(audit_entries.c.written_in, *_PLACE)
    .limit(sa.bindparam("most"))
)
_NEW_ON_SQLITE = (
    sa.select(*_PLACE, _ROWID.label("mark"))
    .where(sa.bindparam("mark") <= _ROWID, ~_is_indexed)
    .order_by(_ROWID)
    .limit(sa.bindparam("most"))
)
_STRAGGLERS = (
    sa.select(*_PLACE, sa.literal(0).label("mark"))
    .where(sa.tuple_(*_PLACE) > sa.tuple_(sa.bindparam("application_id"), sa.bindparam("seq")), ~_is_indexed)
    .order_by(*_PLACE)
    .limit(sa.bindparam("most"))
)


class EntryIndex:
    """The rows the log is searched by."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_postgresql = connection.dialect.name == "postgresql"

    def take_lead(self) -> bool:
        """Whether this transaction is now the one that indexes; on SQLite every writer is alone anyway."""
        return not self._is_postgresql or bool(self._connection.execute(_LEAD).scalar_one())

    def state(self) -> IndexState:
        """How far it has come."""
        found = self._connection.execute(sa.select(entry_index_state)).one_or_none()
        if found is None:
            return IndexState()
        return IndexState(mark=found.mark, swept_at=found.swept_at, complete_at=found.complete_at)

    def keep(self, state: IndexState) -> None:
        """Remembers it."""
        values = {name: getattr(state, name) for name in IndexState.__dataclass_fields__}
        if not self._connection.execute(sa.update(entry_index_state).values(values)).rowcount:
            self._connection.execute(sa.insert(entry_index_state).values(values | {"no": 1}))

    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return self._connection.execute(sa.select(entry_index.c.seq).limit(1)).first() is None

    def over(self) -> int:
        """The mark before which everything is committed or never will be."""
        return int(self._now().over)

    def is_beyond(self, mark: int) -> bool:
        """Whether the mark lies where this database has not come yet: it was restored, or its rows renumbered."""
        return bool(mark > self._now().newest)

    def new(self, mark: int, most: int) -> tuple[list[Any], int]:
        """Entries from the mark on that are committed and not in it; the next mark."""
        over = self.over()
        statement = _NEW_ON_POSTGRESQL if self._is_postgresql else _NEW_ON_SQLITE
        rows = self._along_the_indexes(statement, {"mark": mark, "most": most})
        # Where a batch is full the rest begins at its last one, or at what still runs.
        return rows, over if len(rows) < most else min(over, rows[-1].mark)

    def stragglers(self, after: tuple[int, int], most: int) -> list[Any]:
        """Entries that are not in it, whenever they were written, behind that application and seq."""
        if self._is_postgresql:
            self._connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        values = {"application_id": after[0], "seq": after[1], "most": most}
        return list(self._connection.execute(_STRAGGLERS, values).all())

    def told(self, places: Sequence[Any]) -> list[Any]:
        """What is needed to index these: their columns and bytes, with application, unit and version of the route."""
        wanted = sa.tuple_(*_PLACE).in_([(one.application_id, one.seq) for one in places])
        columns = [audit_entries.c[name] for name in ("application_id", "seq", "at", "kind", "desk", "actor", "body")]
        of_application = (applications.c.service, applications.c.channel, applications.c.workflow)
        statement = (
            sa.select(*columns, *of_application, desks.c.unit, _GONE_OVER)
            .join_from(audit_entries, applications, applications.c.id == audit_entries.c.application_id)
            .outerjoin(desks, desks.c.code == audit_entries.c.desk)
            .where(wanted)
        )
        return self._along_the_indexes(statement, {})

    def add(self, rows: Sequence[Mapping[str, Any]], reasons: Iterable[Mapping[str, Any]]) -> None:
        """Adds entries, and each once for every reason it has."""
        self._insert(entry_index, rows)
        self._insert(entry_reasons, list(reasons))

    def forget(self) -> None:
        """Empties it, to be built anew."""
        for table in (entry_index, entry_reasons, entry_index_state):
            self._connection.execute(sa.delete(table))

    def _along_the_indexes(self, statement: sa.Select[*tuple[Any, ...]], values: dict[str, Any]) -> list[Any]:
        if self._is_postgresql:
            # For some thousand entries against all there are, the indexes are always the quicker way.
            for way in ("enable_hashjoin", "enable_mergejoin"):
                self._connection.exec_driver_sql(f"SET LOCAL {way} = off")
        return list(self._connection.execute(statement, values).all())

    def _insert(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Many rows in one statement; one at a time they would cost more than all the rest."""
        if not rows:
            return
        if not self._is_postgresql:
            self._connection.execute(sa.insert(table), list(rows))
            return
        names = list(table.columns.keys())
        arrays = [sa.cast(sa.bindparam(f"all_{name}"), ARRAY(table.c[name].type)) for name in names]
        columns = [sa.column(name, table.c[name].type) for name in names]
        sent = sa.func.unnest(*arrays).table_valued(*columns, name="sent_row").render_derived()
        values = {f"all_{name}": [row[name] for row in rows] for name in names}
        self._connection.execute(sa.insert(table).from_select(names, sa.select(*sent.c)), values)

    def _now(self) -> Any:
        return self._connection.execute(_NOW_ON_POSTGRESQL if self._is_postgresql else _NOW_ON_SQLITE).one()
