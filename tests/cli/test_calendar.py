"""``satuatap calendar``: days are counted and told, and the calendar is changed by an administrator with a reason."""

import json
import sys
from pathlib import Path

import pytest

from routing.actions.keep_accounts import assign, open_account
from routing.cli.main import main
from routing.domain.people import ADMINISTRATOR
from routing.office import Office

WHY = ("--reason", "Pemilihan kepala daerah", "--by", "rina")
#: The clock here is the machine's: whatever is named may be over by now.
DECREED = (*WHY, "--decree", "SK 1/2026")


class Shop:
    """Runs commands on a mall of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self._monkeypatch, self._capsys, self._folder = monkeypatch, capsys, folder

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        self._monkeypatch.setattr(sys, "argv", ["satuatap", *words, "--data", str(self._folder)])
        ended = 0
        try:
            main()
        except SystemExit as error:
            ended = int(error.code or 0)
        told = self._capsys.readouterr()
        assert "Traceback" not in told.err
        return ended, told.out, told.err

    def said(self, *words: str) -> str:
        ended, out, err = self.run(*words)
        assert ended == 0, err
        return out

    def refused(self, *words: str) -> str:
        ended, out, err = self.run(*words)
        assert (ended, out) == (1, ""), (ended, out, err)
        return err


@pytest.fixture
def shop(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sqlite_office: Office
) -> Shop:  # fmt: skip
    for code in ("rina", "ida"):
        open_account(sqlite_office, code=code, name=code.title())
    assign(sqlite_office, "rina", [(ADMINISTRATOR, None)], since=sqlite_office.now())
    return Shop(monkeypatch, capsys, sqlite_office.settings.data)


def test_the_due_date_is_all_that_is_printed(shop: Shop) -> None:
    assert shop.said("calendar", "due", "2026-03-13", "5") == "2026-03-27\n"
    lines = shop.said("calendar", "due", "2026-03-13", "5", "--explain").splitlines()
    assert (lines[0], len(lines)) == ("2026-03-27", 10)
    assert lines[1] == "2026-03-14 Sat  weekend"
    assert lines[3] == "2026-03-18 Wed  Cuti Bersama Hari Suci Nyepi"
    said = json.loads(shop.said("calendar", "due", "2027-03-01", "8", "--explain", "--json"))
    assert (said["due"], said["version"], said["is_estimated"]) == ("2027-03-19", 1, True)
    assert [one["day"] for one in said["skipped"] if one["day_off"] and one["day_off"]["is_estimated"]] == [
        "2027-03-10", "2027-03-11"
    ]  # fmt: skip
    out, err = shop.run("calendar", "due", "2027-03-01", "8")[1:]
    assert (out, err.startswith("estimate:")) == ("2027-03-19\n", True)


def test_what_nobody_can_count_is_refused(shop: Shop) -> None:
    assert "2026-02-30 is no day" in shop.refused("calendar", "due", "2026-02-30", "5")
    assert "FROM: it is empty" in shop.refused("calendar", "due", "", "5")
    for count in ("-5", "2611", "lima", "1.5"):
        assert f"{count} cannot be counted" in shop.refused("calendar", "due", "2026-03-13", count)
    assert "0206-03-13 lies outside" in shop.refused("calendar", "due", "0206-03-13", "5")
    assert "1850 lies outside" in shop.refused("calendar", "show", "--year", "1850")
    assert "unknown_calendar_version" in shop.refused("calendar", "show", "--version", "2")


def test_a_day_is_added_confirmed_and_removed_and_every_version_tells_why(shop: Shop) -> None:
    made = shop.run("calendar", "add", "2026-11-25", "2026-11-26", "--name", "Pilkada", *DECREED)
    assert made[1] == "version 2 of the working calendar is in force\n"
    assert "satuatap calendar recompute" in made[2]
    assert shop.said("calendar", "due", "2026-11-24", "1") == "2026-11-27\n"
    shop.said("calendar", "confirm", "2027-03-10", "--decree", "SKB 2/2027", *WHY)
    made = shop.run("calendar", "remove", "2026-11-26", *DECREED, "--json")
    assert json.loads(made[1])["version"] == 4
    versions = json.loads(shop.said("calendar", "show", "--versions", "--json"))["versions"]
    assert [one["version"] for one in versions] == [4, 3, 2, 1]
    assert {(one["made_by"], one["reason"]) for one in versions[:3]} == {("rina", "Pemilihan kepala daerah")}
    told = [[day["day"] for day in one.get(what, [])] for one in versions for what in ("added", "removed", "changed")]
    assert [one for one in told if one] == [["2026-11-26"], ["2027-03-10"], ["2026-11-25", "2026-11-26"]]
    words = shop.said("calendar", "show", "--versions")
    assert "+ 2026-11-25 Wed  Pilkada [SK 1/2026]" in words
    assert "- 2026-11-26 Thu  Pilkada" in words
    assert "~ 2027-03-10 Wed  Hari Raya Idul Fitri [SKB 2/2027]" in words


def test_a_year_is_shown_with_its_days_hours_and_seasons(shop: Shop) -> None:
    words = shop.said("calendar", "show", "--year", "2027")
    assert "hours  mon-thu 07:30-12:00 13:00-16:00; fri 07:30-11:30 13:00-16:30" in words
    assert "Ramadan  2027-02-08 to 2027-03-09 (estimate)" in words
    assert "2027-03-10 Wed  public            Hari Raya Idul Fitri (estimate)" in words
    assert words.endswith("242 working days in 2027\n")
    said = json.loads(shop.said("calendar", "show", "--year", "2026", "--version", "1", "--json"))
    assert (said["working_days"], len(said["days_off"]), said["is_in_force"]) == (240, 25, True)
    assert json.loads(shop.said("calendar", "show", "--json"))["version"] == 1


def test_ramadan_hours_and_years_are_set(shop: Shop) -> None:
    shop.said("calendar", "season", "2027-02-09", "2027-03-09", *DECREED)
    shop.said(
        "calendar", "season", "2026-07-06", "2026-07-07", "--name", "Asap", "--hours", "mon-tue 8.00-11.00", *DECREED
    )
    shop.said("calendar", "season", "2026-07-06", "--remove", *DECREED)
    shop.said("calendar", "hours", "mon-sat 07:30-14:00", *DECREED)
    shop.said("calendar", "years", "2040", *DECREED)
    said = json.loads(shop.said("calendar", "show", "--year", "2027", "--json"))
    assert [(one["since"], one["is_estimated"]) for one in said["seasons"]] == [("2027-02-09", False)]
    assert (said["version"], said["hours"], said["last_year"]) == (6, "mon-sat 07:30-14:00", 2040)
    words = shop.said("calendar", "show", "--versions")
    for told in ("~ hours of the office", "+ until 2040", "- Ramadan  2027-02-08 to 2027-03-09 (estimate)"):
        assert told in words


def test_a_change_nobody_answers_for_is_refused_and_makes_no_version(shop: Shop) -> None:
    add = ("calendar", "add", "2026-11-25", "--name", "Pilkada")
    for words, told in (
        ((*add, "--by", "rina"), "calendar_reason_missing"),
        ((*add, "--reason", "x"), "--by: it is empty"),
        ((*add, "--reason", "x", "--by", "siti"), "unknown_person"),
        ((*add, "--kind", "cuti", *WHY), "public, collective-leave, local"),
        ((*add, "--kind", "public", *WHY), "decree_missing"),
        (("calendar", "add", "2026-02-30", *WHY), "2026-02-30 is no day"),
        (("calendar", "add", "2026-12-25", "--name", "x", *WHY), "already_off"),
        (("calendar", "remove", "2026-11-25", *WHY), "not_off"),
        (("calendar", "add", "2026-09-30", "--name", "Banjir", *WHY), "past_without_decree: 2026-09-30 is over"),
        (("calendar", "season", "2026-02-19", *WHY), "UNTIL: it is empty"),
        (("calendar", "hours", "sat 08:00-12:00", "--counter", "loket-x", *WHY), "unknown_counter"),
        (("calendar", "hours", "usual", *WHY), "usual tells no opening hours"),
        (("calendar", "hours", "", *WHY), "no day of the week is open"),
    ):
        assert told in shop.refused(*words)
    assert "not_allowed" in shop.refused(*add, "--reason", "x", "--by", "ida")
    assert json.loads(shop.said("calendar", "show", "--json"))["version"] == 1
