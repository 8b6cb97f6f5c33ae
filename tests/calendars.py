"""The working calendar of the tests: Indonesia's, as an office begins with it."""

from functools import cache

from routing.catalogue.public_holidays import first_calendar
from routing.domain.state_machine import RuleBook
from routing.domain.workflow import Workflow
from routing.domain.working_calendar import WorkingCalendar

#: The last year whose holidays are in it.
LAST_YEAR = 2036


@cache
def indonesia(zone: str = "Asia/Jakarta") -> WorkingCalendar:
    """The calendar of every database of the tests."""
    return first_calendar(zone, last_year=LAST_YEAR)


def counted(workflow: Workflow) -> RuleBook:
    """The rules of a route, its days counted by that calendar."""
    return RuleBook(workflow, indonesia())
