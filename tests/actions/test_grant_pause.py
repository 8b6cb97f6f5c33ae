"""A pause that somebody grants, and an obstacle a desk reports, in the books: on both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from routing.actions.grant_pause import PauseEnd, PauseGrant, end_pause, grant_pause
from routing.actions.keep_time import keep_time
from routing.actions.raise_obstacle import Obstacle, raise_obstacle
from routing.domain.errors import UnknownApplication
from routing.domain.granted_pauses import NotPaused, PausedAlready
from routing.domain.obstacles import ObstacleReported
from routing.domain.people import MANAGER
from routing.domain.time_limits import Pause
from routing.reading.chains import verify_chains
from routing.storage.tables import audit_entries, clock_intervals
from tests.actions.times_in_the_mall import kinds, marks, opens, registers, told
from tests.domain.people_of_the_mall import OMAR, person
from tests.mall import Mall
from tests.row_counts import row_counts
from tests.sound_books import require_sound

HARI = person("hari", MANAGER, None)


@pytest.fixture
def managed(mall: Mall) -> Mall:
    """A mall with a manager, and the route of many limits."""
    mall.hires(HARI)
    opens(mall)
    return mall


def stands_still(mall: Mall, number: str) -> None:
    said = PauseGrant(pause="force-majeure", reason="Banjir di Batu", instrument="360/7/2026")
    grant_pause(mall.office, number, said, person_id=mall.id_of(HARI))


def goes_on(mall: Mall, number: str) -> None:
    end_pause(mall.office, number, PauseEnd(reason="Air surut"), person_id=mall.id_of(HARI))


def test_the_ledger_the_log_and_the_limits_tell_of_a_granted_pause(managed: Mall) -> None:
    document = registers(managed)
    (before,) = managed.open_visits(document)
    managed.clock.advance(timedelta(hours=2))
    stands_still(managed, document.number)
    assert managed.application(document.number).promise_due is None
    assert managed.open_visits(document)[0].warn_at is None
    managed.clock.advance(timedelta(days=10))
    keep_time(managed.office)
    assert told(managed, document) == []
    goes_on(managed, document.number)
    with managed.office.reading() as connection:
        rows = connection.execute(
            sa.select(clock_intervals.c.pause, clock_intervals.c.granted_by).order_by(clock_intervals.c.no)
        ).all()
    assert [tuple(row) for row in rows] == [(None, "ida"), (Pause.FORCE_MAJEURE, "hari"), (None, "hari")]
    (after,) = managed.open_visits(document)
    # Tuesday to Wednesday of the week after; Monday, on which it came, would not have counted anyway.
    assert after.due_at - before.due_at == timedelta(days=9)
    assert after.warn_at is not None
    assert kinds(managed, document)[-2:] == ["paused", "continued"]
    assert marks(managed, document) == ["granted-pause"]
    report = verify_chains(managed.office)
    assert report.breaks == ()
    assert managed.application(document.number).promise_due is not None


def test_a_refused_pause_changes_nothing(managed: Mall) -> None:
    document = registers(managed)
    stands_still(managed, document.number)
    before = row_counts(managed.office.database)
    with pytest.raises(PausedAlready):
        stands_still(managed, document.number)
    assert row_counts(managed.office.database) == before
    goes_on(managed, document.number)
    with pytest.raises(NotPaused):
        goes_on(managed, document.number)
    with pytest.raises(UnknownApplication):
        goes_on(managed, "IZIN-WAKTU-2026-000099-0")


def test_an_obstacle_is_kept_once_and_told_to_supervisor_and_head(managed: Mall) -> None:
    document = registers(managed)
    said = Obstacle(reason="Server OSS mati")
    raise_obstacle(managed.office, document.number, said, person_id=managed.id_of(OMAR))
    with pytest.raises(ObstacleReported):
        raise_obstacle(managed.office, document.number, said, person_id=managed.id_of(OMAR))
    (visit,) = managed.open_visits(document)
    assert visit.obstacle_at == managed.clock.now
    assert sorted((one[0], one[1], one[3]) for one in told(managed, document)) == [
        ("2", "obstacle", "head"),
        ("2", "obstacle", "supervisor:verifikasi"),
    ]
    with managed.office.reading() as connection:
        bodies = connection.execute(sa.select(audit_entries.c.body)).scalars().all()
    assert not any(b"Server OSS" in bytes(body) for body in bodies)
    require_sound(managed.office)


def test_a_late_courier_starts_no_warnings_while_it_stands_still(managed: Mall) -> None:
    document = managed.registers(service="izin-waktu", papers=(), form={})
    stands_still(managed, document.number)
    managed.clock.advance(timedelta(hours=1))
    managed.carries()
    (visit,) = managed.open_visits(document)
    assert visit.has_arrived
    assert visit.warn_at is None
    goes_on(managed, document.number)
    assert managed.open_visits(document)[0].warn_at is not None
