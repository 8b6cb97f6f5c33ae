"""How long a change of the calendar takes to reach every open application, and what desks notice of it meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

from routing.actions.keep_time import keep_time_by_and_by
from routing.actions.recount import recount_open
from routing.domain.working_calendar import DayOff, DayOffKind, WorkingCalendar
from routing.office import Office
from routing.settings import Settings
from routing.storage.throwaway import run_script
from workers.bench.figures import share_ms
from workers.bench.ground import Ground, measuring_ground
from workers.bench.many_open import fill
from workers.bench.measurement import Tell
from workers.bench.parts import Part
from workers.bench.processor_time import load_average
from workers.bench.steady_pace import decide_steadily, warm_up

#: How long desks are watched before anything is recounted, to be compared with.
_ALONE_SECONDS = 5.0
#: What is said at the desk at which all of them lie.
_STEP, _DECISION = "verify", "forward"
#: Longer than any recount that would still be called one.
_LONGEST_SECONDS = 600


def measure_recount(settings: Settings, *, applications: int, rate: float, tell: Tell) -> dict[str, Any]:
    """The figures of one measurement; ``rate``: decisions a second meanwhile.

    Raises MayNotCreateDatabase, DataFolderUnusable and faults.
    """
    with measuring_ground(settings, clerks=1) as ground, closing(Office(ground.settings)) as office:
        tell(f"Registering {applications} applications.")
        filled = fill(office, applications, person_id=ground.people[0, "register"])
        numbers = [number for some in filled for number in some]
        run_script(office.database, "ANALYZE")
        # As the beat does all day: else every recount would first tell what had come to pass before it.
        for _ in keep_time_by_and_by(office):
            pass
        # Every so manieth: decisions fall on all of them, before the recount has been there and after.
        alone, meanwhile = numbers[::2][::-1], numbers[1::2]
        with _deciding(ground, office, alone, rate) as undisturbed:
            time.sleep(min(_ALONE_SECONDS, applications / 4 / rate))
        tell(f"Undisturbed: a decision takes {_figures(undisturbed)} ms.")
        _next_working_day_off(office)
        step = max(1, int(len(meanwhile) / (rate * _LONGEST_SECONDS)))
        counted = moved = 0
        with _deciding(ground, office, meanwhile[::step], rate) as disturbed:
            began = time.monotonic()
            for some in recount_open(office):
                counted += len(some)
                moved += sum(one.move is not None for one in some)
            seconds = time.monotonic() - began
    return {
        "applications": counted,
        "moved": moved,
        "seconds": round(seconds, 2),
        "applications_per_second": round(counted / seconds, 1),
        "decisions": len(disturbed),
        "decisions_per_second": rate,
        "decision_ms": _figures(disturbed),
        "undisturbed_decision_ms": _figures(undisturbed),
        "database": office.database.name,
        "load_average": load_average(),
    }


@contextmanager
def _deciding(ground: Ground, office: Office, numbers: Sequence[str], rate: float) -> Iterator[list[float]]:
    """Desks decide while the block runs; afterwards the list holds the seconds of every decision.

    In a process of their own where the mall has several, else in a thread of this one, as in the mall.
    """
    order: dict[str, Any] = {
        "numbers": list(numbers), "decision": _DECISION, "person_id": ground.people[0, _STEP], "per_second": rate,
    }  # fmt: skip
    took: list[float] = []
    if office.database.is_sqlite:
        stop = threading.Event()
        warm_up(office, order)
        with ThreadPoolExecutor(1) as alone:
            going = alone.submit(decide_steadily, office, **order, stop=stop)
            try:
                yield took
            finally:
                stop.set()
            took += going.result()
        return
    part = Part(("-m", "workers.bench.steady_pace"), ground.environment)
    try:
        part.tell(order)
        part.answer()
        yield took
        part.tell("enough")
        took += part.answer()
    finally:
        part.end()


def _next_working_day_off(office: Office) -> None:
    """A new calendar, in which the next working day is off: every promise that is being kept moves."""
    now, calendar = office.now(), office.calendar()
    day = calendar.working.with_number(calendar.working.number_of(now.date() + timedelta(days=1)) + 1)
    off = DayOff(day=day, name="Hari ukur", kind=DayOffKind.LOCAL)
    said = {name: getattr(calendar, name) for name in WorkingCalendar.model_fields}
    every = tuple(sorted((*calendar.days_off, off), key=lambda one: one.day))
    changed = WorkingCalendar(**said | {"number": calendar.number + 1, "days_off": every})
    with office.transaction() as tx:
        tx.calendars.add(changed, by="bench", at=now, reason="To be measured.")


def _figures(took: Sequence[float]) -> dict[str, float]:
    return {"p50": share_ms(took, 0.5), "p99": share_ms(took, 0.99), "most": share_ms(took, 1.0)}
