"""Applications that are counted by a calendar that is no longer the newest, and what a recount writes of them.

Many at once: a hundred thousand open applications are recounted while desks decide, and one statement for a hundred of
them costs each a tenth of a statement of its own. SQLite has no way to the server to save.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection

from routing.domain.application import Application
from routing.domain.move import Move
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
    """Writes these, of one moment and one calendar, on PostgreSQL, at the latest with the commit; that fails by
    WrittenMeanwhile where an application is not at ``before``'s version. Ledgers are written elsewhere.
    """
    after, limits = [move.after for move in moves], [visit for move in moves for visit in move.visits]
    entry = moves[0].entries[0]
    values = {
        "at": entry.at,
        "kind": entry.kind,
        "actor": entry.actor,
        "calendar": after[0].calendar,
        "bodies": _blobs(move.entries[0].body for move in moves),
        "heads": _blobs(one.chain_head for one in after),
        "promises": _instants(one.promise_due for one in after),
        "legals": _instants(one.legal_due for one in after),
        "wakes": _instants(one.wake_at for one in after),
        "limit_dues": _instants(one.due_at for one in limits),
        "limit_warns": _instants(one.warn_at for one in limits),
    }
    numbers: dict[str, Iterable[int]] = {
        "ids": (one.id for one in after),
        "versions": (one.version for one in after),
        "counts": (one.entry_count for one in after),
        "limit_ids": (one.application_id for one in limits),
        "limit_nos": (one.no for one in limits),
        "limit_versions": (one.version for one in limits),
    }
    values |= {name: _numbers(these) for name, these in numbers.items()}

    def meanwhile() -> WrittenMeanwhile:
        named = ", ".join(one.number for one in after)
        return WrittenMeanwhile(f"{WrittenMeanwhile.__doc__} ({named})")

    leave(connection, _WITHOUT_WAITING, {})
    leave(connection, _STROKE, values, meanwhile)


def keep(connection: Connection, unmoved: Sequence[Application]) -> None:
    """The one calendar of locked applications of which nothing is due at another time, and when they are looked at."""
    if connection.dialect.name != "postgresql":
        rows = [{"b_id": one.id, "b_calendar_new": one.calendar, "b_wake_at_new": one.wake_at} for one in unmoved]
        connection.execute(_KEEP, rows)
        return
    values = {
        "ids": _numbers(one.id for one in unmoved),
        "wakes": _instants(one.wake_at for one in unmoved),
        "calendar": unmoved[0].calendar,
    }
    leave(connection, _WITHOUT_WAITING, {})
    leave(connection, _KEEP_THESE, values)


# Arrays as the server reads them: the driver looks for signs to escape in every element, and takes ten times as long.
def _numbers(these: Iterable[int]) -> str:
    return f"{{{','.join(map(str, these))}}}"


def _instants(these: Iterable[datetime | None]) -> str:
    return f"{{{','.join('NULL' if one is None else one.isoformat() for one in these)}}}"


def _blobs(these: Iterable[bytes]) -> str:
    elements = (f'"\\\\x{one.hex()}"' for one in these)
    return f"{{{','.join(elements)}}}"


def _sent(name: str, **kinds: Any) -> Any:
    """Rows that come as an array of each column."""
    arrays = [sa.cast(sa.bindparam(one), ARRAY(kind)) for one, kind in kinds.items()]
    columns = [sa.column(one, kind) for one, kind in kinds.items()]
    return sa.func.unnest(*arrays).table_valued(*columns, name=name).render_derived()


def _stroke() -> Question:
    """Applications, limits and entries of many moves."""
    at = sa.cast(sa.bindparam("at"), _INSTANT)
    moved = sa.select(
        _sent(
            "sent_move", ids=sa.BigInteger(), versions=sa.Integer(), counts=sa.Integer(), heads=sa.LargeBinary(),
            promises=_INSTANT, legals=_INSTANT, wakes=_INSTANT, bodies=sa.LargeBinary(),
        )
    ).cte("moved").c  # fmt: skip
    limit = sa.select(
        _sent(
            "sent_limit", limit_ids=sa.BigInteger(), limit_nos=sa.Integer(), limit_versions=sa.Integer(),
            limit_dues=_INSTANT, limit_warns=_INSTANT,
        )
    ).cte("limits").c  # fmt: skip
    advanced = (
        sa.update(applications)
        .where(applications.c.id == moved.ids, applications.c.version == moved.versions - sa.literal_column("1"))
        .values(
            version=moved.versions, entry_count=moved.counts, chain_head=moved.heads, changed_at=at,
            calendar=sa.cast(sa.bindparam("calendar"), sa.Text()), promise_due=moved.promises, legal_due=moved.legals,
            wake_at=moved.wakes,
        )
        .returning(sa.literal_column("1"))
        .cte("advanced")
    )  # fmt: skip
    limited = (
        sa.update(visits)
        .where(visits.c.application_id == limit.limit_ids, visits.c.no == limit.limit_nos)
        .values(version=limit.limit_versions, due_at=limit.limit_dues, warn_at=limit.limit_warns)
        .cte("limited")
    )
    kind, actor = (sa.cast(sa.bindparam(name), sa.Text()) for name in ("kind", "actor"))
    entries = sa.select(moved.ids, moved.counts, at, kind, actor, moved.bodies, moved.heads)
    written = (
        sa.insert(audit_entries)
        .from_select(["application_id", "seq", "at", "kind", "actor", "body", "hash"], entries)
        .cte("written")
    )
    wanted = sa.func.cardinality(sa.cast(sa.bindparam("ids"), ARRAY(sa.BigInteger)))
    # Divides by zero where not every one was advanced: the COMMIT that is sent along must not come through then.
    is_whole = sa.cast(sa.select(sa.func.count()).select_from(advanced).scalar_subquery() == wanted, sa.Integer())
    return Question(sa.select(sa.literal_column("1") / is_whole).add_cte(limited, written), is_prepared=False)


_INSTANT = applications.c.wake_at.type
_KEPT = _sent("kept", ids=sa.BigInteger(), wakes=_INSTANT)
# Built once: building a statement at each call costs more than carrying it out.
_STROKE = _stroke()
_KEEP_THESE = Question(
    sa.update(applications)
    .where(applications.c.id == _KEPT.c.ids)
    .values(calendar=sa.cast(sa.bindparam("calendar"), sa.Text()), wake_at=_KEPT.c.wakes),
    is_prepared=False,
)
