"""The calendar is changed by an administrator, one version after the other, on both databases."""

from datetime import date

import pytest

from routing.actions.keep_calendar import CalendarJustChanged, keep_calendar, keep_calendar_once
from routing.domain.calendar_changes import changed
from routing.domain.calendar_days import AddDaysOff, AddYears, AlreadyOff
from routing.domain.calendar_grounds import DecreeMissing, Grounds, check_grounds
from routing.domain.calendar_hours import SetCounterHours, UnknownCounter
from routing.domain.errors import NotAllowed
from routing.domain.opening_hours import read_hours
from routing.domain.past_days import PastWithoutDecree
from routing.domain.people import ADMINISTRATOR
from routing.domain.receipts import IdempotencyKeyReused, Once
from routing.domain.working_calendar import DayOffKind, WorkingCalendar
from routing.office import Office
from routing.reading.calendars import UnknownCalendarVersion, calendar_page, calendar_versions_told
from routing.storage.calendars import CalendarBook
from routing.storage.database import AlreadyWritten
from tests.domain.people_of_the_mall import AGUS, IDA, person
from tests.mall import Mall
from tests.threads import at_once, in_background
from tests.waiting import wait_until_locked

RINA = person("rina", ADMINISTRATOR, None)
PILKADA = date(2026, 11, 25)
WHY = check_grounds("Pemilihan kepala daerah", "SK Gubernur 1/2026")


@pytest.fixture
def rina(mall: Mall) -> int:
    """The administrator's id."""
    return mall.hires(RINA)


def off(day: date = PILKADA, name: str = "Pilkada") -> AddDaysOff:
    return AddDaysOff(since=day, name=name)


def in_force(office: Office) -> WorkingCalendar:
    return calendar_page(office).calendar


def test_a_change_is_in_force_and_says_who_when_why_and_by_which_decree(mall: Mall, rina: int) -> None:
    after = keep_calendar(mall.office, off(), WHY, by=rina)
    assert in_force(mall.office).content_hash == after.content_hash
    newest, first = calendar_versions_told(mall.office)
    said = newest.version
    assert (said.number, said.content_hash) == (2, after.content_hash)
    assert (said.made_by, said.made_by_name, said.made_at) == ("rina", "Rina", mall.clock.now)
    assert (said.reason, said.decree) == ("Pemilihan kepala daerah", "SK Gubernur 1/2026")
    assert newest.difference is not None
    assert [one.day for one in newest.difference.added] == [PILKADA]
    assert (first.version.number, first.version.decree, first.difference) == (1, None, None)
    # An older version can still be looked at, and applications may still name it.
    old = calendar_page(mall.office, 1)
    assert (old.is_in_force, old.calendar.is_working(PILKADA)) == (False, True)


def test_versions_are_told_a_page_at_a_time_each_with_what_it_changed(mall: Mall, rina: int) -> None:
    for day in range(1, 5):
        keep_calendar(mall.office, off(date(2026, 11, day)), WHY, by=rina)
    newer = calendar_versions_told(mall.office, most=3)
    older = calendar_versions_told(mall.office, most=3, before=newer[-1].version.number)
    assert [one.version.number for one in (*newer, *older)] == [5, 4, 3, 2, 1]
    changed = [one.difference.added[0].day.day for one in (*newer, *older) if one.difference is not None]
    assert changed == [4, 3, 2, 1]
    assert calendar_versions_told(mall.office, before=1) == ()
    for number in (0, 6, 2**40):
        with pytest.raises(UnknownCalendarVersion, match="1 to 5"):
            calendar_page(mall.office, number)


@pytest.mark.parametrize("who", [IDA, AGUS])
def test_nobody_but_an_administrator_changes_the_calendar(mall: Mall, rina: int, who: object) -> None:
    with pytest.raises(NotAllowed, match="administrator"):
        keep_calendar(mall.office, off(), WHY, by=mall.id_of(who))  # type: ignore[arg-type]
    assert in_force(mall.office).number == 1


def test_a_refused_change_leaves_no_version(mall: Mall, rina: int) -> None:
    holiday = AddDaysOff(since=PILKADA, name="Libur", kind=DayOffKind.PUBLIC)
    with pytest.raises(DecreeMissing):
        keep_calendar(mall.office, holiday, Grounds(reason="x"), by=rina)
    hours = SetCounterHours(counter="verifikasi", hours=read_hours("sat 08:00-12:00"))
    with pytest.raises(UnknownCounter, match="loket-pendaftaran"):
        keep_calendar(mall.office, hours, WHY, by=rina)
    assert len(calendar_versions_told(mall.office)) == 1
    hours = SetCounterHours(counter="loket-pendaftaran", hours=read_hours("sat 08:00-12:00"))
    assert keep_calendar(mall.office, hours, WHY, by=rina).number == 2


