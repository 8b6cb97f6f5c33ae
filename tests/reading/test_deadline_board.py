"""What is due is found by every clock, at every desk, and the small table behind it follows whatever is written."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from routing.domain.application import Application
from routing.domain.days_left import Nearness
from routing.domain.due_window import DueBy, UnknownUnit
from routing.domain.errors import MalformedField, Refusal, UnknownDesk, UnknownService
from routing.domain.time_limits import Pause
from routing.office import Office
from routing.reading.catalogue import directory
from routing.reading.deadline_board import DuePage, DueRow, due_counts, due_filter, due_page, unit_counts
from routing.reading.due_places import place_in, place_text
from routing.storage.query_times import server_times
from tests.domain.people_of_the_mall import OMAR
from tests.mall import EVERYBODY, SERVICE, Mall
from workers.bench.many_applications import fill

_BOARD = sa.text(
    "SELECT application_id, visit, desk, service, desk_due, promise_due, legal_due, still_since FROM open_dues"
    " ORDER BY 1, 2"
)
_TRUTH = sa.text(
    "SELECT v.application_id, v.no, v.desk, a.service, v.due_at,"
    " CASE WHEN a.answered_at IS NULL THEN a.promise_due END,"
    " CASE WHEN a.answered_at IS NULL THEN a.legal_due END, i.since"
    " FROM visits v JOIN applications a ON a.id = v.application_id LEFT JOIN clock_intervals i"
    " ON i.application_id = a.id AND i.until IS NULL AND i.pause IS NOT NULL"
    " WHERE v.closed_at IS NULL ORDER BY 1, 2"
)


def due(mall: Mall, **asked: object) -> tuple[DueRow, ...]:
    return page(mall, **asked).rows


def page(mall: Mall, **asked: object) -> DuePage:
    with mall.office.reading() as connection:
        known = directory(connection)
    return due_page(mall.office, due_filter(mall.office, known, **asked))  # type: ignore[arg-type]


def numbers(rows: tuple[DueRow, ...]) -> list[str]:
    return [row.number for row in rows]


def arrived(mall: Mall, service: str = SERVICE) -> Application:
    """An application with all its papers, at the first desk behind the counter."""
    workflow = mall.office.book_in_force(service).workflow
    decision = next(iter(workflow.steps[workflow.intake[0]].decisions))
    application = mall.registers(service=service, papers=tuple(workflow.requirements), decision=decision)
    mall.carries()
    return application


def test_what_is_promised_first_comes_first_with_all_that_is_due_of_it(mall: Mall) -> None:
    older = arrived(mall)
    mall.clock.advance(timedelta(days=1))
    younger = arrived(mall)
    quick = arrived(mall, "nib")
    rows = due(mall)
    assert numbers(rows) == [quick.number, older.number, younger.number]
    assert rows[0].promise is not None
    assert rows[0].promise.counted == "minutes"
    row = rows[1]
    assert row.promise is not None
    assert (row.promise.due, row.promise.count, row.promise.nearness) == (older.promise_due, 8, Nearness.AMPLE)
    (stay,) = row.stays
    assert (stay.desk, stay.step_code, stay.has_arrived, stay.holder) == ("verifikasi", "verify", True, None)
    assert stay.left is not None
    assert stay.left.nearness is Nearness.TODAY
    assert (row.service, row.step, row.visit, row.still, row.legal) == ("sip-dokter", "verify", None, None, None)


def test_a_desk_is_asked_by_its_own_time_and_the_office_by_its_promises(mall: Mall) -> None:
    first, second = arrived(mall), arrived(mall)
    mall.decides(first, OMAR, "forward")
    mall.carries()
    # Three days at the health office, nine promised.
    assert numbers(due(mall, desk="dinas-kesehatan", within="3d")) == [first.number]
    assert numbers(due(mall, unit="dinkes", within="2d")) == []
    assert numbers(due(mall, within="3d")) == []
    assert set(numbers(due(mall, within="9d"))) == {first.number, second.number}
    (row,) = due(mall, desk="verifikasi", within="1d")
    assert (row.number, row.visit) == (second.number, 2)
    mall.clock.advance(timedelta(days=2))
    assert numbers(due(mall, overdue=True)) == []
    assert numbers(due(mall, overdue=True, by=DueBy.DESK)) == [second.number]
    assert numbers(due(mall, overdue=True, by=DueBy.DESK, desk="dinas-kesehatan")) == []
    mall.clock.advance(timedelta(days=14))
    assert set(numbers(due(mall, overdue=True, desk="verifikasi", by=DueBy.PROMISE))) == {second.number}
    assert set(numbers(due(mall, overdue=True))) == {first.number, second.number}


def test_what_has_ended_is_due_nowhere(mall: Mall) -> None:
    mall.walks(mall.registers())
    for by in DueBy:
        assert due(mall, by=by) == ()
        assert due(mall, by=by, unit="dpmptsp") == ()


def test_what_stands_still_is_listed_apart_with_its_reason_and_since_when(mall: Mall) -> None:
    waiting, other = arrived(mall), arrived(mall)
    mall.decides(waiting, OMAR, "return", reason="KTP kabur", requirements=("id-card",))
    returned_at = mall.clock()
    mall.carries()
    mall.clock.advance(timedelta(days=1))
    assert numbers(due(mall)) == [other.number]
    (row,) = due(mall, by=DueBy.STILL)
    assert (row.number, row.promise) == (waiting.number, None)
    assert row.still is not None
    assert (row.still.pause, row.still.since, row.still.granted_by) == (Pause.REPAIR, returned_at, OMAR.code)
    assert numbers(due(mall, by=DueBy.STILL, desk="loket-pendaftaran")) == [waiting.number]
    assert due(mall, by=DueBy.STILL, desk="verifikasi") == ()
    assert due(mall, by=DueBy.STILL, service="nib") == ()


def test_the_board_counts_what_its_lists_show(mall: Mall) -> None:
    first = arrived(mall)
    mall.clock.advance(timedelta(days=3))
    second, third = arrived(mall), arrived(mall)
    mall.decides(third, OMAR, "return", reason="KTP kabur", requirements=("id-card",))
    mall.carries()
    with mall.office.reading() as connection:
        known = directory(connection)
    counts = due_counts(mall.office, due_filter(mall.office, known, desk="verifikasi"))
    assert (counts.overdue, counts.today, counts.soon, counts.still) == (1, 0, 1, 0)
    counts = due_counts(mall.office, due_filter(mall.office, known))
    assert (counts.overdue, counts.today, counts.soon, counts.still) == (0, 0, 0, 1)
    (unit,) = unit_counts(mall.office, known)
    assert (unit.unit.code, unit.overdue) == ("dpmptsp", 1)
    assert numbers(due(mall, overdue=True, unit="dpmptsp")) == [first.number]
    assert second.number in numbers(due(mall, service="sip-dokter", desk="verifikasi"))
    nobody = due_filter(mall.office, known, desk="penomoran", seen=["verifikasi"])
    assert nobody.desks == ()
    assert due_page(mall.office, nobody).rows == ()
    assert due_counts(mall.office, nobody).overdue == 0


@pytest.mark.parametrize("asked", [{}, {"desk": "verifikasi"}, {"unit": "dpmptsp", "by": DueBy.PROMISE}])
def test_pages_of_the_list_leave_nothing_out_and_show_nothing_twice(mall: Mall, asked: dict) -> None:
    # All of one day are due at the same second.
    registered = [arrived(mall).number for _ in range(5)]
    mall.clock.advance(timedelta(days=1))
    registered += [arrived(mall).number for _ in range(2)]
    with mall.office.reading() as connection:
        wanted = due_filter(mall.office, directory(connection), **asked)
    seen: list[str] = []
    behind = None
    while True:
        found = due_page(mall.office, wanted, behind, 2)
        seen += numbers(found.rows)
        if found.next is None:
            break
        behind = place_in(place_text(found.next) or "")
        assert behind is not None
    assert sorted(seen) == sorted(registered)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("said", ["", "x", "2026-01-01T00:00:00/1/2", "2026-01-01T00:00:00+00:00/-1/2", "a/b/c/d"])
def test_a_place_nobody_gave_out_is_none(said: str) -> None:
    assert place_in(said) is None


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"desk": "nowhere"}, UnknownDesk),
        ({"unit": "nobody"}, UnknownUnit),
        ({"service": "nothing"}, UnknownService),
        ({"within": "soon"}, MalformedField),
    ],
)
def test_what_is_not_there_is_refused_by_name(sqlite_mall: Mall, asked: dict, refusal: type[Exception]) -> None:
    with pytest.raises(refusal, match=r"(?s).*" + next(iter(asked.values()))):
        due(sqlite_mall, **asked)


def test_the_small_table_behind_the_board_follows_whatever_is_written(mall: Mall) -> None:
    """Documents walk at random; after every move it says what visits, applications and ledgers say."""
    chance = random.Random(20260302)
    open_ones = [arrived(mall) for _ in range(3)] + [arrived(mall, "izin-reklame") for _ in range(3)]
    for _ in range(45):
        if chance.random() < 0.7:
            mall.carries()
        mall.clock.advance(timedelta(hours=chance.choice((0, 1, 30))))
        application = chance.choice(open_ones)
        _something_is_decided(mall, application, chance.choice)
        with mall.office.reading() as connection:
            assert connection.execute(_BOARD).all() == connection.execute(_TRUTH).all()
    with mall.office.reading() as connection:
        assert len(connection.execute(_BOARD).all()) >= 1


def _something_is_decided(mall: Mall, application: Application, choose: Callable) -> None:
    for visit in mall.open_visits(application):
        step = mall.office.rule_book(application.workflow).workflow.steps[visit.step]
        by = next((one for one in EVERYBODY if any(held.desk == visit.desk for held in one.assignments)), None)
        if by is None or not step.decisions:
            continue
        decision = choose(sorted(step.decisions))
        try:
            rule = step.decisions[decision]
            named = ("id-card",) if rule.names_requirements else ()
            mall.decides(application, by, decision, visit=visit.no, reason="kabur", requirements=named)
        except Refusal:
            continue
        return


def test_what_is_due_is_found_without_reading_what_has_ended(postgresql_office: Office) -> None:
    fill(postgresql_office, 4000, lambda _: None)
    with postgresql_office.reading() as connection:
        known = directory(connection)
    along: dict[str, set[str]] = {}
    for name, asked in {
        "promise": {},
        "legal": {"by": DueBy.LEGAL, "overdue": True},
        "desk": {"by": DueBy.DESK, "within": "3d"},
        "one desk": {"desk": "meja-7"},
        "unit": {"unit": "unit-3", "by": DueBy.PROMISE},
        "service": {"service": "sip-dokter"},
        "still": {"by": DueBy.STILL},
    }.items():
        wanted = due_filter(postgresql_office, known, **asked)  # type: ignore[arg-type]
        for ask in (lambda: due_page(postgresql_office, wanted), lambda: due_counts(postgresql_office, wanted)):  # noqa: B023
            for one in server_times(postgresql_office.database, ask):
                assert not {"applications", "visits", "clock_intervals"} & set(one.tables_read_whole), (name, one)
                along.setdefault(name, set()).update(one.indexes)
    assert "ix_applications_promise" in along["promise"]
    assert "ix_applications_legal" in along["legal"]
