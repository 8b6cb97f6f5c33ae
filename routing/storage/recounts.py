"""Applications that are counted by a calendar that is no longer the newest, and what a recount writes of them.

Many at once: a hundred thousand open applications are recounted while desks decide, and one statement for a hundred of
them costs each a tenth of a statement of its own. SQLite has no way to the server to save.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection

from routing.domain.application import Application
from routing.domain.audit_chain import Entry
from routing.domain.move import Move
from routing.domain.visits import Visit
from routing.storage.applications import WrittenMeanwhile, from_row
from routing.storage.straight import Question, leave
from routing.storage.tables import applications, audit_entries, visits

_OPEN_AFTER = (
    sa.select(applications)
    .where(applications.c.outcome.is_(None), applications.c.id > sa.bindparam("after"))
    .order_by(applications.c.id)
    .limit(sa.bindparam("most"))
)
_BY_CALENDAR = _OPEN_AFTER.where(applications.c.calendar == sa.bindparam("calendar"))
_NEVER_COUNTED = _OPEN_AFTER.where(applications.c.calendar.is_(None))
_MOVED = ("version", "entry_count", "chain_head", "changed_at", "calendar", "promise_due", "legal_due", "wake_at")
_LIMIT = ("version", "due_at", "warn_at")
_KEEP = (
    sa.update(applications)
    .where(applications.c.id == sa.bindparam("b_id"))
    .values(calendar=sa.bindparam("b_calendar_new"), wake_at=sa.bindparam("b_wake_at_new"))
)
# Nobody waits for the disk: what a crash forgets is recounted again, and whatever is decided on top of it is only
# there together with it.
_WITHOUT_WAITING = Question(sa.text("SET LOCAL synchronous_commit TO off"))


def behind(
    connection: Connection, calendar: str | None, *, after: int, most: int, waits: bool, locked: bool = True
) -> list[Application]:
    """Open applications counted by this calendar (None: never counted) with ids behind ``after``, in their order.

    Locked; ``waits``: also those that somebody decides on at this moment, which are passed over otherwise.
    """
    statement = _BY_CALENDAR if calendar is not None else _NEVER_COUNTED
    if locked:
        statement = statement.with_for_update(skip_locked=not waits)
    values = {"calendar": calendar, "after": after, "most": most}
    if calendar is None:
        del values["calendar"]
    return [from_row(row) for row in connection.execute(statement, values)]


def write(connection: Connection, moves: Sequence[Move]) -> None:
    """Writes these on PostgreSQL, at the latest with the commit; that fails by WrittenMeanwhile where an application is
    not at ``before``'s version. Ledgers are written elsewhere.
    """
    rows = [_row(move) for move in moves]
    limits = [_limit(visit) for move in moves for visit in move.visits]
    values: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in _MOVE_KINDS}
    values |= {name: [row[name] for row in limits] for name in _LIMIT_KINDS}

    def meanwhile() -> WrittenMeanwhile:
        numbers = ", ".join(move.after.number for move in moves)
        return WrittenMeanwhile(f"{WrittenMeanwhile.__doc__} ({numbers})")

    leave(connection, _WITHOUT_WAITING, {})
    leave(connection, _STROKE, values, meanwhile)


def keep(connection: Connection, unmoved: Sequence[Application]) -> None:
    """The calendar of locked applications of which nothing is due at another time, and when they are looked at."""
    if connection.dialect.name != "postgresql":
        rows = [{"b_id": one.id, "b_calendar_new": one.calendar, "b_wake_at_new": one.wake_at} for one in unmoved]
        connection.execute(_KEEP, rows)
        return
    values = {
        "ids": [one.id for one in unmoved],
        "calendars": [one.calendar for one in unmoved],
        "wakes": [one.wake_at for one in unmoved],
    }
    leave(connection, _WITHOUT_WAITING, {})
    leave(connection, _KEEP_THESE, values)


def _row(move: Move) -> dict[str, Any]:
    if move.before is None:
        raise TypeError(move)
    row = {f"a_{name}": getattr(move.after, name) for name in _MOVED}
    row |= {"a_id": move.before.id, "a_was": move.before.version}
    return row | {f"e_{name}": getattr(move.entries[0], name) for name in Entry.__dataclass_fields__}


def _limit(visit: Visit) -> dict[str, Any]:
    return {f"v_{name}": getattr(visit, name) for name in _LIMIT} | {"v_id": visit.application_id, "v_no": visit.no}


def _sent(kinds: dict[str, Any], name: str) -> Any:
    """Rows that come as an array of each column."""
    arrays = [sa.cast(sa.bindparam(one), ARRAY(kind)) for one, kind in kinds.items()]
    columns = [sa.column(one, kind) for one, kind in kinds.items()]
    return sa.func.unnest(*arrays).table_valued(*columns, name=name).render_derived()


def _stroke() -> Question:
    """Applications, limits and entries of many moves."""
    moved = sa.select(_sent(_MOVE_KINDS, "sent_move")).cte("moved").c
    limit = sa.select(_sent(_LIMIT_KINDS, "sent_limit")).cte("limits").c
    advanced = (
        sa.update(applications)
        .where(applications.c.id == moved.a_id, applications.c.version == moved.a_was)
        .values({name: moved[f"a_{name}"] for name in _MOVED})
        .returning(sa.literal_column("1"))
        .cte("advanced")
    )
    limited = (
        sa.update(visits)
        .where(visits.c.application_id == limit.v_id, visits.c.no == limit.v_no)
        .values({name: limit[f"v_{name}"] for name in _LIMIT})
        .cte("limited")
    )
    names = list(Entry.__dataclass_fields__)
    entries = sa.select(*(moved[f"e_{name}"] for name in names))
    written = sa.insert(audit_entries).from_select(names, entries).cte("written")
    wanted = sa.func.cardinality(sa.cast(sa.bindparam("a_id"), ARRAY(sa.BigInteger)))
    # Divides by zero where not every one was advanced: the COMMIT that is sent along must not come through then.
    is_whole = sa.cast(sa.select(sa.func.count()).select_from(advanced).scalar_subquery() == wanted, sa.Integer())
    return Question(sa.select(sa.literal_column("1") / is_whole).add_cte(limited, written), is_prepared=False)


_MOVE_KINDS: dict[str, Any] = {
    "a_id": sa.BigInteger(),
    "a_was": sa.Integer(),
    **{f"a_{name}": applications.c[name].type for name in _MOVED},
    **{f"e_{name}": audit_entries.c[name].type for name in Entry.__dataclass_fields__},
}
_LIMIT_KINDS: dict[str, Any] = {
    "v_id": sa.BigInteger(),
    "v_no": sa.Integer(),
    **{f"v_{name}": visits.c[name].type for name in _LIMIT},
}
_KEPT = _sent({"ids": sa.BigInteger(), "calendars": sa.Text(), "wakes": applications.c.wake_at.type}, "kept")
# Built once: building a statement at each call costs more than carrying it out.
_STROKE = _stroke()
_KEEP_THESE = Question(
    sa.update(applications)
    .where(applications.c.id == _KEPT.c.ids)
    .values(calendar=_KEPT.c.calendars, wake_at=_KEPT.c.wakes),
    is_prepared=False,
)
