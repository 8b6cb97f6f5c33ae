"""How long a question may take: what takes longer is cut off by the database itself, and that is said.

For questions whose cost depends on what somebody typed. Everything else has the limit of its connection.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc
from sqlalchemy.engine import Connection

_CANCELED = "57014"
#: Steps of SQLite's machine between two looks at the watch.
_STEPS = 1_000


class OutOfPatienceError(Exception):
    """It took too long."""


@contextmanager
def patience(connection: Connection, milliseconds: int) -> Iterator[None]:
    """Ends what the block asks after so many milliseconds; the connection is of no more use then.

    Raises OutOfPatienceError.
    """
    is_postgresql = connection.dialect.name == "postgresql"
    driver = None if is_postgresql else connection.connection.driver_connection
    if is_postgresql:
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {max(milliseconds, 1)}")
    if driver is not None:
        until = time.monotonic() + milliseconds / 1000
        driver.set_progress_handler(lambda: time.monotonic() >= until, _STEPS if milliseconds else 1)
    try:
        yield
    except exc.OperationalError as error:
        if not _was_cut_off(error):
            raise
        raise OutOfPatienceError from error
    finally:
        if driver is not None:
            driver.set_progress_handler(None, 0)


def _was_cut_off(error: exc.OperationalError) -> bool:
    if isinstance(error.orig, sqlite3.OperationalError):
        return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
    return getattr(error.orig, "sqlstate", None) == _CANCELED
