"""How long answers took lately is worked out anew, by the beat; read beside every promise."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from datetime import date, datetime

from routing.domain.forecast import MOST_CASES, course_of
from routing.office import Office
from routing.storage.database import AlreadyWritten
from routing.storage.transaction import Transaction


def forecast(office: Office) -> int:
    """Replaces what was forecast before; gives of how many steps and desks something is known now.

    Twice, or in two processes at once, does no harm: both write the same.
    """
    calendar = office.calendar()
    taken: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    numbers: dict[date, int] = {}

    def number_of(at: datetime) -> int:
        day = calendar.local(at).date()
        if day not in numbers:
            numbers[day] = calendar.working.number_of(day)
        return numbers[day]

    # Read outside the transaction that writes: it would keep others from deciding.
    with office.reading() as connection:
        for one in Transaction(connection).forecasts.passages():
            days = taken[one.service, one.step, one.desk]
            if len(days) < MOST_CASES:
                days.append(max(0, number_of(one.ended) - number_of(one.arrived)))
    courses = [course_of(*where, days) for where, days in sorted(taken.items())]
    # Whoever did the same at the same moment wrote the same.
    with suppress(AlreadyWritten), office.transaction() as tx:
        tx.forecasts.replace(courses, at=office.now())
    return len(courses)
