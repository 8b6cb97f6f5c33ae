"""The working calendar of the tests: Indonesia's, as an office begins with it."""

from datetime import date
from functools import cache

from routing.catalogue.public_holidays import first_calendar
from routing.domain.state_machine import RuleBook
from routing.domain.workflow import Workflow
from routing.domain.working_calendar import DayOff, DayOffKind, WorkingCalendar

#: The last year whose holidays are in it.
LAST_YEAR = 2036


@cache
def indonesia(zone: str = "Asia/Jakarta") -> WorkingCalendar:
    """The calendar of every database of the tests."""
    return first_calendar(zone, last_year=LAST_YEAR)


def counted(workflow: Workflow) -> RuleBook:
    """The rules of a route, its days counted by that calendar."""
    return RuleBook(workflow, indonesia())


def with_days_off(calendar: WorkingCalendar, *days: date, name: str = "Pilkada") -> WorkingCalendar:
    """The next version of the calendar, in which these days are off, too."""
    off = tuple(DayOff(day=day, name=name, kind=DayOffKind.LOCAL, decree="Kepwal 12/2026") for day in days)
    # Not a copy of the value: that would keep what has been computed of it.
    said = {field: getattr(calendar, field) for field in WorkingCalendar.model_fields}
    every = tuple(sorted((*calendar.days_off, *off), key=lambda one: one.day))
    return WorkingCalendar(**said | {"number": calendar.number + 1, "days_off": every})
