"""``satuatap workflow try`` as a person and as a program sees it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import default_folder, read_workflow
from routing.cli.workflow_commands import app
from routing.office import Office
from routing.workshop.scenarios import run as play
from routing.workshop.stage import Stage
from tests.clock import Clock
from tests.workshop.rehearsing import sheet

run = CliRunner().invoke
SIP = (default_folder() / "sip-dokter.yaml").read_text(encoding="utf-8")
STORY = """
  - name: signed
    when:
      - {register: accept}
      - {at: verify, decide: forward}
      - {at: recommend, decide: recommend}
      - {at: number, decide: forward}
      - {at: sign, decide: sign}
    then: {step: check}
"""


@pytest.fixture
def data(sqlite_office: Office, clock: Clock, tmp_path: Path) -> str:
    """A mall with one open application, nobody at work in it."""
    plan, _ = read_office(default_folder() / "office")
    assert plan is not None
    workflow, _ = read_workflow(default_folder() / "sip-dokter.yaml", plan)
    assert workflow is not None
    assert play(Stage(sqlite_office, clock, plan), workflow, sheet(tmp_path, workflow, STORY)).failures == ()
    return str(sqlite_office.settings.data)


def new_version(folder: Path, *changes: tuple[str, str]) -> str:
    text = SIP
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "new.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_version_in_force_would_change_nothing(data: str, tmp_path: Path) -> None:
    result = run(app, ["try", new_version(tmp_path), "--data", data])
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "1 open application(s): 0 would change, 0 have no place in it.",
        "6 past move(s): 0 would differ.",
    ]


def test_what_would_be_otherwise_is_told_in_words_and_as_json(data: str, tmp_path: Path) -> None:
    renamed = new_version(tmp_path, ("  check:\n", "  control:\n"), ("        to: check", "        to: control"))
    result = run(app, ["try", renamed, "--data", data])
    assert result.exit_code == 0, result.output
    first, second, *counts = result.stdout.splitlines()
    assert first.endswith("at check: no place: there is no step check")
    assert second.endswith("sign/sign: elsewhere: control (pengecekan-sk) instead of check (pengecekan-sk)")
    assert counts == [
        "1 open application(s): 1 would change, 1 have no place in it.",
        "6 past move(s): 1 would differ (1 elsewhere).",
    ]
    said = json.loads(run(app, ["try", renamed, "--data", data, "--json"]).stdout)
    assert (said["service"], said["without_place"], said["differing"]) == ("sip-dokter", 1, {"elsewhere": 1})
    assert said["cases"][0]["no_place"] == ["there is no step check"]
    assert said["differences"][0]["at"] == "2026-11-02T08:00:00.001000+07:00"


def test_a_version_with_findings_is_not_tried(data: str, tmp_path: Path) -> None:
    wrong = new_version(tmp_path, ("[verifier]", "[verifyer]"))
    result = run(app, ["try", wrong, "--data", data])
    assert result.exit_code == 1
    assert ": unknown-role: " in result.stdout
    said = json.loads(run(app, ["try", wrong, "--data", data, "--json"]).stdout)
    assert [finding["code"] for finding in said["findings"]] == ["unknown-role"]


def test_a_service_nobody_has_applied_for_yet_is_said_to_be_one(data: str) -> None:
    result = run(app, ["try", str(default_folder() / "nib.yaml"), "--data", data])
    assert result.exit_code == 0, result.output
    assert "There is no application of nib here yet." in result.stderr
