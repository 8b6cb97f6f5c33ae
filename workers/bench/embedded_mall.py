"""The mall of one process that is measured: SQLite, the courier's threads, and clerks who are threads beside them.

Through the pages it is ``satuatap up`` in a process of its own, with the clerks outside.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from routing.office import Office
from routing.reading.imported_cases import messages_of
from workers.bench.clerk import LOOK_AGAIN, ActionDoor, Clerk, Worked
from workers.bench.figures import Run, shares
from workers.bench.ground import SERVICE, Ground
from workers.bench.http_door import HttpDoor
from workers.bench.parts import Part
from workers.embedded import courier

#: The bell of the other process is not heard.
_LOOK_WITHOUT_BELL = 0.005


class EmbeddedMall:
    """Ready when made."""

    def __init__(self, ground: Ground, *, clerks: int) -> None:
        self._ground, self._office = ground, Office(ground.settings)
        self._people = [
            {step: person for (of, step), person in ground.people.items() if of == place} for place in range(clerks)
        ]
        self._clerks = [Clerk(self._office, people) for people in self._people]

    def walk(self, documents: int, *, per_second: float | None = None, through_pages: bool = False) -> Run:
        """So many documents, all registered before the relay begins to ring for the first; by one clerk at a pace."""
        clerks = len(self._clerks) if per_second is None else 1
        for clerk, count in zip(self._clerks, shares(clerks, documents), strict=False):
            clerk.register(count)
        messages = messages_of(self._office, SERVICE)
        if through_pages:
            began, worked = self._through_pages()
            used = None
        else:
            with courier(self._office):
                began, before = time.monotonic(), time.process_time()
                worked = self._decide(per_second, None, LOOK_AGAIN)
                used = time.process_time() - before
        return Run(
            moves=sum(one.moves for one in worked),
            seconds=max(one.ended for one in worked) - began,
            to_inbox=[seconds for one in worked for seconds in one.to_inbox],
            messages=messages_of(self._office, SERVICE) - messages,
            processor={"the one process": used},
        )

    def close(self) -> None:
        """Lets go of the database."""
        self._office.close()

    def _through_pages(self) -> tuple[float, list[Worked]]:
        data = str(self._ground.settings.data)
        up = Part(["-m", "routing", "up", "--port", "0", "--json", "--data", data], self._ground.environment)
        try:
            address = urlsplit(up.answer()["address"])
            began = time.monotonic()
            return began, self._decide(None, {"host": address.hostname, "port": address.port}, _LOOK_WITHOUT_BELL)
        finally:
            up.end()

    def _decide(self, per_second: float | None, where: dict[str, Any] | None, look_again: float) -> list[Worked]:
        def work(place: int) -> Worked:
            door = ActionDoor(self._office) if where is None else HttpDoor(self._office, self._people[place], **where)
            return self._clerks[place].decide_all(door, per_second=per_second, look_again=look_again)

        with ThreadPoolExecutor(len(self._clerks), thread_name_prefix="clerk") as pool:
            return list(pool.map(work, range(len(self._clerks))))
