"""``satuatap workflow draw`` and ``diff``, as a person and as a program see them."""

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from routing.actions.keep_accounts import assign, open_account
from routing.actions.publish import publish
from routing.actions.submit import Registration, submit
from routing.catalogue.workflow_files import default_folder
from routing.cli.export_file import UnwritableFile
from routing.cli.main import app
from routing.cli.publishing import publish_files
from routing.cli.route_named import BrokenRoute, UnknownVersion
from routing.domain.application import Submission
from routing.domain.crossing import UnknownStep
from routing.domain.errors import MalformedField, UnknownService
from routing.office import Office
from tests.domain.two_versions import permit
from tests.mall import LESTARI

SIP = default_folder() / "sip-dokter.yaml"
run = CliRunner().invoke


@pytest.fixture
def data(sqlite_office: Office) -> Path:
    """The folder of a mall in which the doctor's permit is in force."""
    publish_files(sqlite_office, [SIP], by="tests")
    return sqlite_office.settings.data


def test_a_route_is_drawn_into_the_file_its_ending_says(tmp_path: Path, data: Path) -> None:
    svg, dot = tmp_path / "route.svg", tmp_path / "route.dot"
    assert run(app, ["workflow", "draw", str(SIP), "-o", str(svg)]).exit_code == 0
    assert "Rekomendasi Dinas Kesehatan" in svg.read_text(encoding="utf-8")
    options = ["-o", str(dot), "--language", "en", "--json", "--data", str(data)]
    done = run(app, ["workflow", "draw", "sip-dokter", *options])
    assert json.loads(done.stdout)["service"] == "sip-dokter"
    assert dot.read_text(encoding="utf-8").startswith("digraph route {")
    assert "File verification" in dot.read_text(encoding="utf-8")
    assert stat.S_IMODE(svg.stat().st_mode) & stat.S_IRUSR
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mall", "route.dot", "route.svg"]


def test_without_a_file_the_drawing_goes_to_standard_output() -> None:
    assert run(app, ["workflow", "draw", str(SIP)]).stdout.startswith("digraph route {")


def test_a_drawing_that_cannot_be_written_is_refused_and_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "there.svg").write_text("as it was", encoding="utf-8")
    (tmp_path / "folder.svg").mkdir()
    for words, refusal in (
        (["-o", str(tmp_path / "route.png")], MalformedField),
        (["-o", str(tmp_path / "nowhere" / "route.svg")], UnwritableFile),
        (["-o", str(tmp_path / "folder.svg")], UnwritableFile),
        (["--json"], MalformedField),
    ):
        assert isinstance(run(app, ["workflow", "draw", str(SIP), *words]).exception, refusal), words
    gone = run(app, ["workflow", "draw", str(tmp_path / "gone.yaml"), "-o", str(tmp_path / "there.svg")])
    assert isinstance(gone.exception, BrokenRoute)
    assert (tmp_path / "there.svg").read_text(encoding="utf-8") == "as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.svg", "there.svg"]


def test_a_route_nobody_published_is_refused(data: Path) -> None:
    for name, refusal in (("tiada", UnknownService), ("0123456789ab", UnknownVersion)):
        done = run(app, ["workflow", "draw", name, "--data", str(data)])
        assert isinstance(done.exception, refusal), name


