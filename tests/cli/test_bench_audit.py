"""``satuatap bench audit``: the sealed log is measured in books that are gone afterwards."""

from pathlib import Path

import pytest

from routing.domain import audit_chain
from routing.settings import load_settings
from tests.acceptance.processes import programs
from tests.cli.test_bench import databases
from tests.servers.postgresql import PostgreSQL
from workers.bench.chain_cost import measure_chain_cost


def test_an_embedded_mall_is_measured_beside_the_office_and_nothing_is_left(tmp_path: Path) -> None:
    with programs(tmp_path) as made:
        said = ("--entries", "1000", "--formats", "csv", "--rounds", "0")
        done = made.run("bench", "audit", *said, "--data", str(tmp_path / "mall"), "--json")
    assert done.code == 0, done.stderr
    found = done.document
    assert (found["entries"], found["problems"], found["database"]) == (1005, 0, "sqlite")
    for rate in (
        found["sealed"],
        found["leaves_verified"],
        found["verify"],
        found["verified"],
        found["exports"]["csv"],
    ):
        assert rate["entries_per_cpu_second"] > 0
    assert found["proof_ms"]["p50"] > 0
    assert found["chain_cost"] is None
    assert [one.name for one in (tmp_path / "mall").rglob("*") if one.is_file()] == []


def test_the_chain_is_left_out_for_the_comparison_alone(tmp_path: Path) -> None:
    link = audit_chain.link
    found = measure_chain_cost(load_settings(tmp_path / "mall"), documents=1, rounds=1, tell=lambda _: None)
    assert min(found["moves_per_second"], found["moves_per_second_without"]) > 0
    assert audit_chain.link is link
    assert not (tmp_path / "mall").exists()


def test_a_format_that_nobody_writes_is_refused_by_name(tmp_path: Path) -> None:
    with programs(tmp_path) as made:
        done = made.run("bench", "audit", "--formats", "csv,pdf", "--data", str(tmp_path / "mall"))
    assert (done.code, "pdf: there are csv, jsonl" in done.stderr) == (2, True)


@pytest.mark.slow
def test_on_postgresql_no_broker_is_needed_and_the_database_is_dropped(
    postgresql_server: PostgreSQL, tmp_path: Path
) -> None:
    known = databases(postgresql_server)
    with programs(tmp_path, SATUATAP_DATABASE_URL=postgresql_server.url) as made:
        done = made.run("bench", "audit", "--entries", "3000", "--rounds", "1", "--json")
    assert done.code == 0, done.stderr
    assert (done.document["entries"], done.document["problems"]) == (3000, 0)
    assert done.document["chain_cost"]["moves_per_second"] > 0
    assert databases(postgresql_server) == known
