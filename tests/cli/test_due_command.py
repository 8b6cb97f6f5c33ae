"""``satuatap due`` and ``audit marks`` on a mall of their own."""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from routing.cli.main import main
from tests.domain.people_of_the_mall import OMAR
from tests.mall import Mall

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(sqlite_mall: Mall, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """Exit code, standard output and standard error of a command in this mall."""
    data: Path = sqlite_mall.office.settings.data

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["satuatap", *words, "--data", str(data)])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


def test_what_is_due_is_listed_in_words_and_as_json_and_what_stands_still_apart(sqlite_mall: Mall, said: Said) -> None:
    # The command's clock is the wall's: whatever was registered in March is late by now.
    first, second = sqlite_mall.registers(), sqlite_mall.registers()
    sqlite_mall.carries()
    sqlite_mall.decides(second, OMAR, "return", reason="KTP kabur", requirements=("id-card",))
    code, words, _ = said("due", "--desk", "verifikasi")
    assert code == 0
    assert first.number in words
    assert "working days late" in words
    code, words, _ = said("due")
    assert words.index(first.number) < words.index("Standing still:") < words.index(second.number)
    assert "stands still since 2026-03-02" in words
    document = json.loads(said("due", "--json")[1])
    assert (document["by"], document["next"]) == ("promise", None)
    (item,) = document["items"]
    assert (item["number"], item["desks"][0]["desk"], item["promise"]["state"]) == (first.number, "verifikasi", "late")
    assert item["promise"]["left"] < -100
    (still,) = document["standing_still"]
    assert (still["number"], still["standing_still"]["pause"]) == (second.number, "repair")
    overdue = json.loads(said("due", "--overdue", "--unit", "dpmptsp", "--service", "sip-dokter", "--json")[1])
    assert overdue["by"] == "desk"
    assert first.number in [one["number"] for one in overdue["items"]]
    assert "Nothing is due." in said("due", "--desk", "penomoran", "--within", "3d")[1]


def test_pages_go_on_where_the_last_one_ended(sqlite_mall: Mall, said: Said) -> None:
    registered = {sqlite_mall.registers().number for _ in range(3)}
    first = json.loads(said("due", "--limit", "2", "--json")[1])
    second = json.loads(said("due", "--limit", "2", "--after", first["next"], "--json")[1])
    assert {one["number"] for one in first["items"] + second["items"]} == registered
    assert second["next"] is None
    assert "--after" in said("due", "--limit", "2")[1]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--desk", "nowhere"], "unknown_desk", "verifikasi"),
        (["--unit", "nowhere"], "unknown_unit", "dpmptsp"),
        (["--service", "nothing"], "unknown_service", "sip-dokter"),
        (["--within", "soon"], "malformed_field", "Write 3d for three working days"),
        (["--by", "weeks"], "malformed_field", "promise, legal, desk or still"),
        (["--after", "there"], "malformed_field", "as the page before ended"),
    ],
)
def test_what_is_not_there_is_refused_and_said_how_it_is_right(
    said: Said, words: list[str], code: str, sentence: str
) -> None:
    ended, out, err = said("due", *words)
    assert (ended, out) == (1, "")
    assert err.startswith(f"{code}: ")
    assert sentence in err


def test_marks_are_listed_for_the_auditor(sqlite_mall: Mall, said: Said) -> None:
    application = sqlite_mall.registers()
    sqlite_mall.carries()
    assert said("audit", "marks")[1] == "No mark.\n"
    sqlite_mall.clock.advance(timedelta(days=12))
    sqlite_mall.decides(application, OMAR, "return", reason="KTP kabur", requirements=("id-card",))
    line = said("audit", "marks", "--from", "2026-03-14", "--to", "2026-03-14")[1]
    assert "late-return" in line
    assert application.number in line
    (item,) = json.loads(said("audit", "marks", "--mark", "late-return", "--json")[1])["items"]
    assert (item["number"], item["actor"], item["desk"]) == (application.number, "omar", "verifikasi")
    assert json.loads(said("audit", "marks", "--to", "2026-03-13", "--json")[1])["items"] == []
    for wrong, code in (("--mark", "malformed_field"), ("--from", "malformed_field"), ("--service", "unknown_service")):
        assert said("audit", "marks", wrong, "nonsense")[2].startswith(code)
