"""A calendar change is followed by every open application, while desks decide, in pieces, and never twice."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Any

import sqlalchemy as sa

from routing.actions.publish import publish
from routing.actions.recount import recount_open
from routing.actions.resume import Resumption, resume
from routing.domain.application import Application
from routing.domain.clock_from_log import clock_from_log, same_ledger
from routing.domain.promise_clock import Dues
from routing.domain.recounting import Recount
from routing.domain.workflow import Workflow
from routing.domain.working_calendar import WorkingCalendar
from routing.storage.tables import applications, audit_entries, clock_intervals
from tests.calendars import indonesia, with_days_off
from tests.domain.people_of_the_mall import BUDI, DEWI, IDA, OMAR, RATNA, SARI, WAYAN
from tests.mall import SERVICE, Mall
from tests.row_counts import row_counts
from tests.threads import at_once, in_background, split

ELECTION = with_days_off(indonesia(), date(2026, 3, 5))


def comes_into_force(mall: Mall, calendar: WorkingCalendar = ELECTION) -> None:
    with mall.office.transaction() as tx:
        tx.calendars.add(calendar, by="admin", at=mall.clock(), reason="Pilkada", decree="Kepwal 12/2026")


def recounted(mall: Mall, batch: int = 2) -> list[Recount]:
    return list(chain.from_iterable(recount_open(mall.office, batch=batch)))


def entries(mall: Mall, application: Application) -> list[dict[str, Any]]:
    said = sa.select(audit_entries.c.body).where(audit_entries.c.application_id == application.id)
    with mall.office.reading() as connection:
        return [json.loads(bytes(one)) for one in connection.execute(said.order_by(audit_entries.c.seq)).scalars()]


def told_the_same(mall: Mall, *several: Application) -> None:
    """The log alone tells the ledgers and the dues of the database."""
    office = mall.office
    for one in several:
        now = mall.application(one.number)
        told = clock_from_log(
            entries(mall, now), lambda route, day: office.rule_book(route).counted_by(office.calendar(day))
        )
        with office.transaction() as tx:
            assert same_ledger(told.ledger, tx.ledger(now))
        assert told.dues == Dues(promise=now.promise_due, legal=now.legal_due)


def several(mall: Mall, count: int) -> list[Application]:
    made = [mall.registers() for _ in range(count)]
    mall.carries()
    return [mall.application(one.number) for one in made]


def test_every_open_application_is_due_by_the_new_calendar_and_an_entry_tells_why(mall: Mall) -> None:
    before = several(mall, 5)
    [limit] = mall.open_visits(before[0])
    ended = mall.walks(mall.registers())
    comes_into_force(mall)
    assert sorted(one.after.number for one in recounted(mall)) == [one.number for one in before]
    for was in before:
        now = mall.application(was.number)
        assert (now.calendar, now.version) == (ELECTION.content_hash, was.version + 1)
        assert now.promise_due is not None
        assert was.promise_due is not None
        assert now.promise_due - was.promise_due == timedelta(days=3), "Friday becomes Monday"
        entry = entries(mall, now)[-1]
        assert (entry["kind"], entry["calendar_number"]) == ("recalculated", ELECTION.number)
        assert entry["promise"] == [
            ELECTION.local(was.promise_due).isoformat(), ELECTION.local(now.promise_due).isoformat(),
        ]  # fmt: skip
    [moved] = mall.open_visits(before[0])
    assert moved.due_at == limit.due_at
    told_the_same(mall, *before)
    assert mall.application(ended.number) == ended
    assert recounted(mall) == []


def test_the_limit_of_a_desk_moves_with_its_days(mall: Mall) -> None:
    application = mall.walks(mall.registers(), [(OMAR, "forward")])
    mall.carries()
    [before] = mall.open_visits(application)
    comes_into_force(mall)
    recounted(mall)
    now = mall.application(application.number)
    [after] = mall.open_visits(application)
    assert after.due_at > before.due_at
    assert after.version == now.version
    visits = [{"visit": after.no, "from": ELECTION.local(before.due_at).isoformat(),
               "to": ELECTION.local(after.due_at).isoformat()}]  # fmt: skip
    assert entries(mall, now)[-1]["visits"] == visits
    mall.decides(now, SARI, "recommend", seen_version=now.version)


def test_of_what_does_not_move_nothing_is_written_but_the_calendar(mall: Mall) -> None:
    documents = several(mall, 3)
    long_ago = with_days_off(indonesia(), date(2024, 3, 5))
    comes_into_force(mall, long_ago)
    before = row_counts(mall.office.database)
    assert [one.move for one in recounted(mall)] == [None] * 3
    assert row_counts(mall.office.database) == before
    assert {mall.application(one.number).calendar for one in documents} == {long_ago.content_hash}
    assert recounted(mall) == []


def test_a_dry_run_tells_the_same_and_writes_nothing(mall: Mall) -> None:
    several(mall, 3)
    comes_into_force(mall)
    before = row_counts(mall.office.database)
    would = list(chain.from_iterable(recount_open(mall.office, batch=2, dry_run=True)))
    assert row_counts(mall.office.database) == before
    assert [(one.after.number, one.moved) for one in would] == [
        (one.after.number, one.moved) for one in recounted(mall)
    ]


def test_a_decision_before_the_recount_keeps_the_old_calendar_and_is_recounted_later(mall: Mall) -> None:
    [document] = several(mall, 1)
    comes_into_force(mall)
    decided = mall.decides(document, OMAR, "forward")
    assert decided.calendar == indonesia().content_hash
    assert decided.promise_due == document.promise_due
    assert mall.registers().calendar == ELECTION.content_hash
    [one] = recounted(mall)
    assert one.after.number == document.number
    told_the_same(mall, document)


def test_a_stopped_application_keeps_its_calendar_and_is_found_once_it_goes_on(mall: Mall) -> None:
    written = mall.office.book_in_force(SERVICE).workflow.model_dump(mode="json")
    written["ends"]["refused"] |= {"outcome": "stopped", "resume": {"days": 30, "to": "verify"}}
    written["steps"]["verify"]["decisions"]["stop"] = {"label": {"id": "Hentikan", "en": "Stop"}, "to": "refused"}
    publish(mall.office, Workflow.model_validate(written), by="tests")
    [document] = several(mall, 1)
    mall.decides(document, OMAR, "stop", reason="Tidak lengkap")
    comes_into_force(mall)
    assert recounted(mall) == []
    mall.clock.advance(timedelta(days=1))
    again = resume(mall.office, document.number, Resumption(reason="Lengkap"), person_id=mall.id_of(OMAR))
    assert again.calendar == indonesia().content_hash
    assert [one.after.number for one in recounted(mall)] == [document.number]
    told_the_same(mall, document)


def test_killed_in_the_middle_it_goes_on_with_the_others(mall: Mall) -> None:
    documents = several(mall, 5)
    comes_into_force(mall)
    first = next(recount_open(mall.office, batch=2))
    rest = recounted(mall)
    assert len(first) == 2
    assert sorted(one.after.number for one in (*first, *rest)) == [one.number for one in documents]
    assert [len([one for one in entries(mall, each) if one["kind"] == "recalculated"]) for each in documents] == [1] * 5
    told_the_same(mall, *documents)


def test_two_at_once_recount_each_application_once(mall: Mall) -> None:
    documents = several(mall, 8)
    comes_into_force(mall)
    done, raised = split(at_once(lambda: recounted(mall, 1), lambda: recounted(mall, 1)))
    assert raised == []
    assert sorted(one.after.number for one in (*done[0], *done[1])) == [one.number for one in documents]
    assert {len([one for one in entries(mall, each) if one["kind"] == "recalculated"]) for each in documents} == {1}


def test_who_is_being_decided_on_is_waited_for_at_the_end_and_nobody_else(postgresql_mall: Mall) -> None:
    mall = postgresql_mall
    documents = several(mall, 3)
    comes_into_force(mall)
    seen: list[Sequence[Recount]] = []
    with mall.office.transaction() as tx:
        tx.application(documents[1].number)
        going = in_background(lambda: seen.extend(recount_open(mall.office)))
        others = {documents[0].number, documents[2].number}
        while not {one.after.number for batch in list(seen) for one in batch} >= others:
            assert not going.is_done
    going.result()
    assert sorted(one.after.number for batch in seen for one in batch) == [one.number for one in documents]


def test_two_calendars_made_one_after_the_other_are_one_recount(mall: Mall) -> None:
    [document] = several(mall, 1)
    comes_into_force(mall)
    comes_into_force(mall, newest := with_days_off(ELECTION, date(2026, 3, 6), name="Banjir"))
    [one] = recounted(mall)
    assert one.after.calendar == newest.content_hash
    last = entries(mall, document)[-1]
    assert (last["calendar_before"], last["calendar_number"]) == (indonesia().content_hash, 3)


def test_an_application_of_an_older_program_gets_its_ledger(mall: Mall) -> None:
    [returned] = several(mall, 1)
    mall.clock.advance(timedelta(days=1))
    document = mall.decides(returned, OMAR, "return", reason="Buram", requirements=("photo",))
    mall.clock.advance(timedelta(days=1))
    document = mall.walks(document, [(IDA, "resubmit"), (OMAR, "forward")])
    with mall.office.transaction() as tx:
        ledger = tx.ledger(document)
    with mall.office.database.writing() as connection:
        connection.execute(sa.delete(clock_intervals))
        nothing = {"calendar": None, "promise_due": None, "legal_due": None, "wake_at": None}
        connection.execute(sa.update(applications).values(nothing))
    mall.carries()
    assert [one.after.number for one in recounted(mall, 1)] == [document.number]
    now = mall.application(document.number)
    assert (now.calendar, now.promise_due) == (indonesia().content_hash, document.promise_due)
    with mall.office.transaction() as tx:
        assert tx.ledger(now) == ledger
    assert [one["by"] for one in entries(mall, now)[-1]["ledger"]] == ["ida", "omar", "ida"]
    mall.decides(now, SARI, "recommend")
    mall.walks(now, [(WAYAN, "forward"), (RATNA, "sign"), (DEWI, "forward"), (BUDI, "hand-over")])
    told_the_same(mall, now)
