"""An end that is set when the moment of its warning has gone is told of all the same; a look that is due is kept."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from routing.domain.people import Person
from tests.calendars import indonesia, with_days_off
from tests.domain.people_of_the_mall import IDA, MORNING, OMAR, Walk
from tests.domain.route_of_times import DEEMED, times

WIB = ZoneInfo("Asia/Jakarta")


def day(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=WIB)


OF_DESK = "desk:verifikasi"


def levels(walk: Walk, due: datetime | None) -> list[str]:
    """What the desk was told of this end of the promise, in its order."""
    return [one.level for one in walk.notices if (one.about, one.due, one.addressee) == ("promise", due, OF_DESK)]


def decided_at(walk: Walk, at: datetime, by: Person, decision: str, reason: str = "") -> Walk:
    """Somebody decides at about that moment, and it arrives."""
    walk.at = at
    return walk.decides(by, decision, reason=reason).arrives()


def test_what_goes_on_shortly_before_its_end_is_told_the_newest_level_at_once() -> None:
    walk = Walk(times(), papers=()).arrives()
    decided_at(walk, day(3, 12), OMAR, "return", "Foto buram")
    decided_at(walk, day(3, 16, 10), IDA, "resubmit")
    due = walk.application.promise_due
    assert due is not None
    assert due.astimezone(WIB).date() == date(2026, 3, 17)
    assert walk.application.wake_at is not None
    assert walk.application.wake_at <= walk.at
    walk.the_clock_looks(walk.at)
    assert levels(walk, due) == ["h-1"]
    walk.the_clock_looks(day(3, 18))
    assert levels(walk, due) == ["h-1", "h", "passed"]


def test_looked_at_late_it_is_told_what_came_since_too() -> None:
    walk = Walk(times(), papers=()).arrives()
    decided_at(walk, day(3, 12), OMAR, "return", "Foto buram")
    decided_at(walk, day(3, 16, 10), IDA, "resubmit")
    walk.the_clock_looks(day(3, 17, 10))
    assert levels(walk, walk.application.promise_due) == ["h-1", "h"]


def test_what_is_due_on_the_day_it_came_is_told_of_on_that_day() -> None:
    walk = Walk(times(working_days=1, clock={"day_one": "same"}), papers=()).arrives()
    walk.the_clock_looks(day(3, 2, 10))
    assert levels(walk, walk.application.promise_due) == ["h"]
    walk.the_clock_looks(day(3, 2, 11))
    assert levels(walk, walk.application.promise_due) == ["h"]


def test_a_promise_of_two_days_begins_without_a_warning() -> None:
    walk = Walk(times(working_days=2), papers=())
    assert walk.application.wake_at is not None
    assert walk.application.wake_at > MORNING


def test_an_end_that_a_new_calendar_brings_nearer_is_told_of_at_once() -> None:
    walk = Walk(times(), papers=()).arrives()
    walk.recounted(with_days_off(indonesia(), date(2026, 3, 11)))
    walk.the_clock_looks(day(3, 12, 8))
    walk.at = day(3, 12)
    walk.recounted(indonesia().edited(number=3))
    assert walk.application.wake_at == walk.at
    walk.the_clock_looks(day(3, 12, 10))
    assert levels(walk, walk.application.promise_due) == ["h-1"]


def test_a_move_that_sets_the_clock_keeps_the_look_that_is_due() -> None:
    walk = Walk(times(legal_limit=DEEMED), papers=()).arrives()
    decided_at(walk, day(3, 10, 7), OMAR, "return", "Foto buram")
    pending = walk.application.wake_at
    assert pending is not None, "the limit of the law does not stand still"
    decided_at(walk, day(3, 26), IDA, "resubmit")
    assert pending < walk.at
    assert walk.application.wake_at == pending
