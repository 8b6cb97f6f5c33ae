"""On the machine itself: a backup put back keeps the log's key, halts the mall, and two people let it go on."""

import io
import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from routing.actions.keep_accounts import assign, open_account, set_password
from routing.actions.seal import seal
from routing.cli.main import main
from routing.domain.checkpoints import Checkpoint, signed, stated
from routing.domain.people import ADMINISTRATOR
from routing.vault.anchor_files import last_remembered
from routing.vault.log_key import read_signing_key
from tests.clock import Clock
from tests.mall import Mall

PASSWORD = "kata-sandi-uji"
Run = Callable[..., tuple[int, dict]]
CEREMONY = ("audit", "begin-incarnation", "--reason", "The disk broke.", "--by", "kadek", "--by", "nyoman")


@pytest.fixture
def restored(sqlite_mall: Mall, clock: Clock, tmp_path: Path, run: Run) -> Path:
    """The folder of a mall that was put back to before its last application."""
    office = sqlite_mall.office
    for code in ("kadek", "nyoman"):
        open_account(office, code=code, name=code.title())
        assign(office, code, [(ADMINISTRATOR, None)])
        set_password(office, code, PASSWORD)
    seal(office)
    data = office.settings.data
    assert run("data", "backup", str(tmp_path / "kept.tar"), "--data", str(data))[0] == 0
    sqlite_mall.registers()
    clock.advance(timedelta(minutes=2))
    seal(office)
    office.close()
    assert run("data", "restore", str(tmp_path / "kept.tar"), "--replace", "--data", str(data))[0] == 0
    return data


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str, typed: str = "") -> tuple[int, dict]:
        monkeypatch.setattr(sys, "argv", ["satuatap", *words, "--json"])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        assert PASSWORD not in told.out + told.err
        return code, json.loads(told.out)

    return run


def test_two_people_let_a_restored_mall_go_on(restored: Path, run: Run) -> None:
    data = ("--data", str(restored))
    code, said = run("account", "add", "x", "--name", "X", *data)
    assert (code, said["error"]["code"]) == (3, "log_behind")
    # Reading goes on, the log's own verification among it; it says what is missed.
    code, said = run("audit", "verify", *data)
    assert (code, [one["where"] for one in said["sealed"]["problems"]]) == (1, ["log_behind"])
    code, said = run(*CEREMONY, *data, typed=f"{PASSWORD}\nwrong\n")
    assert (code, said["error"]["code"]) == (1, "sign_in_refused")
    code, said = run(*CEREMONY, *data, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert (code, said["restored"], said["lost_size"], said["by"]) == (0, 1, 3, ["kadek", "nyoman"])
    assert said["origin"].endswith("/log/2")
    assert run("account", "add", "x", "--name", "X", *data)[0] == 0
    assert run("audit", "verify", *data)[0] == 0
    code, said = run(*CEREMONY, *data, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert (code, said["error"]["code"]) == (1, "nothing_lost")


def test_nothing_is_written_while_a_halted_mall_is_opened(
    restored: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even the calendar of another time zone."""

    def versions() -> int:
        with closing(sqlite3.connect(restored / "satuatap.db")) as connection:
            count: int = connection.execute("SELECT COUNT(*) FROM calendar_versions").fetchone()[0]
        return count

    before = versions()
    monkeypatch.setenv("SATUATAP_TIME_ZONE", "Asia/Makassar")
    assert run("audit", "verify", "--data", str(restored))[1]["sealed"]["problems"][0]["where"] == "log_behind"
    assert versions() == before
    (restored / "log.last").unlink()
    assert run("audit", "verify", "--data", str(restored))[0] == 0
    assert versions() == before + 1


def test_it_takes_two_names_and_a_checkpoint_that_is_one(restored: Path, run: Run, tmp_path: Path) -> None:
    data = ("--data", str(restored))
    code, said = run(*CEREMONY[:-2], *data)
    assert (code, said["error"]["code"]) == (1, "malformed_field")
    for content in (None, b"nonsense", b"\xff"):
        file = tmp_path / "checkpoint.txt"
        if content is not None:
            file.write_bytes(content)
        code, said = run(*CEREMONY, "--checkpoint", str(file), *data)
        assert (code, said["error"]["code"]) == (1, "unreadable_file")


def test_a_checkpoint_is_brought_along_where_nothing_here_knows_it(restored: Path, run: Run, tmp_path: Path) -> None:
    file, data = tmp_path / "checkpoint.txt", ("--data", str(restored))
    file.write_text(last_remembered(restored / "log.last") or "")
    (restored / "log.last").unlink()
    assert run(*CEREMONY, *data, typed=f"{PASSWORD}\n{PASSWORD}\n")[1]["error"]["code"] == "nothing_lost"
    code, said = run(*CEREMONY, *data, "--checkpoint", str(file), typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert (code, said["lost_size"]) == (0, 3)


def test_what_is_brought_along_makes_nothing_newer_forgotten(restored: Path, run: Run, tmp_path: Path) -> None:
    """By an older checkpoint the witnesses would be told that less was lost than they have seen."""
    file, data = tmp_path / "checkpoint.txt", ("--data", str(restored))
    known = stated(last_remembered(restored / "log.last") or "")
    older = Checkpoint(known.origin, 2, bytes(32))
    file.write_text(signed(older, read_signing_key(restored / "log.key")))
    code, said = run(*CEREMONY, *data, "--checkpoint", str(file), typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert (code, said["error"]["code"]) == (1, "malformed_field")
    assert "3" in said["error"]["message"]
    assert run(*CEREMONY, *data, typed=f"{PASSWORD}\n{PASSWORD}\n")[1]["lost_size"] == 3
