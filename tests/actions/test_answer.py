"""The office has answered and nobody fetches it: what the books say of that, and which lists know it no more."""

from datetime import timedelta

import sqlalchemy as sa

from routing.actions.forecast import forecast
from routing.actions.keep_time import keep_time
from routing.actions.publish import publish
from routing.domain.application import Application
from routing.domain.due_window import DueBy
from routing.reading.catalogue import directory
from routing.reading.chains import verify_chains
from routing.reading.deadline_board import due_counts, due_filter, due_page
from routing.reading.desk_queue import queue
from routing.reading.whereabouts import for_the_public, whereabouts
from routing.storage.tables import applications, forecasts, open_dues
from tests.actions.times_in_the_mall import SERVICE, marks, registers, says
from tests.domain.people_of_the_mall import BUDI, OMAR, RATNA
from tests.domain.route_of_answers import handing_over
from tests.domain.route_of_times import DEEMED
from tests.mall import Mall
from tests.sound_books import require_sound


def signed(mall: Mall) -> Application:
    assert publish(mall.office, handing_over(legal_limit=DEEMED), by="tests")
    document = says(mall, registers(mall), OMAR, "forward")
    mall.clock.advance(timedelta(hours=1))
    mall.decides(document, RATNA, "sign")
    mall.clock.advance(timedelta(seconds=1))
    mall.carries()
    return mall.application(document.number)


def test_what_nobody_fetches_is_late_nowhere_and_the_log_tells_the_same(mall: Mall) -> None:
    document = signed(mall)
    assert document.answered_at is not None
    mall.clock.advance(timedelta(days=90))
    keep_time(mall.office)
    now = mall.application(document.number)
    assert (now.answered_at, now.promise_due, now.legal_due) == (
        document.answered_at, document.promise_due, document.legal_due,
    )  # fmt: skip
    assert (now.deemed_at, now.wake_at, marks(mall, document)) == (None, None, [])
    with mall.office.reading() as connection:
        known = directory(connection)
        row = connection.execute(sa.select(open_dues.c.promise_due, open_dues.c.legal_due)).one()
    assert tuple(row) == (None, None)
    for by in (DueBy.PROMISE, DueBy.LEGAL, DueBy.STILL):
        for desk in ("", "loket-penyerahan"):
            assert due_page(mall.office, due_filter(mall.office, known, by=by, desk=desk)).rows == ()
    assert due_counts(mall.office, due_filter(mall.office, known)).overdue == 0
    (lies,) = due_page(mall.office, due_filter(mall.office, known, by=DueBy.DESK)).rows
    assert (lies.promise, lies.legal) == (None, None)
    assert [one.promise for one in queue(mall.office, "loket-penyerahan").rows] == [None]
    require_sound(mall.office)
    says(mall, document, BUDI, "hand-over")
    require_sound(mall.office)


def test_why_is_it_here_tells_that_the_office_has_answered(mall: Mall) -> None:
    document = signed(mall)
    mall.clock.advance(timedelta(days=90))
    keep_time(mall.office)
    found = whereabouts(mall.office, document.number)
    assert found.promise is not None
    assert found.legal is not None
    assert (found.promise.is_late, found.legal.is_late, found.expected) == (False, False, None)
    assert found.promise.due_at == document.promise_due
    assert for_the_public(found).answered_at == document.answered_at


def test_an_answer_that_somebody_backdates_in_the_books_is_found(mall: Mall) -> None:
    document = signed(mall)
    with mall.office.database.engine.begin() as connection:
        earlier = mall.clock.now - timedelta(days=3)
        connection.execute(sa.update(applications).values(answered_at=earlier))
    (found,) = verify_chains(mall.office).breaks
    assert document.number in str(found)
    assert "answered" in str(found)


def test_cases_are_measured_up_to_the_answer_and_not_to_the_day_it_was_fetched(mall: Mall) -> None:
    document = signed(mall)
    mall.clock.advance(timedelta(days=90))
    says(mall, document, BUDI, "hand-over")
    forecast(mall.office)
    with mall.office.reading() as connection:
        rows = connection.execute(sa.select(forecasts).where(forecasts.c.service == SERVICE)).all()
    assert {row.step: row.median_days for row in rows} == {"register": 0, "verify": 0, "sign": 0}
