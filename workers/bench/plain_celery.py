"""The control: what Celery alone carries - a task a hand-off, the same broker, as many workers, no office at all.

Run as a process it is one of its workers, which says again and again how many tasks it has run, or one of its senders.
"""

from __future__ import annotations

import json
import sys
import threading
import time

from celery import Celery
from celery.worker import WorkController

from routing.domain.errors import Fault
from routing.settings import Settings, load_settings
from workers.bench.figures import shares
from workers.bench.ground import Ground
from workers.bench.parts import Part
from workers.celery_app import celery_settings, queue_named

#: As many queues as the measured route has desks.
QUEUES = tuple(f"plain.{place}" for place in range(6))
_TASK = "hand-off"
#: The worker command's own.
_THREADS = 4
_REPORT_SECONDS = 0.01
_PATIENCE_SECONDS = 60.0


class PlainCelery:
    """Senders and workers that wait; ``close`` ends them."""

    def __init__(self, ground: Ground, *, workers: int, senders: int) -> None:
        self._workers: list[Part] = []
        self._senders: list[Part] = []
        try:
            for processes, count in ((self._workers, workers), (self._senders, senders)):
                processes += [Part(["-m", "workers.bench.plain_celery"], ground.environment) for _ in range(count)]
            for worker in self._workers:
                worker.tell({"do": "run"})
                worker.answer()
        except BaseException:
            self.close()
            raise

    def hand_offs_per_second(self, count: int) -> float:
        """So many tasks, sent by as many processes as there are clerks; from the first to the last one run."""
        before = self._run_so_far()
        began = last_change = time.monotonic()
        for sender, share in zip(self._senders, shares(len(self._senders), count), strict=True):
            sender.tell({"do": "send", "count": share})
        run, seen = 0, 0
        while run < count:
            run = self._run_so_far() - before
            if run > seen:
                seen, last_change = run, time.monotonic()
            elif time.monotonic() - last_change > _PATIENCE_SECONDS:
                message = f"Only {run} of {count} plain Celery tasks have run."
                raise Fault(message)
        took = time.monotonic() - began
        for sender in self._senders:
            sender.answer()
        return count / took

    def close(self) -> None:
        """Ends every process."""
        for part in (*self._senders, *self._workers):
            part.end()

    def _run_so_far(self) -> int:
        total = 0
        for worker in self._workers:
            worker.tell({})
            total += int(worker.answer())
        time.sleep(_REPORT_SECONDS)
        return total


def main() -> None:
    """Takes its orders from standard input until that ends."""
    app = _plain_app(load_settings())
    run = _count_tasks(app)
    for line in sys.stdin:
        order = json.loads(line)
        if order.get("do") == "run":
            _start_worker(app)
        elif order.get("do") == "send":
            _send(app, order["count"])
        sys.stdout.write(json.dumps(len(run)) + "\n")
        sys.stdout.flush()


def _plain_app(settings: Settings) -> Celery:
    app = Celery("plain", set_as_current=False, fixups=[])
    app.conf.update(celery_settings(settings))
    app.conf.task_queues = [queue_named(name) for name in QUEUES]
    return app


def _count_tasks(app: Celery) -> list[None]:
    # A list, because appending to one needs no lock.
    run: list[None] = []

    @app.task(name=_TASK, shared=False)
    def _hand_off(application: int, visit: int) -> None:
        del application, visit
        run.append(None)

    return run


def _send(app: Celery, count: int) -> None:
    with app.producer_or_acquire() as producer:
        for place in range(count):
            app.send_task(_TASK, args=(place, 1), queue=QUEUES[place % len(QUEUES)], producer=producer)


def _start_worker(app: Celery) -> None:
    ready = threading.Event()

    class PlainWorker(WorkController):
        def on_consumer_ready(self, consumer: object) -> None:
            del consumer
            ready.set()

    app.finalize()
    app.set_default()
    worker = PlainWorker(
        app=app,
        pool_cls="threads",
        concurrency=_THREADS,
        without_mingle=True,
        without_gossip=True,
        without_heartbeat=True,
    )
    # It ends with the process: nothing it holds is worth an orderly stop.
    threading.Thread(target=worker.start, daemon=True).start()
    if not ready.wait(_PATIENCE_SECONDS):
        message = "The plain Celery worker did not start."
        raise Fault(message)


if __name__ == "__main__":
    main()
