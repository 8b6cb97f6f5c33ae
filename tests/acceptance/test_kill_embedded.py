"""Somebody pulls the plug of the mall that is one process, again and again: nothing is lost and nothing done twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from routing.settings import Settings
from tests.acceptance.books import Books
from tests.acceptance.chance import seeded
from tests.acceptance.counter import clerk_at
from tests.acceptance.event_logs import events_of, make_log
from tests.acceptance.processes import Programs, Running, answer_of, programs, until


def replay_and_kill(folder: Path, *, cases: int, times: int) -> None:
    """Kills a replay at random moments, each further on than the one before; then lets it run to its end."""
    chance, moves = seeded(), 3 * cases
    log = make_log(folder / "banyak.xes", cases=cases)
    with (
        programs(folder / "out", SATUATAP_DATA=str(folder / "mall")) as made,
        Books.of_folder(folder / "mall") as books,
    ):
        for time in range(times):
            running = made.start("replay", str(log))
            kill_after(running, books, int((time + chance.random()) * moves / (times + 1)) + 1)
            print(f"killed with {books.decided()} decided and {books.on_their_way()} on their way")
        ended = made.run("replay", str(log), "--json", seconds=240)
        assert ended.code == 0, ended.stderr
        books.assert_every_move_stands_once(moves)
        assert books.number("SELECT count(*) FROM applications WHERE outcome IS NULL") == 0
        verified = made.run("audit", "verify", "--json").document
        assert (verified["chains"], verified["breaks"]) == (cases, [])
        out = folder / "out.xes"
        assert made.run("audit", "export", "--format", "xes", "-o", str(out)).code == 0
        assert events_of(out) == events_of(log)


def kill_after(running: Running, books: Books, moves: int) -> None:
    def has_come_far_enough() -> bool:
        assert running.is_running, running.stderr
        return books.decided() >= moves

    until(has_come_far_enough, f"{moves} moves", 120)
    running.kill9()


def test_a_replay_killed_three_times_ends_with_one_entry_a_move(tmp_path: Path) -> None:
    replay_and_kill(tmp_path, cases=2000, times=3)


@pytest.mark.slow
@pytest.mark.parametrize("again", range(3))
def test_a_replay_killed_twelve_times_ends_with_one_entry_a_move(tmp_path: Path, again: int) -> None:
    replay_and_kill(tmp_path, cases=2000, times=12)


def test_documents_on_their_way_arrive_after_the_mall_was_killed_and_started_again(tmp_path: Path) -> None:
    chance, data = seeded(), tmp_path / "mall"
    settings = {"SATUATAP_DATA": str(data), "SATUATAP_SEAL_SECONDS": "0.1", "SATUATAP_CHECKPOINT_ENTRIES": "5"}
    with programs(tmp_path / "out", **settings) as made, Books.of_folder(data) as books:
        running = open_mall(made)
        # A second process at the same database, which shares neither the broker nor the bell of the first.
        with clerk_at(Settings(data=data)) as clerk:
            for _ in range(3):
                for _ in range(chance.randint(30, 60)):
                    clerk.registers()
                until(lambda: books.arrived() > clerk.registered // 3, "some arrive")
                clerk.registers()
                running.kill9()
                clerk.registers()
                print(f"killed with {books.arrived()} of {clerk.registered} arrived")
                assert books.on_their_way() > 0
                running = open_mall(made)
            until(lambda: books.on_their_way() == 0, "all arrive")
            books.assert_every_move_stands_once(clerk.registered)
            assert books.arrived() == clerk.registered
        # The sequencer was killed with the mall it lives in, between whatever two of its steps.
        until(lambda: made.run("audit", "verify", "--json").document["sealed"]["waiting"] == 0, "all is sealed")
        verified = made.run("audit", "verify", "--json").document
        assert (verified["breaks"], verified["sealed"]["problems"]) == ([], [])
        assert verified["sealed"]["leaves"] > verified["entries"] > 0
        assert verified["sealed"]["seals"] > 3


def open_mall(made: Programs) -> Running:
    running = made.part("up", "--demo", "--port", "0", "--json")
    address = json.loads(running.stdout)["address"]
    until(lambda: answer_of(f"{address}health/live")[0] == 200, "the pages answer")
    return running
