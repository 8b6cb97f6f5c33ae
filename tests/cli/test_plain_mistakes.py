"""A mistake on the command line or in a setting is a sentence and exit 1; with --json one document."""

import json
import os
import sys
from pathlib import Path

import pytest

from routing.cli.main import main


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("SATUATAP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))


def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[str, str]:
    """Code and sentence of the one document the command prints; it ends with 1 and without a traceback."""
    monkeypatch.setattr(sys, "argv", ["satuatap", *words, "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code == 1, told.err
    assert "Traceback" not in told.err
    error = json.loads(told.out)["error"]
    return error["code"], error["message"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SATUATAP_LOG_LEVEL", "foo"),
        ("SATUATAP_TIME_ZONE", "Nowhere/X"),
        ("SATUATAP_TIME_ZONE", "../passwd"),
        ("SATUATAP_TIME_ZONE", "Asia"),
        ("SATUATAP_TIME_ZONE", ""),
        ("SATUATAP_TRUSTED_PROXIES", "127.0.0.1,proxy"),
    ],
)
def test_a_setting_nobody_can_follow_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    code, sentence = refused(monkeypatch, capsys, "audit", "verify")
    assert code == "malformed_field"
    assert sentence.startswith(f"{name}: ")


@pytest.mark.parametrize("where", ["gone/log.csv", "a-folder", "a-file/log.csv"])
def test_an_export_that_cannot_be_written_is_refused_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, where: str
) -> None:
    (tmp_path / "a-folder").mkdir()
    (tmp_path / "a-file").touch()
    code, sentence = refused(monkeypatch, capsys, "audit", "export", "-o", str(tmp_path / where))
    assert code == "unwritable_file"
    assert str(tmp_path / where) in sentence
    assert {one.name for one in tmp_path.iterdir()} <= {"a-folder", "a-file", "share"}
    assert list((tmp_path / "a-folder").iterdir()) == []


def test_an_export_of_a_service_nobody_knows_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "log.csv"
    code, sentence = refused(monkeypatch, capsys, "audit", "export", "--service", "nope", "-o", str(out))
    assert (code, "nope" in sentence, out.exists()) == ("unknown_service", True, False)
