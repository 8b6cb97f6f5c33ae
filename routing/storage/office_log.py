"""The pen of the office's own entries: one chain, which one transaction after the other adds to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.audit_chain import GENESIS
from routing.domain.office_entries import OfficeEntry, write_office_entry
from routing.storage.tables import office_entries

_COLUMNS = [office_entries.c[name] for name in OfficeEntry.__dataclass_fields__]
_HEAD = sa.select(office_entries.c.seq, office_entries.c.hash).order_by(office_entries.c.seq.desc()).limit(1)
# Any number will do, as long as nothing else in the database uses it as an advisory lock.
_LOCK = sa.text("SELECT pg_advisory_xact_lock(23162)")


class OfficeLog:
    """What the log says of no application."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, *, kind: str, actor: str, at: datetime, facts: Mapping[str, Any]) -> OfficeEntry:
        """Adds an entry. Whoever else adds one waits for the commit, so this is best the last thing done before it."""
        if self._connection.dialect.name == "postgresql":
            # Of one chain there is one head; nobody may read it while somebody is about to add to it.
            self._connection.execute(_LOCK)
        head = self._connection.execute(_HEAD).one_or_none()
        entry = write_office_entry(
            seq=head.seq + 1 if head else 1,
            previous=bytes(head.hash) if head else GENESIS,
            at=at,
            kind=kind,
            actor=actor,
            facts=facts,
        )
        row = {name: getattr(entry, name) for name in OfficeEntry.__dataclass_fields__}
        self._connection.execute(sa.insert(office_entries), row)
        return entry

    def of_kind(self, *kinds: str) -> list[OfficeEntry]:
        """The entries of these kinds, the oldest first."""
        wanted = sa.select(*_COLUMNS).where(office_entries.c.kind.in_(kinds)).order_by(office_entries.c.seq)
        return [office_entry(row) for row in self._connection.execute(wanted)]


def office_entry(row: Any) -> OfficeEntry:
    """The entry in a row."""
    columns = {name: getattr(row, name) for name in OfficeEntry.__dataclass_fields__}
    return OfficeEntry(**columns | {"body": bytes(row.body), "hash": bytes(row.hash)})
