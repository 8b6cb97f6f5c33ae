"""On the machine itself: whose account it is, who stands in, what is erased, and where the master key comes from."""

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from routing.cli.main import main
from routing.settings import Settings
from routing.vault.master_key import read_master_key
from tests.actions.test_erase import RINA, ended
from tests.mall import LESTARI, Mall

Run = Callable[..., tuple[int, dict, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs a command with --json: exit code, document, standard error."""
    for name in list(os.environ):
        if name.startswith("SATUATAP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))

    def run(*words: str, typed: str = "") -> tuple[int, dict, str]:
        monkeypatch.setattr(sys, "argv", ["satuatap", *words, "--json"])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        assert LESTARI.nik not in told.out + told.err
        return int(ended.value.code or 0), json.loads(told.out), told.err

    return run


@pytest.fixture
def data(sqlite_mall: Mall) -> str:
    return str(sqlite_mall.office.settings.data)


def test_whose_account_it_is_comes_from_standard_input(sqlite_mall: Mall, data: str, run: Run) -> None:
    assert run("account", "identify", "omar", "--data", data, typed=f"{LESTARI.nik}\n")[0] == 0
    added = run("account", "add", "nyoman", "--name", "Nyoman", "--nik", "--data", data, typed=LESTARI.nik)
    assert added[0] == 0
    with sqlite_mall.office.transaction() as tx:
        index = tx.personal.vault.index_of(LESTARI.nik)
        assert [tx.people.account(code).nik_index for code in ("omar", "nyoman", "sari")] == [index, index, None]
    code, said, _ = run("account", "identify", "omar", "--data", data, typed="")
    assert (code, said["error"]["code"]) == (1, "malformed_nik")


def test_who_stands_in_is_given_by_letter_and_days(sqlite_mall: Mall, data: str, run: Run) -> None:
    words = ("account", "assign", "budi", "head-of-office", "--desk", "kepala-dinas", "--data", data)
    acting = ("--acting", "plh", "--instrument", "800/123/2026", "--instrument-date", "2026-11-20")
    code, said, _ = run(*words, *acting)
    assert (code, said["error"]["code"]) == (1, "malformed_field")
    assert run(*words, *acting, "--until", "2999-12-30")[0] == 0
    with sqlite_mall.office.transaction() as tx:
        *_, last = tx.people.account("budi").assignments
    assert last.acting is not None
    assert (last.acting.title, last.acting.instrument) == ("plh", "800/123/2026")
    assert last.until is not None
    assert last.until.astimezone(sqlite_mall.office.time_zone).isoformat() == "2999-12-31T00:00:00+07:00"


def test_what_has_ended_is_erased_by_a_named_administrator(sqlite_mall: Mall, data: str, run: Run) -> None:
    document = ended(sqlite_mall)
    sqlite_mall.hires(RINA)
    words = ("data", "erase", document.number, "--reason", "retention-over", "--data", data)
    assert run(*words, "--by", "nobody")[1]["error"]["code"] == "unknown_person"
    assert run(*words, "--by", "omar")[1]["error"]["code"] == "not_allowed"
    code, said, _ = run(*words, "--by", "rina", "--letter", "180/1/2026")
    assert (code, said) == (0, {"application": document.number, "erased": True, "reason": "retention-over"})
    assert run(*words, "--by", "rina")[1]["error"]["code"] == "erased_already"
    assert run("audit", "verify", "--data", data)[0] == 0


def test_a_new_mall_says_that_it_made_a_key_and_never_makes_another(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "mall"
    code, _, told = run("migrate", "--data", str(folder))
    assert code == 0
    assert f"{folder / 'master.key'}. Keep a copy" in told
    assert read_master_key(folder / "master.key").hex() not in told
    assert "master key" not in run("migrate", "--data", str(folder))[2]
    (folder / "master.key").unlink()
    code, said, _ = run("migrate", "--data", str(folder))
    assert (code, said["error"]["code"]) == (3, "master_key_unusable")
    assert str(folder / "master.key") in said["error"]["message"]
    assert not (folder / "master.key").exists()


def test_a_distributed_mall_starts_no_part_that_needs_the_key_without_it(
    postgresql_settings: Settings, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    url: SecretStr | None = postgresql_settings.database_url
    assert url is not None
    monkeypatch.setenv("SATUATAP_DATABASE_URL", url.get_secret_value())
    monkeypatch.setenv("SATUATAP_MASTER_KEY_FILE", str(tmp_path / "elsewhere.key"))
    code, said, _ = run("migrate")
    assert (code, said["error"]["code"]) == (3, "master_key_unusable")
    assert not (tmp_path / "elsewhere.key").exists(), "the database has a key, and this would be another"
    monkeypatch.setenv("SATUATAP_MASTER_KEY_FILE", str(postgresql_settings.master_key))
    assert run("audit", "verify")[0] == 0
