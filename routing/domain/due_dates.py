"""When a desk's own time for a document ends. Pure calendar arithmetic; the promise to the public is not counted here.

Saturdays and Sundays are not worked. Holidays are not known here yet, so a limit that spans one ends a day early.
The time handed in is the office's: its zone says where a day begins.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from routing.domain.workflow import Step

#: A step that sets no limit is never urgent: it stands behind everything that has one.
NO_LIMIT = timedelta(days=3650)
_SATURDAY = 5


def due_at(step: Step, desk: str, sent_at: datetime) -> datetime:
    """When a document sent to this desk at that moment should have left it."""
    if step.minutes is not None and step.deadline is None:
        return sent_at + timedelta(minutes=step.minutes)
    days = _days(step, desk)
    return sent_at + NO_LIMIT if days is None else after_working_days(sent_at, days)


def has_limit(step: Step, desk: str) -> bool:
    """Whether the step sets this desk a limit at all."""
    return step.minutes is not None or _days(step, desk) is not None


def after_working_days(start: datetime, days: int) -> datetime:
    """The same time of day, so many working days later; the next working day is the first."""
    weeks, rest = divmod(days, 5)
    # A weekend counts as its Friday: the day after it is the first.
    back = max(0, start.weekday() - _SATURDAY + 1)
    day = start - timedelta(days=back)
    if days:
        start = day
    ahead = rest + (2 if start.weekday() + rest >= _SATURDAY and rest else 0)
    return start + timedelta(weeks=weeks, days=ahead)


def _days(step: Step, desk: str) -> int | None:
    """The desk's working days, or the applicant's where the step waits for them so long and no longer."""
    if step.deadline is not None:
        return step.deadline.working_days
    return step.working_days_at.get(desk, step.working_days)
