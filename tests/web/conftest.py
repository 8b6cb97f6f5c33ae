"""A mall with pages for every test; the demo accounts work there."""

import pytest

from routing.office import Office
from tests.clock import Clock
from tests.web.visitors import WebMall, open_mall


@pytest.fixture
def mall(sqlite_office: Office, clock: Clock) -> WebMall:
    """On SQLite alone: what a page shows and refuses does not depend on the database."""
    return open_mall(sqlite_office, clock)


@pytest.fixture
def any_mall(office: Office, clock: Clock) -> WebMall:
    """On SQLite and again on PostgreSQL: for what is asked of the database."""
    return open_mall(office, clock)
