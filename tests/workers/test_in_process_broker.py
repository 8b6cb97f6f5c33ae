"""The broker in memory wakes who waits; it does not look once in a while."""

import threading
import time
import uuid
from collections.abc import Iterator

import pytest
from kombu import Connection, Consumer, Message, Producer, Queue

from tests.threads import in_background
from workers.in_process_broker import DOORBELL, Transport


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Connection, Connection]]:
    """One to send and one to receive, over a transport that would look every half a minute."""
    monkeypatch.setattr(Transport, "polling_interval", 30.0)
    with Connection(transport=Transport) as sending, Connection(transport=Transport) as receiving:
        yield sending, receiving


@pytest.fixture
def queue() -> Queue:
    name = f"desk.{uuid.uuid4()}"
    return Queue(name, exchange="", routing_key=name)


def send(connection: Connection, queue: Queue, body: object) -> None:
    Producer(connection.default_channel).publish(body, routing_key=queue.name, declare=[queue])


def test_a_message_is_there_at_once_whatever_the_polling_interval(
    connections: tuple[Connection, Connection], queue: Queue
) -> None:
    sending, receiving = connections
    received: list[object] = []
    came = threading.Event()

    def take(body: object, message: Message) -> None:
        received.append(body)
        message.ack()
        came.set()

    def drain() -> None:
        with Consumer(receiving.default_channel, [queue], callbacks=[take]):
            while len(received) < 20:
                receiving.drain_events(timeout=20)

    draining = in_background(drain)
    started = time.monotonic()
    for number in range(20):
        came.clear()
        send(sending, queue, number)
        assert came.wait(10)
    assert time.monotonic() - started < 1.0
    draining.result()
    assert received == list(range(20))


def test_what_is_settled_makes_room_for_the_next_at_once(
    connections: tuple[Connection, Connection], queue: Queue
) -> None:
    """With room for one, the second message waits until the first is acknowledged: in another thread, as workers do."""
    sending, receiving = connections
    for number in range(6):
        send(sending, queue, number)
    received: list[object] = []
    started = time.monotonic()

    def take(body: object, message: Message) -> None:
        received.append(body)
        settle = message.ack if len(received) % 2 else message.reject
        threading.Timer(0.01, settle).start()

    consumer = Consumer(receiving.default_channel, [queue], callbacks=[take])
    consumer.qos(prefetch_count=1)
    with consumer:
        while len(received) < 6:
            receiving.drain_events(timeout=20)
    assert received == list(range(6))
    assert 0.05 < time.monotonic() - started < 2.0


def test_silence_ends_after_the_given_time(connections: tuple[Connection, Connection], queue: Queue) -> None:
    _, receiving = connections
    with Consumer(receiving.default_channel, [queue], callbacks=[lambda *_: None]):
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            receiving.drain_events(timeout=0.1)
        assert 0.09 < time.monotonic() - started < 2.0


def test_whoever_waits_is_woken_when_the_mall_closes(
    connections: tuple[Connection, Connection], queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, receiving = connections
    with Consumer(receiving.default_channel, [queue], callbacks=[lambda *_: None]):
        waiting = in_background(lambda: receiving.drain_events(timeout=60))
        monkeypatch.setattr(DOORBELL, "is_closing", True)
        DOORBELL.ring()
        with pytest.raises(TimeoutError):
            waiting.result()
