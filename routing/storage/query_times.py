"""What questions cost the server: each is asked again as EXPLAIN ANALYZE, on PostgreSQL, with the values it had.

For measurements and tests; it changes nothing, and nothing of it goes into an office at work.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection

from routing.storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryTime:
    """One question, as the server answered it."""

    statement: str
    #: planning and execution, without the way there and back
    milliseconds: float
    #: indexes it went along
    indexes: tuple[str, ...]
    #: tables it read from end to end
    tables_read_whole: tuple[str, ...]


def server_times(database: Database, ask: Callable[[], object]) -> tuple[QueryTime, ...]:
    """What each question that ``ask`` puts to this PostgreSQL costs the server, in their order."""
    with _overheard(database) as asked:
        ask()
    with database.reading() as connection:
        return tuple(_time(connection, statement, values) for statement, values in asked)


def tidy(database: Database) -> None:
    """Has the server clear up and count what is in its tables, as it does by itself in quiet hours."""
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE")


@contextmanager
def _overheard(database: Database) -> Iterator[list[tuple[str, Any]]]:
    asked: list[tuple[str, Any]] = []

    def hear(_connection: Connection, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        event.remove(database.engine, "before_cursor_execute", hear)


def _time(connection: Connection, statement: str, values: Any) -> QueryTime:
    said = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values).scalar_one()
    [answer] = json.loads(said) if isinstance(said, str) else said
    nodes = list(_nodes(answer["Plan"]))
    return QueryTime(
        statement=statement,
        milliseconds=answer["Planning Time"] + answer["Execution Time"],
        indexes=tuple(node["Index Name"] for node in nodes if "Index Name" in node),
        tables_read_whole=tuple(node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"),
    )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)
