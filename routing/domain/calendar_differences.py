"""What differs between two versions of the working calendar."""

from __future__ import annotations

from dataclasses import dataclass

from routing.domain.working_calendar import DayOff, Season, WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDifference:
    """What the newer one has, has not, and has otherwise."""

    added: tuple[DayOff, ...] = ()
    removed: tuple[DayOff, ...] = ()
    #: the same dates, before and after: an estimate that was decreed, for one
    changed: tuple[tuple[DayOff, DayOff], ...] = ()
    seasons_added: tuple[Season, ...] = ()
    seasons_removed: tuple[Season, ...] = ()
    #: whose hours are other ones now
    counters: tuple[str, ...] = ()
    #: whether the office's week is another
    has_other_hours: bool = False
    #: the last years of both, if it reaches further
    years: tuple[int, int] | None = None


def differences(old: WorkingCalendar, new: WorkingCalendar) -> CalendarDifference:
    """From the old one to the new one."""
    before, after = ({one.day: one for one in version.days_off} for version in (old, new))
    counters = sorted(old.counters.keys() | new.counters.keys())
    return CalendarDifference(
        added=tuple(one for day, one in after.items() if day not in before),
        removed=tuple(one for day, one in before.items() if day not in after),
        changed=tuple((before[day], one) for day, one in after.items() if day in before and before[day] != one),
        seasons_added=tuple(one for one in new.seasons if one not in old.seasons),
        seasons_removed=tuple(one for one in old.seasons if one not in new.seasons),
        counters=tuple(code for code in counters if old.counters.get(code) != new.counters.get(code)),
        has_other_hours=old.hours != new.hours,
        years=(old.last_year, new.last_year) if old.last_year != new.last_year else None,
    )
