"""Applications as rows: loaded for a decision (locked), written by the pen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection, Row

from routing.domain.application import Application
from routing.domain.errors import Fault
from routing.domain.workflow import Outcome
from routing.storage.straight import Question, ask
from routing.storage.tables import applications

# Statements are built once: building them at each call halves the rate of moves (1,870 to 980/s).
LOCK_BY_NUMBER = Question(
    sa.select(applications).where(applications.c.number == sa.bindparam("number")).with_for_update()
)
_LOCK_BY_IDS = (
    sa.select(applications)
    .where(applications.c.id.in_(sa.bindparam("ids", expanding=True)))
    # One order for everybody, so that two bundles with the same applications cannot wait for each other.
    .order_by(applications.c.id)
    .with_for_update()
)
#: The same for PostgreSQL's own ear.
LOCK_THESE = Question(
    sa.select(applications)
    .where(applications.c.id == sa.func.any(sa.bindparam("ids", type_=ARRAY(sa.BigInteger))))
    .order_by(applications.c.id)
    .with_for_update(),
    is_prepared=False,
)
_LOCK_FREE = (
    sa.select(applications)
    .where(applications.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(applications.c.id)
    # Two that share a work never wait for each other; on SQLite one waits for the other anyway.
    .with_for_update(skip_locked=True)
)
_LOCK_BY_NUMBERS = (
    sa.select(applications)
    .where(applications.c.number.in_(sa.bindparam("numbers", expanding=True)))
    .order_by(applications.c.id)
    .with_for_update()
)
_BY_KEY = sa.select(applications).where(applications.c.submission_key == sa.bindparam("key"))
_INSERT = sa.insert(applications)
CHANGED = ("step", "outcome", "version", "visit_count", "entry_count", "chain_head", "changed_at")
UPDATE = (
    sa.update(applications)
    .where(applications.c.id == sa.bindparam("b_id"), applications.c.version == sa.bindparam("b_version"))
    .values({name: sa.bindparam(f"b_{name}_new") for name in CHANGED})
)
_UPDATE_PAPERS = (
    sa.update(applications)
    .where(applications.c.id == sa.bindparam("b_id"))
    .values(papers=sa.bindparam("b_papers", type_=sa.JSON()))
)
_UPDATE_WORKFLOW = (
    sa.update(applications)
    .where(applications.c.id == sa.bindparam("b_id"))
    .values(workflow=sa.bindparam("b_workflow_new"))
)
_OPEN_ELSEWHERE = (
    sa.select(applications.c.id, applications.c.number)
    .where(
        applications.c.service == sa.bindparam("service"),
        applications.c.outcome.is_(None),
        applications.c.workflow != sa.bindparam("version"),
        applications.c.id > sa.bindparam("after"),
    )
    .order_by(applications.c.id)
    .limit(sa.bindparam("most"))
)
_UPDATE_FACTS = (
    sa.update(applications)
    .where(applications.c.id == sa.bindparam("b_id"))
    .values(facts=sa.bindparam("b_facts", type_=sa.JSON()))
)


class WrittenMeanwhile(Fault):
    """The application changed although it was locked."""

    code = "written_meanwhile"


def load_locked_with_number(connection: Connection, number: str) -> Application | None:
    """The application with this number, locked."""
    [rows] = ask(connection, (LOCK_BY_NUMBER, {"number": number}))
    return from_row(rows[0]) if rows else None


def load_locked(connection: Connection, ids: list[int]) -> list[Application]:
    """The applications with these ids, locked, in the order of their ids."""
    return [from_row(row) for row in connection.execute(_LOCK_BY_IDS, {"ids": ids})]


def load_free(connection: Connection, ids: list[int]) -> list[Application]:
    """Of these the applications that nobody else has locked, locked, in the order of their ids."""
    return [from_row(row) for row in connection.execute(_LOCK_FREE, {"ids": ids})]


def load_locked_by_number(connection: Connection, numbers: list[str]) -> list[Application]:
    """The applications with these numbers, locked, in the order of their ids."""
    return [from_row(row) for row in connection.execute(_LOCK_BY_NUMBERS, {"numbers": numbers})]


def with_key(connection: Connection, key: str) -> Application | None:
    """The application that was submitted under this key."""
    row = connection.execute(_BY_KEY, {"key": key}).first()
    return None if row is None else from_row(row)


def insert(connection: Connection, new: Sequence[tuple[Application, str | None]]) -> None:
    """New applications, each with the key it was submitted under."""
    if not new:
        return
    fields = Application.__dataclass_fields__
    rows = [
        {name: getattr(application, name) for name in fields}
        | {"facts": dict(application.facts), "papers": list(application.papers), "submission_key": key}
        for application, key in new
    ]
    connection.execute(_INSERT, rows)


def update(connection: Connection, changes: Sequence[tuple[Application, Application]]) -> None:
    """What moves changed, as (before, after); raises WrittenMeanwhile where a row is not at ``before``'s version."""
    if not changes:
        return
    rows = [changed_row(before, after) for before, after in changes]
    if connection.execute(UPDATE, rows).rowcount != len(rows):
        numbers = ", ".join(before.number for before, _ in changes)
        raise WrittenMeanwhile(f"{WrittenMeanwhile.__doc__} ({numbers})")


