"""Somebody pulls the plug of the mall that is one process, again and again: nothing is lost and nothing is done twice."""

from __future__ import annotations

import json
import random
import secrets
from pathlib import Path

import pytest

from routing.actions.submit import Registration, submit
from routing.domain.application import Particulars, Submission
from routing.office import Office
from routing.settings import Settings
from tests.acceptance.books import Books
from tests.acceptance.event_logs import events_of, make_log
from tests.acceptance.processes import Programs, Running, answer_of, programs, until

_PAPERS_OF_THE_COUNTER = "loket-pendaftaran"


def seeded() -> random.Random:
    """Chance that can be had again: the seed is printed, and shown where the test fails."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    return random.Random(seed)


def test_a_replay_killed_three_times_ends_with_one_entry_a_move(tmp_path: Path) -> None:
    cases, moves = 2000, 6000
    chance = seeded()
    log = make_log(tmp_path / "banyak.xes", cases=cases)
    mall = tmp_path / "mall"
    with programs(tmp_path / "out", SATUATAP_DATA=str(mall)) as made, Books.of_folder(mall) as books:
        for third in range(3):
            running = made.start("replay", str(log))
            kill_after(running, books, chance.randint(third * moves // 4, (third + 1) * moves // 4) + 1)
            print(f"killed with {books.decided()} decided and {books.on_their_way()} on their way")
        ended = made.run("replay", str(log), "--json", seconds=240)
        assert ended.code == 0, ended.stderr
        books.assert_every_move_stands_once(moves)
        assert books.number("SELECT count(*) FROM applications WHERE outcome IS NULL") == 0
        verified = made.run("audit", "verify", "--json").document
        assert (verified["chains"], verified["breaks"]) == (cases, [])
        out = tmp_path / "out.xes"
        assert made.run("audit", "export", "--format", "xes", "-o", str(out)).code == 0
        assert events_of(out) == events_of(log)


def kill_after(running: Running, books: Books, decided: int) -> None:
    def has_come_far_enough() -> bool:
        assert running.is_running, running.stderr
        return books.decided() >= decided

    until(has_come_far_enough, f"{decided} moves", 120)
    running.kill9()


def test_documents_on_their_way_arrive_after_the_mall_was_killed_and_started_again(tmp_path: Path) -> None:
    chance = seeded()
    mall = tmp_path / "mall"
    with programs(tmp_path / "out", SATUATAP_DATA=str(mall)) as made, Books.of_folder(mall) as books:
        running = open_mall(made)
        # A second process at the same database, which shares neither the broker nor the bell of the first.
        office = Office(Settings(data=mall))
        try:
            clerk = books.number(
                "SELECT person_id FROM assignments WHERE role = 'front-desk' AND desk = 'loket-pendaftaran'"
            )
            sent = 0
            for _ in range(3):
                wanted = sent + chance.randint(40, 80)
                while sent < wanted:
                    register(office, clerk, sent)
                    sent += 1
                until(lambda: books.arrived() > sent // 3, "some arrive")
                running.kill9()
                register(office, clerk, sent)
                sent += 1
                print(f"killed with {books.arrived()} of {sent} arrived")
                assert books.on_their_way() > 0
                running = open_mall(made)
            until(lambda: books.arrived() == sent and books.on_their_way() == 0, "all arrive")
            books.assert_every_move_stands_once(sent)
        finally:
            office.close()
        assert made.run("audit", "verify", "--json").document["breaks"] == []


def open_mall(made: Programs) -> Running:
    running = made.part("up", "--demo", "--port", "0", "--json")
    address = json.loads(running.stdout)["address"]
    until(lambda: answer_of(f"{address}health/live")[0] == 200, "the pages answer")
    return running


def register(office: Office, clerk: int, number: int) -> None:
    papers = tuple(paper for paper in _papers(office))
    who = Particulars(name=f"dr. Nomor {number}", nik="3579014107900001")
    submission = Submission(desk="loket-pendaftaran", decision="accept", papers=papers, particulars=who)
    submit(office, Registration(service="sip-dokter", submission=submission, person_id=clerk, key=f"nomor-{number}"))


def _papers(office: Office) -> tuple[str, ...]:
    return tuple(office.book_in_force("sip-dokter").workflow.requirements)


@pytest.mark.slow
@pytest.mark.parametrize("again", range(5))
def test_a_replay_killed_many_times_ends_with_one_entry_a_move(tmp_path: Path, again: int) -> None:
    cases, moves = 2000, 6000
    chance = seeded()
    log = make_log(tmp_path / "banyak.xes", cases=cases)
    mall = tmp_path / "mall"
    with programs(tmp_path / "out", SATUATAP_DATA=str(mall)) as made, Books.of_folder(mall) as books:
        for part in range(12):
            running = made.start("replay", str(log))
            kill_after(running, books, chance.randint(part * moves // 13, (part + 1) * moves // 13) + 1)
        assert made.run("replay", str(log), seconds=240).code == 0
        books.assert_every_move_stands_once(moves)
        assert made.run("audit", "verify").code == 0
