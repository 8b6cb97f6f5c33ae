"""A database for one measurement: made on the server of another one, and dropped whatever happens.

Nothing here opens the books; what is made is as empty as ``createdb`` leaves it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import URL, Connection, make_url

from routing.domain.errors import Refusal
from routing.storage.database import Database, translated

#: Begins the name of every such database, so that one that was left behind is known for what it is.
NAME = "satuatap_bench_"
_NOT_PERMITTED = "42501"
#: A row by its columns.
Row = dict[str, Any]
Rows = list[Row]


class MayNotCreateDatabase(Refusal):
    """The account {account} may not create a database on this server, and a measurement never touches the office's.
    Give it the right (ALTER ROLE {account} CREATEDB), name another in SATUATAP_DATABASE_URL, or use --data DIR.
    """

    code = "may_not_create_database"


@contextmanager
def throwaway_database(address: str) -> Iterator[str]:
    """The address of a new, empty PostgreSQL database on that server; dropped at the end, with whoever is in it.

    Raises MayNotCreateDatabase, DatabaseAway.
    """
    server = make_url(address).set(drivername="postgresql+psycopg")
    name = f"{NAME}{secrets.token_hex(5)}"
    with _autocommit(server) as connection:
        try:
            # Not template1: somebody may be connected to it, and it may hold what an administrator left there.
            connection.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
        except exc.ProgrammingError as error:
            if getattr(error.orig, "sqlstate", None) != _NOT_PERMITTED:
                raise
            raise MayNotCreateDatabase(account=server.username or "-") from None
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with _autocommit(server) as connection:
            connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def backend_process(database: Database) -> int:
    """The process id, on its own machine, of what serves a connection to this PostgreSQL."""
    with database.reading() as connection:
        return int(connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one())


def run_script(database: Database, script: str) -> None:
    """Runs statements that belong to no part of the office, in one transaction."""
    with database.writing() as connection:
        connection.exec_driver_sql(script)


def rows_of_application(database: Database, table: str, application_id: int) -> Rows:
    """What a table holds of an application, as the driver gives it; without what the database numbers by itself."""
    owner = "id" if table == "applications" else "application_id"
    with database.reading() as connection:
        found = connection.exec_driver_sql(f"SELECT * FROM {table} WHERE {owner} = {int(application_id)}")  # noqa: S608 - our own table
        rows = [dict(row) for row in found.mappings()]
    rows.sort(key=lambda row: row.get("seq") or row.get("no") or 0)
    return [{name: _told(value) for name, value in row.items() if name != "written_in"} for row in rows]


def pour(database: Database, tables: Iterable[tuple[str, Rows]]) -> None:
    """Writes many rows, table by table, as fast as the database takes them, in one transaction."""
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        for table, rows in tables:
            names = list(rows[0])
            values = ([row[name] for name in names] for row in rows)
            if database.is_sqlite:
                marks = ", ".join("?" * len(names))
                said = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our own table
                connection.exec_driver_sql(said, [tuple(one) for one in values])
                continue
            cursor: Any = connection.connection.cursor()
            with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
                for one in values:
                    copy.write_row(one)


def libpq_environment(address: str) -> dict[str, str]:
    """The address as PostgreSQL's own programs read it; a password on a command line could be read by everybody."""
    url = make_url(address)
    host = url.host or url.query.get("host")
    port = url.port or url.query.get("port")
    said = {
        "PGHOST": host,
        "PGPORT": port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("sslmode"),
    }
    return {name: str(value) for name, value in said.items() if value is not None}


def _told(value: Any) -> Any:
    """As it is written again: the driver reads JSON, and takes it as text."""
    return json.dumps(value) if isinstance(value, dict | list) else value


@contextmanager
def _autocommit(server: URL) -> Iterator[Connection]:
    engine = sa.create_engine(
        server, poolclass=sa.NullPool, hide_parameters=True, connect_args={"connect_timeout": 5}
    ).execution_options(isolation_level="AUTOCOMMIT")
    with translated(), engine.connect() as connection:
        yield connection
