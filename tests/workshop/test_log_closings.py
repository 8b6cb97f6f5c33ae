"""Which cases a log shows closed."""

from dataclasses import replace

import pytest

from routing.formats.event_log import LogCase
from routing.workshop.log_closings import closed_cases
from tests.event_logs import ARCHIVE, CHECK, DECIDE, RECEIVE, case


def with_attribute(told: LogCase, key: str) -> LogCase:
    return replace(told, attributes={key: "2025-03-02"})


@pytest.mark.parametrize("key", ["endDate", "end_date", "End Date", "ENDDATE", "closedAt", "close-date", "dateClosed"])
def test_where_a_case_has_an_end_date_those_that_have_one_are_closed(key: str) -> None:
    cases = [
        with_attribute(case("closed", RECEIVE, CHECK), key),
        case("open", RECEIVE, CHECK, DECIDE, ARCHIVE),
    ]
    assert closed_cases(cases) == {"closed"}


@pytest.mark.parametrize("key", ["startDate", "end", "enddatePlanned", "responsible"])
def test_another_attribute_says_nothing_of_the_end(key: str) -> None:
    assert closed_cases([with_attribute(case("a", RECEIVE, ARCHIVE), key), case("b", RECEIVE, ARCHIVE)]) == {"a", "b"}


def test_without_dates_a_case_is_closed_where_the_log_mostly_ends() -> None:
    cases = [
        case("a", RECEIVE, CHECK, ARCHIVE),
        case("b", RECEIVE, CHECK, ARCHIVE),
        case("c", RECEIVE, CHECK, CHECK),
        case("d", RECEIVE),
    ]
    # Archiving is last whenever it happens; checking in one of four times, receiving in one of four.
    assert closed_cases(cases) == {"a", "b"}


def test_half_of_the_times_is_mostly() -> None:
    assert closed_cases([case("a", RECEIVE, CHECK), case("b", CHECK, RECEIVE)]) == {"a", "b"}


def test_a_log_without_cases_has_no_closed_ones() -> None:
    assert closed_cases([]) == frozenset()
    assert closed_cases([case("a")]) == frozenset()
