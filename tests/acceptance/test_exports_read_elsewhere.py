"""What others read of an export of a real office's past: no error, and equal to what went in.

The checker needs libraries whose licence keeps them out of this project: SATUATAP_TEST_CHECKER_PYTHON names a Python
that has them. Without it, or without the checker, the tests are skipped and say so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from routing.formats.xes_reader import read_xes
from tests.acceptance.event_logs import events_of
from tests.acceptance.ocel_logs import in_the_log, out_of_ocel
from tests.acceptance.processes import Programs, programs
from tests.real_data import real_data

_LOGS = [
    pytest.param("wabo-receipt", 1_434, 8_577, marks=pytest.mark.slow),
    pytest.param("DomesticDeclarations", 10_357, 55_628, marks=pytest.mark.slow),
]


class Checker:
    """Somebody else's program, in a Python of its own."""

    def __init__(self) -> None:
        self._python = os.environ.get("SATUATAP_TEST_CHECKER_PYTHON") or sys.executable
        self._program = real_data("../tools/check_exports.py")
        needed = [self._python, "-c", "import pm4py, lxml, jsonschema"]
        if subprocess.run(needed, check=False, capture_output=True).returncode:
            pytest.skip("no checker: SATUATAP_TEST_CHECKER_PYTHON names no Python with pm4py, lxml and jsonschema")

    def finds(self, what: str, *files: Path) -> dict[str, Any]:
        """How much it read, and what was wrong."""
        words = [self._python, str(self._program), what, *map(str, files)]
        done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=600)
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer


@pytest.mark.parametrize(("name", "cases", "moves"), _LOGS)
def test_an_export_of_a_real_log_has_no_error_and_is_what_went_in(
    tmp_path: Path, name: str, cases: int, moves: int
) -> None:
    log = real_data(f"logs/{name}.xes.gz")
    checker = Checker()
    with programs(tmp_path / "out", SATUATAP_DATA=str(tmp_path / "mall")) as made:
        assert made.run("replay", str(log), "--json", seconds=1800).code == 0
        xes = exported(made, tmp_path, "xes", "xes", moves)
        found = checker.finds("xes", xes, real_data("schemas/xes-ieee-1849-2016.xsd"))
        assert (found["errors"], found["cases"], found["events"]) == (0, cases, moves), found
        assert events_of(xes) == events_of(log)
        assert attributes_of(xes) == attributes_of(log)
        ocel = exported(made, tmp_path, "ocel-json", "json", moves)
        found = checker.finds("ocel", ocel, real_data("schemas/schema_ocel2.json"))
        assert (found["errors"], found["events"]) == (0, moves), found
        assert out_of_ocel(json.loads(ocel.read_bytes())) == in_the_log(log)
        for more in ((), ("--all",)):
            found = checker.finds("ocel", exported(made, tmp_path, "ocel-sqlite", "sqlite", 0, *more))
            assert (found["errors"], found["events"] >= moves) == (0, True), found


def exported(made: Programs, folder: Path, as_format: str, ending: str, entries: int, *more: str) -> Path:
    out = folder / f"log.{ending}"
    done = made.run("audit", "export", "--format", as_format, "-o", str(out), *more, "--json", seconds=600)
    assert done.code == 0, done.stderr
    assert done.document["entries"] >= entries
    return out


def attributes_of(path: Path) -> dict[str, dict[str, Any]]:
    """What the log knows of its cases, without what is ours; where keys were no keys, without what made them none."""
    return {
        case.name: {
            "".join(filter(str.isalnum, key)): value
            for key, value in case.attributes.items()
            if not key.startswith("satuatap:")
        }
        for case in read_xes(path).cases
    }
