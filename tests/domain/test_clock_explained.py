"""How a due date came about: told day by day, and always the date that was counted."""

from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.domain.clock_explained import Explained, Later, Verdict, explain, explain_minutes
from routing.domain.due_dates import after_working_days
from routing.domain.ledger import Interval, Measure, days_used, due_after_minutes, due_day
from routing.domain.time_limits import Pause
from tests.calendars import indonesia

BATU = ZoneInfo("Asia/Jakarta")
CALENDAR = indonesia()


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BATU)


def ledger(*begins: tuple[Pause | None, datetime]) -> list[Interval]:
    """Intervals, each until the next begins; the last one lasts."""
    ends = [since for _, since in begins[1:]] + [None]
    return [
        Interval(application_id=1, no=no, pause=pause, since=since, until=until, granted_by="omar")
        for no, ((pause, since), until) in enumerate(zip(begins, ends, strict=False), start=1)
    ]


def told(measure: Measure, *begins: tuple[Pause | None, datetime], seen: datetime | None = None) -> Explained:
    explained = explain(CALENDAR.working, CALENDAR, measure, ledger(*begins), seen or begins[-1][1])
    assert explained is not None
    return explained


VECTORS = [
    ("2026-03-13", 5, "2026-03-27", ["03-18", "03-19", "03-20", "03-21", "03-22", "03-23", "03-24"]),
    ("2025-03-27", 3, "2025-04-10", ["03-28", "03-29", "03-31", "04-01", "04-02", "04-03", "04-04", "04-07"]),
    ("2025-03-20", 9, "2025-04-11", ["03-28", "03-29", "03-31", "04-01", "04-02", "04-03", "04-04", "04-07"]),
    ("2026-05-13", 2, "2026-05-19", ["05-14", "05-15"]),
    ("2025-08-15", 1, "2025-08-19", ["08-17", "08-18"]),
    ("2026-08-14", 1, "2026-08-18", ["08-17"]),
    ("2026-02-13", 14, "2026-03-09", ["02-16", "02-17"]),
    ("2026-12-23", 3, "2026-12-30", ["12-24", "12-25"]),
    ("2025-12-24", 5, "2026-01-05", ["12-25", "12-26", "01-01"]),
]


@pytest.mark.parametrize(("complete", "count", "due", "off"), VECTORS)
def test_every_skipped_day_of_a_promise_is_told_by_its_name(
    complete: str, count: int, due: str, off: list[str]
) -> None:
    start = date.fromisoformat(complete)
    explained = told(Measure(count=count), (None, at(start)))
    assert explained.due_on == date.fromisoformat(due)
    named = [one for one in explained.skipped if one.verdict is Verdict.DAY_OFF]
    assert [f"{one.day:%m-%d}" for one in named] == off
    assert all(one.off is not None and one.off.name for one in named)
    assert [one.number for one in explained.counted] == list(range(1, count + 1))
    # Nothing is left out: every day between is one of the two.
    assert [one.day for one in explained.days] == [
        start + timedelta(days=n) for n in range((explained.due_on - start).days + 1)
    ]
    assert explained.days[0].verdict is Verdict.RECEIVED
    rest = {one.verdict for one in explained.skipped if one not in named}
    assert rest <= {Verdict.WEEKEND}


def test_what_came_in_after_closing_time_or_on_a_saturday_counts_as_received_later() -> None:
    late = told(Measure(count=1), (None, at(date(2026, 4, 6), 17)))
    assert (late.received, late.later, late.due_on) == (date(2026, 4, 7), Later.AFTER_CLOSING, date(2026, 4, 8))
    assert [one.verdict for one in late.days] == [Verdict.TOO_LATE, Verdict.RECEIVED, Verdict.COUNTED]
    saturday = told(Measure(count=1), (None, at(date(2026, 4, 11))))
    assert (saturday.received, saturday.later) == (date(2026, 4, 13), Later.NO_WORKING_DAY)
    early = told(Measure(count=1, received_until=time(12)), (None, at(date(2026, 4, 6), 13)))
    assert (early.received, early.later) == (date(2026, 4, 7), Later.AFTER_CLOSING)


def test_a_pause_skips_its_days_and_says_why() -> None:
    monday = date(2026, 4, 6)
    explained = told(
        Measure(count=3), (None, at(monday)), (Pause.REPAIR, at(date(2026, 4, 7))), (None, at(date(2026, 4, 9)))
    )
    paused = [one for one in explained.skipped if one.verdict is Verdict.PAUSED]
    assert [(one.day.day, one.pause) for one in paused] == [(7, Pause.REPAIR), (8, Pause.REPAIR)]
    assert explained.due_on == date(2026, 4, 13)


