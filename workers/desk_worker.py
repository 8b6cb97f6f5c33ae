"""A worker of some desks' queues: looks for new desks every few seconds and takes their queues on by itself.

Remote control stays off (whoever reaches the broker could shut workers down with it), so a new desk is found in the
database, not announced.
"""

from __future__ import annotations

import fnmatch
import logging
import os
import socket
from collections.abc import Callable
from typing import Any

from celery import Celery, bootsteps
from celery.worker import WorkController, state
from celery.worker.consumer import Consumer

from routing.domain.errors import Fault
from routing.office import Office
from routing.reading.desk_codes import desk_codes
from workers.celery_app import CLOCKWORK_QUEUE, queue_named

_log = logging.getLogger(__name__)


def queues_for(office: Office, pattern: str) -> list[str]:
    """The queues of the desks whose code matches (``*``, ``dinas-*``, ``a,b``)."""
    wanted = [part.strip() for part in pattern.split(",") if part.strip()]
    return [f"desk.{code}" for code in desk_codes(office) if any(fnmatch.fnmatchcase(code, one) for one in wanted)]


def serve_desks(app: Celery, office: Office, pattern: str) -> None:
    """Makes the app's worker consume the queues of these desks, those there are and those to come."""
    served = queues_for(office, pattern)
    for name in served:
        app.amqp.queues.add(queue_named(name))
    # What is merely added is known for sending; only what is selected is consumed.
    app.amqp.queues.select([CLOCKWORK_QUEUE, *served])
    seconds = office.settings.desk_refresh_seconds

    class NewDesks(bootsteps.StartStopStep):
        """Takes on the queues of new desks."""

        requires = ("celery.worker.consumer.tasks:Tasks",)

        def __init__(self, parent: Consumer, **options: Any) -> None:
            super().__init__(parent, **options)
            self._timer: Any = None

        def start(self, parent: Consumer) -> None:
            refresh = _refresh(app, parent, lambda: queues_for(office, pattern))
            self._timer = parent.timer.call_repeatedly(seconds, refresh)

        def stop(self, parent: Consumer) -> None:
            del parent
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    app.steps["consumer"].add(NewDesks)


def _refresh(app: Celery, consumer: Any, queues_now: Callable[[], list[str]]) -> Callable[[], None]:
    def refresh() -> None:
        try:
            wanted = queues_now()
        except Fault as fault:
            _log.warning("cannot look for new desks", extra={"action": "refresh", "fault": str(fault)})
            return
        for name in wanted:
            if not consumer.task_consumer.consuming_from(name):
                app.amqp.queues.add(queue_named(name))
                consumer.add_task_queue(name, exchange="", routing_key=name)
                _log.info("serves a new desk", extra={"action": "serve", "queue": name})

    return refresh


def run_worker(
    app: Celery,
    office: Office,
    pattern: str,
    *,
    concurrency: int,
    on_stop: Callable[[Callable[[], None]], None] = lambda _stop: None,
) -> int:
    """Serves until it is told to stop; its exit code. ``on_stop`` is given what stops it.

    Threads, not child processes: a bundle is a few short transactions, and a killed worker leaves no orphans.
    Celery's own ``app.Worker`` is not used: it speaks on standard output, and ends by Ctrl-C with exit code 1.
    """
    serve_desks(app, office, pattern)
    app.finalize()
    # A thread of the pool looks its task up in the app of the process; not finding it there, it would die silently.
    app.set_default()
    worker = _DeskWorker(
        app=app,
        pool_cls="threads",
        concurrency=concurrency,
        hostname=f"desks-{os.getpid()}@{socket.gethostname()}",
        without_mingle=True,
        without_gossip=True,
        without_heartbeat=True,
    )
    on_stop(_stop)
    try:
        worker.start()
    finally:
        state.should_stop = None
    return int(worker.exitcode or 0)


class _DeskWorker(WorkController):
    def on_consumer_ready(self, consumer: Any) -> None:
        del consumer
        _log.info("the worker is ready", extra={"action": "start"})


def _stop() -> None:
    # Celery's only door to a worker is this module global; it looks at it once a second.
    state.should_stop = 0  # type: ignore[assignment]  # the stubs know only its first value
