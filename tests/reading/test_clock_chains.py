"""Whoever changes a ledger or a due date behind the log's back is found, with what differs."""

from datetime import date, timedelta
from itertools import chain

import sqlalchemy as sa

from routing.actions.recount import recount_open
from routing.domain.application import Application
from routing.reading.chains import verify_chains
from routing.storage.tables import applications, clock_intervals
from tests.calendars import indonesia, with_days_off
from tests.domain.people_of_the_mall import IDA, OMAR
from tests.mall import ALL_GOES_WELL, Mall


def problems(mall: Mall) -> list[tuple[str, str]]:
    return [(one.number, one.problem) for one in verify_chains(mall.office).breaks]


def forge(mall: Mall, statement: sa.Update | sa.Delete | sa.Insert) -> None:
    with mall.office.database.writing() as connection:
        connection.execute(statement)


def repaired(mall: Mall) -> Application:
    """An application whose promise ran, stood still for a repair, and runs again."""
    document = mall.registers()
    mall.carries()
    mall.clock.advance(timedelta(days=1))
    mall.decides(document, OMAR, "return", reason="Buram", requirements=("photo",))
    mall.clock.advance(timedelta(days=1))
    return mall.walks(document, [(IDA, "resubmit")])


def test_an_honest_clock_verifies_whatever_happened(mall: Mall) -> None:
    ended = mall.walks(mall.registers(), ALL_GOES_WELL)
    assert not ended.is_open
    repaired(mall)
    with mall.office.transaction() as tx:
        off = with_days_off(indonesia(), date(2026, 3, 5))
        tx.calendars.add(off, by="admin", at=mall.clock(), reason="Pilkada")
    assert len(list(chain.from_iterable(recount_open(mall.office)))) == 1
    mall.registers()
    assert problems(mall) == []


def test_a_due_date_that_was_typed_by_hand_is_found(mall: Mall) -> None:
    honest, document = mall.registers(), repaired(mall)
    assert honest.promise_due is not None
    assert document.promise_due is not None
    later = document.promise_due + timedelta(days=30)
    forge(mall, sa.update(applications).where(applications.c.id == document.id).values(promise_due=later))
    [(number, problem)] = problems(mall)
    assert number == document.number
    assert problem.startswith("the promise is due ")
    forge(mall, sa.update(applications).where(applications.c.id == document.id).values(
        promise_due=document.promise_due, legal_due=later))  # fmt: skip
    [(number, problem)] = problems(mall)
    assert (number, problem[-len("by the log never") :]) == (document.number, "by the log never")


def test_a_pause_that_nobody_granted_is_found(mall: Mall) -> None:
    document = repaired(mall)
    of_it = clock_intervals.c.application_id == document.id
    with mall.office.transaction() as tx:
        running, paused, last = tx.ledger(document)
    assert (running.pause, paused.pause, last.until) == (None, "repair", None)
    earlier = paused.since - timedelta(minutes=1)
    for no, change, name in (
        (2, {"since": earlier}, "since"),
        (1, {"until": earlier}, "until"),
        (1, {"pause": "force-majeure"}, "pause"),
        (2, {"granted_by": "nobody"}, "granted_by"),
    ):
        row = of_it & (clock_intervals.c.no == no)
        was = {one: getattr((running, paused)[no - 1], one) for one in change}
        forge(mall, sa.update(clock_intervals).where(row).values(change))
        expected = f"interval {no} of the ledger has another {name} than the log tells"
        assert problems(mall) == [(document.number, expected)]
        forge(mall, sa.update(clock_intervals).where(row).values(was))
    assert problems(mall) == []


def test_an_interval_that_is_gone_or_too_many_is_found(mall: Mall) -> None:
    document = repaired(mall)
    of_it = clock_intervals.c.application_id == document.id
    extra = {"application_id": document.id, "no": 4, "since": mall.clock(), "granted_by": "nobody"}
    forge(mall, sa.insert(clock_intervals).values(extra))
    assert problems(mall) == [(document.number, "the log knows no interval 4 of the ledger")]
    forge(mall, sa.delete(clock_intervals).where(of_it & (clock_intervals.c.no > 2)))
    assert problems(mall) == [(document.number, "interval 3 of the ledger is missing")]
