"""`satuatap replay`: an office's past walks through the engine, on one process and on many, and comes out as it was."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from routing.formats.xes_reader import read_xes
from tests.acceptance.books import Books
from tests.acceptance.event_logs import events_of, make_log
from tests.acceptance.processes import Finished, Programs, distributed, own_servers, programs, until
from tests.real_data import real_data

_KEYS = {
    "cases",
    "skipped",
    "moves",
    "refusals",
    "seconds",
    "moves_per_second",
    "hand_off_ms",
    "messages",
    "broker",
    "chains_verified",
    "service",
}
WABO = "logs/wabo-receipt.xes.gz"


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Programs]:
    """An office on one machine: the database in a folder, the broker in the process."""
    with programs(tmp_path / "out", SATUATAP_DATA=str(tmp_path / "mall")) as made:
        yield made


@contextmanager
def two_workers(folder: Path) -> Iterator[Programs]:
    with own_servers() as servers, distributed(folder, servers, SATUATAP_DESK_REFRESH_SECONDS="0.5") as made:
        made.part("relay")
        made.part("worker", "--desks", "*")
        made.part("worker", "--desks", "*")
        yield made


def walk(made: Programs, log: Path, *, broker: str) -> dict[str, Any]:
    """Replays, checks that nothing is lost, changed or added, and that a second time changes nothing."""
    return compare(made, log, made.run("replay", str(log), "--json", seconds=900), broker=broker)


def compare(made: Programs, log: Path, done: Finished, *, broker: str) -> dict[str, Any]:
    """What has been replayed comes out as it is in the log, event by event."""
    told = events_of(log)
    cases, moves = len(told), sum(len(events) for events in told.values())
    assert done.code == 0, done.stderr
    said: dict[str, Any] = done.document
    assert set(said) == _KEYS
    assert set(said["hand_off_ms"]) == {"p50", "p99"}
    counted = {key: said[key] for key in ("cases", "skipped", "moves", "refusals", "chains_verified", "broker")}
    assert counted == {
        "cases": cases,
        "skipped": 0,
        "moves": moves,
        "refusals": 0,
        "chains_verified": cases,
        "broker": broker,
    }
    assert 0 < said["messages"] <= moves
    out = made.folder / "out.xes"
    exported = made.run("audit", "export", "--format", "xes", "-o", str(out), "--json")
    assert (exported.code, exported.document["entries"]) == (0, moves), exported.stderr
    assert events_of(out) == told
    verified = made.run("audit", "verify", "--state", "--json")
    assert (verified.code, verified.document["chains"], verified.document["breaks"]) == (0, cases, [])
    assert verified.document["state"] == {"applications": cases, "differences": []}
    again = made.run("replay", str(log), "--json", seconds=900)
    assert again.code == 0, again.stderr
    assert (again.document["moves"], again.document["cases"], again.document["skipped"]) == (0, 0, cases)
    assert again.document["chains_verified"] == cases
    return said


def test_a_real_log_walks_through_the_mall_of_one_process(embedded: Programs) -> None:
    said = walk(embedded, real_data(WABO), broker="memory")
    assert (said["cases"], said["moves"], said["service"]) == (1434, 8577, "wabo-receipt")
    assert_late_as_the_log_says(embedded, real_data(WABO))
    print(
        f"embedded: {said['moves_per_second']} moves/s, hand-off {said['hand_off_ms']} ms, {said['messages']} messages"
    )


def assert_late_as_the_log_says(made: Programs, log: Path) -> None:
    """Case by case, as somebody reads it in the file who knows nothing of the program; and then in working days."""
    moments = {case.name: case.attributes for case in read_xes(log).cases}
    ended = {name: said for name, said in moments.items() if "enddate" in said}
    late = {name for name, said in ended.items() if said["enddate"] > said["deadline"]}  # type: ignore[operator]
    assert (len(ended), len(late)) == (1329, 377)
    done = made.run("lateness", "wabo-receipt", "--country", "NL", "--zone", "Europe/Amsterdam", "--json")
    assert done.code == 0, done.stderr
    told = {case["case"]: case for case in done.document["cases"]}
    assert {name for name, case in told.items() if case["late"]} == late
    assert {name for name, case in told.items() if case["ended"]} == set(ended)
    totals = {key: value for key, value in done.document.items() if key != "cases"}
    assert totals == {
        "service": "wabo-receipt", "due": 1434, "closed": 1329, "late_in_log": 377, "late": 377, "unlike_log": 0,
        "late_in_working_days": 276, "no_longer_late": 101, "newly_late": 0,
    }  # fmt: skip
    otherwise = [case for case in told.values() if case["late"] != case["late_in_working_days"]]
    assert len(otherwise) == 101
    assert [case["case"] for case in otherwise if not case["reasons"]] == []


def test_a_real_log_walks_through_the_mall_of_many_processes(tmp_path: Path) -> None:
    log = real_data(WABO)
    with two_workers(tmp_path) as made:
        said = walk(made, log, broker="redis")
    assert (said["cases"], said["moves"], said["service"]) == (1434, 8577, "wabo-receipt")
    print(f"two workers: {said['moves_per_second']} moves/s, hand-off {said['hand_off_ms']} ms")


@pytest.mark.slow  # more than fifty thousand moves each
@pytest.mark.parametrize(
    ("name", "cases", "moves"), [("DomesticDeclarations", 10_357, 55_628), ("BPIC15_1", 1_199, 52_217)]
)
def test_a_large_log_without_groups_walks_through_without_a_difference(
    embedded: Programs, name: str, cases: int, moves: int
) -> None:
    said = walk(embedded, real_data(f"logs/{name}.xes.gz"), broker="memory")
    assert (said["cases"], said["moves"]) == (cases, moves)
    print(f"{name}: {said['seconds']} s, {said['moves_per_second']} moves/s, hand-off {said['hand_off_ms']} ms")


def test_a_small_log_walks_through_the_mall_of_one_process(embedded: Programs, tmp_path: Path) -> None:
    said = walk(embedded, make_log(tmp_path / "Kecil 2025.xes", cases=40, events=5), broker="memory")
    assert said["service"] == "kecil-2025"


@pytest.mark.slow  # tests/formats reads all of these; this is the same through the whole program
def test_packed_marked_and_unspaced_logs_are_the_same_log(embedded: Programs, tmp_path: Path) -> None:
    plain = make_log(tmp_path / "kecil.xes", cases=9)
    told = events_of(plain)
    text = plain.read_bytes()
    packed = tmp_path / "packed.xes.gz"
    packed.write_bytes(gzip.compress(text))
    marked = tmp_path / "marked.xes"
    marked.write_bytes(b"\xef\xbb\xbf" + text.replace(b' xmlns="http://www.xes-standard.org/"', b""))
    for log in (packed, marked):
        done = embedded.run("replay", str(log), "--json")
        assert (done.code, done.document["moves"], done.document["service"]) == (0, 27, log.name.split(".")[0])
        out = tmp_path / "out.xes"
        service = done.document["service"]
        assert embedded.run("audit", "export", "--format", "xes", "-o", str(out), "--service", service).code == 0
        assert events_of(out) == told


def test_a_broken_log_changes_nothing_and_the_sentence_names_the_line(embedded: Programs, tmp_path: Path) -> None:
    good = make_log(tmp_path / "baik.xes", cases=5)
    assert embedded.run("replay", str(good)).code == 0
    text = make_log(tmp_path / "kecil.xes", cases=30).read_bytes()
    with Books.of_folder(tmp_path / "mall") as books:
        before = books.counts()
        line = text[: len(text) // 2].count(b"\n") + 1
        half = tmp_path / "half.xes"
        half.write_bytes(text[: len(text) // 2])
        cut = tmp_path / "cut.xes.gz"
        cut.write_bytes(gzip.compress(text)[:-400])
        untimed = tmp_path / "untimed.xes"
        lines = text.decode().splitlines()
        where = next(no for no, one in enumerate(lines) if no > 60 and "time:timestamp" in one)
        lines[where] = '<date key="time:timestamp" value="kemarin"/>'
        untimed.write_text("\n".join(lines))
        for broken, named in ((half, f"line {line}"), (cut, "line "), (untimed, "line ")):
            done = embedded.run("replay", str(broken), "--json")
            assert done.code == 1, broken.name
            assert done.document["error"]["code"] == "broken_log"
            assert broken.name in done.document["error"]["message"]
            assert named in done.document["error"]["message"]
            assert "Traceback" not in done.stderr
        assert books.counts() == before


def test_a_broken_log_makes_no_mall(tmp_path: Path) -> None:
    half = tmp_path / "half.xes"
    half.write_bytes(make_log(tmp_path / "kecil.xes", cases=30).read_bytes()[:5000])
    with programs(tmp_path / "out") as made:
        done = made.run("replay", str(half), "--data", str(tmp_path / "mall"))
    assert (done.code, done.stdout) == (1, "")
    assert not (tmp_path / "mall").exists()


def test_a_log_that_is_not_there_is_a_sentence(embedded: Programs, tmp_path: Path) -> None:
    done = embedded.run("replay", str(tmp_path / "nowhere.xes"), "--json")
    assert done.code == 1
    assert "nowhere.xes" in done.document["error"]["message"]


@pytest.mark.slow  # tests/workers does the same on both databases
def test_a_log_that_has_grown_adds_only_what_is_new(embedded: Programs, tmp_path: Path) -> None:
    folder = tmp_path / "later"
    folder.mkdir()
    assert embedded.run("replay", str(make_log(tmp_path / "kecil.xes", cases=10))).code == 0
    grown = make_log(folder / "kecil.xes", cases=14)
    done = embedded.run("replay", str(grown), "--json")
    assert done.code == 0, done.stderr
    assert (done.document["cases"], done.document["skipped"], done.document["moves"]) == (4, 10, 12)
    out = tmp_path / "out.xes"
    embedded.run("audit", "export", "--format", "xes", "-o", str(out))
    assert events_of(out) == events_of(grown)


def test_a_log_cannot_take_the_place_of_the_offices_own_service(embedded: Programs, tmp_path: Path) -> None:
    assert embedded.run("workflow", "publish", "--json").code == 0
    log = make_log(tmp_path / "kecil.xes", cases=3)
    done = embedded.run("replay", str(log), "--service", "sip-dokter", "--json")
    assert done.code == 1
    assert "sip-dokter" in done.document["error"]["message"]
    with Books.of_folder(tmp_path / "mall") as books:
        assert books.number("SELECT count(*) FROM applications") == 0


def test_moves_without_a_worker_wait_until_one_comes(tmp_path: Path) -> None:
    log = make_log(tmp_path / "kecil.xes", cases=40, events=5)
    with own_servers() as servers, distributed(tmp_path / "out", servers, SATUATAP_DESK_REFRESH_SECONDS="0.5") as made:
        replaying = made.start("replay", str(log), "--json")
        with Books(servers.postgresql.url) as books:
            until(lambda: books.decided() == 40, "every case begins")
            assert (books.arrived(), books.on_their_way()) == (0, 40)
            made.part("worker", "--desks", "*")
            compare(made, log, replaying.wait(), broker="redis")
            books.assert_every_move_stands_once(200)
