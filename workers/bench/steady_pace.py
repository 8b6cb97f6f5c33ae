"""Decisions at a steady pace while something else goes on: how long each takes from the moment it was to be made.

As a process it is told in one JSON line what to decide, decides until its standard input says another, and answers
with the seconds each decision took.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from routing.actions.decide import decide
from routing.domain.decision import Decision
from routing.office import Office
from routing.settings import load_settings

#: Who decides at once, so that one who waits holds up nobody else.
_CLERKS = 8
_WARM_UP = 3 * _CLERKS


def decide_steadily(
    office: Office, numbers: Sequence[str], *, decision: str, person_id: int, per_second: float, stop: threading.Event
) -> list[float]:
    """Decides on one after the other until ``stop``, or until there is none left; seconds each took.

    Counted from the moment it was to be made: who has to wait for a clerk waits, too.
    """

    def decided(number: str, due: float) -> float:
        decide(office, number, Decision(decision=decision), person_id=person_id)
        return time.monotonic() - due

    began = time.monotonic()
    with ThreadPoolExecutor(_CLERKS, thread_name_prefix="clerk") as clerks:
        going = []
        for place, number in enumerate(numbers):
            due = began + place / per_second
            if stop.wait(max(0.0, due - time.monotonic())):
                break
            going.append(clerks.submit(decided, number, due))
        return [one.result() for one in going]


def warm_up(office: Office, order: dict[str, Any]) -> None:
    """The first decisions of an office that has just opened are not measured; they are taken out of the order."""
    first, order["numbers"] = order["numbers"][:_WARM_UP], order["numbers"][_WARM_UP:]
    decide_steadily(office, **order | {"numbers": first, "per_second": 100.0}, stop=threading.Event())


def main() -> None:
    """Serves one order."""
    order: dict[str, Any] = json.loads(sys.stdin.readline())
    office, stop = Office(load_settings()), threading.Event()
    try:
        warm_up(office, order)
        _say("ready")
        threading.Thread(target=_wait_for_enough, args=(stop,), daemon=True).start()
        _say(decide_steadily(office, **order, stop=stop))
    finally:
        office.close()


def _wait_for_enough(stop: threading.Event) -> None:
    sys.stdin.readline()
    stop.set()


def _say(document: object) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
