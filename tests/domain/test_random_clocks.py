"""Histories drawn at random, 2024 to 2027: the moves, the log and somebody who counts by hand tell one clock.

Of the ten thousand walks through a route all but the first five hundred are left to ``-m slow``: they take minutes.
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random

import pytest

from routing.domain.clock_from_log import same_ledger
from routing.domain.countable_days import end_of
from routing.domain.ledger import Interval, begins_anew, days_used, due_day
from routing.domain.marks import Mark
from routing.domain.promise_clock import Dues, days_of
from routing.domain.time_limits import Pause
from routing.domain.working_calendar import WorkingCalendar
from tests.calendars import indonesia
from tests.domain.clock_oracle import Event, Policy, due_by_hand
from tests.domain.random_clocks import (
    Drawn,
    History,
    a_calendar,
    a_policy,
    a_route,
    a_service,
    as_written,
    events_at_random,
    ledger_of,
    measure_of,
)

#: One of them takes longer to draw than many histories.
CALENDARS = [a_calendar(Random(f"calendar {seed}")) for seed in range(12)]
BLOCKS = range(10)
A_BLOCK = 1000
#: Walks in one of twenty blocks.
WALKS = 500
#: How many things happen to an application, before it is looked at for the last time.
MOVES = 14
NEVER = date.max


def due(calendar: WorkingCalendar, policy: Policy, ledger: list[Interval]) -> date | None:
    """By the engine."""
    return due_day(days_of(calendar, policy.counts), calendar, measure_of(policy), ledger)


def by_hand(calendar: WorkingCalendar, policy: Policy, told: list[Event]) -> date | None:
    return due_by_hand(as_written(calendar, policy.counts), policy, told)


def drawn(seed: str) -> tuple[Random, WorkingCalendar, Policy, list[Event]]:
    random = Random(seed)
    calendar = random.choice(CALENDARS)
    return random, calendar, a_policy(random, with_bound=True), events_at_random(random, calendar)


@pytest.mark.parametrize("block", BLOCKS)
def test_ten_thousand_promises_end_on_the_day_somebody_counts_to_by_hand(block: int) -> None:
    years: Counter[int] = Counter()
    for number in range(A_BLOCK):
        _, calendar, policy, told = drawn(f"{block}.{number}")
        expected = by_hand(calendar, policy, told)
        assert due(calendar, policy, ledger_of(told)) == expected, (number, policy, told)
        years[expected.year if expected is not None else 0] += 1
    # Not all of them stand still, and every year is among them.
    assert min(years[year] for year in (2024, 2025, 2026, 2027)) > A_BLOCK / 10


def test_a_further_pause_never_makes_a_promise_end_earlier() -> None:
    for number in range(2000):
        random, calendar, policy, told = drawn(f"further {number}")
        before = due(calendar, policy, ledger_of(told))
        after = due(calendar, policy, ledger_of(with_a_pause(random, told)))
        assert (after or NEVER) >= (before or NEVER), (number, policy, told)


def with_a_pause(random: Random, told: list[Event]) -> list[Event]:
    """The same, but that for some of the time it ran it stood still."""
    running = [place for place, event in enumerate(told) if event.state == "running"]
    if not running:
        return told
    place = random.choice(running)
    since = told[place].at
    until = told[place + 1].at if place + 1 < len(told) else since + timedelta(days=20)
    a, b = sorted(since + (until - since) * random.choice((0, 0.1, 0.4, 0.5, 0.9, 1)) for _ in range(2))
    pause = Event(a, str(random.choice(list(Pause))))
    return [*told[: place + 1], pause, Event(b, "running"), *told[place + 1 :]]


def test_an_interval_that_is_split_changes_nothing() -> None:
    for number in range(2000):
        random, calendar, policy, told = drawn(f"split {number}")
        ledger = ledger_of(told)
        if not ledger:
            continue
        place = random.randrange(len(ledger))
        whole = ledger[place]
        length = whole.until - whole.since if whole.until is not None else timedelta(days=30)
        cut = whole.since + length * random.random()
        parts = [replace(whole, until=cut), replace(whole, since=cut)]
        split = [*ledger[:place], *parts, *ledger[place + 1 :]]
        assert due(calendar, policy, split) == due(calendar, policy, ledger), (number, policy, told)


def test_no_more_days_are_used_than_there_are_until_the_promise_is_over() -> None:
    for number in range(2000):
        _, calendar, policy, told = drawn(f"used {number}")
        ledger = ledger_of(told)
        day = due(calendar, policy, ledger)
        if day is None or policy.pauses != "pause":
            continue
        days = days_of(calendar, policy.counts)
        close = days.close_of(day)
        until = [replace(one, until=min(one.until or close, close)) for one in ledger if one.since < close]
        whole = max(1, policy.count)
        assert days_used(days, calendar, measure_of(policy), until, close) in (whole, whole - 1)
        after = close + timedelta(seconds=1)
        until = [replace(one, until=min(one.until or after, after)) for one in ledger if one.since < after]
        assert days_used(days, calendar, measure_of(policy), until, after) == whole


@pytest.mark.parametrize("block", [0, *(pytest.param(block, marks=pytest.mark.slow) for block in range(1, 20))])
def test_moves_log_and_hand_count_tell_the_same_of_ten_thousand_walks(block: int) -> None:
    seen: Counter[str] = Counter()
    for number in range(WALKS):
        random = Random(f"walk {block}.{number}")
        versions = random.choice(services())
        history = History(random, versions[0])
        for _ in range(MOVES):
            if random.random() < 0.04:
                history.goes_over(random.choice(versions))
            if not history.goes_on():
                break
            if random.random() < 0.1:
                assert_one_clock(history, (block, number))
        assert_one_clock(history, (block, number))
        if len(history.books) == 1:
            assert history.marks.count(Mark.RESTART) == restarts(history), (block, number)
        seen.update({event.state for event in history.told})
        seen[history.application.step] += 1
        seen["other version"] += len(history.books) > 1
        seen["taken up again"] += "ended" in [event.state for event in history.told[:-1]]
        seen["not complete"] += not history.told
        seen["answered"] += history.application.answered_at is not None
        seen["answer taken back"] += Mark.TAKEN_BACK in history.marks
    # A walk that never leaves the road proves little.
    rare = ("repair", "payment", "outside-agency", "granted", "refused", "stopped", "withdrawn", "other version")
    rarer = ("taken up again", "not complete", "answered", "answer taken back")
    assert min(seen[one] for one in (*rare, *rarer)) > WALKS / 50, seen


def assert_one_clock(history: History, where: object) -> None:
    retold = history.retold()
    assert same_ledger(retold.ledger, tuple(history.ledger.values())), where
    assert retold.dues == history.dues, where
    assert retold.answered_at == history.application.answered_at, where
    if not history.told:
        assert history.dues == Dues(), where
        return
    # What was due when it ended stays due.
    told = history.told[:-1] if history.told[-1].state == "ended" else history.told
    promise, legal = history.counted_by.promise, history.counted_by.legal
    assert history.dues == Dues(promise=moment(history, promise, told), legal=moment(history, legal, told)), where


def restarts(history: History) -> int:
    """How often it began anew: after a repair, while it was not over yet."""
    policy, found, is_repaired = history.drawn.promise, 0, False
    for place, event in enumerate(history.told):
        if event.state == "running" and is_repaired:
            before = moment(history, policy, [*history.told[:place], Event(event.at, "running")])
            found += before is None or before >= event.at
        is_repaired = event.state == "repair" or (is_repaired and event.state != "running")
    return found if policy.pauses == "restart" else 0


def moment(history: History, policy: Policy | None, told: list[Event]) -> datetime | None:
    calendar = history.book.calendar
    day = by_hand(calendar, policy, told) if policy is not None else None
    return end_of(day, calendar.time_zone) if day is not None else None


@cache
def services() -> list[list[Drawn]]:
    """Forty routes, each with three promises one after the other."""
    found = []
    for number in range(40):
        random = Random(f"service {number}")
        route, calendar = a_route(random), random.choice(CALENDARS)
        found.append([a_service(random, route, calendar) for _ in range(3)])
    return found


# --- the policies, one by one --------------------------------------------------------------------------------------

JAKARTA = indonesia()
#: Monday, 8 June 2026, nine o'clock; a working day is off on Tuesday, 16 June.
MONDAY = datetime(2026, 6, 8, 2, tzinfo=UTC)


def told(*events: tuple[float, str]) -> list[Event]:
    """What happened so many days after that Monday morning."""
    return [Event(MONDAY + timedelta(days=days), state) for days, state in events]


def ends(policy: Policy, *events: tuple[float, str]) -> date | None:
    day = due(JAKARTA, policy, ledger_of(told(*events)))
    assert day == by_hand(JAKARTA, policy, told(*events))
    return day


def test_a_pause_that_lasts_leaves_the_end_open_unless_its_days_are_limited() -> None:
    assert ends(Policy(5), (0, "running"), (1, "payment")) is None
    # Two days (Tuesday and Wednesday) stand still, and no more: Thursday is the first that counts.
    assert ends(Policy(5, most_paused=2), (0, "running"), (1, "payment")) == date(2026, 6, 18)
    assert ends(Policy(5, most_paused=0), (0, "running"), (1, "payment")) == ends(Policy(5), (0, "running"))


def test_the_limit_of_pauses_is_for_all_of_them_together() -> None:
    twice = (0, "running"), (1, "payment"), (2, "running"), (3, "repair"), (7, "running")
    # One day of the first and one of the second; Friday is counted although the applicant still repairs.
    assert ends(Policy(5, most_paused=2), *twice) == date(2026, 6, 18)
    assert ends(Policy(5), *twice) == date(2026, 6, 19)


def test_after_a_repair_all_of_it_is_counted_anew_and_after_a_payment_the_rest() -> None:
    anew = Policy(5, pauses="restart")
    assert ends(anew, (0, "running"), (2, "payment"), (3, "running")) == date(2026, 6, 17)
    # Back on Thursday, the 11th: day 1 is the Friday, and the 16th is off.
    assert ends(anew, (0, "running"), (2, "repair"), (3, "running")) == date(2026, 6, 19)


def test_a_pause_granted_on_top_of_a_repair_does_not_make_the_promise_end_earlier() -> None:
    anew = Policy(5, pauses="restart")
    alone = ends(anew, (0, "running"), (2, "repair"), (3, "running"))
    with_grant = ends(anew, (0, "running"), (2, "repair"), (2.5, "force-majeure"), (3, "running"))
    assert with_grant == alone
    # And the move that lets it run says so.
    for state in ("repair", "force-majeure"):
        assert begins_anew(ledger_of(told((0, "running"), (2, "repair"), (2.5, state))[:3]))
    assert not begins_anew(ledger_of(told((0, "repair"), (1, "running"), (2, "payment"))))


def test_only_the_first_pause_makes_it_longer_however_short_it_is() -> None:
    once = Policy(5, pauses="extend-once", extended_by=3)
    assert ends(once, (0, "running")) == date(2026, 6, 15)
    assert ends(once, (0, "running"), (1, "repair"), (1.01, "running")) == date(2026, 6, 19)
    twice = (0, "running"), (1, "repair"), (2, "running"), (3, "payment")
    assert ends(once, *twice) == date(2026, 6, 19)


def test_days_that_were_used_up_are_not_given_back_by_a_repair() -> None:
    """Else the return of a file that is late already would not be looked at."""
    anew = measure_of(Policy(2, pauses="restart"))
    # Returned on the second day it begins anew; returned on the fourth it is over.
    for returned, used in ((1, 0), (3, 2)):
        events = told((0, "running"), (returned, "repair"), (returned + 1, "running"))
        at = MONDAY + timedelta(days=returned + 1, hours=1)
        assert days_used(JAKARTA.working, JAKARTA, anew, ledger_of(events), at) == used, returned


@pytest.mark.parametrize("pauses", ["pause", "restart", "extend-once"])
def test_whatever_is_done_once_a_promise_is_over_gives_it_no_second_life(pauses: str) -> None:
    policy = Policy(2, pauses=pauses, extended_by=10 if pauses == "extend-once" else 0)
    assert ends(policy, (0, "running"), (3, "repair"), (20, "running")) == date(2026, 6, 10)
