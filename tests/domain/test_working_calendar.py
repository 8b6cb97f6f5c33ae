"""Working days and open minutes are counted as the joint decrees and Perpres 21/2023 say."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from routing.domain.countable_days import after_days
from routing.domain.due_days import MOST_WORKING_DAYS, DaysOutOfRange, due_day, read_working_days
from routing.domain.errors import Refusal
from routing.domain.opening_hours import read_hours
from routing.domain.working_calendar import Season, WorkingCalendar
from tests.domain.calendars import national, without_leave

JAKARTA = ZoneInfo("Asia/Jakarta")
SATURDAYS = read_hours("mon-fri 08:00-15:00; sat 08:00-12:00")
#: Complete on, working days promised, due; and due if collective leave is forgotten.
VECTORS = [
    ("2026-03-13", 5, "2026-03-27", "2026-03-23"),
    ("2025-03-27", 3, "2025-04-10", "2025-04-03"),
    ("2025-03-20", 9, "2025-04-11", "2025-04-04"),
    ("2026-05-13", 2, "2026-05-19", "2026-05-18"),
    ("2025-08-15", 1, "2025-08-19", "2025-08-18"),
    ("2026-08-14", 1, "2026-08-18", "2026-08-18"),
    ("2026-02-13", 14, "2026-03-09", "2026-03-06"),
    ("2026-12-23", 3, "2026-12-30", "2026-12-29"),
    ("2025-12-24", 5, "2026-01-05", "2026-01-02"),
]
DAYS = st.dates(date(2021, 1, 1), date(2031, 12, 31))


def at(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=JAKARTA)


MOMENTS = st.integers(0, 1_500_000).map(lambda minutes: at("2025-01-01", "00:00") + timedelta(minutes=minutes))


def counted_by_hand(categories: tuple[str, ...], start: date, count: int) -> date:
    """The oracle: one date after the other is looked up in the published lists."""
    lists = holidays.country_holidays("ID", categories=categories, years=range(start.year, start.year + 3))
    day = start
    while count:
        day = date.fromordinal(day.toordinal() + 1)
        if day.isoweekday() <= 5 and day not in lists:
            count -= 1
    return day


@pytest.mark.parametrize(("start", "count", "due", "wrong"), VECTORS)
def test_a_promise_ends_where_an_office_counts_it_to(start: str, count: int, due: str, wrong: str) -> None:
    begins = date.fromisoformat(start)
    assert after_days(national().working, begins, count) == date.fromisoformat(due)
    assert after_days(without_leave().working, begins, count) == date.fromisoformat(wrong)


@pytest.mark.parametrize("year", range(2024, 2028))
def test_working_days_are_those_a_count_from_date_to_date_finds(year: int) -> None:
    chance = random.Random(year)
    for calendar, lists in ((national(), ("public", "government")), (without_leave(), ("public",))):
        for _ in range(60):
            start = date(year, 1, 1) + timedelta(days=chance.randrange(365))
            count = chance.choice((0, 1, 2, 3, 5, 7, 10, 14, 20, 30, 60, 90))
            expected = counted_by_hand(lists, start, count)
            assert after_days(calendar.working, start, count) == expected, (start, count, lists)
            assert due_day(calendar, start, count).due == expected


@pytest.mark.parametrize(("year", "with_leave", "without"), [
    (2024, 238, 248), (2025, 237, 248), (2026, 240, 248), (2027, 242, 250),
])  # fmt: skip
def test_a_year_has_as_many_working_days_as_the_decrees_leave(year: int, with_leave: int, without: int) -> None:
    for calendar, expected in ((national(), with_leave), (without_leave(), without)):
        days = calendar.working
        assert days.number_of(date(year, 12, 31)) - days.number_of(date(year - 1, 12, 31)) == expected


@pytest.mark.parametrize(("start", "minutes", "end"), [
    ("2026-03-02T09:00", 15, "2026-03-02T09:15"),
    # At the break and at the close the time is over, not begun anew.
    ("2026-01-05T11:45", 15, "2026-01-05T12:00"),
    ("2026-01-05T11:45", 16, "2026-01-05T13:01"),
    ("2026-01-05T12:30", 10, "2026-01-05T13:10"),
    ("2026-01-05T15:50", 30, "2026-01-06T07:50"),
    ("2026-01-05T06:00", 60, "2026-01-05T08:30"),
    # On Fridays the break is longer.
    ("2026-01-09T11:20", 20, "2026-01-09T13:10"),
    ("2026-01-09T16:20", 30, "2026-01-12T07:50"),
    # In Ramadan the day begins later and ends earlier, and the break is shorter.
    ("2026-03-02T07:30", 15, "2026-03-02T08:15"),
    ("2026-03-02T11:50", 20, "2026-03-02T12:40"),
    ("2026-03-06T11:20", 20, "2026-03-06T12:40"),
    ("2026-03-02T14:50", 20, "2026-03-03T08:10"),
    # Over collective leave, the festival and two weekends, into a week without Ramadan.
    ("2026-03-17T14:50", 20, "2026-03-25T07:40"),
    # A Saturday, a holiday on a Monday.
    ("2026-01-10T10:00", 30, "2026-01-12T08:00"),
    ("2026-08-15T10:00", 30, "2026-08-18T08:00"),
])  # fmt: skip
def test_minutes_count_while_the_office_is_open(start: str, minutes: int, end: str) -> None:
    begins = datetime.fromisoformat(start).replace(tzinfo=JAKARTA)
    ends = national().after_minutes(begins, minutes)
    assert ends == datetime.fromisoformat(end).replace(tzinfo=JAKARTA)
    assert national().minutes_between(begins, ends) == minutes


def test_a_counter_is_open_on_saturdays_and_the_promise_in_days_does_not_notice() -> None:
    calendar = national().edited(counters={"loket-skck": SATURDAYS})
    saturday = at("2026-01-10", "10:00")
    assert calendar.after_minutes(saturday, 30, "loket-skck") == at("2026-01-10", "10:30")
    assert calendar.after_minutes(saturday, 180, "loket-skck") == at("2026-01-12", "09:00")
    assert calendar.after_minutes(saturday, 30, "loket-lain") == at("2026-01-12", "08:00")
    assert after_days(calendar.working, date(2026, 1, 9), 1) == date(2026, 1, 12)
    # A day off closes it, too: 3 April 2026 is Good Friday.
    assert calendar.openings(date(2026, 4, 3), "loket-skck") == ()


@pytest.mark.parametrize(("zone", "hours"), [("Asia/Jakarta", 9), ("Asia/Makassar", 8), ("Asia/Jayapura", 7)])
def test_each_time_zone_closes_at_its_own_four_o_clock(zone: str, hours: int) -> None:
    calendar = national(zone)
    assert calendar.close_of(date(2026, 1, 5)) == datetime(2026, 1, 5, hours, tzinfo=UTC)
    assert calendar.close_of(date(2026, 1, 9)) == datetime(2026, 1, 9, hours, 30, tzinfo=UTC)
    # A day that is not worked lasts to its end.
    assert calendar.close_of(date(2026, 1, 10)) == datetime(2026, 1, 10, hours + 7, 59, 59, tzinfo=UTC)


@settings(deadline=None)
@given(start=DAYS, count=st.integers(0, 400), more=st.integers(0, 60), later=st.integers(0, 60))
def test_a_later_start_or_a_longer_promise_never_ends_earlier(start: date, count: int, more: int, later: int) -> None:
    for days in (national().working, national().every):
        due = after_days(days, start, count)
        assert due <= after_days(days, start, count + more)
        if count:
            assert due <= after_days(days, start + timedelta(days=later), count)


@settings(deadline=None)
@given(st.dates(date(2015, 1, 1), date(2040, 12, 31)), st.integers(-1_500, 6_000))
def test_the_number_of_a_day_and_the_day_of_a_number_are_inverse(day: date, number: int) -> None:
    """Also before the first year of the calendar and behind its last one."""
    days = national().working
    assert days.number_of(days.with_number(number)) == number
    if days.is_one(day):
        assert days.with_number(days.number_of(day)) == day
    assert days.number_of(day) - days.number_of(day - timedelta(days=1)) == days.is_one(day)


@settings(deadline=None)
@given(MOMENTS, st.integers(1, 900), st.integers(1, 900), st.sampled_from((None, "loket-skck")))
def test_minutes_add_up(start: datetime, one: int, other: int, counter: str | None) -> None:
    calendar = national().edited(counters={"loket-skck": SATURDAYS})
    there = calendar.after_minutes(start, one, counter)
    end = calendar.after_minutes(there, other, counter)
    assert end == calendar.after_minutes(start, one + other, counter)
    assert calendar.minutes_between(start, end, counter) == pytest.approx(one + other)


def test_every_day_that_does_not_count_is_named() -> None:
    found = due_day(national(), date(2026, 3, 13), 5)
    assert [(one.day.day, one.is_weekend, one.day_off.name if one.day_off else "") for one in found.skipped] == [
        (14, True, ""),
        (15, True, ""),
        (18, False, "Cuti Bersama Hari Suci Nyepi"),
        (19, False, "Hari Suci Nyepi"),
        (20, False, "Cuti Bersama Hari Raya Idul Fitri"),
        (21, True, "Hari Raya Idul Fitri"),
        (22, True, "Hari kedua dari Hari Raya Idul Fitri"),
        (23, False, "Cuti Bersama Hari Raya Idul Fitri"),
        (24, False, "Cuti Bersama Hari Raya Idul Fitri"),
    ]
    assert (found.due, found.is_estimated) == (date(2026, 3, 27), False)
    assert due_day(national(), date(2026, 3, 13), 0).due == date(2026, 3, 13)
    # Nor is the day it begins on one of them, whatever it is.
    saturday = due_day(national(), date(2026, 3, 14), 1)
    assert (saturday.due, [one.day.day for one in saturday.skipped]) == (date(2026, 3, 16), [15])


def test_a_due_day_says_when_it_rests_on_an_estimate() -> None:
    # Idul Fitri 2027 is worked out; and nobody knows the days off of 2033.
    assert due_day(national(), date(2027, 3, 1), 8).is_estimated
    assert not due_day(national(), date(2027, 4, 1), 8).is_estimated
    assert due_day(national(), date(2032, 12, 31), 1).is_estimated
    # New Year 2028 is not decreed yet, but lies on a Saturday.
    assert not due_day(national(), date(2027, 12, 30), 2).is_estimated


@pytest.mark.parametrize("count", [-1, MOST_WORKING_DAYS + 1])
def test_what_cannot_be_counted_is_refused(count: int) -> None:
    with pytest.raises(DaysOutOfRange, match=str(MOST_WORKING_DAYS)):
        due_day(national(), date(2026, 1, 5), count)
    with pytest.raises(Refusal, match="2020 to 2032"):
        due_day(national(), date(2033, 1, 1), 5)


@pytest.mark.parametrize("typed", ["", "-5", "2.5", "lima", "٥", "1e3", "9" * 12])
def test_a_number_of_days_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(DaysOutOfRange):
        read_working_days(typed)


@pytest.mark.parametrize("nonsense", [
    {"zone": "Asia/Batu"},
    {"zone": "../passwd"},
    {"first_year": 2033},
    {"last_year": 2025},
    {"hours": ((), (), (), (), (), (), ())},
    {"hours": ((),)},
    {"days_off": national().days_off[::-1]},
    {"days_off": (national().days_off[0],) * 2},
    {"seasons": national().seasons[::-1]},
    {"seasons": (national().seasons[0],) * 2},
    {"number": 0},
])  # fmt: skip
def test_a_calendar_that_makes_no_sense_cannot_be_made(nonsense: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        national().edited(**nonsense)


def test_hours_that_run_backwards_or_overlap_cannot_be_made() -> None:
    monday = {"since": "07:30", "until": "12:00"}
    for openings in ([{"since": "12:00", "until": "12:00"}], [monday, {"since": "11:59", "until": "16:00"}]):
        week = [openings, [], [], [], [], [], []]
        with pytest.raises(ValidationError):
            WorkingCalendar.model_validate({**national().model_dump(), "hours": week})
    with pytest.raises(ValidationError):
        Season(name="Ramadan", since=date(2026, 3, 20), until=date(2026, 2, 19), hours=SATURDAYS)


def test_an_edited_calendar_has_forgotten_what_was_counted_by_the_old_one() -> None:
    calendar = national()
    assert calendar.working.is_one(date(2026, 3, 18)) is False
    edited = calendar.edited(days_off=())
    assert edited.content_hash != calendar.content_hash
    assert edited.working.is_one(date(2026, 3, 18))
    assert WorkingCalendar.model_validate_json(edited.canonical).content_hash == edited.content_hash
