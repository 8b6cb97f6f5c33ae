"""On PostgreSQL a decision is asked for in one round trip and written in one statement; the books are the same."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from routing.actions.keep_time import keep_time
from routing.actions.raise_obstacle import Obstacle, raise_obstacle
from routing.domain.errors import DatabaseAway, UnknownApplication, UnknownPerson
from routing.domain.stays import arrive
from routing.reading.chains import verify_chains
from routing.storage import stroke
from routing.storage.applications import WrittenMeanwhile
from tests.calendars import indonesia
from tests.domain.people_of_the_mall import OMAR
from tests.mall import Mall
from tests.row_counts import row_counts

_END_OTHERS = sa.text(
    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid != pg_backend_pid()"
)


def test_a_stroke_on_an_application_that_has_moved_on_writes_nothing(postgresql_mall: Mall) -> None:
    application = postgresql_mall.registers()
    [visit] = postgresql_mall.open_visits(application)
    book = postgresql_mall.office.rule_book(application.workflow).counted_by(indonesia())
    earlier = replace(application, version=application.version - 1)
    late = arrive(book, earlier, visit, now=postgresql_mall.clock())
    before = row_counts(postgresql_mall.office.database)

    def writes() -> None:
        with postgresql_mall.office.transaction() as tx:
            tx.record(late)

    with pytest.raises(WrittenMeanwhile, match=application.number):
        writes()
    assert row_counts(postgresql_mall.office.database) == before


def test_what_is_written_in_one_stroke_is_what_is_written_in_many(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    in_one = mall.walks(mall.registers())
    monkeypatch.setattr(stroke, "fits", lambda _connection, _move: False)
    in_many = mall.walks(mall.registers())
    assert (in_one.step, in_one.outcome, in_one.version, in_one.entry_count, in_one.visit_count) == (
        in_many.step, in_many.outcome, in_many.version, in_many.entry_count, in_many.visit_count,
    )  # fmt: skip
    assert verify_chains(mall.office).breaks == ()


def test_a_move_that_leaves_the_visits_version_as_it_was_moves_the_application_on(mall: Mall) -> None:
    """A warning or an obstacle is no reason to look again at the visit, and yet a move of its application."""
    document = mall.registers()
    mall.carries()
    said = Obstacle(reason="Server mati")
    after = raise_obstacle(mall.office, document.number, said, person_id=mall.id_of(OMAR))
    [visit] = mall.open_visits(document)
    assert (after.version, visit.version) == (3, 2)
    assert mall.application(document.number) == after
    mall.clock.advance(timedelta(days=30))
    keep_time(mall.office)
    warned = mall.application(document.number)
    assert warned.version > 3
    assert mall.open_visits(document)[0].version == 2
    assert mall.decides(document, OMAR, "forward", seen_version=2).version == warned.version + 1
    assert verify_chains(mall.office).breaks == ()


def test_who_or_what_nobody_knows_is_named_before_anything_is_decided(mall: Mall) -> None:
    application = mall.registers()
    with mall.office.transaction() as tx:
        with pytest.raises(UnknownApplication):
            tx.to_decide("SIP-2026-999999-9", person_id=mall.id_of(OMAR))
        with pytest.raises(UnknownPerson):
            tx.to_decide(application.number, person_id=999_999)


def test_a_connection_that_died_costs_one_decision_a_fault_and_not_the_next(postgresql_mall: Mall) -> None:
    application = postgresql_mall.registers()
    postgresql_mall.carries()
    engine = sa.create_engine(postgresql_mall.office.database.engine.url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(_END_OTHERS)
    with pytest.raises(DatabaseAway):
        postgresql_mall.decides(application, OMAR, "forward")
    assert postgresql_mall.decides(application, OMAR, "forward").step == "recommend"
