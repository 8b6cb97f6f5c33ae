"""What the beat sets off. Every task here is safe to run twice, at once, or after three days of silence."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from celery import Celery
from celery.beat import Service

from routing.actions.forecast import forecast
from routing.actions.forget_answers import forget_answers
from routing.actions.index_entries import index_entries
from routing.actions.keep_time import keep_time_by_and_by
from routing.actions.recount import recount_open
from routing.actions.seal import sealer
from routing.actions.sign_in import end_stale_sessions
from routing.office import Office
from routing.reading.hand_offs import hand_offs_on_their_way
from routing.settings import IN_PROCESS_BROKER
from routing.storage.bell import Topic

_log = logging.getLogger(__name__)

#: Seconds after which a document on its way is worth a warning.
_LATE = 60.0
#: Seconds of recounting, or of a round of the clock, in one task.
_PIECE = 5.0
#: Seconds after which the index of the log has followed it; whoever asks has it done sooner.
_INDEX = 10.0
#: Seconds after which a change of the calendar is followed at the latest.
_RECOUNT = 60.0


def add_clockwork(app: Celery, office: Office, queue: str) -> None:
    """Registers the tasks and their times."""
    seconds = _add_housekeeping(app, office) | _add_promise_clock(app, office, queue)
    if office.settings.broker == IN_PROCESS_BROKER:
        seconds |= _add_sequencer(app, office)
    app.conf.beat_schedule = {
        # Who comes too late is no use: the next one is there already.
        task: {"task": task, "schedule": every, "options": {"queue": queue, "expires": _fresh_for(every)}}
        for task, every in seconds.items()
    }


def _add_housekeeping(app: Celery, office: Office) -> dict[str, float]:
    """The tasks that keep the books tidy, and every how many seconds each is done."""

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

    following = threading.Lock()

    @app.task(name="index-entries", shared=False)
    def _index_entries() -> None:
        """Follows the log with the index it is searched by; a first time may take longer than until the next."""
        if following.acquire(blocking=False):
            try:
                index_entries(office)
            finally:
                following.release()

    return {"sweep": 60.0, "end-stale-sessions": 600.0, "forget-answers": 3600.0, "index-entries": _INDEX}


def _add_promise_clock(app: Celery, office: Office, queue: str) -> dict[str, float]:
    """The tasks of the promise clock, and every how many seconds each is done."""
    # After days of silence a round takes longer than until the next; it must not take one thread after the other.
    going_round = threading.Lock()

    @app.task(name="keep-time", shared=False)
    def _keep_time() -> None:
        """Tells and does what time brings; a piece at a time, so that a worker that is to stop can."""
        if not going_round.acquire(blocking=False):
            return
        try:
            began = time.monotonic()
            for _ in keep_time_by_and_by(office):
                if time.monotonic() - began > _PIECE:
                    app.send_task("keep-time", queue=queue, expires=_fresh_for(_RECOUNT))
                    return
        finally:
            going_round.release()

    @app.task(name="recount", shared=False)
    def _recount() -> None:
        """Follows a change of the calendar; a piece at a time, so that a worker that is to stop can."""
        began = time.monotonic()
        for some in recount_open(office):
            _log.info("recounted", extra={"action": "recount", "count": len(some)})
            if time.monotonic() - began > _PIECE:
                # The rest is the next piece's, behind whatever has come in meanwhile.
                app.send_task("recount", queue=queue, expires=_fresh_for(_RECOUNT))
                return

    @app.task(name="forecast", shared=False)
    def _forecast() -> None:
        forecast(office)

    return {"keep-time": office.settings.clock_seconds, "recount": _RECOUNT, "forecast": 3600.0}


def _add_sequencer(app: Celery, office: Office) -> dict[str, float]:
    """In a mall of many processes the sequencer is one of its own: no worker may read the log's key."""
    sealing, seal_next = threading.Lock(), sealer(office)

    @app.task(name="seal", shared=False)
    def _seal() -> None:
        if not sealing.acquire(blocking=False):
            return
        try:
            done = seal_next()
            if done.seal is not None:
                _log.info("sealed", extra={"action": "seal", "count": done.seal.size})
        finally:
            sealing.release()

    return {"seal": office.settings.seal_seconds}


def _fresh_for(every: float) -> float:
    """Seconds after which a message is not worth doing any more."""
    return every * 11 / 12


def run_beat(app: Celery, schedule: Path, *, on_stop: Callable[[Callable[[], None]], None]) -> None:
    """Ticks until it is told to stop; ``on_stop`` is given what stops it."""
    # It sleeps through a signal, so it must not sleep for long.
    service = Service(app, max_interval=1, schedule_filename=str(schedule))
    on_stop(service.stop)
    service.start()
