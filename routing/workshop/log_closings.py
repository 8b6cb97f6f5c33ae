"""Which cases of a log were closed? Logs say it in different ways, or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from routing.formats.event_log import LogCase

#: Names under which logs keep the day a case was closed, without case, spaces and signs.
_END_DATES = frozenset({"enddate", "endtime", "closedate", "closingdate", "closedat", "closed", "dateclosed"})


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


def _plain(key: str) -> str:
    return "".join(letter for letter in key.lower() if letter.isalnum())
