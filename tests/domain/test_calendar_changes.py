"""A change of the working calendar gives its next version, or is refused with the way out."""

from datetime import date

import pytest

from routing.domain.calendar_changes import CalendarChange, NothingChanges
from routing.domain.calendar_days import (
    LONGEST_RANGE,
    AddDaysOff,
    AddYears,
    AlreadyOff,
    ConfirmDayOff,
    NotEstimated,
    NotOff,
    RemoveDayOff,
    YearsThere,
    read_kind,
)
from routing.domain.calendar_differences import differences
from routing.domain.calendar_grounds import (
    CalendarReasonMissing,
    DatesUpsideDown,
    DecreeMissing,
    OutsideCalendar,
    check_grounds,
)
from routing.domain.calendar_hours import (
    CounterAsOffice,
    NoSeason,
    RemoveSeason,
    SeasonsCollide,
    SetCounterHours,
    SetOfficeHours,
    SetSeason,
    UnknownCounter,
)
from routing.domain.countable_days import after_days
from routing.domain.errors import MalformedField, NotUtf8, Refusal, TextTooLong
from routing.domain.opening_hours import OpeningsCollide, hours_text, read_hours
from routing.domain.past_days import PastWithoutDecree
from routing.domain.working_calendar import DayOff, DayOffKind, WorkingCalendar
from tests.domain.calendars import COUNTERS, after, national

PILKADA = date(2026, 11, 25)
#: Estimated in 2027.
IDUL_FITRI = date(2027, 3, 10)
DECREE = "SKB 3 Menteri 1497/2025"
SATURDAYS = read_hours("sat 08:00-12:00")


def local(day: date = PILKADA, until: date | None = None, name: str = "Pilkada") -> AddDaysOff:
    return AddDaysOff(since=day, until=until, name=name)


def test_a_local_day_off_moves_a_promise_and_makes_the_next_version() -> None:
    new = after(local())
    assert (new.number, national().number) == (2, 1)
    assert after_days(national().working, date(2026, 11, 24), 1) == PILKADA
    assert after_days(new.working, date(2026, 11, 24), 1) == date(2026, 11, 26)
    (added,) = differences(national(), new).added
    assert (added.name, added.kind, added.decree, added.is_estimated) == ("Pilkada", DayOffKind.LOCAL, "", False)


def test_a_range_closes_every_date_in_it_and_leaves_alone_what_was_off() -> None:
    new = after(local(date(2026, 12, 21), date(2026, 12, 27), "Banjir"), decree="SK Wali Kota 188/2026")
    names = {day: new.day_off(date(2026, 12, day)) for day in range(21, 28)}
    assert {day: one.name for day, one in names.items() if one is not None} == {
        21: "Banjir", 22: "Banjir", 23: "Banjir", 24: "Cuti Bersama Hari Raya Natal", 25: "Hari Raya Natal",
        26: "Banjir", 27: "Banjir",
    }  # fmt: skip
    assert {one.decree for one in differences(national(), new).added} == {"SK Wali Kota 188/2026"}


def test_an_estimate_is_confirmed_by_its_decree() -> None:
    new = after(ConfirmDayOff(day=IDUL_FITRI), decree=DECREE)
    ((was, now),) = differences(national(), new).changed
    assert (was.is_estimated, now.is_estimated, now.decree, now.name) == (True, False, DECREE, was.name)


def test_an_estimate_that_proved_wrong_is_taken_off_without_a_decree_and_a_decreed_day_is_not() -> None:
    assert after(RemoveDayOff(day=IDUL_FITRI)).is_working(IDUL_FITRI)
    with pytest.raises(DecreeMissing, match="Hari Raya Natal"):
        after(RemoveDayOff(day=date(2026, 12, 25)))
    assert after(RemoveDayOff(day=date(2026, 12, 25)), decree=DECREE).is_working(date(2026, 12, 25))
    assert after(RemoveDayOff(day=PILKADA), after(local())).is_working(PILKADA)


