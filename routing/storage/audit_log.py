"""The log's only pen: entries are inserted and never touched again (the database refuses it by trigger)."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.audit_chain import Entry
from routing.storage.tables import audit_entries

_INSERT = sa.insert(audit_entries)


def append(connection: Connection, entries: Sequence[Entry]) -> None:
    """Adds entries; (application, seq) is unique, so nothing can be written twice."""
    if not entries:
        return
    fields = Entry.__dataclass_fields__
    connection.execute(_INSERT, [{name: getattr(entry, name) for name in fields} for entry in entries])
