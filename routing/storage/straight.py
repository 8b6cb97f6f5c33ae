"""Statements said straight to PostgreSQL: the way of a decision, of an arrival and of a ring.

Several go in one exchange, the transaction's BEGIN with the first of them and its COMMIT with the last. Only for
statements that are built once, whose values the driver takes as they are; everything else, and everything elsewhere,
goes through SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import exc
from sqlalchemy.dialects.postgresql import psycopg as psycopg_dialect
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Executable

from routing.storage.exchange import COMMIT, Line, Said

_LINE = "satuatap_line"
_UNSENT = "satuatap_unsent"
_DIALECT = psycopg_dialect.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]

#: What is said, and what is raised where it divides by zero.
_Step = tuple[Said, Callable[[], Exception] | None]


class Question:
    """A statement that is built once; its text is made when it is first asked.

    ``is_prepared``: False for one of many rows, whose plan must not outlive the time when the tables were small.
    """

    def __init__(self, statement: Executable, *, is_prepared: bool = True) -> None:
        self.statement, self._is_prepared = statement, is_prepared
        self._wording: tuple[bytes, tuple[str, ...]] | None = None

    def said(self, values: Mapping[str, Any]) -> Said:
        """As the server is told it."""
        if self._wording is None:
            compiled: Any = self.statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
            self._wording = (str(compiled).encode(), tuple(compiled.positiontup or ()))
        text, names = self._wording
        return Said(text, [values[name] for name in names], self._is_prepared)


def ask(connection: Connection, *asked: tuple[Question, Mapping[str, Any]]) -> list[list[Any]]:
    """The rows of each, in this order, each statement seeing what those before it waited for; rows have names."""
    if connection.dialect.name != "postgresql":
        return [list(connection.execute(question.statement, values)) for question, values in asked]
    return _say(connection, [question.said(values) for question, values in asked])


def leave(
    connection: Connection,
    question: Question,
    values: Mapping[str, Any],
    otherwise: Callable[[], Exception] | None = None,
) -> None:
    """Has this said on PostgreSQL with whatever is said next, at the latest with the commit.

    ``otherwise`` makes what is raised, then, where the statement divides by zero: what it is to find is not there.
    """
    connection.info[_UNSENT].append((question.said(values), otherwise))


def say_what_is_left(connection: Connection) -> None:
    """Says what was left and has not been said yet. Raises what ``ask`` and the leavers' ``otherwise`` raise."""
    if connection.info.get(_UNSENT):
        _say(connection, ())


def open_books(connection: Connection) -> None:
    """Begins to keep what is left to be said; what a transaction left that came to nothing is forgotten."""
    connection.info[_UNSENT] = []


def close_books(connection: Connection) -> None:
    """Commits with what is left to be said; a transaction that left nothing is committed by whoever opened it."""
    if connection.info.get(_UNSENT):
        _say(connection, (COMMIT,))


def _say(connection: Connection, said: Sequence[Said]) -> list[list[Any]]:
    info = connection.info
    line: Line | None = info.get(_LINE)
    driver: Any = connection.connection.driver_connection
    if line is None:
        line = info[_LINE] = Line(driver)
    left: list[_Step] = info.get(_UNSENT) or []
    if left:
        info[_UNSENT] = []
    before: list[_Step] = [(one, None) for one in line.begin] + left
    steps = before + [(one, None) for one in said]
    try:
        answers = line.exchange([one for one, _ in steps])
        for answer, (_, otherwise) in zip(answers, steps, strict=True):
            if isinstance(answer, psycopg.errors.DivisionByZero) and otherwise is not None:
                raise otherwise() from answer
            if isinstance(answer, psycopg.Error):
                raise answer
    except psycopg.Error as error:
        # As SQLAlchemy would have raised it, so that nobody above has to know which way a statement went.
        raise exc.DBAPIError.instance(
            None, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
    except KeyboardInterrupt:
        # The connection was closed in the middle of an answer; nobody is to say ROLLBACK to it.
        connection.invalidate()
        raise
    return answers[len(before) :]  # type: ignore[return-value]  # the errors among them have been raised