def test_a_promise_that_stands_still_has_no_date_and_is_told_up_to_now() -> None:
    monday = date(2026, 4, 6)
    explained = told(
        Measure(count=3), (None, at(monday)), (Pause.REPAIR, at(date(2026, 4, 8))), seen=at(date(2026, 4, 10))
    )
    assert (explained.due_on, explained.used) == (None, 1)
    assert explained.days[-1].day == date(2026, 4, 10)


def test_restart_extension_and_cap_are_told_when_they_happen() -> None:
    begins = ((None, at(date(2026, 4, 6))), (Pause.REPAIR, at(date(2026, 4, 8))), (None, at(date(2026, 4, 13))))
    anew = told(Measure(count=3, pauses="restart"), *begins)
    assert anew.restarts == (at(date(2026, 4, 13)),)
    assert [one.day.day for one in anew.counted] == [14, 15, 16]
    longer = told(Measure(count=3, pauses="extend-once", extended_by=2), *begins)
    assert (longer.promised, longer.extended_by, longer.due_on) == (5, 2, date(2026, 4, 13))
    capped = told(Measure(count=3, most_paused=1), *begins)
    assert capped.cap_used_up == date(2026, 4, 9)
    assert capped.due_on == date(2026, 4, 10)


def test_a_date_that_rests_on_an_estimated_holiday_says_so() -> None:
    assert not told(Measure(count=5), (None, at(date(2026, 3, 13)))).is_provisional
    assert told(Measure(count=5), (None, at(date(2027, 3, 8)))).is_provisional
    assert told(Measure(count=5), (None, at(date(2040, 1, 2)))).is_provisional


MOMENTS = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2027, 6, 1),  # noqa: DTZ001
    timezones=st.just(BATU),
)
GAPS = st.lists(st.tuples(st.sampled_from([None, *Pause]), st.integers(1, 30 * 24 * 60)), min_size=0, max_size=6)


@st.composite
def ledgers(draw: st.DrawFn) -> list[Interval]:
    begins: list[tuple[Pause | None, datetime]] = [(draw(st.sampled_from([None, None, *Pause])), draw(MOMENTS))]
    for pause, minutes in draw(GAPS):
        begins.append((pause, begins[-1][1] + timedelta(minutes=minutes)))
    kept = ledger(*begins)
    # Now and then it had ended and was taken up again: there is a gap.
    if len(kept) > 2 and draw(st.booleans()):
        del kept[draw(st.integers(1, len(kept) - 2))]
    return kept


@st.composite
def measures(draw: st.DrawFn) -> Measure:
    policies: tuple[Literal["pause", "restart", "extend-once"] | None, ...] = ("pause", "restart", "extend-once", None)
    pauses = draw(st.sampled_from(policies))
    return Measure(
        count=draw(st.integers(0, 30)),
        day_one=draw(st.sampled_from(["next", "same"])),
        received_until=draw(st.sampled_from([None, time(12), time(15), time(23)])),
        pauses=pauses,
        extended_by=draw(st.integers(0, 5)) if pauses == "extend-once" else 0,
        most_paused=draw(st.sampled_from([None, None, 0, 1, 5])),
    )


@settings(max_examples=300, deadline=None)
@given(ledgers(), measures(), st.booleans(), st.integers(0, 60))
def test_what_is_told_is_always_the_date_that_was_counted(
    known: list[Interval], measure: Measure, in_calendar_days: bool, later: int
) -> None:
    days = CALENDAR.every if in_calendar_days else CALENDAR.working
    now = known[-1].since + timedelta(days=later)
    explained = explain(days, CALENDAR, measure, known, now)
    assert explained is not None
    assert explained.due_on == due_day(days, CALENDAR, measure, known)
    if explained.due_on is not None:
        assert len(explained.counted) == explained.promised
        assert explained.counted[-1].day == explained.due_on
    seen = [one for one in explained.counted if days.close_of(one.day) < now]
    if explained.restarts[-1:] <= (now,):
        assert explained.used == len(seen) == min(explained.promised, days_used(days, CALENDAR, measure, known, now))


@settings(max_examples=100, deadline=None)
@given(ledgers(), st.integers(1, 600), st.integers(0, 10))
def test_the_minutes_told_add_up_to_the_promise(known: list[Interval], minutes: int, later: int) -> None:
    explained = explain_minutes(CALENDAR, None, minutes, known, known[-1].since + timedelta(days=later))
    assert explained is not None
    assert explained.due_at == due_after_minutes(CALENDAR, None, minutes, known)
    if explained.due_at is not None:
        assert sum(one.minutes or 0 for one in explained.days) == pytest.approx(minutes)


@settings(max_examples=100, deadline=None)
@given(MOMENTS, st.integers(0, 20))
def test_a_desks_own_days_are_told_as_its_limit_is_counted(since: datetime, count: int) -> None:
    explained = told(Measure(count=count), (None, since))
    assert explained.due_at == after_working_days(CALENDAR, since, count)
