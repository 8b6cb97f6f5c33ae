"""Waits for what no event tells of; gives up after a while, and says what was waited for."""

import time
from collections.abc import Callable

import sqlalchemy as sa

from routing.office import Office

SECONDS = 20.0

_WAITING_FOR_A_LOCK = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def wait_until(what: str, holds: Callable[[], object], *, seconds: float = SECONDS) -> float:
    """Returns as soon as it holds, with the seconds that took."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < seconds, f"not within {seconds:g} s: {what}"
        time.sleep(0.005)
    return time.monotonic() - started


def wait_until_locked(office: Office) -> None:
    """Returns as soon as somebody in this PostgreSQL database waits for somebody else's lock."""

    def somebody_waits() -> bool:
        with office.reading() as connection:
            return bool(connection.execute(_WAITING_FOR_A_LOCK).scalar())

    wait_until("somebody waits for a lock", somebody_waits)
