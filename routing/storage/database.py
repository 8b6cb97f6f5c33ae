"""Opens the database and hands out connections: to read, or to write in one transaction.

SQLite is set up as an office needs it: WAL, every commit synced to disk, ``BEGIN IMMEDIATE``, and one process-wide
write lock, because SQLite's own busy handler is unfair (measured: a writer waited 3 s where the lock gives 0.2 s).
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, Connection, Engine, make_url

from routing.domain.errors import DatabaseAway, DataFolderUnusable, Fault, MalformedField
from routing.domain.phrases import Phrase
from routing.storage import straight

#: A connection that sees one state of the database; what it is made of is nobody's business above storage.
Reader: TypeAlias = Connection

_log = logging.getLogger(__name__)

# A reader sees one state of the database from its first statement to its last.
_SQLITE_READER: dict[str, Any] = {"satuatap_begin": "BEGIN DEFERRED"}
_PATIENCE_SECONDS = 30
_LOOK_AGAIN_SECONDS = 0.01
# Some things are done outside of any transaction.
_SQLITE_ALONE: dict[str, Any] = {"satuatap_begin": "SELECT 1"}
_POSTGRESQL_READER: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class AlreadyWritten(Fault):
    """A row with the same key has been written meanwhile."""

    code = "already_written"


class Database:
    """One database, open."""

    def __init__(self, address: str | Path, *, pool_size: int = 16) -> None:
        self.url: URL = _url(address)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url, pool_size) if self.is_sqlite else _postgresql(self.url, pool_size)
        self._reader = self.engine.execution_options(**(_SQLITE_READER if self.is_sqlite else _POSTGRESQL_READER))
        self._write_lock = threading.Lock()
        #: why this process writes nothing at the moment; None: it does
        self.halted: Fault | None = None

    @property
    def name(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.url.get_backend_name()

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """A connection that sees one state of the database and changes nothing. Raises DatabaseAway."""
        with translated(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, though_halted: bool = False) -> Iterator[Connection]:
        """A transaction: committed at the end, rolled back on any exception. Raises DatabaseAway, AlreadyWritten.

        ``though_halted``: for what is done about it, and for sessions, without which nobody could read.
        """
        if self.halted is not None and not though_halted:
            raise self.halted
        with (
            self._write_lock if self.is_sqlite else nullcontext(),
            translated(),
            self.engine.begin() as connection,
        ):
            straight.open_books(connection)
            yield connection
            straight.close_books(connection)

    def require_writable(self) -> None:
        """Opens a transaction to write and changes nothing. Raises DatabaseAway where that is refused."""
        with self.writing() as connection:
            if not self.is_sqlite and connection.exec_driver_sql("SHOW transaction_read_only").scalar() != "off":
                raise DatabaseAway(DatabaseAway.__doc__)

    def forget_what_was_deleted(self, *, rewrite: bool = False) -> bool:
        """Empties the journal of SQLite, which still holds what rows said; ``rewrite``: and writes the file anew.

        False: somebody was reading, so that the journal keeps it until the next time; or this is PostgreSQL, whose old
        rows and journal are the server's own. Raises DatabaseAway.
        """
        if not self.is_sqlite:
            return False
        with self._write_lock, translated(), self.engine.execution_options(**_SQLITE_ALONE).connect() as connection:
            if rewrite:
                connection.exec_driver_sql("VACUUM")
            # Nobody writes while it waits for readers, so it does not wait for a long export.
            connection.exec_driver_sql("PRAGMA busy_timeout=1000")
            is_busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
            connection.exec_driver_sql(f"PRAGMA busy_timeout={_PATIENCE_SECONDS * 1000}")
            return not is_busy

    def close(self) -> None:
        """Gives every connection back."""
        self.engine.dispose()


@contextmanager
def translated() -> Iterator[None]:
    """Turns the database's errors into our own; nothing above storage sees them."""
    try:
        yield
    except exc.IntegrityError as error:
        raise AlreadyWritten(str(error.orig)) from error
    except exc.DataError as error:
        # What was asked for cannot even be looked for: PostgreSQL knows no NUL in a text, SQLite finds nothing.
        raise MalformedField(
            field=Phrase("Text"),
            problem=Phrase("it holds a sign the database does not know"),
            way_out=Phrase("Type it anew instead of pasting it."),
        ) from error
    except (exc.OperationalError, exc.InternalError, exc.TimeoutError, exc.InterfaceError) as error:
        # What the database itself says goes to the log and to the command line, never to a page.
        _log.warning("the database is away", extra={"action": "database", "cause": str(error).splitlines()[0]})
        raise DatabaseAway(DatabaseAway.__doc__) from error
    except exc.DatabaseError as error:
        # SQLite says no more of a file that is no database; anything more particular is a mistake of ours.
        if type(error) is not exc.DatabaseError:
            raise
        raise DatabaseAway(f"{DatabaseAway.__doc__} The file is no database, or damaged.") from error


def _url(address: str | Path) -> URL:
    if isinstance(address, Path):
        # Not as text: a name may hold what means something in an address.
        return URL.create("sqlite", database=str(address))
    try:
        return make_url(address)
    except (exc.ArgumentError, ValueError):
        raise MalformedField(
            field="SATUATAP_DATABASE_URL",
            problem=Phrase("it is no address of a database"),
            way_out=Phrase("Write it as postgresql://USER@HOST/DATABASE."),
        ) from None


def _sqlite(url: URL, pool_size: int) -> Engine:
    if url.database and url.database != ":memory:":
        folder = Path(url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise DataFolderUnusable(folder=folder, problem=error.strerror or str(error)) from None
    engine = sa.create_engine(
        url,
        connect_args={"timeout": _PATIENCE_SECONDS},
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
        # sqlite3 must not emit a BEGIN of its own: it would be deferred and fail at the first write.
        connection.isolation_level = None
        cursor = connection.cursor()
        # secure_delete: what is deleted, a key above all, is overwritten and not only unlinked.
        _write_ahead(cursor)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        begin = connection.get_execution_options().get("satuatap_begin", "BEGIN IMMEDIATE")
        connection.exec_driver_sql(begin)

    return engine


def _write_ahead(cursor: Any) -> None:
    """The one step at which SQLite does not wait by itself, where several open a new database at once."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_LOOK_AGAIN_SECONDS)
        else:
            return


def _postgresql(url: URL, pool_size: int) -> Engine:
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=0,
        # An error's text goes to the log, and the values of a statement are people's names.
        hide_parameters=True,
        pool_pre_ping=False,
        # A connection that died is found at its next use; the pool then drops all of its age.
        connect_args={
            "connect_timeout": 5,
            # At every rollback, and every reading ends with one, the driver has the server forget all that is prepared.
            # What is worth preparing, the exchange prepares by itself.
            "prepare_threshold": None,
            # A network that swallows packets is noticed within a minute.
            "keepalives_idle": 20,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 45_000,
            # The last: on a disk without a needle, and for rows that are in memory, jumping costs hardly more than
            # going on. By the server's own 4.0 it reads a table of a few hundred rows from end to end at every
            # decision, for as long as the plan is kept (a fifth of a decision's time there, in a young office).
            "options": "-c timezone=UTC -c statement_timeout=30000 -c lock_timeout=10000 -c random_page_cost=1.1",
        },
    )

    @event.listens_for(engine, "before_cursor_execute")
    def _keep_the_order(connection: Connection, *_of_the_statement: object) -> None:
        straight.say_what_is_left(connection)

    return engine
