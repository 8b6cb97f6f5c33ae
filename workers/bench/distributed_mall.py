"""The mall of many processes that is measured: a process for each of its parts, and two for its clerks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from routing.office import Office
from routing.reading.imported_cases import messages_of
from routing.storage.throwaway import run_script
from workers.bench.figures import Run, merged, shares
from workers.bench.ground import SERVICE, Ground
from workers.bench.inbox import REST
from workers.bench.parts import Part
from workers.bench.processor_time import broker_seconds, postgresql_seconds, processor_seconds
from workers.celery_app import make_app

#: Clerks share processes as they share those of the pages, and as pgbench's connections share two threads.
_CLERK_PROCESSES = 2


@dataclass(frozen=True, slots=True)
class _Desks:
    """A process, and how many clerks work in it."""

    part: Part
    clerks: int


class DistributedMall:
    """Ready when made; ``close`` ends its processes."""

    def __init__(self, ground: Ground, *, clerks: int, workers: int) -> None:
        self._ground, self._office = ground, Office(ground.settings)
        self._app = make_app(self._office)
        self._stack = ExitStack()
        self._stack.callback(self._office.close)
        sharing = shares(min(clerks, _CLERK_PROCESSES), clerks)
        try:
            self._workers = [self._part("-m", "routing", "worker") for _ in range(workers)]
            self._desks = [_Desks(self._part("-m", "workers.bench.clerk_process"), count) for count in sharing]
            who = ({step: person for (of, step), person in ground.people.items() if of == one} for one in range(clerks))
            for desks in self._desks:
                desks.part.tell([next(who) for _ in range(desks.clerks)])
            for worker in self._workers:
                worker.line_with("the worker is ready")
        except BaseException:
            self.close()
            raise

    def walk(self, documents: int, *, per_second: float | None = None, through_pages: bool = False) -> Run:
        """So many documents, all registered before the relay begins to ring for the first.

        At a steady pace one clerk does it all: each that looks into the inboxes is work for the office, too.
        """
        desks = self._desks if per_second is None else self._desks[:1]
        whole = iter(shares(sum(one.clerks for one in desks), documents) if per_second is None else [documents])
        for one in desks:
            one.part.tell({"do": "register", "documents": [next(whole, 0) for _ in range(one.clerks)]})
        for one in desks:
            one.part.answer()
        # As the server does by itself within a minute; until then it plans for tables that are empty.
        run_script(self._office.database, "ANALYZE")
        with self._pages(wanted=through_pages) as door:
            rest = REST if per_second is None else 0.0
            for one in desks:
                one.part.tell({"do": "decide", "per_second": per_second, "door": door, "rest": rest})
            before, messages = self._processor(), messages_of(self._office, SERVICE)
            relay = Part(["-m", "routing", "relay"], self._ground.environment)
            try:
                relay.line_with("The relay is listening.")
                began = time.monotonic()
                relay_before = processor_seconds(relay.pid) or 0.0
                answers = [one.part.answer() for one in desks]
                relay_used = processor_seconds(relay.pid)
                after = self._processor()
            finally:
                relay.end()
        used: dict[str, float | None] = {"clerks": sum(answer["cpu_seconds"] for answer in answers)}
        used["relay"] = relay_used - relay_before if relay_used is not None else None
        for kind, seconds in after.items():
            earlier = before[kind]
            used[kind] = seconds - earlier if seconds is not None and earlier is not None else None
        return Run(
            moves=sum(answer["moves"] for answer in answers),
            seconds=max(answer["ended"] for answer in answers) - began,
            to_inbox=merged(answers, "to_inbox"),
            messages=messages_of(self._office, SERVICE) - messages,
            processor=used,
        )

    def close(self) -> None:
        """Ends every process."""
        self._stack.close()

    def _part(self, *words: str) -> Part:
        part = Part(words, self._ground.environment)
        self._stack.callback(part.end)
        return part

    @contextmanager
    def _pages(self, *, wanted: bool) -> Iterator[dict[str, Any] | None]:
        if not wanted:
            yield None
            return
        web = Part(["-m", "routing", "web", "--port", "0"], self._ground.environment)
        try:
            address = urlsplit(web.line_with("Satu Atap listens at").split()[-1])
            yield {"host": address.hostname, "port": address.port}
        finally:
            web.end()

    def _processor(self) -> dict[str, float | None]:
        of_workers = [processor_seconds(worker.pid) for worker in self._workers]
        return {
            "workers": sum(one for one in of_workers if one is not None) if None not in of_workers else None,
            "postgresql": postgresql_seconds(self._office),
            "broker": broker_seconds(self._app),
        }
