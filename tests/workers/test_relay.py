"""The relay: many hand-offs in few messages, through whatever happens to the database and the broker."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from kombu.exceptions import OperationalError
from pydantic import SecretStr

from routing.domain.errors import DatabaseAway
from routing.office import Office
from routing.settings import Settings
from routing.storage.migration import migrate
from tests.clock import Clock
from tests.mall import Mall
from tests.servers.ports import Unavailable
from tests.servers.postgresql import Cluster
from tests.servers.valkey import Daemon, Valkey
from tests.waiting import wait_until
from workers.celery_app import make_app
from workers.relay import Pace, Relay, gathering, relaying

QUEUE = "satuatap:desk.verifikasi"
QUICK = {"sweep_seconds": 0.05, "ring_lease_seconds": 0.2}


def waiting_messages(broker: str) -> int:
    with redis.Redis.from_url(broker) as client:
        return int(client.llen(QUEUE))


@contextmanager
def opened(settings: Settings, **changes: object) -> Iterator[Mall]:
    office = Office(settings.model_copy(update=changes))
    yield Mall(office, Clock())
    office.close()


def test_a_hundred_and_twenty_hand_offs_are_three_messages(settings: Settings, valkey_server: Valkey) -> None:
    valkey_server.flushall()
    with opened(settings, broker_url=SecretStr(valkey_server.url)) as mall:
        for _ in range(120):
            mall.registers()
        relay = Relay(mall.office, make_app(mall.office))
        assert relay.ring_once() == 120
        assert relay.ring_once() == 0
        assert relay.messages == waiting_messages(valkey_server.url) == 3


def test_a_message_holds_nothing_but_names_of_hand_offs(sqlite_settings: Settings, valkey_server: Valkey) -> None:
    valkey_server.flushall()
    with opened(sqlite_settings, broker_url=SecretStr(valkey_server.url)) as mall:
        document = mall.registers()
        Relay(mall.office, make_app(mall.office)).ring_once()
    with redis.Redis.from_url(valkey_server.url) as client:
        raw = b"".join(client.lrange(QUEUE, 0, -1))
    body = json.loads(base64.b64decode(json.loads(raw)["body"]))
    assert body[:2] == [[[[document.id, 2]]], {}]
    assert b"Lestari" not in raw
    assert str(document.id).encode() not in raw, "not in the headers either, which others may log"


def test_a_ring_is_answered_without_waiting_for_the_sweep(settings: Settings, valkey_server: Valkey) -> None:
    valkey_server.flushall()
    with opened(settings, broker_url=SecretStr(valkey_server.url), sweep_seconds=30.0) as mall, relaying(mall.office):
        # The first may be found by the look at the start; the others only by the bell.
        for number in range(1, 4):
            mall.registers()
            wait_until("the message is there", lambda: waiting_messages(valkey_server.url) >= number, seconds=10)  # noqa: B023


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    """A broker of this test's own, because it is stopped."""
    try:
        daemon = Daemon()
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield daemon
    daemon.close()


def test_while_the_broker_is_away_documents_wait_and_then_travel(
    sqlite_settings: Settings, daemon: Daemon, caplog: pytest.LogCaptureFixture
) -> None:
    daemon.start()
    with opened(sqlite_settings, broker_url=SecretStr(daemon.url), **QUICK) as mall, relaying(mall.office):
        mall.registers()
        wait_until("the first message is there", lambda: waiting_messages(daemon.url))
        for end in (daemon.stop, daemon.kill9):
            end()
            caplog.clear()
            mall.registers()
            wait_until("the relay says that it cannot ring", lambda: "relay cannot ring" in caplog.text)
            daemon.start()
            wait_until("messages are there again", lambda: waiting_messages(daemon.url))


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server of this test's own, because it is stopped."""
    try:
        cluster = Cluster(durable=True)
    except Unavailable as reason:
        pytest.skip(str(reason))
    cluster.start()
    yield cluster
    cluster.close()


def test_while_the_database_is_away_the_relay_waits_for_it(
    cluster: Cluster, valkey_server: Valkey, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    valkey_server.flushall()
    settings = Settings(
        data=tmp_path, database_url=SecretStr(cluster.url), broker_url=SecretStr(valkey_server.url)
    ).model_copy(update=QUICK)
    office = Office(settings)
    migrate(office.database)
    office.set_up_vault()
    office.set_up_calendar()
    mall = Mall(office, Clock())
    with relaying(office):
        cluster.stop()
        wait_until("the relay says that it cannot ring", lambda: "relay cannot ring" in caplog.text)
        cluster.start()
        wait_until("the office registers again", lambda: registers(mall))
        wait_until("the message is there", lambda: waiting_messages(valkey_server.url))
    office.close()


def registers(mall: Mall) -> bool:
    try:
        mall.registers()
    except DatabaseAway:
        return False
    return True


def test_a_relay_stops_at_once(live_mall: Mall) -> None:
    relay = Relay(live_mall.office, make_app(live_mall.office))
    thread = threading.Thread(target=relay.run, daemon=True)
    thread.start()
    started = time.monotonic()
    relay.stop()
    thread.join(5)
    assert not thread.is_alive()
    assert time.monotonic() - started < 5


def test_a_broker_that_was_away_costs_no_document_its_turn(sqlite_settings: Settings, daemon: Daemon) -> None:
    """What could not be sent was never rung for: it travels with the first message after the broker is back."""
    daemon.start()
    with opened(sqlite_settings, broker_url=SecretStr(daemon.url), ring_lease_seconds=3600.0) as mall:
        relay = Relay(mall.office, make_app(mall.office))
        daemon.kill9()
        mall.registers()
        with pytest.raises((OperationalError, OSError)):
            relay.ring_once()
        daemon.start()
        assert relay.ring_once() == 1
        assert waiting_messages(daemon.url) == 1


def test_nobody_waits_where_little_is_on_its_way_and_messages_are_saved_where_much_is() -> None:
    assert gathering(0) == gathering(50) < gathering(150) < gathering(250) < 0.1
    assert gathering(1_000) == gathering(10_000) < 0.1


def test_the_pace_is_that_of_the_last_moments_and_a_pile_is_no_rush() -> None:
    pace = Pace()
    for moment in range(1_000):
        pace.add(2, moment / 100)
    assert pace.per_second(9.99) == pytest.approx(200, rel=0.05)
    assert pace.per_second(12) < 1
    pace.add(500, 12)
    assert gathering(pace.per_second(12)) == gathering(0)
