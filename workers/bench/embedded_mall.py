"""The mall of one process that is measured: SQLite, the courier's threads, and clerks who are threads beside them.

Through the pages it is ``satuatap up`` in a process of its own, with the clerks outside.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from routing.office import Office
from routing.reading.imported_cases import messages_of
from workers.bench.clerk import Clerk, Worked
from workers.bench.clerk_process import decide_all
from workers.bench.figures import Run, shares
from workers.bench.ground import SERVICE, Ground
from workers.bench.inbox import LOOK_AGAIN, REST
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
        rest = REST if per_second is None else 0.0
        return decide_all(
            self._office, self._clerks, self._people, where, per_second=per_second, rest=rest, look_again=look_again
        )
