"""Working calendars for the tests: the nation's, with and without collective leave, and a change made on one."""

from datetime import date
from functools import cache

from routing.catalogue.public_holidays import first_calendar
from routing.domain.calendar_changes import CalendarChange, changed
from routing.domain.calendar_grounds import check_grounds
from routing.domain.working_calendar import DayOffKind, WorkingCalendar

COUNTERS = ("loket-pendaftaran", "loket-penyerahan")


@cache
def national(zone: str = "Asia/Jakarta") -> WorkingCalendar:
    """The first version of an office in that zone, from 2020 to 2032."""
    return first_calendar(zone, first_year=2020, last_year=2032)


@cache
def without_leave() -> WorkingCalendar:
    """The same as if there were no collective leave."""
    days = tuple(one for one in national().days_off if one.kind is not DayOffKind.COLLECTIVE_LEAVE)
    return national().edited(days_off=days)


def after(
    change: CalendarChange,
    calendar: WorkingCalendar | None = None,
    *,
    reason: str = "Surat edaran",
    decree: str = "",
    today: date = date(2020, 1, 1),
) -> WorkingCalendar:
    """The version the change makes; by itself before all of the calendar, so that nothing is over."""
    grounds = check_grounds(reason, decree)
    return changed(calendar or national(), change, grounds, today=today, counters=COUNTERS)