def update_papers(connection: Connection, changed: Sequence[Application]) -> None:
    """Which requirements have been handed in; on its own, because hardly any move says something of it."""
    if changed:
        connection.execute(_UPDATE_PAPERS, [{"b_id": one.id, "b_papers": list(one.papers)} for one in changed])


def update_facts(connection: Connection, changes: Sequence[tuple[Application, Application]]) -> None:
    """What has become known, as (before, after); on its own, because most moves find out nothing."""
    rows = [
        {"b_id": after.id, "b_facts": dict(after.facts)} for before, after in changes if after.facts != before.facts
    ]
    if rows:
        connection.execute(_UPDATE_FACTS, rows)


def update_workflows(connection: Connection, changes: Sequence[tuple[Application, Application]]) -> None:
    """Which version they follow, as (before, after); hardly any move changes that."""
    rows = [{"b_id": after.id, "b_workflow_new": after.workflow} for before, after in changes
            if after.workflow != before.workflow]  # fmt: skip
    if rows:
        connection.execute(_UPDATE_WORKFLOW, rows)


def open_elsewhere(
    connection: Connection, service: str, *, version: str, after: int, most: int
) -> list[tuple[int, str]]:
    """Id and number of the service's open applications of other versions, behind the one with that id; not locked."""
    wanted = {"service": service, "version": version, "after": after, "most": most}
    return [(row.id, row.number) for row in connection.execute(_OPEN_ELSEWHERE, wanted)]


def changed_row(before: Application, after: Application) -> dict[str, Any]:
    """What ``UPDATE`` is given for one move."""
    return {f"b_{name}_new": getattr(after, name) for name in CHANGED} | {
        "b_id": before.id,
        "b_version": before.version,
    }


def from_row(row: Row[Any]) -> Application:
    """The value a row stands for."""
    return Application(
        id=row.id,
        number=row.number,
        tracking_code=row.tracking_code,
        service=row.service,
        workflow=row.workflow,
        step=row.step,
        outcome=Outcome(row.outcome) if row.outcome is not None else None,
        version=row.version,
        visit_count=row.visit_count,
        entry_count=row.entry_count,
        chain_head=bytes(row.chain_head),
        submitted_at=row.submitted_at,
        changed_at=row.changed_at,
        channel=row.channel,
        imported_case=row.imported_case,
        facts=row.facts,
        papers=tuple(row.papers),
        applicant_index=bytes(row.applicant_index) if row.applicant_index is not None else None,
        erased_at=row.erased_at,
        calendar=row.calendar,
        promise_due=row.promise_due,
        legal_due=row.legal_due,
        wake_at=row.wake_at,
        deemed_at=row.deemed_at,
        answered_at=row.answered_at,
    )
