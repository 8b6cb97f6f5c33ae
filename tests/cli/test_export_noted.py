"""Whoever takes the log out of the house by the command line is in the log before the file is there."""

from pathlib import Path

from typer.testing import CliRunner

from routing.cli.main import app
from routing.domain.log_reading import CONSOLE, EXPORTED
from routing.reading.log_reads import ReadsFilter, reads_page
from tests.mall import Mall


def test_an_export_of_the_command_line_is_an_entry(sqlite_mall: Mall, tmp_path: Path) -> None:
    sqlite_mall.registers()
    folder, out = str(sqlite_mall.office.settings.data), tmp_path / "log.csv"
    done = CliRunner().invoke(app, ["audit", "export", "--service", "sip-dokter", "-o", str(out), "--data", folder])
    assert done.exit_code == 0, done.output
    assert out.is_file()
    (read,) = reads_page(sqlite_mall.office, ReadsFilter()).rows
    assert (read.kind, read.actor, read.way) == (EXPORTED, CONSOLE, "command line")
    assert read.question == {"format": "csv", "service": "sip-dokter"}


def test_an_export_that_is_refused_is_none(sqlite_mall: Mall, tmp_path: Path) -> None:
    folder = str(sqlite_mall.office.settings.data)
    CliRunner().invoke(app, ["audit", "export", "--service", "nope", "-o", str(tmp_path / "log.csv"), "--data", folder])
    assert reads_page(sqlite_mall.office, ReadsFilter()).rows == ()
