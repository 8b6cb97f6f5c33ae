"""The log, entry by entry, as it leaves the office: in the order of applications, each in the order of its chain."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.desks import Label
from routing.domain.fields import Fact
from routing.office import Office
from routing.reading.versions_then import GONE_OVER, has_migrations, workflow_then
from routing.storage.tables import applications, audit_entries, desks, roles

#: Kinds of entries that are somebody's decision: one event each in an event log.
DECISIONS = ("decided", "withdrawn")

_ENTRIES = (
    sa.select(
        applications.c.number, applications.c.service, applications.c.workflow, applications.c.imported_case,
        applications.c.facts, audit_entries.c.seq, audit_entries.c.at, audit_entries.c.kind, audit_entries.c.desk,
        audit_entries.c.actor, audit_entries.c.body, audit_entries.c.hash,
    )
    .join_from(audit_entries, applications, applications.c.id == audit_entries.c.application_id)
    .order_by(audit_entries.c.application_id, audit_entries.c.seq)
)  # fmt: skip
_ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedEntry:
    """One entry with the words that were in force for it."""

    number: str
    service: str
    imported_case: str | None
    facts: Mapping[str, Fact]
    seq: int
    at: datetime
    kind: str
    actor: str
    #: the role it was done in; the log's own words for an imported case
    role: str | None
    desk: str | None
    desk_name: str | None
    step: str | None
    #: the step's label; the log's activity for an imported case
    activity: str
    decision: str | None
    said: Mapping[str, Any]
    body: bytes
    hash: bytes

    @property
    def case(self) -> str:
        """The case's name in an event log: the imported log's own, else our number."""
        return self.imported_case or self.number


def export_entries(office: Office, *, service: str | None = None, everything: bool = False) -> Iterator[ExportedEntry]:
    """Decisions only, or ``everything``: also submissions, arrivals, claims, recalls. Memory does not grow."""
    statement = _ENTRIES
    if not everything:
        statement = statement.where(audit_entries.c.kind.in_(DECISIONS))
    if service is not None:
        statement = statement.where(applications.c.service == service)
    with office.reading() as connection:
        statement = statement.add_columns(GONE_OVER if has_migrations(connection) else sa.null().label("gone_over"))
        desk_labels, role_labels = _labels(connection, desks), _labels(connection, roles)
        for row in connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement):
            yield _exported(office, row, desk_labels, role_labels)


def _exported(
    office: Office, row: Any, desk_labels: Mapping[str, Label], role_labels: Mapping[str, Label]
) -> ExportedEntry:
    body = bytes(row.body)
    said = json.loads(body)
    step, role = said.get("step"), said.get("role")
    steps = workflow_then(office, row).steps
    if role is not None and row.imported_case is not None and role in role_labels:
        role = role_labels[role].id
    return ExportedEntry(
        number=row.number,
        service=row.service,
        imported_case=row.imported_case,
        facts=row.facts,
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        actor=row.actor,
        role=role,
        desk=row.desk,
        desk_name=desk_labels[row.desk].id if row.desk in desk_labels else row.desk,
        step=step,
        activity=steps[step].label.id if step in steps else row.kind,
        decision=said.get("decision"),
        said=said,
        body=body,
        hash=bytes(row.hash),
    )


def _labels(connection: Connection, table: sa.Table) -> dict[str, Label]:
    rows = connection.execute(sa.select(table.c.code, table.c.label))
    return {row.code: Label.model_validate(row.label) for row in rows}
