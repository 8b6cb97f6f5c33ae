"""What the beat sets off. Every task here is safe to run twice, at once, or after three days of silence."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from celery import Celery
from celery.beat import Service

from routing.actions.forecast import forecast
from routing.actions.forget_answers import forget_answers
from routing.actions.keep_time import keep_time
from routing.actions.recount import recount_open
from routing.actions.sign_in import end_stale_sessions
from routing.office import Office
from routing.reading.hand_offs import hand_offs_on_their_way
from routing.storage.bell import Topic

_log = logging.getLogger(__name__)

#: Seconds after which a document on its way is worth a warning.
_LATE = 60.0
#: Seconds of recounting in one task.
_PIECE = 5.0
_RECOUNT_EXPIRES = 55


def add_clockwork(app: Celery, office: Office, queue: str) -> None:
    """Registers the tasks and their times."""

    @app.task(name="sweep", shared=False)
    def _sweep() -> None:
        """Wakes the relay, and says so when documents have been on their way for long."""
        office.bell.ring(Topic.SENT)
        waiting = hand_offs_on_their_way(office)
        if waiting.oldest_seconds > _LATE:
            _log.warning(
                "documents are stuck on their way",
                extra={"action": "sweep", "count": waiting.count, "oldest_seconds": waiting.oldest_seconds},
            )

    @app.task(name="end-stale-sessions", shared=False)
    def _end_stale_sessions() -> None:
        end_stale_sessions(office)

    @app.task(name="forget-answers", shared=False)
    def _forget_answers() -> None:
        forget_answers(office)

    @app.task(name="keep-time", shared=False)
    def _keep_time() -> None:
        """Tells and does what time brings, until nothing is due any more."""
        keep_time(office)

    look = office.settings.clock_seconds

    @app.task(name="forecast", shared=False)
    def _forecast() -> None:
        forecast(office)

    @app.task(name="recount", shared=False)
    def _recount() -> None:
        """Follows a change of the calendar; a piece at a time, so that a worker that is to stop can."""
        began = time.monotonic()
        for some in recount_open(office):
            _log.info("recounted", extra={"action": "recount", "count": len(some)})
            if time.monotonic() - began > _PIECE:
                # The rest is the next piece's, behind whatever has come in meanwhile.
                app.send_task("recount", queue=queue, expires=_RECOUNT_EXPIRES)
                return

    app.conf.beat_schedule = {
        "recount": {"task": "recount", "schedule": 60.0, "options": {"queue": queue, "expires": _RECOUNT_EXPIRES}},
        "sweep": {"task": "sweep", "schedule": 60.0, "options": {"queue": queue, "expires": 55}},
        "keep-time": {"task": "keep-time", "schedule": look, "options": {"queue": queue, "expires": look}},
        "end-stale-sessions": {
            "task": "end-stale-sessions",
            "schedule": 600.0,
            "options": {"queue": queue, "expires": 550},
        },
        "forget-answers": {
            "task": "forget-answers",
            "schedule": 3600.0,
            "options": {"queue": queue, "expires": 3500},
        },
        "forecast": {"task": "forecast", "schedule": 3600.0, "options": {"queue": queue, "expires": 3500}},
    }


def run_beat(app: Celery, schedule: Path, *, on_stop: Callable[[Callable[[], None]], None]) -> None:
    """Ticks until it is told to stop; ``on_stop`` is given what stops it."""
    # It sleeps through a signal, so it must not sleep for long.
    service = Service(app, max_interval=1, schedule_filename=str(schedule))
    on_stop(service.stop)
    service.start()
