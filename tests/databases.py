"""Migrated databases for the tests: made once in a test process, copied for each test."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from routing.settings import Settings
from routing.storage.calendars import CalendarBook
from routing.storage.database import Database
from routing.storage.master_keys import set_up_vault
from routing.storage.migration import migrate
from routing.storage.tables import metadata
from tests.calendars import indonesia
from tests.servers.postgresql import PostgreSQL

#: The name of one database; several test processes, and several runs, may share a given server.
_OURS = f"satuatap_test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{os.getpid()}"
#: The master key of every database of the tests, as its file says it.
MASTER_KEY = "5a7a" * 16
#: When the offices of the tests got their calendar.
_BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
_COUNTED = itertools.count(1)

_END_OTHERS = sa.text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid != pg_backend_pid()"
)
# What a test can have changed beside the rows.
_SHAPE = sa.text(
    "SELECT c.relname, t.tgname, t.tgenabled::text, (SELECT max(version_num) FROM alembic_version)"
    " FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal"
    " WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1, 2"
)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database that nobody is connected to."""
    path = tmp_path_factory.mktemp("template") / "satuatap.db"
    database = Database(f"sqlite:///{path}")
    _prepare(database, tmp_path_factory.mktemp("key"))
    database.close()
    assert [one.name for one in path.parent.iterdir()] == [path.name], "the template is one file, without a WAL"
    return path


@pytest.fixture(scope="session")
def postgresql_copies(postgresql_server: PostgreSQL) -> Iterator["Copies"]:
    """Where migrated PostgreSQL databases come from."""
    copies = Copies(postgresql_server)
    yield copies
    copies.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings with a migrated database of the test's own, on each kind of database in turn."""
    with new_database(request, request.param, tmp_path) as made:
        yield made


@pytest.fixture
def sqlite_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """The same for what concerns SQLite alone, or does not depend on the database."""
    with new_database(request, "sqlite", tmp_path) as made:
        yield made


@pytest.fixture
def postgresql_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """The same for what concerns PostgreSQL alone."""
    with new_database(request, "postgresql", tmp_path) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a table, on each kind of database in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql_server")
    name = f"{_OURS}_{next(_COUNTED)}"
    yield server.create_database(name)
    server.drop_database(name)


@contextmanager
def new_database(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[Settings]:
    """A copy of the template of that kind; dropped afterwards."""
    if kind == "sqlite":
        made = Settings(data=folder / "mall")
        write_master_key(made.data)
        shutil.copy(request.getfixturevalue("sqlite_template"), made.data / "satuatap.db")
        yield made
        return
    copies: Copies = request.getfixturevalue("postgresql_copies")
    name = copies.take()
    write_master_key(folder / "mall")
    yield Settings(data=folder / "mall", database_url=SecretStr(copies.server.url_of(name)))
    copies.give_back(name)


def write_master_key(folder: Path) -> Path:
    """The key the templates belong to, where an office with this data folder finds it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "master.key"
    path.write_text(MASTER_KEY, encoding="ascii")
    return path


def _prepare(database: Database, folder: Path) -> None:
    migrate(database)
    with database.writing() as connection:
        set_up_vault(connection, write_master_key(folder))
        calendars = CalendarBook(connection)
        calendars.add(indonesia(), by="tests", at=_BEGAN, reason="Tests begin.")


class Copies:
    """Migrated databases: copied from a template, emptied and used again, because copying takes a third of a second."""

    def __init__(self, server: PostgreSQL) -> None:
        self.server = server
        self._template = f"{_OURS}_template"
        self._free: list[str] = []
        database = Database(server.create_database(self._template))
        with tempfile.TemporaryDirectory() as folder:
            _prepare(database, Path(folder))
        with database.reading() as connection:
            self._shape = connection.execute(_SHAPE).all()
        database.close()

    def take(self) -> str:
        """The name of a database as the template is."""
        if self._free:
            return self._free.pop()
        name = f"{_OURS}_{next(_COUNTED)}"
        self.server.create_database(name, template=self._template)
        return name

    def give_back(self, name: str) -> None:
        """Empties it for the next test; one whose shape was changed is dropped."""
        engine = sa.create_engine(self.server.url_of(name), poolclass=sa.NullPool)
        try:
            with engine.begin() as connection:
                # Whoever has not gone by now would lock out the next test.
                connection.execute(_END_OTHERS)
                if connection.execute(_SHAPE).all() == self._shape:
                    # Without triggers and foreign keys: the log itself would refuse.
                    connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
                    for table in metadata.tables.keys() - {"master_keys", "calendar_versions"}:
                        connection.execute(sa.text(f"DELETE FROM {table}"))
                    connection.execute(sa.text("DELETE FROM calendar_versions WHERE number > 1"))
                    self._free.append(name)
        except sa.exc.DBAPIError:
            # Only a superuser may go round the triggers.
            self.server.drop_database(name)
        else:
            if name not in self._free:
                self.server.drop_database(name)

    def close(self) -> None:
        """Drops all of them."""
        for name in (*self._free, self._template):
            self.server.drop_database(name)
