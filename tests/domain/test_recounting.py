"""Another working calendar: what is due moves, and an entry says from what to what; what does not stays unsaid."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import default_folder, read_workflow
from routing.domain.clock_from_log import clock_from_log, same_ledger
from routing.domain.decision import Decision
from routing.domain.moves import decide
from routing.domain.promise_clock import Dues
from routing.domain.recounting import Recount, asks_for_past, recount
from routing.domain.stays import arrive, reassign
from routing.domain.time_limits import Pause
from routing.domain.workflow import Workflow
from tests.calendars import counted, indonesia, with_days_off
from tests.domain.people_of_the_mall import IDA, KEY, OMAR, SARI, Walk, person
from tests.domain.small_routes import disposisi, label
from tests.domain.test_moves import NI_LUH
from tests.domain.two_versions import Crossed
from tests.domain.two_versions import permit as versions

BATU = ZoneInfo("Asia/Jakarta")
ELECTION = with_days_off(indonesia(), date(2026, 3, 5))


@cache
def permit() -> Workflow:
    office, _ = read_office(default_folder() / "office")
    workflow, _ = read_workflow(default_folder() / "sip-dokter.yaml", office)
    assert workflow is not None
    return workflow


def end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=BATU)


def said(walk: Walk) -> dict[str, Any]:
    return json.loads(walk.entries[-1].body)


def test_a_day_off_moves_the_promise_and_the_desks_limit_and_the_entry_says_from_what_to_what() -> None:
    walk = Walk(permit()).decides(OMAR, "forward").arrives()
    before, [visit] = walk.application, walk.open_visits
    counted_anew = walk.recounted(ELECTION)
    assert [one.about for one in counted_anew.moved] == ["promise", str(visit.no)]
    assert walk.application.promise_due is not None
    assert before.promise_due is not None
    assert walk.application.promise_due > before.promise_due
    entry = said(walk)
    assert (entry["kind"], entry["actor"], entry["calendar_number"]) == ("recalculated", "auto.clock", 2)
    assert entry["promise"] == [before.promise_due.isoformat(), walk.application.promise_due.isoformat()]
    assert entry["visits"] == [
        {"visit": visit.no, "from": visit.due_at.isoformat(), "to": walk.open_visits[0].due_at.isoformat()}
    ]
    assert (entry["calendar"], entry["calendar_before"]) == (ELECTION.content_hash, indonesia().content_hash)
    assert "ledger" not in entry


def test_where_nothing_moves_there_is_nothing_to_tell_and_the_calendar_changes_all_the_same() -> None:
    walk = Walk(permit()).arrives()
    long_ago = with_days_off(indonesia(), date(2024, 3, 5))
    before = walk.application
    assert walk.recounted(long_ago).move is None
    assert walk.application == replace(before, calendar=long_ago.content_hash)


def test_a_promise_that_stands_still_is_due_by_the_new_calendar_once_it_goes_on() -> None:
    walk = Walk(permit()).decides(OMAR, "return", reason="Buram", requirements=("photo",))
    assert walk.recounted(ELECTION) == Recount(after=walk.application)
    walk.decides(IDA, "resubmit")
    assert said(walk)["clock"]["calendar"] == ELECTION.content_hash
    other = Walk(permit()).decides(OMAR, "return", reason="Buram", requirements=("photo",)).decides(IDA, "resubmit")
    assert walk.application.promise_due is not None
    assert other.application.promise_due is not None
    assert walk.application.promise_due > other.application.promise_due


def test_taking_the_day_off_away_again_gives_back_what_was_due() -> None:
    walk = Walk(permit()).decides(OMAR, "forward").arrives()
    promise, limits = walk.application.promise_due, [one.due_at for one in walk.open_visits]
    walk.recounted(ELECTION)
    taken_back = with_days_off(ELECTION, date(2024, 3, 5))
    off = tuple(one for one in taken_back.days_off if one.day != date(2026, 3, 5))
    values = {field: getattr(taken_back, field) for field in type(taken_back).model_fields}
    walk.recounted(type(taken_back)(**values | {"days_off": off, "number": 3}))
    assert (walk.application.promise_due, [one.due_at for one in walk.open_visits]) == (promise, limits)
    assert promise is not None
    assert said(walk)["promise"][1] == promise.isoformat()
    # What ends sooner than was thought is looked at once: a warning may be due already.
    assert walk.application.wake_at == walk.at


def test_a_warning_that_waits_to_be_given_is_not_lost() -> None:
    walk = Walk(permit()).arrives()
    pending = walk.at - timedelta(minutes=5)
    walk.application = replace(walk.application, wake_at=pending)
    walk.recounted(ELECTION)
    assert walk.application.wake_at == pending
    all_given = replace(walk.application, wake_at=None)
    same = recount(walk.book, all_given, walk.open_visits, walk.ledger, counted_by=ELECTION, at=walk.at)
    assert same.after.wake_at is None


def repairs_in_time() -> Workflow:
    """The applicant repairs within five working days, at one of two counters."""
    route = disposisi().model_dump(mode="json", exclude_defaults=True)
    repair = route["steps"]["repair"]
    repair["desks"] = ["loket-pendaftaran", "loket-desa"]
    repair["pause"] = "repair"
    repair["deadline"] = {"working_days": 5, "decision": "stop"}
    repair["decisions"]["stop"] = {"label": label("Hentikan"), "to": "refused"}
    route["working_days"] = 10
    return Workflow.model_validate(route)


def test_the_applicants_time_does_not_begin_anew_at_another_counter_nor_by_another_calendar() -> None:
    walk = Walk(repairs_in_time(), papers=(), next_desk="struktur")
    walk.decides(NI_LUH, "return", reason="Denah buram", next_desk="loket-pendaftaran").arrives()
    [first] = walk.open_visits
    walk.at += timedelta(days=2)
    manager = person("maya", "manager", None)
    walk._record(reassign(walk.book, walk.application, first, desk="loket-desa", person=manager, at=walk.at))
    [second] = walk.open_visits
    assert second.due_at == first.due_at
    walk.books[walk.book.workflow.content_hash] = walk.book
    assert asks_for_past(walk.book, walk.open_visits, indonesia())
    next_day = ELECTION
    walk.recounted(next_day)
    [recounted] = walk.open_visits
    day = first.due_at.astimezone(BATU).date() + timedelta(days=1)
    while not ELECTION.is_working(day):
        day += timedelta(days=1)
    assert recounted.due_at == end_of(day)
    assert recounted.warn_at == recounted.due_at


def older_program(walk: Walk) -> Walk:
    """The same application, as a program that counted nothing would have left it."""
    walk.application = replace(walk.application, calendar=None, promise_due=None, legal_due=None, wake_at=None)
    walk.intervals = {}
    bodies = [json.loads(entry.body) for entry in walk.entries]
    for body in bodies:
        body.pop("calendar", None)
        body.pop("clock", None)
    walk.entries = [
        replace(entry, body=json.dumps(body).encode()) for entry, body in zip(walk.entries, bodies, strict=True)
    ]
    return walk


def test_an_application_that_was_never_counted_gets_its_ledger_from_its_visits() -> None:
    walk = Walk(permit()).decides(OMAR, "return", reason="Buram", requirements=("photo",))
    walk.at += timedelta(days=3)
    walk.decides(IDA, "resubmit").decides(OMAR, "forward").arrives()
    ledger, dues = walk.ledger, Dues(promise=walk.application.promise_due, legal=walk.application.legal_due)
    assert [one.pause for one in ledger] == [None, Pause.REPAIR, None]
    older_program(walk)
    application, open_visits = walk.application, walk.open_visits
    closed = [visit for visit in walk.visits.values() if not visit.is_open]
    first = recount(walk.book, application, open_visits, (), counted_by=None, past=closed, at=walk.at)
    assert first.move is not None
    assert [one.since for one in first.move.intervals] == [one.since for one in ledger]
    assert same_ledger(first.move.intervals, ledger)
    assert Dues(promise=first.after.promise_due, legal=first.after.legal_due) == dues
    bodies = [*(json.loads(one.body) for one in walk.entries), json.loads(first.move.entries[0].body)]
    told = clock_from_log(bodies, lambda _, calendar: counted(permit()))
    assert same_ledger(told.ledger, ledger)
    assert told.dues == dues
    assert told.calendar == indonesia().content_hash


def test_what_was_never_counted_begins_no_ledger_by_a_decision_before_its_first_recount() -> None:
    walk = older_program(Walk(permit()).decides(OMAR, "forward"))
    assert clock_from_log((json.loads(one.body) for one in walk.entries), lambda *_: counted(permit())).ledger == ()
    [visit] = walk.open_visits
    here = arrive(walk.book, walk.application, visit, now=walk.at)
    said_at = Decision(decision="recommend")
    move = decide(walk.book, here.after, here.visits, said_at, person=SARI, at=walk.at, digest_key=KEY)
    assert (move.intervals, move.after.calendar, move.after.promise_due) == ((), None, None)


def test_a_calendar_that_changed_in_silence_is_named_when_the_route_changes() -> None:
    walk = Crossed(team_route(working_days=10), papers=())
    walk.recounted(with_days_off(indonesia(), date(2024, 3, 5)))
    assert len(walk.entries) == 2
    # The walk itself checks that the log alone tells the same.
    walk.goes_over(team_route(working_days=12))
    assert said(walk)["clock"].keys() == {"calendar", "promise"}


def team_route(working_days: int) -> Workflow:
    return Workflow.model_validate(versions().model_dump(mode="json") | {"working_days": working_days})
