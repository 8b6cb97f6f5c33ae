"""Several at the same moment: each in a thread of its own, released together."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

SECONDS = 30


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each gave, or the exception it raised, in the order of the acts."""
    together = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        together.wait(SECONDS)
        try:
            results[place] = act()
        except Exception as error:  # noqa: BLE001 - an exception is a result too
            results[place] = error

    threads = [threading.Thread(target=run, args=(place, act), daemon=True) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert not any(thread.is_alive() for thread in threads), "somebody is still waiting"
    return results


def in_background(act: Callable[[], Any]) -> "Promise":
    """Starts the act; its result is asked for later."""
    return Promise(act)


class Promise:
    """An act in a thread of its own."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._result: Any = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(act,), daemon=True)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        return not self._thread.is_alive()

    def result(self) -> Any:
        """What it gave, or what it raised."""
        self._thread.join(SECONDS)
        assert self.is_done, "it is still waiting"
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self, act: Callable[[], Any]) -> None:
        try:
            self._result = act()
        except Exception as error:  # noqa: BLE001 - given to whoever asks for the result
            self._error = error


def split(results: Sequence[Any]) -> tuple[list[Any], list[Exception]]:
    """What was given, and what was raised."""
    raised = [one for one in results if isinstance(one, Exception)]
    return [one for one in results if not isinstance(one, Exception)], raised
