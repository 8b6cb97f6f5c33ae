"""How due dates are told: every policy and every kind of day has its sentence, in both languages."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from routing.domain.clock_explained import explain, explain_minutes
from routing.domain.forecast import Expected
from routing.domain.ledger import Interval, Measure
from routing.domain.limits_explained import Limit
from routing.domain.phrases import Phrase
from routing.domain.time_limits import Pause
from routing.web.limits_told import PAUSES, expected_told, intervals_told, legal_told, promise_told
from routing.web.wording import load_wordings
from tests.calendars import indonesia

BATU = ZoneInfo("Asia/Jakarta")
CALENDAR = indonesia()
WORDINGS = load_wordings(BATU)


def at(day: str, hour: int = 9) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour), BATU)


def ledger(*begins: tuple[Pause | None, str]) -> list[Interval]:
    ends = [at(since) for _, since in begins[1:]] + [None]
    return [
        Interval(application_id=1, no=no, pause=pause, since=at(since), until=until, granted_by="omar")
        for no, ((pause, since), until) in enumerate(zip(begins, ends, strict=True), start=1)
    ]


def promise(measure: Measure, known: list[Interval], *, late: bool = False, pause: Pause | None = None) -> str:
    told = explain(CALENDAR.working, CALENDAR, measure, known, known[-1].since)
    assert told is not None
    limit = Limit(due_at=told.due_at, explained=told, promised=measure.count, is_late=late, pause=pause)
    return in_english(*promise_told(limit, BATU))


def in_english(*said: Phrase) -> str:
    for one in said:
        assert WORDINGS["id"].phrase(one) != WORDINGS["en"].phrase(one), one
    return " ".join(WORDINGS["en"].phrase(one) for one in said)


REPAIRED = ledger((None, "2026-04-06"), (Pause.REPAIR, "2026-04-08"), (None, "2026-04-13"))


def test_a_promise_tells_its_day_one_and_what_did_not_count() -> None:
    said = promise(Measure(count=3), REPAIRED, late=True)
    assert "Promised within 3 working day(s): due on 14 April 2026. That promise was broken." in said
    assert "It was complete on 6 Apr 2026 09:00 WIB, and counts from there. Day 1 is 7 April 2026" in said
    assert "Not counted: Saturdays and Sundays (2), working days on which it stood still (3)." in said


def test_every_policy_is_told_where_it_makes_a_difference() -> None:
    assert "All was counted anew from 13 Apr 2026 09:00 WIB" in promise(Measure(count=3, pauses="restart"), REPAIRED)
    longer = promise(Measure(count=3, pauses="extend-once", extended_by=2), REPAIRED)
    assert "A pause has made it longer by 2 working day(s), once." in longer
    capped = promise(Measure(count=3, most_paused=1), REPAIRED)
    assert "From 9 April 2026 on a pause stops nothing any more" in capped


def test_what_was_complete_too_late_and_what_is_estimated_is_told() -> None:
    late = ledger((None, "2026-04-06"))
    measure = Measure(count=1, received_until=time(8))
    assert "after closing time, and counts as received on 7 April 2026." in promise(measure, late)
    saturday = promise(Measure(count=1), ledger((None, "2026-04-11")))
    assert "no working day, and counts as received on 13 April 2026." in saturday
    estimated = promise(Measure(count=5), ledger((None, "2027-03-08")))
    assert "(Hari Raya Idul Fitri, estimated)" in estimated
    assert "the date may still change" in estimated


def test_a_promise_that_stands_still_says_why_and_names_no_date() -> None:
    for pause, why in PAUSES.items():
        known = ledger((None, "2026-04-06"), (pause, "2026-04-08"))
        said = promise(Measure(count=3), known, pause=pause)
        assert f"has no date until it goes on: {why}." in said
        assert f"It has stood still since 8 Apr 2026 09:00 WIB (Omar): {why}." in in_english(
            *intervals_told(known, {"omar": "Omar"})
        )


def test_minutes_calendar_days_and_the_law_are_told_in_their_own_words() -> None:
    known = ledger((None, "2026-04-06"))
    told = explain_minutes(CALENDAR, None, 60, known, at("2026-04-06"))
    assert told is not None
    minutes = Limit(due_at=told.due_at, explained=told, promised=60, is_minutes=True)
    assert "Promised within 60 minute(s): due on 6 Apr 2026 10:00 WIB." in in_english(*promise_told(minutes, BATU))
    due = at("2026-04-16", 23)
    law = Limit(due_at=due, explained=None, promised=10, in_calendar_days=True, basis="UU 30/2014", is_late=True)
    said = in_english(*legal_told(law, BATU))
    assert "within 10 calendar day(s), by 16 April 2026 (UU 30/2014). That limit has passed." in said
    from_a_log = Limit(due_at=due, explained=None)
    assert "as the log it came from counted" in in_english(*promise_told(from_a_log, BATU))


def test_what_can_be_expected_is_a_range_too_few_cases_or_no_date() -> None:
    some = Expected(cases=12, earliest=date(2026, 4, 6), latest=date(2026, 4, 9))
    assert "the 12 latest cases an answer can be expected from 6 April 2026 to 9 April 2026" in in_english(
        *expected_told(some)
    )
    assert "Too few earlier cases (9)" in in_english(*expected_told(Expected(cases=9)))
    assert "longer than nine in ten of the 12" in in_english(*expected_told(Expected(cases=12)))
    assert list(expected_told(None)) == []
