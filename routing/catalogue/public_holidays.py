"""The calendar an office begins with: the nation's holidays and collective leave, and the hours of Perpres 21/2023.

Days come from the ``holidays`` package; what it works out itself and no decree has fixed yet is marked as estimated.
From then on the calendar is the office's own: nothing here is asked again unless somebody asks for more years.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta

from routing.domain.working_calendar import DayOff, DayOffKind, Opening, Season, Week, WorkingCalendar

#: The first year whose holidays the first calendar holds: older applications come from logs only.
FIRST_YEAR = 2000
_ESTIMATED = "(perkiraan)"
#: A year whose collective leave is in the package.
_HAS_LEAVE = 2024
#: In the package's words; Ramadan is the month before it.
_FESTIVAL = "Hari Raya Idul Fitri"
#: 29 or 30: which of them, the sighting of the moon decides.
_RAMADAN = timedelta(days=30)


def first_calendar(zone: str, *, last_year: int, first_year: int = FIRST_YEAR) -> WorkingCalendar:
    """The first version: Monday to Friday, with what is known of these years, in this time zone (IANA)."""
    years = range(first_year, last_year + 1)
    days_off = national_days_off(years)
    return WorkingCalendar(
        number=1,
        zone=zone,
        first_year=first_year,
        last_year=last_year,
        days_off=days_off,
        hours=_week(("07:30", "12:00", "13:00", "16:00"), ("07:30", "11:30", "13:00", "16:30")),
        seasons=national_seasons(days_off),
    )


def national_days_off(years: Iterable[int], *, country: str = "ID") -> tuple[DayOff, ...]:
    """Holidays and collective leave of these years, in the order of their dates."""
    # The package takes a quarter of a second to load, and hardly any command needs it.
    import holidays  # noqa: PLC0415 - only here

    def days(category: str, within: Iterable[int]) -> dict[date, str]:
        return dict(
            holidays.country_holidays(
                country, categories=(category,), years=within, language=_LANGUAGES.get(country, "en_US")
            )
        )

    asked = set(years)
    public, leave, last_decreed = days("public", asked), {}, max(asked, default=0)
    if country in _LANGUAGES:
        # Collective leave is decreed with the holidays of its year: where there is none, no decree is known. Looked
        # for from a year on that has some, whatever was asked for, so that none at all does not mean all is decreed.
        leave = days("government", {*asked, *range(_HAS_LEAVE, last_decreed + 1), _HAS_LEAVE})
        last_decreed = max(day.year for day in leave)
    found = {day: (name, DayOffKind.COLLECTIVE_LEAVE) for day, name in leave.items() if day.year in asked}
    found |= {day: (name, DayOffKind.PUBLIC) for day, name in public.items()}
    return tuple(
        DayOff(
            day=day,
            name=name.replace(_ESTIMATED, "").replace("  ", " ").strip(),
            kind=kind,
            is_estimated=_ESTIMATED in name or day.year > last_decreed,
        )
        for day, (name, kind) in sorted(found.items())
    )


def national_seasons(days_off: Iterable[DayOff]) -> tuple[Season, ...]:
    """Every Ramadan that ends before a festival among these days, as it is worked out."""
    return tuple(_ramadans(days_off))


#: The countries whose days are named in a language of their own; elsewhere collective leave is not a thing either.
_LANGUAGES = {"ID": "id"}


def _ramadans(days_off: Iterable[DayOff]) -> Iterable[Season]:
    hours = _week(("08:00", "12:00", "12:30", "15:00"), ("08:00", "11:30", "12:30", "15:30"))
    for day in days_off:
        if day.name == _FESTIVAL and day.kind is DayOffKind.PUBLIC:
            since, until = day.day - _RAMADAN, day.day - timedelta(days=1)
            yield Season(name="Ramadan", since=since, until=until, hours=hours, is_estimated=True)


def _week(usual: tuple[str, ...], friday: tuple[str, ...]) -> Week:
    """Monday to Thursday, Friday; each as from, until the break, from its end, until."""
    day, last = _openings(usual), _openings(friday)
    return (day, day, day, day, last, (), ())


def _openings(times: tuple[str, ...]) -> tuple[Opening, ...]:
    at = [time.fromisoformat(one) for one in times]
    return tuple(Opening(since=since, until=until) for since, until in zip(at[::2], at[1::2], strict=True))
