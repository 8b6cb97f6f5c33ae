"""Migrated databases for the tests: made once in a test process, copied for each test."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from routing.settings import Settings
from routing.storage.database import Database
from routing.storage.migration import migrate
from tests.servers.postgresql import PostgreSQL

#: The name of one database; several test processes, and several runs, may share a given server.
_OURS = f"satuatap_test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{os.getpid()}"
_COUNTED = itertools.count(1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database that nobody is connected to."""
    path = tmp_path_factory.mktemp("template") / "satuatap.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    assert [one.name for one in path.parent.iterdir()] == [path.name], "the template is one file, without a WAL"
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: PostgreSQL) -> Iterator[str]:
    """The name of a migrated database that nobody is connected to."""
    name = f"{_OURS}_template"
    database = Database(postgresql_server.create_database(name))
    migrate(database)
    database.close()
    yield name
    postgresql_server.drop_database(name)


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
        made.data.mkdir()
        shutil.copy(request.getfixturevalue("sqlite_template"), made.data / "satuatap.db")
        yield made
        return
    server: PostgreSQL = request.getfixturevalue("postgresql_server")
    template: str = request.getfixturevalue("postgresql_template")
    name = f"{_OURS}_{next(_COUNTED)}"
    url = server.create_database(name, template=template)
    yield Settings(data=folder / "mall", database_url=SecretStr(url))
    server.drop_database(name)
