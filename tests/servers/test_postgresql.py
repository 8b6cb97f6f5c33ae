import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.servers.ports import NotOurs, Unavailable
from tests.servers.postgresql import Cluster, PostgreSQL, copy_of, find_binaries, postgresql_for_tests


def ask(url: str, question: str) -> object:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(question.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    try:
        cluster = Cluster(durable=True)
    except Unavailable as reason:
        pytest.skip(str(reason))
    cluster.start()
    yield cluster
    cluster.close()


def test_it_answers_by_port_and_by_socket(cluster: Cluster) -> None:
    assert ask(cluster.url, "select 1") == 1
    assert ask(cluster.socket_url, "show fsync") == "on"


def test_what_was_committed_is_there_after_a_stop_and_after_a_kill(cluster: Cluster) -> None:
    url = cluster.url
    ask(url, "create table desks (name text)")
    cluster.stop()
    cluster.start()
    ask(url, "insert into desks values ('zoning')")
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("insert into desks values ('never committed')")
        cluster.kill9()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
    cluster.start()
    assert cluster.url == url
    assert ask(url, "select string_agg(name, ',') from desks") == "zoning"


def test_closing_it_leaves_neither_process_nor_folder(cluster: Cluster) -> None:
    process = cluster.process
    assert process is not None
    cluster.close()
    assert process.poll() is not None
    assert not cluster.folder.exists()


def test_a_copy_of_a_database_has_what_the_original_had(postgresql_server: PostgreSQL) -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    original, copy = f"original_{worker}", f"copy_{worker}"
    try:
        ask(postgresql_server.create_database(original), "create table units as select 7 as number")
        assert ask(postgresql_server.create_database(copy, template=original), "select number from units") == 7
    finally:
        postgresql_server.drop_database(copy)
        postgresql_server.drop_database(original)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another user")
def test_binaries_in_a_folder_closed_to_others_are_copied(tmp_path: Path) -> None:
    try:
        binaries = find_binaries()
    except Unavailable as reason:
        pytest.skip(str(reason))
    closed = tmp_path / "closed"
    copy = copy_of(binaries, closed)
    closed.chmod(0o700)
    cluster = Cluster(binaries=copy)
    try:
        cluster.start()
        assert cluster.binaries.is_relative_to(cluster.folder)
        assert ask(cluster.url, "select 1") == 1
    finally:
        cluster.close()


def test_a_given_server_is_used_and_never_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUATAP_TEST_DATABASE_URL", "postgresql+psycopg://ida@db.example/permits")
    server = postgresql_for_tests()
    assert server.url_of("t1") == "postgresql+psycopg://ida@db.example/t1"
    with pytest.raises(NotOurs, match="not ours"):
        server.cluster.kill9()
    server.close()


def test_a_folder_without_binaries_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SATUATAP_TEST_PG_BIN", str(tmp_path))
    with pytest.raises(Unavailable, match="no initdb"):
        find_binaries()


def test_a_server_that_cannot_start_says_why_and_leaves_nothing(cluster: Cluster) -> None:
    cluster.stop()
    (cluster.data / "PG_VERSION").write_text("7.1\n")
    with pytest.raises(RuntimeError, match="incompatible"):
        cluster.start()
    assert subprocess.run(["pgrep", "-f", str(cluster.data)], check=False).returncode == 1
