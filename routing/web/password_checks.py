"""How many passwords are checked at the same moment: strangers who try many must not stop everybody's pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from routing.domain.errors import Busy

#: Checked at once; each check takes 19 MiB.
_AT_ONCE = 4
#: Checked or waiting. All pages share 40 threads, and a check that waits holds one of them.
_MOST_IN_LINE = 12
_LONGEST_WAIT_SECONDS = 1.0


class PasswordChecks:
    """The line before the password check."""

    def __init__(self, *, at_once: int = _AT_ONCE, in_line: int = _MOST_IN_LINE) -> None:
        self._line = threading.BoundedSemaphore(in_line)
        self._checks = threading.BoundedSemaphore(at_once)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for a turn, a second at most. Raises Busy."""
        with _held(self._line, 0), _held(self._checks, _LONGEST_WAIT_SECONDS):
            yield


@contextmanager
def _held(places: threading.Semaphore, seconds: float) -> Iterator[None]:
    if not places.acquire(timeout=seconds):
        raise Busy
    try:
        yield
    finally:
        places.release()
