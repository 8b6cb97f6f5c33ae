"""Ledgers, marks and notices as rows: what a move does to the promise clock, written with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection, Row

from routing.domain.ledger import Interval
from routing.domain.move import Move
from routing.domain.notices import Notice
from routing.domain.time_limits import Pause
from routing.storage.straight import Question, ask, leave
from routing.storage.tables import applications, audit_marks, clock_intervals, notices

_COLUMNS = tuple(clock_intervals.c[name] for name in Interval.__dataclass_fields__)
#: Of one application, by its number, whose row the caller has locked before this is asked.
OF_NUMBER = Question(
    sa.select(*_COLUMNS)
    .where(
        clock_intervals.c.application_id
        == sa.select(applications.c.id).where(applications.c.number == sa.bindparam("number")).scalar_subquery()
    )
    .order_by(clock_intervals.c.no)
)
_OF_THESE = (
    sa.select(*_COLUMNS)
    .where(clock_intervals.c.application_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(clock_intervals.c.application_id, clock_intervals.c.no)
)
_OF_MANY = Question(
    sa.select(*_COLUMNS)
    .where(clock_intervals.c.application_id == sa.func.any(sa.bindparam("ids", type_=ARRAY(sa.BigInteger))))
    .order_by(clock_intervals.c.application_id, clock_intervals.c.no),
    is_prepared=False,
)
_INSERT = Question(
    sa.insert(clock_intervals).values({name: sa.bindparam(name) for name in Interval.__dataclass_fields__})
)
_END = Question(
    sa.update(clock_intervals)
    .where(
        clock_intervals.c.application_id == sa.bindparam("b_application_id"),
        clock_intervals.c.no == sa.bindparam("b_no"),
    )
    .values(until=sa.bindparam("b_until"))
)
_CLOCK = ("calendar", "promise_due", "legal_due", "wake_at", "deemed_at", "answered_at")
_SET = Question(
    sa.update(applications)
    .where(applications.c.id == sa.bindparam("b_id"))
    .values({name: sa.bindparam(f"b_{name}_new") for name in _CLOCK})
)
_MARK = sa.insert(audit_marks)
_NOTICE = {
    "sqlite": sqlite.insert(notices).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(notices).on_conflict_do_nothing(),
}
_GIVEN = sa.select(
    notices.c.application_id, notices.c.about, notices.c.level, notices.c.due, notices.c.addressee
).where(notices.c.application_id.in_(sa.bindparam("ids", expanding=True)))


def load(connection: Connection, application_ids: Sequence[int]) -> dict[int, list[Interval]]:
    """The ledgers of these applications, whose rows the caller has locked; the intervals in their order."""
    ids = list(application_ids)
    if connection.dialect.name == "postgresql":
        [rows] = ask(connection, (_OF_MANY, {"ids": ids}))
    else:
        rows = list(connection.execute(_OF_THESE, {"ids": ids}))
    found: dict[int, list[Interval]] = {one: [] for one in ids}
    for row in rows:
        found[row.application_id].append(from_row(row))
    return found


def write(connection: Connection, moves: Sequence[Move]) -> None:
    """What these moves do to the clock: rows of the ledger, what is due, marks and notices."""
    begin(connection, [one for move in moves for one in _first_ledger(move)])
    intervals = [one for move in moves if not _first_ledger(move) for one in move.intervals]
    # What a move ends it has read, except what the same move begins and ends.
    begun = {(one.application_id, one.no) for one in intervals if one.until is None}
    _each(connection, _END, [_ended(one) for one in intervals if (one.application_id, one.no) not in begun])
    _each(connection, _INSERT, [_as_row(one) for one in intervals if one.until is None])
    _each(connection, _SET, [_changed(move) for move in moves if _changes_clock(move)])
    marks = [
        {"application_id": move.after.id, "seq": seq, "mark": str(mark), "at": move.at}
        for move in moves
        for seq, mark in move.marks
    ]
    if marks:
        connection.execute(_MARK, marks)
    told = [_told(one) for move in moves for one in move.notices]
    if told:
        connection.execute(_NOTICE[connection.dialect.name], told)


def given(connection: Connection, application_ids: Sequence[int]) -> dict[int, set[tuple[str, str, Any, str]]]:
    """What somebody has been told of these applications, by their ids: about, level, due, addressee."""
    found: dict[int, set[tuple[str, str, Any, str]]] = {one: set() for one in application_ids}
    for row in connection.execute(_GIVEN, {"ids": list(application_ids)}):
        found[row.application_id].add((row.about, row.level, row.due, row.addressee))
    return found


def begin(connection: Connection, intervals: Sequence[Interval]) -> None:
    """Ledgers of applications that had none; whole, what is over in them, too."""
    if intervals:
        connection.execute(_INSERT.statement, [_as_row(one) for one in intervals])


def from_row(row: Row[Any]) -> Interval:
    """The value a row stands for."""
    said = row._asdict()
    return Interval(**said | {"pause": Pause(row.pause) if row.pause is not None else None})


def _each(connection: Connection, question: Question, rows: Sequence[Mapping[str, Any]]) -> None:
    """On PostgreSQL it goes with what is said next: a way to the server and back costs more than the statement."""
    if connection.dialect.name == "postgresql":
        for row in rows:
            leave(connection, question, row)
    elif rows:
        connection.execute(question.statement, rows)


def _as_row(one: Interval) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Interval.__dataclass_fields__}


def _first_ledger(move: Move) -> tuple[Interval, ...]:
    """The ledger of an application that was never counted before."""
    return move.intervals if move.before is not None and move.before.calendar is None else ()


def _told(one: Notice) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Notice.__dataclass_fields__}


def _ended(one: Interval) -> dict[str, Any]:
    return {"b_application_id": one.application_id, "b_no": one.no, "b_until": one.until}


def _changes_clock(move: Move) -> bool:
    before = move.before
    return before is not None and any(getattr(before, name) != getattr(move.after, name) for name in _CLOCK)


def _changed(move: Move) -> dict[str, Any]:
    return {f"b_{name}_new": getattr(move.after, name) for name in _CLOCK} | {"b_id": move.after.id}
