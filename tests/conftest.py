"""What every test may ask for. Each process of pytest starts servers of its own, when a test first asks."""

from collections.abc import Iterator

import pytest

from routing.office import Office
from routing.settings import Settings
from tests.clock import Clock
from tests.databases import (  # noqa: F401 - pytest finds its fixtures by name
    empty_url,
    postgresql_copies,
    postgresql_settings,
    settings,
    sqlite_settings,
    sqlite_template,
)
from tests.mall import Mall
from tests.servers.ports import Unavailable
from tests.servers.postgresql import PostgreSQL, postgresql_for_tests
from tests.servers.valkey import Valkey, valkey_for_tests


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    """A real PostgreSQL; the test is skipped, with the reason, where there is none."""
    try:
        server = postgresql_for_tests()
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield server
    server.close()


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[Valkey]:
    """A real Valkey; the test is skipped, with the reason, where there is none."""
    try:
        server = valkey_for_tests()
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield server
    server.close()


@pytest.fixture
def clock() -> Clock:
    """Monday morning, until the test moves it on."""
    return Clock()


@pytest.fixture
def office(settings: Settings, clock: Clock) -> Iterator[Office]:  # noqa: F811 - the fixture of that name
    """An office with empty books, on SQLite and again on PostgreSQL."""
    office = Office(settings, clock=clock)
    yield office
    office.close()


@pytest.fixture
def mall(office: Office, clock: Clock) -> Mall:
    """The office with its desks and people, where a doctor's practice permit can be applied for; on both databases."""
    return Mall(office, clock)


@pytest.fixture
def sqlite_office(sqlite_settings: Settings, clock: Clock) -> Iterator[Office]:  # noqa: F811 - as above
    """An office with empty books, on SQLite alone: for what does not depend on the database."""
    office = Office(sqlite_settings, clock=clock)
    yield office
    office.close()


@pytest.fixture
def sqlite_mall(sqlite_office: Office, clock: Clock) -> Mall:
    """The mall on SQLite alone: pages, command line, whatever asks the same of every database."""
    return Mall(sqlite_office, clock)


@pytest.fixture
def postgresql_office(postgresql_settings: Settings, clock: Clock) -> Iterator[Office]:  # noqa: F811 - as above
    """An office with empty books, on PostgreSQL alone."""
    office = Office(postgresql_settings, clock=clock)
    yield office
    office.close()


@pytest.fixture
def postgresql_mall(postgresql_office: Office, clock: Clock) -> Mall:
    """The mall on PostgreSQL alone."""
    return Mall(postgresql_office, clock)
