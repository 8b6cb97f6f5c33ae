"""One exchange with PostgreSQL: any number of prepared statements in one packet, and what each of them answered.

On one machine a round trip costs more processor time than the statement it carries: by way of the driver's cursors
0.07 ms for a statement that does nothing, in the program alone. So a decision speaks to the driver's libpq itself, in
pipeline mode, and waits once (measured for seven statements: 0.46 ms one after the other, 0.37 ms in the driver's own
pipeline, which waits at every statement, 0.07 ms so). No SQL and no table is known here: ``straight`` is the way in.
"""

from __future__ import annotations

import select
from collections import namedtuple
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult


class Said(NamedTuple):
    """A statement, with ``$1`` for the first value, and its values."""

    text: bytes
    values: Sequence[Any] = ()
    #: kept by the server with its plan; else it plans anew, by the values and by how large the tables are now
    is_prepared: bool = True


COMMIT = Said(b"COMMIT")
_FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED)


class Line:
    """The driver's connection, spoken to past its cursors; as long as that lives, its statements are prepared once."""

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self._driver = driver
        self._server = driver.pgconn
        self._prepared: dict[bytes, bytes] = {}
        self._names = count()
        self._rows: dict[bytes, Any] = {}
        self._adapted = Transformer(driver)
        self._readable, self._either = select.poll(), select.poll()
        self._readable.register(driver.fileno(), select.POLLIN)
        self._either.register(driver.fileno(), select.POLLIN | select.POLLOUT)

    @property
    def begin(self) -> tuple[Said, ...]:
        """What has to be said first: nothing inside a transaction, else what begins the one that is wanted."""
        driver = self._driver
        if driver.autocommit or self._server.transaction_status != TransactionStatus.IDLE:
            return ()
        level = f" ISOLATION LEVEL {driver.isolation_level.name.replace('_', ' ')}" if driver.isolation_level else ""
        return (Said(f"BEGIN{level}{' READ ONLY' if driver.read_only else ''}".encode()),)

    def exchange(self, said: Sequence[Said]) -> list[list[Any] | psycopg.Error]:
        """The rows each statement gave; those behind the first that failed, and gave its error, were not carried out.

        Raises psycopg.DataError for a value that cannot be sent, and psycopg.Error where nobody answers. The connection
        is closed then: nobody could tell what comes next.
        """
        dumped = [self._adapted.dump_sequence(one.values, [PyFormat.TEXT] * len(one.values)) for one in said]
        try:
            results = self._carry_out(said, dumped)
        except BaseException:
            self._driver.close()
            raise
        return [self._answer(text, result) for (text, _, _), result in zip(said, results, strict=True)]

    def _carry_out(self, said: Sequence[Said], dumped: Sequence[Sequence[Any]]) -> list[PGresult]:
        server = self._server
        server.enter_pipeline_mode()
        expected: list[bytes | None] = []
        for (text, _, is_prepared), values in zip(said, dumped, strict=True):
            if not is_prepared:
                server.send_query_params(text, values)
                expected.append(None)
                continue
            name = self._prepared.get(text)
            if name is None:
                # Of one packet the second to say it finds it prepared by the first.
                name = self._prepared[text] = b"straight_%d" % next(self._names)
                server.send_prepare(name, text)
                expected.append(text)
            server.send_query_prepared(name, values)
            expected.append(None)
        server.pipeline_sync()
        while server.flush():
            self._either.poll()
            server.consume_input()
        results, unprepared = [], None
        for preparing in expected:
            result = self._result()
            if preparing is None:
                # Why it could not be prepared is why it was not carried out.
                results.append(unprepared or result)
                unprepared = None
            elif result.status in _FAILED:
                del self._prepared[preparing]
                unprepared = result
        self._next()
        server.exit_pipeline_mode()
        return results

    def _result(self) -> PGresult:
        """The next statement's, and the end of it. Raises psycopg.Error where there is none any more."""
        result = self._next()
        if result is None:
            message = "the connection was lost"
            raise psycopg.OperationalError(message)
        if self._server.status == ConnStatus.BAD:
            raise error_from_result(result)
        self._next()
        return result

    def _next(self) -> PGresult | None:
        # Whoever asked libpq for a result that is not there yet would hold up every other thread of the program.
        while self._server.is_busy():
            self._readable.poll()
            self._server.consume_input()
        return self._server.get_result()

    def _answer(self, text: bytes, result: PGresult) -> list[Any] | psycopg.Error:
        if result.status in _FAILED:
            error = error_from_result(result)
            if isinstance(error, psycopg.errors.InvalidSqlStatementName):
                # Somebody between the server and us has given the session to others meanwhile.
                self._prepared.clear()
            return error
        if not result.nfields:
            return []
        row = self._rows.get(text)
        if row is None:
            names = [(result.fname(place) or b"").decode() for place in range(result.nfields)]
            row = self._rows[text] = namedtuple("Row", names, rename=True)._make  # type: ignore[attr-defined]  # noqa: PYI024 - known only now
        self._adapted.set_pgresult(result)
        return self._adapted.load_rows(0, result.ntuples, row)
