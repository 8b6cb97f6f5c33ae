"""``satuatap bench search``: each kind of question by the server's own clock, in a database that is gone afterwards."""

from pathlib import Path

import pytest

from tests.acceptance.processes import programs
from tests.cli.test_bench import databases
from tests.servers.postgresql import PostgreSQL


@pytest.mark.slow
def test_what_an_auditor_asks_is_measured_by_the_server(postgresql_server: PostgreSQL, tmp_path: Path) -> None:
    known = databases(postgresql_server)
    with programs(tmp_path, SATUATAP_DATABASE_URL=postgresql_server.url) as made:
        done = made.run("bench", "search", "--entries", "2000", "--json")
    assert done.code == 0, done.stderr
    figures = done.document["milliseconds"]
    assert {"page: everything", "counts: service and kind", "who looked"} <= figures.keys()
    assert all(0 < one["median"] <= one["max"] for one in figures.values())
    assert done.document["indexed_per_second"] > 0
    assert databases(postgresql_server) == known


def test_an_embedded_mall_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with programs(tmp_path) as made:
        done = made.run("bench", "search", "--data", str(tmp_path / "mall"))
    assert done.code == 1
    assert "not_postgresql" in done.stderr
