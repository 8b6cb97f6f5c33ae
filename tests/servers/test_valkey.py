from collections.abc import Iterator

import pytest
import redis
from kombu import Connection

from tests.servers.ports import NotOurs, Unavailable
from tests.servers.valkey import Daemon, Valkey, valkey_for_tests


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    try:
        daemon = Daemon()
    except Unavailable as reason:
        pytest.skip(str(reason))
    daemon.start()
    yield daemon
    daemon.close()


@pytest.mark.parametrize("way", ["url", "socket_url"])
def test_a_message_travels_through_it_as_celery_sends_it(daemon: Daemon, way: str) -> None:
    with Connection(getattr(daemon, way)) as connection:
        queue = connection.SimpleQueue("desk.zoning")
        queue.put("B-2031")
        message = queue.get(timeout=5)
        message.ack()
        assert message.payload == "B-2031"
        queue.close()


def test_after_a_kill_it_comes_back_at_the_same_address_and_empty(daemon: Daemon) -> None:
    url = daemon.url
    for end in (daemon.kill9, daemon.stop):
        with redis.Redis.from_url(url) as client:
            client.set("desk", "zoning")
        end()
        with redis.Redis.from_url(url) as client, pytest.raises(redis.ConnectionError):
            client.ping()
        daemon.start()
        with redis.Redis.from_url(url) as client:
            assert client.get("desk") is None


def test_flushall_forgets_everything(valkey_server: Valkey) -> None:
    with redis.Redis.from_url(valkey_server.url) as client:
        client.set("desk", "zoning")
        valkey_server.flushall()
        assert client.dbsize() == 0


def test_closing_it_leaves_neither_process_nor_folder(daemon: Daemon) -> None:
    process = daemon.process
    assert process is not None
    daemon.close()
    assert process.poll() is not None
    assert not daemon.folder.exists()


def test_a_given_server_is_used_and_never_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUATAP_TEST_BROKER_URL", "redis://queue.example:6380/3")
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw1")
    server = valkey_for_tests()
    assert server.url == "redis://queue.example:6380/4"
    with pytest.raises(NotOurs, match="not ours"):
        server.daemon.kill9()
    server.close()