@pytest.mark.parametrize(("change", "refusal", "tells"), [
    (local(date(2026, 12, 25)), AlreadyOff, "2026-12-25 is off already: Hari Raya Natal"),
    (local(date(2026, 12, 24), date(2026, 12, 25)), AlreadyOff, "2026-12-24"),
    (local(date(2019, 12, 31)), OutsideCalendar, "2020 to 2032"),
    (local(PILKADA, date(2033, 1, 1)), OutsideCalendar, "2033-01-01"),
    (local(PILKADA, date(2026, 11, 24)), DatesUpsideDown, "2026-11-24 lies before 2026-11-25"),
    (local(date(2026, 1, 2), date(2026, 4, 4)), MalformedField, f"more than {LONGEST_RANGE} days"),
    (local(name=" \n "), MalformedField, "Name: it is empty"),
    (local(name="x" * 201), TextTooLong, "201 characters"),
    (local(name="a\0b"), MalformedField, "NUL"),
    (local(name="\ud800"), NotUtf8, "Name"),
    (AddDaysOff(since=PILKADA, name="Pilkada", kind=DayOffKind.PUBLIC), DecreeMissing, "Pilkada rests on a decree"),
    (AddDaysOff(since=PILKADA, name="Cuti", kind=DayOffKind.COLLECTIVE_LEAVE), DecreeMissing, "Cuti rests"),
    (RemoveDayOff(day=PILKADA), NotOff, "2026-11-25 is not on the list"),
    (RemoveDayOff(day=date(2040, 1, 1)), OutsideCalendar, "2040-01-01"),
    (ConfirmDayOff(day=PILKADA), NotOff, "2026-11-25"),
    (ConfirmDayOff(day=date(2026, 12, 25)), NotEstimated, "Hari Raya Natal"),
    (ConfirmDayOff(day=IDUL_FITRI), DecreeMissing, "Hari Raya Idul Fitri"),
    (AddYears(last_year=2031), YearsThere, "2020 to 2032"),
    (AddYears(last_year=2032), YearsThere, "2020 to 2032"),
    (AddYears(last_year=2101), MalformedField, "until 2100"),
    (SetSeason(since=date(2026, 3, 20), until=date(2026, 2, 19)), DatesUpsideDown, "2026-02-19"),
    (SetSeason(since=date(2026, 3, 1), until=date(2026, 3, 9), name="Haji"), MalformedField, "nobody knows its hours"),
    (SetSeason(since=date(2026, 3, 1), until=date(2026, 3, 9), name="Haji", hours=SATURDAYS), SeasonsCollide,
     "Ramadan (2026-02-19 to 2026-03-20)"),
    (SetSeason(since=date(2040, 3, 1), until=date(2040, 3, 9)), OutsideCalendar, "2040-03-01"),
    (SetSeason(since=date(2026, 3, 1), until=date(2026, 3, 9), name=""), MalformedField, "Name"),
    (RemoveSeason(day=PILKADA), NoSeason, "2026-11-25"),
    (SetOfficeHours(hours=national().hours), NothingChanges, "no new version"),
    (SetCounterHours(counter="loket-x", hours=SATURDAYS), UnknownCounter, "loket-pendaftaran, loket-penyerahan"),
    (SetCounterHours(counter=COUNTERS[0], hours=None), CounterAsOffice, COUNTERS[0]),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(change: CalendarChange, refusal: type[Refusal], tells: str) -> None:
    with pytest.raises(refusal) as refused:
        after(change)
    assert type(refused.value) is refusal
    assert tells in str(refused.value)


def test_a_change_has_a_reason_that_can_be_kept() -> None:
    for reason, decree, refusal in (
        ("", "", CalendarReasonMissing),
        (" \n", "SK 1", CalendarReasonMissing),
        ("x" * 4_001, "", TextTooLong),
        ("x", "y" * 201, TextTooLong),
        ("x\0", "", MalformedField),
    ):
        with pytest.raises(refusal):
            check_grounds(reason, decree)
    kept = check_grounds(" Pemilihan \n serentak ", " SK \n 1/2026 ")
    assert (kept.reason, kept.decree) == ("Pemilihan \n serentak", "SK 1/2026")


def test_a_kind_of_day_off_that_is_none_is_refused_with_those_there_are() -> None:
    assert read_kind("collective-leave") is DayOffKind.COLLECTIVE_LEAVE
    with pytest.raises(MalformedField, match="public, collective-leave, local"):
        read_kind("cuti")


def test_ramadan_gets_its_real_days_and_keeps_its_hours() -> None:
    estimated = next(one for one in national().seasons if one.since.year == 2026)
    new = after(SetSeason(since=date(2026, 2, 18), until=date(2026, 3, 16)), decree="Sidang isbat 1447 H")
    found = differences(national(), new)
    assert found.seasons_removed == (estimated,)
    (season,) = found.seasons_added
    assert (season.hours, season.is_estimated) == (estimated.hours, False)
    assert new.openings(date(2026, 2, 18)) == estimated.hours[2]
    assert new.openings(date(2026, 3, 16)) == estimated.hours[0]
    assert new.openings(date(2026, 3, 17)) == new.hours[1]
    assert new.openings(date(2026, 3, 20)) == ()
    assert after(RemoveSeason(day=date(2026, 3, 1)), new).openings(date(2026, 3, 2)) == new.hours[0]


def test_another_season_has_hours_of_its_own() -> None:
    hours = read_hours("mon-fri 08:00-14:00")
    new = after(SetSeason(since=date(2026, 7, 6), until=date(2026, 7, 10), name="Asap", hours=hours))
    assert new.openings(date(2026, 7, 8)) == hours[2]


def test_a_counter_gets_hours_and_loses_them_again() -> None:
    new = after(SetCounterHours(counter=COUNTERS[0], hours=SATURDAYS))
    assert differences(national(), new).counters == (COUNTERS[0],)
    assert new.openings(date(2026, 1, 10), COUNTERS[0]) == SATURDAYS[5]
    assert after(SetCounterHours(counter=COUNTERS[0], hours=None), new).counters == {}


def test_an_office_of_six_days_counts_saturdays() -> None:
    new = after(SetOfficeHours(hours=read_hours("mon-sat 07:30-14:00")))
    assert differences(national(), new).has_other_hours
    assert after_days(new.working, date(2026, 1, 9), 1) == date(2026, 1, 10)


def day(text: str, *, is_estimated: bool = True, name: str = "Hari", decree: str = "") -> DayOff:
    return DayOff(
        day=date.fromisoformat(text), name=name, kind=DayOffKind.PUBLIC, is_estimated=is_estimated, decree=decree
    )


def test_years_are_added_and_years_that_were_there_stay_as_the_office_keeps_them() -> None:
    kept = after(local(), after(RemoveDayOff(day=date(2026, 12, 25)), decree=DECREE))
    listed = (day("2026-12-25", is_estimated=False), day("2033-01-01"), day("2033-05-05"))
    new = after(AddYears(last_year=2033, national=listed), kept)
    assert (new.last_year, new.day_off(PILKADA) is not None, new.is_working(date(2026, 12, 25))) == (2033, True, True)
    found = differences(kept, new)
    assert ([one.day for one in found.added], found.removed) == ([date(2033, 1, 1), date(2033, 5, 5)], ())
    assert found.years == (2032, 2033)


def test_a_year_of_estimates_is_taken_anew_once_it_is_decreed_but_for_the_offices_own_days() -> None:
    own = AddDaysOff(since=date(2030, 4, 1), name="Hari jadi kota")
    before = after(ConfirmDayOff(day=date(2030, 1, 1)), after(own), decree="SKB 9/2029")
    decreed = (
        day("2030-01-01", is_estimated=False),
        day("2030-02-07", is_estimated=False, name="Idul Fitri"),
        day("2030-04-01", is_estimated=False),
    )
    new = after(AddYears(last_year=2032, national=decreed), before)
    in_2030 = {one.day: one for one in new.days_off if one.day.year == 2030}
    assert list(in_2030) == [date(2030, 1, 1), date(2030, 2, 7), date(2030, 4, 1)]
    assert in_2030[date(2030, 1, 1)].decree == "SKB 9/2029"
    assert in_2030[date(2030, 4, 1)].name == "Hari jadi kota"
    assert {one for one in new.days_off if one.day.year != 2030} == {
        one for one in before.days_off if one.day.year != 2030
    }
    # Still nothing but estimates: nothing changes.
    with pytest.raises(YearsThere):
        after(AddYears(last_year=2032, national=(day("2030-01-01"),)), before)


@pytest.mark.parametrize("text", [
    "mon-thu 07:30-12:00 13:00-16:00; fri 07:30-11:30 13:00-16:30",
    "sat 08:00-12:00",
    "mon 08:00-12:00 12:00-16:00",
    "mon 00:00-23:59; wed 08:00-09:00; sun 10:00-10:01",
])  # fmt: skip
def test_hours_are_read_and_written_alike(text: str) -> None:
    assert hours_text(read_hours(text)) == text


def test_hours_are_read_as_offices_write_them() -> None:
    assert read_hours(" Mon 7.30 - 12.00, 13.00–16.00 ;; ") == read_hours("mon 07:30-12:00 13:00-16:00")


@pytest.mark.parametrize(("text", "refusal"), [
    ("", MalformedField),
    ("mon", MalformedField),
    ("mon closed", MalformedField),
    ("day 08:00-12:00", MalformedField),
    ("mon-xyz 08:00-12:00", MalformedField),
    ("fri-mon 08:00-12:00", MalformedField),
    ("mon 08:00-12:00; mon-wed 08:00-12:00", MalformedField),
    ("mon 08:00-24:00", MalformedField),
    ("mon 08:60-12:00", MalformedField),
    ("mon 08:00", MalformedField),
    ("mon 12:00-08:00", OpeningsCollide),
    ("mon 08:00-08:00", OpeningsCollide),
    ("mon 08:00-12:00 11:00-16:00", OpeningsCollide),
    ("mon 13:00-16:00 08:00-12:00", OpeningsCollide),
])  # fmt: skip
def test_hours_nobody_can_keep_are_refused(text: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read_hours(text)


def test_two_versions_that_are_alike_do_not_differ() -> None:
    found = differences(national(), WorkingCalendar.model_validate_json(national().canonical))
    assert found == differences(national(), national())
    assert not any((found.added, found.removed, found.changed, found.counters, found.has_other_hours, found.years))


TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(("change", "tells"), [
    (local(), "2026-11-25"),
    (local(date(2026, 11, 28), date(2026, 12, 4), "Banjir"), "2026-11-29"),
    (RemoveDayOff(day=date(2026, 5, 26)), "2026-05-26"),
    (SetSeason(since=date(2026, 2, 18), until=date(2026, 3, 20)), "2026-02-18"),
    (SetSeason(since=date(2026, 11, 20), until=date(2026, 12, 4), name="Asap", hours=SATURDAYS), "2026-11-28"),
    (RemoveSeason(day=date(2026, 3, 2)), "2026-03-17"),
    # A week has no dates: it is that of the days that are over, too.
    (SetOfficeHours(hours=read_hours("mon-sat 07:30-14:00")), "2026-11-28"),
])  # fmt: skip
def test_what_changes_days_that_are_over_takes_a_decree_besides_the_reason(change: CalendarChange, tells: str) -> None:
    known = after(local(date(2026, 5, 26))) if isinstance(change, RemoveDayOff) else national()
    with pytest.raises(PastWithoutDecree, match=f"^{tells} is over"):
        after(change, known, today=TODAY)
    assert after(change, known, decree="SK Wali Kota 188/2026", today=TODAY).number == known.number + 1


def test_what_changes_only_today_and_days_to_come_takes_none() -> None:
    for change in (
        local(TODAY, name="Banjir"),
        local(date(2026, 12, 21), date(2026, 12, 23)),
        # Ramadan of next year; one that goes on longer than was thought, while it lasts.
        SetSeason(since=date(2027, 2, 9), until=date(2027, 3, 9)),
        RemoveSeason(day=date(2027, 3, 1)),
        SetCounterHours(counter=COUNTERS[0], hours=SATURDAYS),
        AddYears(last_year=2034),
    ):
        assert after(change, today=TODAY).number == 2
    longer = SetSeason(since=date(2026, 2, 19), until=date(2026, 3, 25))
    assert after(longer, today=date(2026, 3, 20)).number == 2
