"""The task a desk's queue runs: documents have arrived. What that means is ``actions.deliver``'s."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import Celery

from routing.actions.deliver import deliver
from routing.domain.errors import DatabaseAway, Fault
from routing.domain.visits import HandOffName
from routing.office import Office
from routing.telemetry import with_ids

#: The task's name in messages.
DELIVER = "deliver"

_log = logging.getLogger(__name__)


def add_deliver(app: Celery, office: Office) -> None:
    """Registers the task."""

    # Not shared: Celery would give it, with this office in it, to every other app of the process.
    @app.task(name=DELIVER, shared=False, bind=True)
    def _deliver(task: Any, hand_offs: list[HandOffName]) -> None:
        with with_ids(message=task.request.id):
            _bundle(office, well_formed(hand_offs))


def _bundle(office: Office, names: list[HandOffName]) -> None:
    began = time.perf_counter()
    try:
        arrived = deliver(office, names)
    except DatabaseAway:
        # Trying each alone would only wait fifty times; the relay rings again.
        raise
    except Fault:
        # One sick document must not hold up the forty-nine others in the bundle.
        arrived = _one_by_one(office, names)
    said = {"action": "deliver", "applications": [application for application, _ in names], "arrived": arrived}
    _log.info("delivered", extra=said | {"ms": round((time.perf_counter() - began) * 1000, 1)})


def _one_by_one(office: Office, names: list[HandOffName]) -> int:
    arrived = 0
    for name in names:
        try:
            arrived += deliver(office, [name])
        except Fault as fault:
            # The hand-off stays open; the relay rings for it again after its lease.
            _log.warning("hand-off not delivered", extra={"action": "deliver", "hand_off": name, "fault": str(fault)})
    return arrived


def well_formed(hand_offs: object) -> list[HandOffName]:
    """What is left of a message anybody with access to the broker could have written."""
    if not isinstance(hand_offs, list):
        return []
    return [
        (pair[0], pair[1])
        for pair in hand_offs
        if isinstance(pair, list | tuple) and len(pair) == 2 and all(type(part) is int for part in pair)
    ]
