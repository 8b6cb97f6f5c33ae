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
from tests.acceptance.event_logs import events_of, make_log
from tests.acceptance.processes import Programs, Running, Servers, distributed, own_servers, until

#: Lost messages are rung for again after two seconds, so that a test need not wait for ten.
_SHORT_LEASE = {"SATUATAP_RING_LEASE_SECONDS": "2", "SATUATAP_DESK_REFRESH_SECONDS": "0.5"}


class House:
    """Two workers, a relay and a replay that gives them work, all of which may be killed and started again."""

    def __init__(self, made: Programs, servers: Servers, log: Path, chance: random.Random) -> None:
        self._made, self._servers, self._log, self._chance = made, servers, log, chance
        self.workers = [self._worker(), self._worker()]
        self.relay = made.part("relay")
        self.replaying = self._replay()

    def kill_a_worker(self) -> None:
        place = self._chance.randrange(2)
        self.workers[place].kill9()
        self.workers[place] = self._worker()

    def kill_both_workers(self) -> None:
        for worker in self.workers:
            worker.kill9()
        self.workers = [self._worker(), self._worker()]

    def kill_the_relay(self) -> None:
        self.relay.kill9()
        self.relay = self._made.part("relay")

    def kill_the_replay(self) -> None:
        """With the relay that runs inside it."""
        self.replaying.kill9()
        self.replaying = self._replay()

    def flush(self) -> None:
        with contextlib.closing(redis.Redis.from_url(self._servers.valkey.url)) as client:
            client.flushall()

    def kill_the_broker(self) -> None:
        self._servers.valkey.kill9()
        self._servers.valkey.start()

    def kill_a_frozen_worker(self) -> None:
        """What it had taken from the broker's queue and not looked at dies with it."""
        self.workers[0].freeze()
        until(lambda: self.workers[1].is_running, "time passes")
        self.kill_both_workers()

    def faults(self) -> list[Callable[[], None]]:
        return [
            self.kill_a_worker,
            self.flush,
            self.kill_the_relay,
            self.kill_the_broker,
            self.kill_both_workers,
            self.kill_the_replay,
        ]

    def _worker(self) -> Running:
        return self._made.part("worker", "--desks", "*")

    def _replay(self) -> Running:
        return self._made.start("replay", str(self._log), "--json")


@contextlib.contextmanager
def house(folder: Path, log: Path, chance: random.Random) -> Iterator[tuple[House, Books, Programs, Servers]]:
    with (
        own_servers(durable=True) as servers,
        distributed(folder, servers, **_SHORT_LEASE) as made,
        Books(servers.postgresql.url) as books,
    ):
        yield House(made, servers, log, chance), books, made, servers


def play(folder: Path, *, cases: int, rounds: int) -> None:
    """One fault after the other while documents travel; then everything must be in its place."""
    chance = seeded()
    moves = 3 * cases
    log = make_log(folder / "banyak.xes", cases=cases)
    with house(folder / "out", log, chance) as (house_now, books, made, _):
        faults = [fault for _ in range(rounds) for fault in chance.sample(house_now.faults(), k=6)]
        for place, fault in enumerate(faults):
            wanted = (place + chance.random()) * moves // (len(faults) + 1)
            until(lambda wanted=wanted: books.decided() > wanted, f"{wanted} moves", 60)  # type: ignore[misc]
            fault()
            print(f"{books.decided()} decided, {books.on_their_way()} on their way: {fault.__name__}")
        ended = house_now.replaying.wait(120)
        assert ended.code == 0, ended.stderr
        books.assert_every_move_stands_once(moves)
        verified = made.run("audit", "verify", "--json").document
        assert (verified["chains"], verified["breaks"]) == (cases, [])
        out = folder / "out.xes"
        assert made.run("audit", "export", "--format", "xes", "-o", str(out)).code == 0
        assert events_of(out) == events_of(log)


def test_whatever_dies_under_load_every_move_stands_once(tmp_path: Path) -> None:
    play(tmp_path, cases=700, rounds=1)


@pytest.mark.slow
@pytest.mark.parametrize("again", range(5))
def test_whatever_dies_again_and_again_every_move_stands_once(tmp_path: Path, again: int) -> None:
    play(tmp_path, cases=2000, rounds=3)
