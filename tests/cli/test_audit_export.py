"""An export is whole or goes on where it was interrupted; what others read of it is what the log says."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from routing.cli import audit_export_command
from routing.cli.export_file import ExportFile
from routing.cli.main import app
from routing.formats.xes_reader import read_xes
from tests.acceptance.event_logs import events_of, make_log
from tests.acceptance.ocel_logs import in_the_log, out_of_ocel

FORMATS = ("csv", "jsonl", "xes", "ocel-json", "ocel-sqlite")


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A mall through which a log has walked, and the log."""
    folder = tmp_path_factory.mktemp("replayed")
    log = make_log(folder / "kecil.xes", cases=12)
    done = CliRunner().invoke(app, ["replay", str(log), "--data", str(folder / "mall"), "--json"])
    assert done.exit_code == 0, done.output
    return folder / "mall", log


@pytest.fixture
def export(replayed: tuple[Path, Path]) -> Callable[..., Result]:
    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["audit", "export", *words, "--data", str(replayed[0])])

    return run


@pytest.mark.parametrize("as_format", FORMATS)
def test_a_finished_export_has_its_checksum_and_nothing_lies_beside_it(
    export: Callable[..., Result], tmp_path: Path, as_format: str
) -> None:
    out = tmp_path / "log"
    done = export("--format", as_format, "-o", str(out), "--json")
    checksum = hashlib.sha256(out.read_bytes()).hexdigest()
    assert json.loads(done.stdout) == {"entries": 36, "file": str(out), "sha256": checksum}
    assert (tmp_path / "log.sha256").read_text() == f"{checksum}  log\n"
    assert {path.name for path in tmp_path.iterdir()} == {"log", "log.sha256"}


@pytest.mark.parametrize("as_format", FORMATS)
def test_an_export_that_was_interrupted_goes_on_to_the_same_file(
    export: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_format: str
) -> None:
    monkeypatch.setattr(audit_export_command, "_ENTRIES_BETWEEN_MARKS", 6)
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert export("--format", as_format, "-o", str(whole)).exit_code == 0
    marks = interrupted_at_the_third_mark(monkeypatch)
    broken = export("--format", as_format, "-o", str(out))
    assert (broken.exit_code, out.exists(), len(marks)) == (130, False, 3)
    assert "Continue it with --resume" in broken.stderr
    with (tmp_path / "out.part").open("ab") as stream:
        # What was written behind the mark does not count, and may be torn; a database mends itself.
        stream.write(b"" if as_format == "ocel-sqlite" else b"half a li")
    monkeypatch.undo()
    done = export("--format", as_format, "-o", str(out), "--resume", "--json")
    assert json.loads(done.stdout)["entries"] == 36
    assert content_of(out) == content_of(whole)
    assert not list(tmp_path.glob("out.part*"))


def interrupted_at_the_third_mark(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    marks: list[Any] = []
    save = ExportFile.save

    def saved(self: ExportFile, mark: Any) -> None:
        save(self, mark)
        marks.append(mark)
        if len(marks) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(ExportFile, "save", saved)
    return marks


def content_of(path: Path) -> Any:
    """The bytes; of a database, what its tables hold."""
    if not path.read_bytes().startswith(b"SQLite"):
        return path.read_bytes()
    with closing(sqlite3.connect(path)) as file:
        return sorted(file.iterdump())


def test_an_export_goes_on_only_as_it_was_begun(
    export: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = str(tmp_path / "out")
    refused = export("-o", out, "--resume")
    assert getattr(refused.exception, "code", None) == "nothing_to_resume"
    monkeypatch.setattr(audit_export_command, "_ENTRIES_BETWEEN_MARKS", 6)
    interrupted_at_the_third_mark(monkeypatch)
    export("-o", out)
    monkeypatch.undo()
    refused = export("--format", "xes", "-o", out, "--resume")
    assert getattr(refused.exception, "code", None) == "other_export"
    assert "format csv" in str(refused.exception)
    assert export("-o", out).exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"out", "out.sha256"}


def test_whoever_carries_the_log_out_stands_in_the_log_of_the_office(
    export: Callable[..., Result], replayed: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "log.csv"
    export("-o", str(out), "--by", "inspektur", "--all")
    export("--by", "wayan")
    with closing(sqlite3.connect(replayed[0] / "satuatap.db")) as books:
        rows = books.execute("SELECT actor, body FROM office_entries WHERE kind = 'exported' ORDER BY seq").fetchall()
    (first, body), (second, said) = rows[-2:]
    assert (first, second) == ("inspektur", "wayan")
    assert json.loads(body)["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert json.loads(body)["question"] == {"everything": "yes", "format": "csv"}
    assert (json.loads(said)["found"], "sha256" in json.loads(said)) == (36, False)


@pytest.mark.parametrize("words", [("--json",), ("--resume",), ("--format", "ocel-sqlite")])
def test_some_things_cannot_go_to_standard_output(export: Callable[..., Result], words: tuple[str, ...]) -> None:
    refused = export(*words)
    assert getattr(refused.exception, "code", None) == "malformed_field"
    assert "-o FILE" in str(refused.exception)


def test_xes_gives_the_log_back_with_working_time(
    export: Callable[..., Result], replayed: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out.xes"
    export("--format", "xes", "-o", str(out))
    assert events_of(out) == events_of(replayed[1])
    case = read_xes(out).cases[0]
    assert {"satuatap:number", "satuatap:service", "satuatap:minutes", "satuatap:working_days"} <= set(case.attributes)


def test_ocel_gives_the_log_back_with_officers_under_pseudonyms(
    export: Callable[..., Result], replayed: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "log.json"
    export("--format", "ocel-json", "-o", str(out))
    assert out_of_ocel(json.loads(out.read_bytes())) == in_the_log(replayed[1])


def test_both_forms_of_ocel_say_the_same(export: Callable[..., Result], tmp_path: Path) -> None:
    for ending in ("json", "sqlite"):
        export("--format", f"ocel-{ending}", "--all", "-o", str(tmp_path / f"log.{ending}"))
    log = json.loads((tmp_path / "log.json").read_bytes())
    with closing(sqlite3.connect(tmp_path / "log.sqlite")) as file:
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        for what in ("event", "object"):
            types = dict(file.execute(f"SELECT ocel_id, ocel_type FROM {what}"))
            assert types == {one["id"]: one["type"] for one in log[f"{what}s"]}
            related = set(file.execute(f"SELECT * FROM {what}_object"))
            assert related == {
                (one["id"], each["objectId"], each["qualifier"])
                for one in log[f"{what}s"]
                for each in one["relationships"]
            }
        times = dict(file.execute("SELECT ocel_id, ocel_time FROM object_application"))
        assert set(times.values()) == {"1970-01-01T00:00:00.000000Z"}


def test_no_name_of_an_officer_leaves_the_office_under_pseudonyms(
    export: Callable[..., Result], tmp_path: Path
) -> None:
    for as_format in ("csv", "jsonl", "xes"):
        out = tmp_path / as_format
        export("--format", as_format, "--all", "--pseudonyms", "-o", str(out))
        told = out.read_text(encoding="utf-8")
        assert [name for name in ("Ida", "Omar", "Sari", "Wayan", "Agus", "Ratna") if name in told] == []
    rows = [json.loads(line) for line in (tmp_path / "jsonl").read_text().splitlines()]
    assert {(row["said"], row["body"], row["hash"]) for row in rows} == {(None, None, None)}
    # The same person has the same pseudonym in every file.
    assert all(row["actor"] in (tmp_path / "csv").read_text() for row in rows)
