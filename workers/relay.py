"""The relay: hears that documents have been sent and puts bundles of them on the queues of their desks.

Any number of relays may run; a hand-off is rung for by one of them. It is also the sweep: what was rung for and has
not arrived when its lease ends is rung for again, so nothing is lost with a broker.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Celery
from kombu.exceptions import KombuError, OperationalError

from routing.actions.ring import MOST_AT_ONCE, Message, collect_rings, take_back_rings
from routing.domain.errors import Fault
from routing.office import Office
from routing.storage.bell import Topic
from workers.attend import ATTEND
from workers.celery_app import make_app, queue_named
from workers.deliver import DELIVER

# Documents sent within this time (seconds) travel in one message: a message costs as much as five moves.
_GATHER = 0.002
# A busy office saves messages, and in one that is not nobody waits: from so many hand-offs a second they are gathered
# longer, for each more by so much. What piled up in a moment's stall is no rush: no look counts for more than so many.
_BUSY_FROM = 100.0
_GATHER_FOR_EACH_MORE = 0.0004
_LONGEST_GATHER = 0.08
_MOST_COUNTED = 20
# Over how long (seconds) the pace is measured.
_MEMORY = 0.25
_LONGEST_PAUSE = 30.0

_log = logging.getLogger(__name__)


class Relay:
    """Runs until it is stopped."""

    def __init__(self, office: Office, app: Celery) -> None:
        self._office, self._app = office, app
        self._stopping = threading.Event()
        #: messages put on queues so far
        self.messages = 0

    def run(self) -> None:
        """Rings for hand-offs as they come, until ``stop``; survives the database and the broker being away."""
        listener = self._office.bell.listen(Topic.SENT)
        pace = Pace()
        pause = sweep = self._office.settings.sweep_seconds
        try:
            while not self._stopping.is_set():
                try:
                    rung = self.ring_once()
                    pause = sweep
                except (Fault, KombuError, OperationalError, OSError) as error:
                    pause = min(pause * 2, _LONGEST_PAUSE)
                    _log.warning(
                        "relay cannot ring",
                        extra={"action": "ring", "fault": str(error), "next_try_seconds": pause},
                    )
                    self._stopping.wait(pause)
                    continue
                pace.add(rung, time.monotonic())
                if listener.wait(sweep) and not self._stopping.is_set():
                    self._stopping.wait(gathering(pace.per_second(time.monotonic())))
        finally:
            listener.close()

    def ring_once(self) -> int:
        """Rings for everything that is due; how many hand-offs that were."""
        rung = 0
        while True:
            messages = collect_rings(self._office)
            if messages:
                self._send(messages)
            found = sum(len(message.hand_offs) for message in messages)
            rung += found
            if found < MOST_AT_ONCE:
                return rung

    def stop(self) -> None:
        """Lets ``run`` end soon."""
        self._stopping.set()
        self._office.bell.ring(Topic.SENT)

    def _send(self, messages: list[Message]) -> None:
        unsent = list(messages)
        try:
            # One channel for the whole bundle: opening one for each message costs a tenth of the rate.
            with self._app.producer_or_acquire() as producer:
                while unsent:
                    self._send_one(unsent[0], producer)
                    del unsent[0]
                    self.messages += 1
        finally:
            if unsent:
                take_back_rings(self._office, unsent)

    def _send_one(self, message: Message, producer: Any) -> None:
        name = f"desk.{message.desk}"
        if name not in self._app.amqp.queues:
            self._app.amqp.queues.add(queue_named(name))
        self._app.send_task(
            ATTEND if message.is_for_program else DELIVER,
            args=([list(hand_off) for hand_off in message.hand_offs],),
            task_id=message.id,
            queue=name,
            producer=producer,
            # Celery puts a printed copy of the arguments into headers and logs.
            argsrepr="",
            kwargsrepr="",
        )


class Pace:
    """How many a second lately: what was counted weighs the less the longer ago it was."""

    def __init__(self) -> None:
        self._weight, self._at = 0.0, 0.0

    def add(self, count: int, now: float) -> None:
        """So many at that moment (of the monotonic clock)."""
        self._weight, self._at = self._faded(now) + min(count, _MOST_COUNTED), now

    def per_second(self, now: float) -> float:
        """As it looks at that moment."""
        return self._faded(now) / _MEMORY

    def _faded(self, now: float) -> float:
        return self._weight * math.exp((self._at - now) / _MEMORY)


def gathering(per_second: float) -> float:
    """Seconds for which hand-offs are gathered while they come at this pace."""
    return min(_GATHER + _GATHER_FOR_EACH_MORE * max(0.0, per_second - _BUSY_FROM), _LONGEST_GATHER)


@contextmanager
def relaying(office: Office) -> Iterator[Relay]:
    """A relay in a thread of this process, while the block runs."""
    relay = Relay(office, make_app(office))
    thread = threading.Thread(target=relay.run, name="relay", daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        relay.stop()
        thread.join(5)
