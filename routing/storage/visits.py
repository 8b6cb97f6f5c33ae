"""Visits as rows: what is open at a desk, and which hand-offs are on their way and wait for a ring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection, Row

from routing.domain.hand_offs import HandOff, Ring
from routing.domain.visits import Trouble, Visit
from routing.storage.instant import Instant
from routing.storage.straight import Question, ask, leave
from routing.storage.tables import applications, visits

_COLUMNS = tuple(visits.c[name] for name in Visit.__dataclass_fields__)
_OPEN = (
    sa.select(*_COLUMNS)
    .where(visits.c.application_id.in_(sa.bindparam("ids", expanding=True)), visits.c.closed_at.is_(None))
    .order_by(visits.c.application_id, visits.c.no)
)
#: The same for PostgreSQL's own ear.
OPEN_OF_THESE = Question(
    sa.select(*_COLUMNS)
    .where(
        visits.c.application_id == sa.func.any(sa.bindparam("ids", type_=ARRAY(sa.BigInteger))),
        visits.c.closed_at.is_(None),
    )
    .order_by(visits.c.application_id, visits.c.no),
    is_prepared=False,
)
#: The same of one application, by its number, whose row the caller has locked before this is asked.
OPEN_OF_NUMBER = Question(
    sa.select(*_COLUMNS)
    .where(
        # Not a join: planned while the tables are small, that reads all visits for as long as the plan is kept.
        visits.c.application_id
        == sa.select(applications.c.id).where(applications.c.number == sa.bindparam("number")).scalar_subquery(),
        visits.c.closed_at.is_(None),
    )
    .order_by(visits.c.no)
)
_CLOSED = (
    sa.select(*_COLUMNS)
    .where(visits.c.application_id == sa.bindparam("id"), visits.c.closed_at.is_not(None))
    .order_by(visits.c.no)
)
_INSERT = sa.insert(visits)
CHANGED = ("arrived_at", "holder", "claimed_at", "lease_until", "closed_at", "decision", "decided_by", "version",
            "attempts", "act_at", "trouble", "needs_attention", "due_at", "warn_at", "obstacle_at")  # fmt: skip
UPDATE = (
    sa.update(visits)
    .where(visits.c.application_id == sa.bindparam("b_application_id"), visits.c.no == sa.bindparam("b_no"))
    .values({name: sa.bindparam(f"b_{name}_new") for name in CHANGED})
)
_UPDATE_PLACE = (
    sa.update(visits)
    .where(visits.c.application_id == sa.bindparam("b_application_id"), visits.c.no == sa.bindparam("b_no"))
    .values({name: sa.bindparam(f"b_{name}_new") for name in ("step", "origin_step", "origin_desk")})
)
_ON_ITS_WAY = visits.c.arrived_at.is_(None) & visits.c.closed_at.is_(None)
_TO_RING = Question(
    sa.select(visits.c.application_id, visits.c.no, visits.c.desk, visits.c.rings)
    .where(
        _ON_ITS_WAY, visits.c.ring_again_at.is_(None) | (visits.c.ring_again_at <= sa.bindparam("now", type_=Instant()))
    )
    .order_by(visits.c.ring_again_at, visits.c.application_id)
    .limit(sa.bindparam("most"))
    # Two relays never ring for the same hand-off, and never wait for each other.
    .with_for_update(skip_locked=True),
    is_prepared=False,
)
_MARK_RUNG = (
    sa.update(visits)
    .where(visits.c.application_id == sa.bindparam("b_application_id"), visits.c.no == sa.bindparam("b_no"))
    .values(
        rings=visits.c.rings + 1,
        ring_again_at=sa.bindparam("b_ring_again_at"),
        message=sa.bindparam("b_message"),
    )
)
_IDS, _NOS, _MESSAGES, _AGAIN = (
    sa.bindparam(name, type_=ARRAY(kind))
    for name, kind in (("ids", sa.BigInteger), ("nos", sa.Integer), ("messages", sa.Text), ("again", Instant))
)
_RUNG = (
    sa.func.unnest(_IDS, _NOS, _MESSAGES, _AGAIN).table_valued("id", "no", "message", "again", name="rung")
).render_derived()
#: All of them at once, on PostgreSQL.
_MARK_THESE_RUNG = Question(
    sa.update(visits)
    .where(visits.c.application_id == _RUNG.c.id, visits.c.no == _RUNG.c.no)
    .values(rings=visits.c.rings + sa.literal_column("1"), ring_again_at=_RUNG.c.again, message=_RUNG.c.message),
    is_prepared=False,
)
# Nobody waits for the disk: a ring that a crash forgets is rung again, and the next desk waits for this one.
_WITHOUT_WAITING = Question(sa.text("SET LOCAL synchronous_commit TO off"))
_TAKE_BACK = (
    sa.update(visits)
    .where(visits.c.message == sa.bindparam("b_message"), _ON_ITS_WAY)
    .values(rings=visits.c.rings - 1, ring_again_at=None, message=None)
)
_TO_ACT = Question(
    sa.select(visits.c.application_id, visits.c.no, visits.c.desk, visits.c.attempts)
    .where(visits.c.act_at <= sa.bindparam("now", type_=Instant()))
    .order_by(visits.c.act_at)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True),
    is_prepared=False,
)
_PUT_OFF = (
    sa.update(visits)
    .where(visits.c.application_id == sa.bindparam("b_application_id"), visits.c.no == sa.bindparam("b_no"))
    .values(act_at=sa.bindparam("b_act_at"))
)
_RING_NOW = sa.update(visits).where(_ON_ITS_WAY, visits.c.ring_again_at.is_not(None)).values(ring_again_at=None)


def load_open(connection: Connection, application_ids: Sequence[int]) -> list[Visit]:
    """The open visits of these applications, whose rows the caller has locked."""
    return [from_row(row) for row in connection.execute(_OPEN, {"ids": list(application_ids)})]


def load_open_of_many(connection: Connection, application_ids: Sequence[int]) -> list[Visit]:
    """The same of so many that PostgreSQL is better asked by its own ear."""
    if connection.dialect.name != "postgresql":
        return load_open(connection, application_ids)
    [rows] = ask(connection, (OPEN_OF_THESE, {"ids": list(application_ids)}))
    return [from_row(row) for row in rows]


def load_closed(connection: Connection, application_id: int) -> list[Visit]:
    """The visits of this application that are over, in their order."""
    return [from_row(row) for row in connection.execute(_CLOSED, {"id": application_id})]


def insert(connection: Connection, new: Sequence[Visit]) -> None:
    """New visits."""
    if not new:
        return
    fields = Visit.__dataclass_fields__
    connection.execute(_INSERT, [{name: getattr(visit, name) for name in fields} | _as_row(visit) for visit in new])


def update(connection: Connection, changed: Sequence[Visit]) -> None:
    """Visits as moves left them."""
    if not changed:
        return
    connection.execute(UPDATE, [changed_row(visit) for visit in changed])


def update_places(connection: Connection, changed: Sequence[Visit]) -> None:
    """Step and origin of visits whose application follows another version now; else these never change."""
    names = ("step", "origin_step", "origin_desk")
    rows = [
        {f"b_{name}_new": getattr(visit, name) for name in names}
        | {"b_application_id": visit.application_id, "b_no": visit.no}
        for visit in changed
    ]
    if rows:
        connection.execute(_UPDATE_PLACE, rows)


def changed_row(visit: Visit) -> dict[str, Any]:
    """What ``UPDATE`` is given for one visit."""
    named = {"b_application_id": visit.application_id, "b_no": visit.no, "b_trouble_new": _as_row(visit)["trouble"]}
    return {f"b_{name}_new": getattr(visit, name) for name in CHANGED} | named


def to_ring(connection: Connection, *, now: datetime, most: int) -> tuple[list[HandOff], list[HandOff]]:
    """Hand-offs never rung for, or in vain for too long; and visits whose program's turn has come, its attempts so far
    as ``rings``. All of them locked, those that another relay looks at left out.
    """
    values = {"now": now, "most": most}
    sent, programs = ask(connection, (_TO_RING, values), (_TO_ACT, values))
    return [_hand_off(row) for row in sent], [_hand_off(row) for row in programs]


def put_off(connection: Connection, rung: Sequence[HandOff], again_at: datetime) -> None:
    """The programs of these have been rung for; again at that time, should nothing come of it."""
    rows = [{"b_application_id": one.application_id, "b_no": one.no, "b_act_at": again_at} for one in rung]
    connection.execute(_PUT_OFF, rows)


def mark_rung(connection: Connection, rings: Sequence[Ring]) -> None:
    """Remembers which message rang for which hand-off."""
    if connection.dialect.name == "postgresql":
        values = {
            "ids": [ring.hand_off.application_id for ring in rings],
            "nos": [ring.hand_off.no for ring in rings],
            "messages": [ring.message for ring in rings],
            "again": [ring.again_at for ring in rings],
        }
        leave(connection, _WITHOUT_WAITING, {})
        leave(connection, _MARK_THESE_RUNG, values)
        return
    rows = [
        {
            "b_application_id": ring.hand_off.application_id,
            "b_no": ring.hand_off.no,
            "b_ring_again_at": ring.again_at,
            "b_message": ring.message,
        }
        for ring in rings
    ]
    connection.execute(_MARK_RUNG, rows)


def take_back_rings(connection: Connection, messages: Sequence[str]) -> None:
    """Forgets rings that could not be sent, as if they had never been tried."""
    connection.execute(_TAKE_BACK, [{"b_message": message} for message in messages])


def ring_all_again(connection: Connection) -> int:
    """Forgets every ring: after a start of the embedded mall its broker is empty."""
    return connection.execute(_RING_NOW).rowcount


def from_row(row: Row[Any]) -> Visit:
    """The value a row stands for."""
    said = row._asdict()
    if said["trouble"] is not None:
        said["trouble"] = Trouble(**said["trouble"])
    return Visit(**said)


def _hand_off(row: Any) -> HandOff:
    return HandOff(application_id=row[0], no=row[1], desk=row[2], rings=row[3])


def _as_row(visit: Visit) -> dict[str, Any]:
    """What a row holds otherwise than the value does."""
    trouble = visit.trouble
    return {"trouble": {"code": trouble.code, "facts": dict(trouble.facts)} if trouble is not None else None}
