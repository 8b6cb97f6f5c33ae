"""The beat follows a change of the calendar by itself, in pieces."""

from datetime import date

import pytest
import sqlalchemy as sa

from routing.actions.recount import recount_open
from routing.storage.tables import applications
from tests.calendars import indonesia, with_days_off
from tests.mall import Mall
from tests.waiting import wait_until
from workers import clockwork
from workers.celery_app import make_app
from workers.embedded import courier

ELECTION = with_days_off(indonesia(), date(2026, 3, 5))


def counted_by(mall: Mall) -> set[str | None]:
    with mall.office.reading() as connection:
        return set(connection.execute(sa.select(applications.c.calendar)).scalars())


def comes_into_force(mall: Mall) -> None:
    with mall.office.transaction() as tx:
        tx.calendars.add(ELECTION, by="admin", at=mall.clock(), reason="Pilkada")


def test_whatever_is_open_is_recounted_and_again_changes_nothing(sqlite_mall: Mall) -> None:
    document = sqlite_mall.registers()
    recounts = make_app(sqlite_mall.office).tasks["recount"]
    recounts()
    assert sqlite_mall.application(document.number) == document
    comes_into_force(sqlite_mall)
    recounts()
    once = sqlite_mall.application(document.number)
    assert once.calendar == ELECTION.content_hash
    recounts()
    assert sqlite_mall.application(document.number) == once


def test_a_piece_that_was_long_enough_leaves_the_rest_to_the_next(
    sqlite_mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    mall = sqlite_mall
    monkeypatch.setattr(clockwork, "_PIECE", 0.0)
    monkeypatch.setattr(clockwork, "recount_open", lambda office: recount_open(office, batch=1))
    for _ in range(3):
        mall.registers()
    comes_into_force(mall)
    make_app(mall.office).tasks["recount"]()
    assert len(counted_by(mall)) == 2
    # What it has sent itself is at the broker in memory, and carried on as soon as somebody serves it.
    with courier(mall.office):
        wait_until("all are counted by the new calendar", lambda: counted_by(mall) == {ELECTION.content_hash})
