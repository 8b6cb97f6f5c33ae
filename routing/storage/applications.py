"""Applications as rows: loaded for a decision (locked), written by the pen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from routing.domain.application import Application, Particulars
from routing.domain.errors import Fault
from routing.domain.workflow import Outcome
from routing.storage.straight import Question, ask
from routing.storage.tables import applications, notes, particulars

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
_LOCK_BY_NUMBERS = (
    sa.select(applications)
    .where(applications.c.number.in_(sa.bindparam("numbers", expanding=True)))
    .order_by(applications.c.id)
    .with_for_update()
)
_BY_KEY = sa.select(applications).where(applications.c.submission_key == sa.bindparam("key"))
_INSERT = sa.insert(applications)
_CHANGED = ("step", "outcome", "version", "visit_count", "entry_count", "chain_head", "changed_at")
UPDATE = (
    sa.update(applications)
    .where(applications.c.id == sa.bindparam("b_id"), applications.c.version == sa.bindparam("b_version"))
    .values({name: sa.bindparam(f"b_{name}_new") for name in _CHANGED})
)
_UPDATE_PAPERS = (
    sa.update(applications)
    .where(applications.c.id == sa.bindparam("b_id"))
    .values(papers=sa.bindparam("b_papers", type_=sa.JSON()))
)
_INSERT_NOTE = sa.insert(notes)
_INSERT_PARTICULARS = sa.insert(particulars)
_WHO = sa.select(particulars).where(particulars.c.application_id == sa.bindparam("id"))
_DIGEST_KEY = sa.select(particulars.c.digest_key).where(particulars.c.application_id == sa.bindparam("id"))


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


def load_locked_by_number(connection: Connection, numbers: list[str]) -> list[Application]:
    """The applications with these numbers, locked, in the order of their ids."""
    return [from_row(row) for row in connection.execute(_LOCK_BY_NUMBERS, {"numbers": numbers})]


def with_key(connection: Connection, key: str) -> Application | None:
    """The application that was submitted under this key."""
    row = connection.execute(_BY_KEY, {"key": key}).first()
    return None if row is None else from_row(row)


def who_applies(connection: Connection, application_id: int) -> Particulars | None:
    """Who applies; None for an imported case, which has nobody."""
    row = connection.execute(_WHO, {"id": application_id}).one()
    if row.name is None:
        return None
    return Particulars(name=row.name, nik=row.nik, phone=row.phone, answers=row.answers)


def digest_key(connection: Connection, application_id: int) -> bytes:
    """What keys the digests of this application's free text."""
    return bytes(connection.execute(_DIGEST_KEY, {"id": application_id}).scalar_one())


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


def changed_row(before: Application, after: Application) -> dict[str, Any]:
    """What ``UPDATE`` is given for one move."""
    return {f"b_{name}_new": getattr(after, name) for name in _CHANGED} | {
        "b_id": before.id,
        "b_version": before.version,
    }


def insert_particulars(connection: Connection, new: Sequence[tuple[int, bytes, Particulars | None]]) -> None:
    """Personal data, and the key of the digests that stand for it in the log."""
    if not new:
        return
    rows: list[dict[str, Any]] = [
        {
            "application_id": application_id,
            "digest_key": key,
            "name": who.name if who else None,
            "nik": who.nik if who else None,
            "phone": who.phone if who else None,
            "answers": dict(who.answers) if who else {},
        }
        for application_id, key, who in new
    ]
    connection.execute(_INSERT_PARTICULARS, rows)


def insert_note(connection: Connection, application_id: int, seq: int, text: str) -> None:
    """Free text, beside the entry it belongs to."""
    connection.execute(_INSERT_NOTE, {"application_id": application_id, "seq": seq, "text": text})


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
    )
