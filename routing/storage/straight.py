"""Statements handed straight to PostgreSQL's driver: the way of a decision.

Four questions of a decision cost the program 1.4 ms by way of SQLAlchemy's cursors, and a third of that so. Not in the
driver's pipeline: with the database on the same machine its many small waits cost twice the processor time that it
saves in round trips (measured: 4.4 ms a decision with it, 2.6 ms without). Only for statements that are built once,
whose values the driver takes as they are; everything else, and everything elsewhere, goes through SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.rows import namedtuple_row
from sqlalchemy import exc
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Executable


class Question:
    """A statement that is built once; its text is made when it is first asked."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._text: str | None = None

    def text(self, dialect: sa.Dialect) -> str:
        """As the driver wants it."""
        if self._text is None:
            self._text = str(self.statement.compile(dialect=dialect))  # type: ignore[attr-defined]
        return self._text


def ask(connection: Connection, *asked: tuple[Question, Mapping[str, Any]]) -> list[list[Any]]:
    """The rows of each, in this order, each statement seeing what those before it waited for; rows have names."""
    if connection.dialect.name != "postgresql":
        return [list(connection.execute(question.statement, values)) for question, values in asked]
    driver: Any = connection.connection.driver_connection
    try:
        answers = []
        for question, values in asked:
            cursor = driver.cursor(row_factory=namedtuple_row).execute(question.text(connection.dialect), values)
            answers.append(cursor.fetchall())
        return answers
    except psycopg.Error as error:
        # As SQLAlchemy would have raised it, so that nobody above has to know which way a statement went.
        raise exc.DBAPIError.instance(
            None, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
