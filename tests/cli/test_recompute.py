"""``satuatap calendar recompute``: which due dates moved from what to what, and why."""

import json
from contextlib import suppress
from datetime import date

import pytest

from routing.cli.main import main
from tests.calendars import indonesia, with_days_off
from tests.mall import Mall

NOTHING = "0 open applications counted by calendar {}, 0 due at another time.\n"


def test_each_due_date_that_moved_is_told_from_what_to_what_and_why(
    sqlite_mall: Mall, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mall = sqlite_mall

    def said(*words: str) -> str:
        words = ("satuatap", "calendar", "recompute", "--data", str(mall.office.settings.data), *words)
        monkeypatch.setattr("sys.argv", list(words))
        with suppress(SystemExit):
            main()
        return capsys.readouterr().out

    mall.registers()
    number = mall.registers().number
    assert said() == NOTHING.format(1)
    with mall.office.transaction() as tx:
        election = with_days_off(indonesia(), date(2026, 3, 5))
        tx.calendars.add(election, by="rina", at=mall.clock(), reason="Pilkada", decree="Kepwal 12/2026")
    lines = said("--dry-run").splitlines()
    assert f"{number:<32} promise      2026-03-13 -> 2026-03-16" in lines
    assert lines[-2:] == [
        "2 open applications counted by calendar 2, 2 due at another time; nothing was written.",
        "Calendar 2: Pilkada (Kepwal 12/2026)",
    ]
    document = json.loads(said("--json"))
    assert (document["looked_at"], document["moved"], document["written"]) == (2, 2, True)
    assert document["why"] == [{"number": 2, "reason": "Pilkada", "decree": "Kepwal 12/2026", "by": "rina"}]
    [one] = [one for one in document["applications"] if one["application"] == number]
    assert one["calendar_before"] == 1
    assert one["due"] == [
        {"what": "promise", "from": "2026-03-13T23:59:59+07:00", "to": "2026-03-16T23:59:59+07:00"},
    ]
    assert said() == NOTHING.format(2)
