"""``satuatap audit bundle`` and ``log`` write files that ``satuatap-verify`` finds good."""

import json
import sys
from pathlib import Path

import pytest

from routing.actions.seal import seal
from routing.cli import satuatap_verify
from routing.cli.main import main
from tests.mall import Mall


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sqlite_mall: Mall):
    """What the program says to these words, with its exit code."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["satuatap", *words, "--data", str(sqlite_mall.office.settings.data)])
        ended = 0
        try:
            main()
        except SystemExit as error:
            ended = int(error.code or 0)
        told = capsys.readouterr()
        return ended, told.out, told.err

    return run


def test_a_bundle_is_written_and_holds(said, sqlite_mall: Mall, tmp_path: Path) -> None:
    number, file = sqlite_mall.registers().number, tmp_path / "bundle.json"
    ended, _, problem = said("audit", "bundle", number, "-o", str(file))
    assert (ended, file.exists()) == (1, False)
    assert "No entry of" in problem
    seal(sqlite_mall.office)
    ended, words, _ = said("audit", "bundle", number, "-o", str(file))
    assert ended == 0
    assert f"entries of {number}" in words
    assert satuatap_verify.main([str(file)]) == 0
    assert list(tmp_path.glob("*.part")) == []


def test_the_whole_log_is_written_and_holds(said, sqlite_mall: Mall, tmp_path: Path) -> None:
    sqlite_mall.walks(sqlite_mall.registers())
    file = tmp_path / "log.jsonl"
    assert said("audit", "log", "-o", str(file))[0] == 1
    seal(sqlite_mall.office)
    ended, words, _ = said("audit", "log", "-o", str(file), "--json")
    assert ended == 0
    assert json.loads(words)["entries"] == len(file.read_text().splitlines()) - 1
    assert satuatap_verify.main([str(file)]) == 0
    assert list(tmp_path.glob("*.part")) == []


def test_a_file_that_cannot_be_written_is_named(said, sqlite_mall: Mall, tmp_path: Path) -> None:
    number = sqlite_mall.registers().number
    seal(sqlite_mall.office)
    ended, _, problem = said("audit", "bundle", number, "-o", str(tmp_path / "nowhere" / "bundle.json"))
    assert ended == 1
    assert "cannot be written" in problem
