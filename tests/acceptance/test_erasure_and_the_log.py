"""Destroying an application's key takes nothing from the log: chains, proofs, bundles and receipts hold as before.

And a copy of the database from yesterday stays unreadable with the keys of today.
"""

import io
import json
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from routing.actions.copy_keys import copy_keys, put_keys_back
from routing.actions.erase import erase
from routing.actions.seal import seal
from routing.cli.main import app
from routing.cli.satuatap_verify import Seen, compare, judge, judge_receipt
from routing.domain.application import Application
from routing.domain.erasure import LegalBasis
from routing.formats.backup_archive import NotABackup
from routing.office import Office
from routing.reading.log_receipts import Finding, receipts_of
from routing.reading.log_receipts import judge_receipt as ask_the_office
from routing.reading.proof_bundle import proof_bundle
from routing.reading.sealed_chains import verify_sealed_log
from routing.reading.sealed_log import sealed_log
from routing.reading.who_applies import who_applies
from routing.settings import Settings
from routing.storage.tables import application_keys, master_keys
from tests.actions.test_erase import RINA
from tests.clock import Clock
from tests.mall import LESTARI, Mall
from tests.servers.postgresql import PostgreSQL, find_binaries
from tests.sound_books import require_sound

BASIS = LegalBasis.RETENTION_OVER
EXPORTS = ("csv", "jsonl", "xes", "ocel-json", "ocel-sqlite")


def proven(file: bytes) -> Seen:
    verdict = judge(io.BytesIO(file))
    assert verdict.verdict == "good", verdict
    assert isinstance(verdict.seen, Seen)
    return verdict.seen


def bundle_of(mall: Mall, application: Application) -> bytes:
    return proof_bundle(mall.office, application.number).bundle.bytes()


def whole_log(mall: Mall) -> bytes:
    return b"".join(sealed_log(mall.office))


def seals(mall: Mall) -> None:
    mall.clock.advance(timedelta(minutes=2))
    assert seal(mall.office).seal is not None


def erases(mall: Mall, application: Application) -> None:
    erase(mall.office, application.number, BASIS, letter="180/12/2026", person_id=mall.id_of(RINA))


@dataclass(frozen=True)
class Two:
    """Both have ended; one will be erased."""

    gone: Application
    stays: Application


@pytest.fixture
def two(mall: Mall) -> Two:
    mall.hires(RINA)
    made = Two(*(mall.walks(mall.registers()) for _ in range(2)))
    mall.office.receipt_key()
    seal(mall.office)
    return made


def test_chains_proofs_bundles_and_receipts_hold_when_a_key_is_destroyed(mall: Mall, two: Two) -> None:
    receipts = [one.receipt for one in receipts_of(mall.office, two.gone.number)]
    before = {one.number: bundle_of(mall, one) for one in (two.gone, two.stays)}
    log_before = whole_log(mall)

    erases(mall, two.gone)
    seals(mall)

    after = {one.number: bundle_of(mall, one) for one in (two.gone, two.stays)}
    log = proven(whole_log(mall))
    for number, bundle in before.items():
        # What was given out before still holds, and tells the same history as what is given out now.
        for other in (proven(after[number]), log, proven(log_before)):
            compare(proven(bundle), other)
    # Nothing that stood in the log has changed by a byte.
    assert whole_log(mall).startswith(log_before.partition(b"\n")[2], whole_log(mall).index(b"\n") + 1)
    for receipt in receipts:
        assert judge_receipt(receipt.text, (), [proven(after[two.gone.number]), log]).verdict == "good"
        assert ask_the_office(mall.office, receipt).finding is Finding.HOLDS
    require_sound(mall.office)
    assert verify_sealed_log(mall.office).problems == ()


def test_the_erasure_is_an_entry_and_sealed(mall: Mall, two: Two) -> None:
    erases(mall, two.gone)
    seals(mall)
    bundle = bundle_of(mall, two.gone)
    last = json.loads(json.loads(bundle)["entries"][-1]["body"])
    assert {name: last[name] for name in ("kind", "actor", "basis", "letter")} == {
        "kind": "key-destroyed", "actor": "rina", "basis": BASIS.value, "letter": "180/12/2026",
    }  # fmt: skip
    assert (two.gone.number, last["seq"]) in proven(bundle).hashes


@pytest.mark.parametrize("as_format", EXPORTS)
def test_the_log_is_exported_as_before(sqlite_mall: Mall, tmp_path: Path, as_format: str) -> None:
    sqlite_mall.hires(RINA)
    erases(sqlite_mall, sqlite_mall.walks(sqlite_mall.registers()))
    words = ["--all", "-o", str(tmp_path / "log"), "--data", str(sqlite_mall.office.settings.data)]
    done = CliRunner().invoke(app, ["audit", "export", "--format", as_format, *words])
    assert done.exit_code == 0, done.output
    assert b"key-destroyed" in (tmp_path / "log").read_bytes()


