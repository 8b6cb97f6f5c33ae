"""Yesterday's backup is put back: the mall only shows, the witness raises the alarm, and two people let it go on."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from routing.actions.keep_accounts import assign, open_account, set_password
from routing.actions.seal import seal
from routing.domain.people import ADMINISTRATOR, AUDITOR
from routing.office import Office
from routing.reading.sealed_chains import verify_sealed_log
from routing.settings import Settings
from tests.acceptance.processes import Finished, Programs, Running, answer_of, programs, until
from tests.servers.postgresql import PostgreSQL

PASSWORD = "kata-sandi-uji"
QUICK = {"SATUATAP_SEAL_SECONDS": "0.1", "SATUATAP_CHECKPOINT_SECONDS": "0.1", "SATUATAP_GUARD_SECONDS": "0.3"}


@pytest.fixture
def mall(tmp_path: Path, postgresql_settings: Settings) -> Iterator[Programs]:
    address = postgresql_settings.database_url
    assert address is not None
    settings = {"SATUATAP_DATABASE_URL": address.get_secret_value(), "SATUATAP_DATA": str(postgresql_settings.data)}
    with programs(tmp_path / "out", **settings, **QUICK) as made:
        yield made


def prepares(settings: Settings, count: int) -> None:
    """An administrator and an auditor with passwords, the first time; and as many entries."""
    office = Office(settings)
    with office.transaction() as tx:
        is_new = tx.people.with_code("kadek") is None
        for _ in range(count):
            tx.office_log.append(kind="tried", actor="kadek", at=office.now(), facts={"what": "a try"})
    if is_new:
        for code, role in (("kadek", ADMINISTRATOR), ("wira", AUDITOR)):
            open_account(office, code=code, name=code.title())
            assign(office, code, [(role, None)])
            set_password(office, code, PASSWORD)
    office.close()


def says(running: Running, words: str) -> str:
    """What stands behind these words on standard error."""
    running.wait_until_it_says(words)

    def rest_of_line() -> str:
        return running.stderr.partition(words)[2].partition("\n")[0].strip()

    return until(rest_of_line, words)


def typed(mall: Programs, text: str, *words: str) -> Finished:
    """A command that is given something on its standard input."""
    done = subprocess.run(
        [sys.executable, "-m", "routing", *words],
        env=mall.environment, cwd=mall.folder, input=text, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return Finished(done.returncode, done.stdout, done.stderr)


def ready(address: str) -> tuple[int, list[str]]:
    status, text = answer_of(f"{address}health/ready")
    return status, json.loads(text)["reasons"] if status else []


def test_a_restored_postgresql_is_found_by_witness_and_mall_and_begun_anew_by_two(
    mall: Programs, tmp_path: Path, postgresql_settings: Settings, postgresql_server: PostgreSQL
) -> None:
    prepares(postgresql_settings, 2)
    web, sequencer = mall.part("web", "--port", "0"), mall.start("sequencer")
    address = says(web, "Satu Atap listens at")
    key = says(sequencer, "Its key, for whoever is to check it:")
    store = str(tmp_path / "saksi")
    watch = ("audit", "witness", "--store", store, "--log", address)
    until(lambda: answer_of(f"{address}log/checkpoint")[0] == 200, "the log is sealed")
    witness = mall.start(*watch, "--key", key, "--every", "0.1", "--listen", "0")
    shows = says(witness, "The witness answers at")

    def size_shown() -> int:
        status, note = answer_of(f"{shows}/checkpoint")
        return int(note.split("\n")[1]) if status == 200 else 0

    until(lambda: size_shown() == 4, "the witness has seen the first entries")
    for part in (sequencer, web):
        part.end_by(signal.SIGTERM)
    put_back = backup_of(postgresql_settings, postgresql_server)
    prepares(postgresql_settings, 3)
    port = address.rstrip("/").rpartition(":")[2]
    sequencer, web = mall.start("sequencer"), mall.start("web", "--port", port)
    until(lambda: size_shown() == 7, "the witness has seen the others, too")
    for part in (sequencer, web):
        part.end_by(signal.SIGTERM)
    put_back()
    # Who holds the machine as well as the database takes away what lies beside the key; the witness is not theirs.
    postgresql_settings.data.joinpath("log.last").unlink()
    asking = {"SATUATAP_WITNESS_URLS": shows}
    web = mall.part("web", "--port", port, **asking)
    assert ready(address) == (503, ["log_behind"])
    assert answer_of(address)[0] == 200
    assert "ALARM" in web.stderr
    witness.wait_until_it_says("ALARM log_misbehaved")
    mall.environment |= asking
    ended = mall.run("sequencer")
    assert (ended.code, "7 entries" in ended.stderr, "4 entries" in ended.stderr) == (3, True, True), ended.stderr
    ceremony = ("audit", "begin-incarnation", "--reason", "The disk broke.", "--by", "kadek", "--by", "wira", "--json")
    done = typed(mall, f"{PASSWORD}\n{PASSWORD}\n", *ceremony)
    assert (done.code, done.document["restored"], done.document["lost_size"]) == (0, 4, 7), done.stderr
    # Without a restart: each part looks again while it is halted.
    until(lambda: ready(address) == (200, []), "the pages write again")
    mall.start("sequencer")
    witness.wait_until_it_says("ALARM log_began_anew")
    accepted = mall.run(*watch, "--accept-incarnation")
    assert (accepted.code, "accepted in the place of" in accepted.stdout) == (0, True)
    until(lambda: answer_of(f"{shows}/checkpoint")[1].startswith(done.document["origin"]), "the witness goes on")
    assert witness.end_by(signal.SIGTERM).code == 1
    office = Office(postgresql_settings)
    assert verify_sealed_log(office).problems == ()
    office.close()


def backup_of(settings: Settings, server: PostgreSQL) -> Callable[[], None]:
    """The database as it is, with nobody in it; calling it puts that back."""
    assert settings.database_url is not None
    name = settings.database_url.get_secret_value().rpartition("/")[2].partition("?")[0]
    server.create_database(f"{name}_kept", template=name)

    def put_back() -> None:
        server.drop_database(name)
        server.create_database(name, template=f"{name}_kept")
        server.drop_database(f"{name}_kept")

    return put_back


def test_an_embedded_mall_on_an_old_backup_shows_its_pages_and_takes_nothing(
    tmp_path: Path, sqlite_settings: Settings
) -> None:
    seals = sqlite_settings.model_copy(update={"checkpoint_seconds": 0.001})
    prepares(seals, 2)
    office = Office(seals)
    seal(office)
    office.database.forget_what_was_deleted()
    office.close()
    database = seals.data / "satuatap.db"
    shutil.copy(database, tmp_path / "kept.db")
    prepares(seals, 1)
    office = Office(seals)
    seal(office)
    office.close()
    for name in ("satuatap.db", "satuatap.db-wal", "satuatap.db-shm"):
        (seals.data / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "kept.db", database)
    with programs(tmp_path / "out", **QUICK) as made:
        running = made.part("up", "--port", "0", "--json", "--data", str(seals.data))
        address = json.loads(running.stdout)["address"]
        assert answer_of(address)[0] == 200
        assert ready(address) == (503, ["log_behind"])
        assert "the pages only show" in running.stderr
        assert answer_of(f"{address}log/checkpoint")[0] == 200
