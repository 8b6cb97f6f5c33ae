"""``satuatap bench``: the figures the contract names, measured on ground of its own that is gone afterwards."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from pydantic import SecretStr

from routing.cli.main import main
from routing.settings import Settings
from routing.storage.throwaway import NAME, MayNotCreateDatabase, throwaway_database
from tests.acceptance.processes import Programs, programs
from tests.servers.postgresql import PostgreSQL
from tests.servers.valkey import Valkey
from workers.bench.measurement import Plan, measure
from workers.bench.recounting import measure_recount

CONTRACT = {"moves_per_second", "decision_to_inbox_ms", "documents", "database", "broker", "messages"}
LIMIT = {"pgbench_per_second", "ratio_to_pgbench", "celery_per_second"}
WORDS = ("--documents", "20", "--rate", "1000", "--clerks", "2", "--json")


def databases(server: PostgreSQL) -> set[str]:
    with psycopg.connect(server.url.replace("+psycopg", "")) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def say(server: PostgreSQL, sentence: str) -> None:
    with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(sentence)


@contextlib.contextmanager
def living_mall(server: PostgreSQL, broker: Valkey, folder: Path) -> Iterator[Programs]:
    """Programs on servers where somebody else's queue holds a message; it is there afterwards, and nothing else is."""
    with contextlib.closing(redis.Redis.from_url(broker.url)) as client:
        # Other tests may have left messages there, too.
        client.delete("satuatap:desk.verifikasi")
        client.lpush("satuatap:desk.verifikasi", "theirs")
        keys, known = set(client.keys("*")), databases(server)
        settings = {"SATUATAP_DATABASE_URL": server.url, "SATUATAP_BROKER_URL": broker.url}
        with programs(folder, **settings) as made:
            yield made
        assert databases(server) == known
        assert set(client.keys("*")) == keys
        assert client.lrange("satuatap:desk.verifikasi", 0, -1) == [b"theirs"]
        client.delete("satuatap:desk.verifikasi")


def test_an_embedded_mall_is_measured_and_nothing_of_it_stays(tmp_path: Path) -> None:
    data = tmp_path / "mall"
    with programs(tmp_path / "out") as made:
        done = made.run("bench", *WORDS, "--data", str(data))
    assert done.code == 0, done.stderr
    figures = done.document
    assert figures.keys() >= CONTRACT | {"http_moves_per_second"}
    assert (figures["documents"], figures["moves"], figures["database"]) == (20, 120, "sqlite")
    assert figures["broker"] == "memory"
    assert 0 < figures["decision_to_inbox_ms"]["p50"] <= figures["decision_to_inbox_ms"]["p99"]
    assert min(figures["moves_per_second"], figures["http_moves_per_second"], figures["messages"]) > 0
    assert not data.exists()


@pytest.mark.parametrize("is_embedded", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_recount_is_measured_while_desks_decide(
    tmp_path: Path, request: pytest.FixtureRequest, is_embedded: bool
) -> None:
    if is_embedded:
        settings = Settings(data=tmp_path / "mall")
    else:
        server, broker = (request.getfixturevalue(name) for name in ("postgresql_server", "valkey_server"))
        settings = Settings(
            data=tmp_path / "mall", database_url=SecretStr(server.url), broker_url=SecretStr(broker.url)
        )
    figures = measure_recount(settings, applications=80, rate=100.0, tell=print)
    assert (figures["applications"], figures["moved"]) == (80, 80)
    assert figures["decisions"] >= 0
    assert figures["database"] == ("sqlite" if is_embedded else "postgresql")
    assert figures["undisturbed_decision_ms"]["p99"] > 0


def test_a_mall_of_many_processes_is_measured_beside_one_that_lives(
    tmp_path: Path, postgresql_server: PostgreSQL, valkey_server: Valkey
) -> None:
    with living_mall(postgresql_server, valkey_server, tmp_path) as made:
        done = made.run("bench", *WORDS, "--no-pages")
        assert done.code == 0, done.stderr
        figures = done.document
    assert figures.keys() >= CONTRACT
    assert (figures["moves"], figures["database"], figures["broker"]) == (120, "postgresql", "redis")
    assert figures["processor_ms_per_move"].keys() >= {"clerks"}


@pytest.mark.slow
def test_the_limit_is_measured_beside_pgbench_and_plain_celery(
    tmp_path: Path, postgresql_server: PostgreSQL, valkey_server: Valkey
) -> None:
    with living_mall(postgresql_server, valkey_server, tmp_path) as made:
        done = made.run("bench", "limit", *WORDS, "--rounds", "1", seconds=300)
        assert done.code == 0, done.stderr
        assert done.document.keys() >= CONTRACT | LIMIT
        assert all(done.document[name] > 0 for name in LIMIT)


def test_who_may_not_create_a_database_is_told_how_to_measure_all_the_same(postgresql_server: PostgreSQL) -> None:
    say(postgresql_server, "CREATE ROLE satuatap_kecil LOGIN PASSWORD 'kecil'")
    try:
        address = postgresql_server.url.replace("//postgres@", "//satuatap_kecil:kecil@")
        settings = Settings(database_url=SecretStr(address), broker_url=SecretStr("redis://127.0.0.1:1/0"))
        plan = Plan(documents=1, rate=50, clerks=1, workers=1)
        with pytest.raises(MayNotCreateDatabase, match=r"satuatap_kecil .*CREATEDB.*--data"):
            measure(settings, plan, print)
    finally:
        say(postgresql_server, "DROP ROLE satuatap_kecil")


def test_a_measurement_that_fails_leaves_no_database(postgresql_server: PostgreSQL) -> None:
    def fails() -> None:
        with throwaway_database(postgresql_server.url) as address:
            assert NAME in address
            assert any(name.startswith(NAME) for name in databases(postgresql_server))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert not any(name.startswith(NAME) for name in databases(postgresql_server))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["bench", "--documents", "0"], 2),
        (["bench", "--documents", "many"], 2),
        (["bench", "limit", "--rounds", "0"], 2),
        (["bench", "recount", "--applications", "0"], 2),
        (["bench", "language", "--services", "0"], 2),
        (["bench", "limit", "--data", "anywhere"], 1),
    ],
)
def test_wrong_usage_is_a_sentence_and_measures_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], code: int
) -> None:
    monkeypatch.setattr("sys.argv", ["satuatap", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (code, "")
    assert "SATUATAP_DATABASE_URL" in said.err if code == 1 else "Usage" in said.err
    assert not Path("anywhere").exists()