def test_a_database_copied_without_its_keys_opens_with_those_of_today_but_for_what_was_erased(
    postgresql_mall: Mall, postgresql_server: PostgreSQL, tmp_path: Path
) -> None:
    mall = postgresql_mall
    rina = mall.hires(RINA)
    two = Two(*(mall.walks(mall.registers()) for _ in range(2)))
    seal(mall.office)
    dumped(mall.office.settings, tmp_path / "yesterday")
    erases(mall, two.gone)
    # Registered since: not known to the copy.
    mall.registers()
    assert copy_keys(mall.office, tmp_path / "today.keys") == 2
    assert (tmp_path / "today.keys").stat().st_mode & 0o777 == 0o600

    for office in restored(mall.office.settings, postgresql_server, tmp_path / "yesterday", mall.clock):
        assert [who_applies(office, one.id) for one in (two.gone, two.stays)] == [None, None]
        put = put_keys_back(office, tmp_path / "today.keys")
        assert (put.put_back, put.left, put.without_key) == (1, 1, (two.gone.number,))
        assert [who_applies(office, one.id) for one in (two.gone, two.stays)] == [None, LESTARI]
        erase(office, two.gone.number, BASIS, person_id=rina)
        require_sound(office)
        assert verify_sealed_log(office).problems == ()


def test_keys_are_put_back_where_they_are_missing_and_never_where_an_application_is_erased(
    mall: Mall, two: Two, tmp_path: Path
) -> None:
    old = tmp_path / "old.keys"
    assert copy_keys(mall.office, old) == 2
    erases(mall, two.gone)
    assert (put_keys_back(mall.office, old).put_back, who_applies(mall.office, two.gone.id)) == (0, None)
    with mall.office.database.writing() as connection:
        connection.execute(sa.delete(application_keys))
    assert who_applies(mall.office, two.stays.id) is None
    assert put_keys_back(mall.office, old).put_back == 1
    assert who_applies(mall.office, two.stays.id) == LESTARI
    require_sound(mall.office)


def test_keys_of_another_master_key_and_other_files_are_refused(mall: Mall, two: Two, tmp_path: Path) -> None:
    assert two.gone != two.stays
    keys = tmp_path / "keys"
    copy_keys(mall.office, keys)
    with mall.office.database.writing() as connection:
        was = connection.execute(sa.select(master_keys.c.check_value)).scalar_one()
        connection.execute(sa.update(master_keys).values(check_value=bytes(16)))
    with pytest.raises(NotABackup, match="another master key"):
        put_keys_back(mall.office, keys)
    with mall.office.database.writing() as connection:
        # The next test is given this database again.
        connection.execute(sa.update(master_keys).values(check_value=was))
    keys.write_bytes(b"keys")
    with pytest.raises(NotABackup):
        put_keys_back(mall.office, keys)


def test_the_commands_say_how_many(sqlite_mall: Mall, tmp_path: Path) -> None:
    sqlite_mall.registers()
    at = ["--data", str(sqlite_mall.office.settings.data), "--json"]
    made = CliRunner().invoke(app, ["data", "keys", "backup", str(tmp_path / "keys"), *at])
    assert json.loads(made.stdout) == {"file": str(tmp_path / "keys"), "keys": 1}
    put = CliRunner().invoke(app, ["data", "keys", "restore", str(tmp_path / "keys"), *at])
    assert json.loads(put.stdout) == {"put_back": 0, "left": 1, "without_key": []}


def dumped(settings: Settings, file: Path) -> None:
    """As docs/personal-data.md says: everything but the keys."""
    words = ["--format=custom", "--exclude-table-data=application_keys", f"--file={file}", plain(settings)]
    subprocess.run([find_binaries() / "pg_dump", *words], check=True)


def restored(settings: Settings, server: PostgreSQL, file: Path, clock: Clock) -> Iterator[Office]:
    """An office on a new database, from the copy."""
    name = f"{plain(settings).rpartition('/')[2]}_restored"
    changed = settings.model_copy(update={"database_url": SecretStr(server.create_database(name))})
    words = ["--exit-on-error", "--no-owner", f"--dbname={plain(changed)}", str(file)]
    subprocess.run([find_binaries() / "pg_restore", *words], check=True)
    with closing(Office(changed, clock=clock)) as office:
        yield office
    server.drop_database(name)


def plain(settings: Settings) -> str:
    """The address as PostgreSQL's own programs read it."""
    assert settings.database_url is not None
    url = make_url(settings.database_url.get_secret_value()).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)
