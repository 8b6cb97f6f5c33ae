"""The first calendar holds the days of the joint decrees, and says of which of them nobody has decreed anything yet."""

from datetime import date, timedelta

import pytest

from routing.catalogue.public_holidays import first_calendar, national_days_off, national_seasons
from routing.domain.opening_hours import hours_text
from routing.domain.working_calendar import DayOffKind, Opening

#: As the joint decrees of three ministers list them: month, days.
PUBLIC = {
    2025: "1: 1 27 29; 3: 29 31; 4: 1 18 20; 5: 1 12 29; 6: 1 6 27; 8: 17; 9: 5; 12: 25",
    2026: "1: 1 16; 2: 17; 3: 19 21 22; 4: 3 5; 5: 1 14 27 31; 6: 1 16; 8: 17 25; 12: 25",
}
LEAVE = {
    2025: "1: 28; 3: 28; 4: 2 3 4 7; 5: 13 30; 6: 9; 8: 18; 12: 26",
    2026: "2: 16; 3: 18 20 23 24; 5: 15 28; 12: 24",
}


def dates(year: int, written: str) -> list[date]:
    months = (part.split(":") for part in written.split(";"))
    return [date(year, int(month), int(day)) for month, days in months for day in days.split()]


@pytest.mark.parametrize("year", PUBLIC)
def test_a_year_has_the_days_of_its_decrees_and_no_others(year: int) -> None:
    found = national_days_off([year])
    for kind, written in ((DayOffKind.PUBLIC, PUBLIC), (DayOffKind.COLLECTIVE_LEAVE, LEAVE)):
        assert [one.day for one in found if one.kind is kind] == dates(year, written[year])
    assert not any(one.is_estimated or one.decree for one in found)


def test_the_leave_that_was_decreed_late_is_there() -> None:
    (late,) = [one for one in national_days_off([2025]) if one.day == date(2025, 8, 18)]
    assert (late.kind, late.name) == (
        DayOffKind.COLLECTIVE_LEAVE, "Cuti Bersama Hari Kemerdekaan Republik Indonesia"
    )  # fmt: skip


def test_what_is_only_worked_out_is_marked_and_its_name_does_not_say_so_twice() -> None:
    found = national_days_off([2027])
    assert [one.day for one in found if one.is_estimated] == [date(2027, 3, 10), date(2027, 3, 11), date(2027, 5, 17)]
    assert [sum(one.kind is kind for one in found) for kind in (DayOffKind.PUBLIC, DayOffKind.COLLECTIVE_LEAVE)] == [
        18, 8
    ]  # fmt: skip
    assert not any("perkiraan" in one.name for one in found)


@pytest.mark.parametrize("years", [range(2024, 2036), [2035], range(2090, 2101)])
def test_a_year_nobody_has_decreed_is_all_estimates_whatever_is_asked_for_with_it(years: list[int]) -> None:
    found = [one for one in national_days_off(years) if one.day.year >= 2035]
    assert found
    assert all(one.is_estimated for one in found)


def test_another_country_has_its_holidays_and_no_collective_leave() -> None:
    found = national_days_off([2026], country="SG")
    assert found
    assert {(one.kind, one.is_estimated) for one in found} == {(DayOffKind.PUBLIC, False)}


def test_the_first_week_is_that_of_the_presidents_rule() -> None:
    """Perpres 21/2023 article 4: 37 hours and a half, in Ramadan 32 and a half, without the breaks."""
    calendar = first_calendar("Asia/Makassar", first_year=2024, last_year=2028)
    assert (calendar.number, calendar.zone) == (1, "Asia/Makassar")
    assert hours_text(calendar.hours) == "mon-thu 07:30-12:00 13:00-16:00; fri 07:30-11:30 13:00-16:30"
    for week, minutes in ((calendar.hours, 2_250), *((one.hours, 1_950) for one in calendar.seasons)):
        assert sum(minutes_of(one) for day in week for one in day) == minutes


def minutes_of(one: Opening) -> int:
    return (one.until.hour - one.since.hour) * 60 + one.until.minute - one.since.minute


def test_ramadan_is_the_month_before_the_festival_and_only_worked_out() -> None:
    seasons = national_seasons(national_days_off(range(2024, 2032)))
    # In 2030 there are two, and the second ends in 2031.
    assert [one.since.year for one in seasons] == [2024, 2025, 2026, 2027, 2028, 2029, 2030, 2030]
    for one in seasons:
        assert (one.name, one.is_estimated, one.until - one.since) == ("Ramadan", True, timedelta(days=29))
    assert seasons[2].until == date(2026, 3, 20)
