"""``satuatap workflow test`` as a person and as a program sees it."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from routing.catalogue.workflow_files import default_folder
from routing.cli.workflow_commands import app
from routing.domain.errors import UnknownService

run = CliRunner().invoke


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office's own folder with the help for a NIB, and without a database of its own to touch."""
    own = tmp_path / "workflows"
    (own / "tests").mkdir(parents=True)
    shutil.copytree(default_folder() / "office", own / "office")
    for name in ("nib.yaml", "tests/nib.yaml"):
        shutil.copy(default_folder() / name, own / name)
    monkeypatch.setenv("SATUATAP_WORKFLOWS", str(own))
    monkeypatch.setenv("SATUATAP_DATA", str(tmp_path / "never-made"))
    monkeypatch.setenv("SATUATAP_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/never-asked")
    return own


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_service_that_does_what_its_scenarios_say_exits_with_0(folder: Path, tmp_path: Path) -> None:
    result = run(app, ["test"])
    assert result.exit_code == 0, result.output
    head, line = result.stdout.splitlines()
    assert head.split() == ["service", "scenarios", "passed", "coverage"]
    assert line.split()[0] == "nib"
    assert line.endswith("100 %")
    assert "1 service(s)" in result.stderr
    assert not (tmp_path / "never-made").exists()


def test_a_scenario_that_fails_exits_with_1_and_says_where(folder: Path) -> None:
    changed(folder / "tests" / "nib.yaml", "end: granted", "end: withdrawn")
    result = run(app, ["test", "nib"])
    assert result.exit_code == 1
    assert f"{folder / 'tests' / 'nib.yaml'}:" in result.stdout
    assert "expected that it has ended at withdrawn. The engine: it has ended at granted." in result.stdout


def test_a_decision_that_no_scenario_tries_exits_with_1_and_is_named(folder: Path) -> None:
    path = folder / "tests" / "nib.yaml"
    text = path.read_text(encoding="utf-8")
    first, second = text.split("  - name: ")[:2]
    path.write_text(first + "  - name: " + second, encoding="utf-8")
    result = run(app, ["test", "--json", str(path)])
    assert result.exit_code == 1
    (service,) = json.loads(result.stdout)["services"]
    assert service["passed"] == service["scenarios"] == 1
    assert "decision assist/return" in service["missing"]
    assert 0 < service["coverage"] < 100


def test_a_service_without_scenarios_is_no_service_that_was_tried(folder: Path) -> None:
    (folder / "tests" / "nib.yaml").unlink()
    result = run(app, ["test", str(folder / "nib.yaml")])
    assert result.exit_code == 1
    assert "0 %" in result.stdout


def test_what_is_wrong_in_the_files_is_told_like_everywhere(folder: Path) -> None:
    changed(folder / "tests" / "nib.yaml", "decide: file", "decide: flie")
    shutil.copy(folder / "tests" / "nib.yaml", folder / "tests" / "nobodys.yaml")
    result = run(app, ["test", "--json"])
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert {finding["code"] for finding in said["findings"]} == {"unknown-decision", "no-route"}
    assert said["services"] == []


def test_a_route_that_cannot_be_read_is_not_played(folder: Path) -> None:
    changed(folder / "nib.yaml", "[oss-assistant]", "[oss-asistant]")
    result = run(app, ["test"])
    assert result.exit_code == 1
    assert ": unknown-role: " in result.stdout


def test_a_service_nobody_knows_is_refused(folder: Path) -> None:
    result = run(app, ["test", "nip"])
    assert isinstance(result.exception, UnknownService)
    assert "nib" in str(result.exception)


def test_routes_of_two_offices_are_played_each_with_its_own(folder: Path) -> None:
    result = run(app, ["test", "nib", str(default_folder() / "sip-dokter.yaml"), str(folder / "nib.yaml")])
    assert result.exit_code == 0, result.output
    assert "2 service(s)" in result.stderr
