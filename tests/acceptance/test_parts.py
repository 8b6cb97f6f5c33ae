"""The parts of a mall of many processes: how they start, stop, serve, and bear that a server goes away."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from routing.domain.errors import DatabaseAway
from tests.acceptance.books import Books
from tests.acceptance.counter import FIRST_DESK, clerk_on
from tests.acceptance.processes import Programs, Running, Servers, answer_of, distributed, own_servers, programs, until
from tests.servers.ports import free_port

_PARTS = (("web", "--port", "0"), ("relay",), ("worker", "--desks", "*"), ("beat",))
_QUICK = {"SATUATAP_DESK_REFRESH_SECONDS": "0.3", "SATUATAP_RING_LEASE_SECONDS": "1"}


@pytest.fixture
def servers() -> Iterator[Servers]:
    with own_servers() as made:
        yield made


@pytest.fixture
def mall(tmp_path: Path, servers: Servers) -> Iterator[Programs]:
    with distributed(tmp_path / "out", servers, **_QUICK) as made:
        yield made


@pytest.mark.parametrize("how", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_every_part_ends_within_seconds_when_it_is_told_to(mall: Programs, tmp_path: Path, how: signal.Signals) -> None:
    running = [mall.start(*words) for words in _PARTS]
    running.append(mall.start("up", "--port", "0", "--json", "--data", str(tmp_path / "mall")))
    for part in running:
        part.wait_until_it_works()
    for part in running:
        started = time.monotonic()
        ended = part.end_by(how)
        assert ended.code == 0, f"{part.name}: {ended.stderr}"
        assert time.monotonic() - started < 10, part.name
        print(f"{part.name} ended in {time.monotonic() - started:.2f} s")
        assert "Traceback" not in ended.stderr, part.name
        assert "Traceback" not in ended.stdout, part.name


def test_up_prints_one_document_that_says_where_it_is_and_how_to_come_in(tmp_path: Path) -> None:
    with programs(tmp_path / "out") as made:
        running = made.part("up", "--demo", "--port", "0", "--json", "--data", str(tmp_path / "mall"))
        said = json.loads(running.stdout)
        assert running.stdout.count("\n") == 1
        assert answer_of(said["address"])[0] == 200
        assert {account["code"] for account in said["accounts"]} >= {"ida", "omar"}
        ended = running.end_by(signal.SIGTERM)
        assert (ended.code, ended.stdout.count("\n")) == (0, 1)


def test_a_worker_serves_the_desks_it_was_given_and_no_other(mall: Programs, servers: Servers) -> None:
    with clerk_on(servers.postgresql.url) as clerk, Books(servers.postgresql.url) as books:
        mall.part("relay")
        health_office = mall.part("worker", "--desks", "dinas-*,kepala-dinas")
        application = clerk.registers()
        with contextlib.closing(redis.Redis.from_url(servers.valkey.url)) as broker:
            until(lambda: broker.llen(f"satuatap:desk.{FIRST_DESK}"), "the message waits for somebody else")
        assert books.on_their_way() == 1
        mall.part("worker", "--desks", FIRST_DESK)
        until(lambda: books.on_their_way() == 0, "the document arrives")
        clerk.sends_on(application)
        until(lambda: books.on_their_way() == 0, "the document arrives at dinas-kesehatan")
        assert health_office.is_running


def test_a_desk_that_is_new_is_served_without_a_restart(mall: Programs, servers: Servers) -> None:
    mall.part("relay")
    worker = mall.part("worker", "--desks", "*")
    assert "desk." not in worker.stderr
    with clerk_on(servers.postgresql.url) as clerk, Books(servers.postgresql.url) as books:
        worker.wait_until_it_says(f"desk.{FIRST_DESK}")
        clerk.registers()
        until(lambda: books.on_their_way() == 0, "the document arrives")


@pytest.mark.parametrize("part", ["relay", "worker", "beat"])
def test_a_part_without_a_broker_ends_with_a_sentence(part: str, tmp_path: Path) -> None:
    with programs(tmp_path / "out") as made:
        done = made.run(part, "--data", str(tmp_path / "mall"))
    assert done.code == 1
    assert "SATUATAP_BROKER_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_misuse_and_missing_things_are_sentences_with_an_exit_code(tmp_path: Path, servers: Servers) -> None:
    with programs(tmp_path / "out", **servers.settings) as made:
        nowhere = f"postgresql+psycopg://postgres@127.0.0.1:{free_port()}/postgres"
        wrong = {
            "misspelt": made.start("audit", "verify", "--json", SATUATAP_BROKER="redis://"),
            "usage": made.start("audit", "verify", "--jsno"),
            "away": made.start("audit", "verify", "--json", SATUATAP_DATABASE_URL=nowhere),
            "empty": made.start("audit", "verify", "--json"),
        }
        done = {what: running.wait() for what, running in wrong.items()}
    assert {what: one.code for what, one in done.items()} == {"misspelt": 1, "usage": 2, "away": 3, "empty": 3}
    assert {what: one.document["error"]["code"] for what, one in done.items() if what != "usage"} == {
        "misspelt": "unknown_setting",
        "away": "database_away",
        "empty": "not_migrated",
    }
    assert "SATUATAP_BROKER" in done["misspelt"].stderr
    assert "satuatap migrate" in done["empty"].stderr
    assert done["usage"].stdout == ""
    assert [what for what, one in done.items() if "Traceback" in one.stderr] == []


def test_a_port_that_is_taken_is_a_sentence(mall: Programs) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = mall.run("web", "--port", port)
    assert done.code == 1
    assert port in done.stderr
    assert "Traceback" not in done.stderr


def test_two_web_processes_share_one_mall_and_ready_tells_the_truth_of_the_database(
    mall: Programs, servers: Servers
) -> None:
    addresses = [address_of(running) for running in [mall.part("web", "--port", "0") for _ in range(2)]]
    for address in addresses:
        assert answer_of(f"{address}health/live") == (200, '{"status":"alive"}')
        until(lambda address=address: answer_of(f"{address}health/ready")[0] == 200, "ready")  # type: ignore[misc]
    servers.postgresql.stop()
    for address in addresses:
        status, said = answer_of(f"{address}health/ready")
        assert (status, "database_away" in said) == (503, True)
        # It is not dead: restarting it would help nobody.
        assert answer_of(f"{address}health/live")[0] == 200
        status, page = answer_of(address)
        assert status in (200, 503)
        assert "Traceback" not in page
    servers.postgresql.start()
    for address in addresses:
        until(lambda address=address: answer_of(f"{address}health/ready")[0] == 200, "ready again")  # type: ignore[misc]


def test_documents_travel_on_after_both_servers_went_away_and_came_back(mall: Programs, servers: Servers) -> None:
    running = [mall.part("relay"), mall.part("worker", "--desks", "*")]
    with clerk_on(servers.postgresql.url) as clerk, Books(servers.postgresql.url) as books:
        clerk.registers()
        until(lambda: books.on_their_way() == 0, "the first arrives")
        servers.valkey.kill9()
        clerk.registers()
        servers.valkey.start()
        until(lambda: books.on_their_way() == 0, "one arrives after the broker's death")
        servers.postgresql.stop()
        # Relay, worker and clerk meet the missing database, and stay.
        running[0].wait_until_it_says("relay cannot ring")
        with pytest.raises(DatabaseAway):
            clerk.registers()
        servers.postgresql.start()
        clerk.registers()
        until(lambda: books.on_their_way() == 0, "one arrives after the database's death", 60)
        assert books.decided() == clerk.registered == 3
        books.assert_every_move_stands_once(3)
    for part in running:
        assert part.end_by(signal.SIGTERM).code == 0


def address_of(running: Running) -> str:
    line = next(line for line in running.stderr.splitlines() if "listens at" in line)
    return line.split()[-1]
