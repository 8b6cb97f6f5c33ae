"""Which cases of a log were closed, and when was each due? Logs say it in different ways, or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from routing.domain.time_limits import Clock
from routing.formats.event_log import LogCase

#: Names under which logs keep the day a case was closed, without case, spaces and signs.
_END_DATES = frozenset({"enddate", "endtime", "closedate", "closingdate", "closedat", "closed", "dateclosed"})

#: The same for when a case came in, and for when it was due.
_BEGIN_DATES = frozenset({"startdate", "starttime", "begindate", "opendate", "dateopened", "receiptdate"})
_DUE_DATES = frozenset({"deadline", "duedate", "duetime", "dueat", "datedue"})
_LONGEST_NAME = 100


def clock_of(cases: Sequence[LogCase]) -> Clock:
    """The clock of a service that is late when the log says so: by the moments its cases carry."""
    due = _moments(cases, _DUE_DATES)
    if due is None:
        return Clock()
    return Clock(due_fact=due, began_fact=_moments(cases, _BEGIN_DATES), ended_fact=_moments(cases, _END_DATES))


def closed_cases(cases: Sequence[LogCase]) -> frozenset[str]:
    """The names of the closed cases.

    Where any case carries an end date, those that do are closed and the others open. Where none does, a case is
    closed when its last activity is one that the log mostly ends with: at least half of its occurrences are last.
    """
    with_date = frozenset(case.name for case in cases if any(_plain(key) in _END_DATES for key in case.attributes))
    if with_date:
        return with_date
    all_of = Counter(event.activity for case in cases for event in case.events)
    last_of = Counter(case.events[-1].activity for case in cases if case.events)
    closing = {activity for activity, count in last_of.items() if 2 * count >= all_of[activity]}
    return frozenset(case.name for case in cases if case.events and case.events[-1].activity in closing)


def _moments(cases: Sequence[LogCase], meant: frozenset[str]) -> str | None:
    """The attribute that most cases have of these, as a point in time; None: none has any."""
    named = Counter(
        name
        for case in cases
        for name, value in case.attributes.items()
        if isinstance(value, datetime) and len(name) <= _LONGEST_NAME and _plain(name) in meant
    )
    return max(sorted(named), key=named.__getitem__) if named else None


def _plain(key: str) -> str:
    return "".join(letter for letter in key.lower() if letter.isalnum())
