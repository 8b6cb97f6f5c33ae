"""Workers, relays and the broker die under load: the database is the truth, so nothing is lost and nothing doubled."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests.acceptance.books import Books
from tests.acceptance.chance import seeded
from tests.acceptance.counter import FIRST_DESK, Clerk, clerk_on
from tests.acceptance.event_logs import events_of, make_log
from tests.acceptance.processes import Programs, Running, Servers, distributed, own_servers, until

_LEASE_SECONDS = 2.0
_SETTINGS = {"SATUATAP_RING_LEASE_SECONDS": str(_LEASE_SECONDS), "SATUATAP_DESK_REFRESH_SECONDS": "0.5"}
#: As kombu names them, below the prefix of our settings.
_QUEUE, _TAKEN = f"satuatap:desk.{FIRST_DESK}", "satuatap:unacked"


class House:
    """Two workers and a relay that are killed, and started again by their supervisor at once."""

    def __init__(self, made: Programs, servers: Servers, chance: random.Random) -> None:
        self._made, self._servers, self._chance = made, servers, chance
        self.relay = made.part("relay")
        self.workers = [made.part("worker", "--desks", "*") for _ in range(2)]

    def kill_a_worker(self) -> None:
        self._kill_worker(self._chance.randrange(2))

    def kill_both_workers(self) -> None:
        self._kill_worker(0)
        self._kill_worker(1)

    def kill_the_relay(self) -> None:
        self.relay.kill9()
        self.relay = self._made.start("relay")

    def flush_the_broker(self) -> None:
        with contextlib.closing(redis.Redis.from_url(self._servers.valkey.url)) as client:
            client.flushall()

    def kill_the_broker(self) -> None:
        """It has nothing on disk, so it starts empty."""
        self._servers.valkey.kill9()
        self._servers.valkey.start()

    def faults(self) -> list[Callable[[], None]]:
        return [
            self.kill_a_worker,
            self.flush_the_broker,
            self.kill_the_relay,
            self.kill_the_broker,
            self.kill_both_workers,
        ]

    def _kill_worker(self, place: int) -> None:
        self.workers[place].kill9()
        self.workers[place] = self._made.start("worker", "--desks", "*")


@contextlib.contextmanager
def mall(folder: Path) -> Iterator[tuple[Programs, Servers, Books]]:
    with (
        own_servers(durable=True) as servers,
        distributed(folder, servers, **_SETTINGS) as made,
        Books(servers.postgresql.url) as books,
    ):
        yield made, servers, books


def replay_under_faults(folder: Path, *, cases: int, rounds: int) -> None:
    """One fault after the other while documents travel, the replay's own death included; then all is in its place."""
    chance = seeded()
    moves = 3 * cases
    log = make_log(folder / "banyak.xes", cases=cases)
    with mall(folder / "out") as (made, servers, books):
        house = House(made, servers, chance)
        running = [made.start("replay", str(log), "--json")]

        def kill_the_replay() -> None:
            """And with it the relay that runs inside."""
            running.pop().kill9()
            running.append(made.start("replay", str(log), "--json"))

        faults = [fault for _ in range(rounds) for fault in chance.sample([*house.faults(), kill_the_replay], k=6)]
        for place, fault in enumerate(faults):
            come_far_enough(books, running[0], int((place + chance.random()) * moves / (len(faults) + 1)) + 1)
            fault()
            print(f"{books.decided()} decided, {books.on_their_way()} on their way: {fault.__name__}")
        ended = running[0].wait(240)
        assert ended.code == 0, ended.stderr
        books.assert_every_move_stands_once(moves)
        verified = made.run("audit", "verify", "--state", "--json").document
        assert (verified["chains"], verified["breaks"]) == (cases, [])
        assert verified["state"] == {"applications": cases, "differences": []}
        out = folder / "out.xes"
        assert made.run("audit", "export", "--format", "xes", "-o", str(out)).code == 0
        assert events_of(out) == events_of(log)


def come_far_enough(books: Books, running: Running, moves: int) -> None:
    def has() -> bool:
        assert running.is_running or books.decided() >= moves, running.stderr
        return books.decided() >= moves

    until(has, f"{moves} moves", 90)


def test_whatever_dies_under_a_replay_every_move_stands_once(tmp_path: Path) -> None:
    replay_under_faults(tmp_path, cases=700, rounds=1)


