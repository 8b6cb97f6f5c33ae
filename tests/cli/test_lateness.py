"""``satuatap lateness``: a log that is in is told case by case; what carries no due date is refused by name."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from routing.actions.import_case import import_moves, prepare_import
from routing.cli.lateness_command import lateness
from routing.domain.clock_from_log import clock_from_log
from routing.domain.errors import MalformedField
from routing.formats.event_log import LogCase
from routing.office import Office
from routing.reading.case_times import NothingWasDue
from routing.reading.past_walks import past_walks
from routing.workshop.discover import retell
from tests.event_logs import ARCHIVE, case, log_of

#: Thursday before Easter of 2025, on which cases of the small logs begin a little earlier.
DUE = datetime(2025, 4, 17, 8, 0, tzinfo=UTC)
Tells = Callable[..., Any]


@pytest.fixture
def tells(sqlite_office: Office) -> Tells:
    app = typer.Typer()
    app.command()(lateness)
    folder = str(sqlite_office.settings.data)
    return lambda *words: CliRunner().invoke(app, [*words, "--data", folder])


def take_in(office: Office, *cases: LogCase, service: str = "arsip") -> None:
    """Cases of one event each, which ends them."""
    retelling = retell(log_of(*cases), service=service)
    people = prepare_import(office, retelling.cast).people
    book = office.rule_book(retelling.cast.workflow.content_hash).counted_by(office.calendar())
    moves = [move for one in retelling.cases for move in one.moves]
    assert not [
        one for one in import_moves(office, book, moves, numbers={}, people=people) if isinstance(one, Exception)
    ]


def due(name: str, *, ended: timedelta) -> LogCase:
    return case(name, ARCHIVE, startdate=DUE - timedelta(days=7), deadline=DUE, enddate=DUE + ended)


def test_what_the_log_calls_late_is_late_and_the_holidays_say_what_would_change(
    sqlite_office: Office, tells: Tells
) -> None:
    take_in(sqlite_office, due("in-time", ended=timedelta(0)), due("late", ended=timedelta(hours=1)),
            due("very-late", ended=timedelta(days=9)))  # fmt: skip
    said = json.loads(tells("arsip", "--country", "NL", "--zone", "Europe/Amsterdam", "--json").stdout)
    rows = {row.pop("case"): row for row in said.pop("cases")}
    assert {name: (row["late_in_log"], row["late"], row["late_in_working_days"]) for name, row in rows.items()} == {
        "in-time": (False, False, False),
        "late": (True, True, False),
        "very-late": (True, True, True),
    }
    assert rows["late"]["due_in_working_days"] == "2025-04-17"
    assert said == {
        "service": "arsip", "due": 3, "closed": 3, "late_in_log": 2, "late": 2, "unlike_log": 0,
        "late_in_working_days": 1, "no_longer_late": 1, "newly_late": 0,
    }  # fmt: skip
    words = tells("arsip", "--country", "NL", "--zone", "Europe/Amsterdam").stdout.splitlines()
    assert len(words) == 4
    assert words[3].startswith("late: 7 calendar days, due 2025-04-17T10:00+02:00; 5 working days, due 2025-04-17")


def test_when_a_case_was_due_can_be_told_from_the_log_alone(sqlite_office: Office) -> None:
    take_in(sqlite_office, due("a", ended=timedelta(0)), case("b", ARCHIVE))
    walks = {one.application.imported_case: one for one in past_walks(sqlite_office, "arsip")}
    for name, expected in (("a", DUE), ("b", None)):
        retold = clock_from_log(
            [entry.said for entry in walks[name].entries],
            lambda route, _: sqlite_office.rule_book(route).counted_by(sqlite_office.calendar()),
        )
        assert walks[name].application.promise_due == retold.dues.promise == expected, name
        # Nobody is rung for what is past.
        assert walks[name].application.wake_at is None


def test_without_a_country_the_offices_own_calendar_counts(sqlite_office: Office, tells: Tells) -> None:
    after_good_friday = DUE + timedelta(days=1)
    take_in(sqlite_office, case("a", ARCHIVE, startdate=DUE - timedelta(days=6), deadline=after_good_friday,
                                enddate=after_good_friday))  # fmt: skip
    (row,) = json.loads(tells("arsip", "--json").stdout)["cases"]
    # 18 April 2025: Wafat Yesus Kristus.
    assert row["due_in_working_days"] == "2025-04-21"
    assert "2025-04-18 was off: Wafat Yesus Kristus" in row["reasons"]


def test_one_line_a_case_is_fit_for_a_spreadsheet(sqlite_office: Office, tells: Tells) -> None:
    take_in(sqlite_office, due("=1+1", ended=timedelta(0)))
    (row,) = csv.DictReader(io.StringIO(tells("arsip", "--csv").stdout))
    assert (row["case"], row["late"], row["working_days"]) == ("'=1+1", "False", "5")


@pytest.mark.parametrize(("words", "named"), [(("--country", "XX"), "XX"), (("--zone", "Europe/Batu"), "Europe/Batu")])
def test_a_country_or_zone_nobody_knows_is_refused(
    sqlite_office: Office, tells: Tells, words: tuple[str, str], named: str
) -> None:
    take_in(sqlite_office, due("a", ended=timedelta(0)))
    error = tells("arsip", *words).exception
    assert isinstance(error, MalformedField)
    assert named in str(error)


def test_a_log_whose_cases_were_never_due_has_nothing_to_be_late_by(sqlite_office: Office, tells: Tells) -> None:
    take_in(sqlite_office, case("a", ARCHIVE))
    assert isinstance(tells("arsip").exception, NothingWasDue)
