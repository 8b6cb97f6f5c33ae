"""What the task does with a message anybody with access to the broker could have written."""

from typing import Any

import pytest
import sqlalchemy as sa

from routing.reading.chains import verify_chains
from tests.mall import Mall
from tests.row_counts import row_counts
from workers.celery_app import make_app


def deliver(mall: Mall, *arguments: Any) -> None:
    make_app(mall.office).tasks["deliver"](*arguments)


def test_a_message_names_hand_offs_and_they_arrive(mall: Mall) -> None:
    documents = [mall.registers() for _ in range(3)]
    deliver(mall, [[one.id, 2] for one in documents])
    assert all(mall.open_visits(one)[0].has_arrived for one in documents)


NONSENSE: list[Any] = [
    None, "deliver", 7, {}, {"id": 1}, [None], [[]], [[1]], [[1, 2, 3]], [["1", "2"]], [[1.0, 2.0]], [[True, False]],
    [[[1], [2]]], [{"a": 1}], [[2**80, 2]], [["'; DROP TABLE visits; --", 2]],
]  # fmt: skip


def test_nonsense_changes_nothing(mall: Mall, subtests: pytest.Subtests) -> None:
    mall.registers()
    before = row_counts(mall.office.database)
    for message in NONSENSE:
        with subtests.test(repr(message)):
            deliver(mall, message)
            assert row_counts(mall.office.database) == before


def test_what_is_good_in_a_message_arrives_all_the_same(mall: Mall) -> None:
    document = mall.registers()
    deliver(mall, [*(one for message in NONSENSE if isinstance(message, list) for one in message), [document.id, 2]])
    assert mall.open_visits(document)[0].has_arrived


def test_a_sick_document_does_not_hold_up_the_others(mall: Mall, caplog: pytest.LogCaptureFixture) -> None:
    """Its next entry exists already, as after a restored backup: writing it fails every time."""
    well, sick, well_too = documents = [mall.registers() for _ in range(3)]
    with mall.office.database.writing() as connection:
        connection.execute(
            sa.text("UPDATE applications SET entry_count = entry_count - 1 WHERE id = :id"), {"id": sick.id}
        )
    deliver(mall, [[one.id, 2] for one in documents])
    assert mall.open_visits(well)[0].has_arrived
    assert mall.open_visits(well_too)[0].has_arrived
    assert not mall.open_visits(sick)[0].has_arrived
    assert "hand-off not delivered" in caplog.text
    assert [broken.number for broken in verify_chains(mall.office).breaks] == [sick.number]