@pytest.mark.slow
@pytest.mark.parametrize("again", range(3))
def test_whatever_dies_again_and_again_under_a_replay_every_move_stands_once(tmp_path: Path, again: int) -> None:
    replay_under_faults(tmp_path, cases=3000, rounds=3)


@pytest.mark.slow
def test_whatever_dies_while_the_counter_works_every_document_arrives_once(tmp_path: Path) -> None:
    clerks_under_faults(tmp_path, documents=3000, rounds=4)


def clerks_under_faults(folder: Path, *, documents: int, rounds: int) -> None:
    """Every document is registered, arrives at the first desk, is sent on, and arrives at the second."""
    chance = seeded()
    with mall(folder) as (made, servers, books), clerk_on(servers.postgresql.url) as clerk:
        house = House(made, servers, chance)
        faults = [fault for _ in range(rounds) for fault in chance.sample(house.faults(), k=5)]
        when = dict(zip(sorted(chance.sample(range(1, documents), k=len(faults))), faults, strict=True))
        registered = []
        for number in range(documents):
            registered.append(clerk.registers())
            if number in when:
                when[number]()
                print(f"{number} registered, {books.on_their_way()} on their way: {when[number].__name__}")
        until(lambda: books.on_their_way() == 0, "all arrive at the first desk", 60)
        for number, application in enumerate(registered):
            clerk.sends_on(application)
            if number in when:
                when[number]()
        until(lambda: books.on_their_way() == 0, "all arrive at the second desk", 60)
        books.assert_every_move_stands_once(2 * documents)
        assert books.arrived() == 2 * documents
        assert made.run("audit", "verify").code == 0


def test_a_message_that_dies_in_the_socket_of_a_frozen_worker_is_rung_for_again(tmp_path: Path) -> None:
    """The loss that no setting of Celery on Redis prevents: taken from the queue, noted nowhere."""
    with mall(tmp_path) as (made, servers, books), clerk_on(servers.postgresql.url) as clerk:
        made.part("relay")
        with contextlib.closing(redis.Redis.from_url(servers.valkey.url)) as broker:
            lost = until(lambda: freeze_and_send(made, books, broker, clerk), "a message in a socket", 60)
            lost.kill9()
            assert (broker.llen(_QUEUE), broker.hlen(_TAKEN)) == (0, 0)
            assert books.on_their_way() == 1
            # Its supervisor starts the worker again.
            made.part("worker", "--desks", "*")
            until(lambda: books.on_their_way() == 0, "the document arrives after the lease", _LEASE_SECONDS + 5)
        books.assert_every_move_stands_once(clerk.registered)
        assert books.number("SELECT max(rings) FROM visits") >= 2


def test_documents_rung_for_twice_while_the_workers_stood_still_arrive_once(tmp_path: Path) -> None:
    documents = 20
    with mall(tmp_path) as (made, servers, books), clerk_on(servers.postgresql.url) as clerk:
        made.part("relay")
        workers = [made.part("worker", "--desks", "*") for _ in range(2)]
        for worker in workers:
            worker.freeze()
        for _ in range(documents):
            clerk.registers()
        rung_twice = "SELECT count(*) FROM visits WHERE arrived_at IS NULL AND rings >= 2"
        until(lambda: books.number(rung_twice) == documents, "a second ring for all of them")
        for worker in workers:
            worker.thaw()
        until(lambda: books.on_their_way() == 0, "all arrive")
        with contextlib.closing(redis.Redis.from_url(servers.valkey.url)) as broker:
            until(lambda: broker.llen(_QUEUE) == broker.hlen(_TAKEN) == 0, "every message is dealt with")
        assert books.arrived() == documents
        books.assert_every_move_stands_once(documents)


def freeze_and_send(made: Programs, books: Books, broker: redis.Redis, clerk: Clerk) -> Running | None:
    """A frozen worker with a message in its socket; None where it was not asking for one at that moment."""
    worker = made.part("worker", "--desks", "*")
    worker.freeze()
    clerk.registers()
    until(lambda: books.number("SELECT count(*) FROM visits WHERE arrived_at IS NULL AND rings = 0") == 0, "a ring")
    # The ring is written down before the message goes out.
    until(lambda: broker.info("commandstats").get("cmdstat_lpush", {}).get("calls", 0) >= clerk.registered, "a message")
    if broker.llen(_QUEUE) == 0:
        return worker
    worker.thaw()
    until(lambda: books.on_their_way() == 0, "the document arrives")
    worker.kill9()
    return None
