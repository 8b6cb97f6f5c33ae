"""The bell: heard by whoever listens, never waited for by whoever rings, whatever becomes of the database."""

import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from routing.office import Office
from routing.storage.bell import Bell, InProcessBell, Listener, PostgresBell, Topic
from tests.mall import Mall
from tests.servers.ports import Unavailable, free_port
from tests.servers.postgresql import Cluster
from tests.threads import in_background
from tests.waiting import wait_until

#: Long enough for a busy machine, since a test that passes never waits for it.
PATIENCE = 15.0


@pytest.fixture(params=["in one process", "on PostgreSQL"])
def bell(request: pytest.FixtureRequest) -> Iterator[Bell]:
    made: Bell = InProcessBell()
    if request.param == "on PostgreSQL":
        office: Office = request.getfixturevalue("postgresql_office")
        made = PostgresBell(office.database.url)
    yield made
    made.close()


@pytest.fixture
def listener(bell: Bell) -> Iterator[Listener]:
    made = bell.listen(Topic.SENT)
    yield made
    made.close()


def test_a_ring_is_heard(bell: Bell, listener: Listener) -> None:
    heard = in_background(lambda: listener.wait(PATIENCE))
    bell.ring(Topic.SENT)
    assert heard.result() is True


def test_a_ring_between_two_looks_is_not_missed(bell: Bell, listener: Listener) -> None:
    bell.ring(Topic.SENT)
    assert listener.wait(PATIENCE) is True


def test_many_rings_while_nobody_looked_are_one_or_few(bell: Bell, listener: Listener) -> None:
    for _ in range(200):
        bell.ring(Topic.SENT)
    assert listener.wait(PATIENCE) is True
    more = 0
    while listener.wait(0.1):
        more += 1
    assert more < 50


def test_a_ring_of_the_other_topic_is_not_heard(bell: Bell, listener: Listener) -> None:
    other = bell.listen(Topic.ARRIVED)
    bell.ring(Topic.ARRIVED)
    assert other.wait(PATIENCE) is True
    assert listener.wait(0) is False
    other.close()


def test_everybody_who_listens_hears_it(bell: Bell) -> None:
    listeners = [bell.listen(Topic.SENT) for _ in range(3)]
    waiting = [in_background(partial(one.wait, PATIENCE)) for one in listeners]
    bell.ring(Topic.SENT)
    assert [one.result() for one in waiting] == [True] * 3
    for one in listeners:
        one.close()


def test_silence_ends_after_the_given_time(bell: Bell, listener: Listener) -> None:
    started = time.monotonic()
    assert listener.wait(0.05) is False
    assert 0.04 < time.monotonic() - started < PATIENCE


def test_closing_the_bell_wakes_who_waits_in_its_process() -> None:
    bell = InProcessBell()
    listener = bell.listen(Topic.SENT)
    woken = in_background(lambda: listener.wait(PATIENCE))
    bell.close()
    assert woken.result() is True


def test_a_committed_hand_off_rings_and_a_refused_one_does_not(mall: Mall) -> None:
    sent, arrived = (mall.office.bell.listen(topic) for topic in (Topic.SENT, Topic.ARRIVED))
    mall.registers()
    assert sent.wait(PATIENCE) is True
    assert arrived.wait(0) is False
    mall.carries()
    assert arrived.wait(PATIENCE) is True
    with pytest.raises(ZeroDivisionError), mall.office.transaction() as tx:  # noqa: PT012 - what is open is the point
        tx.has_sent = True
        raise ZeroDivisionError
    assert sent.wait(0.05) is False
    for listener in (sent, arrived):
        listener.close()


def test_the_bell_of_another_process_is_heard(postgresql_office: Office) -> None:
    """Two bells stand for two processes: each has connections of its own."""
    there, here = (PostgresBell(postgresql_office.database.url) for _ in range(2))
    listener = here.listen(Topic.SENT)
    there.ring(Topic.SENT)
    assert listener.wait(PATIENCE) is True
    listener.close()
    there.close()
    here.close()


def hears_again(bell: Bell, listener: Listener) -> bool:
    """A lost ring is no harm (the sweep looks anyway); one that comes later is heard."""
    bell.ring(Topic.SENT)
    return listener.wait(0.2)


def test_a_lost_connection_heals(postgresql_office: Office) -> None:
    office = postgresql_office
    listener = office.bell.listen(Topic.SENT)
    office.bell.ring(Topic.SENT)
    assert listener.wait(PATIENCE) is True
    for _ in range(2):
        with office.reading() as connection:
            ended = connection.execute(
                sa.text(
                    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid != pg_backend_pid()"
                    " AND (query LIKE 'LISTEN%' OR query LIKE 'NOTIFY%')"
                )
            ).scalar_one()
        assert ended == 2
        wait_until("a ring is heard again", lambda: hears_again(office.bell, listener))
    listener.close()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server of this test's own, because it is stopped."""
    try:
        cluster = Cluster()
    except Unavailable as reason:
        pytest.skip(str(reason))
    cluster.start()
    yield cluster
    cluster.close()


def test_the_bell_outlives_its_server(cluster: Cluster) -> None:
    bell = PostgresBell(make_url(cluster.url))
    listener = bell.listen(Topic.SENT)
    bell.ring(Topic.SENT)
    assert listener.wait(PATIENCE) is True
    cluster.stop()
    bell.ring(Topic.SENT)
    assert listener.wait(0.01) is False
    cluster.start()
    wait_until("a ring is heard again", lambda: hears_again(bell, listener))
    listener.close()
    bell.close()


def test_ringing_and_listening_without_a_database_neither_blocks_nor_fails() -> None:
    bell = PostgresBell(make_url(f"postgresql+psycopg://ida@127.0.0.1:{free_port()}/permits"))
    listener = bell.listen(Topic.SENT)
    started = time.monotonic()
    for _ in range(1_000):
        bell.ring(Topic.SENT)
    assert time.monotonic() - started < 1.0, "whoever rings does not wait for the database"
    assert listener.wait(0.01) is False
    listener.close()
    bell.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "bell"]
