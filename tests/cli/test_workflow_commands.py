"""``satuatap workflow check`` as a person and as a program sees it."""

import json
from pathlib import Path

from typer.testing import CliRunner

from routing.catalogue.workflow_files import default_folder
from routing.cli.workflow_commands import app

SIP = (default_folder() / "sip-dokter.yaml").read_text(encoding="utf-8")
run = CliRunner().invoke


def test_good_routes_exit_with_0_and_say_nothing_on_stdout() -> None:
    result = run(app, ["check"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "0 finding(s)" in result.stderr


def test_findings_exit_with_1_and_are_one_line_each(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(SIP.replace("[verifier]", "[verifyer]"), encoding="utf-8")
    result = run(app, ["check", str(path)])
    assert result.exit_code == 1
    (line,) = result.stdout.splitlines()
    assert line.startswith(f"{path}:")
    assert ": unknown-role: " in line
    assert "1 finding(s)" in result.stderr


def test_json_is_one_document_on_stdout(tmp_path: Path) -> None:
    gone = tmp_path / "gone.yaml"
    result = run(app, ["check", "--json", str(gone)])
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert said["files"] == 1
    assert [(finding["file"], finding["code"]) for finding in said["findings"]] == [(str(gone), "no-file")]
    good = run(app, ["check", "--json"])
    assert json.loads(good.stdout)["findings"] == []


def test_the_office_beside_the_file_is_the_one_it_is_checked_with(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(SIP, encoding="utf-8")
    office = tmp_path / "office"
    office.mkdir()
    for file in (default_folder() / "office").glob("*.yaml"):
        text = file.read_text(encoding="utf-8").replace("code: verifier", "code: checker")
        (office / file.name).write_text(text, encoding="utf-8")
    result = run(app, ["check", str(path)])
    assert result.exit_code == 1
    assert '"verifier" is no role of this office' in result.stdout


def test_an_unknown_option_is_wrong_usage() -> None:
    assert run(app, ["check", "--jsno"]).exit_code == 2