def test_diff_exits_with_0_for_the_same_1_for_different_and_2_for_no_route(tmp_path: Path, data: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(SIP.read_text(encoding="utf-8").replace("working_days: 3", "working_days: 2"), encoding="utf-8")
    same = run(app, ["workflow", "diff", str(SIP), "sip-dokter", "--data", str(data)])
    assert (same.exit_code, same.stdout.startswith("sip-dokter: the same version")) == (0, True)
    other = run(app, ["workflow", "diff", "sip-dokter", str(new), "--data", str(data)])
    assert other.exit_code == 1
    assert other.stdout == "changed: step recommend: working days: 3 -> 2\n"
    misuse = run(app, ["workflow", "diff", "sip-dokter", "tiada", "--data", str(data)])
    assert (misuse.exit_code, misuse.stdout) == (2, "")
    assert "unknown_service" in misuse.stderr
    assert run(app, ["workflow", "diff", str(SIP)]).exit_code == 2


def test_a_version_is_named_by_its_content_hash_too(tmp_path: Path, data: Path) -> None:
    said = json.loads(run(app, ["workflow", "diff", str(SIP), "sip-dokter", "--json", "--data", str(data)]).stdout)
    version = said["to"]["version"]
    assert said["differences"] == []
    for name in (version, version[:12]):
        assert run(app, ["workflow", "diff", str(SIP), name, "--data", str(data)]).exit_code == 0


def test_diff_as_json_is_one_document(tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(SIP.read_text(encoding="utf-8").replace("working_days: 3", "working_days: 2"), encoding="utf-8")
    done = run(app, ["workflow", "diff", str(SIP), str(new), "--json"])
    assert done.exit_code == 1
    (difference,) = json.loads(done.stdout)["differences"]
    assert difference == {
        "kind": "changed", "where": ["step recommend"], "field": "working days", "before": "3", "after": "2",
        "words": "changed: step recommend: working days: 3 -> 2",
    }  # fmt: skip
    missing = run(app, ["workflow", "diff", str(SIP), str(tmp_path / "gone.yaml"), "--json"])
    assert (missing.exit_code, json.loads(missing.stdout)["error"]["code"]) == (2, "broken_route")


@pytest.fixture
def permits(sqlite_office: Office, data: Path) -> Path:
    """The folder of a mall with three applications under the first version; the second is in force."""
    publish(sqlite_office, permit(), by="tests")
    ida = open_account(sqlite_office, code="ida", name="Ida")
    assign(sqlite_office, "ida", [("front-desk", "loket-pendaftaran")])
    for _ in range(3):
        said = Submission(desk="loket-pendaftaran", decision="accept", particulars=LESTARI)
        submit(sqlite_office, Registration(service="permit", submission=said, person_id=ida))
    publish(sqlite_office, permit(verify="examine"), by="tests")
    return data


def test_migrate_says_who_has_no_place_and_moves_the_others(permits: Path) -> None:
    base = ["workflow", "migrate", "permit", "--data", str(permits), "--json"]
    lost = run(app, base)
    said = json.loads(lost.stdout)
    assert (lost.exit_code, said["migrated"]) == (1, 0)
    assert [one["code"] for one in said["left"]] == ["no_place"] * 3
    mapped = [*base, "--map", "verify=examine", "--reason", "Perda 1", "--letter", "503/1/2026"]
    for more, count in ((["--dry-run"], 3), (["--limit", "1"], 1), (["--batch", "1"], 2), ([], 0)):
        done = run(app, [*mapped, *more])
        assert (done.exit_code, json.loads(done.stdout)["migrated"]) == (0, count), more
    assert run(app, ["audit", "verify", "--data", str(permits)]).exit_code == 0


def test_migrate_refuses_what_it_does_not_understand(permits: Path, tmp_path: Path) -> None:
    base = ["workflow", "migrate", "permit", "--data", str(permits)]
    unpublished = tmp_path / "new.yaml"
    unpublished.write_text(SIP.read_text(encoding="utf-8").replace("working_days: 3", "working_days: 2"), "utf-8")
    for words, refusal in (
        (["--map", "verify"], MalformedField),
        (["--map", "verify=examine", "--map", "verify=team"], MalformedField),
        (["--map", "verify=tiada"], UnknownStep),
        (["--to", str(SIP)], MalformedField),
        (["--to", "sip-dokter"], MalformedField),
        (["--to", str(unpublished)], UnknownVersion),
        (["--to", "0123456789ab"], UnknownVersion),
    ):
        assert isinstance(run(app, [*base, *words]).exception, refusal), words
    assert isinstance(run(app, ["workflow", "migrate", "tiada", "--data", str(permits)]).exception, UnknownService)
