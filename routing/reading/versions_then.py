"""Which version of its route did an application follow when an entry was written? It may have gone over since."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.workflow import Workflow
from routing.office import Office
from routing.storage.tables import audit_entries

_later = audit_entries.alias("later")
#: For statements over entries and their applications: the entry of the first migration behind this one, if any.
GONE_OVER = (
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
_ANY = sa.select(audit_entries.c.seq).where(audit_entries.c.kind == "migrated").limit(1)


def workflow_then(office: Office, row: sa.Row[*tuple[Any, ...]]) -> Workflow:
    """The version an entry was written under; ``row`` has ``workflow``, the application's own, and ``GONE_OVER``."""
    version = json.loads(bytes(row.gone_over))["workflow_before"] if row.gone_over is not None else row.workflow
    return office.rule_book(version).workflow


def has_migrations(connection: Connection) -> bool:
    """Whether any application ever went over; where none did, long reports need not look for it at every entry."""
    return connection.execute(_ANY).first() is not None
