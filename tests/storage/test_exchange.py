"""What is said straight to PostgreSQL: in its order, all or nothing, and never on behalf of somebody who has gone."""

import pytest
import sqlalchemy as sa

from routing.actions.deliver import deliver
from routing.domain.errors import MalformedField
from routing.domain.stays import arrive
from routing.reading.chains import verify_chains
from routing.storage import stroke
from routing.storage.applications import WrittenMeanwhile
from routing.storage.straight import Question, ask, leave
from tests.mall import Mall
from tests.row_counts import row_counts

RENAME = Question(sa.text("UPDATE desks SET label = to_json(CAST(:label AS text)) WHERE code = :code"))
LABELS = sa.text("SELECT label #>> '{}' FROM desks WHERE code = :code")
DIVIDE = Question(sa.text("SELECT 1 / CAST(:by AS integer) AS one"))
DESK = "dinas-kesehatan"


class NotThere(Exception):
    """What was to be found is not there."""


def label(mall: Mall) -> str:
    with mall.office.database.writing() as connection:
        return str(connection.execute(LABELS, {"code": DESK}).scalar_one())


def test_what_is_left_is_said_before_the_next_question_and_with_the_commit(postgresql_mall: Mall) -> None:
    with postgresql_mall.office.database.writing() as connection:
        leave(connection, RENAME, {"code": DESK, "label": "first"})
        assert connection.execute(LABELS, {"code": DESK}).scalar_one() == "first"
        leave(connection, RENAME, {"code": DESK, "label": "second"})
        assert ask(connection, (Question(LABELS), {"code": DESK}))[0][0][0] == "second"
        leave(connection, RENAME, {"code": DESK, "label": "third"})
    assert label(postgresql_mall) == "third"


def test_what_is_left_does_not_outlive_a_transaction_that_came_to_nothing(postgresql_mall: Mall) -> None:
    before = label(postgresql_mall)

    def gives_up() -> None:
        with postgresql_mall.office.database.writing() as connection:
            leave(connection, RENAME, {"code": DESK, "label": "never"})
            raise NotThere

    with pytest.raises(NotThere):
        gives_up()
    with postgresql_mall.office.database.writing() as connection:
        leave(connection, DIVIDE, {"by": 1})
    assert label(postgresql_mall) == before


def test_nothing_is_committed_behind_what_is_not_there(postgresql_mall: Mall) -> None:
    before = label(postgresql_mall)

    def writes() -> None:
        with postgresql_mall.office.database.writing() as connection:
            leave(connection, RENAME, {"code": DESK, "label": "never"})
            leave(connection, DIVIDE, {"by": 0}, NotThere)
            leave(connection, RENAME, {"code": DESK, "label": "never, either"})

    with pytest.raises(NotThere):
        writes()
    assert label(postgresql_mall) == before


def test_a_statement_that_fails_ends_its_transaction_and_not_the_connection(postgresql_mall: Mall) -> None:
    database = postgresql_mall.office.database
    unknown = Question(sa.text("SELECT 1 FROM nowhere"))
    for _ in range(2):
        with pytest.raises(sa.exc.ProgrammingError, match="nowhere"), database.writing() as connection:
            ask(connection, (DIVIDE, {"by": 1}), (unknown, {}), (DIVIDE, {"by": 1}))
    with pytest.raises(MalformedField), database.writing() as connection:
        ask(connection, (RENAME, {"code": "\x00", "label": ""}))
    with database.writing() as connection:
        assert ask(connection, (DIVIDE, {"by": 1}))[0][0].one == 1


def test_a_server_that_has_forgotten_what_was_prepared_is_told_again(postgresql_mall: Mall) -> None:
    database = postgresql_mall.office.database
    with database.writing() as connection:
        ask(connection, (DIVIDE, {"by": 1}))
        connection.exec_driver_sql("DEALLOCATE ALL")
    with pytest.raises(sa.exc.ProgrammingError), database.writing() as connection:
        ask(connection, (DIVIDE, {"by": 1}))
    with database.writing() as connection:
        assert ask(connection, (DIVIDE, {"by": 1}))[0][0].one == 1


@pytest.mark.parametrize("worth_a_bundle", [1, 100])
def test_a_bundle_arrives_in_one_statement_as_in_many(
    postgresql_mall: Mall, monkeypatch: pytest.MonkeyPatch, worth_a_bundle: int
) -> None:
    monkeypatch.setattr(stroke, "_WORTH_A_BUNDLE", worth_a_bundle)
    sent = [postgresql_mall.registers() for _ in range(6)]
    assert deliver(postgresql_mall.office, [(one.id, one.visit_count) for one in sent]) == 6
    for one in sent:
        [visit] = postgresql_mall.open_visits(one)
        now = postgresql_mall.application(one.number)
        assert (visit.arrived_at, visit.version) == (postgresql_mall.clock(), now.version)
        assert (now.step, now.version, now.entry_count) == (one.step, one.version + 1, one.entry_count + 1)
    assert verify_chains(postgresql_mall.office).breaks == ()


def test_a_bundle_in_which_one_has_moved_on_is_not_written(postgresql_mall: Mall) -> None:
    mall = postgresql_mall
    sent = [mall.registers() for _ in range(5)]
    moves = [
        arrive(
            mall.office.rule_book(one.workflow).counted_by(mall.office.calendar()),
            one,
            mall.open_visits(one)[0],
            now=mall.clock(),
        )
        for one in sent
    ]
    deliver(mall.office, [(sent[2].id, sent[2].visit_count)])
    before = row_counts(mall.office.database)

    def writes() -> None:
        with mall.office.transaction() as tx:
            tx.record_all(moves)

    with pytest.raises(WrittenMeanwhile, match=sent[2].number):
        writes()
    assert row_counts(mall.office.database) == before
    assert mall.application(sent[0].number) == sent[0]
