"""``account token`` prints the token and nothing else, so that it can be taken straight into a file or a variable."""

import json
import re
import sys
from pathlib import Path

import pytest

from routing.cli.main import main


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """What a command prints on a mall of its own; standard error is the test's to look at."""

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["satuatap", *words, "--data", str(tmp_path / "mall")])
        try:
            main()
        except SystemExit as ended:
            if ended.code:
                return capsys.readouterr().err
        return capsys.readouterr().out

    run("account", "add", "ida", "--name", "Ida")
    return run


def test_the_token_is_all_that_is_printed(said) -> None:
    token = said("account", "token", "ida")
    assert re.fullmatch(r"sat_[A-Za-z0-9_-]{43}\n", token)
    assert json.loads(said("account", "token", "ida", "--json"))["token"] != token.strip()


def test_tokens_are_listed_without_their_secrets_and_ended_by_their_number(said) -> None:
    token = said("account", "token", "ida", "--label", "antrean", "--days", "2").strip()
    listed = said("account", "tokens", "ida")
    assert "1  in force" in listed
    assert "antrean" in listed
    assert token not in listed
    assert "has ended" in said("account", "end-token", "1")
    (row,) = json.loads(said("account", "tokens", "ida", "--json"))["tokens"]
    assert (row["token"], row["state"], row["label"], row["used_at"]) == (1, "ended", "antrean", None)
    assert "has no token" in (said("account", "add", "budi", "--name", "Budi") and said("account", "tokens", "budi"))


def test_a_token_nobody_can_use_is_not_made(said) -> None:
    assert "unknown_person" in said("account", "token", "nobody")
    assert "malformed_field" in said("account", "token", "ida", "--days", "0")
    assert "malformed_field" in said("account", "token", "ida", "--days", "99999")
    assert "unknown_token" in said("account", "end-token", "7")
    said("account", "close", "ida")
    assert "account_closed" in said("account", "token", "ida")
