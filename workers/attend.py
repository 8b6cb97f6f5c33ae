"""The task by which a program looks at a document on its desk. What it may do is ``actions.attend``'s."""

from __future__ import annotations

import threading

from celery import Celery

from routing.actions.attend import Work, attend
from routing.domain.workflow import Program
from routing.office import Office
from workers.deliver import well_formed
from workers.desks import programs

#: The task's name in messages.
ATTEND = "attend"
#: Half the threads of the smallest worker.
PROGRAMS_AT_ONCE = 2


def add_attend(app: Celery, office: Office) -> None:
    """Registers the task."""
    at_desk = programs(office.settings)

    def work_of(program: Program) -> Work:
        return at_desk[program]

    # A system outside that hangs must not hold every thread of this worker, or no document arrives any more.
    places = threading.BoundedSemaphore(PROGRAMS_AT_ONCE)

    @app.task(name=ATTEND, shared=False)
    def _attend(visits: object) -> None:
        if not places.acquire(blocking=False):
            return  # Rung for again when the lease of the ring has ended.
        try:
            for name in well_formed(visits):
                attend(office, name, work_of)
        finally:
            places.release()
