"""Malls whose documents travel by themselves: the wall clock, short pauses, both databases."""

from collections.abc import Iterator

import pytest

from routing.office import Office
from routing.settings import Settings
from tests.clock import Clock
from tests.mall import Mall


@pytest.fixture
def live_office(settings: Settings) -> Iterator[Office]:
    """An office at the time it is, whose relay and workers look often."""
    office = Office(settings.model_copy(update={"sweep_seconds": 0.05, "desk_refresh_seconds": 0.1}))
    yield office
    office.close()


@pytest.fixture
def live_mall(live_office: Office, clock: Clock) -> Mall:
    """The mall at the time it is; its clock moves nothing."""
    return Mall(live_office, clock)
