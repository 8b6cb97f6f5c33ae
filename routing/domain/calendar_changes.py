"""A change of the working calendar is a value; applied to one version it gives the next, or a refusal.

Who may change it, and that of two changes at the same moment each is made on what the other left, is the action's.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from routing.domain.calendar_days import AddDaysOff, AddYears, ConfirmDayOff, RemoveDayOff
from routing.domain.calendar_grounds import Grounds
from routing.domain.calendar_hours import RemoveSeason, SetCounterHours, SetOfficeHours, SetSeason
from routing.domain.errors import Refusal
from routing.domain.past_days import require_decree_for_the_past
from routing.domain.working_calendar import WorkingCalendar

CalendarChange = (
    AddDaysOff | RemoveDayOff | ConfirmDayOff | AddYears | SetSeason | RemoveSeason | SetOfficeHours | SetCounterHours
)


class NothingChanges(Refusal):
    """The working calendar says so already; no new version was made. Look at the version in force."""

    code = "nothing_changes"


def changed(
    calendar: WorkingCalendar,
    change: CalendarChange,
    grounds: Grounds,
    *,
    today: date,
    counters: Collection[str] = (),
) -> WorkingCalendar:
    """The next version. ``counters``: the office's, by code.

    Raises NothingChanges, PastWithoutDecree and what the change raises.
    """
    if isinstance(change, SetCounterHours):
        change.require_known(counters)
    after = change.made_on(calendar, grounds)
    if after.content_hash == calendar.content_hash:
        raise NothingChanges
    if not isinstance(change, AddYears):
        # What comes with the nation's list rests on that.
        require_decree_for_the_past(calendar, after, grounds, today)
    return after.edited(number=calendar.number + 1)
