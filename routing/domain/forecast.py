"""When an answer can be expected, going by how long earlier applications took from the same step and desk. Pure.

Days are working days from the first arrival there to the answer, pauses and all: what earlier applicants lived through.
It is no promise, and says so by being a range with the number of cases behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from routing.domain.countable_days import after_days
from routing.domain.workflow import Outcome
from routing.domain.working_calendar import WorkingCalendar

#: Below so many cases nothing is said.
FEWEST_CASES = 10
#: So many of the latest cases are looked at.
MOST_CASES = 1000
#: An answer of the office; what an applicant took back, or left lying, tells nothing of when one comes.
ANSWERS = (Outcome.GRANTED, Outcome.REFUSED, Outcome.CLOSED, Outcome.REFERRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How long earlier applications took from one step and desk to their answer."""

    service: str
    step: str
    desk: str
    cases: int
    median_days: int
    p90_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """When the answer can be expected; no dates: too few cases, or it has taken longer than nine in ten already."""

    cases: int
    #: half of the earlier cases were answered by then
    earliest: date | None = None
    #: nine in ten were
    latest: date | None = None

    @property
    def is_told(self) -> bool:
        """Whether there are enough cases to say anything."""
        return self.cases >= FEWEST_CASES


def nearest_rank(ordered: Sequence[int], percent: int) -> int:
    """The smallest value that so many percent of the (ordered) values do not exceed."""
    return ordered[max(1, -(-len(ordered) * percent // 100)) - 1]


def course_of(service: str, step: str, desk: str, days: Sequence[int]) -> Course:
    """What so many cases, at least one, come to."""
    ordered = sorted(days)
    return Course(
        service=service,
        step=step,
        desk=desk,
        cases=len(ordered),
        median_days=nearest_rank(ordered, 50),
        p90_days=nearest_rank(ordered, 90),
    )


def expected(course: Course | None, calendar: WorkingCalendar, first_there: date, today: date) -> Expected:
    """When the answer can be expected for what came to that step and desk first on that date; never before today."""
    if course is None or course.cases < FEWEST_CASES:
        return Expected(cases=course.cases if course is not None else 0)
    latest = after_days(calendar.working, first_there, course.p90_days)
    if latest < today:
        return Expected(cases=course.cases)
    earliest = after_days(calendar.working, first_there, course.median_days)
    return Expected(cases=course.cases, earliest=max(earliest, today), latest=latest)


def slowest(several: Sequence[Expected]) -> Expected | None:
    """Of several desks at once: the one that is waited for longest. None: there is no desk."""
    told = [one for one in several if one.is_told]
    if len(told) < len(several):
        # Nobody can say when all are through, where nothing is known of one of them.
        return min(several, key=lambda one: one.cases)
    return max(told, key=lambda one: (one.latest is None, one.latest or date.min), default=None)
