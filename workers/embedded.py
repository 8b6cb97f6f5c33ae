"""The courier of a mall that is one process: worker, relay and beat as threads, with the broker in memory.

What does not work, and was tried: a polling or file transport (slow, loses a race), prefork with a broker in memory
(tasks of the child stay there), a forked beat (never ticks), ``celery.apps.worker.Worker`` (takes over logging).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from celery import Celery
from celery.beat import EmbeddedService
from celery.worker import WorkController, state

from routing.actions.ring import forget_rings
from routing.domain.errors import Fault
from routing.office import Office
from workers.celery_app import make_app
from workers.desk_worker import serve_desks
from workers.in_process_broker import DOORBELL
from workers.relay import Relay

_THREADS = 4
_START_SECONDS = 15.0


@contextmanager
def courier(office: Office, *, beat_file: Path | None = None) -> Iterator[Relay]:
    """Carries documents while the block runs; ``beat_file``: also runs the beat, which remembers its times there."""
    app = make_app(office)
    serve_desks(app, office, "*")
    worker = _start_worker(app)
    # The broker in memory is empty: whatever was on its way is rung for again.
    forget_rings(office)
    relay = Relay(office, app)
    relay_thread = threading.Thread(target=relay.run, name="relay", daemon=True)
    relay_thread.start()
    beat = _start_beat(app, beat_file) if beat_file is not None else None
    try:
        yield relay
    finally:
        if beat is not None:
            # Not the thread's own ``stop``: that waits for ever when the beat could not write its file.
            beat.service.stop()
            beat.join(5)
        relay.stop()
        relay_thread.join(5)
        _stop_worker(worker)


def _start_worker(app: Celery) -> threading.Thread:
    ready = threading.Event()

    class EmbeddedWorker(WorkController):
        def on_consumer_ready(self, consumer: Any) -> None:
            del consumer
            ready.set()

    app.finalize()
    # A thread of the pool asks Celery for the app of the process and looks its tasks up there.
    app.set_default()
    worker = EmbeddedWorker(
        app=app,
        pool_cls="threads",
        concurrency=_THREADS,
        hostname="embedded@localhost",
        without_mingle=True,
        without_gossip=True,
        without_heartbeat=True,
    )
    thread = threading.Thread(target=worker.start, name="celery-worker", daemon=True)
    thread.start()
    if not ready.wait(_START_SECONDS):
        message = "The Celery worker did not start."
        raise Fault(message)
    return thread


def _stop_worker(thread: threading.Thread) -> None:
    # Celery's only door to a worker in a thread is this module global.
    state.should_stop = 0  # type: ignore[assignment]  # the stubs know only its first value
    DOORBELL.is_closing = True
    DOORBELL.ring()
    thread.join(15)
    state.should_stop = None
    DOORBELL.is_closing = False


def _start_beat(app: Celery, beat_file: Path) -> Any:
    beat: Any = EmbeddedService(app, thread=True, schedule_filename=str(beat_file))
    beat.start()
    return beat