def test_a_day_that_is_over_is_changed_by_a_decree_only(mall: Mall, rina: int) -> None:
    """It is Monday, 2 March, by the office's clocks."""
    for day, is_over in ((date(2026, 2, 27), True), (date(2026, 3, 2), False), (date(2026, 3, 3), False)):
        if is_over:
            with pytest.raises(PastWithoutDecree, match="2026-02-27 is over"):
                keep_calendar(mall.office, off(day), Grounds(reason="Banjir"), by=rina)
        keep_calendar(mall.office, off(day), WHY if is_over else Grounds(reason="Banjir"), by=rina)
    assert in_force(mall.office).number == 4


def test_more_years_come_from_the_nations_list(mall: Mall, rina: int) -> None:
    before = in_force(mall.office)
    after = keep_calendar(mall.office, AddYears(last_year=before.last_year + 2), WHY, by=rina)
    assert after.days_off[: len(before.days_off)] == before.days_off
    new = after.days_off[len(before.days_off) :]
    assert {one.day.year for one in new} == {before.last_year + 1, before.last_year + 2}
    assert all(one.is_estimated for one in new)
    assert after.seasons[-1].until.year == before.last_year + 2


def test_the_same_request_again_makes_no_second_version(mall: Mall, rina: int) -> None:
    once = Once(person_id=rina, key="k", fingerprint="f")
    first = keep_calendar_once(mall.office, off(), WHY, once=once)
    assert keep_calendar_once(mall.office, off(), WHY, once=once) == first
    assert in_force(mall.office).number == 2
    with pytest.raises(IdempotencyKeyReused):
        keep_calendar_once(mall.office, off(), WHY, once=Once(person_id=rina, key="k", fingerprint="g"))
    # A refusal keeps nothing: the key can still be used.
    other = Once(person_id=rina, key="k2", fingerprint="f")
    with pytest.raises(AlreadyOff):
        keep_calendar_once(mall.office, off(), WHY, once=other)
    keep_calendar_once(mall.office, off(date(2026, 11, 26)), WHY, once=other)
    assert in_force(mall.office).number == 3


def test_several_changes_at_once_are_all_made_and_of_several_alike_one(mall: Mall, rina: int) -> None:
    days = [date(2026, 11, day) for day in (2, 3, 4)]
    made = at_once(*[lambda day=day: keep_calendar(mall.office, off(day), WHY, by=rina) for day in days])
    assert sorted(one.number for one in made) == [2, 3, 4]
    assert not any(in_force(mall.office).is_working(day) for day in days)
    alike = at_once(*[lambda: keep_calendar(mall.office, off(), WHY, by=rina)] * 3)
    assert sorted(type(one).__name__ for one in alike) == ["AlreadyOff", "AlreadyOff", "WorkingCalendar"]
    assert in_force(mall.office).number == 5


def test_whoever_comes_second_waits_and_changes_what_the_first_left(postgresql_mall: Mall) -> None:
    """On PostgreSQL, where two transactions are open at once."""
    office, rina = postgresql_mall.office, postgresql_mall.hires(RINA)
    with office.transaction() as tx:
        first = changed(office.calendar(tx=tx), off(), WHY, today=office.now().date())
        tx.calendars.add(first, by="rina", at=office.now(), reason=WHY.reason)
        second = in_background(lambda: keep_calendar(office, off(date(2026, 11, 26)), WHY, by=rina))
        wait_until_locked(office)
    assert (second.result().number, second.result().is_working(PILKADA)) == (3, False)


def test_whoever_is_always_beaten_is_told_so(sqlite_mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    def beaten(*_: object, **__: object) -> None:
        raise AlreadyWritten

    rina = sqlite_mall.hires(RINA)
    monkeypatch.setattr(CalendarBook, "add", beaten)
    with pytest.raises(CalendarJustChanged):
        keep_calendar(sqlite_mall.office, off(), WHY, by=rina)
    with pytest.raises(CalendarJustChanged):
        keep_calendar_once(sqlite_mall.office, off(), WHY, once=Once(person_id=rina, key="k", fingerprint="f"))


def test_an_office_that_moves_to_another_time_zone_counts_its_days_there_from_then_on(mall: Mall) -> None:
    assert mall.office.set_up_calendar() is False
    moved = Office(mall.office.settings.model_copy(update={"time_zone": "Asia/Jayapura"}), clock=mall.clock)
    try:
        assert moved.set_up_calendar() is True
        assert (in_force(moved).number, in_force(moved).zone) == (2, "Asia/Jayapura")
        assert moved.set_up_calendar() is False
        newest, _ = calendar_versions_told(moved)
        assert "Asia/Jayapura" in newest.version.reason
    finally:
        moved.close()
