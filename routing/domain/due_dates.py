"""When a desk's own time for a document ends, and when the desk is told that it is near. The promise is elsewhere.

Days end with their last second, minutes with the minute. What a desk gets after closing time counts from the next
working day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from routing.domain.countable_days import after_days, end_of
from routing.domain.ledger import Interval, days_closed_before, granted_pause, received_on
from routing.domain.time_limits import GRANTED
from routing.domain.visits import Visit
from routing.domain.workflow import Step
from routing.domain.working_calendar import WorkingCalendar

#: A step that sets no limit is never urgent: it stands behind everything that has one.
NO_LIMIT = timedelta(days=3650)
#: How long a document may be on its way before its desk's time begins with the arrival.
_ON_THE_WAY = timedelta(minutes=1)


def due_at(
    step: Step, desk: str, since: datetime, calendar: WorkingCalendar, ledger: Sequence[Interval] = ()
) -> datetime:
    """When a document that reaches this desk at that moment should have left it.

    ``ledger``: what stood still in it because somebody granted that (and is over) the desk is not charged with.
    """
    due = _due_at(step, desk, since, calendar)
    for one in ledger:
        if one.pause in GRANTED and one.until is not None:
            due = given_back(step, desk, since, due, paused=(one.since, one.until), calendar=calendar)
    return due


def given_back(
    step: Step,
    desk: str,
    since: datetime,
    due: datetime,
    *,
    paused: tuple[datetime, datetime],
    calendar: WorkingCalendar,
) -> datetime:
    """The due date without a pause: as many working days (or open minutes) later as were left when it began.

    The same as counting all of it anew without the pause. What was late already stays as late as it was.
    """
    begun, over = max(paused[0], since), paused[1]
    if over <= begun or due <= begun or not has_limit(step, desk):
        return due
    if step.minutes is not None and step.deadline is None:
        return calendar.after_minutes(over, calendar.minutes_between(begun, due, desk), desk)
    days = calendar.working
    received = days.number_of(received_on(days, calendar, since)) - (_days(step, desk) == 0)
    last = days.number_of(calendar.local(due).date())
    before = max(days_closed_before(days, calendar, begun), received)
    stood_still = days_closed_before(days, calendar, over) - before
    if before >= last or stood_still <= 0:
        return due
    return end_of(days.with_number(last + stood_still), calendar.time_zone)


def due_without_pause(
    step: Step, visit: Visit, calendar: WorkingCalendar, ledger: Sequence[Interval], at: datetime
) -> datetime:
    """When the visit's time ends, if a pause that somebody granted were over at that moment."""
    granted = granted_pause(ledger)
    if granted is None:
        return visit.due_at
    paused = (granted.since, at)
    return given_back(step, visit.desk, counts_from(visit), visit.due_at, paused=paused, calendar=calendar)


def unwarned(visits: Iterable[Visit], ledger: Sequence[Interval]) -> tuple[Visit, ...]:
    """These visits; while a pause that somebody granted lasts, no desk is warned of its own time."""
    if granted_pause(ledger) is None:
        return tuple(visits)
    return tuple(replace(one, warn_at=None) if one.is_open else one for one in visits)


def has_limit(step: Step, desk: str) -> bool:
    """Whether the step sets this desk a limit at all."""
    return step.minutes is not None or _days(step, desk) is not None


def after_working_days(calendar: WorkingCalendar, since: datetime, days: int) -> datetime:
    """The end of the day so many working days later; the working day after that moment's is the first."""
    received = received_on(calendar.working, calendar, since)
    return end_of(after_days(calendar.working, received, days), calendar.time_zone)


def counts_from(visit: Visit) -> datetime:
    """From when a desk's time is counted: since the file was sent, but not the time in which the courier was away."""
    arrived = visit.arrived_at
    return arrived if arrived is not None and is_long_on_its_way(visit, arrived) else visit.sent_at


def is_long_on_its_way(visit: Visit, arrived_at: datetime) -> bool:
    """Whether the desk's time begins with the arrival, and not when the document was sent."""
    return arrived_at - visit.sent_at > _ON_THE_WAY


def limited(step: Step, visit: Visit, calendar: WorkingCalendar, ledger: Sequence[Interval] = ()) -> Visit:
    """The visit with its desk's limit."""
    since = counts_from(visit)
    due = due_at(step, visit.desk, since, calendar, ledger)
    warn_at = first_warning(step, visit.desk, since, due, calendar) if granted_pause(ledger) is None else None
    return replace(visit, due_at=due, warn_at=warn_at)


def first_warning(step: Step, desk: str, since: datetime, due: datetime, calendar: WorkingCalendar) -> datetime | None:
    """When the clock looks at a visit first: when its end is near, else at its end.

    Near is the opening of the working day before, or a third of the minutes before. Where the applicant is waited for
    nobody is warned: their time simply ends.
    """
    if not has_limit(step, desk):
        return None
    if step.waits_for != "office":
        return due if step.deadline is not None else None
    if step.minutes is not None:
        return due - timedelta(minutes=step.minutes / 3)
    day = calendar.working.with_number(calendar.working.number_of(calendar.local(due).date()) - 1)
    openings = calendar.openings(day)
    near = datetime.combine(day, openings[0].since if openings else time(0), calendar.time_zone)
    return near if near > since else due


def _due_at(step: Step, desk: str, since: datetime, calendar: WorkingCalendar) -> datetime:
    if step.minutes is not None and step.deadline is None:
        return calendar.after_minutes(since, step.minutes, desk)
    days = _days(step, desk)
    return since + NO_LIMIT if days is None else after_working_days(calendar, since, days)


def _days(step: Step, desk: str) -> int | None:
    """The desk's working days, or the applicant's where the step waits for them so long and no longer."""
    if step.deadline is not None:
        return step.deadline.working_days
    return step.working_days_at.get(desk, step.working_days)
