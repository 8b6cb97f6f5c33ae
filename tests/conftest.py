"""What every test may ask for. Each process of pytest starts servers of its own, when a test first asks."""

from collections.abc import Iterator

import pytest

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
