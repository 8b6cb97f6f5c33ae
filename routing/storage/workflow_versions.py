"""Published routes, and the units, desks, roles they use, as rows. A version never changes; its hash is its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.desks import Desk, Role, Unit
from routing.domain.workflow import Workflow
from routing.storage.tables import desks, roles, services, units, workflow_versions


class Publishing:
    """What is published, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def document(self, content_hash: str) -> bytes | None:
        """The canonical JSON of a version."""
        wanted = sa.select(workflow_versions.c.document).where(workflow_versions.c.hash == content_hash)
        found = self._connection.execute(wanted).scalar()
        return None if found is None else bytes(found)

    def versions_of(self, service: str) -> tuple[str, ...]:
        """The hashes of everything ever published for a service, the oldest first."""
        wanted = sa.select(workflow_versions.c.hash).where(workflow_versions.c.service == service)
        return tuple(self._connection.execute(wanted.order_by(workflow_versions.c.published_at)).scalars())

    def in_force(self) -> dict[str, str]:
        """The hash of the version in force, by service."""
        return {
            row.code: row.workflow for row in self._connection.execute(sa.select(services.c.code, services.c.workflow))
        }

    def publish(self, workflow: Workflow, *, by: str, at: datetime) -> bool:
        """Puts the version into force; False: it was already."""
        content_hash = workflow.content_hash
        current = self._connection.execute(
            sa.select(services.c.workflow).where(services.c.code == workflow.service).with_for_update()
        ).scalar()
        if current == content_hash:
            return False
        if self.document(content_hash) is None:
            row = {"hash": content_hash, "service": workflow.service, "document": workflow.canonical}
            self._connection.execute(sa.insert(workflow_versions), row | {"published_at": at, "published_by": by})
        if current is None:
            self._connection.execute(
                sa.insert(services), {"code": workflow.service, "workflow": content_hash, "last_number": 0}
            )
        else:
            self._connection.execute(
                sa.update(services).where(services.c.code == workflow.service).values(workflow=content_hash)
            )
        return True

    def next_number(self, service: str) -> int:
        """The service's next application number; the row stays locked until the commit, so that no two are equal."""
        counted = sa.update(services).where(services.c.code == service).values(last_number=services.c.last_number + 1)
        return int(self._connection.execute(counted.returning(services.c.last_number)).scalar_one())

    def desk_codes(self) -> set[str]:
        """Every desk there is."""
        return set(self._connection.execute(sa.select(desks.c.code)).scalars())

    def counters(self) -> tuple[str, ...]:
        """The desks that face the public."""
        wanted = sa.select(desks.c.code).where(desks.c.counter.is_(True)).order_by(desks.c.code)
        return tuple(self._connection.execute(wanted).scalars())

    def role_codes(self) -> set[str]:
        """Every role there is."""
        return set(self._connection.execute(sa.select(roles.c.code)).scalars())

    def put_units(self, wanted: Iterable[Unit]) -> None:
        """Adds new units and renames known ones."""
        self._put(units, [{"code": unit.code, "label": unit.label.model_dump()} for unit in wanted])

    def put_roles(self, wanted: Iterable[Role]) -> None:
        """Adds new roles and renames known ones."""
        self._put(roles, [{"code": role.code, "label": role.label.model_dump()} for role in wanted])

    def put_desks(self, wanted: Iterable[Desk]) -> None:
        """Adds new desks and changes known ones; a desk is never taken away, since visits and entries name it."""
        rows = [
            {"code": desk.code, "label": desk.label.model_dump(), "unit": desk.unit, "counter": desk.counter}
            for desk in wanted
        ]
        self._put(desks, rows)

    def _put(self, table: sa.Table, wanted: Sequence[Mapping[str, object]]) -> None:
        """What is new in one go, what differs row by row; what is as it should be is left alone (a start's usual)."""
        there = {row["code"]: dict(row) for row in self._connection.execute(sa.select(table)).mappings()}
        new = [row for row in wanted if row["code"] not in there]
        if new:
            self._connection.execute(sa.insert(table), new)
        for row in wanted:
            before = there.get(row["code"])
            if before is not None and any(before[name] != value for name, value in row.items()):
                self._connection.execute(sa.update(table).where(table.c.code == row["code"]).values(dict(row)))
