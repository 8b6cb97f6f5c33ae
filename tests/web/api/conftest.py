"""A mall for programs, on SQLite and, where the database is asked, on both."""

from collections.abc import Callable

import pytest

from tests.web.api.programs import Program
from tests.web.visitors import WebMall


@pytest.fixture
def program(mall: WebMall) -> Callable[[str], Program]:
    """A program of that account, on SQLite."""
    return lambda account: Program(mall, account)
