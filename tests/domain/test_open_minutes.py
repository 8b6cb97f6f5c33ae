"""Open minutes by look-up are those of the walk from day to day, in every season, at every counter, in any year."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.catalogue.public_holidays import first_calendar
from routing.domain.open_minutes import OpenMinutes
from routing.domain.opening_hours import read_hours
from routing.domain.working_calendar import Season

CALENDAR = first_calendar("Asia/Jakarta", last_year=2028).edited(
    seasons=(
        Season(
            name="Ramadan",
            since=date(2026, 2, 18),
            until=date(2026, 3, 19),
            hours=read_hours("mon-thu 08:00-12:30; fri 08:00-11:30"),
        ),
    ),
    counters={"loket": read_hours("mon-fri 07:30-15:00; sat 08:00-11:00")},
)
TALLIES = {counter: OpenMinutes(CALENDAR, counter) for counter in (None, "loket")}

_FIRST = datetime(2019, 1, 1, tzinfo=UTC)
moments = st.integers(0, 11 * 365 * 24 * 3600).map(lambda seconds: _FIRST + timedelta(seconds=seconds))
spans = st.integers(0, 900 * 24 * 3600 * 1000).map(lambda milliseconds: timedelta(milliseconds=milliseconds))


@settings(deadline=None)
@given(moments, spans, st.sampled_from([None, "loket"]))
def test_the_sum_is_that_of_the_walk(start: datetime, span: timedelta, counter: str | None) -> None:
    end = start + span
    assert TALLIES[counter].between(start, end) == int(CALENDAR.minutes_between(start, end, counter))


@settings(deadline=None)
@given(moments, spans)
def test_no_time_goes_by_backwards(start: datetime, span: timedelta) -> None:
    assert TALLIES[None].between(start, start - span) == 0


def test_a_day_off_has_no_open_minute() -> None:
    day = CALENDAR.days_off[0].day
    begins = datetime.combine(day, time(), CALENDAR.time_zone)
    assert TALLIES["loket"].between(begins, begins + timedelta(days=1)) == 0
