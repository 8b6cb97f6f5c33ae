"""``satuatap bench language``: every service that is asked for is read, and conditions are really judged."""

import json

from typer.testing import CliRunner

from routing.cli.bench_commands import app


def test_so_many_services_are_read_as_were_asked_for() -> None:
    result = CliRunner().invoke(app, ["language", "--services", "30", "--json"])
    assert result.exit_code == 0
    figures = json.loads(result.stdout)
    assert figures["services"] == 30
    assert figures["conditions"] > 20
    assert min(value for value in figures.values()) > 0
